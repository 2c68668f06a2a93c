"""Text, table and HTML of a plan."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any, cast

from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.plans.change import Action, Change
from britive_scim.provisioning.plans.limits import format_allowance
from britive_scim.provisioning.plans.patterns import Pattern, describe_pattern
from britive_scim.provisioning.plans.plan_content import PlanContent
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.scim.names import fold
from britive_scim.tables import Table, shorten

__all__ = [
    "MAX_ROWS",
    "build_table",
    "describe_change",
    "format_change",
    "format_html",
    "format_summary",
    "format_text",
]

MAX_ROWS = 50
"""Number of changes in the text of a plan by default."""

SIGNS: Mapping[Action, str] = {
    "create": "+",
    "adopt": "~",
    "update": "~",
    "rename": "~",
    "deactivate": "-",
    "reactivate": "~",
    "delete": "-",
    "add_members": "+",
    "remove_members": "-",
}

_LINE_WIDTH = 1000
_VALUE_WIDTH = 60

_COLUMNS = {
    "action": str, "type": str, "key": str, "name": str, "id": str, "stage": str, "changes": str, "reason": str,
    "source": str, "requests": int,
}  # fmt: skip


def format_summary(plan: PlanContent) -> str:
    """Return the summary of a plan in one line, in the style of Terraform.

    An object counts once, however many changes it has.
    """
    ids: dict[str, set[str]] = {action: set() for action in SIGNS}
    members = {"add_members": 0, "remove_members": 0}
    for change in plan.changes:
        ids[change.action].add(change.id)
        if change.action == "add_members":
            members["add_members"] += len(change.after.get("members", ()))
        elif change.action == "remove_members":
            members["remove_members"] += len(change.before.get("members", ()))
    edited = ids["rename"] | ids["adopt"] | ids["update"] | ids["reactivate"]
    changed = len(edited - ids["create"])
    details = [
        f"{len(ids[action])} {noun if len(ids[action]) == 1 else plural}"
        for action, noun, plural in (
            ("rename", "rename", "renames"),
            ("adopt", "adoption", "adoptions"),
            ("reactivate", "reactivation", "reactivations"),
        )
        if ids[action]
    ]
    parts = [
        f"{len(ids['create'])} to add",
        f"{changed} to change" + (f" ({', '.join(details)})" if details else ""),
        f"{len(ids['deactivate'])} to deactivate",
    ]
    if ids["delete"]:
        parts.append(f"{len(ids['delete'])} to delete")
    for action, words in (("add_members", "in"), ("remove_members", "out")):
        if members[action]:
            noun = "member" if members[action] == 1 else "members"
            parts.append(f"{members[action]} {noun} {words}")
    left = [
        f"{plan.numbers[name]} {name}"
        for name in ("excluded", "protected")
        if plan.numbers.get(name)
    ]
    text = ", ".join(parts) if plan.changes else "nothing to do"
    return f"Plan: {text}" + (f"; {', '.join(left)}" if left else "")


def format_text(plan: PlanContent, *, max_rows: int | None = MAX_ROWS) -> str:
    """Return a plan as text: its head, one line per change with its values, and the summary."""
    lines = [*_list_head(plan), ""]
    shown = plan.changes if max_rows is None else plan.changes[:max_rows]
    for change in shown:
        lines += format_change(change)
    rest = plan.changes[len(shown) :]
    if rest:
        counts = Counter(f"{change.action} {change.type}" for change in rest)
        named = ", ".join(f"{number:,} {name}" for name, number in counts.items())
        lines.append(f"  … {len(rest):,} more changes: {named}; to_text(max_rows=None) shows all")
    if shown:
        lines.append("")
    lines += _list_notes(plan)
    lines.append(format_summary(plan))
    return "\n".join(shorten(line, _LINE_WIDTH) for line in lines)


def _list_head(plan: PlanContent) -> Iterator[str]:
    """Yield the lines above the changes; withheld removals come first."""
    for reason in plan.withheld:
        kind = "Creations" if " not created, " in reason else "Removals"
        yield f"{kind} withheld: {reason}"
    target = plan.target
    facts = [target.provider or "unknown identity provider", target.scim_url or "unknown SCIM URL"]
    if target.read_at is not None:
        facts.append(f"read at {target.read_at.isoformat(timespec='seconds')}")
    yield f"Target: {', '.join(facts)}"
    yield f"Rules: {', '.join(_list_rules(plan.policy))}"
    kept = plan.numbers.get("kept", 0)
    if kept:
        noun = "user is" if kept == 1 else "users are"
        yield f"{kept:,} {noun} not in the source and kept{_explain_keeping(plan.policy)}"
    groups = plan.numbers.get("kept_groups", 0)
    if groups:
        noun = "group is" if groups == 1 else "groups are"
        yield f'{groups:,} {noun} not in the source and kept, with all members, by missing_groups="keep"'


def _explain_keeping(policy: Policy) -> str:
    """Return why users that the source does not have are kept."""
    if policy.users == "reference":
        return ' by users="reference"'
    if policy.missing == "keep":
        return ' by missing="keep"'
    return ", because it states no users"


def _list_rules(policy: Policy) -> Iterator[str]:
    """Yield the rules in force: what happens to the missing, and all that differ from the default."""
    default = Policy()
    for item in fields(policy):
        value, usual = getattr(policy, item.name), getattr(default, item.name)
        if item.name == "limits":
            for limit in fields(value):
                number = getattr(value, limit.name)
                if number is not None:
                    yield f"limit of {limit.name} {number}"
        elif item.name in ("missing", "missing_groups"):
            yield f'{item.name}="{value}"'
        elif value != usual:
            yield f"{item.name}={_format_rule(value)}"


def _format_rule(value: object) -> str:
    if isinstance(value, Mapping):
        patterns = cast("Mapping[str, Pattern]", value).items()
        return "; ".join(f"{name}: {describe_pattern(pattern)}" for name, pattern in patterns)
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, cast("Iterable[object]", value)))
    if isinstance(value, timedelta):
        return f"{value / timedelta(days=1):g} days"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _list_notes(plan: PlanContent) -> Iterator[str]:
    for warning in plan.warnings:
        yield f"Warning: {warning}"
    for limit in plan.exceeded:
        yield (
            f"Limit exceeded: {limit.name}: {limit.planned:,} planned, {limit.limit:,} allowed ({limit.rule})"
        )
    if plan.exceeded:
        numbers = {limit.name: limit.planned for limit in plan.exceeded}
        yield f"To allow it for one run: {format_allowance(numbers)}"


def format_change(change: Change) -> list[str]:
    """Return the lines of a change: sign, object and action, then a line per attribute."""
    name = change.name or change.key
    key = "" if name == change.key else f" ({change.key})"
    verb = change.action.replace("_", " ")
    line = f"  {SIGNS[change.action]} {verb} {change.type.lower()} {name}{key}"
    if change.action in ("add_members", "remove_members"):
        line += f": {describe_change(change)}"
    if _is_created_inactive(change):
        line += " (inactive)"
    if change.reason:
        line += f", {change.reason}"
    if change.source:
        line += f"  [{change.source}]"
    lines = [line]
    if change.action in ("update", "rename", "adopt", "reactivate"):
        lines += [f"      {text}" for text in _list_values(change)]
    return lines


def _is_created_inactive(change: Change) -> bool:
    return change.action == "create" and change.after.get("active") is False


def describe_change(change: Change) -> str:
    """Return the values that change, on one line."""
    if change.action in ("add_members", "remove_members"):
        values = change.after if change.action == "add_members" else change.before
        return format_count(len(values.get("members", ())), "member")
    if change.action == "create":
        return ", ".join(change.after) + (" (inactive)" if _is_created_inactive(change) else "")
    return "; ".join(_list_values(change))


def _list_values(change: Change) -> Iterator[str]:
    """Yield `path: old -> new` of each value that changes."""
    before, after = dict(_flatten(change.before)), dict(_flatten(change.after))
    for path in dict.fromkeys((*before, *after)):
        old, new = before.get(path), after.get(path)
        if fold(path.rpartition(":")[2].partition(".")[0]) == "password":
            yield f"{path}: (hidden)"
        elif old != new:
            yield f"{path}: {_format_value(old)} -> {_format_value(new)}"


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and value of each attribute; a URN is separated by a colon."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            separator = ":" if ":" in name else "."
            yield from _flatten(cast("Mapping[str, Any]", value), f"{prefix}{name}{separator}")
        else:
            yield f"{prefix}{name}", value


def _format_value(value: object) -> str:
    if value is None:
        return "(none)"
    return shorten(json.dumps(value, ensure_ascii=False, default=str), _VALUE_WIDTH)


def build_table(plan: PlanContent) -> Table:
    """Return a table with one row per change."""
    return Table(_COLUMNS, (_Rows(plan.changes),))


class _Rows:
    """Rows of changes, built again for each reader of the table."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        self._changes = changes

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        for c in self._changes:
            yield (
                c.action, c.type, c.key, c.name, c.id, c.stage, describe_change(c), c.reason, c.source, c.requests,
            )  # fmt: skip


def format_html(plan: PlanContent) -> str:
    """Return a plan as HTML: its head, a table of the first changes, notes and the summary."""
    import html  # needed in notebooks only

    def format_lines(lines: Iterable[str]) -> str:
        return "".join(f"<p>{html.escape(shorten(line, _LINE_WIDTH))}</p>" for line in lines)

    table = build_table(plan).to_html(max_rows=MAX_ROWS) if plan.changes else ""
    summary = f"<p><strong>{html.escape(format_summary(plan))}</strong></p>"
    return f"<div>{format_lines(_list_head(plan))}{table}{format_lines(_list_notes(plan))}{summary}</div>"
