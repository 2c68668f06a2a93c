# Generated from aio/pager.py by tools/unasync.py; edit that file instead.
"""Pager: a list of the server, read page by page while it is iterated."""

from __future__ import annotations

import copy
from collections.abc import Generator, Callable
from contextlib import closing
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from britive_scim._hints import build_attribute_error
from britive_scim.sync.concurrent_iteration import InnerGenerator, ordered_map, prefetch
from britive_scim.sync.pager_tables import TablePager
from britive_scim.sync.session import Session
from britive_scim.errors import (
    ApiError,
    BritiveScimError,
    InputError,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.notebook_text import NotebookText, describe
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.paging.index import IndexCursor, Page, PageCursor
from britive_scim.wire.paging.item_checks import ItemChecker, ItemChecks
from britive_scim.wire.paging.table_source import ItemLayout, TableSource
from britive_scim.wire.response import Response

__all__ = ["Pager"]

T = TypeVar("T")

_CURRENT_PAGE = 0
"""Start index that stands for the page fetched already, among those to fetch."""


class Pager(TablePager[T], NotebookText):
    """Lazy list of the server; returned by a client's `list` methods, which send nothing.

    ```python
    pager = client.users.list(filter='active eq true')
    for user in pager:
        print(user.user_name)
    print(pager.total, pager.complete)
    ```

    Each loop reads from the beginning. One pager serves one loop at a time.

    Args:
        session: session that sends the requests.
        build_page_operation: returns the operation for a page, given its start index and size.
        build_paging_state: returns the state of a new loop, given the size of a page.
        page_size: items requested per page.
        label: name of the items, for `repr`.
        call: timeout and retry policy of every request.
        build_cursor_operation: returns the operation for a page, given its cursor and size.
        concurrency: pages in memory at a time: fetched concurrently with index paging, one after the other with
            cursor paging.
        checks: checks of the items: against the filter, and against a condition of the caller.
        table_source: how the items become a table.
    """

    __slots__ = ("_build_cursor_operation", "_build_page_operation", "_build_paging_state", "_call_options", "_checker", "_checks", "_concurrency", "_label", "_page_size", "_paging_state", "_session", "_table_source", "_total")  # fmt: skip

    def __init__(
        self,
        session: Session,
        build_page_operation: Callable[[int, int], Operation[Page[T]]],
        build_paging_state: Callable[[int], PageCursor[T]],
        *,
        page_size: int,
        label: str,
        call: CallOptions,
        build_cursor_operation: Callable[[str, int], Operation[Page[T]]] | None = None,
        concurrency: int = 1,
        checks: ItemChecks[T] | None = None,
        table_source: TableSource | None = None,
    ) -> None:
        self._session = session
        self._build_page_operation = build_page_operation
        self._build_paging_state = build_paging_state
        self._page_size = page_size
        self._label = label
        self._call_options = call
        self._build_cursor_operation = build_cursor_operation
        self._concurrency = concurrency
        self._checks: ItemChecks[T] = checks or ItemChecks()
        self._checker = ItemChecker(self._checks)
        self._table_source = table_source
        self._paging_state: PageCursor[T] | None = None
        self._total: int | None = None

    @property
    def total(self) -> int | None:
        """Number of items according to the last page received; `None` before the first. Sends nothing.

        Pages received by `first` and `count` are included. If the totals of the server count a page, it is the number
        of items received, at the end of the loop.
        """
        state = self._paging_state
        if isinstance(state, IndexCursor) and state.has_page_totals:
            return state.received if state.is_done else None
        return self._total

    @property
    def complete(self) -> bool | None:
        """True if the loop read every item, as far as can be known; `None` before its end."""
        state = self._paging_state
        if state is None or not (state.is_done or self._checker.fault):
            return None
        return self.why_incomplete is None

    @property
    def why_incomplete(self) -> str | None:
        """Reason why the loop may have missed items; `None` if it did not, or has not ended."""
        if self._checker.fault:
            return self._checker.fault
        state = self._paging_state
        return state.why_incomplete if state and state.is_done else None

    @property
    def contradictions(self) -> int:
        """Number of items that the loop left out because they contradict the filter.

        An attribute that is not returned, not declared or not read is unknown, as are `members` and `groups`. Strings
        are compared ignoring case, and datetimes within a second. If all items of a page contradict the filter, or
        more than half so far, the server ignores it: the loop raises `UnexpectedResponse`.
        """
        return self._checker.contradictions

    def pages(self) -> Generator[Page[T]]:
        """Iterate over the pages; items that were on an earlier page are left out of later ones.

        Raises:
            TransportError: no response was received.
            ApiError: the response is an error, or not a list.
        """
        state = self._paging_state = self._build_paging_state(self._page_size)
        self._checker = ItemChecker(self._checks)
        page = self._fetch_next_page(state)
        while (
            isinstance(state, IndexCursor)
            and self._concurrency > 1
            and page is not None
            and not state.is_done
        ):
            prefetched = (
                self._prefetch_by_cursor(state, page)
                if state.cursor
                else self._prefetch_by_index(state, page)
            )
            with InnerGenerator(prefetched) as pages:
                for page in pages:
                    yield page
            if state.is_done:
                return
            page = self._fetch_next_page(state)
        while page is not None:
            yield page
            page = None if state.is_done else self._fetch_next_page(state)

    def _fetch_next_page(self, state: PageCursor[T]) -> Page[T] | None:
        """Fetch the next page and update the state.

        Return `None` for a page after the apparent end that has no new items, or could not be read. All items were
        received, but their number is not proven.
        """
        is_beyond_end = isinstance(state, IndexCursor) and state.is_beyond_end
        if isinstance(state, IndexCursor) and state.end_as_announced():
            return None
        operation = self._build_operation(
            state, state.cursor if isinstance(state, IndexCursor) else None
        )
        try:
            page = self._session.send(operation, **self._call_options)
        except (ApiError, TransportError) as error:
            if not (
                isinstance(state, IndexCursor) and is_beyond_end and state.end_without_proof(error)
            ):
                raise
            return None
        new_page = self._process_page(state, page, operation)
        return None if is_beyond_end and not new_page.items else new_page

    def _build_operation(self, state: PageCursor[T], cursor: str | None) -> Operation[Page[T]]:
        """Return the operation for the page of a cursor, or without one for the next page by index."""
        if cursor is None or self._build_cursor_operation is None:
            return self._build_page_operation(state.start, state.count)
        return self._build_cursor_operation(cursor, state.count)

    def _prefetch_by_index(
        self, state: IndexCursor[T], page: Page[T]
    ) -> Generator[Page[T]]:
        """Yield the current page and the following ones, fetched concurrently.

        The start of a following page is a guess from the length of the last one. So the requests used are those
        that a sequential loop would send: a page fetched by a wrong guess is dropped, and guessing starts over
        with one page, then two, four, and so on. Pages wait undecoded, as decoding takes several times the memory.
        """

        def fetch(
            start: int,
        ) -> tuple[Operation[Page[T]] | None, Page[T] | Response | BritiveScimError]:
            if start == _CURRENT_PAGE:
                return None, page
            operation = self._build_page_operation(start, state.count)
            try:
                return operation, self._session.send(
                    _defer_decoding(operation), **self._call_options
                )
            except BritiveScimError as error:
                return operation, error  # raised only if the guess was right

        is_last_page_full = state.start > state.count  # the next pages are as long, most likely
        burst = self._concurrency if is_last_page_full else 1
        first: tuple[int, ...] = (_CURRENT_PAGE,)
        while (upcoming := state.upcoming_starts) or first:
            guessed = upcoming if burst >= self._concurrency else upcoming[:burst]
            guesses = iter(guessed)
            starts = chain(first, guessed)
            burst, first = burst * 2, ()
            with InnerGenerator(ordered_map(fetch, starts, self._concurrency)) as fetched:
                for operation, received in fetched:
                    if operation is None:
                        yield page  # while the next ones are fetched
                        continue
                    if state.start != next(guesses):
                        burst = 1
                        break
                    if isinstance(received, BritiveScimError):
                        raise received
                    decoded = self._decode_page(operation, received)
                    yield self._process_page(state, decoded, operation)
                    if state.is_done or state.cursor is not None:
                        return

    def _decode_page(self, operation: Operation[Page[T]], received: Page[T] | Response) -> Page[T]:
        """Return the page of a response whose decoding was deferred."""
        return received if isinstance(received, Page) else self._session.decode(operation, received)

    def _prefetch_by_cursor(
        self, state: IndexCursor[T], page: Page[T]
    ) -> Generator[Page[T]]:
        """Yield the current page and those that cursors lead to, fetched while the caller works."""

        def fetch(
            cursor: str,
        ) -> tuple[tuple[Operation[Page[T]] | None, Page[T]], str | None]:
            if not cursor:
                return (None, page), state.cursor
            operation = self._build_operation(state, cursor)
            received = self._session.send(operation, **self._call_options)
            next_cursor = None if received.cursor == cursor else received.cursor
            return (operation, received), next_cursor

        with InnerGenerator(prefetch(fetch, "", self._concurrency)) as fetched:
            for operation, received in fetched:
                yield (
                    received
                    if operation is None
                    else self._process_page(state, received, operation)
                )
                if state.is_done:
                    return

    def __iter__(self) -> Generator[T]:
        with InnerGenerator(self.pages()) as pages:
            for page in pages:
                for item in page.items:
                    yield item

    def first(self) -> T | None:
        """Return the first item, or `None` if the list is empty; one request for one item.

        With a condition on the client's side, or if the item contradicts the filter, pages are read up to the first
        item that satisfies both.

        Raises:
            UnexpectedResponse: the server ignores the filter.
        """
        if self._checks.condition is None:
            page = self._fetch_probe(self._build_paging_state(1), 1)
            if page is not None:
                return page.items[0] if page.items else None
        return self._find_first()

    def _find_first(self) -> T | None:
        """Return the first item of a loop of its own."""
        pager = copy.copy(self)
        with closing(pager.pages()) as pages:
            for page in pages:
                self._total = pager.total
                if page.items:
                    return page.items[0]
        return None

    def count(self) -> int:
        """Return the number of items according to the server: one request for no item, and one to verify a filter.

        Some servers always respond to that with 0. Therefore a 0 is verified by requesting one item. If the server
        reports no total, or that item contradicts the filter, everything is read and counted. No further item is
        verified: if the server ignores the filter and that item satisfies it, the number is that of all items.

        Raises:
            InputError: the list has a condition on the client's side (`where`).
            UnexpectedResponse: the server ignores the filter.
        """
        if self._checks.condition is not None:
            raise InputError(
                "where must be None for count(), got a condition; read the list and count its items"
            )
        state = self._build_paging_state(1)
        empty = self._fetch_probe(state, 0)
        is_unfiltered = self._checks.find_contradictions is None
        is_reliable = not isinstance(state, IndexCursor) or state.has_proven_totals
        if is_unfiltered and is_reliable and empty is not None and empty.total:
            return empty.total
        page = self._fetch_probe(state, 1)
        if page is not None and not page.items:
            return page.total or 0
        is_proven = isinstance(state, IndexCursor) and state.has_proven_totals
        if page is not None and page.total and (is_proven or page.total > len(page.items)):
            return page.total
        number = 0
        for _ in self:
            number += 1
        return number

    def _fetch_probe(self, state: PageCursor[T], count: int) -> Page[T] | None:
        """Fetch the first `count` items, apart from any loop; `None` if one contradicts the filter."""
        operation = self._build_page_operation(state.start, count)
        page = self._session.send(operation, **self._call_options)
        if isinstance(state, IndexCursor):
            state.record_total(page)
        checker = ItemChecker(self._checks)
        checked = checker.check(self._record_total(page))
        return None if checker.contradictions else checked

    @property
    def _page_limit(self) -> int:
        return self._page_size

    def _fetch_head(self, n: int) -> Page[T]:
        """Fetch the first items, apart from any loop."""
        has_condition = self._checks.condition is not None
        state = self._build_paging_state(self._page_size if has_condition else n)
        operation = self._build_page_operation(state.start, state.count)
        page = self._record_total(self._session.send(operation, **self._call_options))
        checker = ItemChecker(self._checks)
        checked = checker.check(page)
        if checker.fault:
            raise _build_list_error(operation, "does not apply the filter", checker.fault)
        return checked

    def _iter_table_pages(self, layout: ItemLayout) -> Generator[Page[Any]]:
        """Iterate over pages whose items the layout can read; the state of the loop is that of this pager."""
        reader = copy.copy(self)
        source = self._table_source
        if source is not None and source.build_operations is not None:
            operations = source.build_operations(layout.attributes)
            reader._build_page_operation = operations.build_by_index
            reader._build_cursor_operation = operations.build_by_cursor
        reader._paging_state = None
        self._paging_state = None
        try:
            with InnerGenerator(reader.pages()) as pages:
                for page in pages:
                    self._paging_state, self._checker = reader._paging_state, reader._checker
                    self._total = reader._total
                    yield page
        finally:
            self._paging_state, self._checker = reader._paging_state, reader._checker
            self._total = reader._total

    def _record_total(self, page: Page[T]) -> Page[T]:
        """Record the total that a page reports, and return the page."""
        if page.total is not None:
            self._total = page.total
        return page

    def _process_page(
        self, state: PageCursor[T], page: Page[T], operation: Operation[Page[T]]
    ) -> Page[T]:
        """Update the state with a page, and return the page without items received before."""
        new_page = state.feed(self._record_total(page))
        if isinstance(state, IndexCursor) and state.fault:
            raise _build_list_error(operation, "cannot be read to its end", state.fault)
        checked = self._checker.check(new_page)
        if self._checker.fault:
            raise _build_list_error(operation, "does not apply the filter", self._checker.fault)
        return checked

    def __bool__(self) -> bool:
        return True  # a pager is no empty sequence before it is read

    if not TYPE_CHECKING:  # so that checkers refuse what does not exist

        def __len__(self) -> NoReturn:
            raise TypeError(str(build_attribute_error(self, "len()")))

        def __getitem__(self, index: object) -> NoReturn:
            raise TypeError(str(build_attribute_error(self, "[]")))

        def __getattr__(self, name: str) -> NoReturn:
            raise build_attribute_error(self, name)

    def __repr__(self) -> str:
        if self._paging_state is None:
            progress = "not read yet"
        elif self._paging_state.is_done:
            progress = "complete" if self._paging_state.why_incomplete is None else "incomplete"
        else:
            progress = "being read"
        total = f", {self._total} in all" if self._total is not None else ""
        return f"<{type(self).__name__} of {self._label}: {progress}{total}>"

    def _format_for_notebook(self) -> str:
        if self._paging_state is not None:
            return repr(self)
        return (
            f"{self!r}; pager.head() shows the first items, pager.to_pandas() reads all"
        )

    def _repr_html_(self) -> str:
        import html  # needed in notebooks only

        return f"<p>{html.escape(describe(self))}</p>"


def _build_list_error(operation: Operation[Any], problem: str, detail: str) -> UnexpectedResponse:
    return UnexpectedResponse(
        f"{operation.method} {operation.path} {problem}: {detail}",
        status=200,
        detail=detail,
        method=operation.method,
        path=operation.path,
    )


def _defer_decoding(operation: Operation[Page[T]]) -> Operation[Page[T] | Response]:
    """Return an operation that returns the response itself if it is a success."""

    def return_response(response: Response) -> Page[T] | Response:
        return response if response.ok else operation.returns(response)

    return replace(cast("Operation[Page[T] | Response]", operation), returns=return_response)
