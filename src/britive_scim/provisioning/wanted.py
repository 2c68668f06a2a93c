"""Wanted set-up of a tenant, checked as far as possible without the tenant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pydantic

from britive_scim.admin import IdentityAttribute
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
"""Custom identity attribute: its name (of type String then), or its definition."""

_DATA_TYPES = ("String", "Number", "Boolean", "Date")

_SCIM_NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # RFC 7643 §2.1


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSetup:
    """Wanted set-up of provisioning.

    Attributes:
        name: name of the identity provider.
        description: its description; `None` keeps it.
        scim_provider: `Generic` or `Azure`.
        token_days: validity of the SCIM token in days, 1 to 90.
        mappings: `{identity attribute: SCIM attribute}`, including those of custom attributes.
        custom_attributes: complete definitions of identity attributes that must exist.
        implied_names: keys of `mappings` that the caller did not give; their existing mappings are kept.
    """

    name: str
    description: str | None = None
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
        description: str | None = None,
        scim_provider: str = "Generic",
        token_days: int = 90,
        mappings: Mapping[str, str] | None = None,
        custom_attributes: Iterable[CustomAttribute] = (),
    ) -> WantedSetup:
        """Return the wanted set-up for the arguments of `set_up_provisioning`.

        A custom attribute without a mapping is mapped to the SCIM attribute of the same name, as in Britive's
        guide.

        Raises:
            InputError: an unusable argument; the message contains the rule.

        Examples:
            >>> WantedSetup.from_arguments("Okta", custom_attributes=["costCode"]).mappings
            {'costCode': 'costCode'}
        """
        checked_mappings = check_attribute_mappings(mappings or {})
        definitions = _parse_definitions(custom_attributes)
        implied_names = frozenset(
            definition.name
            for definition in definitions
            if definition.name and definition.name not in checked_mappings
        )
        checked_mappings |= {
            definition.name: _check_scim_name(definition.name)
            for definition in definitions
            if definition.name and definition.name in implied_names
        }
        return cls(
            name=check_identity_provider_name(name),
            description=_check_description(description),
            scim_provider=check_provider_type(scim_provider, label="scim_provider"),
            token_days=check_days(token_days, label="token_days"),
            mappings=checked_mappings,
            custom_attributes=definitions,
            implied_names=implied_names,
        )


def _check_description(description: object) -> str | None:
    if description is not None and not isinstance(description, str):
        raise InputError(
            f"description must be a string or None, got {type(description).__name__}; None keeps the present one"
        )
    return description


def _parse_definitions(
    custom_attributes: Iterable[CustomAttribute],
) -> tuple[IdentityAttribute, ...]:
    given: object = custom_attributes
    if isinstance(given, (str, Mapping, IdentityAttribute)):  # each of them is iterable
        raise InputError(
            "custom_attributes must be several attributes, got a single one; give a list"
        )
    definitions: dict[str, IdentityAttribute] = {}
    for name_or_definition in custom_attributes:
        definition = _parse_definition(name_or_definition)
        folded = (definition.name or "").casefold()
        if folded in definitions:
            raise InputError(
                f"custom_attributes must not repeat a name, got {definition.name!r} twice; remove one"
            )
        definitions[folded] = definition
    return tuple(definitions.values())


def _parse_definition(definition: object) -> IdentityAttribute:
    """Return a complete definition, with defaults for what the caller left out."""
    if isinstance(definition, str):
        definition = IdentityAttribute(name=definition)
    elif isinstance(definition, Mapping):
        try:
            definition = IdentityAttribute.model_validate(
                dict(cast("Mapping[str, Any]", definition))
            )
        except pydantic.ValidationError as error:
            problems = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
            raise InputError(
                f"custom_attributes must contain names or definitions, got an unusable definition: {problems}"
            ) from None
    elif not isinstance(definition, IdentityAttribute):
        raise InputError(
            f"custom_attributes must contain names or definitions, got {definition!r:.60}; give definitions as a "
            "mapping or an admin.IdentityAttribute"
        )
    if unknown := sorted(definition.model_extra or {}):
        raise InputError(
            "custom_attributes must contain definitions with known fields, got the unknown fields "
            f"{', '.join(unknown)}; correct or remove them"
        )
    name = check_name(definition.name, label="name of a custom attribute")
    if definition.data_type is not None:
        check_one_of(definition.data_type, _DATA_TYPES, label=f"data_type of {name!r}")
    return definition.model_copy(update={"description": definition.description or name})


def _check_scim_name(name: str) -> str:
    if not _SCIM_NAME_PATTERN.fullmatch(name):
        raise InputError(
            f"the name of a custom attribute without mapping must be a SCIM attribute name, which has letters, "
            f"digits, - and _ only (RFC 7643 §2.1), got {name!r}; give the name used by the identity provider, or "
            "a mapping"
        )
    return name
