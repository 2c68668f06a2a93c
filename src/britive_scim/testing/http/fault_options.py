"""Faults as options of a command line write them: `503:0.1`, `POST */Users cut-after x1`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from britive_scim.testing.http.faults import METHODS, Faults

__all__ = ["SYNTAX", "add_faults"]

SYNTAX = "[METHOD] [PATH] WHAT[:PROBABILITY] [xTIMES] [retry-after=TEXT]"
"""How one fault is written."""

_CUTS = {"cut-connect": "connect", "cut-before": "before", "cut-after": "after"}
_MALFORMED_BODY = '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListRes'
"""A body that was cut off."""

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_EFFECT = re.compile(rf"(?P<what>[1-5][0-9]{{2}}|cut-[a-z]+|malformed)(?::(?P<chance>{_NUMBER}))?")
_PROBABILITY = re.compile(r"0?\.[0-9]{1,9}|1\.0{1,9}")
_RATE = re.compile(rf"rate=(?P<requests>[0-9]{{1,9}})/(?P<seconds>{_NUMBER})")
_TIMES = re.compile(r"x([0-9]{1,9})")


def add_faults(faults: Faults, options: Iterable[str]) -> None:
    """Script what the texts say; each may hold several faults, parted by commas.

    What strikes is a status (`503`), `cut-connect`, `cut-before`, `cut-after`, `malformed` for a body that
    breaks off, `rate=100/60` for 429 beyond 100 requests in 60 seconds, or a bare share such as `0.1` of
    requests to answer 503.

    Args:
        faults: of a tenant.
        options: as `SYNTAX` says.

    Raises:
        ValueError: a text says no fault, or a figure is out of range.

    Example:
        >>> faults = Faults()
        >>> add_faults(faults, ["503:0.1", "POST */Users cut-after x1, rate=100/60"])
        >>> faults
        <Faults 2 waiting>
    """
    for text in options:
        for one in text.split(","):
            try:
                _add_fault(faults, one)
            except ValueError as error:
                raise ValueError(
                    f"{one.strip() or 'nothing'}: {error}; write {SYNTAX}, such as 503:0.1, "
                    "'POST */Users cut-after x1', malformed:0.01 or rate=100/60"
                ) from None


def _add_fault(faults: Faults, option: str) -> None:
    fault: dict[str, Any] = {}
    what: dict[str, Any] | None = None
    rate: re.Match[str] | None = None
    times: int | None = None
    for word in option.split():
        if word.upper() in METHODS:
            fault["method"] = word.upper()
        elif "/" in word and not word.startswith("rate="):
            fault["path"] = word
        elif found := _TIMES.fullmatch(word):
            times = int(found[1])
        elif word.lower().startswith("retry-after="):
            fault["headers"] = {"Retry-After": word.partition("=")[2]}
        elif what is None and rate is None:
            rate = _RATE.fullmatch(word)
            what = None if rate else _parse_effect(word)
        else:
            raise ValueError(f"{word!r} is not understood")
    if rate is not None:
        if times is not None or "headers" in fault:
            raise ValueError("a rate knows neither times nor retry-after")
        faults.limit_rate(int(rate["requests"]), float(rate["seconds"]), **fault)
    elif what is None:
        raise ValueError("it does not say what strikes")
    else:
        faults.add(**fault, **what, times=times)


def _parse_effect(word: str) -> dict[str, Any]:
    """Return what strikes, as arguments of `Faults.add`.

    Raises:
        ValueError: the word says nothing of the kind.
    """
    if _PROBABILITY.fullmatch(word):
        return {"status": 503, "probability": float(word)}
    found = _EFFECT.fullmatch(word)
    if found is None:
        raise ValueError(f"{word!r} is not understood")
    chance = {} if found["chance"] is None else {"probability": float(found["chance"])}
    what = found["what"]
    if what.isdigit():
        return {"status": int(what), **chance}
    if what == "malformed":
        return {"body": _MALFORMED_BODY, **chance}
    if what not in _CUTS:
        raise ValueError(f"{what} is none of {', '.join(_CUTS)}")
    return {"cut": _CUTS[what], **chance}
