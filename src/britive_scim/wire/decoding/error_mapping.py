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
    UnexpectedAnswer,
)
from britive_scim.wire.decoding.error_body import Told, kept
from britive_scim.wire.decoding.error_codes import meaning_of
from britive_scim.wire.decoding.json_fields import shown
from britive_scim.wire.response import Answer

__all__ = ["expect_success", "failure", "is_maintenance", "unexpected"]


def expect_success(answer: Answer) -> None:
    """Return if the answer says success, else raise the error it says."""
    if not answer.ok:
        raise failure(answer)


def unexpected(answer: Answer, problem: str) -> UnexpectedAnswer:
    """Return the error for an answer that cannot be read: what is wrong with it, and what it begins with."""
    message = (
        f"{answer.method} {answer.path} was answered with {answer.status}, but {problem}. "
        "Check the base URL, and what stands between here and the server (proxy, login page)."
    )
    if not answer.empty:
        message += f" It begins with: {shown(answer.text()[:400], 120)}"
    return UnexpectedAnswer(
        message,
        status=answer.status,
        detail=problem,
        request_id=answer.request_id,
        method=answer.method,
        path=answer.path,
        retry_after=answer.retry_after,
        attempts=answer.attempts,
        body=kept(answer, None),
    )


def failure(answer: Answer) -> ApiError:
    """Return the error that an answer without success says; its class follows the HTTP status."""
    if answer.status < 400:
        return _redirect(answer) if answer.status in _REDIRECTS else _neither(answer)
    told = Told.of(answer)
    kind = _class_of(answer.status, told)
    detail = told.detail
    message = f"{answer.method} {answer.path} was answered with {answer.status}"
    if told.keyword:
        meaning = meaning_of(told.error_code)
        message += f" ({told.keyword}: {meaning})" if meaning else f" ({told.keyword})"
    if detail or told.excerpt:
        message += f": {shown(detail, 300) if detail else told.excerpt}"
    advice = _advice(kind, answer, told)
    message = f"{message.rstrip('. ')}. {advice}" if advice else message
    request_id = answer.request_id or told.request_id
    if request_id:
        message += f" [request {shown(request_id, 80)}]"
    return kind(
        message,
        status=answer.status,
        detail=detail,
        scim_type=told.scim_type,
        error_code=told.error_code,
        request_id=request_id,
        method=answer.method,
        path=answer.path,
        retry_after=answer.retry_after,
        attempts=answer.attempts,
        body=told.body,
    )


def is_maintenance(answer: Answer) -> bool:
    """Return whether a 503 says that the tenant is under maintenance."""
    return answer.status == 503 and Told.of(answer).error_code == "MAINT0001"


_REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})


def _neither(answer: Answer) -> UnexpectedAnswer:
    """Return the error for a status that is neither success nor failure nor redirect, such as 304."""
    why = (
        "that means that nothing changed since an earlier answer, which was not asked"
        if answer.status == 304
        else "that is neither a success nor an error"
    )
    return unexpected(answer, why)


def _redirect(answer: Answer) -> UnexpectedAnswer:
    try:
        target = urlsplit(answer.headers.get("location", ""))
        origin = f"{target.scheme}://{target.netloc.rpartition('@')[2]}" if target.netloc else ""
    except ValueError:
        origin = ""
    where = f" to {shown(origin, 100)}" if origin else ""
    return unexpected(
        answer,
        f"it is a redirect{where}, which is never followed, so that the token and the data stay with "
        "the configured address",
    )


_CLASSES: dict[int, type[ApiError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    413: PayloadTooLarge,
    429: RateLimited,
}


def _class_of(status: int, told: Told) -> type[ApiError]:
    if found := _CLASSES.get(status):
        return found
    if status >= 500:
        return Maintenance if status == 503 and told.error_code == "MAINT0001" else ServerError
    if told.error_code in ("U-0003", "UT-0002"):
        return ExternallyManaged
    if status == 400 and (
        told.error_code in ("U-0009", "E1005") or (told.scim_type or "").lower() == "uniqueness"
    ):
        return Conflict
    return BadRequest


def _advice(kind: type[ApiError], answer: Answer, told: Told) -> str:
    scim = answer.api == "scim"
    if kind is Unauthorized:
        return (
            "Check the SCIM token: it belongs to one identity provider, ends at its expiry, and creating "
            "a new one ends the old one; the admin API's token is another."
            if scim
            else "Check the API token: it may be expired, revoked, or a SCIM token, which only the SCIM "
            "endpoint takes; the word in front of it follows from its form, auth_scheme= gives another."
        )
    if kind is Forbidden:
        return (
            "The token is known and not allowed to do this; older tenants ask to add it to the policy "
            "TenantSCIMPolicy."
            if scim
            else "The token is known and not allowed to do this; check the permissions of its owner."
        )
    if kind is NotFound:
        if told.structured:
            return "There is no such resource, or no longer." + _hint_of_name(answer)
        return "The body is no error message of the API: check the base URL first, then the id."
    if kind is Conflict:
        return "A value that must be unique is taken; look for the existing resource."
    if kind is ExternallyManaged:
        return "It belongs to an identity provider: change it there and let it be pushed."
    if kind is PreconditionFailed:
        return "It was changed since it was read: read it again and repeat the change."
    if kind is PayloadTooLarge:
        return "Send less at once."
    if kind is RateLimited:
        return _wait(answer.retry_after)
    if kind is Maintenance:
        return "The tenant is under maintenance; try again later."
    if answer.status == 501:
        return "The server does not offer this."
    if (told.scim_type or "").lower() == "expiredcursor":
        return (
            "The loop took longer over a page than the server keeps its place in the list. Begin again; work "
            "less on each page, or fetch the next ones meanwhile: list(concurrency=2)."
        )
    if kind is ServerError:
        changes = answer.method not in ("GET", "HEAD") and not answer.path.endswith("/.search")
        unknown = "Whether it did what was asked is unknown; look before repeating a change."
        advice = [unknown] if changes else []
        if answer.status == 503:
            advice.append(_wait(answer.retry_after))
        return " ".join(["The server failed.", *(advice or ["Try again later."])])
    return ""


_BY_NAME = {
    "identity-providers": "identity_providers.get_by_name",
    "users": "users.find_by_username",
    "user-tags": "tags.find_by_name",
}
"""The admin API's part of a path before an id, and what finds its owner by name."""

_PLACES = re.compile(r"(?<!/workload)/(identity-providers|users|user-tags)/([^/]+)")
_ADMIN_ID = re.compile(r"[A-Za-z0-9]{20}|[a-z]+-[a-z-]+|attributes|types")
"""What ids of the admin API look like in all published examples, and the words that may stand in their place."""


def _hint_of_name(answer: Answer) -> str:
    """Return the advice for a name in place of an id: none of SCIM's has an @ in it."""
    if answer.api == "admin":
        for place, id_ in _PLACES.findall(answer.path):
            if not _ADMIN_ID.fullmatch(id_):
                return f" Ids are asked here, not names: {_BY_NAME[place]} looks one up by name."
        return ""
    before, _, last = answer.path.rpartition("/")
    if "@" not in last or not before.endswith("/Users"):
        return ""
    return " Ids are asked here, not names: find_by_user_name looks a user up by name."


def _wait(seconds: float | None) -> str:
    if seconds is None:
        return "Wait before trying again, and send fewer requests at a time."
    return f"Wait {seconds:g} s before trying again."
