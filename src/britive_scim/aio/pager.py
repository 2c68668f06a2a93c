"""Lists that are read page by page while they are looped over."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from itertools import chain
from typing import Generic, TypeVar, cast

from britive_scim.aio.concurrency import chained, ordered_map
from britive_scim.aio.session import REPEATED, AsyncSender
from britive_scim.errors import BritiveScimError, UnexpectedAnswer
from britive_scim.wire.decoding.error_mapping import unexpected
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.paging.index import IndexWalk, Page, Walk
from britive_scim.wire.response import Answer

__all__ = ["AsyncPager"]

T = TypeVar("T")

_AT_HAND = 0
"""Stands for the page that is there already, among the starts of those to fetch."""


class AsyncPager(Generic[T]):
    """A list at the server, read lazily; made by a client's `list` methods, which send nothing.

    ```python
    pager = client.users.list(filter='active eq true')
    async for user in pager:
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
        concurrency: pages to hold at a time: fetched side by side where the list is paged by index, one
            after the other where it is paged by cursor.
    """

    __slots__ = ("_ask", "_by_cursor", "_call", "_concurrency", "_make_walk", "_page_size", "_sender", "_total", "_walk", "_what")  # fmt: skip

    def __init__(
        self,
        sender: AsyncSender,
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
        self._total: int | None = None

    @property
    def total(self) -> int | None:
        """How many there are according to the last page seen; `None` before the first. Sends nothing.

        `first` and `count` see pages, too.
        """
        return self._total

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

    async def pages(self) -> AsyncGenerator[Page[T]]:
        """Loop over the pages; items that came on an earlier page are left out of later ones.

        Raises:
            TransportError: no answer came.
            ApiError: the answer is no success, or no list.
        """
        walk = self._walk = self._make_walk(self._page_size)
        page = await self._next(walk)
        while isinstance(walk, IndexWalk) and self._concurrency > 1 and not walk.done:
            ahead = self._along(walk, page) if walk.cursor else self._side_by_side(walk, page)
            async with aclosing(ahead) as pages:
                async for page in pages:
                    yield page
            if walk.done:
                return
            page = await self._next(walk)
        yield page
        while not walk.done:
            yield await self._next(walk)

    async def _next(self, walk: Walk[T]) -> Page[T]:
        """Ask for the next page and feed it in."""
        operation = self._at(walk, walk.cursor if isinstance(walk, IndexWalk) else None)
        return self._fed(walk, await self._sender.send(operation, **self._call), operation)

    def _at(self, walk: Walk[T], cursor: str | None) -> Operation[Page[T]]:
        """Return the operation for the page of a cursor, or for the one where the walk stands."""
        if cursor is None or self._by_cursor is None:
            return self._ask(walk.start, walk.count)
        return self._by_cursor(cursor, walk.count)

    async def _side_by_side(self, walk: IndexWalk[T], page: Page[T]) -> AsyncGenerator[Page[T]]:
        """Yield the page at hand and those to come, several fetched at a time.

        Where the pages to come begin is a guess from the length of the last one. So what is asked is always
        what would be asked one after the other: a page that a wrong guess brought is dropped, and
        guessing begins anew, with a single page first, then two, four, and so on. Pages wait as they
        came: read, each takes several times the memory.
        """

        async def fetch(
            start: int,
        ) -> tuple[Operation[Page[T]] | None, Page[T] | Answer | BritiveScimError]:
            if start == _AT_HAND:
                return None, page
            operation = self._ask(start, walk.count)
            try:
                return operation, await self._sender.send(_unread(operation), **self._call)
            except BritiveScimError as error:
                return operation, error  # told only if the guess was right

        trusted = walk.start > walk.count  # a full page: the others will be as long
        burst = self._concurrency if trusted else 1
        first: tuple[int, ...] = (_AT_HAND,)
        while (planned := walk.ahead) or first:
            guessed = planned if burst >= self._concurrency else planned[:burst]
            starts = iter(guessed)
            asked = chain(first, guessed)
            burst, first = burst * 2, ()
            async with aclosing(ordered_map(fetch, asked, self._concurrency)) as fetched:
                async for operation, found in fetched:
                    if operation is None:
                        yield page  # while the next ones are under way
                        continue
                    if walk.start != next(starts):
                        burst = 1
                        break
                    if isinstance(found, BritiveScimError):
                        raise found
                    yield self._fed(walk, self._read(operation, found), operation)
                    if walk.done or walk.cursor is not None:
                        return

    def _read(self, operation: Operation[Page[T]], found: Page[T] | Answer) -> Page[T]:
        """Return the page in an answer that was left unread."""
        if isinstance(found, Page):
            return found
        try:
            return operation.returns(found)
        except UnexpectedAnswer:
            pass  # told again below, without anything in it that should not be seen
        shown = replace(found, body=self._sender.credential.masked(found.body))
        operation.returns(shown)
        raise unexpected(shown, REPEATED)

    async def _along(self, walk: IndexWalk[T], page: Page[T]) -> AsyncGenerator[Page[T]]:
        """Yield the page at hand and those that cursors lead to, fetched one after the other meanwhile."""

        async def fetch(
            cursor: str,
        ) -> tuple[tuple[Operation[Page[T]] | None, Page[T]], str | None]:
            if not cursor:
                return (None, page), walk.cursor
            operation = self._at(walk, cursor)
            found = await self._sender.send(operation, **self._call)
            return (operation, found), None if found.cursor == cursor else found.cursor

        async with aclosing(chained(fetch, "", self._concurrency)) as fetched:
            async for operation, found in fetched:
                yield found if operation is None else self._fed(walk, found, operation)

    async def __aiter__(self) -> AsyncGenerator[T]:
        async with aclosing(self.pages()) as pages:
            async for page in pages:
                for item in page.items:
                    yield item

    async def first(self) -> T | None:
        """Return the first item, `None` where there is none; one request for one item."""
        walk = self._make_walk(1)
        page = self._seen(await self._sender.send(self._ask(walk.start, 1), **self._call))
        return page.items[0] if page.items else None

    async def count(self) -> int:
        """Return how many items there are, as the server says: one request for no item.

        Some servers answer that with 0 whatever there is. So a 0 is checked by asking for one item,
        and where the server does not count, everything is read and counted.
        """
        walk = self._make_walk(1)
        empty = self._seen(await self._sender.send(self._ask(walk.start, 0), **self._call))
        if empty.total:
            return empty.total
        one = self._seen(await self._sender.send(self._ask(walk.start, 1), **self._call))
        if not one.items:
            return one.total or 0
        if one.total is not None and one.total > len(one.items):
            return one.total
        number = 0
        async for _ in self:
            number += 1
        return number

    def _seen(self, page: Page[T]) -> Page[T]:
        """Remember what a page says about the number of all, and return the page."""
        if page.total is not None:
            self._total = page.total
        return page

    def _fed(self, walk: Walk[T], page: Page[T], operation: Operation[Page[T]]) -> Page[T]:
        """Feed a page in and return what is new on it."""
        fresh = walk.feed(self._seen(page))
        if isinstance(walk, IndexWalk) and walk.fault:
            raise UnexpectedAnswer(
                f"{operation.method} {operation.path} cannot be read to its end: {walk.fault}",
                status=200,
                detail=walk.fault,
                method=operation.method,
                path=operation.path,
            )
        return fresh

    def __repr__(self) -> str:
        walk = self._walk
        if walk is None:
            state = "nothing asked yet"
        elif walk.done:
            state = "complete" if walk.why_incomplete is None else "incomplete"
        else:
            state = "being read"
        total = f", {self._total} in all" if self._total is not None else ""
        return f"<{type(self).__name__} of {self._what}: {state}{total}>"


def _unread(operation: Operation[Page[T]]) -> Operation[Page[T] | Answer]:
    """Return the operation that leaves a good answer as it came."""

    def kept(answer: Answer) -> Page[T] | Answer:
        return answer if answer.ok else operation.returns(answer)

    return replace(cast("Operation[Page[T] | Answer]", operation), returns=kept)
