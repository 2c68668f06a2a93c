"""Map error responses to exceptions, with messages that give advice.

The HTTP status selects the class; the body adds detail. SCIM's and Britive's error bodies are accepted from both
APIs, because a SCIM endpoint may forward an error of the admin API.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from britive_scim.errors import (
    ApiError,
    BadRequest,
    Conflict,
    ExternallyManaged,
    Forbidden,
    Maintenance,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    RateLimited,
    ServerError,
    Unauthorized,
    UnexpectedResponse,
)
from britive_scim.errors.server_errors import REFUSING_SERVER_STATUSES
from britive_scim.wire.decoding.error_body import ErrorBody, truncate_body
from britive_scim.wire.decoding.error_codes import describe_error_code
from britive_scim.wire.decoding.json_fields import format_one_line
from britive_scim.wire.response import Response
from britive_scim.wire.retry.uncertainty import LOOKUP_ADVICE, NOTHING_CHANGED_ADVICE

__all__ = ["build_api_error", "build_unexpected_response", "expect_success", "is_maintenance"]


def expect_success(response: Response) -> None:
    """Return if the response is a success, else raise its error.

    Raises:
        ApiError: the response is not a success.
    """
    if not response.ok:
        raise build_api_error(response)


def build_unexpected_response(response: Response, problem: str) -> UnexpectedResponse:
    """Return the error for a response that cannot be decoded, with the beginning of its body.

    Tokens and secrets of the request are masked, also in `problem`, which may quote the body. Secrets of the response
    are masked by their names.
    """
    from britive_scim.scim.redaction import redact_body  # needed after an error only

    response, problem = response.redact(), response.redact_text(problem)
    response = replace(response, body=redact_body(response.body))
    message = (
        f"{response.method} {response.path}: HTTP {response.status}, but {problem}; check the base URL, and any "
        "proxy or login page in between"
    )
    if not response.is_empty:
        message += f"; body: {format_one_line(response.text(400), 120)}"
    return UnexpectedResponse(
        message,
        status=response.status,
        detail=problem,
        request_id=response.request_id,
        method=response.method,
        path=response.path,
        retry_after=response.retry_after,
        attempts=response.attempts,
        body=truncate_body(response, None),
    )


def build_api_error(response: Response) -> ApiError:
    """Return the error for a response that is not a success; tokens and secrets of the request are masked."""
    response = response.redact()
    if response.status < 400:
        return (
            _build_unexpected_redirect(response)
            if response.status in _REDIRECT_STATUSES
            else _build_unexpected_status(response)
        )
    error_body = ErrorBody.parse(response)
    error_class = _select_error_class(response.status, error_body)
    detail = error_body.detail
    message = f"{response.method} {response.path}: HTTP {response.status}"
    if error_body.keyword:
        meaning = describe_error_code(error_body.error_code)
        message += f" ({error_body.keyword}: {meaning})" if meaning else f" ({error_body.keyword})"
    if detail or error_body.excerpt:
        message += f": {format_one_line(detail, 300) if detail else error_body.excerpt}"
    advice = _build_advice(error_class, response, error_body)
    message = f"{message.rstrip('. ')}; {advice}" if advice else message
    request_id = response.request_id or error_body.request_id
    if request_id:
        message += f" [request {format_one_line(request_id, 80)}]"
    return error_class(
        message,
        status=response.status,
        detail=detail,
        scim_type=error_body.scim_type,
        error_code=error_body.error_code,
        request_id=request_id,
        method=response.method,
        path=response.path,
        retry_after=response.retry_after,
        attempts=response.attempts,
        body=error_body.body,
    )


def is_maintenance(response: Response) -> bool:
    """Return whether a response is a 503 with MAINT0001."""
    return response.status == 503 and ErrorBody.parse(response).error_code == _MAINTENANCE_CODE


_MAINTENANCE_CODE = "MAINT0001"
_REDIRECT_STATUSES = frozenset({300, 301, 302, 303, 307, 308})


def _build_unexpected_status(response: Response) -> UnexpectedResponse:
    """Return the error for a status that is neither success, error nor redirect, such as 304."""
    problem = (
        "the request was not conditional"
        if response.status == 304
        else "expected a success or an error"
    )
    return build_unexpected_response(response, problem)


def _build_unexpected_redirect(response: Response) -> UnexpectedResponse:
    try:
        target = urlsplit(response.headers.get("location", ""))
        origin = f"{target.scheme}://{target.netloc.rpartition('@')[2]}" if target.netloc else ""
    except ValueError:
        origin = ""
    target_note = f" to {format_one_line(origin, 100)}" if origin else ""
    return build_unexpected_response(
        response,
        f"redirects{target_note} are not followed, so that token and data stay with the configured host",
    )


_ERROR_CLASSES: dict[int, type[ApiError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    413: PayloadTooLarge,
    429: RateLimited,
}


def _select_error_class(status: int, error_body: ErrorBody) -> type[ApiError]:
    if error_class := _ERROR_CLASSES.get(status):
        return error_class
    if status >= 500:
        return (
            Maintenance
            if status == 503 and error_body.error_code == _MAINTENANCE_CODE
            else ServerError
        )
    if error_body.error_code in ("U-0003", "UT-0002"):
        return ExternallyManaged
    if status == 400 and (
        error_body.error_code in ("U-0009", "E1005")
        or (error_body.scim_type or "").lower() == "uniqueness"
    ):
        return Conflict
    return BadRequest


def _build_advice(error_class: type[ApiError], response: Response, error_body: ErrorBody) -> str:
    is_scim = response.api == "scim"
    if error_class is Unauthorized:
        return (
            "check the SCIM token: it belongs to one identity provider, expires, and is replaced by a new "
            "one; tokens of the admin API are not accepted" + _suggest_scim_url(response)
            if is_scim
            else "check the API token: it may be expired, revoked, or a SCIM token; its scheme is detected, "
            "auth_scheme= sets another"
        )
    if error_class is Forbidden and error_body.is_page:
        return (
            "this page is from a firewall or proxy in front of the API, which did not receive the request; check the "
            "network, and values that a firewall treats as an attack, such as -- or quotes"
        )
    if error_class is Forbidden:
        return (
            "the token lacks the permission; older tenants require it in the policy TenantSCIMPolicy"
            if is_scim
            else "the token lacks the permission; check the permissions of its owner"
        )
    if error_class is NotFound:
        if error_body.is_structured:
            return "the resource does not exist" + _suggest_name_lookup(response)
        return "the body is not an error of the API: check the base URL first, then the id"
    if error_class is Conflict:
        return "a unique value is taken" + LOOKUP_ADVICE
    if error_class is ExternallyManaged:
        return "it belongs to an identity provider: change it there and push the change"
    if error_class is PreconditionFailed:
        return "it was changed since it was read: read it and repeat the change"
    if error_class is PayloadTooLarge:
        return "send fewer values or operations per request"
    if error_class is RateLimited:
        return _describe_wait(response.retry_after)
    if error_class is Maintenance:
        return "the tenant is under maintenance; retry later"
    if response.status in REFUSING_SERVER_STATUSES:
        return _REFUSAL_ADVICE[response.status]
    if (error_body.scim_type or "").lower() == "expiredcursor":
        return (
            "the cursor expired between two pages: repeat the list with less work per page, or prefetch "
            "pages by list(concurrency=2)"
        )
    if _is_filter_refusal(response, error_body):
        return "the provider refuses the filter: filter on the client's side with list(where=…)"
    if error_class is ServerError:
        is_read = response.method in ("GET", "HEAD") or response.path.endswith("/.search")
        is_change = not (is_read or response.is_safe)
        advice = (
            ["it is unknown whether the change was made: check before repeating it"]
            if is_change
            else []
        )
        if response.status == 503:
            advice.append(_describe_wait(response.retry_after))
        return "; ".join(advice or ["retry later"])
    return ""


def _is_filter_refusal(response: Response, error_body: ErrorBody) -> bool:
    """Return whether a server refuses the filter of a list; a PATCH has a filter in its path."""
    is_read = response.method == "GET" or response.path.endswith("/.search")
    is_refusal = (error_body.scim_type or "").lower() == "invalidfilter"
    return response.api == "scim" and is_read and is_refusal


_REFUSAL_ADVICE = {
    501: "the server does not support this request",
    505: "the server does not support this version of HTTP",
    511: f"the network requires a login before it forwards requests{NOTHING_CHANGED_ADVICE}",
}
"""Advice for `REFUSING_SERVER_STATUSES`."""

_SCIM_PATH = re.compile(r"/scim/v[0-9]+\Z", re.IGNORECASE)


def _suggest_scim_url(response: Response) -> str:
    """Return the advice for a base URL whose path is not that of SCIM: Britive responds to it with 401, too."""
    path = urlsplit(response.base_url).path
    if not response.base_url or _SCIM_PATH.search(path):
        return ""
    shown = f"is {format_one_line(path, 100)}" if path else "is empty"
    return f"; check also the path of the base URL, which {shown}: a SCIM URL ends in /api/scim/v2"


_LOOKUP_METHODS = {
    "identity-providers": "identity_providers.get_by_name",
    "users": "users.find_by_username",
    "user-tags": "tags.find_by_name",
}
"""Method that looks up a resource by name, by the path segment before its id in the admin API."""

_ID_IN_PATH = re.compile(r"(?<!/workload)/(identity-providers|users|user-tags)/([^/]+)")
_ADMIN_ID = re.compile(r"[A-Za-z0-9]{20}|[a-z]+-[a-z-]+|attributes|types")
"""Form of the admin API's ids in all published examples, and keywords in the position of an id."""


def _suggest_name_lookup(response: Response) -> str:
    """Return the advice for a name in place of an id; ids of SCIM have no @."""
    if response.api == "admin":
        for segment, id_ in _ID_IN_PATH.findall(response.path):
            if not _ADMIN_ID.fullmatch(id_):
                return _format_lookup_hint(_LOOKUP_METHODS[segment])
        return ""
    before, _, last = response.path.rpartition("/")
    if "@" not in last or not before.endswith("/Users"):
        return ""
    return _format_lookup_hint("find_by_user_name")


def _format_lookup_hint(method: str) -> str:
    return f"; the path takes an id, not a name: look it up by {method}"


def _describe_wait(seconds: float | None) -> str:
    if seconds is None:
        return "wait before retrying, and send fewer requests at a time"
    return f"wait {seconds:g} s before retrying"
