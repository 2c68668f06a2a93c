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
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.plain import is_list
from britive_scim.scim.projection.attribute_list import CORE, NONE, Mentions, Names, mentions
from britive_scim.scim.schemas.resource_schema import ResourceSchema, SchemaLike, schema_for

__all__ = ["select"]

_UNDECLARED: Final = Attribute(name="")
"""What is assumed of an attribute that no schema declares: returned by default."""


def select(
    resource: Resource | Mapping[str, Any],
    *,
    attributes: Names | None = None,
    excluded: Names | None = None,
    schema: SchemaLike | None = None,
    requested: Names = (),
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
    wanted, unwanted = mentions(known, attributes), mentions(known, excluded)
    if wanted is not None and unwanted is not None:
        raise InvalidSelection(
            "attributes and excludedAttributes exclude each other: give one of them"
        )
    choice = _Choice(wanted, unwanted, mentions(known, requested) or NONE)
    content = resource.to_wire() if isinstance(resource, Resource) else resource
    result: dict[str, Any] = {}
    for name, value in _named(content):
        extension = known.extension(name) if ":" in name else None
        if extension is not None and isinstance(value, Mapping):
            inner = cast("Mapping[str, Any]", value)
            found = {
                inner_name: chosen
                for inner_name, member in _named(inner)
                if (
                    chosen := choice.of(
                        fold(extension.urn),
                        extension.attribute(inner_name) or _UNDECLARED,
                        inner_name,
                        member,
                    )
                )
                is not None
            }
            if found:
                result[name] = found
            continue
        attribute = known.attribute(None, name) or _UNDECLARED
        chosen = choice.of(CORE, attribute, name, value)
        if chosen is not None:
            result[name] = chosen
    return result


@dataclass(frozen=True, slots=True)
class _Choice:
    """What an answer holds.

    Attributes:
        wanted: what was asked for, or `None` for the default.
        unwanted: what was not wanted, or `None`.
        requested: what the client's own request gave.
    """

    wanted: Mentions | None
    unwanted: Mentions | None
    requested: Mentions

    def of(self, urn: str, attribute: Attribute, name: str, value: Any) -> Any:
        """Return what the answer holds of an attribute, `None` for nothing."""
        place = (urn, fold(attribute.name or name))
        if attribute.returned == "never":
            return None
        always = attribute.returned == "always"
        if self.wanted is not None:
            if self.wanted.whole(place) and (
                attribute.returned != "request" or place in self.wanted.attributes
            ):
                return self._parts(attribute, value, place, None)
            named = self.wanted.of(place)
            if named:
                return self._parts(attribute, value, place, named)
            return self._parts(attribute, value, place, None) if always else None
        if attribute.returned == "request" and not self._gave(place):
            return None
        if self.unwanted is not None and not always and self.unwanted.whole(place):
            return None
        return self._parts(attribute, value, place, None)

    def _gave(self, place: tuple[str, str]) -> bool:
        return self.requested.whole(place) or place in self.requested.subs

    def _parts(
        self,
        attribute: Attribute,
        value: Any,
        place: tuple[str, str],
        named: frozenset[str] | None,
    ) -> Any:
        """Return a value with the parts the answer holds: those named, or all that are by default."""
        if is_list(value):
            kept = [self._parts(attribute, item, place, named) for item in value]
            return [item for item in kept if item is not None] or None
        if not isinstance(value, Mapping):
            # A value without parts is nothing where a part was asked for.
            return value if named is None else None
        unwanted = (self.unwanted or NONE).of(place)
        gave = self.requested.of(place) | (self.wanted or NONE).of(place)
        result: dict[str, Any] = {}
        for name, member in _named(cast("Mapping[str, Any]", value)):
            sub = attribute.sub(name) or _UNDECLARED
            folded = fold(name)
            if sub.returned == "never":
                continue
            if sub.returned != "always":
                if named is not None and folded not in named:
                    continue
                if named is None and sub.returned == "request" and folded not in gave:
                    continue
                if folded in unwanted:
                    continue
            result[name] = member
        return result or None


def _named(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members of an object; what is no text is no name, and none of JSON."""
    for name, value in members.items():
        if isinstance(name, str):
            yield name, value
