"""Several ids given at once: checked, without repetitions, in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.wire.operation import HasId, Slot, checked_id

__all__ = ["CHUNK", "Slots", "checked_ids", "chunks"]

CHUNK = 100
"""Members one request names at most: what servers with a limit take (AWS IAM Identity Center)."""

Slots = Iterable[str] | Iterable[HasId] | Iterable[Slot]
"""Several ids, or objects that have one."""


def checked_ids(slots: Slots, *, what: str = "members") -> tuple[str, ...]:
    """Return the ids in `slots`, each once, in the order given.

    Args:
        slots: ids or objects that have one.
        what: how the message calls them.

    Raises:
        InputError: one id where several are asked, or one that cannot be an id.
    """
    given: Any = slots
    kind = type(given).__name__
    if isinstance(given, (str, bytes)):
        raise InputError(
            f"{what} takes several ids, and this is a single text; write [{given[:40]!r}]"
        )
    if isinstance(given, Mapping) or hasattr(given, "id") or not isinstance(given, Iterable):
        raise InputError(f"{what} takes several ids or resources; put this {kind} in a list")
    ids: dict[str, None] = {}
    for position, slot in enumerate(cast("Iterable[Slot]", given)):
        ids[checked_id(slot, what=f"an id at position {position} of {what}")] = None
    return tuple(ids)


def chunks(ids: tuple[str, ...], size: int = CHUNK) -> Iterator[tuple[str, ...]]:
    """Yield `ids` in runs of at most `size`."""
    for first in range(0, len(ids), size):
        yield ids[first : first + size]
