"""SCIM service of a tenant: authentication, routing and HTTP responses (RFC 7644 §3)."""

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
from britive_scim.testing.scim import bulk, discovery, paging, search
from britive_scim.testing.scim.groups import GroupHandler
from britive_scim.testing.scim.patching import parse_patch_request
from britive_scim.testing.scim.problem import ScimHttpError, make_scim_response
from britive_scim.testing.scim.query import ResourceQuery
from britive_scim.testing.scim.request import check_if_match, is_not_modified, read_body
from britive_scim.testing.scim.resources import ResourceHandler
from britive_scim.testing.scim.users import UserHandler
from britive_scim.testing.state import population
from britive_scim.testing.state.audit_log import Actor, AuditLog
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import ProviderRecord, TagRecord, UserRecord

__all__ = ["ScimService"]

_PROTOCOL_VERSION = re.compile(r"v\d+", re.IGNORECASE)
_MAX_RETURNED_MEMBERS = 200
"""Maximum members of a group returned after a PATCH, unless `group_patch_body` is set."""

_CHALLENGE_HEADERS = {"WWW-Authenticate": 'Bearer realm="SCIM"'}


class ScimService:
    """Responds to requests below `/api/scim`."""

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
        """Return the response to a request."""
        return self._convert_errors(lambda: self._authenticate_and_dispatch(request))

    def _convert_errors(self, handler: Callable[[], TenantResponse]) -> TenantResponse:
        """Return the response of a handler, or the response to its error."""
        try:
            return handler()
        except ScimHttpError as error:
            return error.to_response()
        except InputError as error:
            return ScimHttpError.from_input_error(error).to_response()

    def _authenticate_and_dispatch(self, request: TenantRequest) -> TenantResponse:
        path = request.segments[2:]
        if path and _PROTOCOL_VERSION.fullmatch(path[0]):
            if path[0].lower() != "v2":
                raise ScimHttpError(
                    400, f"protocol version {path[0]} is not supported", "invalidVers"
                )
            path = path[1:]
        endpoint = path[0] if path else ""
        if endpoint == "ServiceProviderConfig" and "authorization" not in request.headers:
            # RFC 7643 §5
            return discovery.get_service_provider_config(self._context, request, path)
        provider, actor = self._authenticate(request)
        self._context.state.recorder.caller = provider.name
        return self._dispatch_with_audit(provider, actor, request, path)

    def _dispatch_with_audit(
        self, provider: ProviderRecord, actor: Actor, request: TenantRequest, path: tuple[str, ...]
    ) -> TenantResponse:
        """Return the response, and record changes and rejected changes in the audit log."""
        audit_log = AuditLog(self._context, request, actor)
        response = self._convert_errors(lambda: self._dispatch(provider, actor, request, path))
        audit_log.record(response)
        return response

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
        handler = self._handlers.get(endpoint)
        if handler is not None and len(path) == 1:
            return self._handle_collection(handler, provider, request)
        if handler is not None and len(path) == 2 and path[1] == ".search":
            return self._handle_search([handler], provider, request, path)
        if handler is not None and len(path) == 2:
            return self._handle_resource(handler, provider, request, path[1])
        raise ScimHttpError(404, "path not found")

    def _authenticate(self, request: TenantRequest) -> tuple[ProviderRecord, Actor]:
        """Return the identity provider and the actor of a request.

        The credential is a SCIM token, or the workload token of the designated service identity.

        Raises:
            ScimHttpError: 401.
        """
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == workload_tokens.SCHEME:
            return self._authenticate_workload(secret.strip())
        providers = self._context.state.providers.values()
        by_token_id = {p.token.id: p for p in providers if p.token is not None}
        token = None
        if scheme.lower() == "bearer":
            token = find_token(secret.strip(), (p.token for p in by_token_id.values() if p.token))
        if token is None:
            raise ScimHttpError(401, "a valid SCIM token is required", headers=_CHALLENGE_HEADERS)
        now = self._context.now()
        if token.is_expired(now):
            raise ScimHttpError(401, "the SCIM token has expired", headers=_CHALLENGE_HEADERS)
        token.last_used = now
        provider = by_token_id[token.id]
        return provider, Actor(provider.name, "SCIM")

    def _authenticate_workload(self, secret: str) -> tuple[ProviderRecord, Actor]:
        """Return the identity provider and the service identity of a workload token.

        Raises:
            ScimHttpError: 401.
        """
        state = self._context.state
        try:
            user = workload_tokens.authenticate(state, secret, self._context.now())
            return workload_tokens.find_designated_provider(state, user), Actor(
                user.name, user.identity_type, user
            )
        except workload_tokens.WorkloadTokenRejected as error:
            raise ScimHttpError(401, error.message, headers=_CHALLENGE_HEADERS) from None

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
        """Return the response to a search by POST, or to a query on the root."""
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
        capabilities = self._context.capabilities

        def find_snapshot() -> Sequence[search.SearchResult]:
            results = self._finder.find(handlers, provider, query)
            return results.copy() if isinstance(results, search.LazySearchResults) else results

        if query.cursor is None:
            page = paging.paginate_by_index(
                self._finder.find(handlers, provider, query), query, self._context
            )
        elif capabilities.cursor:
            scope = (provider.id, *(handler.resource_type for handler in handlers))
            page = self._cursors.get_page(find_snapshot, query, scope)
        else:
            raise ScimHttpError.not_implemented("paging by cursor")
        include_members = query.is_attribute_requested("members") and capabilities.members_in_lists
        resources = [
            _select_attributes(
                handler, handler.build_document(record, include_members=include_members), query
            )
            for handler, record in page.items
            if handler.is_stored(record)
        ]
        document = page.to_list_response(resources)
        if capabilities.total_results == "page":
            document["totalResults"] = len(resources)
        return make_scim_response(document)

    def _handle_bulk(
        self, provider: ProviderRecord, actor: Actor, request: TenantRequest
    ) -> TenantResponse:
        capabilities = self._context.capabilities
        if not capabilities.bulk:
            raise ScimHttpError.not_implemented("/Bulk")
        if request.method != "POST":
            raise _build_method_not_allowed(request, "POST")
        max_bytes = capabilities.max_bulk_body
        if len(request.body) > max_bytes:
            raise ScimHttpError(
                413,
                f"{len(request.body)} bytes are over the limit: maxPayloadSize is {max_bytes}",
            )

        def handle_operation(
            method: str, path: str, data: Any, version: str | None
        ) -> TenantResponse:
            headers = {} if version is None else {"if-match": version}
            body = b"" if data is None else json.dumps(data).encode()
            segments = tuple(path[1:].split("/"))
            operation_request = TenantRequest(
                method, path, ("api", "scim", *segments), (), headers, body
            )
            if segments[0] not in self._handlers:
                return ScimHttpError(404, "path must begin with /Users or /Groups").to_response()
            return self._dispatch_with_audit(provider, actor, operation_request, segments)

        body = self._read_body(request)
        return bulk.execute_bulk_request(
            body, capabilities.max_operations, self._context.scim_url, handle_operation
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
            if request.method == "GET" and is_not_modified(request, version):
                return TenantResponse(304, {"ETag": version}, b"")
            if request.method != "GET":
                check_if_match(request, version)
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
        """Return the id of the user behind `/Me` (RFC 7644 §3.11).

        Raises:
            ScimHttpError: 501 if none is configured, 404 if it does not exist.
        """
        id_or_name = self._context.capabilities.me
        if id_or_name is None:
            raise ScimHttpError.not_implemented("/Me")
        if provider.users.get(id_or_name) is not None:
            return id_or_name
        for user in provider.users.find("userName", id_or_name):
            return user.id
        raise ScimHttpError.not_found(id_or_name)

    def _is_returned_after_patch(
        self, provider: ProviderRecord, record: UserRecord | TagRecord
    ) -> bool:
        """Return whether the response to a PATCH contains the resource.

        Entra expects 204 for groups; a large group would be a large response to a small change.
        """
        if isinstance(record, UserRecord):
            return True
        configured = self._context.capabilities.group_patch_body
        if configured is not None:
            return configured
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
        include_members = query.is_attribute_requested("members")
        document = handler.build_document(record, include_members=include_members)
        return make_scim_response(
            _select_attributes(handler, document, query),
            status,
            self._build_headers(handler, record),
        )

    # ------------------------------------------------------------------------- test set-up

    def serialize_users(self, provider: ProviderRecord) -> list[dict[str, Any]]:
        """Return the users of an identity provider in wire form."""
        return [self._user_handler.serialize(user) for user in provider.users]

    def serialize_groups(self, provider: ProviderRecord) -> list[dict[str, Any]]:
        """Return the groups of an identity provider in wire form."""
        return [self._group_handler.serialize(tag) for tag in provider.tags]

    def load(
        self,
        provider: ProviderRecord,
        endpoint: str,
        resource: Mapping[str, Any] | Any,
        id_: str | None,
    ) -> dict[str, Any]:
        """Store a resource under a given id and return it in wire form.

        Raises:
            ValueError: the id is in use, or the resource is invalid.
        """
        handler = self._handlers[endpoint]
        body = _build_body(resource, handler)
        chosen_id = self._choose_id(id_ or body.get("id"))
        try:
            return handler.serialize(handler.load(provider, body, chosen_id))
        except ScimHttpError as error:
            raise ValueError(f"{endpoint} {chosen_id}: {error.detail}") from None

    def load_groups(
        self, provider: ProviderRecord, groups: Iterable[Mapping[str, Any] | Any]
    ) -> None:
        """Store groups under their own ids; they may be members of each other.

        Raises:
            ValueError: an id is in use, or a group is invalid.
        """
        bodies = [_build_body(group, self._group_handler) for group in groups]
        ids = [
            self.load(provider, "Groups", {**body, "members": None}, None)["id"] for body in bodies
        ]
        for id_, body in zip(ids, bodies, strict=True):
            tag = self._group_handler.get(provider, id_)
            try:
                self._group_handler.set_initial_members(provider, tag, body)
            except ScimHttpError as error:
                raise ValueError(f"Groups {id_}: {error.detail}") from None

    def populate(self, provider: ProviderRecord, users: int, groups: int, seed: int) -> None:
        """Add generated users, with managers, and groups."""
        rng = random.Random(f"people {seed}")
        ids = [user.id for user in provider.users]
        for resource in population.generate_users(users, rng, start=len(ids)):
            if ids and rng.random() < 0.9:  # an earlier user, so that there are no cycles
                resource[ENTERPRISE_USER]["manager"] = {"value": rng.choice(ids)}
            ids.append(
                self._user_handler.insert(provider, resource, self._context.generate_id()).id
            )
        possible_members = population.select_members(
            (user.id, user.resource.get("active", True)) for user in provider.users
        )
        for resource, member_ids in population.generate_groups(
            groups, possible_members, rng, start=len(provider.tags)
        ):
            members = {id_: {"value": id_, "type": "User"} for id_ in member_ids}
            self._group_handler.insert(provider, resource, members, self._context.generate_id())

    def _choose_id(self, requested_id: object) -> str:
        state = self._context.state
        if requested_id is None:
            return self._context.generate_id()
        if not isinstance(requested_id, str) or not requested_id:
            raise ValueError(f"id must be a string that is not empty, got {requested_id!r}")
        if requested_id in state.users or requested_id in state.tags:
            raise ValueError(f"id {requested_id} is taken")
        return requested_id


def _build_body(resource: Mapping[str, Any] | Any, handler: ResourceHandler[Any]) -> dict[str, Any]:
    if not isinstance(resource, Mapping) and not hasattr(resource, "to_wire"):
        raise ValueError(
            f"resource must be a {handler.schema.name} as a mapping or a model, got {resource!r:.40}"
        )
    body = dict(
        cast("Mapping[str, Any]", resource) if isinstance(resource, Mapping) else resource.to_wire()
    )
    body.setdefault("schemas", [handler.schema.urn])
    return body


def _select_attributes(
    handler: ResourceHandler[Any], document: dict[str, Any], query: ResourceQuery
) -> dict[str, Any]:
    """Return the resource reduced by `attributes` and `excludedAttributes` (RFC 7644 §3.9)."""
    if not query.attributes and not query.excluded_attributes:
        return document  # no stored attribute is returned "request" or "never"
    selected = select(
        document,
        attributes=query.attributes,
        excluded=query.excluded_attributes,
        schema=handler.schema,
        short_names=False,
    )
    # `Capabilities.members_in_get`; `select` leaves out empty lists
    if document.get("members") == []:
        selected["members"] = []
    return selected


def _build_method_not_allowed(request: TenantRequest, allowed: str) -> ScimHttpError:
    return ScimHttpError(405, f"{request.method} is not allowed here", headers={"Allow": allowed})
