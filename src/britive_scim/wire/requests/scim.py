"""Queries and look-ups of SCIM resources, checked before they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from britive_scim.admin import Condition
from britive_scim.errors import InputError, InvalidResource
from britive_scim.scim.filters.ast import Compare, Filter
from britive_scim.scim.filters.parser import parse_filter, parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import SEARCH_REQUEST
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.wire.retry.policy import is_integer_between

__all__ = [
    "build_create_body",
    "build_eq_filter",
    "build_query_params",
    "build_replace_body",
    "build_search_body",
    "is_casefold_equal",
    "validate_integer",
    "validate_name",
]

_SERVER_SET_ATTRIBUTES = frozenset({"schemas", "id", "meta"})


def build_query_params(
    schema: ResourceSchema | None,
    *,
    filter: str | Filter | None = None,
    attributes: Iterable[str] | None = None,
    excluded_attributes: Iterable[str] | None = None,
    sort_by: str | None = None,
    descending: bool = False,
) -> dict[str, str]:
    """Return the query parameters of RFC 7644 §3.4.2 that say what is asked for.

    A filter is checked against `schema`, where one is given.

    Raises:
        InvalidFilter: the filter does not parse, or cannot apply to the resources.
        InvalidPath: an attribute does not parse.
        InputError: attributes given and excluded at once, or as a single text.
    """
    if attributes is not None and excluded_attributes is not None:
        raise InputError("attributes and excluded_attributes exclude each other; give one of them")
    asked = {
        "filter": None if filter is None else str(validate_filter(filter, schema)),
        "attributes": _join_attribute_paths(attributes, "attributes"),
        "excludedAttributes": _join_attribute_paths(excluded_attributes, "excluded_attributes"),
        "sortBy": None if sort_by is None else str(parse_path(sort_by)),
        "sortOrder": None if sort_by is None else "descending" if descending else "ascending",
    }
    return {name: value for name, value in asked.items() if value is not None}


def build_search_body(query_params: Mapping[str, object]) -> dict[str, object]:
    """Return the SearchRequest that asks what these query parameters ask (RFC 7644 §3.4.3)."""
    body: dict[str, object] = {"schemas": [SEARCH_REQUEST], **query_params}
    for name in ("attributes", "excludedAttributes"):
        if name in body:
            body[name] = str(body[name]).split(",")
    return body


def validate_integer(name: str, value: int, maximum: int) -> int:
    """Return `value` if it is a whole number from 1 to `maximum`.

    Raises:
        InputError: it is not; the message calls it `name`.
    """
    if not is_integer_between(value, 1, maximum):
        raise InputError(f"{name} is a whole number from 1 to {maximum}, not {value!r}")
    return value


def validate_filter(filter_or_text: object, schema: ResourceSchema | None) -> Filter:
    """Return the filter as a value, after checking that it can apply to resources of `schema`."""
    found = parse_filter(filter_or_text) if isinstance(filter_or_text, str) else filter_or_text
    if isinstance(found, Condition):
        raise InputError(
            "filter= takes text or a scim.Filter, made by scim.attr(…); admin.where(…) writes the admin "
            "API's language, which SCIM does not read"
        )
    if not isinstance(found, Filter):
        raise InputError(
            f"filter= takes text or a scim.Filter, such as scim.attr('active') == True, "
            f"not {type(found).__name__}"
        )
    if schema is not None:
        found.check(schema)
    return found


def validate_name(name: object, *, owner: str) -> str:
    """Return a name that something is given.

    Raises:
        InputError: it is no text, or empty; the message calls its owner `owner`.
    """
    if not isinstance(name, str):
        raise InputError(f"the name of {owner} is a text, not {type(name).__name__}")
    if not name.strip():
        raise InputError(f"{owner} needs a name, and this one is empty")
    return name


def _join_attribute_paths(paths: Any, label: str) -> str | None:
    if paths is None:
        return None
    if isinstance(paths, (str, bytes)):
        raise InputError(f"{label} takes several attributes; write [{paths!r}]")
    if not isinstance(paths, Iterable):
        raise InputError(f"{label} takes several attributes, not {type(paths).__name__}")
    texts = cast("Iterable[str]", paths)
    return ",".join(str(parse_path(path)) for path in texts) or None


def build_eq_filter(name: str, value: str) -> Filter:
    """Return the filter `name eq value`, the value escaped.

    Raises:
        InputError: the value is empty.
    """
    if not _is_nonempty_string(value):
        raise InputError(f"a look-up by {name} needs a value, not {value!r}")
    return Compare(Path(None, name), "eq", value)


def _is_nonempty_string(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_casefold_equal(value: object, expected: str) -> bool:
    """Return whether a value found equals the one looked for, without regard to case."""
    return isinstance(value, str) and value.casefold() == expected.casefold()


def build_create_body(resource: Resource, schema: ResourceSchema) -> dict[str, Any]:
    """Return the body that creates `resource`: without what only the server sets.

    Raises:
        InvalidResource: an attribute that every resource of its kind must have is missing.
    """
    _check_resource_class(resource, schema)
    body = resource.to_wire()
    for attribute in schema.attributes:
        if attribute.mutability == "readOnly":
            body.pop(attribute.name, None)
    missing = [
        attribute.name
        for attribute in schema.attributes
        if attribute.required
        and attribute.name not in _SERVER_SET_ATTRIBUTES
        and not body.get(attribute.name)
        and body.get(attribute.name) is not False
    ]
    if missing:
        raise InvalidResource(
            f"this {schema.name} cannot be created",
            problems=[f"{name}: missing, and every {schema.name} must have it" for name in missing],
        )
    return body


def build_replace_body(resource: Resource, schema: ResourceSchema) -> dict[str, Any]:
    """Return the body that is put in place of the resource at the server."""
    _check_resource_class(resource, schema)
    body = resource.to_wire()
    for attribute in schema.attributes:
        if attribute.mutability == "readOnly" and attribute.name != "id":
            body.pop(attribute.name, None)
    return body


def _check_resource_class(resource: object, schema: ResourceSchema) -> None:
    if not isinstance(resource, Resource):
        raise InputError(
            f"a {schema.name} is asked, not {type(resource).__name__}; plain data becomes one by from_wire"
        )
    if schema.model is not None and not isinstance(resource, _get_generic_origin(schema.model)):
        raise InputError(f"a {schema.name} is asked, not a {type(resource).__name__}")


def _get_generic_origin(model: type[Resource]) -> type[Any]:
    """Return `User` for `User[AcmeAttributes]`: which attributes are typed is no difference on the wire."""
    return model.__pydantic_generic_metadata__["origin"] or model
