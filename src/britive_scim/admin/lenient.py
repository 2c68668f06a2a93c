"""Reading around what cannot be read: one bad value costs that value, never the record.

The admin API's own description declares no nulls, no required fields and no error shapes, and the
answers seen differ from it. So a record that does not validate is validated again without the
values at fault; these are kept as they came, with their place and the reason.
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
    """A value that does not fit its field, kept as it came.

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
        """The place as text, such as `userTags[0].created`."""
        text = "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.location
        )
        return text.removeprefix(".")


def validate_leniently(
    validate: Callable[[Any], T], data: Mapping[str, Any]
) -> tuple[T, tuple[Unread, ...]]:
    """Return what `validate` makes of `data` without the values it refuses, and those values.

    Args:
        validate: raises pydantic's `ValidationError`.
        data: the record; it is not changed.

    Raises:
        ValidationError: the values in the way have no place of their own.
    """
    try:
        return validate(data), ()
    except ValidationError as error:
        found = [_find_invalid_value(data, detail) for detail in error.errors(include_url=False)]
    unread = tuple({item.location: item for item in found if item.location}.values())
    return validate(_remove_values(data, {item.location for item in unread})), unread


def restore_unread(wire: dict[str, Any], unread: Iterable[Unread]) -> dict[str, Any]:
    """Put values that could not be read into their places again, and return `wire`."""
    for item in sorted(unread, key=lambda one: tuple(map(_location_sort_key, one.location))):
        *way, last = item.location
        target: Any = wire
        for step in way:
            target = target[step]
        if isinstance(last, int):
            target.insert(last, item.raw)  # ascending, so an index is that of the original list
        else:
            target[last] = item.raw
    return wire


def _find_invalid_value(data: Any, detail: ErrorDetails) -> Unread:
    """Return the deepest value of `data` on the way to the error, with its place."""
    place: list[str | int] = []
    for step in detail["loc"]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
        place.append(step)
    return Unread(tuple(place), data, detail["msg"])


def _remove_values(data: Any, locations: set[Location]) -> Any:
    """Return a copy of `data` that lacks what stands at `locations`."""
    if not locations:
        return data
    gone = {place[0] for place in locations if len(place) == 1}

    def select_below(step: str | int) -> set[Location]:
        return {place[1:] for place in locations if place[0] == step and len(place) > 1}

    if isinstance(data, Mapping):
        record = cast("Mapping[str, Any]", data)
        return {k: _remove_values(v, select_below(k)) for k, v in record.items() if k not in gone}
    items = cast("list[Any]", data)
    return [_remove_values(v, select_below(i)) for i, v in enumerate(items) if i not in gone]


def _location_sort_key(step: str | int) -> tuple[int, int, str]:
    return (0, step, "") if isinstance(step, int) else (1, 0, step)
