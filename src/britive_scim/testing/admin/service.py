"""The admin API: who may ask, and which noun answers."""

from __future__ import annotations

from britive_scim.testing.admin import (
    identity_attributes,
    identity_providers,
    scim_attributes,
    scim_tokens,
    tags,
    users,
)
from britive_scim.testing.admin.call import Call, Handler, Routes, nothing
from britive_scim.testing.admin.problem import MISSING, Problem
from britive_scim.testing.credentials import find_token
from britive_scim.testing.exchange import Answer, Request
from britive_scim.testing.world import World

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
    **tags.ROUTES,
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
        path = request.segments[1:]
        if path != (_OPEN,):
            self._authorize(request)
        handler, slots = _route(request.method, path)
        return handler(Call(self._world, request, slots))

    def _authorize(self, request: Request) -> None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        schemes = ("token", "bearer") if self._world.capabilities.bearer_api_tokens else ("token",)
        if not secret.strip():
            raise Problem(
                401, "AU-0000", "authentication is needed: send Authorization: TOKEN <API token>"
            )
        tokens = self._world.state.api_tokens.values()
        token = find_token(secret.strip(), tokens) if scheme.lower() in schemes else None
        if token is None:
            raise Problem(401, "AU-0018", "the API token is invalid")
        now = self._world.now()
        if token.expired(now):
            raise Problem(401, "AU-0017", "the API token has expired")
        token.last_used = now


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
    raise Problem(404, MISSING, f"there is nothing at /api/{'/'.join(path)}")
