"""ETags of resources, and the `If-Match` header of changes (RFC 7644 §3.14)."""

from __future__ import annotations

import re

from britive_scim import scim
from britive_scim.errors import InputError

__all__ = ["IfMatch", "build_if_match_header", "get_entity_tag", "is_entity_tag"]

IfMatch = bool | str | None
"""Version that a change applies to: `True` for that of the given resource, an ETag, or `None` for any."""

_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]{0,1000}"')


def is_entity_tag(value: object) -> bool:
    """Return whether `value` is an entity tag, strong or weak (RFC 9110 §8.8.3)."""
    return isinstance(value, str) and _ENTITY_TAG.fullmatch(value) is not None


def get_entity_tag(resource: object) -> str | None:
    """Return the version of a resource if it is an entity tag; some servers send bare numbers."""
    if not isinstance(resource, scim.Resource) or resource.meta is None:
        return None
    version = resource.meta.version
    return version if is_entity_tag(version) else None


def build_if_match_header(if_match: IfMatch, resource: object) -> dict[str, str]:
    """Return the request headers that make a change conditional on a version.

    Args:
        if_match: the version.
        resource: the resource whose version `True` selects.

    Raises:
        InputError: `True` for a resource without a version, or a string that is not an entity tag.
    """
    if if_match is None or if_match is False:
        return {}
    if if_match is True:
        tag = get_entity_tag(resource)
        if tag is None:
            raise InputError(
                "if_match=True must be given with a resource that has a version (meta.version); read the "
                "resource first, or check that service_provider_config().etag is supported"
            )
        return {"If-Match": tag}
    if if_match == "*" or is_entity_tag(if_match):
        return {"If-Match": if_match}
    raise InputError(
        f"if_match must be a quoted entity tag, such as 'W/\"3694e05e\"', got {if_match!r:.90}; give meta.version "
        "unchanged"
    )
