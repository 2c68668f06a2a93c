"""Lenient validation: an unreadable value is set aside, the rest of the record is read.

Britive's OpenAPI document declares no nulls, no required fields and no error shapes, and responses
differ from it. A record that fails validation is validated again without the invalid values; these
are kept unchanged, with their location and the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

__all__ = ["Unread", "restore_unread", "validate_leniently"]

T = TypeVar("T")
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that does not fit its field, unchanged.

    Attributes:
        location: keys and indexes from the record to the value.
        raw: the value.
        reason: why it could not be read.
    """

    location: Location
    raw: Any
    reason: str

    @property
    def path(self) -> str:
        """The location as a string, such as `userTags[0].created`."""
        text = "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.location
        )
        return text.removeprefix(".")


def validate_leniently(
    validate: Callable[[Any], T], data: Mapping[str, Any]
) -> tuple[T, tuple[Unread, ...]]:
    """Validate `data` without its invalid values; return the result and these values.

    Args:
        validate: raises pydantic's `ValidationError`.
        data: the record; it is not changed.

    Raises:
        ValidationError: an error without a location in `data`.
    """
    try:
        return validate(data), ()
    except ValidationError as error:
        invalid = [_find_invalid_value(data, detail) for detail in error.errors(include_url=False)]
    unread = tuple({item.location: item for item in invalid if item.location}.values())
    return validate(_remove_values(data, {item.location for item in unread})), unread


def restore_unread(wire: dict[str, Any], unread: Iterable[Unread]) -> dict[str, Any]:
    """Put unread values back at their locations in `wire`, and return it."""
    for item in sorted(unread, key=lambda item: tuple(map(_location_sort_key, item.location))):
        *parents, last = item.location
        target: Any = wire
        for step in parents:
            target = target[step]
        if isinstance(last, int):
            target.insert(last, item.raw)  # ascending, so an index is that of the original list
        else:
            target[last] = item.raw
    return wire


def _find_invalid_value(data: Any, detail: ErrorDetails) -> Unread:
    """Return the deepest value of `data` on the path of the error, with its location."""
    location: list[str | int] = []
    for step in detail["loc"]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
        location.append(step)
    return Unread(tuple(location), data, detail["msg"])


def _remove_values(data: Any, locations: set[Location]) -> Any:
    """Return a copy of `data` without the values at `locations`."""
    if not locations:
        return data
    removed = {location[0] for location in locations if len(location) == 1}

    def select_below(step: str | int) -> set[Location]:
        return {location[1:] for location in locations if location[0] == step and len(location) > 1}

    if isinstance(data, Mapping):
        record = cast("Mapping[str, Any]", data)
        return {
            key: _remove_values(value, select_below(key))
            for key, value in record.items()
            if key not in removed
        }
    items = cast("list[Any]", data)
    return [
        _remove_values(item, select_below(index))
        for index, item in enumerate(items)
        if index not in removed
    ]


def _location_sort_key(step: str | int) -> tuple[int, int, str]:
    return (0, step, "") if isinstance(step, int) else (1, 0, step)
