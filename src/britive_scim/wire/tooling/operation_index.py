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
from britive_scim.wire.operation import HasId

__all__ = ["Ability", "catalogue"]

_PACKAGE = "britive_scim."
_CLIENTS = ("britive_scim.aio.", "britive_scim.sync.")
_NO_TOOLS = frozenset({"bulk", "edit", "list_any", "send"})
"""Methods whose arguments are operations or classes."""


@dataclass(frozen=True, slots=True)
class Ability:
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
        given = {name: self._read(name, value) for name, value in arguments.items()}
        before = [given.pop(name) for name in _positional(self.method) if name in given]
        return self.method(*before, **given)

    def _read(self, name: str, value: Any) -> Any:
        model = self._models.get(name)
        if model is not None and isinstance(value, Mapping):
            return model.from_wire(value)
        schema: Mapping[str, Any] = self.parameters["properties"][name]
        forms = [
            _FORMS[one["format"]] for one in (schema, *schema.get("anyOf", ())) if "format" in one
        ]
        if not forms or not isinstance(value, str):
            return value
        for form in forms:
            try:
                return TypeAdapter(form).validate_python(value)
            except ValueError:
                continue
        raise InputError(f"{self.name}: {name} is neither date nor duration: {value[:40]!r}")


_FORMS: dict[str, Any] = {"date-time": datetime, "duration": timedelta}


def catalogue(client: object) -> tuple[Ability, ...]:
    """Return everything `client` can do whose arguments are data, sorted by name."""
    return tuple(sorted(_abilities(client, ""), key=lambda ability: ability.name))


def _abilities(owner: object, prefix: str) -> Iterator[Ability]:
    for name in dir(type(owner)):
        found: Any = getattr(type(owner), name, None)
        function = inspect.unwrap(found) if callable(found) else _nothing
        if name.startswith("_") or name in _NO_TOOLS or not inspect.isfunction(function):
            continue
        if _is_tool(function):
            yield _ability(owner, f"{prefix}{name}", function)
    for name, noun in _nouns(owner):
        yield from _abilities(noun, f"{prefix}{name}.")


def _nothing() -> None: ...


def _is_tool(function: Callable[..., Any]) -> bool:
    """Return whether a method sends something, and can be told what by data alone."""
    if not any(p.kind is p.VAR_KEYWORD and p.name == "call" for p in _parameters(function)):
        return False
    hints = get_type_hints(function).values()
    return not any(
        get_origin(hint) is collections.abc.Callable or hint in _FUNCTIONS for hint in hints
    )


_FUNCTIONS: frozenset[Any] = frozenset({Callable})


def _nouns(owner: object) -> Iterator[tuple[str, object]]:
    names = [*getattr(owner, "__dict__", {})]
    for cls in type(owner).__mro__:
        names += [slot for slot in getattr(cls, "__slots__", ()) if isinstance(slot, str)]
    for name in dict.fromkeys(names):
        value = getattr(owner, name, None)
        if not name.startswith("_") and _is_noun(value):
            yield name, value


# -------------------------------------------------------------------------------------------- marks

_MAKERS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def _marks(owner: object, function: Callable[..., Any]) -> dict[str, bool]:
    """Return the marks of a method by name."""
    made: set[str] = set()
    _collect(owner, function, made, set())
    return {
        "safe": bool(made) and made <= {"GET", "safe POST"},
        "destructive": "DELETE" in made or "destructive" in made,
        "idempotent": bool(made) and not made & {"POST", "PATCH"},
    }


def _collect(
    owner: object, function: Callable[..., Any], made: set[str], seen: set[tuple[int, int]]
) -> None:
    """Add to `made` the makers that a method uses, itself or through methods and functions it calls."""
    function = inspect.unwrap(function)
    if (id(owner), id(function)) in seen or not inspect.isfunction(function):
        return
    seen.add((id(owner), id(function)))
    codes = list(_codes(function.__code__))
    names = {name for code in codes for name in code.co_names}
    for code in codes:
        keywords = _keywords(code)
        for name in _MAKERS.intersection(code.co_names):
            made.add("safe POST" if name == "POST" and "safe" in keywords else name)
            made.update({"destructive"} & keywords)
    # Whose methods the names may be: the owner's, and those of the nouns it uses.
    owners = _owners(owner, names)
    for one in owners:
        for cls in type(one).__mro__:
            for name in names & vars(cls).keys() - {"_send"}:
                _collect(one, vars(cls)[name], made, seen)
    for name in names & function.__globals__.keys():
        called = function.__globals__[name]
        if inspect.isfunction(called) and called.__module__.startswith(_PACKAGE):
            sends = called.__module__.startswith(_CLIENTS)  # in a pure room, names are no methods
            for one in owners if sends else [None]:
                _collect(one, called, made, seen)


def _keywords(code: types.CodeType) -> set[str]:
    """Return the names of keywords that are used in calls; they are kept as tuples of texts."""
    found: set[str] = set()
    for const in cast("tuple[object, ...]", code.co_consts):
        if isinstance(const, tuple):
            found.update(map(str, cast("tuple[object, ...]", const)))
    return found


def _owners(owner: object, names: set[str]) -> list[object]:
    """Return the owner and the nouns that a method reaches from it by the names it uses."""
    owners = [owner]
    for one in owners:  # grows while it is looped over
        for name in names:
            value: object = getattr(one, name, None)
            if _is_noun(value) and not any(value is known for known in owners):
                owners.append(value)
    return owners


def _is_noun(value: object) -> bool:
    return hasattr(value.__class__, "_send") and not isinstance(value, type)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _codes(const)


# ---------------------------------------------------------------------------------------- arguments


def _ability(owner: object, name: str, function: Callable[..., Any]) -> Ability:
    hints = get_type_hints(function)
    text = inspect.getdoc(function) or ""
    told = _told(text)
    models: dict[str, type[Any]] = {}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in _parameters(function)[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        hint = hints.get(parameter.name, Any)
        model = _model(owner, hint)
        if model is not None:
            models[parameter.name] = model
        schema = {"type": "object"} if model is not None else _schema(hint)
        if parameter.name in told:
            schema["description"] = told[parameter.name]
        elif _takes_an_id(hint):
            schema["description"] = f"the id of the {parameter.name.replace('_', ' ')}"
        properties[parameter.name] = schema
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL:
            required.append(parameter.name)
    return Ability(
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
        **_marks(owner, function),
    )


def _takes_an_id(hint: Any) -> bool:
    """Return whether an argument is an id, or an object that has one."""
    return str in get_args(hint) and any(_is_object(one) for one in get_args(hint))


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


def _positional(method: Callable[..., Any]) -> Iterable[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in inspect.signature(method).parameters.values() if p.kind in kinds]


def _model(owner: object, hint: Any) -> type[Any] | None:
    """Return the model that an argument is, where it is one: a class, or what a collection is of."""
    if isinstance(hint, TypeVar):
        return getattr(owner, "_model", None)
    origin = get_origin(hint) or hint
    return hint if isinstance(origin, type) and issubclass(origin, BaseModel) else None


_SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    timedelta: {"type": "string", "format": "duration"},
}


def _schema(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of an argument; an empty one takes anything."""
    origin: Any = get_origin(hint)
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if origin in (Union, types.UnionType):
        return _one_of([_schema(one) for one in get_args(hint) if not _is_object(one)])
    if not isinstance(origin, type):
        return {}
    if issubclass(origin, Mapping):
        return {"type": "object"}
    if issubclass(origin, Iterable):
        (item, *_) = get_args(hint) or (Any,)
        if item is HasId:
            return {"type": "array", "items": {"type": "string"}}
        return {} if _is_object(item) else {"type": "array", "items": _schema(item)}
    return {}


def _is_object(hint: Any) -> bool:
    """Return whether an argument is an object of Python, which plain data beside it can stand for."""
    return isinstance(hint, type) and hint not in _SIMPLE and get_origin(hint) is None


def _one_of(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    distinct = [one for i, one in enumerate(kinds) if one and one not in kinds[:i]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct} if distinct else {}


_ARGUMENT = re.compile(r"^    (\*{0,2}[a-z_]+): (.*(?:\n        .*)*)", re.MULTILINE)


def _told(text: str) -> dict[str, str]:
    """Return what a docstring says about each argument."""
    section = re.search(r"^Args:\n((?:    .*\n?|\n)+)", text, re.MULTILINE)
    if section is None:
        return {}
    return {name: " ".join(words.split()) for name, words in _ARGUMENT.findall(section.group(1))}
