"""Comparison of the wanted set-up with the set-up of the tenant, without I/O.

The clients read the tenant, compute what is missing with these functions, and write it. Every error is raised
before the first write.
"""

from __future__ import annotations

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
from britive_scim.scim.mapped_values import list_mapped_attributes
from britive_scim.scim.names import fold
from britive_scim.suggestions import find_close_names, format_suggestion

__all__ = [
    "FoundSetup",
    "MissingSetup",
    "check_identity_provider_type",
    "check_mandatory_mappings",
    "check_new_name",
    "check_scim_attribute",
    "check_scim_url",
    "compare",
    "describe_shared_name",
    "find_missing_attributes",
    "find_missing_mappings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSetup:
    """Set-up found in the tenant.

    Attributes:
        identity_provider: identity provider with the wanted name, mappings included, or `None`.
        identity_attributes: all identity attributes of the tenant.
        scim_attributes: SCIM attributes listed by the tenant; empty if it lists none.
        identity_provider_names: names of all identity providers, if none has the wanted name.
    """

    identity_provider: IdentityProvider | None
    identity_attributes: tuple[IdentityAttribute, ...]
    scim_attributes: tuple[str, ...] = ()
    identity_provider_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingSetup:
    """Difference between the wanted and the found set-up.

    Attributes:
        is_scim_provider_different: whether the SCIM provider must be changed.
        custom_attributes: custom attributes to create.
        mappings: `{identity attribute: SCIM attribute}` to add.
        description: description to set, or `None`.
    """

    is_scim_provider_different: bool
    custom_attributes: tuple[IdentityAttribute, ...]
    mappings: Mapping[str, str]
    description: str | None = None


def compare(wanted: WantedSetup, found: FoundSetup, base_url: str) -> MissingSetup:
    """Return what is missing in the tenant.

    Args:
        wanted: wanted set-up.
        found: set-up of the tenant.
        base_url: base URL of the tenant; the SCIM URL must have the same host.

    Raises:
        InputError: the wanted set-up cannot be reached; the message contains the reason and the way out.
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
        description=wanted.description
        if provider is not None and wanted.description != (provider.description or "")
        else None,
    )
    if provider is not None:
        check_identity_provider_type(provider)
        check_scim_url(provider, base_url)
        check_mandatory_mappings(mapped, wanted.mappings)
    return missing


def check_new_name(name: str, names: Iterable[str]) -> None:
    """Check that no identity provider has a name that differs from `name` in case or spaces alone.

    Raises:
        ConfigurationError: the tenant has one.
    """
    for other in names:
        if other != name and normalize_name(other) == normalize_name(name):
            raise ConfigurationError(
                f"name must be that of an identity provider, or clearly different, got {name!r}, which differs from "
                f"{other!r} in case or spaces alone; give {other!r}, or, to have both, call "
                f"identity_providers.create({name!r}) first"
            )


def check_identity_provider_type(identity_provider: IdentityProvider) -> None:
    """Check that an identity provider supports SCIM provisioning.

    Raises:
        ConfigurationError: it is not of type SAML.
    """
    if identity_provider.type is not None and identity_provider.type.upper() != "SAML":
        raise ConfigurationError(
            f"the identity provider {identity_provider.name!r} must be of type SAML, got {identity_provider.type}, "
            "which cannot be changed; choose another name"
        )


def find_missing_attributes(
    wanted: WantedSetup, identity_attributes: Iterable[IdentityAttribute]
) -> tuple[IdentityAttribute, ...]:
    """Return the wanted custom attributes that the tenant does not have.

    Raises:
        ConfigurationError: an existing one is different: built in, of another type, or spelled in another case,
            while attribute names are case-insensitive (RFC 7643 §2.1).
    """
    by_name = {
        attribute.name.casefold(): attribute
        for attribute in identity_attributes
        if attribute.name is not None
    }
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
    """Return the wanted mappings that the identity provider lacks, `{identity attribute: SCIM attribute}`.

    Args:
        wanted: wanted set-up.
        identity_attributes: identity attributes of the tenant.
        mappings: mappings of the identity provider.
        scim_attributes: SCIM attributes listed by the tenant; empty if it lists none.

    Raises:
        InputError: a mapping names an unknown identity attribute, is reversed, or misspells a SCIM attribute.
    """
    attributes = (*identity_attributes, *wanted.custom_attributes)
    names = {attribute.name for attribute in attributes if attribute.name is not None}
    _check_mapping_direction(wanted.mappings, names)
    present = {mapping.attribute_name: mapping.scim_attribute_name for mapping in mappings}
    for name, scim_attribute in wanted.mappings.items():
        if name not in names:
            raise InputError(
                f"mappings must name identity attributes of the tenant, got {name!r}; create a custom one with "
                f"custom_attributes=[{name!r}]{format_suggestion(name, names)}"
            )
        if present.get(name) != scim_attribute:
            check_scim_attribute(name, scim_attribute, scim_attributes)
    return {
        name: value
        for name, value in wanted.mappings.items()
        if present.get(name) != value and not (name in wanted.implied_names and present.get(name))
    }


def describe_shared_name(name: str, scim_attribute: str) -> str:
    """Return a hint for a custom attribute with the name of a standard SCIM attribute, or an empty string.

    Args:
        name: name of the custom attribute.
        scim_attribute: SCIM attribute mapped to it.

    Examples:
        >>> describe_shared_name("costCode", "costCode")
        ''
    """
    attributes = list_mapped_attributes(scim_attribute)
    if fold(name) != fold(scim_attribute) or attributes[0].is_custom:
        return ""
    path = attributes[0].path
    schema = "core schema" if path is None or path.urn is None else "enterprise extension"
    return (
        f"; {attributes[0].name} is also an attribute of SCIM's {schema}, and may be filled from that one: "
        "Britive does not publish which it reads; choose another name, or compare a pushed user with "
        "identity_providers.preview"
    )


def check_mandatory_mappings(
    mappings: Iterable[AttributeMapping], wanted_mappings: Mapping[str, str]
) -> None:
    """Check that the five attributes that Britive requires to create a user are mapped.

    Raises:
        ConfigurationError: some are neither mapped nor in `wanted_mappings`.
    """
    present = {
        mapping.attribute_name for mapping in mappings if mapping.scim_attribute_name
    } | wanted_mappings.keys()
    missing = [name for name in MANDATORY_ATTRIBUTES if name not in present]
    if missing:
        raise ConfigurationError(
            f"mappings must contain {', '.join(MANDATORY_ATTRIBUTES)}, without which Britive creates no user, but "
            f"no SCIM attribute is mapped to {', '.join(missing)}; give "
            "mappings={identity attribute: SCIM attribute}"
        )


def check_scim_url(identity_provider: IdentityProvider, base_url: str) -> str:
    """Return the SCIM URL of an identity provider, if a token may be sent there.

    Raises:
        ConfigurationError: the URL is missing, or has another scheme, host or port than `base_url`; all names
            of this machine are equal.
    """
    url = identity_provider.scim_url
    if url is None:
        raise ConfigurationError(
            f"the identity provider {identity_provider.name!r} has no SCIM URL: ssoConfig.scimUrl is missing"
        )
    if not _SAFE_URL_PATTERN.fullmatch(url) or _parse_origin(url) != _parse_origin(base_url):
        raise ConfigurationError(
            f"the SCIM URL of {identity_provider.name!r} must have the scheme, host and port of {base_url}, got "
            f"{url[:300]!a}; no token is sent there"
        )
    return url


_SAFE_URL_PATTERN = re.compile(
    r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
    r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+)*/?"
)
"""URL without user, query, fragment, percent-encoding and dot segments."""


def _parse_origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL; the host is `localhost` for every name of this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", "", None
    if port is None:
        port = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, "localhost" if _is_loopback(host) else host, port


# ---------------------------------------------------------------------------------------- checks


def _check_same_definition(custom: IdentityAttribute, found: IdentityAttribute) -> None:
    if found.built_in:
        raise ConfigurationError(
            f"custom_attributes must not contain built-in identity attributes, got {found.name!r}; remove it, and "
            "give its SCIM attribute in mappings if necessary"
        )
    if found.name != custom.name:
        raise ConfigurationError(
            f"custom_attributes must spell the identity attribute {found.name!r} as the tenant does, got "
            f"{custom.name!r}, which SCIM takes for the same name; give {found.name!r}"
        )
    for label, wanted, present in (
        ("data_type", custom.data_type, found.data_type),
        ("multi_valued", custom.multi_valued, found.multi_valued),
    ):
        if wanted is not None and present is not None and wanted != present:
            raise ConfigurationError(
                f"{label} of {found.name!r} must be {present!r} as in the tenant, where it cannot be changed, got "
                f"{wanted!r}; choose another name"
            )


def _check_mapping_direction(mappings: Mapping[str, str], names: Collection[str | None]) -> None:
    reversed_ = {k: v for k, v in mappings.items() if k not in names and v in names}
    if reversed_:
        corrected = {value: key for key, value in reversed_.items()}
        raise InputError(
            "mappings must be {identity attribute: SCIM attribute}, got the reverse: "
            f"{reversed_}; give {corrected}"
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
    """Check that a SCIM attribute is listed by the tenant, or can be a custom one.

    A mapping replaces an existing one, so a misspelling would remove a correct mapping. Custom attributes are not
    listed: they have the name of the identity attribute, or begin with a schema URN. A sub-attribute or a filter
    of a listed attribute is accepted, unless it is similar to a listed one.

    Args:
        name: name of the identity attribute.
        scim_attribute: SCIM attribute mapped to it.
        known: SCIM attributes listed by the tenant; if empty, every attribute is accepted.

    Raises:
        InputError: the attribute is not listed, and not a custom one.
    """
    if not known or scim_attribute in (name, *known) or scim_attribute.lower().startswith("urn:"):
        return
    suggestion = format_suggestion(scim_attribute, (name, *known), cutoff=0.8)
    if (
        suggestion
        or _parse_first_name(scim_attribute) not in map(_parse_first_name, known)
        or _parse_first_name(scim_attribute) == scim_attribute
    ):
        raise InputError(
            f"mappings must name SCIM attributes that the tenant lists, got {scim_attribute!r} for {name!r}; a "
            "custom one has the same name on both sides, or begins with its schema URN"
            f"{suggestion or _suggest_by_first_name(scim_attribute, known)}"
        )


def _parse_first_name(scim_attribute: str) -> str:
    """Return the first name of a path, before any sub-attribute or filter."""
    found = _FIRST_NAME_PATTERN.match(scim_attribute)
    return found.group() if found else ""


def _suggest_by_first_name(scim_attribute: str, known: Collection[str]) -> str:
    """Return `; did you mean ...?` with up to three paths whose first name is similar, or an empty string."""
    firsts: dict[str, list[str]] = {}
    for path in known:
        firsts.setdefault(_parse_first_name(path).casefold(), []).append(path)
    close = find_close_names(_parse_first_name(scim_attribute), firsts)
    paths = [path for first in close for path in firsts[first]][:3]
    return f"; did you mean {' or '.join(map(repr, paths))}?" if paths else ""
