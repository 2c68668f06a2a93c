"""Strict SCIM data types: disable pydantic's type coercion.

By default pydantic reads `"yes"` and `1` as true, `"10"` as a time in 1970 and `true` as the number 1.
The fast decoder accepts only the data types of RFC 7643 §2.3; everything else is left to the lenient
decoder (`codec.lenient`). pydantic's core does all of it, without validators in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic_core import CoreSchema, core_schema

from britive_scim.scim.codec.binary import decode_base64, encode_bytes
from britive_scim.scim.definitions.binary_fields import BinaryType
from britive_scim.scim.json_values import is_list, is_object

__all__ = ["DATETIME_PATTERN", "disable_coercion"]

DATETIME_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
"""xsd:dateTime with a time zone, which xsd:dateTime itself leaves optional."""

_NESTED_SCHEMA_KEYS = ("schema", "items_schema", "keys_schema", "values_schema")


def disable_coercion(
    schema: CoreSchema, binary_types: Mapping[str, BinaryType | None] | None = None
) -> CoreSchema:
    """Return the core schema of a model class with strict data types.

    Schemas of nested model classes are unchanged: each class makes its own schema strict.

    Args:
        schema: the core schema that pydantic generates; not changed.
        binary_types: Python types of binary fields, whose values are converted from bytes or base64;
            `None` for other fields.
    """
    return cast("CoreSchema", _make_fields_strict(schema, binary_types or {}))


def _make_fields_strict(schema: Any, binary_types: Mapping[str, BinaryType | None]) -> Any:
    inner = schema.get("schema")
    if schema["type"] != "model-fields":  # nested in definitions, the model, or a validator
        nested = _make_fields_strict(inner, binary_types) if is_object(inner) else inner
        return {**schema, "schema": nested} if is_object(inner) else schema
    fields: dict[str, Any] = {}
    for name, field in schema["fields"].items():
        strict = _make_value_strict(field["schema"])
        binary_type = binary_types.get(name)
        if binary_type is not None:
            strict = _convert_binary(strict, binary_type)
        fields[name] = {**field, "schema": strict}
    return {**schema, "fields": fields}


def _convert_binary(schema: Any, binary_type: BinaryType) -> Any:
    """Return the schema of a binary field that accepts bytes and base64."""
    if schema["type"] == "default":  # must stay outermost
        return {**schema, "schema": _convert_binary(schema["schema"], binary_type)}
    convert = encode_bytes if binary_type == "string" else _decode_base64_values
    return core_schema.no_info_before_validator_function(convert, schema)


def _decode_base64_values(value: Any) -> Any:
    return [decode_base64(item) for item in value] if is_list(value) else decode_base64(value)


def _make_value_strict(schema: Any) -> Any:
    match schema["type"]:
        case "model":
            return schema
        case "bool" | "int":
            return {**schema, "strict": True}
        case "float":
            return {**schema, "strict": True, "allow_inf_nan": False}
        case "datetime":
            return _make_datetime_strict(schema)
        case "union":
            return {
                **schema,
                "choices": [_make_choice_strict(choice) for choice in schema["choices"]],
            }
        case _:
            inner = {
                key: _make_value_strict(schema[key])
                for key in _NESTED_SCHEMA_KEYS
                if is_object(schema.get(key))
            }
            return {**schema, **inner} if inner else schema


def _make_choice_strict(choice: Any) -> Any:
    return (
        (_make_value_strict(choice[0]), choice[1])
        if isinstance(choice, tuple)
        else _make_value_strict(choice)
    )


def _make_datetime_strict(schema: Any) -> Any:
    aware = {**schema, "tz_constraint": "aware"}
    string = core_schema.chain_schema(
        [core_schema.str_schema(pattern=DATETIME_PATTERN), cast("CoreSchema", aware)]
    )
    instance_or_string = core_schema.union_schema(
        [cast("CoreSchema", {**aware, "strict": True}), string], mode="left_to_right"
    )
    return core_schema.json_or_python_schema(string, instance_or_string)
