"""Wording of messages for the command line: options and keys of `sync.toml` in place of arguments of Python.

The library names arguments, such as `time_zone='Europe/Berlin'`; a user of the command line has `--time-zone
Europe/Berlin`. Messages without arguments stay as they are.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from britive_scim.provisioning import Problems


__all__ = ["translate", "translate_problems", "translate_values"]

_OPTIONS = (
    "adopt",
    "delimiter",
    "empty",
    "encoding",
    "missing",
    "missing_groups",
    "nested",
    "time_zone",
)
"""Arguments that options of the same name set."""  # fmt: skip

_LEADING = (
    *_OPTIONS,
    "allow",
    "concurrency",
    "deadline",
    "journal",
    "limit",
    "memory",
    "only",
    "rate",
    "token_days",
)
"""Arguments with which a message may begin, and that options of the same name set."""  # fmt: skip


def translate(text: str) -> str:
    """Return a message of the library in the words of the command line.

    Examples:
        >>> translate("name its encoding, such as encoding='cp1252'")
        'name its encoding, such as --encoding cp1252'
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def translate_problems(problems: Problems) -> Problems:
    """Return problems whose rules are in the words of the command line."""
    return type(problems)(replace(problem, rule=translate(problem.rule)) for problem in problems)


def translate_values(value: Any) -> Any:
    """Return JSON data whose strings are in the words of the command line."""
    if isinstance(value, str):
        return translate(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {name: translate_values(part) for name, part in items}
    if isinstance(value, (list, tuple)):
        return [translate_values(part) for part in cast("Sequence[Any]", value)]
    return value


# ----------------------------------------------------------------------------- replacements


def _read_literal(text: str) -> str:
    """Return the string of a literal; text that was cut is returned as it is."""
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return text.strip("'\"")


def _format_column(match: re.Match[str]) -> str:
    """Return the line of `[columns]` for `columns={header: path}`."""
    header = json.dumps(_read_literal(match["header"]), ensure_ascii=False)
    path = match["path"]
    value = "false" if path == "None" else json.dumps(_read_literal(path), ensure_ascii=False)
    return f"{header} = {value} in [columns]"


def _format_option(match: re.Match[str]) -> str:
    """Return the option for `name='value'`."""
    return f"--{match['name'].replace('_', '-')} {shlex.quote(_read_literal(match['value']))}"


def _format_allowance(match: re.Match[str]) -> str:
    """Return the options `--allow` for `apply(plan, allow={name: number})`."""
    try:
        numbers = cast("dict[str, Any]", ast.literal_eval(match["numbers"]))
    except (ValueError, SyntaxError):
        return "--allow LIMIT=NUMBER"
    return " ".join(
        f"--allow {shlex.quote(f'{name}={number}')}" for name, number in numbers.items()
    )


def _format_policy(match: re.Match[str]) -> str:
    """Return the key of `[policy]` for `Policy(name=value)` or `Policy(name)`."""
    name, _, value = match["argument"].partition("=")
    toml = {"True": "true", "False": "false"}.get(value, value)
    return f"{name} = {toml} in [policy]" if value else f"{name} in [policy]"


def _format_words(match: re.Match[str]) -> str:
    """Return the key of `[status]` for a list of words."""
    words = json.dumps([_read_literal(match["word"])], ensure_ascii=False)
    return f"{match['name']} = {words}"


def _format_leading(match: re.Match[str]) -> str:
    return f"{match['start']}--{match['name'].replace('_', '-')}{match['end']}"


_STRING = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_START = r"(?P<start>^|(?<=\n)|(?<=\n  )|(?<=: ))"

_Replacement = str | Callable[[re.Match[str]], str]

_RULES: tuple[tuple[re.Pattern[str], _Replacement], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in cast(
        "tuple[tuple[str, _Replacement], ...]",
        (
            # the source: columns, status words, reading options
            (rf"columns=\{{(?P<header>{_STRING}|.{{1,60}}?): (?P<path>None|{_STRING})\}}", _format_column),
            (r"\bcolumns=(?!\w|\{)", "[columns]"),
            (rf"{_START}columns\[(?P<header>{_STRING}|.{{1,60}}?)\] must be (?P<rest>.*?), or None to", r"\g<header> in [columns] must be \g<rest>, or false to"),
            (rf"{_START}columns must\b", r"\g<start>[columns] must"),
            (rf"(?P<name>active|inactive)=\[(?P<word>{_STRING}|.{{1,60}}?)\]", _format_words),
            (r"\bactive= (and|or to) inactive=", r"active \1 inactive in [status]"),
            (rf"{_START}active and inactive must", r"\g<start>active and inactive in [status] must"),
            (rf"\b(?P<name>{'|'.join(_OPTIONS)})=(?P<value>'(?:[^'\\]|\\.)*')", _format_option),
            (r"use groups=None in the source to leave groups unchanged", "leave out the groups file and the groups column to leave groups unchanged"),
            # policy, limits and memory
            (r"Policy\((?P<argument>\w+(?:=(?:\w+|\"\w+\"))?)\)", _format_policy),
            (r"apply\(plan, allow=\{.*?\}\), or (?=--allow)", ""),
            (r"apply\(plan, allow=(?P<numbers>\{.*?\})\)", _format_allowance),
            (r"pass the same memory=Memory\.load\(path\) to plan and apply", "give the same file to plan and apply, --memory FILE"),
            (r"for example allow=\{.*?\}", "for example --allow deactivations=431"),
            (r"findings\(rules=britive\.identity_providers\.rules\(name\)\)", "--rules NAME"),
            (r"read the directory by the admin API: britive\.read_directory\(\)", "add --api admin"),
            (r"read the directory by SCIM(?:: okta\.read_directory\(\))?", "add --api scim"),
            # runs
            (r"use replan=True", "use --replan"),
            (r"left out by only;", "left out by --only;"),
            (r"use such as only=\['(.*?)'\]", r"use such as --only \1"),
            (r"print\(wanted\.problems\) shows them", "`britive-scim check` shows them"),
            (r"more, in \.problems", "more; `britive-scim check --json` shows them"),
            (r", or use users\.upsert_many, which looks for each", ""),
            # set-up
            (rf"create a custom one with custom_attributes=\[(?P<value>{_STRING})\]", r"create a custom one with --custom-attribute \g<value>"),
            (r"give mappings=\{identity attribute: SCIM attribute\}", "add --map ATTRIBUTE=SCIM"),
            (rf", or, to have both, call identity_providers\.create\({_STRING}\) first", ""),
            # connection
            (rf"{_START}base_url is invalid", r"\g<start>the URL is invalid"),
            (r" or Settings\(allow_http=True\)", ""),
            (r"; its scheme is detected, auth_scheme= sets another", ""),
            (r", or prefetch pages by list\(concurrency=2\)", ""),
            (r", or pass Settings\(proxy=False\)", ""),
            (rf"{_START}(?P<name>{'|'.join(_LEADING)})(?P<end> must\b)", _format_leading),
            (r"(?<= requests per second, or )None(?= for no pace)", "none"),
            (r"(?<=number of changes from 1), or None for all(?=, got)", ""),
            (r"(?<=seconds above 0) or None(?=, got)", ""),
        ),
    )
)  # fmt: skip
"""Patterns of messages, each with its replacement, in order."""
