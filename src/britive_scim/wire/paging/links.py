"""Lists whose next page is a link: in a header, as in the audit log, or in the body, as of roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Generic, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from britive_scim.wire.decoding.admin import decode_page
from britive_scim.wire.decoding.error_mapping import build_unexpected_response
from britive_scim.wire.decoding.json_fields import get_field, is_object
from britive_scim.wire.decoding.scim import Decoder, WireModel, decode_json
from britive_scim.wire.operation import GET, Operation
from britive_scim.wire.paging.index import Page, PageCursor, PageNumberCursor
from britive_scim.wire.response import Response

__all__ = ["AutoCursor", "LinkCursor", "build_next_page_operation", "decode_linked_page"]

T = TypeVar("T")
M = TypeVar("M", bound=WireModel)

_NEXT_PAGE_HEADER = "next-page"


def decode_linked_page(
    model: type[M], base_url: str, on_next_link: Callable[[str], None]
) -> Decoder[Page[M]]:
    """Return a reader of one page that tells `on_next_link` where the next one is.

    Args:
        model: class of the entries.
        base_url: address of the tenant. A link to elsewhere, or to another path than the one that was asked,
            is refused, as the token would go there: of a link, only the query is the server's.
        on_next_link: called with the link, if there is one.
    """

    def read(response: Response) -> Page[M]:
        page = decode_page(model)(response)
        link = (response.headers.get(_NEXT_PAGE_HEADER) or _find_link_in_body(response)).strip()
        if not link:
            return page
        if not _is_same_endpoint(link, base_url + response.path):
            raise build_unexpected_response(
                response, "its next page is at another address than the page itself"
            )
        on_next_link(link)
        return replace(page, cursor=link)

    return read


def _find_link_in_body(response: Response) -> str:
    """Return the link in `{"result": [...], "pagination": {"next": link}}`; it is empty on the last page."""
    value = None if response.is_empty else decode_json(response)
    pagination = get_field(value, "pagination") if is_object(value) else None
    link = get_field(pagination, "next") if is_object(pagination) else None
    return link if isinstance(link, str) else ""


def build_next_page_operation(link: str, base_url: str, returns: Decoder[T]) -> Operation[T]:
    """Return the operation that asks for `link`, in which `decode_linked_page` has found nothing wrong."""
    parts = urlsplit(link)
    prefix = urlsplit(base_url).path
    query = parse_qsl(parts.query, keep_blank_values=True)
    return GET(parts.path.removeprefix(prefix), returns=returns, query=query)


def _is_same_endpoint(link: str, request_url: str) -> bool:
    """Return whether a link differs from the `request_url` that was asked in its query alone."""
    if len(link) > _MAX_LINK_LENGTH or _INVALID_LINK_CHARACTER.search(link):
        return False
    try:
        wanted, own = urlsplit(link), urlsplit(request_url)
        return _split_endpoint(wanted) == _split_endpoint(own)
    except ValueError:
        return False


def _split_endpoint(parts: SplitResult) -> tuple[str | None, ...]:
    """Return everything of a URL but its query, a default port written out."""
    port = parts.port if parts.port is not None else _DEFAULT_PORTS.get(parts.scheme)
    user = parts.netloc.rpartition("@")[1]
    return parts.scheme, user, parts.hostname, str(port), parts.path, parts.fragment


_MAX_LINK_LENGTH = 8192
_INVALID_LINK_CHARACTER = re.compile(r"[^\x21-\x7e]|\\")
_DEFAULT_PORTS = {"https": 443, "http": 80}


class LinkCursor(Generic[T]):
    """Paging by links: the end is where none comes, or one that came before.

    Args:
        count: entries to ask for.
    """

    __slots__ = ("_seen_links", "count", "is_done", "start", "total", "why_incomplete")

    def __init__(self, count: int) -> None:
        self._seen_links: set[str] = set()
        self.count = count
        self.start = 0
        self.is_done = False
        self.total: int | None = None
        self.why_incomplete: str | None = None

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it."""
        self.start += 1
        self.is_done = page.cursor is None or page.cursor in self._seen_links
        if page.cursor is not None:
            if self.is_done:
                self.why_incomplete = (
                    "the server gave the link of an earlier page as that of the next"
                )
            self._seen_links.add(page.cursor)
        if page.skipped:
            self.why_incomplete = f"{page.skipped} entries of a page were no objects"
        return page


class AutoCursor(Generic[T]):
    """Paging as the first page tells: by links, by number where it counts its items, or not at all.

    Args:
        count: items to ask for.
        key: what tells two items apart; `None` for an item that cannot be told apart.
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
        """Whether the end is reached."""
        return self._delegate is not None and self._delegate.is_done

    @property
    def total(self) -> int | None:
        """What the last page said about the number of all."""
        return self._delegate.total if self._delegate else None

    @property
    def why_incomplete(self) -> str | None:
        """Why it is not sure that all came, or `None`."""
        return self._delegate.why_incomplete if self._delegate else None

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it without what came before."""
        if self._delegate is None:
            counts = page.cursor is None and page.total is not None
            self.count = page.size or self.count
            self._delegate = (
                PageNumberCursor(self.count, self._key) if counts else LinkCursor(self.count)
            )
        return self._delegate.feed(page)
