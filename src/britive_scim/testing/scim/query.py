"""What a query asks for, by its query string or by a search message (RFC 7644 §3.4.2, §3.4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from britive_scim.scim.names import SEARCH_REQUEST, fold
from britive_scim.testing.http.messages import Request
from britive_scim.testing.scim.problem import Problem

__all__ = ["Query"]

_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Query:
    """What a query asks for.

    Attributes:
        filter: its text, or `None`.
        start: 1-based place of the first resource; `None` where it was not said.
        count: most resources wanted, or `None`.
        cursor: the page of a cursor, empty for the first (RFC 9865), or `None` for pages by index.
        sort_by: path to order by, or `None`.
        descending: whether the order is turned around.
        attributes: names of the only attributes wanted, or empty.
        excluded: names of attributes not wanted, or empty.
    """

    filter: str | None = None
    start: int | None = None
    count: int | None = None
    cursor: str | None = None
    sort_by: str | None = None
    descending: bool = False
    attributes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.attributes and self.excluded:
            raise Problem.value("attributes and excludedAttributes cannot be used together")

    @classmethod
    def of(cls, request: Request) -> Query:
        """Return what a query string asks for.

        Raises:
            Problem: 400 `invalidValue` for a parameter that cannot be read.
        """
        return cls._read({name: request.parameter(name) for name in _PARAMETERS})

    @classmethod
    def of_message(cls, body: Mapping[str, Any]) -> Query:
        """Return what a search message asks for.

        Raises:
            Problem: 400 `invalidSyntax` for another message, `invalidValue` for a member that cannot
                be read.
        """
        members = {fold(name): value for name, value in body.items()}
        if members.get("schemas") != [SEARCH_REQUEST]:
            raise Problem.syntax(f"schemas of a search must be [{SEARCH_REQUEST!r}]")
        return cls._read({name: members.get(fold(name)) for name in _PARAMETERS})

    @classmethod
    def _read(cls, given: Mapping[str, Any]) -> Query:
        order = _text("sortOrder", given["sortOrder"]) or "ascending"
        if order.lower() not in ("ascending", "descending"):
            raise Problem.value("sortOrder must be ascending or descending")
        return cls(
            filter=_text("filter", given["filter"]),
            start=_whole("startIndex", given["startIndex"]),
            count=_whole("count", given["count"]),
            cursor=_text("cursor", given["cursor"]),
            sort_by=_text("sortBy", given["sortBy"]),
            descending=order.lower() == "descending",
            attributes=_names("attributes", given["attributes"]),
            excluded=_names("excludedAttributes", given["excludedAttributes"]),
        )

    def wants(self, attribute: str) -> bool:
        """Return whether a resource shown for this query may carry the attribute."""
        wanted = fold(attribute)
        if self.attributes:
            return any(_first(name) == wanted for name in self.attributes)
        return all(fold(name.rpartition(":")[2]) != wanted for name in self.excluded)


_PARAMETERS = (
    "filter",
    "startIndex",
    "count",
    "cursor",
    "sortBy",
    "sortOrder",
    "attributes",
    "excludedAttributes",
)


def _text(name: str, given: object) -> str | None:
    if given is not None and not isinstance(given, str):
        raise Problem.value(f"{name} must be text")
    return given


def _whole(name: str, given: object) -> int | None:
    if given is None or type(given) is int:
        return given
    if not isinstance(given, str) or _WHOLE.fullmatch(given.strip()) is None:
        raise Problem.value(f"{name} must be a whole number")
    return int(given)


def _names(name: str, given: object) -> tuple[str, ...]:
    """Return names given as a list, or as text with commas between them."""
    if given is None:
        return ()
    items = given.split(",") if isinstance(given, str) else given
    if not isinstance(items, list):
        raise Problem.value(f"{name} must be a list of names")
    names = [item for item in cast("list[object]", items) if isinstance(item, str)]
    if len(names) != len(cast("list[object]", items)):
        raise Problem.value(f"{name} must be a list of names")
    return tuple(item.strip() for item in names if item.strip())


def _first(name: str) -> str:
    """Return the folded top-level attribute that a name of the attributes parameter is about."""
    return fold(name.rpartition(":")[2].partition(".")[0])
