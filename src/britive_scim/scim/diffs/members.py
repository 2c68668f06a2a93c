"""Compare lists whose values are identified by `value` alone, such as group members.

Groups may have many members, so the comparison uses sets of strings where possible.
"""

from __future__ import annotations

import json
from itertools import compress
from typing import Any

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.diffs.changes import MAX_LITERAL_LENGTH, ListDiffContext, PatchBuilder
from britive_scim.scim.patch.dialect import STRICT
from britive_scim.scim.patch.multivalued import get_sub_attribute_values
from britive_scim.scim.patch.validation import get_attribute_check
from britive_scim.scim.values.node import to_list

__all__ = ["diff_by_value"]


def diff_by_value(
    builder: PatchBuilder,
    context: ListDiffContext,
    path: str,
    attribute: Attribute,
    sub: Attribute,
    old_value: Any,
    new_value: Any,
) -> bool:
    """Add the operations for a list identified by `value`; return false if a value lacks it."""
    old, new = to_list(old_value), to_list(new_value)
    before, after = get_sub_attribute_values(old, sub), get_sub_attribute_values(new, sub)
    all_strings = _is_all_strings(before) and _is_all_strings(after)
    if all_strings and before == after:
        return True  # fast path, the usual case when `diff` verifies its result
    try:
        old_ids, new_ids = set(before), set(after)
    except TypeError:  # not all are strings, nor hashable
        return False
    if old_ids == new_ids:
        return True
    if not all_strings or "" in old_ids or "" in new_ids:
        return False
    removed_ids = old_ids - new_ids
    if (
        not removed_ids
        or context.value_selection == "array"
        or (context.value_selection == "filter" and _is_all_short(removed_ids))
    ):
        removed = (
            list(dict.fromkeys(filter(removed_ids.__contains__, before))) if removed_ids else []
        )
        added: list[Any] = []
        if len(new_ids) > len(old_ids) - len(removed_ids):
            added_ids = new_ids - old_ids
            for position in compress(range(len(after)), map(added_ids.__contains__, after)):
                added_ids.discard(after[position])  # skips duplicates
                added.append(context.to_writable_json(attribute, new[position]))
        if len(removed_ids) < len(old_ids) or not added:
            _add_operations(builder, context, path, attribute, removed, added)
            return True
    old_by_id = dict(zip(before, old, strict=True))
    replacement = [
        {
            **context.to_writable_json(attribute, old_by_id.get(value)),
            **context.to_writable_json(attribute, item),
        }
        for value, item in zip(after, new, strict=True)
    ]
    builder.set(path, get_attribute_check(attribute)(replacement, STRICT), is_new=not old_ids)
    return True


def _is_all_strings(values: list[Any]) -> bool:
    """Return whether all values are strings."""
    try:
        "".join(values)
    except TypeError:
        return False
    return True


def _is_all_short(values: set[str]) -> bool:
    """Return whether all strings are short enough for literals of filters."""
    return max(map(len, values)) <= MAX_LITERAL_LENGTH


def _add_operations(
    builder: PatchBuilder,
    context: ListDiffContext,
    path: str,
    attribute: Attribute,
    removed: list[Any],
    added: list[Any],
) -> None:
    if removed and context.value_selection == "array":
        builder.remove(path, [{"value": value} for value in removed])
    elif removed:
        for value in removed:
            builder.remove(f"{path}[value eq {json.dumps(value, ensure_ascii=False)}]")
    if added:
        builder.set(path, get_attribute_check(attribute)(added, STRICT), is_new=True)
