"""SCIM attributes in mappings: one that is misspelt would put a good mapping away."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from britive_scim.admin.checks import format_suggestion
from britive_scim.errors import InputError

__all__ = ["check_scim_attribute"]

_FIRST_NAME_PATTERN = re.compile(r"[^.\[]*")


def check_scim_attribute(name: str, scim_attribute: str, known: Collection[str]) -> None:
    """Refuse a SCIM attribute the tenant does not list and that cannot be a custom one.

    A mapping takes the place of the one there is, so a misspelling would put a good one away. A custom
    attribute is in no list: it bears the name of the identity attribute, or begins with a schema URN. A
    part or a selection of an attribute that is listed is taken, unless it comes near to one that is.

    Args:
        name: the identity attribute.
        scim_attribute: what is mapped to it.
        known: the SCIM attributes the tenant lists; where it lists none, everything is taken.

    Raises:
        InputError: it is not listed, and no custom one.
    """
    if not known or scim_attribute in (name, *known) or scim_attribute.lower().startswith("urn:"):
        return
    near = format_suggestion(scim_attribute, (name, *known), cutoff=0.8)
    if (
        near
        or _parse_first_name(scim_attribute) not in map(_parse_first_name, known)
        or _parse_first_name(scim_attribute) == scim_attribute
    ):
        raise InputError(
            f"The SCIM attribute {scim_attribute!r}, mapped to {name!r}, is none the tenant lists."
            f"{near or _suggest_by_first_name(scim_attribute, known)} "
            "A custom one bears the same name on both sides, or begins with its schema URN."
        )


def _parse_first_name(scim_attribute: str) -> str:
    """Return the name a path begins with, before any part or selection of it."""
    found = _FIRST_NAME_PATTERN.match(scim_attribute)
    return found.group() if found else ""


def _suggest_by_first_name(scim_attribute: str, known: Collection[str]) -> str:
    """Return ` Did you mean ...?` with up to three listed paths whose first name comes near, or nothing."""
    firsts: dict[str, list[str]] = {}
    for path in known:
        firsts.setdefault(_parse_first_name(path).casefold(), []).append(path)
    near = difflib.get_close_matches(_parse_first_name(scim_attribute).casefold(), firsts, n=3)
    paths = [path for first in near for path in firsts[first]][:3]
    return f" Did you mean {' or '.join(map(repr, paths))}?" if paths else ""
