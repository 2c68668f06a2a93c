"""How a PATCH request is read: by the letter of the RFC, or as Microsoft Entra means it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from britive_scim.errors import PatchError

__all__ = ["ENTRA", "STRICT", "Dialect", "DialectName", "get_dialect"]

DialectName = Literal["strict", "entra"]
"""`strict` is RFC 7644 §3.5.2; `entra` adds forms of Microsoft Entra that contradict it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialect:
    """What a reader of PATCH requests puts up with beyond the RFC.

    Forms that are harmless, or whose refusal would lose data, are read in every dialect: `op` in any
    case, dotted and URN keys in a value without path, `remove` with a value.

    Attributes:
        name: how users call it.
        can_parse_string_booleans: `"True"` and `"false"`, in any case, are booleans.
        can_create_on_replace: a replace whose filter matches nothing creates the value the filter describes.
        can_parse_complex_strings: a plain text for a complex attribute is its `value`; JSON text is decoded.
        can_unassign_by_empty_string: `""` or null, added or replaced, unassigns a complex attribute.
        can_unwrap_single_item_list: a list of one for a single value is that value.
        can_omit_urn: an attribute of an extension may be named without its URN.
        can_be_empty: a request may have no operations at all.
    """

    name: DialectName
    can_parse_string_booleans: bool = False
    can_create_on_replace: bool = False
    can_parse_complex_strings: bool = False
    can_unassign_by_empty_string: bool = False
    can_unwrap_single_item_list: bool = False
    can_omit_urn: bool = False
    can_be_empty: bool = False


STRICT: Final = Dialect(name="strict")
"""RFC 7644 §3.5.2."""

ENTRA: Final = Dialect(
    name="entra",
    can_parse_string_booleans=True,
    can_create_on_replace=True,
    can_parse_complex_strings=True,
    can_unassign_by_empty_string=True,
    can_unwrap_single_item_list=True,
    can_omit_urn=True,
    can_be_empty=True,
)
"""What Microsoft Entra sends, with and without its `aadOptscim062020` flag."""

_DIALECTS_BY_NAME: Final[dict[str, Dialect]] = {"strict": STRICT, "entra": ENTRA}


def get_dialect(name: str) -> Dialect:
    """Return the dialect of a name.

    Raises:
        PatchError: there is none of that name.
    """
    try:
        return _DIALECTS_BY_NAME[name]
    except (KeyError, TypeError):
        raise PatchError(
            f"{name!r} is no dialect of PATCH; there are 'strict' and 'entra'",
            scim_type="invalidSyntax",
        ) from None
