"""Lists whose next page is a link in a header, as in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

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
        base_url: address of the tenant; a link elsewhere is refused, as the token would go there.
        note: called with the link, if there is one.
    """

    def read(answer: Answer) -> Page[M]:
        page = paged(model)(answer)
        link = answer.headers.get(_HEADER, "").strip()
        if not link:
            return page
        if not _below(link, base_url):
            raise unexpected(answer, "its next page is at another address than the tenant's")
        note(link)
        return replace(page, cursor=link)

    return read


def follow(link: str, base_url: str, returns: Reader[T]) -> Operation[T]:
    """Return the operation that asks for `link`, which `linked` has found below `base_url`."""
    parts = urlsplit(link)
    prefix = urlsplit(base_url).path
    query = parse_qsl(parts.query, keep_blank_values=True)
    return GET(parts.path.removeprefix(prefix), returns=returns, query=query)


def _below(link: str, base_url: str) -> bool:
    try:
        wanted, own = urlsplit(link), urlsplit(base_url)
        same = (wanted.scheme, wanted.hostname, wanted.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return False
    return same and wanted.path.startswith(own.path + "/") and "{" not in wanted.path


class LinkWalk(Generic[T]):
    """Paging by links: the end is where none comes.

    Args:
        count: entries to ask for.
    """

    __slots__ = ("count", "done", "start", "total", "why_incomplete")

    def __init__(self, count: int) -> None:
        self.count = count
        self.start = 0
        self.done = False
        self.total: int | None = None
        self.why_incomplete: str | None = None

    def feed(self, page: Page[T], /) -> Page[T]:
        """Take a page in and return it."""
        self.start += 1
        self.done = page.cursor is None
        if page.skipped:
            self.why_incomplete = f"{page.skipped} entries of a page were no objects"
        return page
