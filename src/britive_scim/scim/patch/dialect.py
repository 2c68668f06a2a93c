"""How a PATCH request is read: by the letter of the RFC, or as Microsoft Entra means it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from britive_scim.errors import PatchError

__all__ = ["ENTRA", "STRICT", "Dialect", "DialectName", "dialect_of"]

DialectName = Literal["strict", "entra"]
"""`strict` is RFC 7644 §3.5.2; `entra` adds forms of Microsoft Entra that contradict it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialect:
    """What a reader of PATCH requests puts up with beyond the RFC.

    Forms that are harmless, or whose refusal would lose data, are read in every dialect: `op` in any
    case, dotted and URN keys in a value without path, `remove` with a value.

    Attributes:
        name: how users call it.
        text_booleans: `"True"` and `"false"`, in any case, are booleans.
        replace_creates: a replace whose filter matches nothing creates the value the filter describes.
        plain_complex: a plain text for a complex attribute is its `value`; JSON text is decoded.
        blank_unassigns: `""` or null, added or replaced, unassigns a complex attribute.
        wrapped_single: a list of one for a single value is that value.
        short_names: an attribute of an extension may be named without its URN.
        empty: a request may have no operations at all.
    """

    name: DialectName
    text_booleans: bool = False
    replace_creates: bool = False
    plain_complex: bool = False
    blank_unassigns: bool = False
    wrapped_single: bool = False
    short_names: bool = False
    empty: bool = False


STRICT: Final = Dialect(name="strict")
"""RFC 7644 §3.5.2."""

ENTRA: Final = Dialect(
    name="entra",
    text_booleans=True,
    replace_creates=True,
    plain_complex=True,
    blank_unassigns=True,
    wrapped_single=True,
    short_names=True,
    empty=True,
)
"""What Microsoft Entra sends, with and without its `aadOptscim062020` flag."""

_BY_NAME: Final[dict[str, Dialect]] = {"strict": STRICT, "entra": ENTRA}


def dialect_of(name: str) -> Dialect:
    """Return the dialect of a name.

    Raises:
        PatchError: there is none of that name.
    """
    try:
        return _BY_NAME[name]
    except (KeyError, TypeError):
        raise PatchError(
            f"{name!r} is no dialect of PATCH; there are 'strict' and 'entra'",
            scim_type="invalidSyntax",
        ) from None
