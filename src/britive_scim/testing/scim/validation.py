"""A resource as a client sends it -> a resource as it is stored.

What is declared is taken with the schema's spelling of its names and checked against its type; what a
client may not set (readOnly attributes, `meta`) and what no schema knows is left out, as RFC 7644 §3.3
allows; nulls, empty lists and empty complex values are no values (RFC 7643 §2.5).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, cast

from britive_scim import scim
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import fold
from britive_scim.testing.scim.problem import Problem

__all__ = ["assigned", "receive"]

_JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "reference": str,
    "binary": str,
    "dateTime": str,
    "boolean": bool,
    "integer": int,
    "decimal": (int, float),
}

_NOT_STORED = ("schemas", "id", "meta")
_ABSENT = ("", None)

_CORE_1_0 = "urn:scim:schemas:core:1.0"
"""What some providers send in place of the schema of RFC 7643, or beside it; read as the same."""


def receive(body: dict[str, Any], schema: scim.ResourceSchema, dialect: str) -> dict[str, Any]:
    """Return the resource to store, without id, meta and readOnly attributes.

    Args:
        body: the resource as it was sent.
        schema: what it is.
        dialect: `entra` also reads booleans written as text, a bare value where a complex attribute has
            `value`, a list of one for a single value and a bare value for a list.

    Raises:
        Problem: 400 `invalidValue` or `invalidSyntax`, saying where.
    """
    reader = _Reader(entra=dialect == "entra")
    members = _by_name(body, "")
    _check_schemas(members.get("schemas", _ABSENT)[1], schema, strict=not reader.entra)
    attributes = [one for one in schema.attributes if one.name not in _NOT_STORED]
    stored = reader.declared(attributes, members, "")
    schemas = [schema.urn]
    for extension in schema.extensions:
        value = reader.extension(extension, members.get(fold(extension.urn), _ABSENT)[1])
        if value:
            stored[extension.urn] = value
            schemas.append(extension.urn)
    return {"schemas": schemas, **stored}


def assigned(value: Any) -> bool:
    """Return whether a JSON value is one: not null, not empty (RFC 7643 §2.5)."""
    return value is not None and value != [] and value != {}


def _by_name(value: dict[str, Any], where: str) -> dict[str, tuple[str, Any]]:
    """Return the members of an object by their folded names, each with the spelling it came in."""
    members: dict[str, tuple[str, Any]] = {}
    for name, inner in value.items():
        if fold(name) in members:
            raise Problem.syntax(
                f"{where}{name} is given twice: names of attributes have no case (RFC 7643 §2.1)"
            )
        members[fold(name)] = (name, inner)
    return members


def _check_schemas(given: Any, schema: scim.ResourceSchema, *, strict: bool) -> None:
    """Refuse a resource that does not say what it is; URNs nobody knows are passed over."""
    if given is None and not strict:
        return
    listed = cast("list[object]", given) if isinstance(given, list) else []
    urns = [urn for urn in listed if isinstance(urn, str)]
    if not urns or len(urns) != len(listed):
        raise Problem.value(f"schemas must be a list of URNs that names {schema.urn}")
    names = {fold(urn) for urn in urns}
    if strict and fold(schema.urn) not in names and _CORE_1_0 not in names:
        raise Problem.value(f"schemas does not name {schema.urn}")


class _Reader:
    """Reads values by their attributes."""

    def __init__(self, *, entra: bool) -> None:
        self.entra = entra

    def declared(
        self, attributes: Iterable[Attribute], members: dict[str, tuple[str, Any]], where: str
    ) -> dict[str, Any]:
        """Return the values of declared attributes, in the order they were sent in."""
        stored: dict[str, Any] = {}
        for attribute in attributes:
            if attribute.mutability == "readOnly":
                continue
            sent = members.get(fold(attribute.name), _ABSENT)[1]
            value = self.value(attribute, sent, where)
            if value is not None:
                stored[attribute.name] = value
            elif attribute.required:
                raise Problem.value(f"{where}{attribute.name} is required and must not be empty")
        place = {name: number for number, name in enumerate(members)}
        return dict(sorted(stored.items(), key=lambda item: place[fold(item[0])]))

    def extension(self, extension: scim.ExtensionSchema, given: Any) -> dict[str, Any]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            raise Problem.value(f"{extension.urn} must be an object")
        members = _by_name(cast("dict[str, Any]", given), f"{extension.urn}:")
        stored = self.declared(extension.attributes, members, f"{extension.urn}:")
        if extension.open:
            declared = {"schemas", *(fold(attribute.name) for attribute in extension.attributes)}
            for folded, (name, value) in members.items():
                if folded not in declared and assigned(value):
                    stored[name] = value
        return stored

    def value(self, attribute: Attribute, given: Any, where: str = "") -> Any:
        """Return the value to store for an attribute, or `None` where there is none."""
        path = where + attribute.name
        if self.entra and attribute.type == "complex" and given == "":
            return None
        if not attribute.multi_valued:
            if self.entra and isinstance(given, list) and len(cast("list[object]", given)) == 1:
                return self.single(attribute, given[0], path)
            return self.single(attribute, given, path)
        if given is None:
            return None
        if isinstance(given, list):
            items = cast("list[object]", given)
        elif self.entra:
            items = [given]
        else:
            raise Problem.value(f"{path} must be a list")
        values = [
            value
            for number, item in enumerate(items)
            if (value := self.single(attribute, item, f"{path}[{number}]")) is not None
        ]
        if attribute.type == "complex":
            primary = [one for one in values if one.get("primary") is True]
            if len(primary) > 1:
                raise Problem.value(f"{path} has more than one primary value")
        return values or None

    def single(self, attribute: Attribute, given: Any, path: str) -> Any:
        if given is None:
            return None
        if attribute.type == "complex":
            return self.complex(attribute, given, path)
        if attribute.required and isinstance(given, str) and not given.strip():
            return None
        return self.simple(attribute, given, path)

    def complex(self, attribute: Attribute, given: Any, path: str) -> dict[str, Any] | None:
        if self.entra and isinstance(given, str) and attribute.sub("value") is not None:
            given = {"value": given}
        if not isinstance(given, dict):
            raise Problem.value(f"{path} must be an object")
        members = _by_name(cast("dict[str, Any]", given), f"{path}.")
        return self.declared(attribute.sub_attributes, members, f"{path}.") or None

    def simple(self, attribute: Attribute, given: Any, path: str) -> Any:
        kind = attribute.type
        if kind == "boolean" and self.entra and isinstance(given, str):
            given = {"true": True, "false": False}.get(given.lower(), given)
        fits = isinstance(given, _JSON_TYPES[kind])
        if kind != "boolean" and isinstance(given, bool):
            fits = False
        if not fits or (kind == "binary" and not _is_base64(str(given))):
            raise Problem.value(f"{path} must be a value of type {kind}")
        return given


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
