"""Lists whose values are told apart by `value` alone, as members of groups are.

Groups may have many members, so all that can be is done on sets of texts, at the speed of C.
"""

from __future__ import annotations

import json
from itertools import compress
from typing import Any

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.diffs.changes import LONGEST, Changes, How
from britive_scim.scim.patch.dialect import STRICT
from britive_scim.scim.patch.multivalued import held_texts
from britive_scim.scim.patch.validation import checked
from britive_scim.scim.values.node import listed

__all__ = ["change_by_value"]


def change_by_value(
    changes: Changes, how: How, path: str, attribute: Attribute, sub: Attribute, was: Any, will: Any
) -> bool:
    """Note the changes of a list whose values are told apart by `value`; false where one has none."""
    old, new = listed(was), listed(will)
    before, after = held_texts(old, sub), held_texts(new, sub)
    texts = _all_texts(before) and _all_texts(after)
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
    if not gone or how.selecting == "array" or (how.selecting == "filter" and _all_short(gone)):
        taken = list(dict.fromkeys(filter(gone.__contains__, before))) if gone else []
        added: list[Any] = []
        if len(wanted) > len(there) - len(gone):
            fresh = wanted - there
            for position in compress(range(len(after)), map(fresh.__contains__, after)):
                fresh.discard(after[position])  # so that it is not met again
                added.append(how.writable(attribute, new[position]))
        if len(gone) < len(there) or not added:
            _note_by_value(changes, how, path, attribute, taken, added)
            return True
    known = dict(zip(before, old, strict=True))
    everything = [
        {**how.writable(attribute, known.get(value)), **how.writable(attribute, item)}
        for value, item in zip(after, new, strict=True)
    ]
    changes.set(path, checked(attribute)(everything, STRICT), new=not there)
    return True


def _all_texts(values: list[Any]) -> bool:
    """Return whether all of some values are texts."""
    try:
        "".join(values)
    except TypeError:
        return False
    return True


def _all_short(values: set[str]) -> bool:
    """Return whether all of some texts can stand in filters that are still readable."""
    return max(map(len, values)) <= LONGEST


def _note_by_value(
    changes: Changes, how: How, path: str, attribute: Attribute, taken: list[Any], added: list[Any]
) -> None:
    if taken and how.selecting == "array":
        changes.remove(path, [{"value": value} for value in taken])
    elif taken:
        for value in taken:
            changes.remove(f"{path}[value eq {json.dumps(value, ensure_ascii=False)}]")
    if added:
        changes.set(path, checked(attribute)(added, STRICT), new=True)
