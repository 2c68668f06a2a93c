"""Lists whose next page is a link: in a header, as in the audit log, or in the body, as of roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Generic, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from britive_scim.wire.decoding.admin import paged
from britive_scim.wire.decoding.error_mapping import unexpected
from britive_scim.wire.decoding.json_fields import is_object, member
from britive_scim.wire.decoding.scim import FromWire, Reader, document
from britive_scim.wire.operation import GET, Operation
from britive_scim.wire.paging.index import Page, PageWalk, Walk
from britive_scim.wire.response import Answer

__all__ = ["AnyWalk", "LinkWalk", "follow", "linked"]

T = TypeVar("T")
M = TypeVar("M", bound=FromWire)

_HEADER = "next-page"


def linked(model: type[M], base_url: str, note: Callable[[str], None]) -> Reader[Page[M]]:
    """Return a reader of one page that tells `note` where the next one is.

    Args:
        model: class of the entries.
        base_url: address of the tenant. A link to elsewhere, or to another path than the one that was asked,
            is refused, as the token would go there: of a link, only the query is the server's.
        note: called with the link, if there is one.
    """

    def read(answer: Answer) -> Page[M]:
        page = paged(model)(answer)
        link = (answer.headers.get(_HEADER) or _in_body(answer)).strip()
        if not link:
            return page
        if not _leads_on(link, base_url + answer.path):
            raise unexpected(answer, "its next page is at another address than the page itself")
        note(link)
        return replace(page, cursor=link)

    return read


def _in_body(answer: Answer) -> str:
    """Return the link in `{"result": [...], "pagination": {"next": link}}`; it is empty on the last page."""
    value = None if answer.empty else document(answer)
    pagination = member(value, "pagination") if is_object(value) else None
    link = member(pagination, "next") if is_object(pagination) else None
    return link if isinstance(link, str) else ""


def follow(link: str, base_url: str, returns: Reader[T]) -> Operation[T]:
    """Return the operation that asks for `link`, in which `linked` has found nothing wrong."""
    parts = urlsplit(link)
    prefix = urlsplit(base_url).path
    query = parse_qsl(parts.query, keep_blank_values=True)
    return GET(parts.path.removeprefix(prefix), returns=returns, query=query)


def _leads_on(link: str, address: str) -> bool:
    """Return whether a link differs from the `address` that was asked in its query alone."""
    if len(link) > _LENGTH or _UNFIT.search(link):
        return False
    try:
        wanted, own = urlsplit(link), urlsplit(address)
        return _place(wanted) == _place(own)
    except ValueError:
        return False


def _place(parts: SplitResult) -> tuple[str | None, ...]:
    """Return everything of a URL but its query, a default port written out."""
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme)
    user = parts.netloc.rpartition("@")[1]
    return parts.scheme, user, parts.hostname, str(port), parts.path, parts.fragment


_LENGTH = 8192
_UNFIT = re.compile(r"[^\x21-\x7e]|\\")
_PORTS = {"https": 443, "http": 80}


class LinkWalk(Generic[T]):
    """Paging by links: the end is where none comes, or one that came before.

    Args:
        count: entries to ask for.
    """

    __slots__ = ("_links", "count", "done", "start", "total", "why_incomplete")

    def __init__(self, count: int) -> None:
        self._links: set[str] = set()
        self.count = count
        self.start = 0
        self.done = False
        self.total: int | None = None
        self.why_incomplete: str | None = None

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it."""
        self.start += 1
        self.done = page.cursor is None or page.cursor in self._links
        if page.cursor is not None:
            if self.done:
                self.why_incomplete = (
                    "the server gave the link of an earlier page as that of the next"
                )
            self._links.add(page.cursor)
        if page.skipped:
            self.why_incomplete = f"{page.skipped} entries of a page were no objects"
        return page


class AnyWalk(Generic[T]):
    """Paging as the first page tells: by links, by number where it counts its items, or not at all.

    Args:
        count: items to ask for.
        key: what tells two items apart; `None` for an item that cannot be told apart.
    """

    __slots__ = ("_chosen", "_key", "count")

    def __init__(self, count: int, key: Callable[[T], Hashable]) -> None:
        self.count = count
        self._key = key
        self._chosen: Walk[T] | None = None

    @property
    def start(self) -> int:
        """Number of the next page."""
        return self._chosen.start if self._chosen else 0

    @property
    def done(self) -> bool:
        """Whether the end is reached."""
        return self._chosen is not None and self._chosen.done

    @property
    def total(self) -> int | None:
        """What the last page said about the number of all."""
        return self._chosen.total if self._chosen else None

    @property
    def why_incomplete(self) -> str | None:
        """Why it is not sure that all came, or `None`."""
        return self._chosen.why_incomplete if self._chosen else None

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it without what came before."""
        if self._chosen is None:
            counts = page.cursor is None and page.total is not None
            self.count = page.size or self.count
            self._chosen = PageWalk(self.count, self._key) if counts else LinkWalk(self.count)
        return self._chosen.feed(page)
