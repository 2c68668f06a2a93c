"""Units of work of a run that applies a plan, and changes prepared for sending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from britive_scim.provisioning.plans.change import Change
from britive_scim.scim import PatchRequest

__all__ = ["PreparedChange", "UnitSource", "replace_members"]


@dataclass(slots=True)
class PreparedChange:
    """Change that is ready to be sent."""

    change: Change
    operations: PatchRequest | None = None
    etag: str | None = None
    is_active: bool | None = None
    """Whether the user was active when the target was read; `None` if it was not."""
    missing: dict[str, str] = field(default_factory=dict[str, str])
    """Members without an id, by placeholder id, with the reason."""


class UnitSource:
    """Iterator over units of work that can end, and continue when changes turn out to be done already.

    Args:
        units: units of work.
        is_over: whether no further change may start now.
    """

    def __init__(self, units: list[list[int]], is_over: Callable[[], bool]) -> None:
        self._units = iter(units)
        self._is_over = is_over

    def __iter__(self) -> Iterator[list[int]]:
        return self

    def __next__(self) -> list[int]:
        if self._is_over():
            raise StopIteration
        return next(self._units)


def replace_members(change: Change, ids: list[str]) -> Change:
    """Return a change of members that is limited to some of them."""
    if change.action == "add_members":
        return replace(change, after={**change.after, "members": ids})
    return replace(change, before={**change.before, "members": ids})
