"""Projection of a resource by `attributes`, `excludedAttributes` and the `returned` characteristic.

| `returned` | neither parameter | `attributes` | `excludedAttributes` |
| --- | --- | --- | --- |
| `always` | yes | yes | yes |
| `default` | yes | if listed | unless listed |
| `request` | if in the client's request | if listed | if in the client's request |
| `never` | no | no | no |

(RFC 7643 §7; RFC 7644 §3.4.2.5, §3.9.) The URN of a schema lists all its attributes. A complex
attribute lists all its sub-attributes but those with `returned` = `request`. A sub-attribute selects
the attribute with this sub-attribute and those always returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from britive_scim.errors import InvalidSelection
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import is_list
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.projection.attribute_list import (
    CORE_SCHEMA,
    EMPTY_ATTRIBUTE_LIST,
    AttributeList,
    AttributePaths,
    parse_attribute_list,
)
from britive_scim.scim.schemas.of_instance import find_instance_schema
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, SchemaLike
from britive_scim.scim.schemas.urn_spelling import unify_urns

__all__ = ["select"]

_UNDECLARED_ATTRIBUTE: Final = Attribute(name="")
"""Characteristics of an undeclared attribute: returned by default."""


def select(
    resource: Resource | Mapping[str, Any],
    *,
    attributes: AttributePaths | None = None,
    excluded: AttributePaths | None = None,
    schema: SchemaLike | None = None,
    requested: AttributePaths = (),
    short_names: bool = True,
) -> dict[str, Any]:
    """Return the attributes of a resource that a response contains, in wire form.

    Undeclared names and paths with a filter are ignored.

    Args:
        resource: a model, or a mapping in wire form; not changed.
        attributes: the attributes to include; `None` or empty for the default ones.
        excluded: the attributes to exclude; `None` or empty for none.
        schema: the schema of the resource; by default that of its class or `schemas`. Unless it is a
            `ResourceSchema`, each URN that the resource lists or contains is an extension.
        requested: the attributes in the client's POST, PUT or PATCH request; the response contains
            those with `returned` = `request`.
        short_names: whether `enterprise.department`, `custom.costCode` and Python names such as
            `user_name` are understood; a wire name takes precedence.

    Raises:
        InvalidSelection: `attributes` and `excluded` are both set.
        TypeError: `resource` is not a model or mapping, or a path is not a string.

    Examples:
        >>> user = {"id": "1", "userName": "ann", "name": {"givenName": "Ann", "familyName": "Lee"}}
        >>> select(user, attributes="name.givenName")
        {'id': '1', 'name': {'givenName': 'Ann'}}
        >>> select(user, excluded=["name", "id"])
        {'id': '1', 'userName': 'ann'}
    """
    if not isinstance(resource, Resource | Mapping):
        raise TypeError(f"resource must be a model or a mapping, got {type(resource).__name__}")
    resource_schema = find_instance_schema(resource, schema)
    included_list = parse_attribute_list(resource_schema, attributes, short_names=short_names)
    excluded_list = parse_attribute_list(resource_schema, excluded, short_names=short_names)
    if included_list is not None and excluded_list is not None:
        raise InvalidSelection(
            "attributes and excludedAttributes are mutually exclusive; use one of them"
        )
    requested_list = parse_attribute_list(resource_schema, requested) or EMPTY_ATTRIBUTE_LIST
    projection = _Projection(included_list, excluded_list, requested_list)
    content = resource.to_wire() if isinstance(resource, Resource) else resource
    result: dict[str, Any] = {}
    for name, value in _iter_named_members(content):
        extension = resource_schema.find_extension(name) if ":" in name else None
        if extension is not None and isinstance(value, Mapping):
            members = projection.project_extension(extension, cast("Mapping[str, Any]", value))
            if members:
                result[name] = members
            continue
        attribute = resource_schema.find_attribute(None, name) or _UNDECLARED_ATTRIBUTE
        projected = projection.project(CORE_SCHEMA, attribute, name, value)
        if projected is not None:
            result[name] = projected
    unify_urns(result, resource_schema)
    return result


@dataclass(frozen=True, slots=True)
class _Projection:
    """Projection of attributes and their values.

    Attributes:
        included: the attributes to include, or `None` for the default.
        excluded: the attributes to exclude, or `None`.
        requested: the attributes in the client's request.
    """

    included: AttributeList | None
    excluded: AttributeList | None
    requested: AttributeList

    def project_extension(
        self, extension: ExtensionSchema, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the projected attributes of an extension."""
        urn = fold(extension.urn)
        projected = {
            name: self.project(
                urn, extension.find_attribute(name) or _UNDECLARED_ATTRIBUTE, name, value
            )
            for name, value in _iter_named_members(data)
        }
        return {name: value for name, value in projected.items() if value is not None}

    def project(self, urn: str, attribute: Attribute, name: str, value: Any) -> Any:
        """Return the projected value of an attribute, or `None`."""
        attribute_id = (urn, fold(attribute.name or name))
        if attribute.is_secret:
            return None
        always = attribute.returned == "always"
        if self.included is not None:
            if self.included.has_attribute(attribute_id) and (
                attribute.returned != "request" or attribute_id in self.included.attributes
            ):
                return self._project_value(attribute, value, attribute_id, None)
            sub_names = self.included.get_sub_attributes(attribute_id)
            if sub_names:
                return self._project_value(attribute, value, attribute_id, sub_names)
            return self._project_value(attribute, value, attribute_id, None) if always else None
        if attribute.returned == "request" and not self._is_requested(attribute_id):
            return None
        if self.excluded is not None and not always and self.excluded.has_attribute(attribute_id):
            return None
        return self._project_value(attribute, value, attribute_id, None)

    def _is_requested(self, attribute_id: tuple[str, str]) -> bool:
        return (
            self.requested.has_attribute(attribute_id)
            or attribute_id in self.requested.sub_attributes
        )

    def _project_value(
        self,
        attribute: Attribute,
        value: Any,
        attribute_id: tuple[str, str],
        sub_names: frozenset[str] | None,
    ) -> Any:
        """Return a value with the listed sub-attributes, or with the default ones."""
        if is_list(value):
            items = [
                self._project_value(attribute, item, attribute_id, sub_names) for item in value
            ]
            return [item for item in items if item is not None] or None
        if not isinstance(value, Mapping):
            # A simple value has no sub-attributes to select.
            return value if sub_names is None else None
        excluded = (self.excluded or EMPTY_ATTRIBUTE_LIST).get_sub_attributes(attribute_id)
        requested = self.requested.get_sub_attributes(attribute_id) | (
            self.included or EMPTY_ATTRIBUTE_LIST
        ).get_sub_attributes(attribute_id)
        result: dict[str, Any] = {}
        for name, member in _iter_named_members(cast("Mapping[str, Any]", value)):
            sub = attribute.find_sub_attribute(name) or _UNDECLARED_ATTRIBUTE
            folded = fold(name)
            if sub.is_secret:
                continue
            if sub.returned != "always":
                if sub_names is not None and folded not in sub_names:
                    continue
                if sub_names is None and sub.returned == "request" and folded not in requested:
                    continue
                if folded in excluded:
                    continue
            result[name] = member
        return result or None


def _iter_named_members(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members of a mapping whose name is a string."""
    for name, value in members.items():
        if isinstance(name, str):
            yield name, value
