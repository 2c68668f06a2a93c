"""Set-up of provisioning as values: what is wanted, what differs, what was done.

Nothing here asks the tenant. The clients read what is there, ask these functions what is missing,
and write it; whatever is wrong comes out before the first write.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import pydantic

from britive_scim import tables
from britive_scim.admin import (
    MANDATORY_ATTRIBUTES,
    AttributeMapping,
    IdentityAttribute,
    IdentityProvider,
)
from britive_scim.admin.checks import (
    check_attribute_mappings,
    check_days,
    check_identity_provider_name,
    check_name,
    check_one_of,
    check_provider_type,
    format_suggestion,
    normalize_name,
)
from britive_scim.errors import ConfigurationError, InputError
from britive_scim.provisioning.spelling import check_scim_attribute

__all__ = [
    "CustomAttribute",
    "FoundSetup",
    "MissingSetup",
    "Step",
    "StepOutcome",
    "WantedSetup",
    "check_identity_provider_type",
    "check_mandatory_mappings",
    "check_new_name",
    "check_scim_url",
    "compare",
    "find_missing_attributes",
    "find_missing_mappings",
    "format_steps_html",
    "format_steps_note",
    "format_steps_text",
]

StepOutcome = Literal["created", "changed", "unchanged"]

CustomAttribute = str | IdentityAttribute | Mapping[str, Any]
"""A custom identity attribute: its name (then of type String), or its definition."""

_DATA_TYPES = ("String", "Number", "Boolean", "Date")
_SCIM_NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # RFC 7643 §2.1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a set-up.

    Attributes:
        name: what it is about, such as `SCIM provider` or `mapping of Department`.
        outcome: `created`, `changed` or `unchanged`.
        detail: what is there now; never a secret.
    """

    name: str
    outcome: StepOutcome
    detail: str = ""

    @property
    def is_change(self) -> bool:
        """Whether anything was created or changed."""
        return self.outcome != "unchanged"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSetup:
    """What the tenant has.

    Attributes:
        identity_provider: the one with the wanted name, mappings included; `None` where there is none.
        identity_attributes: all identity attributes of the tenant.
        scim_attributes: the SCIM attributes the tenant knows; empty where it does not say.
        identity_provider_names: of all identity providers, where none has the wanted name.
    """

    identity_provider: IdentityProvider | None
    identity_attributes: tuple[IdentityAttribute, ...]
    scim_attributes: tuple[str, ...] = ()
    identity_provider_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingSetup:
    """What the tenant lacks of what is wanted.

    Attributes:
        is_scim_provider_different: whether the kind of SCIM provider is another.
        custom_attributes: custom attributes to create.
        mappings: `{identity attribute: SCIM attribute}` to add.
    """

    is_scim_provider_different: bool
    custom_attributes: tuple[IdentityAttribute, ...]
    mappings: Mapping[str, str]


def compare(wanted: WantedSetup, found: FoundSetup, base_url: str) -> MissingSetup:
    """Return what is missing, or refuse what cannot be reached from what was found.

    Args:
        wanted: what shall be.
        found: what the tenant has.
        base_url: address of the tenant, on whose host the SCIM URL must be.

    Raises:
        InputError: it cannot be reached; the message says why and what to do.
    """
    provider = found.identity_provider
    if provider is None:
        check_new_name(wanted.name, found.identity_provider_names)
    mapped = provider.mappings if provider else []
    missing = MissingSetup(
        is_scim_provider_different=provider is not None
        and provider.scim_provider != wanted.scim_provider,
        custom_attributes=find_missing_attributes(wanted, found.identity_attributes),
        mappings=find_missing_mappings(
            wanted, found.identity_attributes, mapped, found.scim_attributes
        ),
    )
    if provider is not None:
        check_identity_provider_type(provider)
        check_scim_url(provider, base_url)
        check_mandatory_mappings(mapped, wanted.mappings)
    return missing


def check_new_name(name: str, names: Iterable[str]) -> None:
    """Refuse the name of an identity provider to create that is another's but for case and blanks.

    Raises:
        ConfigurationError: the tenant has such a one.
    """
    for other in names:
        if other != name and normalize_name(other) == normalize_name(name):
            raise ConfigurationError(
                f"The tenant has the identity provider {other!r}, and {name!r} differs from it in case or blanks "
                f"alone. Write {other!r} to set that one up. Where you do want both, create yours first, "
                f"identity_providers.create({name!r}), and repeat this call."
            )


def check_identity_provider_type(identity_provider: IdentityProvider) -> None:
    """Refuse an identity provider that cannot be provisioned from outside.

    Raises:
        ConfigurationError: it is not of type SAML.
    """
    if identity_provider.type is not None and identity_provider.type.upper() != "SAML":
        raise ConfigurationError(
            f"The identity provider {identity_provider.name!r} exists and is of type {identity_provider.type}: SCIM provisioning "
            "needs one of type SAML, and the type cannot be changed. Choose another name."
        )


def find_missing_attributes(
    wanted: WantedSetup, identity_attributes: Iterable[IdentityAttribute]
) -> tuple[IdentityAttribute, ...]:
    """Return the custom attributes that are wanted and not there.

    Raises:
        ConfigurationError: one is there and is another: built in, of another type, or spelled in
            another case, which SCIM takes for the same name (RFC 7643 §2.1).
    """
    by_name = {one.name.casefold(): one for one in identity_attributes if one.name is not None}
    missing: list[IdentityAttribute] = []
    for custom in wanted.custom_attributes:
        found = by_name.get((custom.name or "").casefold())
        if found is None:
            missing.append(custom)
        else:
            _check_same_definition(custom, found)
    return tuple(missing)


def find_missing_mappings(
    wanted: WantedSetup,
    identity_attributes: Iterable[IdentityAttribute],
    mappings: Iterable[AttributeMapping],
    scim_attributes: Collection[str] = (),
) -> dict[str, str]:
    """Return the wanted mappings that are not there, `{identity attribute: SCIM attribute}`.

    Args:
        wanted: what shall be.
        identity_attributes: identity attributes of the tenant.
        mappings: mappings of the identity provider.
        scim_attributes: the SCIM attributes the tenant knows; empty where it does not say.

    Raises:
        InputError: a mapping names an unknown identity attribute, or is the wrong way round, or
            misspells a SCIM attribute.
    """
    names = {one.name for one in identity_attributes if one.name is not None}
    names |= {one.name for one in wanted.custom_attributes if one.name is not None}
    _check_mapping_direction(wanted.mappings, names)
    present = {one.attribute_name: one.scim_attribute_name for one in mappings}
    for name, scim_attribute in wanted.mappings.items():
        if name not in names:
            raise InputError(
                f"mappings names an identity attribute {name!r} that the tenant does not have."
                f"{format_suggestion(name, names)} Custom ones are made with custom_attributes=[{name!r}]."
            )
        if present.get(name) != scim_attribute:
            check_scim_attribute(name, scim_attribute, scim_attributes)
    return {
        name: value
        for name, value in wanted.mappings.items()
        if present.get(name) != value and not (name in wanted.implied_names and present.get(name))
    }


def check_mandatory_mappings(
    mappings: Iterable[AttributeMapping], wanted_mappings: Mapping[str, str]
) -> None:
    """Check that the five attributes without which no user is created are mapped.

    Raises:
        ConfigurationError: some are neither mapped nor wanted.
    """
    present = {
        one.attribute_name for one in mappings if one.scim_attribute_name
    } | wanted_mappings.keys()
    missing = [name for name in MANDATORY_ATTRIBUTES if name not in present]
    if missing:
        raise ConfigurationError(
            f"No SCIM attribute is mapped to {', '.join(missing)}; Britive creates no user without "
            f"{', '.join(MANDATORY_ATTRIBUTES)}. Give them in mappings={{identity attribute: SCIM attribute}}."
        )


def check_scim_url(identity_provider: IdentityProvider, base_url: str) -> str:
    """Return the SCIM URL of an identity provider, if a token may be sent there.

    Raises:
        ConfigurationError: there is none, or it is at another scheme, host or port than `base_url`; on this
            machine, one name of it is as good as another.
    """
    url = identity_provider.scim_url
    if url is None:
        raise ConfigurationError(
            f"The identity provider {identity_provider.name!r} shows no SCIM URL (ssoConfig.scimUrl is missing)."
        )
    if not _SAFE_URL_PATTERN.fullmatch(url) or _parse_origin(url) != _parse_origin(base_url):
        raise ConfigurationError(
            f"The SCIM URL of {identity_provider.name!r} is {url[:300]!a}, which is not https on the tenant's own host and port "
            f"({base_url}); no token is sent there."
        )
    return url


_SAFE_URL_PATTERN = re.compile(
    r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
    r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+)*/?"
)
"""A URL without user, query, fragment, anything encoded, and steps upwards."""


def _parse_origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL; `localhost` for every name of this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", "", None
    if port is None:
        port = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, "localhost" if _is_loopback(host) else host, port


def format_steps_text(steps: Sequence[Step]) -> str:
    """Return steps as an aligned text table."""
    return tables.render_text_table(
        ("step", "outcome", "detail"), [(s.name, s.outcome, s.detail) for s in steps], width=100
    )


def format_steps_note(steps: Iterable[Step]) -> str:
    """Return what a set-up did before it failed, as a note for the error; empty where it did nothing."""
    done = [f"{step.name} {step.outcome} ({step.detail})" for step in steps if step.is_change]
    if not done:
        return ""
    return (
        f"Done before this failed: {'; '.join(done)}. Repeat the call when the cause is gone: it leaves alone "
        "what is done, and goes on from there."
    )


def format_steps_html(steps: Sequence[Step], caption: str) -> str:
    """Return steps as an HTML table, every text escaped."""
    return tables.render_html_table(
        ("step", "outcome", "detail"),
        [(s.name, s.outcome, s.detail) for s in steps],
        caption=caption,
    )


# ----------------------------------------------------------------------------- parts of the checks


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


def _check_same_definition(custom: IdentityAttribute, found: IdentityAttribute) -> None:
    if found.built_in:
        raise ConfigurationError(
            f"{found.name!r} is a built-in identity attribute: it needs no creation. Take it out of "
            "custom_attributes and, where it shall be filled from elsewhere, put it into mappings."
        )
    if found.name != custom.name:
        raise ConfigurationError(
            f"The tenant has the identity attribute {found.name!r}; {custom.name!r} differs in case alone, "
            f"and SCIM takes both for one name. Write {found.name!r}."
        )
    for what, want, have in (
        ("data_type", custom.data_type, found.data_type),
        ("multi_valued", custom.multi_valued, found.multi_valued),
    ):
        if want is not None and have is not None and want != have:
            raise ConfigurationError(
                f"The identity attribute {found.name!r} exists with {what} {have!r}, not {want!r}, "
                "and that cannot be changed."
            )


def _check_mapping_direction(mappings: Mapping[str, str], names: Collection[str | None]) -> None:
    reversed_ = {k: v for k, v in mappings.items() if k not in names and v in names}
    if reversed_:
        written = ", ".join(f"{value!r}: {key!r}" for key, value in reversed_.items())
        raise InputError(
            "mappings is {identity attribute: SCIM attribute}, and this is the other way round: "
            f"{reversed_}. Write {{{written}}}."
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
