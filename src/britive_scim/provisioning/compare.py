"""Set-up of provisioning as values: what is wanted, what differs, what was done.

Nothing here asks the tenant. The clients read what is there, ask these functions what is missing,
and write it; whatever is wrong comes out before the first write.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from britive_scim.admin import (
    MANDATORY_ATTRIBUTES,
    AttributeMapping,
    IdentityAttribute,
    IdentityProvider,
)
from britive_scim.admin.validation import (
    normalize_name,
)
from britive_scim.errors import ConfigurationError, InputError
from britive_scim.provisioning.wanted import WantedSetup
from britive_scim.suggestions import format_suggestion

__all__ = [
    "FoundSetup",
    "MissingSetup",
    "check_identity_provider_type",
    "check_mandatory_mappings",
    "check_new_name",
    "check_scim_attribute",
    "check_scim_url",
    "compare",
    "find_missing_attributes",
    "find_missing_mappings",
]


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
                f"mappings names an identity attribute {name!r} that the tenant does not have; "
                f"custom ones are made with custom_attributes=[{name!r}]{format_suggestion(name, names)}"
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


# ----------------------------------------------------------------------------- parts of the checks


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
            f"The SCIM attribute {scim_attribute!r}, mapped to {name!r}, is none the tenant lists; "
            "a custom one bears the same name on both sides, or begins with its schema URN"
            f"{near or _suggest_by_first_name(scim_attribute, known)}"
        )


def _parse_first_name(scim_attribute: str) -> str:
    """Return the name a path begins with, before any part or selection of it."""
    found = _FIRST_NAME_PATTERN.match(scim_attribute)
    return found.group() if found else ""


def _suggest_by_first_name(scim_attribute: str, known: Collection[str]) -> str:
    """Return `; did you mean ...?` with up to three listed paths whose first name comes near, or nothing."""
    firsts: dict[str, list[str]] = {}
    for path in known:
        firsts.setdefault(_parse_first_name(path).casefold(), []).append(path)
    near = difflib.get_close_matches(_parse_first_name(scim_attribute).casefold(), firsts, n=3)
    paths = [path for first in near for path in firsts[first]][:3]
    return f"; did you mean {' or '.join(map(repr, paths))}?" if paths else ""
