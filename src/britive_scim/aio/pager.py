"""Lists that are read page by page while they are looped over."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from itertools import chain
from typing import Generic, TypeVar, cast

from britive_scim.aio.concurrency import ordered_map, prefetch
from britive_scim.aio.session import ECHOED_CREDENTIAL_REASON, AsyncSession
from britive_scim.errors import BritiveScimError, UnexpectedResponse
from britive_scim.wire.decoding.error_mapping import build_unexpected_response
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.paging.index import IndexCursor, Page, PageCursor
from britive_scim.wire.response import Response

__all__ = ["AsyncPager"]

T = TypeVar("T")

_CURRENT_PAGE = 0
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
        session: sends the requests.
        build_page_operation: returns the operation for a page, given its start and size.
        build_paging_state: returns the state of a new walk, given the size of a page.
        page_size: items to ask for a page.
        label: what the list holds, for `repr`.
        call: keywords of every request.
        build_cursor_operation: returns the operation for a page, given its cursor and size.
        concurrency: pages to hold at a time: fetched side by side where the list is paged by index, one
            after the other where it is paged by cursor.
    """

    __slots__ = ("_build_cursor_operation", "_build_page_operation", "_build_paging_state", "_call_options", "_concurrency", "_label", "_page_size", "_paging_state", "_session", "_total")  # fmt: skip

    def __init__(
        self,
        session: AsyncSession,
        build_page_operation: Callable[[int, int], Operation[Page[T]]],
        build_paging_state: Callable[[int], PageCursor[T]],
        *,
        page_size: int,
        label: str,
        call: CallOptions,
        build_cursor_operation: Callable[[str, int], Operation[Page[T]]] | None = None,
        concurrency: int = 1,
    ) -> None:
        self._session = session
        self._build_page_operation = build_page_operation
        self._build_paging_state = build_paging_state
        self._page_size = page_size
        self._label = label
        self._call_options = call
        self._build_cursor_operation = build_cursor_operation
        self._concurrency = concurrency
        self._paging_state: PageCursor[T] | None = None
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
        if self._paging_state is None or not self._paging_state.is_done:
            return None
        return self._paging_state.why_incomplete is None

    @property
    def why_incomplete(self) -> str | None:
        """Why it is not sure that the loop saw everything; `None` where it did, or is not at its end."""
        return (
            self._paging_state.why_incomplete
            if self._paging_state and self._paging_state.is_done
            else None
        )

    async def pages(self) -> AsyncGenerator[Page[T]]:
        """Loop over the pages; items that came on an earlier page are left out of later ones.

        Raises:
            TransportError: no answer came.
            ApiError: the answer is no success, or no list.
        """
        walk = self._paging_state = self._build_paging_state(self._page_size)
        page = await self._fetch_next_page(walk)
        while isinstance(walk, IndexCursor) and self._concurrency > 1 and not walk.is_done:
            ahead = (
                self._prefetch_by_cursor(walk, page)
                if walk.cursor
                else self._prefetch_by_index(walk, page)
            )
            async with aclosing(ahead) as pages:
                async for page in pages:
                    yield page
            if walk.is_done:
                return
            page = await self._fetch_next_page(walk)
        yield page
        while not walk.is_done:
            yield await self._fetch_next_page(walk)

    async def _fetch_next_page(self, paging_state: PageCursor[T]) -> Page[T]:
        """Ask for the next page and feed it in."""
        operation = self._build_operation(
            paging_state, paging_state.cursor if isinstance(paging_state, IndexCursor) else None
        )
        return self._process_page(
            paging_state, await self._session.send(operation, **self._call_options), operation
        )

    def _build_operation(
        self, paging_state: PageCursor[T], cursor: str | None
    ) -> Operation[Page[T]]:
        """Return the operation for the page of a cursor, or for the one where the walk stands."""
        if cursor is None or self._build_cursor_operation is None:
            return self._build_page_operation(paging_state.start, paging_state.count)
        return self._build_cursor_operation(cursor, paging_state.count)

    async def _prefetch_by_index(
        self, paging_state: IndexCursor[T], page: Page[T]
    ) -> AsyncGenerator[Page[T]]:
        """Yield the page at hand and those to come, several fetched at a time.

        Where the pages to come begin is a guess from the length of the last one. So what is asked is always
        what would be asked one after the other: a page that a wrong guess brought is dropped, and
        guessing begins anew, with a single page first, then two, four, and so on. Pages wait as they
        came: read, each takes several times the memory.
        """

        async def fetch(
            start: int,
        ) -> tuple[Operation[Page[T]] | None, Page[T] | Response | BritiveScimError]:
            if start == _CURRENT_PAGE:
                return None, page
            operation = self._build_page_operation(start, paging_state.count)
            try:
                return operation, await self._session.send(
                    _defer_decoding(operation), **self._call_options
                )
            except BritiveScimError as error:
                return operation, error  # told only if the guess was right

        trusted = paging_state.start > paging_state.count  # a full page: the others will be as long
        burst = self._concurrency if trusted else 1
        first: tuple[int, ...] = (_CURRENT_PAGE,)
        while (planned := paging_state.upcoming_starts) or first:
            guessed = planned if burst >= self._concurrency else planned[:burst]
            starts = iter(guessed)
            asked = chain(first, guessed)
            burst, first = burst * 2, ()
            async with aclosing(ordered_map(fetch, asked, self._concurrency)) as fetched:
                async for operation, found in fetched:
                    if operation is None:
                        yield page  # while the next ones are under way
                        continue
                    if paging_state.start != next(starts):
                        burst = 1
                        break
                    if isinstance(found, BritiveScimError):
                        raise found
                    yield self._process_page(
                        paging_state, self._decode_page(operation, found), operation
                    )
                    if paging_state.is_done or paging_state.cursor is not None:
                        return

    def _decode_page(self, operation: Operation[Page[T]], response: Page[T] | Response) -> Page[T]:
        """Return the page in an answer that was left unread."""
        if isinstance(response, Page):
            return response
        try:
            return operation.returns(response)
        except UnexpectedResponse:
            pass  # told again below, without anything in it that should not be seen
        shown = replace(response, body=self._session.credential.redact_body(response.body))
        operation.returns(shown)
        raise build_unexpected_response(shown, ECHOED_CREDENTIAL_REASON)

    async def _prefetch_by_cursor(
        self, paging_state: IndexCursor[T], page: Page[T]
    ) -> AsyncGenerator[Page[T]]:
        """Yield the page at hand and those that cursors lead to, fetched one after the other meanwhile."""

        async def fetch(
            cursor: str,
        ) -> tuple[tuple[Operation[Page[T]] | None, Page[T]], str | None]:
            if not cursor:
                return (None, page), paging_state.cursor
            operation = self._build_operation(paging_state, cursor)
            found = await self._session.send(operation, **self._call_options)
            return (operation, found), None if found.cursor == cursor else found.cursor

        async with aclosing(prefetch(fetch, "", self._concurrency)) as fetched:
            async for operation, found in fetched:
                yield (
                    found
                    if operation is None
                    else self._process_page(paging_state, found, operation)
                )

    async def __aiter__(self) -> AsyncGenerator[T]:
        async with aclosing(self.pages()) as pages:
            async for page in pages:
                for item in page.items:
                    yield item

    async def first(self) -> T | None:
        """Return the first item, `None` where there is none; one request for one item."""
        walk = self._build_paging_state(1)
        page = self._record_total(
            await self._session.send(
                self._build_page_operation(walk.start, 1), **self._call_options
            )
        )
        return page.items[0] if page.items else None

    async def count(self) -> int:
        """Return how many items there are, as the server says: one request for no item.

        Some servers answer that with 0 whatever there is. So a 0 is checked by asking for one item,
        and where the server does not count, everything is read and counted.
        """
        walk = self._build_paging_state(1)
        empty = self._record_total(
            await self._session.send(
                self._build_page_operation(walk.start, 0), **self._call_options
            )
        )
        if empty.total:
            return empty.total
        one = self._record_total(
            await self._session.send(
                self._build_page_operation(walk.start, 1), **self._call_options
            )
        )
        if not one.items:
            return one.total or 0
        if one.total is not None and one.total > len(one.items):
            return one.total
        number = 0
        async for _ in self:
            number += 1
        return number

    def _record_total(self, page: Page[T]) -> Page[T]:
        """Remember what a page says about the number of all, and return the page."""
        if page.total is not None:
            self._total = page.total
        return page

    def _process_page(
        self, paging_state: PageCursor[T], page: Page[T], operation: Operation[Page[T]]
    ) -> Page[T]:
        """Feed a page in and return what is new on it."""
        fresh = paging_state.feed(self._record_total(page))
        if isinstance(paging_state, IndexCursor) and paging_state.fault:
            raise UnexpectedResponse(
                f"{operation.method} {operation.path} cannot be read to its end: {paging_state.fault}",
                status=200,
                detail=paging_state.fault,
                method=operation.method,
                path=operation.path,
            )
        return fresh

    def __repr__(self) -> str:
        walk = self._paging_state
        if walk is None:
            state = "nothing asked yet"
        elif walk.is_done:
            state = "complete" if walk.why_incomplete is None else "incomplete"
        else:
            state = "being read"
        total = f", {self._total} in all" if self._total is not None else ""
        return f"<{type(self).__name__} of {self._label}: {state}{total}>"


def _defer_decoding(operation: Operation[Page[T]]) -> Operation[Page[T] | Response]:
    """Return the operation that leaves a good answer as it came."""

    def return_response(response: Response) -> Page[T] | Response:
        return response if response.ok else operation.returns(response)

    return replace(cast("Operation[Page[T] | Response]", operation), returns=return_response)
