"""Lists whose values are told apart by `value` alone, as members of groups are.

Groups may have many members, so all that can be is done on sets of texts, at the speed of C.
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
    """Note the changes of a list whose values are told apart by `value`; false where one has none."""
    old, new = to_list(old_value), to_list(new_value)
    before, after = get_sub_attribute_values(old, sub), get_sub_attribute_values(new, sub)
    texts = _is_all_strings(before) and _is_all_strings(after)
    if texts and before == after:
        return True  # told without a set, as it mostly is where a difference is tried out
    try:
        there, wanted = set(before), set(after)
    except TypeError:  # what is no text need not be hashable
        return False
    if there == wanted:
        return True
    if not texts or "" in there or "" in wanted:
        return False
    gone = there - wanted
    if (
        not gone
        or context.value_selection == "array"
        or (context.value_selection == "filter" and _is_all_short(gone))
    ):
        taken = list(dict.fromkeys(filter(gone.__contains__, before))) if gone else []
        added: list[Any] = []
        if len(wanted) > len(there) - len(gone):
            fresh = wanted - there
            for position in compress(range(len(after)), map(fresh.__contains__, after)):
                fresh.discard(after[position])  # so that it is not met again
                added.append(context.to_writable_json(attribute, new[position]))
        if len(gone) < len(there) or not added:
            _add_operations(builder, context, path, attribute, taken, added)
            return True
    known = dict(zip(before, old, strict=True))
    everything = [
        {
            **context.to_writable_json(attribute, known.get(value)),
            **context.to_writable_json(attribute, item),
        }
        for value, item in zip(after, new, strict=True)
    ]
    builder.set(path, get_attribute_check(attribute)(everything, STRICT), is_new=not there)
    return True


def _is_all_strings(values: list[Any]) -> bool:
    """Return whether all of some values are texts."""
    try:
        "".join(values)
    except TypeError:
        return False
    return True


def _is_all_short(values: set[str]) -> bool:
    """Return whether all of some texts can stand in filters that are still readable."""
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
