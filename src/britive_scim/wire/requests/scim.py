"""Query parameters and bodies of SCIM requests, checked before sending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from britive_scim import scim
from britive_scim.errors import InputError, InvalidFilter, InvalidResource
from britive_scim.scim.json_values import is_blank, is_list, is_object
from britive_scim.scim.names import SEARCH_REQUEST
from britive_scim.wire.retry.policy import is_integer_between

__all__ = [
    "build_create_body",
    "build_query_params",
    "build_replace_body",
    "build_search_body",
    "remove_nulls",
    "validate_integer",
    "validate_name",
]

_SERVER_SET_ATTRIBUTES = frozenset({"schemas", "id", "meta"})


def build_query_params(
    schema: scim.ResourceSchema | None,
    *,
    filter: str | scim.Filter | None = None,
    attributes: Iterable[str] | None = None,
    excluded_attributes: Iterable[str] | None = None,
    sort_by: str | None = None,
    descending: bool = False,
    strict: bool = False,
) -> dict[str, str]:
    """Return the query parameters of RFC 7644 §3.4.2, with wire names and URNs.

    Args:
        schema: schema of the resources; `None` if they are of several types.
        filter: the filter; it is checked against `schema`.
        attributes: paths of the attributes to include.
        excluded_attributes: paths of the attributes to exclude.
        sort_by: path of the attribute to sort by.
        descending: largest first.
        strict: whether a name that `schema` does not declare is an error.

    Raises:
        InvalidFilter: the filter does not parse, or does not apply to the resources.
        InvalidPath: an attribute does not parse, or is not declared and `strict` is set.
        InputError: `attributes` and `excluded_attributes` are given together, or one is a single string.
    """
    if attributes is not None and excluded_attributes is not None:
        raise InputError("attributes and excluded_attributes are mutually exclusive; give one")
    params = {
        "filter": None if filter is None else str(validate_filter(filter, schema, strict=strict)),
        "attributes": _join_attribute_paths(attributes, "attributes", schema, strict=strict),
        "excludedAttributes": _join_attribute_paths(
            excluded_attributes, "excluded_attributes", schema, strict=strict
        ),
        "sortBy": None if sort_by is None else _validate_path(sort_by, schema, strict=strict),
        "sortOrder": None if sort_by is None else "descending" if descending else "ascending",
    }
    return {name: value for name, value in params.items() if value is not None}


def build_search_body(query_params: Mapping[str, object]) -> dict[str, object]:
    """Return the SearchRequest that is equivalent to query parameters (RFC 7644 §3.4.3)."""
    body: dict[str, object] = {"schemas": [SEARCH_REQUEST], **query_params}
    for name in ("attributes", "excludedAttributes"):
        if name in body:
            body[name] = str(body[name]).split(",")
    return body


def validate_integer(name: str, value: int, maximum: int) -> int:
    """Return `value` if it is an integer from 1 to `maximum`.

    Args:
        name: name of the argument in the error message.
        value: the value.
        maximum: the largest valid value.

    Raises:
        InputError: `value` is not such an integer.
    """
    if not is_integer_between(value, 1, maximum):
        raise InputError(f"{name} must be an integer from 1 to {maximum}, got {value!r}")
    return value


def validate_filter(
    filter_or_text: str | scim.Filter,
    schema: scim.ResourceSchema | None,
    *,
    strict: bool = False,
) -> scim.Filter:
    """Return the parsed filter with wire names, checked against `schema`, if there is one.

    Raises:
        InvalidFilter: the filter cannot be parsed, cannot apply to the resources, or has an undeclared
            name and `strict` is set.
        InputError: it is not a SCIM filter.
    """
    value: object = (
        scim.parse_filter(filter_or_text) if isinstance(filter_or_text, str) else filter_or_text
    )
    # The text of any other object, such as an admin.Condition, would be sent as the filter.
    if not isinstance(value, scim.Filter):
        raise InputError(
            f"filter must be a string or a scim.Filter, got {type(value).__name__}; build one by "
            "scim.attr('active').eq(True)"
        )
    from britive_scim.scim.filters.wire_form import to_wire_filter  # needed for a filter only

    if schema is None:
        for known in (scim.User, scim.Group):
            value = to_wire_filter(value, scim.ResourceSchema.of(known))
        return value
    try:
        value.check(schema, strict=strict)
    except InvalidFilter as error:
        raise _add_strict_hint(error, value, schema) from None
    return to_wire_filter(value, schema)


def _add_strict_hint(
    error: InvalidFilter, filter_: scim.Filter, schema: scim.ResourceSchema
) -> InvalidFilter:
    """Return an error of strict mode with the hint that `strict=False` sends the filter."""
    try:
        filter_.check(schema)
    except InvalidFilter:
        return error  # not for a name
    first_line, _, _ = error.message.partition("\n")  # the new error shows the text again
    message = f"{first_line}; strict=False sends it anyway"
    return InvalidFilter(message, text=error.text, position=error.position)


def validate_name(name: str, *, owner: str) -> str:
    """Return `name` if it is a non-empty string.

    Args:
        name: the new name.
        owner: description of the named object in the error message.

    Raises:
        InputError: it is empty or not a string.
    """
    if is_blank(name):
        raise InputError(f"name of {owner} must be a non-empty string, got {name!r:.40}")
    return name


def _join_attribute_paths(
    paths: Iterable[str] | None, label: str, schema: scim.ResourceSchema | None, *, strict: bool
) -> str | None:
    if paths is None:
        return None
    if isinstance(paths, (str, bytes)):
        raise InputError(f"{label} must be several attributes, got a string; write [{paths!r}]")
    return ",".join(_validate_path(path, schema, strict=strict) for path in paths) or None


def _validate_path(text: str, schema: scim.ResourceSchema | None, *, strict: bool) -> str:
    """Return the path with wire names.

    Raises:
        InvalidPath: it does not parse, or is not declared and `strict` is set.
    """
    from britive_scim.scim.filters.wire_form import to_wire_path  # needed for a path only

    path = scim.parse_path(text)
    if schema is None:
        for known in (scim.User, scim.Group):
            path = to_wire_path(path, scim.ResourceSchema.of(known))
        return str(path)
    if strict:
        from britive_scim.scim.projection.attribute_list import parse_attribute_list

        parse_attribute_list(schema, text, strict=True)
    return str(to_wire_path(path, schema))


def build_create_body(resource: scim.Resource, schema: scim.ResourceSchema) -> dict[str, Any]:
    """Return the body that creates `resource`, without readOnly attributes.

    Raises:
        InputError: `resource` is not of the class of the schema.
        InvalidResource: a required attribute is missing.
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
            f"{schema.name} cannot be created: required attributes are missing",
            problems=[f"{name}: required for every {schema.name}" for name in missing],
        )
    return body


def build_replace_body(resource: scim.Resource, schema: scim.ResourceSchema) -> dict[str, Any]:
    """Return the body that replaces `resource` at the server, without readOnly attributes but its id.

    Emptied attributes are written as `null` or `[]`, as the server may keep an omitted one (RFC 7644 §3.5.1).

    Raises:
        InputError: `resource` is not of the class of the schema.
    """
    from britive_scim.scim.codec.emptied import find_emptied  # needs pydantic

    _check_resource_class(resource, schema)
    body = resource.to_wire()
    for attribute in schema.attributes:
        if attribute.mutability == "readOnly" and attribute.name != "id":
            body.pop(attribute.name, None)
    _state_emptied(body, find_emptied(resource))
    return body


def _state_emptied(body: dict[str, Any], emptied: Mapping[str, Any]) -> None:
    for name, value in emptied.items():
        if is_object(value) and is_object(body.get(name)):
            _state_emptied(body[name], value)
        elif name not in body:
            body[name] = value
            if is_object(value) and ":" in name:
                body["schemas"] = [*body.get("schemas", ()), name]


def remove_nulls(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a PUT request without `null`, and without the objects that contain nothing else."""
    result: dict[str, Any] = {}
    for name, value in body.items():
        rest = remove_nulls(value) if is_object(value) else value
        if rest is not None and (rest or not is_object(value) or not value):
            result[name] = rest
    if is_list(result.get("schemas")):
        removed = {name for name in body if ":" in name and name not in result}
        result["schemas"] = [urn for urn in result["schemas"] if urn not in removed]
    return result


def _check_resource_class(resource: object, schema: scim.ResourceSchema) -> None:
    from britive_scim.scim.models.repr import get_origin_class  # needs pydantic

    # A User sent to /Groups would create a group. `User` and `User[AcmeAttributes]` have the same wire form.
    expected = scim.Resource if schema.model is None else get_origin_class(schema.model)
    if not isinstance(resource, expected):
        raise InputError(
            f"resource must be a {schema.name}, got {type(resource).__name__}; convert data with from_wire(data)"
        )
