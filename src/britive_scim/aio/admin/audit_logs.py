"""The audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from britive_scim.admin import AuditEvent, Condition
from britive_scim.admin.audit_event import resolve_time_range
from britive_scim.admin.filter import AUDIT_FILTER, render_filter
from britive_scim.admin.params import query_params
from britive_scim.admin.validation import check_page_size
from britive_scim.aio.admin.pagination import build_table_source
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.pager import AsyncPager
from britive_scim.wire.decoding.scim import decode_json, decode_text
from britive_scim.wire.operation import GET, CallOptions, Operation
from britive_scim.wire.paging.index import Page
from britive_scim.wire.paging.links import LinkCursor, build_next_page_operation, decode_linked_page
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncAuditLogs"]

_WEEK = timedelta(days=7)


class AsyncAuditLogs(AsyncAPIResource):
    """Audit log: `/api/logs`. Britive keeps 90 days; all times are UTC."""

    def query(
        self,
        *,
        since: timedelta | datetime = _WEEK,
        until: datetime | None = None,
        filter: str | Condition | None = None,  # the API's name
        search: str | None = None,
        page_size: int = 200,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[AuditEvent]:
        """Return a pager of events; iteration sends the requests.

        ```python
        failed = britive.audit_logs.query(filter=admin.where("result.success").eq("false"))
        ```

        Args:
            since: start of the range, or its length.
            until: end of the range; now if not given.
            filter: `admin.where(…)` conditions joined by `&`, or a filter text; operators eq, co, sw.
            search: text anywhere in an event.
            page_size: events a page.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: a time of another type or without a UTC offset, an empty range, or an undocumented filter.

        Source: apidocs/queries-the-audit-log-using-filters (documented; paging from the vendor's package).
        """
        check_page_size(page_size)
        query = self._build_query(since, until, filter, search)
        base_url = self._session.base_url
        links: dict[int, str] = {}

        def build_operation(page: int, size: int) -> Operation[Page[AuditEvent]]:
            def store_link(link: str) -> None:
                links[page + 1] = link

            returns = decode_linked_page(AuditEvent, base_url, store_link)
            if page == 0:
                return GET("/api/logs", query={**query, "size": max(size, 1)}, returns=returns)
            return build_next_page_operation(links[page], base_url, returns)

        def create_cursor(size: int) -> LinkCursor[AuditEvent]:
            return LinkCursor(size)

        return AsyncPager(
            self._session,
            build_operation,
            create_cursor,
            page_size=page_size,
            label="/api/logs",
            call=CallOptions(timeout=timeout, retry=retry),
            table_source=build_table_source(AuditEvent),
        )

    async def csv(
        self,
        *,
        since: timedelta | datetime = _WEEK,
        until: datetime | None = None,
        filter: str | Condition | None = None,  # the API's name
        search: str | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> str:
        """Return events as CSV with a header line.

        Arguments and errors are the same as for `query`.

        Source: OpenAPI `getAuditLogsCsv` (documented; that it is CSV from the vendor's package).
        """
        query = self._build_query(since, until, filter, search)
        return await self._send(
            GET("/api/logs/csv", query=query, returns=decode_text), timeout, retry
        )

    async def fields(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Mapping[str, Any]:
        """Return the fields of filters, `{name: label}`.

        Source: OpenAPI `getFields` (documented).
        """
        fields = await self._send(GET("/api/logs/fields", returns=decode_json), timeout, retry)
        return cast("Mapping[str, Any]", fields)

    async def operators(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Mapping[str, Any]:
        """Return the operators of filters, `{name: label}`.

        Source: OpenAPI `getOperators` (documented).
        """
        operators = await self._send(
            GET("/api/logs/operators", returns=decode_json), timeout, retry
        )
        return cast("Mapping[str, Any]", operators)

    def _build_query(
        self,
        since: timedelta | datetime,
        until: datetime | None,
        condition: str | Condition | None,
        search: str | None,
    ) -> dict[str, Any]:
        start, end = resolve_time_range(since, until, datetime.now(UTC))
        query = {
            "from": start,
            "to": end,
            "filter": render_filter(condition, AUDIT_FILTER),
            "search": search,
        }
        return query_params(query)
