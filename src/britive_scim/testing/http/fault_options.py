"""Parser of faults in command-line options: `503:0.1`, `POST */Users cut-after x1`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from britive_scim.testing.http.faults import METHODS, Faults

__all__ = ["SYNTAX", "add_faults"]

SYNTAX = "[METHOD] [PATH] EFFECT[:PROBABILITY] [xTIMES] [retry-after=VALUE]"
"""Syntax of one fault."""

_CUTS = {"cut-connect": "connect", "cut-before": "before", "cut-after": "after"}
_MALFORMED_BODY = '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListRes'
"""A truncated body."""

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_EFFECT = re.compile(
    rf"(?P<effect>[1-5][0-9]{{2}}|cut-[a-z]+|malformed)(?::(?P<probability>{_NUMBER}))?"
)
_PROBABILITY = re.compile(r"0?\.[0-9]{1,9}|1\.0{1,9}")
_RATE = re.compile(rf"rate=(?P<requests>[0-9]{{1,9}})/(?P<seconds>{_NUMBER})")
_TIMES = re.compile(r"x([0-9]{1,9})")


def add_faults(faults: Faults, options: Iterable[str]) -> None:
    """Add faults to a tenant; each option is one fault, or several separated by commas.

    An effect is a status (`503`), `cut-connect`, `cut-before`, `cut-after`, `malformed` for a truncated body,
    `rate=100/60` for 429 beyond 100 requests in 60 seconds, or a bare probability such as `0.1` of status
    503.

    Args:
        faults: the faults of a tenant.
        options: faults in the form of `SYNTAX`.

    Raises:
        ValueError: an option is invalid, or a number is out of range; no fault was added.

    Example:
        >>> faults = Faults()
        >>> add_faults(faults, ["503:0.1", "POST */Users cut-after x1, rate=100/60"])
        >>> faults
        <Faults: 2 pending>
    """
    texts = [text for option in options for text in option.split(",")]
    for target in (Faults(), faults):  # the first one checks all of them
        for text in texts:
            try:
                _add_fault(target, text)
            except ValueError as error:
                raise ValueError(
                    f"{text.strip() or 'empty fault'}: {error}; write {SYNTAX}, such as 503:0.1, "
                    "'POST */Users cut-after x1', malformed:0.01 or rate=100/60"
                ) from None


def _add_fault(faults: Faults, text: str) -> None:
    fault: dict[str, Any] = {}
    effect: dict[str, Any] | None = None
    rate: re.Match[str] | None = None
    times: int | None = None
    for word in text.split():
        if word.upper() in METHODS:
            fault["method"] = word.upper()
        elif "/" in word and not word.startswith("rate="):
            fault["path"] = word
        elif match := _TIMES.fullmatch(word):
            times = int(match[1])
        elif word.lower().startswith("retry-after="):
            fault["headers"] = {"Retry-After": word.partition("=")[2]}
        elif effect is None and rate is None:
            rate = _RATE.fullmatch(word)
            effect = None if rate else _parse_effect(word)
        else:
            raise ValueError(f"unexpected {word!r}")
    if rate is not None:
        if times is not None or "headers" in fault:
            raise ValueError("a rate has neither times nor retry-after")
        faults.limit_rate(int(rate["requests"]), float(rate["seconds"]), **fault)
    elif effect is None:
        raise ValueError("effect is missing")
    else:
        faults.add(**fault, **effect, times=times)


def _parse_effect(word: str) -> dict[str, Any]:
    """Return an effect as arguments of `Faults.add`.

    Raises:
        ValueError: the word is not an effect.
    """
    if _PROBABILITY.fullmatch(word):
        return {"status": 503, "probability": float(word)}
    match = _EFFECT.fullmatch(word)
    if match is None:
        raise ValueError(f"unexpected {word!r}")
    probability = (
        {} if match["probability"] is None else {"probability": float(match["probability"])}
    )
    effect = match["effect"]
    if effect.isdigit():
        return {"status": int(effect), **probability}
    if effect == "malformed":
        return {"body": _MALFORMED_BODY, **probability}
    if effect not in _CUTS:
        raise ValueError(f"cut must be one of {', '.join(_CUTS)}, got {effect}")
    return {"cut": _CUTS[effect], **probability}
