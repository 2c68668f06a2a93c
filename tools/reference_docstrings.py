"""Docstrings in Google style, parsed into the parts of an entry of the reference."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEADER = re.compile(
    r"^(Args|Attributes|Raises|Returns|Yields|Warns|Example|Examples):[ ]*$", re.MULTILINE
)
_ITEM = re.compile(r"^(\*{0,2}[\w.]+(?:, \w+)*):[ \n]", re.MULTILINE)
_SOURCE = re.compile(r"^Source: .+?(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^[^\n]*:\n\n```.*?^```\n?|^```.*?^```\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class ParsedDocstring:
    """Parts of one docstring."""

    summary: str = ""
    """First paragraph, as one line."""

    details: str = ""
    """Other paragraphs, without code blocks in fences, which do not run on their own."""

    arguments: dict[str, str] = field(default_factory=dict)
    """Name of a parameter -> meaning."""

    attributes: dict[str, str] = field(default_factory=dict)
    """Name of an attribute -> meaning."""

    raises: tuple[tuple[str, str], ...] = ()
    """Class of an exception, and when it is raised."""

    warns: tuple[tuple[str, str], ...] = ()
    """Class of a warning, and when it is issued."""

    returns: str = ""
    """Text of `Returns:` or `Yields:`."""

    examples: tuple[str, ...] = ()
    """Examples with prompts, as in a Python shell."""


def parse_docstring(text: str | None) -> ParsedDocstring:
    r"""Return the parts of a docstring.

    Examples:
        >>> parsed = parse_docstring("Return it.\n\nArgs:\n    name: the name.\n\nRaises:\n    NotFound: no such.")
        >>> parsed.summary, parsed.arguments, parsed.raises
        ('Return it.', {'name': 'the name.'}, (('NotFound', 'no such.'),))
    """
    text = _SOURCE.sub("", inspect.cleandoc(text or "") + "\n")
    prose, sections = _split_sections(text)
    values = {"Args": dict[str, str](), "Attributes": dict[str, str]()}
    lists: dict[str, tuple[tuple[str, str], ...]] = {"Raises": (), "Warns": ()}
    returns, examples = "", list[str]()
    for name, body in sections:
        if name in values:
            values[name] |= dict(_iter_items(body))
        elif name in lists:
            lists[name] += tuple(_iter_items(body))
        elif name in ("Returns", "Yields"):
            returns = _join(body)
        elif ">>>" in body:
            examples.append(body.strip("\n"))
    prose = _FENCE.sub("", prose)
    summary, _, details = prose.strip().partition("\n\n")
    found = re.findall(r"^ *>>> .*?(?:\n\n|\Z)", details, re.MULTILINE | re.DOTALL)
    examples += [inspect.cleandoc(example) for example in found]
    for example in found:
        details = details.replace(example, "")
    return ParsedDocstring(
        summary=_join(summary),
        details=details.strip(),
        arguments=values["Args"],
        attributes=values["Attributes"],
        raises=lists["Raises"],
        warns=lists["Warns"],
        returns=returns,
        examples=tuple(examples),
    )


def _split_sections(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the prose of a docstring, and its sections as (name, dedented text)."""
    prose: list[str] = []
    sections: list[tuple[str, str]] = []
    lines = text.split("\n")
    position = 0
    while position < len(lines):
        header = _HEADER.match(lines[position])
        position += 1
        if not header:
            prose.append(lines[position - 1])
            continue
        start = position
        while position < len(lines) and (not lines[position] or lines[position].startswith("    ")):
            position += 1
        body = inspect.cleandoc("\n" + "\n".join(lines[start:position]))
        sections.append((header[1], body))
    return "\n".join(prose), sections


def _iter_items(body: str) -> Iterator[tuple[str, str]]:
    """Yield (name, meaning) of each item of a section."""
    starts = [*_ITEM.finditer(body)]
    for number, match in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(body)
        for name in match[1].split(", "):
            yield name.lstrip("*"), _join(body[match.end() : end])


def _join(text: str) -> str:
    """Return words as one line."""
    return " ".join(text.split())
