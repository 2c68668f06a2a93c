"""Reading resources of one type: by id, page by page, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from typing_extensions import Unpack

from britive_scim.aio.api_resource import AsyncNoun
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.scim.service_provider import AsyncProvider
from britive_scim.aio.session import AsyncSender
from britive_scim.errors import Ambiguous, BadRequest, ServerError, UnexpectedAnswer
from britive_scim.scim.filters.ast import Filter
from britive_scim.scim.models.base import Resource
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.wire.decoding.scim import Reader, listing
from britive_scim.wire.operation import GET, POST, CallOptions, HasId, Operation, Slot
from britive_scim.wire.paging.index import IndexWalk, Page
from britive_scim.wire.requests.scim import asked_for, bounded, equals, same, search_body

__all__ = ["AsyncReadable", "pager_of"]

R = TypeVar("R", bound=Resource)


class AsyncReadable(AsyncNoun, Generic[R]):
    """Resources of one type that can be read.

    Args:
        sender: sends the requests.
        model: class that answers are read as.
        endpoint: path below the base URL.
        provider: what is known about the provider.
    """

    __slots__ = ("_endpoint", "_model", "_provider", "_schema")

    natural_key: tuple[str, str] | None = None
    """The attribute that names a resource for people: its SCIM name and its Python name."""

    _look_up_without: tuple[str, ...] | None = None
    """Attributes that look-ups leave out, because they may be large."""

    def __init__(
        self, sender: AsyncSender, model: type[R], endpoint: str, provider: AsyncProvider
    ) -> None:
        super().__init__(sender)
        self._provider = provider
        self._model = model
        self._endpoint = endpoint
        self._schema = ResourceSchema.of(model)

    async def get(
        self,
        target: Slot,
        *,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        **call: Unpack[CallOptions],
    ) -> R:
        """Return the resource with this id.

        Args:
            target: the id, or a resource that has it.
            attributes: only these, beside those the server always returns.
            excluded_attributes: all but these.
            **call: `timeout=` in seconds and `retry=` for this call alone.

        Raises:
            NotFound: there is no such resource.
        """
        asked = asked_for(
            self._schema, attributes=attributes, excluded_attributes=excluded_attributes
        )
        return await self._send(
            GET(f"{self._endpoint}/{{}}", target, returns=self._model, query=asked), **call
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
        **call: Unpack[CallOptions],
    ) -> AsyncPager[R]:
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
            **call: `timeout=` in seconds and `retry=` for the requests of this list.

        Raises:
            InvalidFilter: the filter does not parse, or cannot apply to these resources.
            InvalidPath: an attribute does not parse.

        Example:
            ```python
            async for user in client.users.list(filter='userName sw "a"'):
                print(user.user_name)
            ```
        """
        asked = asked_for(
            self._schema,
            filter=filter,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
        )
        reader = self._reader(miss=filter is not None)

        def page(**where: object) -> Operation[Page[R]]:
            return GET(self._endpoint, returns=reader, query={**asked, **where})

        return pager_of(
            self._provider,
            page,
            page_size=page_size,
            concurrency=concurrency,
            what=f"{self._schema.name} resources",
            call=call,
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
        **call: Unpack[CallOptions],
    ) -> AsyncPager[R]:
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
            **call: `timeout=` in seconds and `retry=` for the requests of this search.

        Raises:
            InvalidFilter: the filter does not parse, or cannot apply to these resources.
            InvalidPath: an attribute does not parse.
        """
        asked = asked_for(
            self._schema,
            filter=filter,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
        )
        reader = self._reader(miss=False)

        def page(**where: object) -> Operation[Page[R]]:
            body = search_body({**asked, **where})
            return POST(f"{self._endpoint}/.search", body=body, returns=reader, safe=True)

        return pager_of(
            self._provider,
            page,
            page_size=page_size,
            concurrency=concurrency,
            what=f"{self._schema.name} resources",
            call=call,
        )

    async def find_by_external_id(self, external_id: str, **call: Unpack[CallOptions]) -> R | None:
        """Return the resource with this `externalId`, `None` where there is none.

        Args:
            external_id: the identifier given by the identity provider.
            **call: `timeout=` in seconds and `retry=` for this call alone.

        Raises:
            Ambiguous: more than one has it.
        """
        return await self._find("externalId", "external_id", external_id, call)

    async def _find(self, name: str, field: str, value: str, call: CallOptions) -> R | None:
        """Return the one resource whose attribute `name` equals `value`.

        Servers ignore filters or match by wildcard, so hits are compared again.
        """
        hits, pager = await self._hits(name, field, value, call)
        if len(hits) > 1:
            exact = [found for found in hits if getattr(found, field, None) == value]
            hits = exact if len(exact) == 1 else hits
        if len(hits) > 1:
            raise Ambiguous(
                f"{len(hits)} {self._schema.name} resources have the {name} {value!r}",
                candidates=[found.id or "" for found in hits],
            )
        if not hits and pager.complete is False:
            raise UnexpectedAnswer(
                f"GET {self._endpoint}: whether there is a {self._schema.name} with this {name} cannot be "
                f"said: {pager.why_incomplete}",
                status=200,
                detail=pager.why_incomplete,
                method="GET",
                path=self._endpoint,
            )
        return hits[0] if hits else None

    async def _hits(
        self, name: str, field: str, value: str, call: CallOptions
    ) -> tuple[Sequence[R], AsyncPager[R]]:
        """Return the resources whose attribute equals `value`, and the pager they came from.

        A provider that says that it cannot filter is read whole.
        """
        condition = equals(name, value)
        known = self._provider.known
        if known is None or known.filter is not False:
            pager = self.list(filter=condition, excluded_attributes=self._look_up_without, **call)
            refused: BadRequest | ServerError
            try:
                return [one async for one in pager if same(getattr(one, field, None), value)], pager
            except (BadRequest, ServerError) as error:
                if error.status not in (400, 501):
                    raise
                refused = error
            if (await self._provider.capabilities(**call)).filter is not False:
                raise refused
        pager = self.list(excluded_attributes=self._look_up_without, **call)
        return [one async for one in pager if same(getattr(one, field, None), value)], pager

    def _reader(self, *, miss: bool) -> Reader[Page[R]]:
        """Return what reads a page of these resources."""
        return listing(self._model, miss=miss)

    def _probe(self) -> Operation[Page[R]]:
        """Return the operation that asks for one resource, to see whether the endpoint answers."""
        return GET(
            self._endpoint, returns=listing(self._model), query={"startIndex": 1, "count": 1}
        )


def pager_of(
    provider: AsyncProvider,
    page: Callable[..., Operation[Page[R]]],
    *,
    page_size: int | None,
    concurrency: int,
    what: str,
    call: CallOptions,
) -> AsyncPager[R]:
    """Return the pager over the pages that `page(startIndex=…, count=…)` or `page(cursor=…, …)` asks for."""
    settings = provider.sender.settings
    known = provider.known
    by_cursor = settings.paging == "cursor" or (
        settings.paging is None and known is not None and known.cursor is True
    )
    size = settings.page_size if page_size is None else bounded("page_size", page_size, 10_000)
    most = known.max_page_size if known is not None else None
    if by_cursor and most is not None and most > 0:
        size = min(size, most)  # more is refused as invalidCount (RFC 9865 §2.1)
    return AsyncPager(
        provider.sender,
        lambda start, count: page(startIndex=start, count=count),
        lambda count: IndexWalk(count, _id_of, cursor="" if by_cursor else None),
        page_size=size,
        what=what,
        call=call,
        by_cursor=lambda cursor, count: page(cursor=cursor, count=count),
        concurrency=bounded("concurrency", concurrency, 64),
    )


def _id_of(resource: HasId) -> str | None:
    return resource.id
