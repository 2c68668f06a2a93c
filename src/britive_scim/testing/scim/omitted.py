"""PUT on a server that keeps attributes that the body leaves out (RFC 7644 §3.5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from britive_scim.scim.names import fold

__all__ = ["fill_omitted"]


def fill_omitted(body: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a PUT with the stored value of each attribute that it leaves out.

    Complex values and extensions are completed one level deep. Null and empty values of the body stay,
    and so clear the attribute; lists of the body replace the stored ones.

    Args:
        body: the request body, its names in any case.
        stored: the stored resource in wire form.
    """
    filled = _fill(body, stored)
    for name, value in filled.items():
        stored_value = stored.get(_find_spelling(stored, name))
        if isinstance(value, dict) and value and isinstance(stored_value, dict):
            filled[name] = _fill(
                cast("dict[str, Any]", value), cast("dict[str, Any]", stored_value)
            )
    return filled


def _fill(values: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    named = {fold(name) for name in values}
    return {**values, **{name: value for name, value in stored.items() if fold(name) not in named}}


def _find_spelling(stored: Mapping[str, Any], name: str) -> str:
    return next((spelling for spelling in stored if fold(spelling) == fold(name)), name)
