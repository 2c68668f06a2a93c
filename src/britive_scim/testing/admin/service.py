"""The admin API: who may ask, and which noun answers."""

from __future__ import annotations

from britive_scim.testing.admin import (
    access_requests,
    api_tokens,
    audit,
    identity_attributes,
    identity_providers,
    mfa,
    password_policy,
    saml,
    scim_attributes,
    scim_tokens,
    self_service,
    service_identities,
    tag_rules,
    tags,
    tenant_info,
    user_lookups,
    users,
    workload,
)
from britive_scim.testing.admin.problem import MISSING, Problem
from britive_scim.testing.admin.request import Call, Handler, Routes, nothing
from britive_scim.testing.http import workload_tokens
from britive_scim.testing.http.credentials import Token, digest, find_token
from britive_scim.testing.http.messages import Answer, Request
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.audit_log import Actor, Trail
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import User

__all__ = ["AdminService"]


def _health(_: Call) -> Answer:
    return nothing(200)


_ALL: Routes = {
    "health": {"HEAD": _health, "GET": _health},
    **identity_providers.ROUTES,
    **scim_tokens.ROUTES,
    **scim_attributes.ROUTES,
    **identity_attributes.ROUTES,
    **users.ROUTES,
    **user_lookups.ROUTES,
    **service_identities.ROUTES,
    **tags.ROUTES,
    **tag_rules.ROUTES,
    **mfa.ROUTES,
    **password_policy.ROUTES,
    **saml.ROUTES,
    **access_requests.ROUTES,
    **self_service.ROUTES,
    **api_tokens.ROUTES,
    **workload.ROUTES,
    **tenant_info.ROUTES,
    **audit.ROUTES,
}

# Fixed parts win over slots: `users/attributes` is not the user named "attributes".
_ROUTES = sorted(
    ((tuple(path.split("/")), methods) for path, methods in _ALL.items()),
    key=lambda route: [part == "{}" for part in route[0]],
)

_OPEN = "health"


class AdminService:
    """Answers requests below `/api`, the SCIM service aside."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request to the admin API."""
        try:
            return self._answer(request)
        except Problem as problem:
            return problem.answer()

    def _answer(self, request: Request) -> Answer:
        path = request.segments[1:] if request.segments[0] == "api" else ("", *request.segments)
        if path == (_OPEN,):
            return _route(request.method, path)[0](Call(self._world, request, ()))
        actor = self._authorized(request)
        handler, slots = _route(request.method, path)
        call = Call(self._world, request, slots, actor.user)
        trail = Trail(self._world, request, actor, slots)
        try:
            done = handler(call)
        except Problem as problem:
            done = problem.answer()
        trail.end(done)
        return done

    def _authorized(self, request: Request) -> Actor:
        """Return who sends a request, by its token: an API token, a service identity's, a workload's.

        Raises:
            Problem: 401.
        """
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() == workload_tokens.SCHEME:
            return self._workload(secret)
        schemes = ("token", "bearer") if self._world.capabilities.bearer_api_tokens else ("token",)
        if not secret:
            raise Problem(
                401, "AU-0000", "authentication is needed: send Authorization: TOKEN <API token>"
            )
        state = self._world.state
        identities = (identity.token for identity in state.identities.values())
        tokens = [*state.api_tokens.values(), *(one for one in identities if one is not None)]
        token = find_token(secret, tokens) if scheme.lower() in schemes else None
        if token is None and digest(secret) in state.revoked:
            raise Problem(401, "AU-0016", "the API token was revoked")
        if token is None:
            raise Problem(401, "AU-0018", "the API token is invalid")
        now = self._world.now()
        if token.expired(now):
            raise Problem(401, "AU-0017", "the API token has expired")
        owner = self._owner(token)
        if owner is not None and attribute_mapping.profile(owner)["status"] != "active":
            raise Problem(401, "AU-0004", f"user {owner.name} is disabled")
        token.last_used = now
        return Actor(token.name, "API") if owner is None else Actor(owner.name, owner.kind, owner)

    def _workload(self, secret: str) -> Actor:
        """Return the service identity that a workload token proves.

        Raises:
            Problem: 401.
        """
        try:
            user = workload_tokens.caller(self._world.state, secret, self._world.now())
        except workload_tokens.Refused as refused:
            raise Problem(401, refused.code, refused.message) from None
        return Actor(user.name, user.kind, user)

    def _owner(self, token: Token) -> User | None:
        return self._world.state.users.get(token.assigned_to or "")


def _route(method: str, path: tuple[str, ...]) -> tuple[Handler, tuple[str, ...]]:
    allowed: set[str] = set()
    for pattern, methods in _ROUTES:
        if len(pattern) == len(path) and all(
            want in ("{}", got) for want, got in zip(pattern, path, strict=True)
        ):
            if method in methods:
                slots = tuple(got for want, got in zip(pattern, path, strict=True) if want == "{}")
                return methods[method], slots
            allowed.update(methods)
    if allowed:
        raise Problem(
            405,
            "G-0001",
            f"{method} is not allowed here",
            headers={"Allow": ", ".join(sorted(allowed))},
        )
    raise Problem(404, MISSING, f"there is nothing at this path: /{'/'.join(path)}")
