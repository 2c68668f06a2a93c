"""PATCH dialects: strict RFC 7644, or with the deviations of Microsoft Entra."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from britive_scim.errors import PatchError
from britive_scim.scim.filters.bind import UndeclaredRule

__all__ = ["ENTRA", "READING", "STRICT", "Dialect", "DialectName", "get_dialect"]

DialectName = Literal["strict", "entra"]
"""`strict` is RFC 7644 §3.5.2; `entra` adds forms of Microsoft Entra that contradict it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialect:
    """Accepted deviations from the RFC in PATCH requests.

    Harmless forms, and forms whose rejection would lose data, are accepted in every dialect: `op` in
    any case, dotted and URN keys in a value without path, `remove` with a value.

    Attributes:
        name: the public name.
        can_parse_string_booleans: `"True"` and `"false"`, in any case, are booleans.
        can_create_on_replace: a replace whose filter matches nothing creates the described value.
        can_parse_complex_strings: a string for a complex attribute is its `value`; JSON text is decoded.
        can_ignore_sub_attributes: undeclared sub-attributes are left out; `displayName` is `display`.
        undeclared_rule: treatment of an undeclared sub-attribute in the brackets of a path.
        can_unassign_by_empty_string: `""` or null, added or replaced, unassigns a complex attribute.
        can_unwrap_single_item_list: a list of one for a single-valued attribute is that value, also as
            `{"$ref": null, "value": …}`.
        can_omit_urn: the URN before an attribute of an extension may be missing.
        can_be_empty: a request may have no operations.
    """

    name: DialectName
    can_parse_string_booleans: bool = False
    can_create_on_replace: bool = False
    can_parse_complex_strings: bool = False
    can_ignore_sub_attributes: bool = False
    undeclared_rule: UndeclaredRule = "reject"
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
    can_ignore_sub_attributes=True,
    undeclared_rule="no match",
    can_unassign_by_empty_string=True,
    can_unwrap_single_item_list=True,
    can_omit_urn=True,
    can_be_empty=True,
)
"""Requests of Microsoft Entra, with and without its `aadOptscim062020` flag."""

READING: Final = Dialect(name="strict", undeclared_rule="no value")
"""Paths of `read`, which has no operations: names that nothing declares have no value."""

_DIALECTS_BY_NAME: Final[dict[str, Dialect]] = {"strict": STRICT, "entra": ENTRA}


def get_dialect(name: str) -> Dialect:
    """Return the dialect with this name.

    Raises:
        PatchError: unknown name.
    """
    try:
        return _DIALECTS_BY_NAME[name]
    except (KeyError, TypeError):
        raise PatchError(
            f"dialect must be 'strict' or 'entra', got {name!r}",
            scim_type="invalidSyntax",
        ) from None
