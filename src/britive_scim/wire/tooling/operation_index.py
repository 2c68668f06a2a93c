"""What a client can do, as data: a command line or a tool server is then a loop over it.

Nothing is written down twice: names come from the client's attributes, texts from the docstrings, arguments
from the signatures, and the marks from the makers (`GET`, `DELETE`, ...) that a method uses.
"""

from __future__ import annotations

import collections.abc
import inspect
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter

from britive_scim.errors import InputError
from britive_scim.wire.ids import HasId

__all__ = ["OperationInfo", "list_operations"]

_PACKAGE_PREFIX = "britive_scim."
_CLIENT_PACKAGES = ("britive_scim.aio.", "britive_scim.sync.")
_EXCLUDED_METHODS = frozenset({"bulk", "edit", "list_any", "send"})
"""Methods whose arguments are operations or classes."""


@dataclass(frozen=True, slots=True)
class OperationInfo:
    """One thing a client can do.

    Attributes:
        name: dotted name on the client, such as `users.create`.
        summary: first line of its documentation.
        safe: changes nothing at the server.
        destructive: takes something away.
        parameters: JSON schema of its arguments.
        method: the method itself, bound to the client.
        idempotent: doing it twice has the effect of doing it once, as far as HTTP methods tell (RFC 9110 §9.2.2).
    """

    name: str
    summary: str
    safe: bool
    destructive: bool
    parameters: Mapping[str, Any] = field(repr=False)
    method: Callable[..., Any] = field(repr=False)
    _models: Mapping[str, type[Any]] = field(repr=False, default_factory=dict[str, "type[Any]"])
    idempotent: bool = field(default=False, repr=False)

    def invoke(self, arguments: Mapping[str, Any]) -> Any:
        """Call the method with plain data, and return what it returns (to be awaited in async).

        Args:
            arguments: as `parameters` describes them; resources in wire form.

        Raises:
            InputError: an argument is missing, or one is given that there is none of.
        """
        known: Mapping[str, Any] = self.parameters["properties"]
        wrong = [name for name in arguments if name not in known]
        missing = [name for name in self.parameters["required"] if name not in arguments]
        if wrong or missing:
            raise InputError(
                f"{self.name} takes {', '.join(known) or 'no arguments'}"
                + (f"; not known: {', '.join(wrong)}" if wrong else "")
                + (f"; missing: {', '.join(missing)}" if missing else "")
            )
        given = {name: self._parse_argument(name, value) for name, value in arguments.items()}
        before = [given.pop(name) for name in _get_positional_names(self.method) if name in given]
        return self.method(*before, **given)

    def _parse_argument(self, name: str, value: Any) -> Any:
        model = self._models.get(name)
        if model is not None and isinstance(value, Mapping):
            return model.from_wire(value)
        schema: Mapping[str, Any] = self.parameters["properties"][name]
        forms = [
            _FORMAT_TYPES[one["format"]]
            for one in (schema, *schema.get("anyOf", ()))
            if "format" in one
        ]
        if not forms or not isinstance(value, str):
            return value
        for form in forms:
            try:
                return TypeAdapter(form).validate_python(value)
            except ValueError:
                continue
        raise InputError(f"{self.name}: {name} is neither date nor duration: {value[:40]!r}")


_FORMAT_TYPES: dict[str, Any] = {"date-time": datetime, "duration": timedelta}


def list_operations(client: object) -> tuple[OperationInfo, ...]:
    """Return everything `client` can do whose arguments are data, sorted by name."""
    return tuple(sorted(_iter_operations(client, ""), key=lambda ability: ability.name))


def _iter_operations(owner: object, prefix: str) -> Iterator[OperationInfo]:
    for name in dir(type(owner)):
        found: Any = getattr(type(owner), name, None)
        function = inspect.unwrap(found) if callable(found) else _do_nothing
        if name.startswith("_") or name in _EXCLUDED_METHODS or not inspect.isfunction(function):
            continue
        if _is_tool(function):
            yield _build_operation_info(owner, f"{prefix}{name}", function)
    for name, noun in _iter_resources(owner):
        yield from _iter_operations(noun, f"{prefix}{name}.")


def _do_nothing() -> None: ...


def _is_tool(function: Callable[..., Any]) -> bool:
    """Return whether a method sends something, and can be told what by data alone."""
    if not {parameter.name for parameter in _get_parameters(function)} >= _CALL_OPTIONS:
        return False
    hints = [hint for name, hint in get_type_hints(function).items() if name not in _CALL_OPTIONS]
    return not any(
        get_origin(hint) is collections.abc.Callable or hint in _CALLABLE_TYPES for hint in hints
    )


_CALL_OPTIONS = frozenset({"timeout", "retry"})
"""Parameters of every method that sends; a tool leaves them to the client."""

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


# -------------------------------------------------------------------------------------------- marks

_OPERATION_FACTORIES = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def _infer_safety(owner: object, function: Callable[..., Any]) -> dict[str, bool]:
    """Return the marks of a method by name."""
    made: set[str] = set()
    _collect_factories(owner, function, made, set())
    return {
        "safe": bool(made) and made <= {"GET", "safe POST"},
        "destructive": "DELETE" in made or "destructive" in made,
        "idempotent": bool(made) and not made & {"POST", "PATCH"},
    }


def _collect_factories(
    owner: object,
    function: Callable[..., Any],
    used_factories: set[str],
    visited: set[tuple[int, int]],
) -> None:
    """Add to `used_factories` the makers that a method uses, itself or through methods and functions it calls."""
    function = inspect.unwrap(function)
    if (id(owner), id(function)) in visited or not inspect.isfunction(function):
        return
    visited.add((id(owner), id(function)))
    codes = list(_iter_code_objects(function.__code__))
    names = {name for code in codes for name in code.co_names}
    for code in codes:
        keywords = _find_keyword_names(code)
        for name in _OPERATION_FACTORIES.intersection(code.co_names):
            used_factories.add("safe POST" if name == "POST" and "safe" in keywords else name)
            used_factories.update({"destructive"} & keywords)
    # Whose methods the names may be: the owner's, and those of the nouns it uses.
    owners = _find_owners(owner, names)
    for one in owners:
        for cls in type(one).__mro__:
            for name in names & vars(cls).keys() - {"_send"}:
                _collect_factories(one, vars(cls)[name], used_factories, visited)
    for name in names & function.__globals__.keys():
        called = function.__globals__[name]
        if inspect.isfunction(called) and called.__module__.startswith(_PACKAGE_PREFIX):
            sends = called.__module__.startswith(
                _CLIENT_PACKAGES
            )  # in a pure room, names are no methods
            for one in owners if sends else [None]:
                _collect_factories(one, called, used_factories, visited)


def _find_keyword_names(code: types.CodeType) -> set[str]:
    """Return the names of keywords that are used in calls; they are kept as tuples of texts."""
    found: set[str] = set()
    for const in cast("tuple[object, ...]", code.co_consts):
        if isinstance(const, tuple):
            found.update(map(str, cast("tuple[object, ...]", const)))
    return found


def _find_owners(owner: object, names: set[str]) -> list[object]:
    """Return the owner and the nouns that a method reaches from it by the names it uses."""
    owners = [owner]
    for one in owners:  # grows while it is looped over
        for name in names:
            value: object = getattr(one, name, None)
            if _is_api_resource(value) and not any(value is known for known in owners):
                owners.append(value)
    return owners


def _is_api_resource(value: object) -> bool:
    return hasattr(value.__class__, "_send") and not isinstance(value, type)


def _iter_code_objects(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _iter_code_objects(const)


# ---------------------------------------------------------------------------------------- arguments


def _build_operation_info(owner: object, name: str, function: Callable[..., Any]) -> OperationInfo:
    hints = get_type_hints(function)
    text = inspect.getdoc(function) or ""
    told = _parse_argument_docs(text)
    models: dict[str, type[Any]] = {}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in _get_parameters(function)[1:]:
        if parameter.name in _CALL_OPTIONS:
            continue
        hint = hints.get(parameter.name, Any)
        model = _find_model(owner, hint)
        if model is not None:
            models[parameter.name] = model
        schema = {"type": "object"} if model is not None else _build_json_schema(hint)
        if parameter.name in told:
            schema["description"] = told[parameter.name]
        elif _is_id_type(hint):
            schema["description"] = f"the id of the {parameter.name.replace('_', ' ')}"
        properties[parameter.name] = schema
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL:
            required.append(parameter.name)
    return OperationInfo(
        name=name,
        summary=text.partition("\n")[0],
        parameters={
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
        method=getattr(owner, name.rpartition(".")[2]),
        _models=models,
        **_infer_safety(owner, function),
    )


def _is_id_type(hint: Any) -> bool:
    """Return whether an argument is an id, or an object that has one."""
    return str in get_args(hint) and any(_is_object_type(one) for one in get_args(hint))


def _get_parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


def _get_positional_names(method: Callable[..., Any]) -> Iterable[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in inspect.signature(method).parameters.values() if p.kind in kinds]


def _find_model(owner: object, hint: Any) -> type[Any] | None:
    """Return the model that an argument is, where it is one: a class, or what a collection is of."""
    if isinstance(hint, TypeVar):
        return getattr(owner, "_model", None)
    origin = get_origin(hint) or hint
    return hint if isinstance(origin, type) and issubclass(origin, BaseModel) else None


_SCALAR_SCHEMAS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    timedelta: {"type": "string", "format": "duration"},
}


def _build_json_schema(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of an argument; an empty one takes anything."""
    origin: Any = get_origin(hint)
    if hint in _SCALAR_SCHEMAS:
        return dict(_SCALAR_SCHEMAS[hint])
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if origin in (Union, types.UnionType):
        return _combine_schemas(
            [_build_json_schema(one) for one in get_args(hint) if not _is_object_type(one)]
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
    """Return whether an argument is an object of Python, which plain data beside it can stand for."""
    return isinstance(hint, type) and hint not in _SCALAR_SCHEMAS and get_origin(hint) is None


def _combine_schemas(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    distinct = [one for i, one in enumerate(schemas) if one and one not in schemas[:i]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct} if distinct else {}


_ARGUMENT_DOC = re.compile(r"^    (\*{0,2}[a-z_]+): (.*(?:\n        .*)*)", re.MULTILINE)


def _parse_argument_docs(docstring: str) -> dict[str, str]:
    """Return what a docstring says about each argument."""
    section = re.search(r"^Args:\n((?:    .*\n?|\n)+)", docstring, re.MULTILINE)
    if section is None:
        return {}
    return {
        name: " ".join(words.split()) for name, words in _ARGUMENT_DOC.findall(section.group(1))
    }
