"""Lists whose next page is a link in a header, as in the audit log."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from britive_scim.wire.answer import Answer
from britive_scim.wire.answers import paged
from britive_scim.wire.failure import unexpected
from britive_scim.wire.operation import GET, Operation
from britive_scim.wire.paging import Page
from britive_scim.wire.reading import FromWire, Reader

__all__ = ["LinkWalk", "follow", "linked"]

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
        link = answer.headers.get(_HEADER, "").strip()
        if not link:
            return page
        if not _leads_on(link, base_url + answer.path):
            raise unexpected(answer, "its next page is at another address than the page itself")
        note(link)
        return replace(page, cursor=link)

    return read


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
