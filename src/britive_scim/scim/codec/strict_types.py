"""Which JSON values are taken as they stand: SCIM's data types, without pydantic's good will.

Left to itself pydantic reads `"yes"` and `1` as true, `"10"` as a moment in 1970 and `true` as the
number 1. Here the data types of RFC 7643 §2.3 are taken by their letter; what comes close is left to
the forgiving path (`normalise`), which says what it forgives. All of it is done by pydantic's core,
without a validator written in Python.
"""

from __future__ import annotations

from typing import Any, cast

from pydantic_core import CoreSchema, core_schema

from britive_scim.scim.plain import is_object

__all__ = ["DATE_TIME", "exact"]

DATE_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
"""A moment: date, time and zone (xsd:dateTime; the zone is optional there, a moment needs it)."""

_INSIDE = ("schema", "items_schema", "keys_schema", "values_schema")


def exact(schema: CoreSchema) -> CoreSchema:
    """Return the core schema of a model class with its plain data types taken by their letter.

    Nested model classes are left alone: each of them comes here by itself.

    Args:
        schema: as pydantic makes it; not changed.
    """
    return cast("CoreSchema", _of_class(schema))


def _of_class(schema: Any) -> Any:
    inner = schema.get("schema")
    if schema["type"] != "model-fields":  # within definitions, the model, perhaps a validator
        return {**schema, "schema": _of_class(inner)} if is_object(inner) else schema
    fields = {
        name: {**field, "schema": _value(field["schema"])}
        for name, field in schema["fields"].items()
    }
    return {**schema, "fields": fields}


def _value(schema: Any) -> Any:
    match schema["type"]:
        case "model":
            return schema
        case "bool" | "int":
            return {**schema, "strict": True}
        case "float":
            return {**schema, "strict": True, "allow_inf_nan": False}
        case "datetime":
            return _moment(schema)
        case "union":
            return {**schema, "choices": [_choice(choice) for choice in schema["choices"]]}
        case _:
            inner = {key: _value(schema[key]) for key in _INSIDE if is_object(schema.get(key))}
            return {**schema, **inner} if inner else schema


def _choice(choice: Any) -> Any:
    return (_value(choice[0]), choice[1]) if isinstance(choice, tuple) else _value(choice)


def _moment(schema: Any) -> Any:
    moment = {**schema, "tz_constraint": "aware"}
    text = core_schema.chain_schema(
        [core_schema.str_schema(pattern=DATE_TIME), cast("CoreSchema", moment)]
    )
    given = core_schema.union_schema(
        [cast("CoreSchema", {**moment, "strict": True}), text], mode="left_to_right"
    )
    return core_schema.json_or_python_schema(text, given)
