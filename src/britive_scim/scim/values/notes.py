"""Notes on a model: metadata about its history, excluded from its value.

Equality and dumps ignore notes, and copies keep them. Pickles keep those whose names begin with `_`. Notes are stored
among the private attributes of pydantic, at no cost for models without notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.values.lookup import is_assigned

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = [
    "EMPTIED",
    "LISTED_MEMBERS",
    "REPLACED",
    "UNKEPT",
    "drop_notes",
    "get_note",
    "is_read_list",
    "is_unknown",
    "note_emptied",
    "note_empty_lists",
    "note_replaced",
    "set_note",
]

EMPTIED: Final = "emptied"
"""Names of attributes that were unassigned by a PATCH request, or deleted."""

UNKEPT: Final = "unkept"
"""Paths of the values that the server did not keep."""

REPLACED: Final = "replaced"
"""Names of sub-attributes of complex values that were replaced by assignment, by Python name of the attribute."""

LISTED_MEMBERS: Final = "_listed members"
"""Ids of the members that a list showed of a group; it may have omitted others."""

_READ_EMPTY: Final = "read empty"
"""Empty lists of a response, by Python name, of attributes that some servers always show as empty."""

_PRIVATE: Final = "__pydantic_private__"


def get_note(model: BaseModel, name: str, default: Any = None) -> Any:
    """Return a note on a model, or `default`."""
    notes = model.__pydantic_private__
    return default if notes is None else notes.get(name, default)


def set_note(model: BaseModel, name: str, value: Any) -> None:
    """Set a note on a model."""
    object.__setattr__(model, _PRIVATE, {**(model.__pydantic_private__ or {}), name: value})


def note_emptied(model: BaseModel, name: str) -> None:
    """Note that the attribute with this name was unassigned."""
    set_note(model, EMPTIED, get_note(model, EMPTIED, frozenset()) | {name})


def note_replaced(model: BaseModel, name: str, previous: BaseModel) -> None:
    """Note the sub-attributes of a complex value that was replaced by assignment.

    Args:
        model: the model that contains the value.
        name: Python name of the attribute.
        previous: the value before the assignment.
    """
    assigned = {
        field.name
        for field in get_model_definition(type(previous)).by_name.values()
        if is_assigned(previous.__dict__[field.field])
    }
    replaced: dict[str, frozenset[str]] = get_note(model, REPLACED, {})
    names = replaced.get(name, frozenset()) | assigned | set(previous.__pydantic_extra__ or ())
    set_note(model, REPLACED, {**replaced, name: names})


def note_empty_lists(model: BaseModel) -> None:
    """Note the empty lists of a response whose values the server may hide.

    These are attributes whose class declares `None` as unknown, such as the members of a group.
    """
    unknown: frozenset[str] = getattr(model, "__none_is_unknown__", frozenset())
    empty = {name: value for name in unknown if (value := model.__dict__.get(name)) == []}
    if empty:
        set_note(model, _READ_EMPTY, empty)


def is_unknown(model: BaseModel, name: str) -> bool:
    """Return whether the values of an attribute are unknown: `None`, or the empty list of a response."""
    unknown: frozenset[str] = getattr(model, "__none_is_unknown__", frozenset())
    value = model.__dict__.get(name)
    if name not in unknown or value:
        return False
    return value is None or is_read_list(model, name)


def is_read_list(model: BaseModel, name: str) -> bool:
    """Return whether the value of an attribute is the list object of a response that was empty."""
    read = get_note(model, _READ_EMPTY, {}).get(name)
    return read is not None and model.__dict__.get(name) is read


def drop_notes(state: dict[Any, Any]) -> dict[Any, Any]:
    """Return the state of a model for pickle, with only those notes whose names begin with `_`."""
    private = state.get(_PRIVATE)
    if not private:
        return state
    kept = {name: value for name, value in private.items() if name.startswith("_")}
    return {**state, _PRIVATE: kept or None}
