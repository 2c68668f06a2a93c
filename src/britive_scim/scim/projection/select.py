"""What of a resource an answer holds: `attributes`, `excludedAttributes`, and `returned` of the schema.

| `returned` | neither given | `attributes` | `excludedAttributes` |
| --- | --- | --- | --- |
| `always` | yes | yes | yes |
| `default` | yes | where named | unless named |
| `request` | where the client's own request gave it | where named | where the client's own request gave it |
| `never` | no | no | no |

(RFC 7643 §7; RFC 7644 §3.4.2.5, §3.9.) Naming a schema's URN means all of it, naming a complex
attribute all of its parts but those returned on request only; naming a part returns the attribute with
that part and those always returned.
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
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, schema_for

__all__ = ["select"]

_UNDECLARED_ATTRIBUTE: Final = Attribute(name="")
"""What is assumed of an attribute that no schema declares: returned by default."""


def select(
    resource: Resource | Mapping[str, Any],
    *,
    attributes: AttributePaths | None = None,
    excluded: AttributePaths | None = None,
    schema: SchemaLike | None = None,
    requested: AttributePaths = (),
) -> dict[str, Any]:
    """Return what of a resource an answer holds, in wire form.

    Names that mean nothing in the schema are ignored, as are paths with brackets.

    Args:
        resource: a mapping in wire form; a model is turned into one. Not changed.
        attributes: what is asked for; `None` or empty for what is returned by default.
        excluded: what is not wanted; `None` or empty for nothing.
        schema: what the resource is; by default what it says it is.
        requested: what the client's own request gave, in an answer to POST, PUT or PATCH: attributes
            that are `returned` on request are in the answer then.

    Raises:
        InvalidSelection: both `attributes` and `excluded` are given.

    Examples:
        >>> user = {"id": "1", "userName": "ann", "name": {"givenName": "Ann", "familyName": "Lee"}}
        >>> select(user, attributes="name.givenName")
        {'id': '1', 'name': {'givenName': 'Ann'}}
        >>> select(user, excluded=["name", "id"])
        {'id': '1', 'userName': 'ann'}
    """
    known = schema_for(resource) if schema is None else ResourceSchema.of(schema)
    wanted, unwanted = (
        parse_attribute_list(known, attributes),
        parse_attribute_list(known, excluded),
    )
    if wanted is not None and unwanted is not None:
        raise InvalidSelection(
            "attributes and excludedAttributes exclude each other: give one of them"
        )
    choice = _Projection(
        wanted, unwanted, parse_attribute_list(known, requested) or EMPTY_ATTRIBUTE_LIST
    )
    content = resource.to_wire() if isinstance(resource, Resource) else resource
    result: dict[str, Any] = {}
    for name, value in _iter_named_members(content):
        extension = known.find_extension(name) if ":" in name else None
        if extension is not None and isinstance(value, Mapping):
            inner = cast("Mapping[str, Any]", value)
            found = {
                inner_name: chosen
                for inner_name, member in _iter_named_members(inner)
                if (
                    chosen := choice.project(
                        fold(extension.urn),
                        extension.find_attribute(inner_name) or _UNDECLARED_ATTRIBUTE,
                        inner_name,
                        member,
                    )
                )
                is not None
            }
            if found:
                result[name] = found
            continue
        attribute = known.find_attribute(None, name) or _UNDECLARED_ATTRIBUTE
        chosen = choice.project(CORE_SCHEMA, attribute, name, value)
        if chosen is not None:
            result[name] = chosen
    return result


@dataclass(frozen=True, slots=True)
class _Projection:
    """What an answer holds.

    Attributes:
        included: what was asked for, or `None` for the default.
        excluded: what was not wanted, or `None`.
        requested: what the client's own request gave.
    """

    included: AttributeList | None
    excluded: AttributeList | None
    requested: AttributeList

    def project(self, urn: str, attribute: Attribute, name: str, value: Any) -> Any:
        """Return what the answer holds of an attribute, `None` for nothing."""
        place = (urn, fold(attribute.name or name))
        if attribute.returned == "never":
            return None
        always = attribute.returned == "always"
        if self.included is not None:
            if self.included.has_attribute(place) and (
                attribute.returned != "request" or place in self.included.attributes
            ):
                return self._project_value(attribute, value, place, None)
            named = self.included.get_sub_attributes(place)
            if named:
                return self._project_value(attribute, value, place, named)
            return self._project_value(attribute, value, place, None) if always else None
        if attribute.returned == "request" and not self._is_requested(place):
            return None
        if self.excluded is not None and not always and self.excluded.has_attribute(place):
            return None
        return self._project_value(attribute, value, place, None)

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
        """Return a value with the parts the answer holds: those named, or all that are by default."""
        if is_list(value):
            kept = [self._project_value(attribute, item, attribute_id, sub_names) for item in value]
            return [item for item in kept if item is not None] or None
        if not isinstance(value, Mapping):
            # A value without parts is nothing where a part was asked for.
            return value if sub_names is None else None
        unwanted = (self.excluded or EMPTY_ATTRIBUTE_LIST).get_sub_attributes(attribute_id)
        gave = self.requested.get_sub_attributes(attribute_id) | (
            self.included or EMPTY_ATTRIBUTE_LIST
        ).get_sub_attributes(attribute_id)
        result: dict[str, Any] = {}
        for name, member in _iter_named_members(cast("Mapping[str, Any]", value)):
            sub = attribute.find_sub_attribute(name) or _UNDECLARED_ATTRIBUTE
            folded = fold(name)
            if sub.returned == "never":
                continue
            if sub.returned != "always":
                if sub_names is not None and folded not in sub_names:
                    continue
                if sub_names is None and sub.returned == "request" and folded not in gave:
                    continue
                if folded in unwanted:
                    continue
            result[name] = member
        return result or None


def _iter_named_members(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members of an object; what is no text is no name, and none of JSON."""
    for name, value in members.items():
        if isinstance(name, str):
            yield name, value
