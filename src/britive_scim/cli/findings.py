"""`britive-scim findings`: list users and groups of a tenant that need attention."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_warning
from britive_scim.cli.planning import add_concurrency_option, read_tenant

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim findings` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim findings",
        description="List users and groups of a tenant that need attention, each with an advised action.\n"
        "Exit status 2 if there are any. Nothing is changed.",
    )
    add_concurrency_option(parser)
    add_scim_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    with create_scim_client(options, read_only=True) as client:
        found = read_tenant(client, options)
    for reason in found.completeness.reasons:
        print_warning(reason)
    findings = found.findings()
    if options.json:
        print_json(
            {
                "findings": [dataclasses.asdict(finding) for finding in findings],
                "complete": found.complete,
            }
        )
    elif findings:
        print(findings)
    return ExitStatus.FOUND if findings else ExitStatus.DONE
