"""The wanted set-up of a tenant, checked as far as possible without the tenant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pydantic

from britive_scim.admin import (
    IdentityAttribute,
)
from britive_scim.admin.validation import (
    check_attribute_mappings,
    check_days,
    check_identity_provider_name,
    check_name,
    check_one_of,
    check_provider_type,
)
from britive_scim.errors import InputError

__all__ = ["CustomAttribute", "WantedSetup"]


CustomAttribute = str | IdentityAttribute | Mapping[str, Any]
"""A custom identity attribute: its name (then of type String), or its definition."""


_DATA_TYPES = ("String", "Number", "Boolean", "Date")


_SCIM_NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # RFC 7643 §2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSetup:
    """What a set-up shall lead to, checked as far as that goes without the tenant.

    Attributes:
        name: of the identity provider.
        scim_provider: `Generic` or `Azure`.
        token_days: validity of the SCIM token in days, 1 to 90.
        mappings: `{identity attribute: SCIM attribute}`, those of custom attributes included.
        custom_attributes: identity attributes that must exist, complete definitions.
        implied_names: names in `mappings` that the caller did not give: where such an attribute is mapped already,
            it stays so.
    """

    name: str
    scim_provider: str = "Generic"
    token_days: int = 90
    mappings: Mapping[str, str] = field(default_factory=dict[str, str])
    custom_attributes: tuple[IdentityAttribute, ...] = ()
    implied_names: frozenset[str] = frozenset()

    @classmethod
    def from_arguments(
        cls,
        name: str,
        *,
        scim_provider: str = "Generic",
        token_days: int = 90,
        mappings: Mapping[str, str] | None = None,
        custom_attributes: Iterable[CustomAttribute] = (),
    ) -> WantedSetup:
        """Return the wanted state of what a caller gave.

        A custom attribute without a mapping of its own is filled from the SCIM attribute of the same
        name: Britive's guide has both names equal.

        Raises:
            InputError: something cannot be meant; the message says the rule.

        Examples:
            >>> WantedSetup.from_arguments("Okta", custom_attributes=["costCode"]).mappings
            {'costCode': 'costCode'}
        """
        pairs = check_attribute_mappings(mappings or {})
        customs = _parse_definitions(custom_attributes)
        implied = frozenset(one.name for one in customs if one.name and one.name not in pairs)
        pairs |= {
            one.name: _check_scim_name(one.name)
            for one in customs
            if one.name and one.name in implied
        }
        return cls(
            name=check_identity_provider_name(name),
            scim_provider=check_provider_type(scim_provider, label="scim_provider"),
            token_days=check_days(token_days, label="token_days"),
            mappings=pairs,
            custom_attributes=customs,
            implied_names=implied,
        )


def _parse_definitions(custom_attributes: object) -> tuple[IdentityAttribute, ...]:
    if isinstance(custom_attributes, str | Mapping | IdentityAttribute) or not isinstance(
        custom_attributes, Iterable
    ):
        raise InputError("custom_attributes takes several: write it as a list.")
    definitions: dict[str, IdentityAttribute] = {}
    for one in cast("Iterable[object]", custom_attributes):
        definition = _parse_definition(one)
        folded = (definition.name or "").casefold()
        if folded in definitions:
            raise InputError(f"custom_attributes names {definition.name!r} twice.")
        definitions[folded] = definition
    return tuple(definitions.values())


def _parse_definition(definition: object) -> IdentityAttribute:
    """Return a complete definition; the defaults stand where the caller said nothing."""
    if isinstance(definition, str):
        definition = IdentityAttribute(name=definition)
    elif isinstance(definition, Mapping):
        try:
            definition = IdentityAttribute.model_validate(
                dict(cast("Mapping[str, Any]", definition))
            )
        except pydantic.ValidationError as error:
            faults = "; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors())
            raise InputError(f"custom_attributes has an unusable definition: {faults}.") from None
    elif not isinstance(definition, IdentityAttribute):
        raise InputError(
            f"custom_attributes has {definition!r}: give names, or definitions as a mapping or an "
            "admin.IdentityAttribute."
        )
    if unknown := sorted(definition.model_extra or {}):
        raise InputError(
            f"custom_attributes has a definition with unknown fields: {', '.join(unknown)}."
        )
    name = check_name(definition.name, label="name of a custom attribute")
    if definition.data_type is not None:
        check_one_of(definition.data_type, _DATA_TYPES, label=f"data_type of {name!r}")
    return definition.model_copy(update={"description": definition.description or name})


def _check_scim_name(name: str) -> str:
    if not _SCIM_NAME_PATTERN.fullmatch(name):
        raise InputError(
            f"The custom attribute {name!r} cannot be filled from a SCIM attribute of the same name: such a "
            "name has letters, digits, - and _ only (RFC 7643 §2.1). Name it as the identity provider "
            "does, or say in mappings what it is filled from."
        )
    return name
