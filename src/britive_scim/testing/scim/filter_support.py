"""Filters that a tenant accepts: all of them, some attributes, or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from britive_scim import scim
from britive_scim.scim.names import fold
from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["check_filter_support", "iter_filter_paths"]


def check_filter_support(filter_: scim.Filter, capabilities: Capabilities, core_urn: str) -> None:
    """Reject a filter that `Capabilities(filters="refused")` or `filterable` excludes.

    Args:
        filter_: the filter, its names as the client wrote them.
        capabilities: those of the tenant.
        core_urn: URN of the core schema, which names may have as a prefix.

    Raises:
        ScimHttpError: 400 `invalidFilter`.
    """
    if capabilities.filters == "refused":
        raise ScimHttpError(400, "filters are not supported", "invalidFilter")
    if capabilities.filterable is None:
        return
    filterable = {_remove_prefix(fold(name), core_urn) for name in capabilities.filterable}
    for path in iter_filter_paths(filter_):
        name = _remove_prefix(fold(str(scim.Path(path.urn, path.name))), core_urn)
        if name in filterable or (path.sub and f"{name}.{fold(path.sub)}" in filterable):
            continue
        raise ScimHttpError(
            400,
            f"filters may name {', '.join(capabilities.filterable) or 'no attribute'}, got {path}",
            "invalidFilter",
        )


def iter_filter_paths(filter_: scim.Filter) -> Iterator[scim.Path]:
    """Yield the attributes that a filter compares, those of value paths without their filters."""
    if isinstance(filter_, scim.And | scim.Or):
        for item in filter_.items:
            yield from iter_filter_paths(item)
    elif isinstance(filter_, scim.Not):
        yield from iter_filter_paths(filter_.item)
    else:
        yield cast("scim.Compare | scim.Present | scim.ValuePath", filter_).path


def _remove_prefix(folded_name: str, core_urn: str) -> str:
    """Return a folded name without the URN of the core schema."""
    return folded_name.removeprefix(fold(core_urn) + ":")
