"""Index of a client's operations as data, for command lines and tool servers.

Names come from the client's attributes, summaries from the docstrings, parameters from the signatures, and
marks from the table in `operation_marks`.
"""

from __future__ import annotations

import collections.abc
import inspect
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter

from britive_scim.errors import InputError
from britive_scim.scim.json_values import is_list
from britive_scim.wire.ids import HasId
from britive_scim.wire.tooling.operation_marks import get_marks

__all__ = ["OperationInfo", "list_operations"]

_EXCLUDED_METHODS = frozenset({"apply", "bulk", "edit", "list_any", "read_directory", "send"})
"""Methods whose arguments are functions, operations, plans or classes, or whose result is a whole directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationInfo:
    """One operation of a client.

    A safe operation is never destructive; an irreversible one always is.

    Attributes:
        name: dotted name on the client, such as `users.create`.
        summary: first line of its documentation.
        parameters: JSON schema of its arguments.
        safe: changes nothing at the server.
        idempotent: safe, or sent as PUT or DELETE only (RFC 9110 §9.2.2).
        destructive: may take away or overwrite access, members, values or tokens (the Model Context
            Protocol's `destructiveHint`).
        irreversible: cannot be undone by another call, such as deleting an object or replacing a token.
        method: the method, bound to the client.
    """

    name: str
    summary: str
    safe: bool
    idempotent: bool = field(repr=False)
    destructive: bool
    irreversible: bool
    parameters: Mapping[str, Any] = field(repr=False)
    method: Callable[..., Any] = field(repr=False)
    _models: Mapping[str, type[Any]] = field(repr=False, default_factory=dict[str, "type[Any]"])

    def invoke(self, arguments: Mapping[str, Any]) -> Any:
        """Call the method with JSON data and return its result (an awaitable in async).

        Args:
            arguments: values by parameter name, as described by `parameters`; resources in wire form.

        Raises:
            InputError: an argument is missing or unknown, or is not a valid date or duration.
        """
        known: Mapping[str, Any] = self.parameters["properties"]
        unknown = [name for name in arguments if name not in known]
        missing = [name for name in self.parameters["required"] if name not in arguments]
        if unknown or missing:
            raise InputError(
                f"arguments of {self.name} must be {', '.join(known) or 'none'}"
                + (f"; unknown: {', '.join(unknown)}" if unknown else "")
                + (f"; missing: {', '.join(missing)}" if missing else "")
            )
        values = {name: self._parse_argument(name, value) for name, value in arguments.items()}
        positional = [
            values.pop(name) for name in _get_positional_names(self.method) if name in values
        ]
        return self.method(*positional, **values)

    def _parse_argument(self, name: str, value: Any) -> Any:
        model = self._models.get(name)
        if model is not None and isinstance(value, Mapping):
            return model.from_wire(value)
        if model is not None and is_list(value):
            return [model.from_wire(item) if isinstance(item, Mapping) else item for item in value]
        schema: Mapping[str, Any] = self.parameters["properties"][name]
        types_ = [
            _FORMAT_TYPES[option["format"]]
            for option in (schema, *schema.get("anyOf", ()))
            if "format" in option
        ]
        if not types_ or not isinstance(value, str):
            return value
        for type_ in types_:
            try:
                return TypeAdapter(type_).validate_python(value)
            except ValueError:
                continue
        raise InputError(
            f"{name} must be a date or duration in ISO 8601 form, got {value[:40]!r}; see {self.name}"
        )


_FORMAT_TYPES: dict[str, Any] = {"date-time": datetime, "duration": timedelta}


def list_operations(client: object) -> tuple[OperationInfo, ...]:
    """Return the operations of `client` whose arguments are JSON data, sorted by name."""
    return tuple(sorted(_iter_operations(client, ""), key=lambda info: info.name))


def _iter_operations(owner: object, prefix: str) -> Iterator[OperationInfo]:
    for name in dir(type(owner)):
        if name.startswith("_") or name in _EXCLUDED_METHODS:
            continue
        function = getattr(type(owner), name, None)
        if inspect.isfunction(function) and _is_operation(function):
            yield _build_operation_info(owner, f"{prefix}{name}", function)
    for name, resource in _iter_resources(owner):
        yield from _iter_operations(resource, f"{prefix}{name}.")


def _is_operation(function: Callable[..., Any]) -> bool:
    """Return whether a method sends requests and takes only JSON data."""
    if not {parameter.name for parameter in _get_parameters(function)} >= _CALL_OPTIONS:
        return False
    hints = [hint for name, hint in get_type_hints(function).items() if name not in _CALL_OPTIONS]
    return not any(
        get_origin(hint) is collections.abc.Callable or hint in _CALLABLE_TYPES for hint in hints
    )


_CALL_OPTIONS = frozenset({"timeout", "retry"})
"""Parameters of every method that sends requests; left to the client."""

_CALLABLE_TYPES: frozenset[Any] = frozenset({Callable})


def _iter_resources(owner: object) -> Iterator[tuple[str, object]]:
    names = [*getattr(owner, "__dict__", {})]
    # On a client class, an attribute that is created on first use is the class of the API resource.
    names += [name for name in dir(type(owner)) if hasattr(getattr(type(owner), name), "_send")]
    for cls in type(owner).__mro__:
        names += [slot for slot in getattr(cls, "__slots__", ()) if isinstance(slot, str)]
    for name in dict.fromkeys(names):
        value = getattr(owner, name, None)
        if not name.startswith("_") and _is_api_resource(value):
            yield name, value


def _is_api_resource(value: object) -> bool:
    return hasattr(value.__class__, "_send") and not isinstance(value, type)


# ---------------------------------------------------------------------------------------- arguments


def _build_operation_info(owner: object, name: str, function: Callable[..., Any]) -> OperationInfo:
    hints = get_type_hints(function)
    docstring = inspect.getdoc(function) or ""
    descriptions = _parse_argument_docs(docstring)
    marks = get_marks(name)
    models: dict[str, type[Any]] = {}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in _get_parameters(function)[1:]:
        hint = hints.get(parameter.name, Any)
        if parameter.name in _CALL_OPTIONS or _is_optional_function(hint):
            continue
        model = _find_model(owner, hint)
        schema: dict[str, Any] = {"type": "object"}
        if model is None:
            model = _find_item_model(owner, hint)
            schema = (
                _build_json_schema(hint) if model is None else {"type": "array", "items": schema}
            )
        if model is not None:
            models[parameter.name] = model
        if parameter.name in descriptions:
            schema["description"] = descriptions[parameter.name]
        elif _is_id_type(hint):
            schema["description"] = f"the id of the {parameter.name.replace('_', ' ')}"
        properties[parameter.name] = schema
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL:
            required.append(parameter.name)
    return OperationInfo(
        name=name,
        summary=docstring.partition("\n")[0],
        safe=marks.safe,
        idempotent=marks.idempotent,
        destructive=marks.destructive,
        irreversible=marks.irreversible,
        parameters={
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
        method=getattr(owner, name.rpartition(".")[2]),
        _models=models,
    )


def _is_id_type(hint: Any) -> bool:
    """Return whether an argument is an id, or an object that has one."""
    return str in get_args(hint) and any(map(_is_object_type, get_args(hint)))


def _get_parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


def _get_positional_names(method: Callable[..., Any]) -> Iterable[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in inspect.signature(method).parameters.values() if p.kind in kinds]


def _find_model(owner: object, hint: Any) -> type[Any] | None:
    """Return the model class of an argument: the hint itself, or the model of its collection."""
    if isinstance(hint, TypeVar):
        return getattr(owner, "_model", None)
    origin = get_origin(hint) or hint
    return hint if isinstance(origin, type) and issubclass(origin, BaseModel) else None


def _find_item_model(owner: object, hint: Any) -> type[Any] | None:
    """Return the model class of the items of an argument: several resources of its collection."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    items = [item for option in options for item in get_args(option)]
    return _find_model(owner, items[0]) if items and isinstance(items[0], TypeVar) else None


def _is_optional_function(hint: Any) -> bool:
    """Return whether an argument is a function or `None`: it is no JSON data, and can be left out."""
    options = [option for option in get_args(hint) if option is not type(None)]
    return bool(options) and all(
        get_origin(option) is collections.abc.Callable for option in options
    )


_SCALAR_SCHEMAS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    timedelta: {"type": "string", "format": "duration"},
}


def _build_json_schema(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of an argument; an empty schema accepts any value."""
    origin: Any = get_origin(hint)
    if hint in _SCALAR_SCHEMAS:
        return dict(_SCALAR_SCHEMAS[hint])
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if origin in (Union, types.UnionType):
        return _combine_schemas(
            [_build_json_schema(option) for option in get_args(hint) if not _is_object_type(option)]
        )
    if not isinstance(origin, type):
        return {}
    if issubclass(origin, Mapping):
        return {"type": "object"}
    if issubclass(origin, Iterable):
        (item, *_) = get_args(hint) or (Any,)
        if item is HasId:
            return {"type": "array", "items": {"type": "string"}}
        return {} if _is_object_type(item) else {"type": "array", "items": _build_json_schema(item)}
    return {}


def _is_object_type(hint: Any) -> bool:
    """Return whether a hint is a Python class without a JSON form; the union's other options replace it."""
    return isinstance(hint, type) and hint not in _SCALAR_SCHEMAS and get_origin(hint) is None


def _combine_schemas(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    distinct = [schema for i, schema in enumerate(schemas) if schema and schema not in schemas[:i]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct} if distinct else {}


_ARGUMENT_DOC = re.compile(r"^    (\*{0,2}[a-z_]+): (.*(?:\n        .*)*)", re.MULTILINE)


def _parse_argument_docs(docstring: str) -> dict[str, str]:
    """Return the description of each argument in a docstring's `Args` section."""
    section = re.search(r"^Args:\n((?:    .*\n?|\n)+)", docstring, re.MULTILINE)
    if section is None:
        return {}
    return {name: " ".join(text.split()) for name, text in _ARGUMENT_DOC.findall(section.group(1))}
