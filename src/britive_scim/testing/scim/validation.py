"""Validate a resource in a request body, and convert it to its stored form.

Declared attributes are checked against their type and stored in the schema's spelling. ReadOnly attributes,
`meta` and unknown attributes are ignored, as RFC 7644 §3.3 allows. Nulls, empty lists and empty complex
values are unassigned (RFC 7643 §2.5).

`scim.patch.validation` is stricter: it rejects unknown sub-attributes and null list items.
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
"""URN that some providers send instead of the core schema URN, or with it; accepted as an alias."""


def validate_resource(
    body: dict[str, Any], schema: scim.ResourceSchema, dialect: str
) -> dict[str, Any]:
    """Return the resource to store, without id, meta and readOnly attributes.

    Args:
        body: resource of the request.
        schema: schema of the resource.
        dialect: `entra` also accepts booleans as strings, a string for the `value` of a complex attribute,
            a list of one for a single value, and a single value for a list.

    Raises:
        ScimHttpError: 400 `invalidValue` or `invalidSyntax`, with the path.
    """
    validator = _ResourceValidator(is_entra=dialect == "entra")
    members = _index_by_name(body, "")
    _check_schemas(members.get("schemas", _ABSENT)[1], schema, strict=not validator.is_entra)
    attributes = [
        attribute for attribute in schema.attributes if attribute.name not in _UNSTORED_ATTRIBUTES
    ]
    stored = validator.validate_attributes(attributes, members, "")
    schemas = [schema.urn]
    for extension in schema.extensions:
        raw_value = members.get(fold(extension.urn), _ABSENT)[1]
        value = validator.validate_extension(extension, raw_value)
        if value:
            stored[extension.urn] = value
            schemas.append(extension.urn)
    return {"schemas": schemas, **stored}


def is_assigned(value: Any) -> bool:
    """Return whether a JSON value is neither null nor empty (RFC 7643 §2.5)."""
    return value is not None and value != [] and value != {}


def _index_by_name(value: dict[str, Any], prefix: str) -> dict[str, tuple[str, Any]]:
    """Return the members of an object by folded name, each with its original name."""
    members: dict[str, tuple[str, Any]] = {}
    for name, member in value.items():
        if fold(name) in members:
            raise ScimHttpError.invalid_syntax(
                f"{prefix}{name} is duplicated: attribute names are case-insensitive (RFC 7643 §2.1)"
            )
        members[fold(name)] = (name, member)
    return members


def _check_schemas(schemas: Any, schema: scim.ResourceSchema, *, strict: bool) -> None:
    """Reject `schemas` without the core URN; unknown URNs are ignored."""
    if schemas is None and not strict:
        return
    items = cast("list[object]", schemas) if isinstance(schemas, list) else []
    urns = [urn for urn in items if isinstance(urn, str)]
    if not urns or len(urns) != len(items):
        raise ScimHttpError.invalid_value(f"schemas must be a list of URNs with {schema.urn}")
    folded_urns = {fold(urn) for urn in urns}
    if strict and fold(schema.urn) not in folded_urns and _CORE_1_0 not in folded_urns:
        raise ScimHttpError.invalid_value(f"schemas must include {schema.urn}")


class _ResourceValidator:
    """Validates values against attribute definitions."""

    def __init__(self, *, is_entra: bool) -> None:
        self.is_entra = is_entra

    def validate_attributes(
        self, attributes: Iterable[Attribute], members: dict[str, tuple[str, Any]], prefix: str
    ) -> dict[str, Any]:
        """Return the values of declared attributes, in request order."""
        stored: dict[str, Any] = {}
        for attribute in attributes:
            if attribute.mutability == "readOnly":
                continue
            raw_value = members.get(fold(attribute.name), _ABSENT)[1]
            value = self.validate_value(attribute, raw_value, prefix)
            if value is not None:
                stored[attribute.name] = value
            elif attribute.required:
                raise ScimHttpError.invalid_value(
                    f"{prefix}{attribute.name} is required and must not be empty"
                )
        positions = {name: position for position, name in enumerate(members)}
        return dict(sorted(stored.items(), key=lambda item: positions[fold(item[0])]))

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
        """Return the value to store for an attribute, or `None` if it is unassigned."""
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
            for index, item in enumerate(items)
            if (value := self.validate_single_value(attribute, item, f"{path}[{index}]"))
            is not None
        ]
        if attribute.type == "complex":
            primary_count = sum(value.get("primary") is True for value in values)
            if primary_count > 1:
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
        type_ = attribute.type
        if type_ == "boolean" and self.is_entra and isinstance(raw_value, str):
            raw_value = {"true": True, "false": False}.get(raw_value.lower(), raw_value)
        is_valid = isinstance(raw_value, _JSON_TYPES[type_])
        if type_ != "boolean" and isinstance(raw_value, bool):
            is_valid = False
        if not is_valid or (type_ == "binary" and not _is_base64(str(raw_value))):
            raise ScimHttpError.invalid_value(f"{path} must be a value of type {type_}")
        return raw_value


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
