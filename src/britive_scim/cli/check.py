"""`britive-scim check`: test the connection, and a source."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim check` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim check",
        description="Test the connection as Okta's Test Connection does. Nothing is changed.",
    )
    add_scim_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    with create_scim_client(options, read_only=True) as client:
        report = client.check()
    if options.json:
        print_json({"ok": report.ok, "connection": dataclasses.asdict(report)})
    else:
        print(report)
    return ExitStatus.DONE if report.ok else ExitStatus.ERROR
