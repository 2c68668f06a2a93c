"""Selections of a policy: filters and globs that choose users or groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import translate
from functools import cache
from typing import Any, Final

from britive_scim import scim
from britive_scim.errors import InputError, InvalidFilter
from britive_scim.scim.datatypes import normalize_caseless
from britive_scim.scim.values.node import find_key, is_collection, is_mapping

__all__ = [
    "FILTER_PREFIX",
    "Pattern",
    "Test",
    "check_selection",
    "compile_pattern",
    "describe_pattern",
    "iter_parts",
]

Pattern = scim.Filter | str | Sequence[str]
"""A `scim.Filter`, text `filter: …`, one glob or several over userName and displayName."""

Test = Callable[[Mapping[str, Any]], bool]
"""Function that returns whether a resource in wire form is selected."""

FILTER_PREFIX: Final = "filter:"
"""Start of the text of a filter; other text is a glob."""

_NAMES: Final = {"users": ("userName", "displayName"), "groups": ("displayName",)}
"""Attributes that globs are compared with."""


def check_selection(name: str, selection: object) -> dict[str, Pattern]:
    """Return a selection of a policy with immutable values.

    Args:
        name: name in error messages: `scope`, `exclude` or `protected`.
        selection: `{"users": pattern, "groups": pattern}`.

    Raises:
        InputError: not such a mapping; a pattern is empty, or not a filter or glob.
        InvalidFilter: the text of a filter does not parse, or does not fit users or groups.
    """
    if not is_mapping(selection):
        raise InputError(
            f'{name} must be a mapping such as {{"users": "*@example.com"}}, got {type(selection).__name__}'
        )
    checked: dict[str, Pattern] = {}
    for kind, pattern in selection.items():
        if kind not in _NAMES:
            raise InputError(f"{name} must have the keys 'users' and 'groups', got {kind!r:.60}")
        label = f"{name}[{kind!r}]"
        if not isinstance(pattern, scim.Filter | str):
            pattern = _to_tuple(label, pattern)  # noqa: PLW2901  # narrowed
        for text in iter_parts(pattern):
            if isinstance(text, str) and not text.removeprefix(FILTER_PREFIX).strip():
                raise InputError(
                    f"{label} must be a filter or a glob such as '*@example.com', got {text!r}"
                )
        compile_pattern(kind, pattern, label=label)
        checked[kind] = pattern
    return checked


def _to_tuple(label: str, pattern: Any) -> tuple[str, ...]:
    items: tuple[Any, ...] = (
        tuple(pattern)
        if is_collection(pattern) and not isinstance(pattern, set | frozenset)
        else ()
    )
    if not items or not all(isinstance(item, str) for item in items):
        raise InputError(
            f"{label} must be a scim.Filter, text or several globs, got {type(pattern).__name__}"
        )
    return items


def iter_parts(pattern: Pattern) -> tuple[scim.Filter | str, ...]:
    """Return the filters and texts of a pattern."""
    return (pattern,) if isinstance(pattern, scim.Filter | str) else tuple(pattern)


def describe_pattern(pattern: Pattern) -> str:
    """Return the pattern as text, for messages and the head of a plan."""
    return ", ".join(
        f"{FILTER_PREFIX} {part}" if isinstance(part, scim.Filter) else part
        for part in iter_parts(pattern)
    )


def compile_pattern(kind: str, pattern: Pattern, *, label: str = "pattern") -> Test:
    """Return a function that returns whether a resource is selected; one of several parts suffices.

    Args:
        kind: `users` or `groups`.
        pattern: the pattern; globs are compared with userName and displayName of users and with displayName of
            groups, in NFC and without case.
        label: name of the pattern in error messages.

    Raises:
        InvalidFilter: a filter does not parse, or names an attribute that the schema does not declare.

    Examples:
        >>> is_admin = compile_pattern("users", ["admin-*", 'filter: userType eq "Admin"'])
        >>> is_admin({"userName": "ADMIN-7"}), is_admin({"userType": "admin"}), is_admin({"userName": "ana"})
        (True, True, False)
    """
    globs: list[str] = []
    tests: list[Test] = []
    for part in iter_parts(pattern):
        if isinstance(part, str) and not part.startswith(FILTER_PREFIX):
            globs.append(part)
        else:
            tests.append(_compile_filter(kind, part, label))
    if globs:
        tests.insert(0, _compile_globs(kind, globs))
    if len(tests) == 1:
        return tests[0]
    return lambda values: any(test(values) for test in tests)


@cache
def _get_schema(kind: str) -> scim.ResourceSchema:
    return scim.ResourceSchema.of(scim.User if kind == "users" else scim.Group)


def _compile_filter(kind: str, part: scim.Filter | str, label: str) -> Test:
    try:
        filter_ = (
            scim.parse_filter(part.removeprefix(FILTER_PREFIX).strip())
            if isinstance(part, str)
            else part
        )
        filter_.check(_get_schema(kind), strict=True)
    except InvalidFilter as error:
        error.add_note(f"in {label}")
        raise
    return filter_.compile(_get_schema(kind))


def _compile_globs(kind: str, globs: Sequence[str]) -> Test:
    names = _NAMES[kind]
    matches = re.compile(
        "|".join(translate(normalize_caseless(glob.strip())) for glob in globs)
    ).match

    def is_selected(values: Mapping[str, Any]) -> bool:
        for name in names:
            value = values.get(name)
            if value is None and name not in values and (key := find_key(values, name)) is not None:
                value = values[key]
            if isinstance(value, str) and matches(normalize_caseless(value.strip())):
                return True
        return False

    return is_selected
