"""The SCIM service of a tenant: who asks, for what, and the HTTP side of the answer (RFC 7644 §3)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.scim.names import ENTERPRISE_USER
from britive_scim.scim.projection.select import select
from britive_scim.testing.http import workload_tokens
from britive_scim.testing.http.credentials import find_token
from britive_scim.testing.http.messages import TenantRequest, TenantResponse
from britive_scim.testing.scim import bulk, discovery, paging, preconditions, search
from britive_scim.testing.scim.groups import GroupHandler
from britive_scim.testing.scim.patching import parse_patch_request
from britive_scim.testing.scim.problem import ScimHttpError, make_scim_response
from britive_scim.testing.scim.query import ResourceQuery
from britive_scim.testing.scim.request_body import read_body
from britive_scim.testing.scim.resources import ResourceHandler
from britive_scim.testing.scim.users import UserHandler
from britive_scim.testing.state import population
from britive_scim.testing.state.audit_log import Actor, AuditLog
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import ProviderRecord, TagRecord, UserRecord

__all__ = ["ScimService"]

_PROTOCOL_VERSION = re.compile(r"v\d+", re.IGNORECASE)
_MAX_RETURNED_MEMBERS = 200
"""Most members a group may have to be sent back after a PATCH, unless a switch says otherwise."""

_CHALLENGE_HEADERS = {"WWW-Authenticate": 'Bearer realm="SCIM"'}


class ScimService:
    """Answers requests below `/api/scim`."""

    def __init__(self, context: TenantContext) -> None:
        self._context = context
        self._user_handler = UserHandler(context)
        self._group_handler = GroupHandler(context)
        self._handlers: dict[str, ResourceHandler[Any]] = {
            "Users": self._user_handler,
            "Groups": self._group_handler,
        }
        self._finder = search.ResourceFinder(context)
        self._cursors: paging.CursorStore[search.SearchResult] = paging.CursorStore(context)

    def respond(self, request: TenantRequest) -> TenantResponse:
        """Return the answer to a request to the SCIM service."""
        return self._convert_errors(lambda: self._authenticate_and_dispatch(request))

    def _convert_errors(self, handler: Callable[[], TenantResponse]) -> TenantResponse:
        """Return the answer to what is done, or the answer that says why it was not."""
        try:
            return handler()
        except ScimHttpError as problem:
            return problem.to_response()
        except InputError as error:
            return ScimHttpError.from_input_error(error).to_response()

    def _authenticate_and_dispatch(self, request: TenantRequest) -> TenantResponse:
        path = request.segments[2:]
        if path and _PROTOCOL_VERSION.fullmatch(path[0]):
            if path[0].lower() != "v2":
                raise ScimHttpError(
                    400, f"version {path[0]} of the protocol is not offered", "invalidVers"
                )
            path = path[1:]
        endpoint = path[0] if path else ""
        if endpoint == "ServiceProviderConfig" and "authorization" not in request.headers:
            return discovery.get_service_provider_config(
                self._context, request, path
            )  # RFC 7643 §5
        provider, actor = self._authenticate(request)
        return self._dispatch_with_audit(provider, actor, request, path)

    def _dispatch_with_audit(
        self, provider: ProviderRecord, actor: Actor, request: TenantRequest, path: tuple[str, ...]
    ) -> TenantResponse:
        """Return the answer, and put a change, or the refusal of one, into the audit log."""
        trail = AuditLog(self._context, request, actor)
        done = self._convert_errors(lambda: self._dispatch(provider, actor, request, path))
        trail.record(done)
        return done

    def _dispatch(
        self, provider: ProviderRecord, actor: Actor, request: TenantRequest, path: tuple[str, ...]
    ) -> TenantResponse:
        endpoint = path[0] if path else ""
        if endpoint in discovery.ENDPOINTS:
            return discovery.handle_discovery_request(self._context, provider, request, path)
        if path in {(), (".search",)}:
            return self._handle_search(list(self._handlers.values()), provider, request, path)
        if path == ("Bulk",):
            return self._handle_bulk(provider, actor, request)
        if path == ("Me",):
            return self._handle_resource(
                self._user_handler, provider, request, self._resolve_me(provider)
            )
        resources = self._handlers.get(endpoint)
        if resources is not None and len(path) == 1:
            return self._handle_collection(resources, provider, request)
        if resources is not None and len(path) == 2 and path[1] == ".search":
            return self._handle_search([resources], provider, request, path)
        if resources is not None and len(path) == 2:
            return self._handle_resource(resources, provider, request, path[1])
        raise ScimHttpError(404, "there is nothing at this path")

    def _authenticate(self, request: TenantRequest) -> tuple[ProviderRecord, Actor]:
        """Return the identity provider that a request pushes for, and who sends it.

        That is whoever holds its SCIM token, or the service identity designated in its place.

        Raises:
            Problem: 401.
        """
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == workload_tokens.SCHEME:
            return self._authenticate_workload(secret.strip())
        providers = self._context.state.providers.values()
        tokens = {p.token.id: p for p in providers if p.token is not None}
        token = None
        if scheme.lower() == "bearer":
            token = find_token(secret.strip(), (p.token for p in tokens.values() if p.token))
        if token is None:
            raise ScimHttpError(401, "a valid SCIM token is needed", headers=_CHALLENGE_HEADERS)
        now = self._context.now()
        if token.is_expired(now):
            raise ScimHttpError(401, "the SCIM token has expired", headers=_CHALLENGE_HEADERS)
        token.last_used = now
        provider = tokens[token.id]
        return provider, Actor(provider.name, "SCIM")

    def _authenticate_workload(self, secret: str) -> tuple[ProviderRecord, Actor]:
        """Return whom a workload token pushes for, and the service identity it proves.

        Raises:
            Problem: 401.
        """
        state = self._context.state
        try:
            user = workload_tokens.authenticate(state, secret, self._context.now())
            return workload_tokens.find_designated_provider(state, user), Actor(
                user.name, user.identity_type, user
            )
        except workload_tokens.WorkloadTokenRejected as refused:
            raise ScimHttpError(401, refused.message, headers=_CHALLENGE_HEADERS) from None

    # ------------------------------------------------------------------------- endpoints

    def _handle_collection(
        self, handler: ResourceHandler[Any], provider: ProviderRecord, request: TenantRequest
    ) -> TenantResponse:
        if request.method == "GET":
            return self._list_resources([handler], provider, ResourceQuery.from_request(request))
        if request.method == "POST":
            query = ResourceQuery.from_request(request)
            body = self._read_body(request)
            return self._make_resource_response(handler, handler.create(provider, body), query, 201)
        raise _build_method_not_allowed(request, "GET, POST")

    def _handle_search(
        self,
        handlers: list[ResourceHandler[Any]],
        provider: ProviderRecord,
        request: TenantRequest,
        path: tuple[str, ...],
    ) -> TenantResponse:
        """Answer a search by POST, or a query on the root."""
        if not self._context.capabilities.search:
            raise ScimHttpError.not_implemented(
                "a search by POST" if path else "a query on the root"
            )
        if path and request.method == "POST":
            return self._list_resources(
                handlers, provider, ResourceQuery.from_search_request(self._read_body(request))
            )
        if not path and request.method == "GET":
            return self._list_resources(handlers, provider, ResourceQuery.from_request(request))
        raise _build_method_not_allowed(request, "POST" if path else "GET")

    def _list_resources(
        self, handlers: list[ResourceHandler[Any]], provider: ProviderRecord, query: ResourceQuery
    ) -> TenantResponse:
        can = self._context.capabilities

        def find_copy() -> Sequence[search.SearchResult]:
            found = self._finder.find(handlers, provider, query)
            return found.copy() if isinstance(found, search.LazySearchResults) else found

        if query.cursor is None:
            page = paging.paginate_by_index(
                self._finder.find(handlers, provider, query), query, self._context
            )
        elif can.cursor:
            page = self._cursors.get_page(
                find_copy, query, (provider.id, *(one.resource_type for one in handlers))
            )
        else:
            raise ScimHttpError.not_implemented("paging by cursor")
        members = query.is_attribute_requested("members") and can.members_in_lists
        shown = [
            _select_attributes(
                resources, resources.serialize(record, include_members=members), query
            )
            for resources, record in page.items
            if resources.is_stored(record)
        ]
        return make_scim_response(page.to_list_response(shown))

    def _handle_bulk(
        self, provider: ProviderRecord, actor: Actor, request: TenantRequest
    ) -> TenantResponse:
        can = self._context.capabilities
        if not can.bulk:
            raise ScimHttpError.not_implemented("/Bulk")
        if request.method != "POST":
            raise _build_method_not_allowed(request, "POST")
        if len(request.body) > can.max_bulk_body:
            raise ScimHttpError(
                413,
                f"{len(request.body)} bytes are over the limit: maxPayloadSize is {can.max_bulk_body}",
            )

        def handle_operation(
            method: str, path: str, data: Any, version: str | None
        ) -> TenantResponse:
            headers = {} if version is None else {"if-match": version}
            body = b"" if data is None else json.dumps(data).encode()
            parts = tuple(path[1:].split("/"))
            inner = TenantRequest(method, path, ("api", "scim", *parts), (), headers, body)
            if parts[0] not in self._handlers:
                return ScimHttpError(404, "a bulk operation is about users or groups").to_response()
            return self._dispatch_with_audit(provider, actor, inner, parts)

        body = self._read_body(request)
        return bulk.execute_bulk_request(
            body, can.max_operations, self._context.scim_url, handle_operation
        )

    def _handle_resource(
        self,
        handler: ResourceHandler[Any],
        provider: ProviderRecord,
        request: TenantRequest,
        id_: str,
    ) -> TenantResponse:
        if request.method not in ("GET", "PUT", "PATCH", "DELETE"):
            raise _build_method_not_allowed(request, "GET, PUT, PATCH, DELETE")
        if request.method == "PATCH" and not self._context.capabilities.patch:
            raise ScimHttpError.not_implemented("PATCH")
        query = ResourceQuery.from_request(request)
        record = handler.get(provider, id_)
        if self._context.capabilities.etag:
            version = handler.get_version(record)
            if request.method == "GET" and preconditions.is_not_modified(request, version):
                return TenantResponse(304, {"ETag": version}, b"")
            if request.method != "GET":
                preconditions.check_if_match(request, version)
        if request.method == "GET":
            return self._make_resource_response(handler, record, query)
        if request.method == "DELETE":
            handler.remove(record)
            return TenantResponse(204, {}, b"")
        body = self._read_body(request)
        if request.method == "PUT":
            handler.replace(provider, record, body)
            return self._make_resource_response(handler, record, query)
        handler.patch(provider, record, parse_patch_request(body, provider.dialect))
        if not self._is_returned_after_patch(provider, record) and not query.attributes:
            return TenantResponse(204, self._build_headers(handler, record), b"")
        return self._make_resource_response(handler, record, query)

    def _resolve_me(self, provider: ProviderRecord) -> str:
        """Return the id of the user that `/Me` stands for (RFC 7644 §3.11).

        Raises:
            Problem: 501 where that is nobody, 404 where there is no such user.
        """
        wanted = self._context.capabilities.me
        if wanted is None:
            raise ScimHttpError.not_implemented("/Me")
        if provider.users.get(wanted) is not None:
            return wanted
        for user in provider.users.find("userName", wanted):
            return user.id
        raise ScimHttpError.not_found(wanted)

    def _is_returned_after_patch(
        self, provider: ProviderRecord, record: UserRecord | TagRecord
    ) -> bool:
        """Return whether a PATCH is answered with the resource.

        Entra wants no groups back, and nobody a group of thousands for a change of one member.
        """
        if isinstance(record, UserRecord):
            return True
        switch = self._context.capabilities.group_patch_body
        if switch is not None:
            return switch
        return provider.dialect != "entra" and len(record.members) <= _MAX_RETURNED_MEMBERS

    def _read_body(self, request: TenantRequest) -> dict[str, Any]:
        return read_body(request, self._context.capabilities.max_body)

    def _build_headers(self, handler: ResourceHandler[Any], record: Any) -> dict[str, str]:
        headers = {"Location": handler.build_location(record)}
        if self._context.capabilities.etag:
            headers["ETag"] = handler.get_version(record)
        return headers

    def _make_resource_response(
        self,
        handler: ResourceHandler[Any],
        record: Any,
        query: ResourceQuery,
        status: int = 200,
    ) -> TenantResponse:
        shown = handler.serialize(record, include_members=query.is_attribute_requested("members"))
        document = _select_attributes(handler, shown, query)
        return make_scim_response(document, status, self._build_headers(handler, record))

    # ------------------------------------------------------------------------- for tests

    def serialize_users(self, provider: ProviderRecord) -> list[dict[str, Any]]:
        """Return the users of an identity provider as the service shows them."""
        return [self._user_handler.serialize(user) for user in provider.users]

    def serialize_groups(self, provider: ProviderRecord) -> list[dict[str, Any]]:
        """Return the groups of an identity provider as the service shows them."""
        return [self._group_handler.serialize(tag) for tag in provider.tags]

    def load(
        self,
        provider: ProviderRecord,
        endpoint: str,
        resource: Mapping[str, Any] | Any,
        id_: str | None,
    ) -> dict[str, Any]:
        """Store a resource under a given id and return it as the service shows it.

        Raises:
            ValueError: the id is taken, or the resource cannot be stored.
        """
        resources = self._handlers[endpoint]
        body = _build_body(resource, resources)
        wanted = self._choose_id(id_ or body.get("id"))
        try:
            return resources.serialize(resources.load(provider, body, wanted))
        except ScimHttpError as problem:
            raise ValueError(f"{endpoint} {wanted}: {problem.detail}") from None

    def load_groups(
        self, provider: ProviderRecord, groups: Iterable[Mapping[str, Any] | Any]
    ) -> None:
        """Store groups under the ids they have; they may be members of each other.

        Raises:
            ValueError: an id is taken, or a group cannot be stored.
        """
        bodies = [_build_body(group, self._group_handler) for group in groups]
        stored = [
            self.load(provider, "Groups", {**body, "members": None}, None)["id"] for body in bodies
        ]
        for id_, body in zip(stored, bodies, strict=True):
            tag = self._group_handler.get(provider, id_)
            try:
                self._group_handler.set_initial_members(provider, tag, body)
            except ScimHttpError as problem:
                raise ValueError(f"Groups {id_}: {problem.detail}") from None

    def populate(self, provider: ProviderRecord, users: int, groups: int, seed: int) -> None:
        """Add made-up users, with managers, and groups."""
        dice = random.Random(f"people {seed}")
        ids = [user.id for user in provider.users]
        for resource in population.generate_users(users, dice, start=len(ids)):
            if ids and dice.random() < 0.9:  # somebody who was there before: no circles
                resource[ENTERPRISE_USER]["manager"] = {"value": dice.choice(ids)}
            ids.append(
                self._user_handler.insert(provider, resource, self._context.generate_id()).id
            )
        for resource, members in population.generate_groups(
            groups, ids, dice, start=len(provider.tags)
        ):
            kept = {id_: {"value": id_, "type": "User"} for id_ in members}
            self._group_handler.insert(provider, resource, kept, self._context.generate_id())

    def _choose_id(self, requested_id: object) -> str:
        state = self._context.state
        if requested_id is None:
            return self._context.generate_id()
        if not isinstance(requested_id, str) or not requested_id:
            raise ValueError(f"{requested_id!r} is no id: an id is a text")
        if requested_id in state.users or requested_id in state.tags:
            raise ValueError(f"id {requested_id} is taken")
        return requested_id


def _build_body(resource: Mapping[str, Any] | Any, handler: ResourceHandler[Any]) -> dict[str, Any]:
    if not isinstance(resource, Mapping) and not hasattr(resource, "to_wire"):
        raise ValueError(
            f"a {handler.schema.name} is given in wire form or as a model, not as {resource!r:.40}"
        )
    body = dict(
        cast("Mapping[str, Any]", resource) if isinstance(resource, Mapping) else resource.to_wire()
    )
    body.setdefault("schemas", [handler.schema.urn])
    return body


def _select_attributes(
    handler: ResourceHandler[Any], document: dict[str, Any], query: ResourceQuery
) -> dict[str, Any]:
    """Return what `attributes` and `excludedAttributes` leave of a resource (RFC 7644 §3.9)."""
    if not query.attributes and not query.excluded_attributes:
        return document  # nothing is stored that is shown on request alone, or never
    return select(
        document,
        attributes=query.attributes,
        excluded=query.excluded_attributes,
        schema=handler.schema,
    )


def _build_method_not_allowed(request: TenantRequest, allowed: str) -> ScimHttpError:
    return ScimHttpError(405, f"{request.method} is not allowed here", headers={"Allow": allowed})
