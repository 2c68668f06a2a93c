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
from britive_scim.testing.admin.problem import NOT_FOUND, AdminHttpError
from britive_scim.testing.admin.request import AdminRequest, Handler, Routes, make_empty_response
from britive_scim.testing.http import workload_tokens
from britive_scim.testing.http.credentials import TokenRecord, find_token, hash_secret
from britive_scim.testing.http.messages import TenantRequest, TenantResponse
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.audit_log import Actor, AuditLog
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import UserRecord

__all__ = ["AdminService"]


def _check_health(_: AdminRequest) -> TenantResponse:
    return make_empty_response(200)


_ALL_ROUTES: Routes = {
    "health": {"HEAD": _check_health, "GET": _check_health},
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
_SORTED_ROUTES = sorted(
    ((tuple(path.split("/")), methods) for path, methods in _ALL_ROUTES.items()),
    key=lambda route: [part == "{}" for part in route[0]],
)

_HEALTH_PATH = "health"


class AdminService:
    """Answers requests below `/api`, the SCIM service aside."""

    def __init__(self, context: TenantContext) -> None:
        self._context = context

    def respond(self, request: TenantRequest) -> TenantResponse:
        """Return the answer to a request to the admin API."""
        try:
            return self._authenticate_and_dispatch(request)
        except AdminHttpError as error:
            return error.to_response()

    def _authenticate_and_dispatch(self, request: TenantRequest) -> TenantResponse:
        path = request.segments[1:] if request.segments[0] == "api" else ("", *request.segments)
        if path == (_HEALTH_PATH,):
            return _find_route(request.method, path)[0](AdminRequest(self._context, request, ()))
        actor = self._authenticate(request)
        handler, slots = _find_route(request.method, path)
        call = AdminRequest(self._context, request, slots, actor.user)
        trail = AuditLog(self._context, request, actor, slots)
        try:
            done = handler(call)
        except AdminHttpError as error:
            done = error.to_response()
        trail.record(done)
        return done

    def _authenticate(self, request: TenantRequest) -> Actor:
        """Return who sends a request, by its token: an API token, a service identity's, a workload's.

        Raises:
            AdminHttpError: 401.
        """
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() == workload_tokens.SCHEME:
            return self._authenticate_workload(secret)
        schemes = (
            ("token", "bearer") if self._context.capabilities.bearer_api_tokens else ("token",)
        )
        if not secret:
            raise AdminHttpError(
                401, "AU-0000", "authentication is needed: send Authorization: TOKEN <API token>"
            )
        state = self._context.state
        identities = (identity.token for identity in state.service_identities.values())
        tokens = [*state.api_tokens.values(), *(one for one in identities if one is not None)]
        token = find_token(secret, tokens) if scheme.lower() in schemes else None
        if token is None and hash_secret(secret) in state.revoked_token_digests:
            raise AdminHttpError(401, "AU-0016", "the API token was revoked")
        if token is None:
            raise AdminHttpError(401, "AU-0018", "the API token is invalid")
        now = self._context.now()
        if token.is_expired(now):
            raise AdminHttpError(401, "AU-0017", "the API token has expired")
        owner = self._find_token_owner(token)
        if owner is not None and attribute_mapping.build_profile(owner)["status"] != "active":
            raise AdminHttpError(401, "AU-0004", f"user {owner.name} is disabled")
        token.last_used = now
        return (
            Actor(token.name, "API")
            if owner is None
            else Actor(owner.name, owner.identity_type, owner)
        )

    def _authenticate_workload(self, secret: str) -> Actor:
        """Return the service identity that a workload token proves.

        Raises:
            AdminHttpError: 401.
        """
        try:
            user = workload_tokens.authenticate(self._context.state, secret, self._context.now())
        except workload_tokens.WorkloadTokenRejected as refused:
            raise AdminHttpError(401, refused.error_code, refused.message) from None
        return Actor(user.name, user.identity_type, user)

    def _find_token_owner(self, token: TokenRecord) -> UserRecord | None:
        return self._context.state.users.get(token.assigned_to or "")


def _find_route(method: str, path: tuple[str, ...]) -> tuple[Handler, tuple[str, ...]]:
    allowed: set[str] = set()
    for pattern, methods in _SORTED_ROUTES:
        if len(pattern) == len(path) and all(
            want in ("{}", got) for want, got in zip(pattern, path, strict=True)
        ):
            if method in methods:
                slots = tuple(got for want, got in zip(pattern, path, strict=True) if want == "{}")
                return methods[method], slots
            allowed.update(methods)
    if allowed:
        raise AdminHttpError(
            405,
            "G-0001",
            f"{method} is not allowed here",
            headers={"Allow": ", ".join(sorted(allowed))},
        )
    raise AdminHttpError(404, NOT_FOUND, f"there is nothing at this path: /{'/'.join(path)}")
