"""Entries of the reference as Markdown that GitHub and the site render alike.

Headings are names alone, so that anchors are short and the same in both: `users.md#list`.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reference_entries import Entry, Value
from reference_meanings import find_meaning
from reference_types import (
    Link,
    describe_characteristics,
    format_default,
    format_result,
    format_type,
)

WIDTH = 80

CALL_OPTIONS = ("timeout", "retry")
"""Parameters of every call, which the page explains once."""

PACKAGES = {
    f"britive_scim.{name}"
    for name in ("admin", "charts", "provisioning", "scim", "tables", "testing")
}
"""Packages that examples import from."""

_KINDS = inspect.Parameter


def slugify(title: str) -> str:
    """Return the anchor of a heading, the same on GitHub and on the site.

    Examples:
        >>> slugify("`Filter.matches`")
        'filtermatches'
    """
    return re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")


def render_entry(
    entry: Entry, link: Link, requests: Mapping[str, tuple[tuple[str, ...], str]], example: str
) -> str:
    """Return the Markdown of one entry.

    Args:
        entry: facts about the object.
        link: returns the address of another entry.
        requests: key -> the requests that it sends, and how certain they are.
        example: Python code by hand, or an empty string.
    """
    blocks = [f"{'#' * entry.level} `{entry.title}`", *_render_head(entry)]
    if entry.bases:
        names = [f"[`{base.__name__}`]({link(base, base.__name__)})" for base in entry.bases]
        blocks.append(f"Also has the members of {_join(names)}.")
    if entry.key in requests:
        sent, certainty = requests[entry.key]
        lines = [re.sub(r"^(\w+) (\S+)", r"`\1 \2`", request) for request in sent]
        label = "Request" if len(lines) == 1 else "Requests"
        blocks.append(f"**{label}:** {', '.join(lines)} ([{certainty}](endpoints.md))")
    shown = [
        value
        for value in entry.parameters
        if value.name not in CALL_OPTIONS or value.default is not None
    ]
    blocks += _render_table("parameter", shown, entry, link)
    if not isinstance(entry.value, property):
        blocks += _render_table("attribute", entry.attributes, entry, link)
    blocks += _render_result(entry, link)
    if entry.doc.raises:
        blocks.append("**Raises:**")
        blocks.append(_render_errors(entry.doc.raises, link))
    if entry.doc.warns:
        blocks.append("**Warns:**")
        blocks.append(_render_errors(entry.doc.warns, link))
    blocks += [f"```pycon\n{_publish(text, entry.key)}\n```" for text in entry.doc.examples]
    if example:
        blocks.append(example)
    return "\n\n".join(block for block in blocks if block)


def _render_head(entry: Entry) -> Iterator[str]:
    """Yield the summary, the call and the details of an entry."""
    yield _escape(entry.doc.summary)
    lines = [
        format_call(entry, call, signature, is_same=number > 0)
        for number, (call, signature) in enumerate(entry.calls)
    ]
    text = "\n".join(lines)
    yield f"```pyi\n{text}\n```"
    yield entry.doc.details


def format_call(
    entry: Entry, call: str, signature: inspect.Signature | None, *, is_same: bool = False
) -> str:
    """Return a call with its parameters and its result, in lines of at most 80 characters.

    Args:
        entry: the entry of the call.
        call: the call without parentheses.
        signature: parameters and result; `None` for a name alone, or for those of the line before.
        is_same: the parameters are those of the line before.
    """
    is_callable = not isinstance(entry.value, property) and callable(entry.value)
    if signature is None:
        return f"{call}(...)" if is_same and not call.startswith("class ") else call
    annotation = signature.return_annotation
    result = ""
    if annotation is not signature.empty:
        result = f" -> {format_result(annotation, entry.names)}"
    if not is_callable and not isinstance(entry.value, classmethod):
        return call + result.replace(" -> ", ": ", 1)
    parts = ["..."] if is_same else list(_iter_parameter_texts(signature))
    line = f"{call}({', '.join(parts)}){result}"
    if len(line) <= WIDTH:
        return line
    joined = ", ".join(part.replace(" ", "\0") for part in parts)
    wrapped = textwrap.fill(
        joined,
        WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    ).replace("\0", " ")
    return f"{call}(\n{wrapped}\n){result}"


def _iter_parameter_texts(signature: inspect.Signature) -> Iterator[str]:
    """Yield the parameters with their defaults and without their types, and the signs between them."""
    parameters = [*signature.parameters.values()]
    previous: Any = None
    for parameter in parameters:
        kind = parameter.kind
        if previous is _KINDS.POSITIONAL_ONLY and kind is not _KINDS.POSITIONAL_ONLY:
            yield "/"
        if kind is _KINDS.KEYWORD_ONLY and previous not in (
            _KINDS.KEYWORD_ONLY,
            _KINDS.VAR_POSITIONAL,
        ):
            yield "*"
        previous = kind
        stars = "*" if kind is _KINDS.VAR_POSITIONAL else "**" if kind is _KINDS.VAR_KEYWORD else ""
        text = stars + parameter.name
        if parameter.default is not parameter.empty:
            default = format_signature_default(parameter.default)
            text += f"={default if len(default) < WIDTH // 2 else '...'}"
        yield text
    if previous is _KINDS.POSITIONAL_ONLY:
        yield "/"


def format_signature_default(value: object) -> str:
    """Return a default as it would be written in a signature; a factory as `...`."""
    text = format_default(value)
    return "..." if text.startswith("<") else text


def _render_table(label: str, values: Iterable[Value], entry: Entry, link: Link) -> Iterator[str]:
    """Yield a table of parameters or attributes; nothing without any."""
    values = [*values]
    if not values:
        return
    empty = inspect.Parameter.empty
    has_default = any(value.default not in (empty, None) for value in values) or (
        label == "parameter" and any(value.default is not empty for value in values)
    )
    head = [label, "type", *(["default"] if has_default else []), "meaning"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for value in values:
        kind = format_type(value.type, entry.module, link, entry.names) if value.type else ""
        cells = [f"`{value.name}`", kind]
        if has_default:
            cells.append(_format_table_default(value, label))
        cells.append(_escape(value.meaning or _guess_meaning(value, entry.key)))
        lines.append(f"| {' | '.join(cells)} |")
    if label == "attribute" and not has_default and any(v.default is None for v in values):
        yield "All attributes are optional; the default is `None`."
    yield "\n".join(lines)


def _format_table_default(value: Value, label: str) -> str:
    if value.default is inspect.Parameter.empty:
        return "required" if label == "parameter" and not value.is_variadic else ""
    if value.factory:
        name = getattr(value.default, "__name__", "")
        return {"dict": "`{}`", "list": "`[]`", "set": "`set()`"}.get(name, "empty")
    text = format_default(value.default)
    return "" if text.startswith("<") else f"`{text}`"


def _guess_meaning(value: Value, key: str) -> str:
    """Return the meaning of a value that means the same in many entries, whose docstrings do not repeat it."""
    words = describe_characteristics(value.type)
    if words:
        return words
    match = re.fullmatch(r"str \| (?!None)(?:admin\.)?([A-Z]\w+)", str(value.type))
    if match:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", match[1])
        words = words if words == "Api Token" else words[0].lower() + words[1:].lower()
        return f"the {words.replace('Api', 'API').lower().replace('api', 'API')}, or its id"
    return find_meaning(key, value.name)


def _render_result(entry: Entry, link: Link) -> Iterator[str]:
    """Yield the type of the result, if it has an entry, and the text about it."""
    if not entry.calls or entry.calls[0][1] is None or isinstance(entry.value, type):
        return
    annotation = entry.calls[0][1].return_annotation
    text = entry.doc.returns
    if annotation in (inspect.Signature.empty, "None", None):
        if text:
            yield f"**Returns:** {text}"
        return
    shown = format_type(annotation, entry.module, link, entry.names)
    if text or "](" in shown:
        yield f"**Returns:** {shown}" + (f": {text}" if text else "")


def _render_errors(errors: Iterable[tuple[str, str]], link: Link) -> str:
    lines = []
    for name, text in errors:
        address = link(None, f"errors.{name}") or link(None, name)
        shown = f"[`{name}`]({address})" if address else f"`{name}`"
        lines.append(f"- {shown}: {_escape(text)}")
    return "\n".join(lines)


def _publish(example: str, key: str) -> str:
    """Return an example that imports what it uses from the public packages, in lines of the width of a page."""
    example = _wrap_example(example)
    example = re.sub(
        r"from britive_scim\.(scim|admin|provisioning|tables|testing|charts)\.[\w.]+ import",
        r"from britive_scim.\1 import",
        example,
    )
    package = f"britive_scim.{key.partition('.')[0]}"
    if package not in PACKAGES:
        package = "britive_scim"
    source = "".join(item.source for item in doctest.DocTestParser().get_examples(example))
    tree = [*ast.walk(ast.parse(source))]
    used = {node.id for node in tree if isinstance(node, ast.Name)}
    known = {
        alias.asname or alias.name
        for node in tree
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    known |= {
        node.id for node in tree if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    names = sorted(used & set(importlib.import_module(package).__all__) - known)
    imports = re.compile(rf"^>>> from {re.escape(package)} import (.+)\n", re.MULTILINE)
    names += [name for line in imports.findall(example) for name in line.split(", ")]
    if not names:
        return example
    return f">>> from {package} import {', '.join(sorted(names))}\n{imports.sub('', example)}"


def _wrap_example(example: str) -> str:
    """Return an example whose long statements are formatted for the width of a page."""
    if all(len(line) <= WIDTH for line in example.splitlines()):
        return example
    parts = []
    for part in doctest.DocTestParser().parse(example):
        if isinstance(part, str):
            parts.append(part.strip("\n"))
            continue
        source = part.source
        if max(map(len, source.splitlines())) > WIDTH - len(">>> "):
            command = [sys.executable, "-m", "ruff", "format", "-", "--isolated"]
            command += ["--line-length", str(WIDTH - len(">>> "))]
            done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
            source = done.stdout
        first, *rest = source.splitlines()
        parts += [f">>> {first}", *(f"... {line}".rstrip() for line in rest)]
        parts += part.want.splitlines()
        if part.exc_msg is not None and not part.want:
            parts.append(part.exc_msg.rstrip())
    return "\n".join(part for part in parts if part)


def _escape(text: str) -> str:
    """Return words that do not break a table."""
    return text.replace(" | ", " or ") if "`" in text else text.replace("|", "&#124;")


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
