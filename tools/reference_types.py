"""Types and defaults as the reference shows them: aliases by their meaning, public classes with links."""

from __future__ import annotations

import functools
import inspect
import json
import re
import sys
from collections.abc import Callable, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin

ALIASES = {
    "AnyIterable": "any iterable, also an asynchronous one for an async client",
    "AsyncHttpClient": "`httpx.AsyncClient`",
    "AsyncToken": "`str`, `SecretStr`, `TokenSource`, or a function that returns a token",
    "AsyncTransport": "httpx transport",
    "AttributePaths": "`str` or iterable of `str`",
    "Changes": "`PatchRequest`, iterable of `PatchOperation`, or mapping of attributes to values",
    "ColumnSelection": "iterable of `str`, or mapping of paths to names",
    "Columns": "mapping of attributes to columns",
    "Comparable": "`str`, `bool`, number, date, `Enum`, `UUID` or `None`",
    "CustomAttribute": "`str`, `IdentityAttribute` or mapping",
    "DiscoveryDocuments": "list response, or iterable of documents",
    "Dumpable": "object with `model_dump`",
    "ExtensionSchemaLike": "document, or subclass of `Extension`",
    "FilterNode": "`Filter`",
    "HttpClient": "`httpx.Client`",
    "IdLike": "`str`, or a resource with its id",
    "IdLikes": "iterable of ids or resources",
    "IfMatch": "`bool`, `str` or `None`",
    "Members": "iterable of ids, resources or `Member`",
    "ProgressOption": "function, `bool` or `None`",
    "SchemaDocument": "`Schema` or mapping",
    "Selection": "mapping of `users` and `groups` to a filter or names",
    "TableColumns": "iterable of `str`, or mapping of columns to names",
    "TimeZone": "`str` or `tzinfo`",
    "Token": "`str`, `SecretStr`, `TokenSource`, or a function that returns a token",
    "Transport": "httpx transport",
    "Unpack": "keyword arguments",
    "Words": "iterable of `str`",
}
"""Name of an alias that only annotations use -> its meaning, as Markdown."""

_MODULES = re.compile(
    r"\b(?:britive_scim(?:\.\w+)*|collections\.abc|typing|api|setup|tooling|recordings)\.(?=\w)"
)
_NAME = re.compile(r"[A-Za-z_][\w.]*")

_CONTAINERS = {"AsyncPager", "Iterable", "Sequence", "frozenset", "list", "tuple", "type"}

Link = Callable[[object, str], str | None]
"""Returns the address of the entry of an object, by the object or else by its name; or `None`."""


def format_type(annotation: object, module: str, link: Link, names: Mapping[str, str]) -> str:
    """Return an annotation as Markdown.

    Args:
        annotation: annotation, mostly as it is written.
        module: name of the module that has it, for the names in it.
        link: returns the address of an entry.
        names: name of a type variable -> name of the type that replaces it.
    """
    if annotation is inspect.Parameter.empty:
        return ""
    text = " ".join(_write(annotation).replace("'", "").replace('"scim.', "scim.").split())
    parts = [
        shown for part in _split(text, " | ") for shown in _format_part(part, module, link, names)
    ]
    if len(parts) > 1:
        return f"{', '.join(parts[:-1])} or {parts[-1]}"
    return parts[0]


def _write(annotation: object) -> str:
    """Return an annotation as it would be written, without the annotations of `Annotated`."""
    if isinstance(annotation, str):
        return annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _write(arguments[0])
    if origin in (Union, UnionType):
        return " | ".join(_write(argument) for argument in arguments)
    if annotation is NoneType or annotation is None:
        return "None"
    if isinstance(annotation, TypeVar):
        return "CustomUser" if annotation.__name__ == "C" else annotation.__name__
    if isinstance(origin, type) and arguments:
        return f"{origin.__name__}[{', '.join(_write(argument) for argument in arguments)}]"
    if annotation is Ellipsis:
        return "..."
    return inspect.formatannotation(annotation)


_CHARACTERISTICS = {
    ("required", True): "required",
    ("case_exact", True): "case-exact",
    ("mutability", "readOnly"): "read-only",
    ("mutability", "writeOnly"): "write-only",
    ("mutability", "immutable"): "immutable",
    ("returned", "always"): "always returned",
    ("returned", "never"): "never returned",
    ("returned", "request"): "returned on request",
    ("uniqueness", "server"): "unique on the server",
    ("uniqueness", "global"): "unique everywhere",
}
"""Characteristic of an attribute (RFC 7643 §2.2) -> the words for it."""


def describe_characteristics(annotation: object) -> str:
    """Return the characteristics that an annotation declares, as words."""
    found = [
        pair
        for item in getattr(annotation, "__metadata__", ())
        for pair in getattr(item, "characteristics", ())
    ]
    words = [
        _CHARACTERISTICS[pair]
        for pair in found
        if isinstance(pair[1], str | bool) and pair in _CHARACTERISTICS
    ]
    for name, label in (("reference_types", "reference"), ("canonical_values", "values")):
        words += [f"{label}: {', '.join(value)}" for key, value in found if key == name and value]
    return "; ".join(words)


def format_result(annotation: object, names: Mapping[str, str]) -> str:
    """Return the annotation of a result as a signature shows it, without packages that are not public."""
    text = _MODULES.sub("", _write(annotation).replace("'", ""))
    return _NAME.sub(lambda name: names.get(name[0], name[0]), text)


def _format_part(text: str, module: str, link: Link, names: Mapping[str, str]) -> list[str]:
    """Return the Markdown of one member of a union, or of several, if it is an alias of literals."""
    text = _MODULES.sub("", text.strip('"'))
    if text.startswith("Literal["):
        return [f"`{_format_literal(value)}`" for value in _split(text[8:-1], ", ")]
    if text.startswith("Unpack["):
        return [ALIASES["Unpack"]]
    match = _NAME.match(text)
    outer = match[0] if match else text
    found = _find_name(outer, module)
    if get_origin(found) is Literal:
        return [f"`{json.dumps(value)}`" for value in get_args(found)]
    if outer == text and isinstance(found, TypeVar):
        text = outer = names.get(text, text)
    if outer in ALIASES and not isinstance(found, type):
        return [ALIASES[outer]]
    shown = _NAME.sub(lambda name: names.get(name[0], name[0]), text)
    shown = f"`{shown.replace(' | ', ' or ')}`"
    address = link(found, names.get(outer, outer))
    if address is None and outer in _CONTAINERS:
        inner = _NAME.search(text, match.end() if match else 0)
        name = inner[0] if inner else ""
        address = link(_find_name(name, module), names.get(name, name)) if name else None
    return [f"[{shown}]({address})" if address else shown]


def _format_literal(text: str) -> str:
    return text if text[:1] in "\"'" or text in ("None", "True", "False") else json.dumps(text)


def _split(text: str, separator: str) -> list[str]:
    """Return the parts of a type between separators that are outside of brackets."""
    parts, depth, start = list[str](), 0, 0
    for position, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if not depth and text.startswith(separator, position):
            parts.append(text[start:position])
            start = position + len(separator)
    return [*parts, text[start:]]


def _find_name(name: str, module: str) -> object:
    """Return the object of a dotted name in a module, or of an alias of literals elsewhere."""
    head, *rest = name.split(".")
    value = getattr(sys.modules[module], head, None)
    for part in rest:
        value = getattr(value, part, None)
    if value is None and not rest:
        value = _literal_aliases().get(name)
    return value


@functools.cache
def _literal_aliases() -> dict[str, object]:
    """Return the aliases of literals in all modules of the package, by name."""
    return {
        name: value
        for path, module in sorted(sys.modules.items())
        if path.startswith("britive_scim")
        for name, value in vars(module).items()
        if get_origin(value) is Literal
    }


def format_default(value: object) -> str:
    """Return the default of a parameter as it would be written.

    Examples:
        >>> format_default("keep"), format_default(None), format_default(("a", "b"))
        ('"keep"', 'None', '("a", "b")')
    """
    if isinstance(value, Enum):
        return value.name
    if type(value).__module__.startswith("britive_scim"):
        return f"{type(value).__name__}()"
    text = repr(value).replace("datetime.", "")
    return text if '"' in text else text.replace("'", '"')
