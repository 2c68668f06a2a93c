# Generated from aio/pager.py by tools/unasync.py; edit that file instead.
"""Lists that are read page by page while they are looped over."""

from __future__ import annotations

from collections.abc import Generator, Callable
from contextlib import closing
from typing import Generic, TypeVar

from britive_scim.sync.concurrency import ordered_map
from britive_scim.sync.sender import Sender
from britive_scim.errors import UnexpectedAnswer
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.paging import IndexWalk, Page, Walk

__all__ = ["Pager"]

T = TypeVar("T")


class Pager(Generic[T]):
    """A list at the server, read lazily; made by a client's `list` methods, which send nothing.

    ```python
    pager = client.users.list(filter='active eq true')
    for user in pager:
        print(user.user_name)
    print(pager.total, pager.complete)
    ```

    Each loop reads from the beginning. One pager serves one loop at a time.

    Args:
        sender: sends the requests.
        ask: returns the operation for a page, given its start and size.
        walk: returns the state of a new walk, given the size of a page.
        page_size: items to ask for a page.
        what: what the list holds, for `repr`.
        call: keywords of every request.
        by_cursor: returns the operation for a page, given its cursor and size.
        concurrency: pages to fetch at a time, where the list is paged by index.
    """

    __slots__ = ("_ask", "_by_cursor", "_call", "_concurrency", "_make_walk", "_page_size", "_sender", "_walk", "_what")  # fmt: skip

    def __init__(
        self,
        sender: Sender,
        ask: Callable[[int, int], Operation[Page[T]]],
        walk: Callable[[int], Walk[T]],
        *,
        page_size: int,
        what: str,
        call: CallOptions,
        by_cursor: Callable[[str, int], Operation[Page[T]]] | None = None,
        concurrency: int = 1,
    ) -> None:
        self._sender = sender
        self._ask = ask
        self._make_walk = walk
        self._page_size = page_size
        self._what = what
        self._call = call
        self._by_cursor = by_cursor
        self._concurrency = concurrency
        self._walk: Walk[T] | None = None

    @property
    def total(self) -> int | None:
        """How many there are according to the last page seen; `None` before the first. Sends nothing."""
        return self._walk.total if self._walk else None

    @property
    def complete(self) -> bool | None:
        """Whether the loop saw everything, as far as can be known; `None` before its end."""
        if self._walk is None or not self._walk.done:
            return None
        return self._walk.why_incomplete is None

    @property
    def why_incomplete(self) -> str | None:
        """Why it is not sure that the loop saw everything; `None` where it did, or is not at its end."""
        return self._walk.why_incomplete if self._walk and self._walk.done else None

    def pages(self) -> Generator[Page[T]]:
        """Loop over the pages; items that came on an earlier page are left out of later ones.

        Raises:
            TransportError: no answer came.
            ApiError: the answer is no success, or no list.
        """
        walk = self._walk = self._make_walk(self._page_size)
        yield self._next(walk)
        if self._concurrency > 1 and isinstance(walk, IndexWalk):
            with closing(self._ahead(walk)) as pages:
                for page in pages:
                    yield page
        while not walk.done:
            yield self._next(walk)

    def _next(self, walk: Walk[T]) -> Page[T]:
        """Ask for the next page and feed it in."""
        if isinstance(walk, IndexWalk) and walk.cursor is not None and self._by_cursor:
            operation = self._by_cursor(walk.cursor, walk.count)
        else:
            operation = self._ask(walk.start, walk.count)
        page = walk.feed(self._sender.send(operation, **self._call))
        if isinstance(walk, IndexWalk) and walk.fault:
            raise UnexpectedAnswer(
                f"{operation.method} {operation.path} cannot be read to its end: {walk.fault}",
                status=200,
                detail=walk.fault,
                method=operation.method,
                path=operation.path,
            )
        return page

    def _ahead(self, walk: IndexWalk[T]) -> Generator[Page[T]]:
        """Fetch several pages at a time and yield them in order, gaps of short pages filled."""
        planned = walk.ahead

        def fetch(start: int) -> tuple[int, Page[T]]:
            operation = self._ask(start, planned.step)
            return start, self._sender.send(operation, **self._call)

        with closing(ordered_map(fetch, planned, self._concurrency)) as fetched:
            for start, page in fetched:
                while walk.start < start and not walk.done:
                    yield self._next(walk)
                if walk.done:
                    return
                walk.start = start  # filling a gap may have read on into this page
                yield walk.feed(page)

    def __iter__(self) -> Generator[T]:
        with closing(self.pages()) as pages:
            for page in pages:
                for item in page.items:
                    yield item

    def first(self) -> T | None:
        """Return the first item, `None` where there is none; one request for one item."""
        walk = self._make_walk(1)
        page = self._sender.send(self._ask(walk.start, 1), **self._call)
        return page.items[0] if page.items else None

    def count(self) -> int:
        """Return how many items there are, as the server says: one request for no item.

        Some servers answer that with 0 whatever there is. So a 0 is checked by asking for one item,
        and where the server does not count, everything is read and counted.
        """
        walk = self._make_walk(1)
        empty = self._sender.send(self._ask(walk.start, 0), **self._call)
        if empty.total:
            return empty.total
        one = self._sender.send(self._ask(walk.start, 1), **self._call)
        if not one.items:
            return one.total or 0
        if one.total is not None and one.total > len(one.items):
            return one.total
        number = 0
        for _ in self:
            number += 1
        return number

    def __repr__(self) -> str:
        walk = self._walk
        if walk is None:
            state = "nothing asked yet"
        elif walk.done:
            state = "complete" if walk.why_incomplete is None else "incomplete"
        else:
            state = "being read"
        total = f", {walk.total} in all" if walk and walk.total is not None else ""
        return f"<{type(self).__name__} of {self._what}: {state}{total}>"
