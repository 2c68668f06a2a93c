"""`britive-scim plan`: show the changes that make a tenant equal to a source."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.config_draft import write_config_draft
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_text, print_warning
from britive_scim.cli.planning import (
    add_planning_options,
    get_plan_status,
    is_plan_file,
    load_memory,
    make_plan,
)
from britive_scim.cli.source import add_source_argument, add_source_options, read_config

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim plan` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim plan",
        description="Show the changes that make a tenant equal to a source. Nothing is changed.\n"
        "Exit status 0 without changes, 2 with changes, 4 if a limit is exceeded or removals are withheld.",
    )
    add_source_argument(parser, "file of the users; by default that of the configuration")
    parser.add_argument(
        "--out", metavar="FILE", help="save the plan for `apply`; the file contains personal data"
    )
    parser.add_argument(
        "--write-config",
        metavar="FILE",
        help="write a draft configuration from the headers of SOURCE instead of planning",
    )
    add_source_options(parser)
    add_planning_options(parser)
    add_scim_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    if options.write_config:
        draft = write_config_draft(read_config(options, options.source), options.write_config)
        if options.json:
            print_json({"config": options.write_config, "unknown_columns": list(draft)})
        return ExitStatus.DONE
    if options.out:
        _check_output(parser, options)
    with create_scim_client(options, read_only=True) as client:
        plan = make_plan(client, options, load_memory(options))
    if options.out:
        plan.save(options.out)
        print_warning(
            f"{options.out} contains personal data: names, addresses and memberships; only its owner may read it"
        )
    if options.json:
        print_json(plan.to_dict())
    else:
        print_text(plan.to_text(max_rows=None))
    return get_plan_status(plan)


def _check_output(parser: CommandParser, options: argparse.Namespace) -> None:
    """Refuse a file for the plan that exists with other contents, such as the source.

    Raises:
        SystemExit: the file has other contents (status 1).
    """
    path = Path(options.out)
    if path.is_file() and path.stat().st_size and not is_plan_file(path):
        parser.error(
            f"argument --out: must be a new file or a saved plan, got {options.out!r:.200}, which has other contents"
        )
