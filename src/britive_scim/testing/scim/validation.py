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
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["is_assigned", "validate_resource"]

_JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "reference": str,
    "binary": str,
    "dateTime": str,
    "boolean": bool,
    "integer": int,
    "decimal": (int, float),
}

_UNSTORED_ATTRIBUTES = ("schemas", "id", "meta")
_ABSENT = ("", None)

_CORE_1_0 = "urn:scim:schemas:core:1.0"
"""What some providers send in place of the schema of RFC 7643, or beside it; read as the same."""


def validate_resource(
    body: dict[str, Any], schema: scim.ResourceSchema, dialect: str
) -> dict[str, Any]:
    """Return the resource to store, without id, meta and readOnly attributes.

    Args:
        body: the resource as it was sent.
        schema: what it is.
        dialect: `entra` also reads booleans written as text, a bare value where a complex attribute has
            `value`, a list of one for a single value and a bare value for a list.

    Raises:
        Problem: 400 `invalidValue` or `invalidSyntax`, saying where.
    """
    reader = _ResourceValidator(is_entra=dialect == "entra")
    members = _index_by_name(body, "")
    _check_schemas(members.get("schemas", _ABSENT)[1], schema, strict=not reader.is_entra)
    attributes = [one for one in schema.attributes if one.name not in _UNSTORED_ATTRIBUTES]
    stored = reader.validate_attributes(attributes, members, "")
    schemas = [schema.urn]
    for extension in schema.extensions:
        value = reader.validate_extension(extension, members.get(fold(extension.urn), _ABSENT)[1])
        if value:
            stored[extension.urn] = value
            schemas.append(extension.urn)
    return {"schemas": schemas, **stored}


def is_assigned(value: Any) -> bool:
    """Return whether a JSON value is one: not null, not empty (RFC 7643 §2.5)."""
    return value is not None and value != [] and value != {}


def _index_by_name(value: dict[str, Any], prefix: str) -> dict[str, tuple[str, Any]]:
    """Return the members of an object by their folded names, each with the spelling it came in."""
    members: dict[str, tuple[str, Any]] = {}
    for name, inner in value.items():
        if fold(name) in members:
            raise ScimHttpError.invalid_syntax(
                f"{prefix}{name} is given twice: names of attributes have no case (RFC 7643 §2.1)"
            )
        members[fold(name)] = (name, inner)
    return members


def _check_schemas(schemas: Any, schema: scim.ResourceSchema, *, strict: bool) -> None:
    """Refuse a resource that does not say what it is; URNs nobody knows are passed over."""
    if schemas is None and not strict:
        return
    listed = cast("list[object]", schemas) if isinstance(schemas, list) else []
    urns = [urn for urn in listed if isinstance(urn, str)]
    if not urns or len(urns) != len(listed):
        raise ScimHttpError.invalid_value(f"schemas must be a list of URNs that names {schema.urn}")
    names = {fold(urn) for urn in urns}
    if strict and fold(schema.urn) not in names and _CORE_1_0 not in names:
        raise ScimHttpError.invalid_value(f"schemas does not name {schema.urn}")


class _ResourceValidator:
    """Reads values by their attributes."""

    def __init__(self, *, is_entra: bool) -> None:
        self.is_entra = is_entra

    def validate_attributes(
        self, attributes: Iterable[Attribute], members: dict[str, tuple[str, Any]], prefix: str
    ) -> dict[str, Any]:
        """Return the values of declared attributes, in the order they were sent in."""
        stored: dict[str, Any] = {}
        for attribute in attributes:
            if attribute.mutability == "readOnly":
                continue
            sent = members.get(fold(attribute.name), _ABSENT)[1]
            value = self.validate_value(attribute, sent, prefix)
            if value is not None:
                stored[attribute.name] = value
            elif attribute.required:
                raise ScimHttpError.invalid_value(
                    f"{prefix}{attribute.name} is required and must not be empty"
                )
        place = {name: number for number, name in enumerate(members)}
        return dict(sorted(stored.items(), key=lambda item: place[fold(item[0])]))

    def validate_extension(self, extension: scim.ExtensionSchema, raw_value: Any) -> dict[str, Any]:
        if raw_value is None:
            return {}
        if not isinstance(raw_value, dict):
            raise ScimHttpError.invalid_value(f"{extension.urn} must be an object")
        members = _index_by_name(cast("dict[str, Any]", raw_value), f"{extension.urn}:")
        stored = self.validate_attributes(extension.attributes, members, f"{extension.urn}:")
        if extension.is_open:
            declared = {"schemas", *(fold(attribute.name) for attribute in extension.attributes)}
            for folded, (name, value) in members.items():
                if folded not in declared and is_assigned(value):
                    stored[name] = value
        return stored

    def validate_value(self, attribute: Attribute, raw_value: Any, prefix: str = "") -> Any:
        """Return the value to store for an attribute, or `None` where there is none."""
        path = prefix + attribute.name
        if self.is_entra and attribute.type == "complex" and raw_value == "":
            return None
        if not attribute.multi_valued:
            if (
                self.is_entra
                and isinstance(raw_value, list)
                and len(cast("list[object]", raw_value)) == 1
            ):
                return self.validate_single_value(attribute, raw_value[0], path)
            return self.validate_single_value(attribute, raw_value, path)
        if raw_value is None:
            return None
        if isinstance(raw_value, list):
            items = cast("list[object]", raw_value)
        elif self.is_entra:
            items = [raw_value]
        else:
            raise ScimHttpError.invalid_value(f"{path} must be a list")
        values = [
            value
            for number, item in enumerate(items)
            if (value := self.validate_single_value(attribute, item, f"{path}[{number}]"))
            is not None
        ]
        if attribute.type == "complex":
            primary = [one for one in values if one.get("primary") is True]
            if len(primary) > 1:
                raise ScimHttpError.invalid_value(f"{path} has more than one primary value")
        return values or None

    def validate_single_value(self, attribute: Attribute, raw_value: Any, path: str) -> Any:
        if raw_value is None:
            return None
        if attribute.type == "complex":
            return self.validate_complex_value(attribute, raw_value, path)
        if attribute.required and isinstance(raw_value, str) and not raw_value.strip():
            return None
        return self.validate_simple_value(attribute, raw_value, path)

    def validate_complex_value(
        self, attribute: Attribute, raw_value: Any, path: str
    ) -> dict[str, Any] | None:
        if (
            self.is_entra
            and isinstance(raw_value, str)
            and attribute.find_sub_attribute("value") is not None
        ):
            raw_value = {"value": raw_value}
        if not isinstance(raw_value, dict):
            raise ScimHttpError.invalid_value(f"{path} must be an object")
        members = _index_by_name(cast("dict[str, Any]", raw_value), f"{path}.")
        return self.validate_attributes(attribute.sub_attributes, members, f"{path}.") or None

    def validate_simple_value(self, attribute: Attribute, raw_value: Any, path: str) -> Any:
        kind = attribute.type
        if kind == "boolean" and self.is_entra and isinstance(raw_value, str):
            raw_value = {"true": True, "false": False}.get(raw_value.lower(), raw_value)
        fits = isinstance(raw_value, _JSON_TYPES[kind])
        if kind != "boolean" and isinstance(raw_value, bool):
            fits = False
        if not fits or (kind == "binary" and not _is_base64(str(raw_value))):
            raise ScimHttpError.invalid_value(f"{path} must be a value of type {kind}")
        return raw_value


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
