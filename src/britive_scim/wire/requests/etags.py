"""Versions of resources, and the header by which a change names the one it was made for (RFC 7644 §3.14)."""

from __future__ import annotations

import re

from britive_scim.errors import InputError
from britive_scim.scim.models.base import Resource

__all__ = ["IfMatch", "build_if_match_header", "get_entity_tag", "is_entity_tag"]

IfMatch = bool | str | None
"""Which version a change is for: `True` for that of the resource given, a tag, or `None` for any."""

_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]{0,1000}"')


def is_entity_tag(value: object) -> bool:
    """Return whether `value` may stand in `If-Match`: a quoted text, or a weak one (RFC 9110 §8.8.3)."""
    return isinstance(value, str) and _ENTITY_TAG.fullmatch(value) is not None


def get_entity_tag(resource: object) -> str | None:
    """Return the version of a resource where it is one to send back; servers also write bare numbers."""
    if not isinstance(resource, Resource) or resource.meta is None:
        return None
    version = resource.meta.version
    return version if is_entity_tag(version) else None


def build_if_match_header(if_match: IfMatch, resource: object) -> dict[str, str]:
    """Return the request headers that bind a change to a version.

    Args:
        if_match: which version.
        resource: the resource, of which `True` takes the version.

    Raises:
        InputError: `True` for what has no version, or a text that is no tag.
    """
    if if_match is None or if_match is False:
        return {}
    if if_match is True:
        tag = get_entity_tag(resource)
        if tag is None:
            raise InputError(
                "if_match=True takes the version of the resource given, and this one has none (meta.version); "
                "read the resource first, or ask the provider's configuration whether it knows versions"
            )
        return {"If-Match": tag}
    if if_match == "*" or is_entity_tag(if_match):
        return {"If-Match": if_match}
    raise InputError(
        f"{if_match!r:.90} is no entity tag; one is quoted, such as 'W/\"3694e05e\"', and taken as the server gave it"
    )
