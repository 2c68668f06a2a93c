"""From an answer without success to one error of the tree, with a message that says what to do.

The HTTP status decides which error it is; the body only adds words. Two envelopes are understood
everywhere, see `told`, because a SCIM endpoint may pass the admin API's through.
"""

from __future__ import annotations

import re
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
from britive_scim.wire.decoding.error_body import ErrorBody, truncate_body
from britive_scim.wire.decoding.error_codes import describe_error_code
from britive_scim.wire.decoding.json_fields import format_one_line
from britive_scim.wire.response import Response

__all__ = ["build_api_error", "build_unexpected_response", "expect_success", "is_maintenance"]


def expect_success(response: Response) -> None:
    """Return if the answer says success, else raise the error it says."""
    if not response.ok:
        raise build_api_error(response)


def build_unexpected_response(response: Response, problem: str) -> UnexpectedResponse:
    """Return the error for an answer that cannot be read: what is wrong with it, and what it begins with."""
    message = (
        f"{response.method} {response.path} was answered with {response.status}, but {problem}. "
        "Check the base URL, and what stands between here and the server (proxy, login page)."
    )
    if not response.is_empty:
        message += f" It begins with: {format_one_line(response.text()[:400], 120)}"
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
    """Return the error that an answer without success says; its class follows the HTTP status."""
    if response.status < 400:
        return (
            _build_unexpected_redirect(response)
            if response.status in _REDIRECT_STATUSES
            else _build_unexpected_status(response)
        )
    told = ErrorBody.parse(response)
    kind = _select_error_class(response.status, told)
    detail = told.detail
    message = f"{response.method} {response.path} was answered with {response.status}"
    if told.keyword:
        meaning = describe_error_code(told.error_code)
        message += f" ({told.keyword}: {meaning})" if meaning else f" ({told.keyword})"
    if detail or told.excerpt:
        message += f": {format_one_line(detail, 300) if detail else told.excerpt}"
    advice = _build_advice(kind, response, told)
    message = f"{message.rstrip('. ')}. {advice}" if advice else message
    request_id = response.request_id or told.request_id
    if request_id:
        message += f" [request {format_one_line(request_id, 80)}]"
    return kind(
        message,
        status=response.status,
        detail=detail,
        scim_type=told.scim_type,
        error_code=told.error_code,
        request_id=request_id,
        method=response.method,
        path=response.path,
        retry_after=response.retry_after,
        attempts=response.attempts,
        body=told.body,
    )


def is_maintenance(response: Response) -> bool:
    """Return whether a 503 says that the tenant is under maintenance."""
    return response.status == 503 and ErrorBody.parse(response).error_code == "MAINT0001"


_REDIRECT_STATUSES = frozenset({300, 301, 302, 303, 307, 308})


def _build_unexpected_status(response: Response) -> UnexpectedResponse:
    """Return the error for a status that is neither success nor failure nor redirect, such as 304."""
    why = (
        "that means that nothing changed since an earlier answer, which was not asked"
        if response.status == 304
        else "that is neither a success nor an error"
    )
    return build_unexpected_response(response, why)


def _build_unexpected_redirect(response: Response) -> UnexpectedResponse:
    try:
        target = urlsplit(response.headers.get("location", ""))
        origin = f"{target.scheme}://{target.netloc.rpartition('@')[2]}" if target.netloc else ""
    except ValueError:
        origin = ""
    where = f" to {format_one_line(origin, 100)}" if origin else ""
    return build_unexpected_response(
        response,
        f"it is a redirect{where}, which is never followed, so that the token and the data stay with "
        "the configured address",
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
    if found := _ERROR_CLASSES.get(status):
        return found
    if status >= 500:
        return (
            Maintenance if status == 503 and error_body.error_code == "MAINT0001" else ServerError
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
    scim = response.api == "scim"
    if error_class is Unauthorized:
        return (
            "Check the SCIM token: it belongs to one identity provider, ends at its expiry, and creating "
            "a new one ends the old one; the admin API's token is another."
            if scim
            else "Check the API token: it may be expired, revoked, or a SCIM token, which only the SCIM "
            "endpoint takes; the word in front of it follows from its form, auth_scheme= gives another."
        )
    if error_class is Forbidden:
        return (
            "The token is known and not allowed to do this; older tenants ask to add it to the policy "
            "TenantSCIMPolicy."
            if scim
            else "The token is known and not allowed to do this; check the permissions of its owner."
        )
    if error_class is NotFound:
        if error_body.is_structured:
            return "There is no such resource, or no longer." + _suggest_name_lookup(response)
        return "The body is no error message of the API: check the base URL first, then the id."
    if error_class is Conflict:
        return "A value that must be unique is taken; look for the existing resource."
    if error_class is ExternallyManaged:
        return "It belongs to an identity provider: change it there and let it be pushed."
    if error_class is PreconditionFailed:
        return "It was changed since it was read: read it again and repeat the change."
    if error_class is PayloadTooLarge:
        return "Send less at once."
    if error_class is RateLimited:
        return _describe_wait(response.retry_after)
    if error_class is Maintenance:
        return "The tenant is under maintenance; try again later."
    if response.status == 501:
        return "The server does not offer this."
    if (error_body.scim_type or "").lower() == "expiredcursor":
        return (
            "The loop took longer over a page than the server keeps its place in the list. Begin again; work "
            "less on each page, or fetch the next ones meanwhile: list(concurrency=2)."
        )
    if error_class is ServerError:
        changes = response.method not in ("GET", "HEAD") and not response.path.endswith("/.search")
        unknown = "Whether it did what was asked is unknown; look before repeating a change."
        advice = [unknown] if changes else []
        if response.status == 503:
            advice.append(_describe_wait(response.retry_after))
        return " ".join(["The server failed.", *(advice or ["Try again later."])])
    return ""


_LOOKUP_METHODS = {
    "identity-providers": "identity_providers.get_by_name",
    "users": "users.find_by_username",
    "user-tags": "tags.find_by_name",
}
"""The admin API's part of a path before an id, and what finds its owner by name."""

_ID_IN_PATH = re.compile(r"(?<!/workload)/(identity-providers|users|user-tags)/([^/]+)")
_ADMIN_ID = re.compile(r"[A-Za-z0-9]{20}|[a-z]+-[a-z-]+|attributes|types")
"""What ids of the admin API look like in all published examples, and the words that may stand in their place."""


def _suggest_name_lookup(response: Response) -> str:
    """Return the advice for a name in place of an id: none of SCIM's has an @ in it."""
    if response.api == "admin":
        for place, id_ in _ID_IN_PATH.findall(response.path):
            if not _ADMIN_ID.fullmatch(id_):
                return f" Ids are asked here, not names: {_LOOKUP_METHODS[place]} looks one up by name."
        return ""
    before, _, last = response.path.rpartition("/")
    if "@" not in last or not before.endswith("/Users"):
        return ""
    return " Ids are asked here, not names: find_by_user_name looks a user up by name."


def _describe_wait(seconds: float | None) -> str:
    if seconds is None:
        return "Wait before trying again, and send fewer requests at a time."
    return f"Wait {seconds:g} s before trying again."
