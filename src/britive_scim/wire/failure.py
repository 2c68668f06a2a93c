"""From an answer without success to one error of the tree, with a message that says what to do.

The HTTP status decides which error it is; the body only adds words. Two envelopes are understood
everywhere, SCIM's Error (RFC 7644 §3.12) and Britive's `{status, message, errorCode, details}`, because
a SCIM endpoint may pass the second one through.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
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
from britive_scim.wire.answer import Answer
from britive_scim.wire.error_codes import meaning_of
from britive_scim.wire.values import is_list, is_object, member, schemas_of, shown

__all__ = ["expect_success", "failure", "is_maintenance", "speaks_scim", "unexpected"]


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
        body=_kept(answer, None),
    )


def failure(answer: Answer) -> ApiError:
    """Return the error that an answer without success says; its class follows the HTTP status."""
    if answer.status < 400:
        return _redirect(answer)
    told = _Told.of(answer)
    kind = _class_of(answer.status, told)
    detail = told.detail
    message = f"{answer.method} {answer.path} was answered with {answer.status}"
    if told.keyword:
        meaning = meaning_of(told.error_code)
        message += f" ({told.keyword}: {meaning})" if meaning else f" ({told.keyword})"
    message += f": {shown(detail, 300)}" if detail else ""
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
    return answer.status == 503 and _Told.of(answer).error_code == "MAINT0001"


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


def _class_of(status: int, told: _Told) -> type[ApiError]:
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


def _advice(kind: type[ApiError], answer: Answer, told: _Told) -> str:
    scim = answer.api == "scim"
    if kind is Unauthorized:
        return (
            "Check the SCIM token: it belongs to one identity provider, ends at its expiry, and creating "
            "a new one ends the old one; the admin API's token is another."
            if scim
            else "Check the API token: it may be expired, revoked, or a SCIM token, which only the SCIM "
            "endpoint takes."
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
            return "There is no such resource, or no longer."
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
    if kind is ServerError:
        return "The server failed. " + (
            _wait(answer.retry_after)
            if answer.status == 503
            else "Whether it did what was asked is unknown; look before repeating a change."
            if answer.method not in ("GET", "HEAD")
            else "Try again later."
        )
    return ""


def _wait(seconds: float | None) -> str:
    if seconds is None:
        return "Wait before trying again, and send fewer requests at a time."
    return f"Wait {seconds:g} s before trying again."


# -------------------------------------------------------------------------------- what an error tells


class _Told:
    """What the body of an error says, in whichever envelope."""

    __slots__ = ("body", "detail", "error_code", "request_id", "scim_type", "structured")

    def __init__(self) -> None:
        self.body: Any = None
        self.detail: str | None = None
        self.scim_type: str | None = None
        self.error_code: str | None = None
        self.request_id: str | None = None
        self.structured = False

    @property
    def keyword(self) -> str | None:
        """The word a program would look at."""
        found = self.error_code or self.scim_type
        return shown(found, 60) if found else None

    @classmethod
    def of(cls, answer: Answer) -> _Told:
        """Return what the body of `answer` says."""
        told = cls()
        if answer.empty:
            return told
        try:
            value = answer.json()
        except ValueError:
            told.body = _kept(answer, None)
            told.detail = _words(answer.text())
            return told
        told.body = _kept(answer, value)
        if is_object(value):
            told._take(value)
        elif isinstance(value, str):
            told.detail = value.strip() or None
        return told

    def _take(self, value: dict[str, Any]) -> None:
        layers = [value, *_nested(value)]
        self.structured = any(
            member(layer, name) is not None
            for layer in layers
            for name in ("schemas", "scimType", "errorCode", "detail", "message")
        )
        self.detail = next((d for layer in layers if (d := _detail(layer))), None)
        self.scim_type = _first_text(layers, ("scimType",))
        self.error_code = _first_text(layers, ("errorCode",))
        self.request_id = _first_text(layers, _REQUEST_IDS)


_REQUEST_IDS = ("requestId", "exceptionRequestId", "request_id", "correlationId", "traceId")
_DETAILS = (
    "detail",
    "message",
    "error_description",
    "errorMessage",
    "errorSummary",
    "title",
    "error",
)
_LISTS = ("errorMessageList", "errors", "Errors", "errorCauses")


def _nested(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects an error may be wrapped in: `response`, `error`, or the first of `errors`."""
    for name in ("response", "error", "errors", "Errors"):
        inner = member(value, name)
        if is_list(inner) and inner:
            inner = inner[0]
        if is_object(inner):
            yield inner


def _detail(value: Mapping[str, Any]) -> str | None:
    for name in _DETAILS:
        found = member(value, name)
        if isinstance(found, str) and found.strip():
            return found
    for name in _LISTS:
        found = member(value, name)
        if is_list(found):
            texts = [t for t in found if isinstance(t, str) and t.strip()]
            if texts:
                return "; ".join(texts)
    return None


def _first_text(layers: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str | None:
    for layer in layers:
        for name in names:
            found = member(layer, name)
            if isinstance(found, str) and found.strip():
                return found.strip()
    return None


_KEPT = 64 * 1024
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,2000}>")


def _kept(answer: Answer, value: Any) -> Any:
    """Return what an error keeps of the body: the JSON value, or the beginning of the text."""
    if len(answer.body) > _KEPT or value is None:
        return answer.text()[:_KEPT] or None
    return value


def _words(body: str) -> str | None:
    """Return the words of a body that is no JSON: the title of a page, or its text without tags."""
    body = body.strip()[:_KEPT]
    if body.startswith("<"):
        title = _TITLE.search(body)
        body = html.unescape(title.group(1) if title else _TAG.sub(" ", body[:4000]))
        body = " ".join(body.split())[:300]
    return body or None


def speaks_scim(answer: Answer) -> bool:
    """Return whether an error is told in SCIM's words."""
    try:
        value = answer.json()
    except ValueError:
        return False
    if not is_object(value):
        return False
    body = value
    return (
        any(":error" in urn.lower() for urn in schemas_of(body))
        or member(body, "detail") is not None
    )
