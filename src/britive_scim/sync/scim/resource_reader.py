# Generated from aio/scim/resource_reader.py by tools/unasync.py; edit that file instead.
"""Reading resources of one type: by id, page by page, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
from britive_scim.sync.scim.service_provider import ServiceProvider
from britive_scim.sync.session import Session
from britive_scim.errors import Ambiguous, BadRequest, ServerError, UnexpectedResponse
from britive_scim.scim.filters.ast import Filter
from britive_scim.scim.models.base import Resource
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.wire.decoding.scim import Decoder, decode_list_response
from britive_scim.wire.ids import HasId, IdLike
from britive_scim.wire.operation import GET, POST, CallOptions, Operation
from britive_scim.wire.paging.index import IndexCursor, Page
from britive_scim.wire.requests.scim import (
    build_eq_filter,
    build_query_params,
    build_search_body,
    is_casefold_equal,
    validate_integer,
)
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["ResourceReader", "build_pager"]

R = TypeVar("R", bound=Resource)


class ResourceReader(APIResource, Generic[R]):
    """Resources of one type that can be read.

    Args:
        session: sends the requests.
        model: class that answers are read as.
        endpoint: path below the base URL.
        service_provider: what is known about the provider.
    """

    __slots__ = ("_endpoint", "_model", "_schema", "_service_provider")

    natural_key: tuple[str, str] | None = None
    """The attribute that names a resource for people: its SCIM name and its Python name."""

    _lookup_excluded_attributes: tuple[str, ...] | None = None
    """Attributes that look-ups leave out, because they may be large."""

    def __init__(
        self,
        session: Session,
        model: type[R],
        endpoint: str,
        service_provider: ServiceProvider,
    ) -> None:
        super().__init__(session)
        self._service_provider = service_provider
        self._model = model
        self._endpoint = endpoint
        self._schema = ResourceSchema.of(model)

    def get(
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
            target: the id, or a resource that has it.
            attributes: only these, beside those the server always returns.
            excluded_attributes: all but these.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            NotFound: there is no such resource.
        """
        asked = build_query_params(
            self._schema, attributes=attributes, excluded_attributes=excluded_attributes
        )
        return self._send(
            GET(f"{self._endpoint}/{{}}", target, returns=self._model, query=asked), timeout, retry
        )

    def list(
        self,
        *,
        filter: str | Filter | None = None,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        page_size: int | None = None,
        concurrency: int = 1,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[R]:
        """Return the resources as a pager; nothing is sent before it is looped over.

        Pages are asked for by `startIndex`, or by cursor (RFC 9865) where the provider gives one.

        Args:
            filter: only those it matches; text or a `scim.Filter`.
            attributes: only these attributes, beside those the server always returns.
            excluded_attributes: all attributes but these.
            sort_by: path of the attribute to sort by; a provider may not sort.
            descending: largest first.
            page_size: resources to ask for a page; the client's setting if not given.
            concurrency: pages to hold at a time, from 1 to 64: they are fetched while the loop works on those
                before, and come in order all the same. By index they are fetched side by side; by cursor
                one after the other, as each tells where the next one is.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidFilter: the filter does not parse, or cannot apply to these resources.
            InvalidPath: an attribute does not parse.

        Example:
            ```python
            for user in client.users.list(filter='userName sw "a"'):
                print(user.user_name)
            ```
        """
        asked = build_query_params(
            self._schema,
            filter=filter,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
        )
        reader = self._build_page_reader(has_filter=filter is not None)

        def build_page_operation(**paging_parameters: object) -> Operation[Page[R]]:
            return GET(self._endpoint, returns=reader, query={**asked, **paging_parameters})

        return build_pager(
            self._service_provider,
            build_page_operation,
            page_size=page_size,
            concurrency=concurrency,
            label=f"{self._schema.name} resources",
            call=CallOptions(timeout=timeout, retry=retry),
        )

    def search(
        self,
        *,
        filter: str | Filter | None = None,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        page_size: int | None = None,
        concurrency: int = 1,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[R]:
        """Return the resources as `list` does, asked for by `POST …/.search` (RFC 7644 §3.4.3).

        So the filter stands in no URL, and therefore in no log between here and the provider; and it may
        be longer than a URL. Not every provider has it.

        Args:
            filter: only those it matches; text or a `scim.Filter`.
            attributes: only these attributes, beside those the server always returns.
            excluded_attributes: all attributes but these.
            sort_by: path of the attribute to sort by; a provider may not sort.
            descending: largest first.
            page_size: resources to ask for a page; the client's setting if not given.
            concurrency: pages to hold at a time, from 1 to 64; see `list`.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidFilter: the filter does not parse, or cannot apply to these resources.
            InvalidPath: an attribute does not parse.
        """
        asked = build_query_params(
            self._schema,
            filter=filter,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
        )
        reader = self._build_page_reader(has_filter=False)

        def build_page_operation(**paging_parameters: object) -> Operation[Page[R]]:
            body = build_search_body({**asked, **paging_parameters})
            return POST(f"{self._endpoint}/.search", body=body, returns=reader, safe=True)

        return build_pager(
            self._service_provider,
            build_page_operation,
            page_size=page_size,
            concurrency=concurrency,
            label=f"{self._schema.name} resources",
            call=CallOptions(timeout=timeout, retry=retry),
        )

    def find_by_external_id(
        self, external_id: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> R | None:
        """Return the resource with this `externalId`, `None` where there is none.

        Args:
            external_id: the identifier given by the identity provider.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: more than one has it.
        """
        return self._find(
            "externalId", "external_id", external_id, CallOptions(timeout=timeout, retry=retry)
        )

    def _find(self, name: str, field: str, value: str, call: CallOptions) -> R | None:
        """Return the one resource whose attribute `name` equals `value`.

        Servers ignore filters or match by wildcard, so hits are compared again.
        """
        hits, pager = self._find_matches(name, field, value, call)
        if len(hits) > 1:
            exact = [found for found in hits if getattr(found, field, None) == value]
            hits = exact if len(exact) == 1 else hits
        if len(hits) > 1:
            raise Ambiguous(
                f"{len(hits)} {self._schema.name} resources have the {name} {value!r}",
                candidates=[found.id or "" for found in hits],
            )
        if not hits and pager.complete is False:
            raise UnexpectedResponse(
                f"GET {self._endpoint}: whether there is a {self._schema.name} with this {name} cannot be "
                f"said: {pager.why_incomplete}",
                status=200,
                detail=pager.why_incomplete,
                method="GET",
                path=self._endpoint,
            )
        return hits[0] if hits else None

    def _find_matches(
        self, name: str, field: str, value: str, call: CallOptions
    ) -> tuple[Sequence[R], Pager[R]]:
        """Return the resources whose attribute equals `value`, and the pager they came from.

        A provider that says that it cannot filter is read whole.
        """
        condition = build_eq_filter(name, value)
        known = self._service_provider.known_capabilities
        if known is None or known.filter is not False:
            pager = self.list(
                filter=condition, excluded_attributes=self._lookup_excluded_attributes, **call
            )
            refused: BadRequest | ServerError
            try:
                return [
                    one
                    for one in pager
                    if is_casefold_equal(getattr(one, field, None), value)
                ], pager
            except (BadRequest, ServerError) as error:
                if error.status not in (400, 501):
                    raise
                refused = error
            if (self._service_provider.get_capabilities(**call)).filter is not False:
                raise refused
        pager = self.list(excluded_attributes=self._lookup_excluded_attributes, **call)
        return [
            one for one in pager if is_casefold_equal(getattr(one, field, None), value)
        ], pager

    def _build_page_reader(self, *, has_filter: bool) -> Decoder[Page[R]]:
        """Return what reads a page of these resources."""
        return decode_list_response(self._model, is_filtered=has_filter)

    def _build_probe(self) -> Operation[Page[R]]:
        """Return the operation that asks for one resource, to see whether the endpoint answers."""
        return GET(
            self._endpoint,
            returns=decode_list_response(self._model),
            query={"startIndex": 1, "count": 1},
        )


def build_pager(
    service_provider: ServiceProvider,
    build_page_operation: Callable[..., Operation[Page[R]]],
    *,
    page_size: int | None,
    concurrency: int,
    label: str,
    call: CallOptions,
) -> Pager[R]:
    """Return the pager over the pages that `page(startIndex=…, count=…)` or `page(cursor=…, …)` asks for."""
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
    most = known.max_page_size if known is not None else None
    if by_cursor and most is not None and most > 0:
        size = min(size, most)  # more is refused as invalidCount (RFC 9865 §2.1)
    return Pager(
        service_provider.session,
        lambda start, count: build_page_operation(startIndex=start, count=count),
        lambda count: IndexCursor(count, _get_id, cursor="" if by_cursor else None),
        page_size=size,
        label=label,
        call=call,
        build_cursor_operation=lambda cursor, count: build_page_operation(
            cursor=cursor, count=count
        ),
        concurrency=validate_integer("concurrency", concurrency, 64),
    )


def _get_id(resource: HasId) -> str | None:
    return resource.id
