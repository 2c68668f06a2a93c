"""`britive-scim check`: test the connection, and a source."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json
from britive_scim.cli.source import (
    add_rules_option,
    add_source_argument,
    add_source_options,
    read_config,
    read_rules,
)
from britive_scim.cli.wording import translate_problems
from britive_scim.provisioning.directory.problems import build_group_table

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim check` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim check",
        description="Test the connection as Okta's Test Connection does, and a source: how it is read, and all of\n"
        "its problems. Without a SCIM URL the source is tested alone. Nothing is changed.",
    )
    add_source_argument(parser, "file of the users; by default that of the configuration")
    add_source_options(parser)
    add_rules_option(parser)
    add_scim_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    results: list[tuple[bool, dict[str, Any]]] = []
    if options.source or options.config:
        results.append(_check_source(options))
    if options.url or not results:
        results.append(_check_connection(options))
    is_ok = all(ok for ok, _ in results)
    if options.json:
        document: dict[str, Any] = {"ok": is_ok}
        for _, part in results:
            document |= part
        print_json(document)
    return ExitStatus.DONE if is_ok else ExitStatus.ERROR


def _check_source(options: argparse.Namespace) -> tuple[bool, dict[str, Any]]:
    directory = read_config(options, options.source).read_source()
    rules = read_rules(options)
    problems = translate_problems(directory.problems if rules is None else directory.check(rules))
    if not options.json:
        print(f"{directory.source}\n\n{directory!r}")
        if problems:
            print(build_group_table(problems).to_text(width=200, max_rows=None))
        print()
    groups = directory.group_records
    part = {
        "source": {
            **dataclasses.asdict(directory.source),
            "users": len(directory.user_records),
            "groups": None if groups is None else len(groups),
            "problems": [dataclasses.asdict(problem) for problem in problems],
        }
    }
    return not problems.errors, part


def _check_connection(options: argparse.Namespace) -> tuple[bool, dict[str, Any]]:
    with create_scim_client(options, read_only=True) as client:
        report = client.check()
    if not options.json:
        print(report)
    return report.ok, {"connection": dataclasses.asdict(report)}
