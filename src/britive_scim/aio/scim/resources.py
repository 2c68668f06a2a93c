"""Resources of one type: what users, groups and every other kind have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, Literal, TypeVar, overload

from typing_extensions import Unpack

from britive_scim.aio.noun import AsyncNoun
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.transport import AsyncSender
from britive_scim.errors import (
    Ambiguous,
    ApiError,
    BritiveScimError,
    Conflict,
    InputError,
    ServerError,
    TransportError,
    UnexpectedAnswer,
)
from britive_scim.scim.filter import Filter
from britive_scim.scim.resource import Resource
from britive_scim.scim.schema import ResourceSchema
from britive_scim.wire.asking import equals, query, same, to_create, to_replace
from britive_scim.wire.operation import (
    DELETE,
    GET,
    PATCH,
    POST,
    PUT,
    CallOptions,
    HasId,
    Operation,
    Slot,
)
from britive_scim.wire.paging import IndexWalk, Page
from britive_scim.wire.reading import Reader, listing, nothing, optional
from britive_scim.wire.recovery import surely_ours
from britive_scim.wire.retrying import RetryPolicy
from britive_scim.wire.writing import Changes, request_of

__all__ = ["AsyncResources"]

R = TypeVar("R", bound=Resource)

_LOOKS = (0.0, 1.0, 2.0)
"""Seconds to wait before each look for a resource whose creation was not answered: indexes lag."""


class AsyncResources(AsyncNoun, Generic[R]):
    """The resources of one type, such as `/Users`; made by `client.collection(...)`.

    Args:
        sender: sends the requests.
        model: class that answers are read as.
        endpoint: path below the base URL.
    """

    __slots__ = ("_endpoint", "_model", "_schema")

    natural_key: tuple[str, str] | None = None
    """The attribute that names a resource for people: its SCIM name and its Python name."""

    _look_up_without: tuple[str, ...] | None = None
    """Attributes that look-ups leave out, because they may be large."""

    def __init__(self, sender: AsyncSender, model: type[R], endpoint: str) -> None:
        super().__init__(sender)
        self._model = model
        self._endpoint = endpoint
        self._schema = ResourceSchema.of(model)

    # ----------------------------------------------------------------------------------- reading

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
        asked = query(self._schema, attributes=attributes, excluded_attributes=excluded_attributes)
        return await self._send(
            GET(f"{self._endpoint}/{{}}", target, returns=self._model, query=asked), **call
        )

    def list(
        self,
        *,
        filter: str | Filter | None = None,  # noqa: A002 - SCIM's name
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        page_size: int | None = None,
        **call: Unpack[CallOptions],
    ) -> AsyncPager[R]:
        """Return the resources as a pager; nothing is sent before it is looped over.

        Args:
            filter: only those it matches; text or a `scim.Filter`.
            attributes: only these attributes, beside those the server always returns.
            excluded_attributes: all attributes but these.
            sort_by: path of the attribute to sort by; a provider may not sort.
            descending: largest first.
            page_size: resources to ask for a page; the client's setting if not given.
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
        size = self._sender.settings.page_size if page_size is None else page_size
        if size < 1:
            raise InputError(f"page_size must be 1 or more, not {size}")
        if attributes is not None and not isinstance(attributes, str):
            attributes = tuple(attributes)
        if excluded_attributes is not None and not isinstance(excluded_attributes, str):
            excluded_attributes = tuple(excluded_attributes)
        asked = dict(
            query(
                self._schema,
                filter=filter,
                attributes=attributes,
                excluded_attributes=excluded_attributes,
                sort_by=sort_by,
                descending=descending,
            )
        )
        reader = self._reader(miss=filter is not None)
        return AsyncPager(
            self._sender,
            lambda start, count: GET(
                self._endpoint,
                returns=reader,
                query={**asked, "startIndex": start, "count": count},
            ),
            lambda count: IndexWalk(count, _id_of),
            page_size=size,
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
        pager = self.list(
            filter=equals(name, value), excluded_attributes=self._look_up_without, **call
        )
        hits = [found async for found in pager if same(getattr(found, field, None), value)]
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

    # ----------------------------------------------------------------------------------- writing

    async def create(self, resource: R, **call: Unpack[CallOptions]) -> R:
        """Create a resource and return it as the server made it.

        An answer that got lost is not an error: the resource is looked up, and returned if it is
        surely the one that was to be created. It is never sent twice after the server may have
        acted on it.

        Args:
            resource: what to create; what only the server sets (`id`, `meta`) is not sent.
            **call: `timeout=` in seconds and `retry=` for this call alone.

        Raises:
            InvalidResource: a mandatory attribute is missing; nothing was sent.
            Conflict: it exists, or a value that must be unique is taken.
            TransportError: no answer came, and the resource was not found either;
                `.may_have_happened` tells whether it may still appear.
        """
        body = to_create(resource, self._schema)
        lost: BritiveScimError | None = None
        made: R | None = None
        try:
            made = await self._send(
                POST(self._endpoint, body=body, returns=optional(self._model)), **call
            )
        except (TransportError, ServerError) as error:
            if not error.may_have_happened:
                raise
            lost = error
        except Conflict as error:
            if error.attempts == 1:
                raise
            lost = error  # an earlier try may have been acted upon
        if made is not None and made.id:
            return made
        found = await self._sought(resource, body, call)
        if found is not None:
            return found
        raise lost or UnexpectedAnswer(
            f"POST {self._endpoint} succeeded without saying what was created, and it cannot be found",
            status=201,
            method="POST",
            path=self._endpoint,
        )

    async def ensure(self, resource: R, **call: Unpack[CallOptions]) -> tuple[R, bool]:
        """Return the resource that has the name of this one, created if there is none.

        What exists is returned as it is, not changed.

        Args:
            resource: what to create if need be; looked for by its name (`userName`, `displayName`), or
                by `externalId` where its kind has no name.
            **call: `timeout=` in seconds and `retry=` for each request.

        Returns:
            The resource, and whether it was created.

        Raises:
            Conflict: the server says that it exists, and does not show it.
        """
        to_create(resource, self._schema)
        found = await self._counterpart(resource, call)
        if found is not None:
            return found, False
        conflict: Conflict | None = None
        try:
            return await self.create(resource, **call), True
        except Conflict as error:
            conflict = error
        found = await self._counterpart(resource, call)
        if found is None:
            raise conflict
        return found, False

    async def replace(self, resource: R, **call: Unpack[CallOptions]) -> R:
        """Put `resource` in place of the one with its id, and return what the server made of it.

        What `resource` leaves out is removed at the server.

        Raises:
            InputError: the resource has no id.
            NotFound: there is no such resource.
        """
        put = PUT(
            f"{self._endpoint}/{{}}",
            resource,
            body=to_replace(resource, self._schema),
            returns=optional(self._model),
        )
        replaced = await self._send(put, **call)
        return replaced if replaced is not None else await self.get(resource, **call)

    @overload
    async def patch(
        self,
        target: Slot,
        changes: Changes,
        *,
        fetch: Literal[True] = True,
        **call: Unpack[CallOptions],
    ) -> R: ...
    @overload
    async def patch(
        self,
        target: Slot,
        changes: Changes,
        *,
        fetch: Literal[False],
        **call: Unpack[CallOptions],
    ) -> None: ...
    async def patch(
        self,
        target: Slot,
        changes: Changes,
        *,
        fetch: bool = True,
        **call: Unpack[CallOptions],
    ) -> R | None:
        """Change parts of a resource and return it as it is afterwards.

        Args:
            target: the id, or a resource that has it.
            changes: a `scim.PatchRequest`; operations; or a mapping of attribute paths to the values
                that replace theirs, `None` removes: `{"title": "CTO", "name.familyName": "Byron"}`.
                Where there is nothing to change, nothing is changed.
            fetch: where the server answers without the resource, get it. With `False` nothing is
                returned and nothing is asked.
            **call: `timeout=` in seconds and `retry=` for each request.

        Raises:
            InvalidPath: a path does not parse, or names nothing; nothing was sent.
            NotFound: there is no such resource.
        """
        request = request_of(changes, self._schema)
        changed: R | None = None
        if request:
            body = request.to_wire()
            if not fetch:
                await self._change(target, body, call)
                return None
            changed = await self._send(
                PATCH(f"{self._endpoint}/{{}}", target, body=body, returns=optional(self._model)),
                **call,
            )
        if not fetch:
            return None
        return changed if changed is not None else await self.get(target, **call)

    async def delete(self, target: Slot, **call: Unpack[CallOptions]) -> None:
        """Delete a resource.

        Raises:
            NotFound: there is no such resource.
        """
        await self._send(DELETE(f"{self._endpoint}/{{}}", target, returns=nothing), **call)

    async def _change(self, target: Slot, body: Mapping[str, Any], call: CallOptions) -> None:
        """Send a PATCH whose answer does not matter."""
        await self._send(
            PATCH(f"{self._endpoint}/{{}}", target, body=dict(body), returns=nothing), **call
        )

    def _reader(self, *, miss: bool) -> Reader[Page[R]]:
        """Return what reads a page of these resources."""
        return listing(self._model, miss=miss)

    def _probe(self) -> Operation[Page[R]]:
        """Return the operation that asks for one resource, to see whether the endpoint answers."""
        return GET(
            self._endpoint, returns=listing(self._model), query={"startIndex": 1, "count": 1}
        )

    # ---------------------------------------------------------------------------- looking again

    async def _counterpart(self, resource: R, call: CallOptions) -> R | None:
        """Return the resource at the server that has the name of this one."""
        name, field = self.natural_key or ("externalId", "external_id")
        value = getattr(resource, field, None)
        if not value:
            raise InputError(f"this {self._schema.name} cannot be looked up: it has no {name}")
        return await self._find(name, field, value, call)

    async def _sought(self, resource: R, body: Mapping[str, Any], call: CallOptions) -> R | None:
        """Look for a resource whose creation was not answered, and return it if it is surely ours."""
        keys = [("externalId", "external_id"), *([self.natural_key] if self.natural_key else [])]
        policy = call.get("retry") or self._sender.retry
        looks = _LOOKS if policy.attempts > 1 else _LOOKS[:1]
        once: CallOptions = {**call, "retry": RetryPolicy.none()}
        for wait in looks:
            if wait:
                await self._sender.sleep(wait)
            for name, field in keys:
                value = getattr(resource, field, None)
                if not value:
                    continue
                try:
                    found = await self._find(name, field, value, once)
                except (TransportError, ServerError):
                    break  # still down: asking for the other key helps nothing
                except (ApiError, Ambiguous):
                    continue  # a provider may not filter by this one
                if found is not None and surely_ours(body, found):
                    return found
        return None


def _id_of(resource: HasId) -> str | None:
    return resource.id
