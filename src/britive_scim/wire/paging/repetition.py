"""Detection of repeated items and pages in a list."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Generic, TypeVar, cast

from britive_scim.wire.paging.page import Page
from britive_scim.wire.paging.seen_ids import CompactSet

__all__ = ["ContentKey", "Deduplicator", "get_item_key"]

T = TypeVar("T")

_MAX_EQUAL_PAGES = 5
"""Consecutive equal pages of items without a key after which a list ends."""

_NAME_FIELDS = ("user_name", "display_name", "external_id", "username", "name")
"""Attributes whose value makes equal content the same item, if the server sends no id."""


@dataclass(frozen=True, slots=True)
class ContentKey:
    """Identity of an item without id: a digest of its content.

    Equal items on one page are different items; on a later page they are the same.
    """

    digest: bytes


def get_item_key(item: object) -> Hashable | None:
    """Return the identity of a model: its id, or if it has none but a name, its content; else `None`.

    A mapping, which lists for tables have, is identified by its id.
    """
    if item.__class__ is dict:
        return cast("dict[str, Any]", item).get("id")
    id_ = getattr(item, "id", None)
    if id_:
        return str(id_)
    dump = getattr(item, "model_dump", None)  # without loading pydantic
    if dump is None or not any(getattr(item, name, None) for name in _NAME_FIELDS):
        return None
    content = repr(sorted(dump(exclude_none=True).items()))
    return ContentKey(blake2b(content.encode("utf-8", "replace"), digest_size=16).digest())


class Deduplicator(Generic[T]):
    """Filter of the items that earlier pages of a list have shown.

    Args:
        key: function that returns the identity of an item, or `None` for an item without one.

    Attributes:
        is_stalled: whether the last pages were equal, and have only items without identity.
    """

    __slots__ = ("_equal_pages", "_key", "_seen_keys", "_unidentified", "is_stalled")

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self._key = key
        self._seen_keys = CompactSet()
        self._unidentified: list[T] = []
        self._equal_pages = 0
        self.is_stalled = False

    def remove_duplicates(self, page: Page[T], *, is_further: bool = False) -> Page[T]:
        """Return the page without items that an earlier page had.

        Args:
            page: the page.
            is_further: whether the page lies after the announced end of the list. There, items without
                identity that equal those of the last page also count as repeated.
        """
        new_items: list[T] = []
        unidentified: list[T] = []
        page_keys: set[ContentKey] = set()
        for item in page.items:
            key = self._key(item)
            if key is None:
                unidentified.append(item)
            elif isinstance(key, ContentKey) and key in page_keys:
                pass
            elif not self._seen_keys.add(key):
                continue
            elif isinstance(key, ContentKey):
                page_keys.add(key)
            new_items.append(item)
        if unidentified:
            new_items = self._check_unidentified(new_items, unidentified, is_further=is_further)
        return page if len(new_items) == len(page.items) else replace(page, items=tuple(new_items))

    def _check_unidentified(
        self, new_items: list[T], unidentified: list[T], *, is_further: bool
    ) -> list[T]:
        """Return the new items, none if the page equals the last one and cannot be further."""
        is_equal = len(new_items) == len(unidentified) and unidentified == self._unidentified
        self._unidentified = unidentified
        self._equal_pages = self._equal_pages + 1 if is_equal else 0
        self.is_stalled = self._equal_pages >= _MAX_EQUAL_PAGES
        return [] if is_equal and is_further else new_items
