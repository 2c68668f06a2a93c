"""Paging by links: in a header, as of the audit log, or in the body, as of roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Generic, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from britive_scim.scim.json_values import is_object
from britive_scim.wire.decoding.admin import decode_page
from britive_scim.wire.decoding.error_mapping import build_unexpected_response
from britive_scim.wire.decoding.json_fields import get_field
from britive_scim.wire.decoding.scim import Decoder, WireModel, decode_json
from britive_scim.wire.operation import GET, Operation
from britive_scim.wire.paging.index import PageNumberCursor
from britive_scim.wire.paging.page import Page, PageCursor
from britive_scim.wire.paging.repetition import Deduplicator, get_item_key
from britive_scim.wire.response import Response

__all__ = ["AutoCursor", "LinkCursor", "build_next_page_operation", "decode_linked_page"]

T = TypeVar("T")
M = TypeVar("M", bound=WireModel)

_NEXT_PAGE_HEADER = "next-page"


def decode_linked_page(
    model: type[M], base_url: str, on_next_link: Callable[[str], None]
) -> Decoder[Page[M]]:
    """Return a decoder of one page that passes the link of the next page to `on_next_link`.

    Args:
        model: class of the entries.
        base_url: URL of the tenant. A link to another host or path is refused, because the token would be
            sent there: only the query of a link may differ.
        on_next_link: called with the link, if there is one.
    """

    def read(response: Response) -> Page[M]:
        page = decode_page(model)(response)
        link = (response.headers.get(_NEXT_PAGE_HEADER) or _find_link_in_body(response)).strip()
        if not link:
            return page
        if not _is_same_endpoint(link, base_url + response.path):
            raise build_unexpected_response(
                response, "expected the link of the next page to differ in its query only"
            )
        on_next_link(link)
        return replace(page, cursor=link)

    return read


def _find_link_in_body(response: Response) -> str:
    """Return the link of `{"result": [...], "pagination": {"next": link}}`; empty on the last page."""
    value = None if response.is_empty else decode_json(response)
    pagination = get_field(value, "pagination") if is_object(value) else None
    link = get_field(pagination, "next") if is_object(pagination) else None
    return link if isinstance(link, str) else ""


def build_next_page_operation(link: str, base_url: str, returns: Decoder[T]) -> Operation[T]:
    """Return the operation that requests `link`, as checked by `decode_linked_page`."""
    parts = urlsplit(link)
    prefix = urlsplit(base_url).path
    query = parse_qsl(parts.query, keep_blank_values=True)
    return GET(parts.path.removeprefix(prefix), returns=returns, query=query)


def _is_same_endpoint(link: str, request_url: str) -> bool:
    """Return whether a link differs from `request_url` in its query only."""
    if len(link) > _MAX_LINK_LENGTH or _INVALID_LINK_CHARACTER.search(link):
        return False
    try:
        return _split_endpoint(urlsplit(link)) == _split_endpoint(urlsplit(request_url))
    except ValueError:
        return False


def _split_endpoint(parts: SplitResult) -> tuple[str | None, ...]:
    """Return the parts of a URL without its query, with an explicit port."""
    port = parts.port if parts.port is not None else _DEFAULT_PORTS.get(parts.scheme)
    user = parts.netloc.rpartition("@")[1]
    return parts.scheme, user, parts.hostname, str(port), parts.path, parts.fragment


_MAX_LINK_LENGTH = 8192
_INVALID_LINK_CHARACTER = re.compile(r"[^\x21-\x7e]|\\")
_DEFAULT_PORTS = {"https": 443, "http": 80}


_MAX_STALE_PAGES = 100
"""Consecutive pages without new entries after which a list ends; a search may have many without a match."""


class LinkCursor(Generic[T]):
    """Paging by links, up to a page without a link or with an earlier one, or to many pages without new entries.

    Args:
        count: number of entries to request.
        key: function that returns the identity of an entry, or `None` for an entry without one.
    """

    __slots__ = ("_deduplicator", "_seen_links", "_stale_pages", "count", "is_done", "start", "total", "why_incomplete")  # fmt: skip

    def __init__(self, count: int, key: Callable[[T], Hashable] = get_item_key) -> None:
        self._seen_links: set[str] = set()
        self._deduplicator = Deduplicator(key)
        self._stale_pages = 0
        self.count = count
        self.start = 0
        self.is_done = False
        self.total: int | None = None
        self.why_incomplete: str | None = None

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it; empty if an earlier page had all its entries."""
        self.start += 1
        self.is_done = page.cursor is None or page.cursor in self._seen_links
        if page.cursor is not None:
            if self.is_done:
                self.why_incomplete = "the server sent the link of an earlier page as the next"
            self._seen_links.add(page.cursor)
        if page.skipped:
            self.why_incomplete = f"{page.skipped} entries of a page are not objects"
        new_page = self._deduplicator.remove_duplicates(page)
        is_stale = not new_page.items or self._deduplicator.is_stalled
        self._stale_pages = self._stale_pages + 1 if is_stale else 0
        if self._stale_pages >= _MAX_STALE_PAGES and not self.is_done:
            self.is_done = True
            self.why_incomplete = (
                f"the server sent {_MAX_STALE_PAGES} consecutive pages without new entries"
            )
        return page if new_page.items else new_page


class AutoCursor(Generic[T]):
    """Paging selected by the first page: by number if it has a total, else by links, if any.

    Args:
        count: number of items to request.
        key: function that returns the identity of an item, or `None` for an item without one.
    """

    __slots__ = ("_delegate", "_key", "count")

    def __init__(self, count: int, key: Callable[[T], Hashable]) -> None:
        self.count = count
        self._key = key
        self._delegate: PageCursor[T] | None = None

    @property
    def start(self) -> int:
        """Number of the next page."""
        return self._delegate.start if self._delegate else 0

    @property
    def is_done(self) -> bool:
        """True at the end of the list."""
        return self._delegate is not None and self._delegate.is_done

    @property
    def total(self) -> int | None:
        """Number of items of the list according to the last page."""
        return self._delegate.total if self._delegate else None

    @property
    def why_incomplete(self) -> str | None:
        """Reason why the list may be incomplete, or `None`."""
        return self._delegate.why_incomplete if self._delegate else None

    def feed(self, page: Page[T], /) -> Page[T]:
        """Record a page, and return it without duplicates."""
        if self._delegate is None:
            has_total = page.cursor is None and page.total is not None
            self.count = page.size or self.count
            self._delegate = (
                PageNumberCursor(self.count, self._key)
                if has_total
                else LinkCursor(self.count, self._key)
            )
        return self._delegate.feed(page)
