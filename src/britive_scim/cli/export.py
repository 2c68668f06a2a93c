"""`britive-scim export`: write the users and groups of a tenant to a file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_warning
from britive_scim.cli.planning import add_concurrency_option, read_tenant
from britive_scim.provisioning import Directory
from britive_scim.provisioning.counts import format_count

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim export` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim export",
        description="Write the users and groups of a tenant to a file that `plan` reads back.\n"
        "Exit status 4 if the users or groups are not proven to be complete.",
    )
    parser.add_argument("kind", choices=("directory",), help="the users and groups of the provider")
    parser.add_argument(
        "file",
        metavar="FILE",
        help="new or replaced file, readable by its owner only: FILE.jsonl has everything, FILE.csv users, groups "
        "and proven members",
    )
    add_concurrency_option(parser)
    add_scim_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    suffix = Path(options.file).suffix.casefold()
    if suffix not in ("", ".jsonl", ".csv"):
        parser.error(f"argument FILE: must end in .jsonl or .csv, got {suffix!r:.40}")
    return _export(options, Path(options.file if suffix else f"{options.file}.jsonl"))


def _export(options: argparse.Namespace, file: Path) -> int:
    with create_scim_client(options, read_only=True) as client:
        found = read_tenant(client, options)
    for reason in found.completeness.reasons:
        print_warning(reason)
    if file.suffix.casefold() == ".csv":
        found.export(file)
    else:
        found.save(file)
    print_warning(f"{file} contains personal data; only its owner may read it")
    groups = found.group_records
    unproven = len(found.completeness.unproven_groups)
    if unproven and file.suffix.casefold() == ".csv":
        print_warning(
            f"members of {format_count(unproven, 'group')} are not proven to be complete, and not in a CSV file; "
            "export to .jsonl, which holds everything"
        )
    if options.json:
        print_json(
            {
                "file": str(file),
                "users": len(found.user_records),
                "groups": None if groups is None else len(groups),
                "complete": found.complete,
            }
        )
    else:
        shown = "no groups" if groups is None else format_count(len(groups), "group")
        print(f"{file}: {format_count(len(found.user_records), 'user')}, {shown}")
    return ExitStatus.DONE if _are_lists_complete(found) else ExitStatus.REFUSED


def _are_lists_complete(found: Directory) -> bool:
    """Return whether all users and groups are proven to be read; unknown members are exported as unknown."""
    return found.completeness.users is not False and found.completeness.groups is not False
