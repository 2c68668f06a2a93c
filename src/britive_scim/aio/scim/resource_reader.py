"""Resources of one type that can be read: by id, and as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from britive_scim import scim
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.scim.service_provider import AsyncServiceProvider
from britive_scim.aio.session import AsyncSession
from britive_scim.wire.decoding.scim import Decoder, decode_list_response
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import GET, POST, CallOptions, Operation
from britive_scim.wire.paging.index import IndexCursor, Page
from britive_scim.wire.paging.item_checks import ItemChecks
from britive_scim.wire.paging.repetition import get_item_key
from britive_scim.wire.paging.table_source import ItemLayout, PageOperations, TableSource
from britive_scim.wire.requests.scim import (
    build_query_params,
    build_search_body,
    validate_integer,
)
from britive_scim.wire.retry.policy import RetryPolicy

if TYPE_CHECKING:
    from britive_scim.wire.requests.list_query import ListQuery

__all__ = ["AsyncResourceReader", "build_pager"]

R = TypeVar("R", bound="scim.Resource")


class AsyncResourceReader(AsyncAPIResource, Generic[R]):
    """Resources of one type that can be read.

    Args:
        session: session of the client.
        model: class that responses are decoded as.
        endpoint: path below the base URL.
        service_provider: features of the provider.
    """

    __slots__ = ("_endpoint", "_model", "_service_provider")

    natural_key: tuple[str, str] | None = None
    """Attribute that names a resource for people: SCIM name and Python name."""

    _lookup_excluded_attributes: tuple[str, ...] | None = None
    """Attributes that look-ups exclude, because they may be large."""

    def __init__(
        self,
        session: AsyncSession,
        model: type[R],
        endpoint: str,
        service_provider: AsyncServiceProvider,
    ) -> None:
        super().__init__(session)
        self._service_provider = service_provider
        self._model = model
        self._endpoint = endpoint

    @property
    def _schema(self) -> scim.ResourceSchema:
        """Schema of the class; the class keeps it."""
        return scim.ResourceSchema.of(self._model)

    async def get(
        self,
        target: IdLike,
        *,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> R:
        """Return the resource with this id.

        Args:
            target: id of the resource, or the resource itself.
            attributes: only these attributes, besides those the server always returns.
            excluded_attributes: all attributes but these.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: there is no such resource.
        """
        has_paths = attributes is not None or excluded_attributes is not None
        query = build_query_params(
            self._schema if has_paths else None,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
        )
        return await self._send(
            GET(f"{self._endpoint}/{{}}", target, returns=self._model, query=query), timeout, retry
        )

    def list(
        self,
        *,
        filter: str | scim.Filter | None = None,
        where: str | scim.Filter | Callable[[R], object] | None = None,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        page_size: int | None = None,
        concurrency: int = 1,
        strict: bool = True,
        verify: bool = True,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[R]:
        """Return a pager of the resources; nothing is sent before it is iterated.

        Pages are requested by `startIndex`, or by cursor (RFC 9865) if the provider returns one. If the resources of a
        page, or more than half of all so far, contradict the filter, iteration raises `UnexpectedResponse`.

        Args:
            filter: filter of the resources: a string or a `scim.Filter`. Short names are accepted, and sent as
                wire names: `enterprise.department`, `custom.costCode`, `user_name`; so in the other paths.
            where: condition on the client's side, after the filter: a string, a `scim.Filter` or a function. The
                attributes of a filter are added to `attributes`.
            attributes: only these attributes, besides those the server always returns.
            excluded_attributes: all attributes but these.
            sort_by: path of the attribute to sort by; not every provider sorts.
            descending: largest first.
            page_size: resources requested per page; the client's setting if not given.
            concurrency: pages in memory at a time, from 1 to 64. They are fetched while the loop works on earlier
                ones, and returned in order. With index paging they are fetched concurrently, with cursor paging
                one after the other, as each contains the cursor of the next.
            strict: whether a name that the class and its extensions do not declare is an error; if not, it is sent.
            verify: leave out resources that contradict `filter`; see `AsyncPager.contradictions`. With `False`,
                resources are returned as sent.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidFilter: the filter cannot be parsed, cannot apply to these resources, or has an unknown name.
            InvalidPath: an attribute cannot be parsed, or is unknown.

        Example:
            ```python
            async for user in client.users.list(filter='userName sw "a"'):
                print(user.user_name)
            ```
        """
        from britive_scim.wire.requests.list_query import build_list_query  # needed for lists only

        query = build_list_query(
            self._schema,
            filter=filter,
            where=where,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
            strict=strict,
            verify=verify,
        )
        return build_pager(
            self._service_provider,
            self._make_page_builder(query.params),
            endpoint=self._endpoint,
            checks=query.checks,
            page_size=page_size,
            concurrency=concurrency,
            label=f"{self._schema.name} resources",
            call=CallOptions(timeout=timeout, retry=retry),
            table_source=self._build_table_source(query, self._make_page_builder),
        )

    def search(
        self,
        *,
        filter: str | scim.Filter | None = None,
        where: str | scim.Filter | Callable[[R], object] | None = None,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        page_size: int | None = None,
        concurrency: int = 1,
        strict: bool = True,
        verify: bool = True,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[R]:
        """Return a pager like `list`, read by `POST …/.search` (RFC 7644 §3.4.3).

        The filter is in no URL, and therefore in no log of proxies, and it may be longer than a URL. Not every
        provider supports it.

        Args:
            filter: filter of the resources: a string or a `scim.Filter`. Short names are accepted, and sent as
                wire names: `enterprise.department`, `custom.costCode`, `user_name`; so in the other paths.
            where: condition on the client's side, after the filter: a string, a `scim.Filter` or a function. The
                attributes of a filter are added to `attributes`.
            attributes: only these attributes, besides those the server always returns.
            excluded_attributes: all attributes but these.
            sort_by: path of the attribute to sort by; not every provider sorts.
            descending: largest first.
            page_size: resources requested per page; the client's setting if not given.
            concurrency: pages in memory at a time, from 1 to 64; see `list`.
            strict: whether a name that the class and its extensions do not declare is an error; if not, it is sent.
            verify: leave out resources that contradict `filter`; see `list`.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidFilter: the filter cannot be parsed, cannot apply to these resources, or has an unknown name.
            InvalidPath: an attribute cannot be parsed, or is unknown.
        """
        from britive_scim.wire.requests.list_query import build_list_query  # needed for lists only

        query = build_list_query(
            self._schema,
            filter=filter,
            where=where,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
            strict=strict,
            verify=verify,
        )
        return build_pager(
            self._service_provider,
            self._make_search_builder(query.params),
            endpoint=self._endpoint,
            checks=query.checks,
            page_size=page_size,
            concurrency=concurrency,
            label=f"{self._schema.name} resources",
            call=CallOptions(timeout=timeout, retry=retry),
            table_source=self._build_table_source(query, self._make_search_builder),
        )

    def _list_candidates(
        self,
        condition: scim.Filter | None,
        call: CallOptions,
        *,
        needs_proof: Callable[[], bool] | None = None,
    ) -> AsyncPager[R]:
        """Return a pager of the resources that may satisfy a condition, for a look-up that compares them itself.

        The filter is not verified, and the end of the list only if `needs_proof` returns true there.
        """
        query = build_query_params(
            self._schema, filter=condition, excluded_attributes=self._lookup_excluded_attributes
        )
        return build_pager(
            self._service_provider,
            self._make_page_builder(query),
            endpoint=self._endpoint,
            page_size=None,
            concurrency=1,
            label=f"{self._schema.name} resources",
            call=call,
            needs_proof=needs_proof or False,
        )

    def _make_page_builder(
        self, query: Mapping[str, str], decoder: Decoder[Page[Any]] | None = None
    ) -> Callable[..., Operation[Page[Any]]]:
        """Return a function that builds the operation for a page of a list, given its paging parameters."""
        returns = decoder or self._build_page_decoder(has_filter="filter" in query)

        def build_page_operation(**paging_parameters: object) -> Operation[Page[Any]]:
            return GET(self._endpoint, returns=returns, query={**query, **paging_parameters})

        return build_page_operation

    def _make_search_builder(
        self, query: Mapping[str, str], decoder: Decoder[Page[Any]] | None = None
    ) -> Callable[..., Operation[Page[Any]]]:
        """Return the function of `_make_page_builder` for a search."""
        returns = decoder or self._build_page_decoder(has_filter=False)

        def build_page_operation(**paging_parameters: object) -> Operation[Page[Any]]:
            body = build_search_body({**query, **paging_parameters})
            return POST(f"{self._endpoint}/.search", body=body, returns=returns, safe=True)

        return build_page_operation

    def _build_table_source(
        self,
        query: ListQuery,
        make_page_builder: Callable[..., Callable[..., Operation[Page[Any]]]],
    ) -> TableSource:
        """Return how a list becomes a table: its columns, and pages as JSON objects where nothing checks them."""
        schema, model = self._schema, self._model

        def build_layout(columns: Any, **options: Any) -> ItemLayout:
            from britive_scim.scim.tables.layout import TableLayout  # needed for tables only

            given: Any = options.pop("custom", ())
            is_list = hasattr(given, "__iter__") and not isinstance(given, str)
            custom = [*self._service_provider.custom_attributes, *(given if is_list else [given])]
            return TableLayout(schema, columns, custom=custom, **options)

        def build_operations(attributes: tuple[str, ...] | None) -> PageOperations:
            from britive_scim.wire.decoding.plain_list import decode_plain_list

            params: dict[str, str] = dict(query.params)
            if attributes is not None and not params.keys() & {"attributes", "excludedAttributes"}:
                params |= build_query_params(schema, attributes=attributes)
            decoder = decode_plain_list(model, is_filtered="filter" in params)
            return build_page_operations(make_page_builder(params, decoder))

        is_checked = query.checks.condition or query.checks.find_contradictions
        operations = None if is_checked else build_operations
        return TableSource(build_layout, operations, options=("custom", "explode"))

    def _build_page_decoder(self, *, has_filter: bool) -> Decoder[Page[R]]:
        """Return a decoder of a page of these resources."""
        return decode_list_response(self._model, is_filtered=has_filter)

    def _build_probe(self) -> Operation[Page[R]]:
        """Return the operation that reads one resource, to test the endpoint."""
        return GET(
            self._endpoint,
            returns=decode_list_response(self._model),
            query={"startIndex": 1, "count": 1},
        )


def build_pager(
    service_provider: AsyncServiceProvider,
    build_page_operation: Callable[..., Operation[Page[R]]],
    *,
    endpoint: str,
    page_size: int | None,
    concurrency: int,
    label: str,
    call: CallOptions,
    checks: ItemChecks[R] | None = None,
    needs_proof: bool | Callable[[], bool] = True,
    table_source: TableSource | None = None,
) -> AsyncPager[R]:
    """Return a pager.

    Args:
        service_provider: features of the provider, and the session.
        build_page_operation: returns the operation for a page, given `startIndex` and `count`, or `cursor` and `count`.
        endpoint: path of the resources, whose totals earlier lists may have proven.
        page_size: resources per page; `None` for that of the settings.
        concurrency: pages in memory at a time.
        label: name of the items, for `repr`.
        call: timeout and retry policy of every request.
        checks: checks of the resources.
        needs_proof: whether a further page proves the end where the total equals a short page, or is missing; see
            `IndexCursor`.
        table_source: how the resources become a table.
    """
    settings = service_provider.session.settings
    known = service_provider.known_capabilities
    by_cursor = settings.paging == "cursor" or (
        settings.paging is None and known is not None and known.cursor is True
    )
    size = (
        settings.page_size
        if page_size is None
        else validate_integer("page_size", page_size, 10_000)
    )
    max_size = known.max_page_size if known is not None else None
    if by_cursor and max_size is not None and max_size > 0:
        size = min(size, max_size)  # servers refuse more as invalidCount (RFC 9865 §2.1)
    totals = service_provider.get_totals_evidence(endpoint)
    operations = build_page_operations(build_page_operation)
    return AsyncPager(
        service_provider.session,
        operations.build_by_index,
        lambda count: IndexCursor(
            count,
            get_item_key,
            cursor="" if by_cursor else None,
            totals=totals,
            needs_proof=needs_proof,
        ),
        page_size=size,
        label=label,
        call=call,
        build_cursor_operation=operations.build_by_cursor,
        concurrency=validate_integer("concurrency", concurrency, 64),
        checks=checks,
        table_source=table_source,
    )


def build_page_operations(
    build_page_operation: Callable[..., Operation[Page[R]]],
) -> PageOperations:
    """Return the operations of pages, by index and by cursor, of a function of paging parameters."""

    def build_by_index(start: int, count: int) -> Operation[Page[R]]:
        return build_page_operation(startIndex=start, count=count)

    def build_by_cursor(cursor: str, count: int) -> Operation[Page[R]]:
        return build_page_operation(cursor=cursor, count=count)

    return PageOperations(build_by_index, build_by_cursor)
