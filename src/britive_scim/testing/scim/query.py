"""Parse queries: from a query string or a SearchRequest (RFC 7644 §3.4.2, §3.4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from britive_scim.scim.names import SEARCH_REQUEST, fold
from britive_scim.testing.http.messages import TenantRequest
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["ResourceQuery"]

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ResourceQuery:
    """Parameters of a query.

    Attributes:
        filter: filter text, or `None`.
        start_index: 1-based index of the first resource, or `None`.
        count: maximum number of resources, or `None`.
        cursor: cursor of the page, empty for the first (RFC 9865), or `None` for pages by index.
        sort_by: path to sort by, or `None`.
        descending: whether the order is descending.
        attributes: names of the only attributes to return, or empty.
        excluded_attributes: names of attributes not to return, or empty.
    """

    filter: str | None = None
    start_index: int | None = None
    count: int | None = None
    cursor: str | None = None
    sort_by: str | None = None
    descending: bool = False
    attributes: tuple[str, ...] = ()
    excluded_attributes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.attributes and self.excluded_attributes:
            raise ScimHttpError.invalid_value(
                "attributes and excludedAttributes are mutually exclusive"
            )

    @classmethod
    def from_request(cls, request: TenantRequest) -> ResourceQuery:
        """Parse a query string.

        Raises:
            ScimHttpError: 400 `invalidValue` for an invalid parameter.
        """
        return cls._from_parameters(
            {name: request.get_parameter(name) for name in _PARAMETER_NAMES}
        )

    @classmethod
    def from_search_request(cls, body: Mapping[str, Any]) -> ResourceQuery:
        """Parse a SearchRequest.

        Raises:
            ScimHttpError: 400 `invalidSyntax` for another message, `invalidValue` for an invalid member.
        """
        members = {fold(name): value for name, value in body.items()}
        if members.get("schemas") != [SEARCH_REQUEST]:
            raise ScimHttpError.invalid_syntax(f"schemas of a search must be [{SEARCH_REQUEST!r}]")
        return cls._from_parameters({name: members.get(fold(name)) for name in _PARAMETER_NAMES})

    @classmethod
    def _from_parameters(cls, parameters: Mapping[str, Any]) -> ResourceQuery:
        order = _parse_string("sortOrder", parameters["sortOrder"]) or "ascending"
        if order.lower() not in ("ascending", "descending"):
            raise ScimHttpError.invalid_value("sortOrder must be ascending or descending")
        return cls(
            filter=_parse_string("filter", parameters["filter"]),
            start_index=_parse_integer("startIndex", parameters["startIndex"]),
            count=_parse_integer("count", parameters["count"]),
            cursor=_parse_string("cursor", parameters["cursor"]),
            sort_by=_parse_string("sortBy", parameters["sortBy"]),
            descending=order.lower() == "descending",
            attributes=_parse_names("attributes", parameters["attributes"]),
            excluded_attributes=_parse_names(
                "excludedAttributes", parameters["excludedAttributes"]
            ),
        )

    def is_attribute_requested(self, attribute: str) -> bool:
        """Return whether resources in the response may contain the attribute."""
        folded = fold(attribute)
        if self.attributes:
            return any(_extract_top_level_name(name) == folded for name in self.attributes)
        return all(fold(name.rpartition(":")[2]) != folded for name in self.excluded_attributes)


_PARAMETER_NAMES = (
    "filter",
    "startIndex",
    "count",
    "cursor",
    "sortBy",
    "sortOrder",
    "attributes",
    "excludedAttributes",
)


def _parse_string(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ScimHttpError.invalid_value(f"{name} must be a string")
    return value


def _parse_integer(name: str, value: object) -> int | None:
    if value is None or type(value) is int:
        return value
    if not isinstance(value, str) or _INTEGER.fullmatch(value.strip()) is None:
        raise ScimHttpError.invalid_value(f"{name} must be a whole number")
    return int(value)


def _parse_names(name: str, value: object) -> tuple[str, ...]:
    """Parse attribute names: a list, or a string separated by commas."""
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        raise ScimHttpError.invalid_value(f"{name} must be a list of names")
    names = [item for item in cast("list[object]", items) if isinstance(item, str)]
    if len(names) != len(cast("list[object]", items)):
        raise ScimHttpError.invalid_value(f"{name} must be a list of names")
    return tuple(item.strip() for item in names if item.strip())


def _extract_top_level_name(name: str) -> str:
    """Return the folded top-level attribute of a name in the attributes parameter."""
    return fold(name.rpartition(":")[2].partition(".")[0])
