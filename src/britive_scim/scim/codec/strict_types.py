"""Strict SCIM data types: disable pydantic's type coercion.

By default pydantic reads `"yes"` and `1` as true, `"10"` as a time in 1970 and `true` as the number 1.
The fast decoder accepts only the data types of RFC 7643 §2.3; everything else is left to the lenient
decoder (`codec.lenient`). pydantic's core does all of it, without validators in Python.
"""

from __future__ import annotations

from typing import Any, cast

from pydantic_core import CoreSchema, core_schema

from britive_scim.scim.json_values import is_object

__all__ = ["DATETIME_PATTERN", "disable_coercion"]

DATETIME_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
"""xsd:dateTime with a time zone, which xsd:dateTime itself leaves optional."""

_NESTED_SCHEMA_KEYS = ("schema", "items_schema", "keys_schema", "values_schema")


def disable_coercion(schema: CoreSchema) -> CoreSchema:
    """Return the core schema of a model class with strict data types.

    Schemas of nested model classes are unchanged: each class makes its own schema strict.

    Args:
        schema: the core schema that pydantic generates; not changed.
    """
    return cast("CoreSchema", _make_fields_strict(schema))


def _make_fields_strict(schema: Any) -> Any:
    inner = schema.get("schema")
    if schema["type"] != "model-fields":  # nested in definitions, the model, or a validator
        return {**schema, "schema": _make_fields_strict(inner)} if is_object(inner) else schema
    fields = {
        name: {**field, "schema": _make_value_strict(field["schema"])}
        for name, field in schema["fields"].items()
    }
    return {**schema, "fields": fields}


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
