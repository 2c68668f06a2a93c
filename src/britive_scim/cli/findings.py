"""`britive-scim findings`: list users and groups of a tenant that need attention."""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Sequence
from datetime import timedelta

from britive_scim.cli.arguments import (
    CommandParser,
    add_json_option,
    add_scim_options,
)
from britive_scim.cli.clients import create_admin_client, create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_note, print_progress, print_warning
from britive_scim.cli.planning import add_concurrency_option, get_concurrency, read_tenant
from britive_scim.cli.source import add_rules_option, read_rules
from britive_scim.errors import InputError
from britive_scim.provisioning import Directory, Findings

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim findings` with these arguments and return its exit status."""
    options = _build_parser().parse_all(arguments)
    days = _parse_days(options.stale_after)
    ignore: list[str] = options.ignore or []
    Directory.of([]).findings(ignore=ignore)  # refuses unknown rules before anything is sent
    rules = read_rules(options)
    found = _read_directory(options)
    for reason in found.completeness.reasons:
        print_warning(reason)
    findings = found.findings(rules, ignore, timedelta(days=days))
    if options.json:
        _print_as_json(findings)
    else:
        if findings:
            print(findings.to_table().to_text(width=100, max_rows=None))
        for unchecked in findings.not_checked:
            print_note(f"not checked: {unchecked}")
    return ExitStatus.FOUND if findings else ExitStatus.DONE


def _build_parser() -> CommandParser:
    parser = CommandParser(
        prog="britive-scim findings",
        description="List users and groups of a tenant that need attention, each with an advised action.\n"
        "Exit status 2 if there are any. Nothing is changed.",
    )
    parser.add_argument(
        "--api",
        choices=("scim", "admin"),
        help="API to read: admin shows logins and identity providers, scim managers; default scim, admin without a "
        "SCIM URL",
    )
    parser.add_argument(
        "--ignore",
        action="append",
        metavar="RULE",
        help="rule to leave out, or RULE:GLOB for users and groups with such names; may be repeated",
    )
    parser.add_argument(
        "--stale-after",
        metavar="DAYS",
        default="90",
        help="days since the last login after which an account is stale; default 90",
    )
    add_concurrency_option(parser)
    add_rules_option(parser)
    add_scim_options(parser)
    add_json_option(parser)
    return parser


def _parse_days(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) == 0:
        raise InputError(f"--stale-after must be a number of days, 1 or more, got {text!r:.60}")
    return int(text)


def _read_directory(options: argparse.Namespace) -> Directory:
    if options.api == "scim" or (options.api is None and options.url):
        with create_scim_client(options, read_only=True) as client:
            return read_tenant(client, options)
    with create_admin_client(options, read_only=True) as client:
        print_progress("reading users and tags of the tenant")
        return client.read_directory(options.provider or None, concurrency=get_concurrency(options))


def _print_as_json(findings: Findings) -> None:
    print_json(
        {
            "findings": [dataclasses.asdict(finding) for finding in findings],
            "not_checked": [dataclasses.asdict(rule) for rule in findings.not_checked],
            "complete": findings.complete,
        }
    )
