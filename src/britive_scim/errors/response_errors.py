"""Errors of responses, one class for each failure that callers handle in a way of its own."""

from __future__ import annotations

from britive_scim.errors.request_errors import ApiError

__all__ = [
    "BadRequest",
    "Conflict",
    "ExternallyManaged",
    "Forbidden",
    "NotFound",
    "PayloadTooLarge",
    "PreconditionFailed",
    "RateLimited",
    "Unauthorized",
    "UnexpectedResponse",
]


class BadRequest(ApiError):
    """400, and every other 4xx without a class of its own: the server refuses the request.

    Raised:
        By every method, for 400 and for every 4xx without a class of its own.

    Cause:
        The server does not accept a value: a mandatory attribute is missing, or a value is not unique or malformed.
        `scim_type` and `error_code` name the reason.

    Remedy:
        Correct the request as `detail` says. `scim.User.of` sets all attributes that Britive requires.

    Examples:
        >>> from britive_scim import errors, scim
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> try:
        ...     okta.users.create(scim.User(user_name="ana@acme.com"))
        ... except errors.BadRequest as error:
        ...     print(error.status, error.scim_type)
        400 invalidValue
    """


class ExternallyManaged(BadRequest):
    """The user or tag belongs to an identity provider and is changed there (U-0003, UT-0002).

    Raised:
        By methods of the admin API that change a user, a tag, or its members.

    Cause:
        Users and tags that an identity provider pushes can be changed only there.

    Remedy:
        Change it in the identity provider, which pushes the change. From Python, use `ScimClient` with the token of
        that identity provider.

    Examples:
        >>> from britive_scim import errors, scim
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> guides = tenant.scim_client("Okta").groups.create(scim.Group.of("Guides"))
        >>> try:
        ...     tenant.admin_client().tags.delete(guides.id)
        ... except errors.ExternallyManaged as error:
        ...     print(error.error_code)
        UT-0002
    """


class Unauthorized(ApiError):
    """401: the token is missing, invalid, expired, replaced, or belongs to the other API.

    Raised:
        By every method; if the token comes from a function, only after a second call of the function.

    Cause:
        A SCIM token belongs to one identity provider, expires, and is revoked by the next one. The admin API uses a
        different token. Britive also responds with 401 to a wrong path.

    Remedy:
        Check which API the token is for, and its expiry: `scim_token.find` of the admin client returns it. Then
        rotate the token. The SCIM URL ends in `/api/scim/v2`.

    Examples:
        >>> from britive_scim import ScimClient, errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> url = tenant.identity_providers["Okta"].scim_url
        >>> okta = ScimClient(url, "a-token-that-expired", transport=tenant.transport())
        >>> try:
        ...     okta.users.get("1")
        ... except errors.Unauthorized as error:
        ...     print(error.status)
        401
    """


class Forbidden(ApiError):
    """403: the token is valid, but lacks the permission.

    If `body` is a string, it is the page of a firewall or proxy in front of the API, and does not concern the token.

    Raised:
        By every method, if the token is accepted but the request is not.

    Cause:
        The owner of the token lacks a permission. Or a firewall in front of the tenant refuses values that look like
        an attack, such as `--`.

    Remedy:
        Look at `body`. If it is a string, check network and values. Otherwise ask an administrator of Britive for the
        permission.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(status=403, body="<html>Request blocked</html>")
        >>> try:
        ...     okta.users.get("1")
        ... except errors.Forbidden as error:
        ...     print(isinstance(error.body, str))
        True
    """


class NotFound(ApiError):
    """404: no such resource.

    Raised:
        By methods that take an id, and by changes of members.

    Cause:
        The resource was deleted, or the id is that of another tenant, identity provider or API. Names are not ids. A
        wrong base URL also leads to 404.

    Remedy:
        Look the resource up by name: `find_by_…` returns `None` if there is no match. Use `ensure` or `upsert` to
        create what is missing.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> try:
        ...     okta.users.get("missing")
        ... except errors.NotFound:
        ...     print(okta.users.find_by_user_name("ana@acme.com"))
        None
    """


class Conflict(ApiError):
    """409, or a 400 for a resource that exists: a unique value is taken.

    Raised:
        By `create`, `replace`, `patch` and `rename`.

    Cause:
        Another resource has a value that must be unique, such as `userName`. That resource may be inactive.

    Remedy:
        Look up the existing resource, as below, or use `ensure` or `upsert`, which do so. A Britive user cannot be
        moved from one identity provider to another.

    Examples:
        >>> from britive_scim import errors, scim
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> ana = scim.User.of(
        ...     email="ana@acme.com", given_name="Ana", family_name="Diaz"
        ... )
        >>> created = okta.users.create(ana)
        >>> try:
        ...     okta.users.create(ana)
        ... except errors.Conflict as error:
        ...     print(error.status, error.scim_type)
        ...     existing = okta.users.find_by_user_name(ana.user_name)
        409 uniqueness
    """


class PreconditionFailed(ApiError):
    """412: the resource has changed since the version in `If-Match`.

    Raised:
        By changes with `if_match=True`, which send the version of the resource that you have.

    Cause:
        Somebody else changed the resource after you read it. Your change was not made.

    Remedy:
        Read the resource and repeat the change. `edit` does both.

    Examples:
        >>> from britive_scim import errors, scim
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> ana = scim.User.of(
        ...     email="ana@acme.com", given_name="Ana", family_name="Diaz"
        ... )
        >>> created = okta.users.create(ana)
        >>> changed = okta.users.patch(created, {"title": "Guide"})
        >>> try:
        ...     okta.users.patch(created, {"title": "Cook"}, if_match=True)
        ... except errors.PreconditionFailed as error:
        ...     print(error.status)
        412
    """


class PayloadTooLarge(ApiError):
    """413: the body, or its number of operations, exceeds the server's limit.

    Raised:
        By every method that sends a body. `bulk` divides its requests before it gives up.

    Cause:
        The body is larger than the server accepts, or has more operations.

    Remedy:
        Send less per request. `add_members`, `remove_members` and `set_members` already send members in parts.

    Examples:
        >>> from britive_scim import errors, scim
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(status=413)
        >>> try:
        ...     okta.groups.create(scim.Group.of("Guides"))
        ... except errors.PayloadTooLarge as error:
        ...     print(error.status)
        413
    """


class RateLimited(ApiError):
    """429: too many requests; see `retry_after`.

    Raised:
        After the last attempt, or at once if the server demands a longer wait than `total` of the policy.

    Cause:
        The tenant receives too many requests, from this program or from others.

    Remedy:
        Wait `retry_after` seconds. `Settings(rate_limit=…)` limits the requests per second of a client, and
        `RetryPolicy(total=…)` permits longer waits.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(status=429, headers={"Retry-After": "600"})
        >>> try:
        ...     okta.users.get("1")
        ... except errors.RateLimited as error:
        ...     print(error.attempts, error.retry_after)
        1 600.0
    """


class UnexpectedResponse(ApiError):
    """Response that cannot be decoded: not JSON, incomplete, of an unexpected shape, or a redirect.

    Raised:
        By every method, also for a success status: the body decides.

    Cause:
        A login page or proxy responds in place of the API, the base URL is wrong, or the body was cut. A response
        that contradicts the change, such as a user who is still active, raises it, too.

    Remedy:
        Check the base URL and the proxy. After a change, `may_have_happened` is true: read the resource before you
        repeat it.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> okta = tenant.scim_client("Okta")
        >>> _ = tenant.faults.add(status=200, body="<html>Sign in</html>")
        >>> try:
        ...     okta.users.list().to_list()
        ... except errors.UnexpectedResponse as error:
        ...     print(error.detail)
        expected JSON, got HTML or XML
    """

    @property
    def may_have_happened(self) -> bool:
        """True for a change with a success status (2xx)."""
        return (self._is_change and 200 <= self.status < 300) or super().may_have_happened
