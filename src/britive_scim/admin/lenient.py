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

__all__ = ["Unread", "put_back", "read_around"]

T = TypeVar("T")
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that does not fit its field, kept as it came.

    Attributes:
        place: keys and indexes from the record to the value.
        raw: the value.
        reason: why it could not be read.
    """

    place: Place
    raw: Any
    reason: str

    @property
    def path(self) -> str:
        """The place as text, such as `userTags[0].created`."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return text.removeprefix(".")


def read_around(
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
        found = [_locate(data, detail) for detail in error.errors(include_url=False)]
    unread = tuple({item.place: item for item in found if item.place}.values())
    return validate(_without(data, {item.place for item in unread})), unread


def put_back(wire: dict[str, Any], unread: Iterable[Unread]) -> dict[str, Any]:
    """Put values that could not be read into their places again, and return `wire`."""
    for item in sorted(unread, key=lambda one: tuple(map(_order, one.place))):
        *way, last = item.place
        target: Any = wire
        for step in way:
            target = target[step]
        if isinstance(last, int):
            target.insert(last, item.raw)  # ascending, so an index is that of the original list
        else:
            target[last] = item.raw
    return wire


def _locate(data: Any, detail: ErrorDetails) -> Unread:
    """Return the deepest value of `data` on the way to the error, with its place."""
    place: list[str | int] = []
    for step in detail["loc"]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
        place.append(step)
    return Unread(tuple(place), data, detail["msg"])


def _without(data: Any, places: set[Place]) -> Any:
    """Return a copy of `data` that lacks what stands at `places`."""
    if not places:
        return data
    gone = {place[0] for place in places if len(place) == 1}

    def below(step: str | int) -> set[Place]:
        return {place[1:] for place in places if place[0] == step and len(place) > 1}

    if isinstance(data, Mapping):
        record = cast("Mapping[str, Any]", data)
        return {k: _without(v, below(k)) for k, v in record.items() if k not in gone}
    items = cast("list[Any]", data)
    return [_without(v, below(i)) for i, v in enumerate(items) if i not in gone]


def _order(step: str | int) -> tuple[int, int, str]:
    return (0, step, "") if isinstance(step, int) else (1, 0, step)
