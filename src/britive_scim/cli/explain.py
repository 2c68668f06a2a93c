"""`britive-scim explain`: show what a plan does with one user or group, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_text
from britive_scim.cli.planning import (
    add_planning_options,
    is_plan_file,
    load_memory,
    make_plan,
    refuse_source_options,
)
from britive_scim.cli.source import add_source_argument, add_source_options
from britive_scim.cli.wording import translate_values
from britive_scim.provisioning import Plan

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim explain` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim explain",
        description="Show what a plan does with one user or group, and why. Nothing is changed.",
    )
    parser.add_argument(
        "who",
        metavar="WHO",
        help="externalId, userName, e-mail address or id of a user; externalId, name or id of a group",
    )
    add_source_argument(
        parser, "file of the users, or a saved plan; by default the file of the configuration"
    )
    add_source_options(parser)
    add_planning_options(parser)
    add_scim_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    if is_plan_file(options.source):
        refuse_source_options(parser, arguments)
        plan = Plan.load(options.source)
    else:
        with create_scim_client(options, read_only=True) as client:
            plan = make_plan(client, options, load_memory(options))
    explanation = plan.explain(options.who)
    if options.json:
        print_json(translate_values(dataclasses.asdict(explanation)))
    else:
        print_text(explanation)
    return ExitStatus.DONE
