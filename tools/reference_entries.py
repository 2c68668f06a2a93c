"""Entries of the reference: facts about one public class, function, constant or method."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
import itertools
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from reference_docstrings import ParsedDocstring, parse_docstring

import britive_scim
from britive_scim import AdminClient, AsyncAdminClient, AsyncScimClient, ScimClient

CLIENTS: dict[str, tuple[type, type]] = {
    "okta": (ScimClient, AsyncScimClient),
    "britive": (AdminClient, AsyncAdminClient),
}
"""Name of a client in the reference -> its sync and its async class."""

COLLECTION = "devices"
"""Name of a collection of any model in the reference."""

SOURCE = Path(str(britive_scim.__file__)).parent

_MACHINERY = {
    "NotebookText",
    "APIResource",
    "AsyncAPIResource",
    "IterableBase",
    "AsyncIterableBase",
}
"""Bases whose members are of no use to callers."""


_INTERNAL = {"session", "context", "identity_provider"}
"""First parameters of the constructors that only the package calls."""


@dataclasses.dataclass(frozen=True)
class Value:
    """A parameter or an attribute."""

    name: str
    type: object
    default: object = inspect.Parameter.empty
    meaning: str = ""
    factory: bool = False
    """Whether `default` is a function that makes the default."""

    is_variadic: bool = False
    """Whether it stands for any number of arguments."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry: its heading, and the facts below it."""

    key: str
    """Qualified name, such as `okta.users.list`, `scim.Filter` or `scim.Filter.matches`."""

    title: str
    level: int
    doc: ParsedDocstring
    module: str
    """Module whose names the annotations use."""

    calls: tuple[tuple[str, inspect.Signature | None], ...] = ()
    """Call without its arguments, and the signature; of the sync and the async form."""

    parameters: tuple[Value, ...] = ()
    attributes: tuple[Value, ...] = ()
    bases: tuple[type, ...] = ()
    value: object = None
    """The class, function or constant."""

    names: dict[str, str] = dataclasses.field(default_factory=dict)
    """Name of a type variable -> name of the type that replaces it."""


def resolve(key: str) -> Any:
    """Return the object of a qualified name below `britive_scim`."""
    parts = key.split(".")
    module: Any = britive_scim
    while len(parts) > 1:
        try:
            module = importlib.import_module(f"{module.__name__}.{parts[0]}")
        except ModuleNotFoundError:
            break
        parts.pop(0)
    return attrgetter(".".join(parts))(module)


def is_client_key(key: str) -> bool:
    """Return whether a key of a page stands for a client, or a collection of one."""
    return key.partition(".")[0] in (*CLIENTS, COLLECTION)


def find_resource_classes(key: str) -> tuple[type, type]:
    """Return the sync and the async class of a client, or of a collection of one."""
    if key == COLLECTION:
        return britive_scim.Resources, britive_scim.AsyncResources
    client, _, path = key.partition(".")
    if not path:
        return CLIENTS[client]
    one, other = (attrgetter(path)(made) for made in _create_clients(client))
    return type(one), type(other)


@functools.cache
def _create_clients(name: str) -> tuple[Any, Any]:
    """Return a sync and an async client, which send nothing."""
    address = "acme" if name == "britive" else "https://acme.example/scim"
    one, other = (cls(address, "token") for cls in CLIENTS[name])
    return one, other


def find_replaced_names(key: str) -> dict[str, str]:
    """Return the types that replace the type variables of a collection."""
    kinds = {"okta.users": "User", "okta.groups": "Group", COLLECTION: "Resource"}
    shown = kinds.get(key)
    return dict.fromkeys(("R", "U", "G"), shown) if shown else {}


def iter_resource_entries(key: str, prefix: str, order: list[str]) -> Iterator[Entry]:
    """Yield the entries of the methods of a client, or of a collection of one.

    Args:
        key: such as `okta.users`.
        prefix: beginning of the keys that the headings leave out.
        order: names of methods in the order of the page; others come last.
    """
    sync_class, async_class = find_resource_classes(key)
    members = dict(iter_public_members(sync_class, frozenset()))
    position = {name: number for number, name in enumerate(["from_env", *order])}
    for name in sorted(members, key=lambda name: position.get(name, len(position))):
        member = members[name]
        title = f"{key}.{name}".removeprefix(f"{prefix}.")
        if isinstance(member, property):
            yield describe_property(f"{key}.{name}", title, member)
            continue
        twin_name = "aclose" if name == "close" else name
        twin = inspect.getattr_static(async_class, twin_name)
        yield describe_method(
            f"{key}.{name}",
            title,
            2,
            (f"{key}.{name}", member),
            (f"{key}.{twin_name}", twin),
            names=find_replaced_names(key),
        )


def describe_property(key: str, title: str, member: property) -> Entry:
    """Return the entry of a property of a client."""
    getter: Any = member.fget
    signature = inspect.signature(getter)
    shown = signature.replace(parameters=[])
    return Entry(
        key,
        title,
        2,
        parse_docstring(getter.__doc__),
        getter.__module__,
        calls=((key, shown),),
        value=member,
    )


def describe_method(
    key: str,
    title: str,
    level: int,
    form: tuple[str, Any],
    twin: tuple[str, Any] | None = None,
    *,
    names: dict[str, str] | None = None,
) -> Entry:
    """Return the entry of a function or method, and of its async form.

    Args:
        key: qualified name.
        title: heading.
        level: level of the heading.
        form: the call without arguments, and the function.
        twin: the same of the async form.
        names: types that replace type variables.
    """
    call, member = form
    function = _unwrap(member)
    signature = _get_signature(member)
    doc = parse_docstring(function.__doc__)
    calls: list[tuple[str, inspect.Signature | None]] = [(call, signature)]
    if twin:
        twin_signature = _get_signature(twin[1])
        word = "await " if inspect.iscoroutinefunction(_unwrap(twin[1])) else ""
        differs = str(signature.return_annotation) != str(twin_signature.return_annotation)
        if word or differs or twin[0] != call:
            calls.append((word + twin[0], twin_signature if differs else None))
    return Entry(
        key,
        title,
        level,
        doc,
        inspect.unwrap(function).__module__,
        calls=tuple(calls),
        parameters=tuple(_iter_parameters(signature, doc)),
        value=member,
        names=names or {},
    )


def iter_object_entries(key: str, public: frozenset[object]) -> Iterator[Entry]:
    """Yield the entry of a public object, and those of the methods of a class."""
    value = resolve(key)
    title = key.rpartition(".")[2]
    shown = ".".join(key.split(".")[-2:])
    if inspect.isfunction(value):
        yield describe_method(key, title, 2, (shown, value))
    elif isinstance(value, type):
        yield from _iter_class_entries(key, value, public)
    else:
        doc = parse_docstring(find_constant_docstring(title))
        yield Entry(key, title, 2, doc, "britive_scim", calls=((shown, None),), value=value)


def _iter_class_entries(key: str, cls: type, public: frozenset[object]) -> Iterator[Entry]:
    twin: type | None = None
    if "." not in key and not key.startswith("Async"):
        twin = getattr(britive_scim, f"Async{key}", None)
    if any(cls in client for client in CLIENTS.values()):  # its methods have entries of their own
        yield dataclasses.replace(describe_class(key, cls, twin, public), attributes=())
        return
    yield describe_class(key, cls, twin, public)
    for name, member in iter_public_members(cls, public):
        if not isinstance(member, property):
            yield describe_method(
                f"{key}.{name}",
                f"{cls.__name__}.{name}",
                3,
                (f"{cls.__name__}.{name}", member),
                (f"{twin.__name__}.{name}", inspect.getattr_static(twin, name)) if twin else None,
            )


def describe_class(key: str, cls: type, twin: type | None, public: frozenset[object]) -> Entry:
    """Return the entry of a class, with its attributes and its constructor."""
    doc = parse_docstring(cls.__doc__)
    module = cls.__module__
    signature = _get_constructor(cls)
    name = ".".join(key.split(".")[-2:])
    calls: list[tuple[str, inspect.Signature | None]] = [(name, signature)]
    if signature is None:
        calls = [(f"class {name}", None)]
    if twin:
        calls.append((calls[0][0].replace(cls.__name__, twin.__name__), None))
    parameters: tuple[Value, ...] = ()
    if signature is not None and not dataclasses.is_dataclass(cls):
        parameters = tuple(_iter_parameters(signature, doc))
    return Entry(
        key,
        cls.__name__,
        2,
        doc,
        module,
        calls=tuple(calls),
        parameters=parameters,
        attributes=tuple(_iter_attributes(cls, doc, public)),
        bases=tuple(base for base in cls.__mro__[1:] if base in public),
        value=cls,
    )


def _get_constructor(cls: type) -> inspect.Signature | None:
    """Return the signature of the constructor, if callers use it."""
    if issubclass(cls, (BaseModel, BaseException, tuple)) or not cls.__doc__:
        return None
    doc = parse_docstring(cls.__doc__)
    init = parse_docstring(cls.__init__.__doc__) if "__init__" in vars(cls) else ParsedDocstring()
    if not (dataclasses.is_dataclass(cls) or doc.arguments or init.arguments):
        return None
    signature = inspect.signature(cls)
    if next(iter(signature.parameters), "") in _INTERNAL:
        return None
    shown = [p for p in signature.parameters.values() if not p.name.startswith("_")]
    return signature.replace(parameters=shown, return_annotation=inspect.Signature.empty)


def iter_public_members(cls: type, public: frozenset[object]) -> Iterator[tuple[str, Any]]:
    """Yield (name, member) of the methods and properties of a class, with those of bases that are not public."""
    members: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base is not cls and (base in public or not _is_shown_base(base)):
            continue
        for name, member in [*vars(base).items()]:
            function = getattr(member, "__func__", member)
            is_shown = isinstance(member, property) or inspect.isfunction(function)
            if is_shown and not name.startswith(("_", "model_")):
                members[name] = member
    yield from members.items()


def _is_shown_base(base: type) -> bool:
    return base.__module__.startswith("britive_scim") and base.__name__ not in _MACHINERY


def _iter_attributes(cls: type, doc: ParsedDocstring, public: frozenset[object]) -> Iterator[Value]:
    """Yield the attributes of a class: fields, documented ones, and properties."""
    names: dict[str, Value] = {}
    fields = {f.name: f for f in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else {}
    for base in reversed(cls.__mro__):
        if base is not cls and (base in public or not _is_shown_base(base)):
            continue
        annotations = inspect.get_annotations(base)
        documented = doc.attributes if base is cls else parse_docstring(base.__doc__).attributes
        for name in (*annotations, *documented):
            if name.startswith(("_", "model_")) or "ClassVar" in str(annotations.get(name)):
                continue
            default, is_factory = _find_default(cls, name, fields.get(name))
            kind = annotations.get(name) or _find_init_type(cls, name)
            names[name] = Value(name, kind, default, documented.get(name, ""), is_factory)
    for name, member in iter_public_members(cls, public):
        if isinstance(member, property):
            getter: Any = member.fget
            parsed = parse_docstring(getter.__doc__)
            meaning = " ".join([parsed.summary, *parsed.details.split()]).strip()
            kind = inspect.signature(getter).return_annotation
            if meaning[1:2].islower():
                meaning = meaning[0].lower() + meaning[1:]
            names[name] = Value(
                name, kind, meaning=meaning or names.get(name, Value("", "")).meaning
            )
    yield from names.values()


def _find_init_type(cls: type, name: str) -> object:
    """Return the annotation of the parameter of a constructor that has the name of an attribute."""
    if "__init__" not in vars(cls):
        return ""
    parameter = inspect.signature(vars(cls)["__init__"]).parameters.get(name)
    return parameter.annotation if parameter else ""


def _find_default(
    cls: type, name: str, field: dataclasses.Field[Any] | None
) -> tuple[object, bool]:
    """Return the default of an attribute, and whether it is a function that makes it."""
    if field is not None:
        if field.default is not dataclasses.MISSING:
            return field.default, False
        if field.default_factory is not dataclasses.MISSING:
            return field.default_factory, True
    elif issubclass(cls, BaseModel) and name in cls.model_fields:
        info = cls.model_fields[name]
        return (
            (info.get_default(call_default_factory=False), False)
            if not info.is_required()
            else (inspect.Parameter.empty, False)
        )
    return inspect.Parameter.empty, False


def _iter_parameters(signature: inspect.Signature, doc: ParsedDocstring) -> Iterator[Value]:
    for name, parameter in signature.parameters.items():
        meaning = doc.arguments.get(name, "")
        is_variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        yield Value(name, parameter.annotation, parameter.default, meaning, is_variadic=is_variadic)


def _unwrap(member: Any) -> Any:
    return getattr(member, "__func__", member)


def _get_signature(member: Any) -> inspect.Signature:
    """Return the signature of a method without `self` and `cls`."""
    signature = inspect.signature(_unwrap(member))
    shown = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    return signature.replace(parameters=shown)


@functools.cache
def _constant_docstrings() -> dict[str, str]:
    """Return the strings below the assignments of constants, by name."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        for statement, after in itertools.pairwise(body):
            targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
            if isinstance(targets[0], ast.Name) and isinstance(after, ast.Expr):
                value = getattr(after.value, "value", None)
                if isinstance(value, str):
                    found.setdefault(targets[0].id, value)
    return found


def find_constant_docstring(name: str) -> str:
    """Return the string below the assignment of a constant."""
    return _constant_docstrings().get(name, "")
