"""Admin API of a tenant: authentication and routing."""

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

# Literal segments precede parameters: `users/attributes` is not the user with the id "attributes".
_SORTED_ROUTES = sorted(
    ((tuple(path.split("/")), methods) for path, methods in _ALL_ROUTES.items()),
    key=lambda route: [part == "{}" for part in route[0]],
)

_HEALTH_PATH = "health"


class AdminService:
    """Responds to requests below `/api`, except those to the SCIM service."""

    def __init__(self, context: TenantContext) -> None:
        self._context = context

    def respond(self, request: TenantRequest) -> TenantResponse:
        """Return the response to a request."""
        try:
            return self._authenticate_and_dispatch(request)
        except AdminHttpError as error:
            return error.to_response()

    def _authenticate_and_dispatch(self, request: TenantRequest) -> TenantResponse:
        path = request.segments[1:] if request.segments[0] == "api" else ("", *request.segments)
        if path == (_HEALTH_PATH,):
            return _find_route(request.method, path)[0](AdminRequest(self._context, request, ()))
        actor = self._authenticate(request)
        self._context.state.recorder.caller = actor.name
        handler, path_parameters = _find_route(request.method, path)
        admin_request = AdminRequest(self._context, request, path_parameters, actor.user)
        audit_log = AuditLog(self._context, request, actor, path_parameters)
        try:
            response = handler(admin_request)
        except AdminHttpError as error:
            response = error.to_response()
        audit_log.record(response)
        return response

    def _authenticate(self, request: TenantRequest) -> Actor:
        """Return the actor of a request, by its API, service identity or workload token.

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
                401, "AU-0000", "authentication is required; send Authorization: TOKEN <API token>"
            )
        state = self._context.state
        identity_tokens = (identity.token for identity in state.service_identities.values())
        tokens = [
            *state.api_tokens.values(),
            *(token for token in identity_tokens if token is not None),
        ]
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
        """Return the service identity of a workload token.

        Raises:
            AdminHttpError: 401.
        """
        try:
            user = workload_tokens.authenticate(self._context.state, secret, self._context.now())
        except workload_tokens.WorkloadTokenRejected as error:
            raise AdminHttpError(401, error.error_code, error.message) from None
        return Actor(user.name, user.identity_type, user)

    def _find_token_owner(self, token: TokenRecord) -> UserRecord | None:
        return self._context.state.users.get(token.assigned_to or "")


def _find_route(method: str, path: tuple[str, ...]) -> tuple[Handler, tuple[str, ...]]:
    allowed: set[str] = set()
    for pattern, methods in _SORTED_ROUTES:
        if len(pattern) != len(path):
            continue
        pairs = list(zip(pattern, path, strict=True))
        if all(expected in ("{}", segment) for expected, segment in pairs):
            if method in methods:
                return methods[method], tuple(
                    segment for expected, segment in pairs if expected == "{}"
                )
            allowed.update(methods)
    if allowed:
        raise AdminHttpError(
            405,
            "G-0001",
            f"{method} is not allowed here",
            headers={"Allow": ", ".join(sorted(allowed))},
        )
    raise AdminHttpError(404, NOT_FOUND, f"path not found: /{'/'.join(path)}")
