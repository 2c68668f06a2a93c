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
from britive_scim.testing.http.messages import Answer, Request
from britive_scim.testing.scim import bulk, discovery, paging, preconditions, search
from britive_scim.testing.scim.groups import Groups
from britive_scim.testing.scim.patching import read_patch
from britive_scim.testing.scim.problem import Problem, answer
from britive_scim.testing.scim.query import Query
from britive_scim.testing.scim.request_body import read_body
from britive_scim.testing.scim.resources import Resources
from britive_scim.testing.scim.users import Users
from britive_scim.testing.state import population
from britive_scim.testing.state.audit_log import Actor, Trail
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import Provider, Tag, User

__all__ = ["ScimService"]

_VERSION = re.compile(r"v\d+", re.IGNORECASE)
_MOST_MEMBERS_BACK = 200
"""Most members a group may have to be sent back after a PATCH, unless a switch says otherwise."""

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="SCIM"'}


class ScimService:
    """Answers requests below `/api/scim`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._users = Users(world)
        self._groups = Groups(world)
        self._kinds: dict[str, Resources[Any]] = {
            "Users": self._users,
            "Groups": self._groups,
        }
        self._finder = search.Finder(world)
        self._cursors: paging.Cursors[search.Found] = paging.Cursors(world)

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request to the SCIM service."""
        return self._guarded(lambda: self._answer(request))

    def _guarded(self, act: Callable[[], Answer]) -> Answer:
        """Return the answer to what is done, or the answer that says why it was not."""
        try:
            return act()
        except Problem as problem:
            return problem.answer()
        except InputError as error:
            return Problem.of(error).answer()

    def _answer(self, request: Request) -> Answer:
        path = request.segments[2:]
        if path and _VERSION.fullmatch(path[0]):
            if path[0].lower() != "v2":
                raise Problem(
                    400, f"version {path[0]} of the protocol is not offered", "invalidVers"
                )
            path = path[1:]
        endpoint = path[0] if path else ""
        if endpoint == "ServiceProviderConfig" and "authorization" not in request.headers:
            return discovery.configuration(self._world, request, path)  # RFC 7643 §5
        provider, actor = self._authenticated(request)
        return self._noted(provider, actor, request, path)

    def _noted(
        self, provider: Provider, actor: Actor, request: Request, path: tuple[str, ...]
    ) -> Answer:
        """Return the answer, and put a change, or the refusal of one, into the audit log."""
        trail = Trail(self._world, request, actor)
        done = self._guarded(lambda: self._route(provider, actor, request, path))
        trail.end(done)
        return done

    def _route(
        self, provider: Provider, actor: Actor, request: Request, path: tuple[str, ...]
    ) -> Answer:
        endpoint = path[0] if path else ""
        if endpoint in discovery.ENDPOINTS:
            return discovery.answer_to(self._world, provider, request, path)
        if path in {(), (".search",)}:
            return self._query(list(self._kinds.values()), provider, request, path)
        if path == ("Bulk",):
            return self._bulk(provider, actor, request)
        if path == ("Me",):
            return self._resource(self._users, provider, request, self._me(provider))
        resources = self._kinds.get(endpoint)
        if resources is not None and len(path) == 1:
            return self._collection(resources, provider, request)
        if resources is not None and len(path) == 2 and path[1] == ".search":
            return self._query([resources], provider, request, path)
        if resources is not None and len(path) == 2:
            return self._resource(resources, provider, request, path[1])
        raise Problem(404, "there is nothing at this path")

    def _authenticated(self, request: Request) -> tuple[Provider, Actor]:
        """Return the identity provider that a request pushes for, and who sends it.

        That is whoever holds its SCIM token, or the service identity designated in its place.

        Raises:
            Problem: 401.
        """
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == workload_tokens.SCHEME:
            return self._designated(secret.strip())
        providers = self._world.state.providers.values()
        tokens = {p.token.id: p for p in providers if p.token is not None}
        token = None
        if scheme.lower() == "bearer":
            token = find_token(secret.strip(), (p.token for p in tokens.values() if p.token))
        if token is None:
            raise Problem(401, "a valid SCIM token is needed", headers=_CHALLENGE)
        now = self._world.now()
        if token.expired(now):
            raise Problem(401, "the SCIM token has expired", headers=_CHALLENGE)
        token.last_used = now
        provider = tokens[token.id]
        return provider, Actor(provider.name, "SCIM")

    def _designated(self, secret: str) -> tuple[Provider, Actor]:
        """Return whom a workload token pushes for, and the service identity it proves.

        Raises:
            Problem: 401.
        """
        state = self._world.state
        try:
            user = workload_tokens.caller(state, secret, self._world.now())
            return workload_tokens.pushes_for(state, user), Actor(user.name, user.kind, user)
        except workload_tokens.Refused as refused:
            raise Problem(401, refused.message, headers=_CHALLENGE) from None

    # ------------------------------------------------------------------------- endpoints

    def _collection(
        self, resources: Resources[Any], provider: Provider, request: Request
    ) -> Answer:
        if request.method == "GET":
            return self._list([resources], provider, Query.of(request))
        if request.method == "POST":
            query = Query.of(request)
            body = self._body(request)
            return self._shown(resources, resources.create(provider, body), query, 201)
        raise _not_allowed(request, "GET, POST")

    def _query(
        self,
        kinds: list[Resources[Any]],
        provider: Provider,
        request: Request,
        path: tuple[str, ...],
    ) -> Answer:
        """Answer a search by POST, or a query on the root."""
        if not self._world.capabilities.search:
            raise Problem.not_offered("a search by POST" if path else "a query on the root")
        if path and request.method == "POST":
            return self._list(kinds, provider, Query.of_message(self._body(request)))
        if not path and request.method == "GET":
            return self._list(kinds, provider, Query.of(request))
        raise _not_allowed(request, "POST" if path else "GET")

    def _list(self, kinds: list[Resources[Any]], provider: Provider, query: Query) -> Answer:
        can = self._world.capabilities

        def held() -> Sequence[search.Found]:
            found = self._finder.find(kinds, provider, query)
            return found.held() if isinstance(found, search.Everything) else found

        if query.cursor is None:
            page = paging.by_index(self._finder.find(kinds, provider, query), query, self._world)
        elif can.cursor:
            page = self._cursors.page(held, query, (provider.id, *(one.name for one in kinds)))
        else:
            raise Problem.not_offered("paging by cursor")
        members = query.wants("members") and can.members_in_lists
        shown = [
            _selected(resources, resources.show(record, members=members), query)
            for resources, record in page.items
            if resources.exists(record)
        ]
        return answer(page.document(shown))

    def _bulk(self, provider: Provider, actor: Actor, request: Request) -> Answer:
        can = self._world.capabilities
        if not can.bulk:
            raise Problem.not_offered("/Bulk")
        if request.method != "POST":
            raise _not_allowed(request, "POST")
        if len(request.body) > can.max_bulk_body:
            raise Problem(
                413,
                f"{len(request.body)} bytes are over the limit: maxPayloadSize is {can.max_bulk_body}",
            )

        def perform(method: str, path: str, data: Any, version: str | None) -> Answer:
            headers = {} if version is None else {"if-match": version}
            body = b"" if data is None else json.dumps(data).encode()
            parts = tuple(path[1:].split("/"))
            inner = Request(method, path, ("api", "scim", *parts), (), headers, body)
            if parts[0] not in self._kinds:
                return Problem(404, "a bulk operation is about users or groups").answer()
            return self._noted(provider, actor, inner, parts)

        body = self._body(request)
        return bulk.run(body, can.max_operations, self._world.scim_url, perform)

    def _resource(
        self, resources: Resources[Any], provider: Provider, request: Request, id_: str
    ) -> Answer:
        if request.method not in ("GET", "PUT", "PATCH", "DELETE"):
            raise _not_allowed(request, "GET, PUT, PATCH, DELETE")
        if request.method == "PATCH" and not self._world.capabilities.patch:
            raise Problem.not_offered("PATCH")
        query = Query.of(request)
        record = resources.get(provider, id_)
        if self._world.capabilities.etag:
            version = resources.version(record)
            if request.method == "GET" and preconditions.unchanged(request, version):
                return Answer(304, {"ETag": version}, b"")
            if request.method != "GET":
                preconditions.check_match(request, version)
        if request.method == "GET":
            return self._shown(resources, record, query)
        if request.method == "DELETE":
            resources.remove(record)
            return Answer(204, {}, b"")
        body = self._body(request)
        if request.method == "PUT":
            resources.replace(provider, record, body)
            return self._shown(resources, record, query)
        resources.patch(provider, record, read_patch(body, provider.dialect))
        if not self._answers_patch(provider, record) and not query.attributes:
            return Answer(204, self._headers(resources, record), b"")
        return self._shown(resources, record, query)

    def _me(self, provider: Provider) -> str:
        """Return the id of the user that `/Me` stands for (RFC 7644 §3.11).

        Raises:
            Problem: 501 where that is nobody, 404 where there is no such user.
        """
        wanted = self._world.capabilities.me
        if wanted is None:
            raise Problem.not_offered("/Me")
        if provider.users.get(wanted) is not None:
            return wanted
        for user in provider.users.find("userName", wanted):
            return user.id
        raise Problem.missing(wanted)

    def _answers_patch(self, provider: Provider, record: User | Tag) -> bool:
        """Return whether a PATCH is answered with the resource.

        Entra wants no groups back, and nobody a group of thousands for a change of one member.
        """
        if isinstance(record, User):
            return True
        switch = self._world.capabilities.group_patch_body
        if switch is not None:
            return switch
        return provider.dialect != "entra" and len(record.members) <= _MOST_MEMBERS_BACK

    def _body(self, request: Request) -> dict[str, Any]:
        return read_body(request, self._world.capabilities.max_body)

    def _headers(self, resources: Resources[Any], record: Any) -> dict[str, str]:
        headers = {"Location": resources.location(record)}
        if self._world.capabilities.etag:
            headers["ETag"] = resources.version(record)
        return headers

    def _shown(
        self,
        resources: Resources[Any],
        record: Any,
        query: Query,
        status: int = 200,
    ) -> Answer:
        shown = resources.show(record, members=query.wants("members"))
        document = _selected(resources, shown, query)
        return answer(document, status, self._headers(resources, record))

    # ------------------------------------------------------------------------- for tests

    def show_users(self, provider: Provider) -> list[dict[str, Any]]:
        """Return the users of an identity provider as the service shows them."""
        return [self._users.show(user) for user in provider.users]

    def show_groups(self, provider: Provider) -> list[dict[str, Any]]:
        """Return the groups of an identity provider as the service shows them."""
        return [self._groups.show(tag) for tag in provider.tags]

    def load(
        self, provider: Provider, endpoint: str, resource: Mapping[str, Any] | Any, id_: str | None
    ) -> dict[str, Any]:
        """Store a resource under a given id and return it as the service shows it.

        Raises:
            ValueError: the id is taken, or the resource cannot be stored.
        """
        resources = self._kinds[endpoint]
        body = _as_body(resource, resources)
        wanted = self._free_id(id_ or body.get("id"))
        try:
            return resources.show(resources.load(provider, body, wanted))
        except Problem as problem:
            raise ValueError(f"{endpoint} {wanted}: {problem.detail}") from None

    def load_groups(self, provider: Provider, groups: Iterable[Mapping[str, Any] | Any]) -> None:
        """Store groups under the ids they have; they may be members of each other.

        Raises:
            ValueError: an id is taken, or a group cannot be stored.
        """
        bodies = [_as_body(group, self._groups) for group in groups]
        stored = [
            self.load(provider, "Groups", {**body, "members": None}, None)["id"] for body in bodies
        ]
        for id_, body in zip(stored, bodies, strict=True):
            tag = self._groups.get(provider, id_)
            try:
                self._groups.fill(provider, tag, body)
            except Problem as problem:
                raise ValueError(f"Groups {id_}: {problem.detail}") from None

    def populate(self, provider: Provider, users: int, groups: int, seed: int) -> None:
        """Add made-up users, with managers, and groups."""
        dice = random.Random(f"people {seed}")
        ids = [user.id for user in provider.users]
        for resource in population.people(users, dice, first=len(ids)):
            if ids and dice.random() < 0.9:  # somebody who was there before: no circles
                resource[ENTERPRISE_USER]["manager"] = {"value": dice.choice(ids)}
            ids.append(self._users.store(provider, resource, self._world.new_id()).id)
        for resource, members in population.groups(groups, ids, dice, first=len(provider.tags)):
            kept = {id_: {"value": id_, "type": "User"} for id_ in members}
            self._groups.store(provider, resource, kept, self._world.new_id())

    def _free_id(self, wanted: object) -> str:
        state = self._world.state
        if wanted is None:
            return self._world.new_id()
        if not isinstance(wanted, str) or not wanted:
            raise ValueError(f"{wanted!r} is no id: an id is a text")
        if wanted in state.users or wanted in state.tags:
            raise ValueError(f"id {wanted} is taken")
        return wanted


def _as_body(resource: Mapping[str, Any] | Any, resources: Resources[Any]) -> dict[str, Any]:
    if not isinstance(resource, Mapping) and not hasattr(resource, "to_wire"):
        raise ValueError(
            f"a {resources.schema.name} is given in wire form or as a model, not as {resource!r:.40}"
        )
    body = dict(
        cast("Mapping[str, Any]", resource) if isinstance(resource, Mapping) else resource.to_wire()
    )
    body.setdefault("schemas", [resources.schema.urn])
    return body


def _selected(resources: Resources[Any], shown: dict[str, Any], query: Query) -> dict[str, Any]:
    """Return what `attributes` and `excludedAttributes` leave of a resource (RFC 7644 §3.9)."""
    if not query.attributes and not query.excluded:
        return shown  # nothing is stored that is shown on request alone, or never
    return select(
        shown, attributes=query.attributes, excluded=query.excluded, schema=resources.schema
    )


def _not_allowed(request: Request, allowed: str) -> Problem:
    return Problem(405, f"{request.method} is not allowed here", headers={"Allow": allowed})
