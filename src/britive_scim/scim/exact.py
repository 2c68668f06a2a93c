"""Which JSON values are taken as they stand: SCIM's data types, without pydantic's good will.

Left to itself pydantic reads `"yes"` and `1` as true, `"10"` as a moment in 1970 and `true` as the
number 1. Here the data types of RFC 7643 §2.3 are taken by their letter; what comes close is left to
the forgiving path (`normalise`), which says what it forgives. All of it is done by pydantic's core,
without a validator written in Python.
"""

from __future__ import annotations

from typing import Any, cast

from pydantic_core import CoreSchema, core_schema

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
    return cast("CoreSchema", _exact(cast("dict[str, Any]", schema)))


def _exact(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema["type"]
    if kind in {"bool", "int"}:
        return {**schema, "strict": True}
    if kind == "float":
        return {**schema, "strict": True, "allow_inf_nan": False}
    if kind == "datetime":
        return _moment(schema)
    if kind == "model":
        fields = schema["schema"]
        if fields["type"] != "model-fields":  # a validator around the whole model
            return schema
        return {**schema, "schema": {**fields, "fields": _fields(fields["fields"])}}
    if kind == "definitions":
        return {**schema, "schema": _exact(schema["schema"])}
    changed = {
        key: _exact(schema[key])
        for key in _INSIDE
        if isinstance(schema.get(key), dict) and schema[key]["type"] != "model"
    }
    if kind == "union":
        changed["choices"] = cast("Any", [_choice(choice) for choice in schema["choices"]])
    return {**schema, **changed} if changed else schema


def _fields(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {**field, "schema": _exact(field["schema"])}
        if field["schema"]["type"] != "model"
        else field
        for name, field in fields.items()
    }


def _choice(choice: Any) -> Any:
    if isinstance(choice, tuple):
        return (_exact(choice[0]), choice[1])
    return choice if choice["type"] == "model" else _exact(choice)


def _moment(schema: dict[str, Any]) -> dict[str, Any]:
    moment = {**schema, "tz_constraint": "aware"}
    text = core_schema.chain_schema(
        [core_schema.str_schema(pattern=DATE_TIME), cast("CoreSchema", moment)]
    )
    given = core_schema.union_schema(
        [cast("CoreSchema", {**moment, "strict": True}), text], mode="left_to_right"
    )
    return cast("dict[str, Any]", core_schema.json_or_python_schema(text, given))
