"""`britive-scim drift`: list differences between a source and a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from britive_scim import provisioning
from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_warning
from britive_scim.cli.planning import add_concurrency_option, read_tenant
from britive_scim.cli.source import (
    add_source_argument,
    add_source_options,
    read_config,
    read_wanted_directory,
)
from britive_scim.provisioning import Change, Directory
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.plans.rendering import describe_change
from britive_scim.tables import Table

__all__ = ["main"]

_DIFFERENCES = {
    "create": "not in the tenant",
    "deactivate": "only in the tenant",
    "delete": "only in the tenant",
    "add_members": "members not in the tenant",
    "remove_members": "members only in the tenant",
}
"""Difference by the action that would remove it; other actions change what both have."""


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim drift` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim drift",
        description="List differences between a source and a tenant: those that `plan` would change, and users and\n"
        "groups that only the tenant has. Exit status 2 if there are any, 4 if nothing differs, but not everything could\n"
        "be compared. Nothing is changed.",
    )
    add_source_argument(parser, "file of the users; by default that of the configuration")
    add_source_options(parser)
    add_concurrency_option(parser)
    add_scim_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    config = read_config(options, options.source)
    wanted = read_wanted_directory(config)
    with create_scim_client(options, read_only=True) as client:
        found = read_tenant(client, options)
    policy = replace(config.policy, missing="deactivate", missing_groups="delete", grace=None)
    if policy.reactivate == "ours":  # needs a memory, and does not make the two sides differ
        policy = replace(policy, reactivate="stated")
    plan = provisioning.plan(wanted, found, policy=policy)
    for reason in plan.withheld:
        print_warning(f"not compared: {reason}")
    rows = [_build_row(change) for change in plan.changes]
    if options.json:
        print_json(
            {
                "differences": [dict(zip(_COLUMNS, row, strict=True)) for row in rows],
                "withheld": list(plan.withheld),
            }
        )
    elif rows:
        print(Table.from_rows(_COLUMNS, rows).to_text(width=100, max_rows=None))
    else:
        print(_describe_agreement(wanted, is_whole=not plan.withheld))
    if rows:
        return ExitStatus.FOUND
    return ExitStatus.REFUSED if plan.withheld else ExitStatus.DONE


def _describe_agreement(wanted: Directory, *, is_whole: bool) -> str:
    """Return the line for a source without differences."""
    parts = [format_count(len(wanted.user_records), "user")]
    if wanted.group_records is not None:
        parts.append(format_count(len(wanted.group_records), "group"))
    start = "no differences" if is_whole else "no differences in what was compared"
    return f"{start}: the tenant has the {' and '.join(parts)} of {wanted.source.name} as stated"


_COLUMNS = ("type", "name", "key", "difference", "detail")


def _build_row(change: Change) -> tuple[str, str, str, str, str]:
    difference = _DIFFERENCES.get(change.action, "different")
    if change.action == "deactivate" and change.source is not None:
        difference = "active in the tenant alone"  # a status word, not a missing row
    detail = "" if change.action in ("deactivate", "delete") else describe_change(change)
    return (change.type, change.name or change.key, change.key, difference, detail)
