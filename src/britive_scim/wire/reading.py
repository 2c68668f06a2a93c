"""From an answer to a value, or to one error of the tree. Pure: same answer, same outcome.

The HTTP status decides which error it is; the body only adds words. Bodies are judged by what they
are, never by their label: SCIM servers send JSON as `text/html` and HTML as JSON. Two envelopes are
understood everywhere, SCIM's Error (RFC 7644 §3.12) and Britive's `{status, message, errorCode,
details}`, because a SCIM endpoint may pass the second one through.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, Self, TypeGuard, TypeVar
from urllib.parse import urlsplit

from britive_scim.errors import (
    ApiError,
    BadRequest,
    Conflict,
    ExternallyManaged,
    Forbidden,
    InputError,
    Maintenance,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    RateLimited,
    ServerError,
    Unauthorized,
    UnexpectedAnswer,
)
from britive_scim.scim.discovery import ServiceProviderConfig
from britive_scim.scim.messages import ListResponse
from britive_scim.scim.resource import Resource
from britive_scim.wire.answer import Answer
from britive_scim.wire.paging import Page

__all__ = [
    "FromWire",
    "Reader",
    "document",
    "expect_success",
    "failure",
    "listing",
    "many",
    "nothing",
    "one",
    "optional",
    "text",
    "unexpected",
]

T = TypeVar("T")
M = TypeVar("M", bound="FromWire")
R = TypeVar("R", bound=Resource)

Reader = Callable[[Answer], T]
"""Turns an answer into a value, or raises one error of the tree."""


class FromWire(Protocol):
    """A model of either language."""

    @classmethod
    def from_wire(cls, data: Any, /) -> Self:
        """Return the model that wire-form `data` says."""
        ...


# -------------------------------------------------------------------------------------------- readers


def one(model: type[M]) -> Reader[M]:
    """Return a reader of one `model`."""
    return _reader_of_one(model)


def optional(model: type[M]) -> Reader[M | None]:
    """Return a reader of one `model`, or of `None` where the answer has no body (204, empty 200)."""
    return _reader_of_optional(model)


def many(model: type[M], *, key: str | None = None) -> Reader[list[M]]:
    """Return a reader of a JSON array of `model`; of the array under `key` where there is an object.

    An empty body and a missing or null array are no models.
    """
    return _reader_of_many(model, key)


def listing(model: type[R], *, miss: bool = False) -> Reader[Page[R]]:
    """Return a reader of a SCIM ListResponse of `model` (RFC 7644 §3.4.2).

    Args:
        model: class of the resources.
        miss: the query has a filter, so that a 404 in SCIM's own words means "nothing found"; a 404
            of another kind still means a wrong address.
    """
    return _reader_of_listing(model, miss)


# Readers are made once a class. The functions that keep them say `Any`, because a cache forgets which
# type goes with which; the functions above say it.


@cache
def _reader_of_one(model: type[Any]) -> Reader[Any]:
    def read(answer: Answer) -> Any:
        expect_success(answer)
        return _one(answer, model)

    return read


@cache
def _reader_of_optional(model: type[Any]) -> Reader[Any]:
    def read(answer: Answer) -> Any:
        expect_success(answer)
        return None if answer.empty else _one(answer, model)

    return read


@cache
def _reader_of_many(model: type[Any], key: str | None) -> Reader[Any]:
    def read(answer: Answer) -> Any:
        expect_success(answer)
        if answer.empty:
            return []
        value = document(answer)
        if is_object(value) and key is not None:
            value = member(value, key)
        if value is None:
            return []
        if not is_list(value):
            raise unexpected(answer, f"a list was expected, not {_kind(value)}")
        return [_model(answer, model, item) for item in value]

    return read


@cache
def _reader_of_listing(model: type[Any], miss: bool) -> Reader[Any]:
    page_of: Any = ListResponse[model]  # type: ignore[valid-type]  # a class made at run time

    def read(answer: Answer) -> Any:
        if miss and answer.status == 404 and _speaks_scim(answer):
            nobody: Page[Any] = Page((), total=0)
            return nobody
        expect_success(answer)
        return _page(answer, page_of)

    return read


def nothing(answer: Answer) -> None:
    """Read an answer of which only the success matters."""
    expect_success(answer)


def text(answer: Answer) -> str:
    """Read the body as text."""
    expect_success(answer)
    return answer.text()


def document(answer: Answer) -> Any:
    """Read the body as a JSON value.

    Raises:
        UnexpectedAnswer: it is empty, cut short, HTML, or no JSON for another reason.
    """
    expect_success(answer)
    if answer.empty:
        raise unexpected(answer, "JSON was expected, and the body is empty")
    try:
        return answer.json()
    except ValueError as error:
        problem = str(error).split("\n", 1)[0]
    start = answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<"):
        raise unexpected(answer, "JSON was expected, and this is HTML or XML")
    raise unexpected(answer, f"the body is no complete JSON: {problem}")


# ---------------------------------------------------------------------------------- parts of readers


def member(value: Mapping[str, Any], name: str) -> Any:
    """Return `value[name]` with `name` in any case, or `None` (RFC 7643 §2.1)."""
    if name in value:
        return value[name]
    wanted = name.lower()
    return next((v for k, v in value.items() if k.lower() == wanted), None)


def whole(value: Any) -> int | None:
    """Return a whole number, written as a number or as text, or `None`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    return None


_WHOLE = re.compile(r"-?[0-9]{1,18}")


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a JSON value is an array."""
    return isinstance(value, list)


def _object(answer: Answer) -> dict[str, Any]:
    value = document(answer)
    if is_object(value):
        return value
    raise unexpected(answer, f"an object was expected, not {_kind(value)}")


def _model(answer: Answer, model: type[M], value: Any) -> M:
    try:
        return model.from_wire(value)
    except InputError as error:
        problem = error.message
    raise unexpected(answer, f"it does not read as {model.__name__}: {problem}")


def _one(answer: Answer, model: type[M]) -> M:
    if not issubclass(model, Resource):
        return _model(answer, model, _object(answer))
    if not answer.too_deep:
        try:
            found = model.from_wire(
                answer.body
            )  # straight from the text: no detour over plain data
        except InputError:
            pass  # told below
        else:
            if found.model_fields_set & _TELL_TALES or _sparse(found):
                return found
    value = _object(answer)
    _refuse_message(answer, model, value)
    return _model(answer, model, value)


_TELL_TALES = frozenset({"id", "schemas", "meta"})


def _sparse(found: Resource) -> bool:
    """Return whether this is a configuration without anything but its facts."""
    return isinstance(found, ServiceProviderConfig) and bool(found.model_fields_set)


def _refuse_message(answer: Answer, model: type[Any], value: dict[str, Any]) -> None:
    """Refuse JSON that is no SCIM resource, such as `{"ok": true}` or an error in a 200."""
    messages = [urn for urn in _urns(value) if ":scim:api:messages:" in urn.lower()]
    if messages:
        detail = member(value, "detail")
        told = f": {_shown(detail, 200)}" if isinstance(detail, str) else ""
        name = messages[0].rpartition(":")[2]
        raise unexpected(answer, f"a {model.__name__} was expected, not a SCIM {name}{told}")
    if not any(key.lower() in _TELL_TALES for key in value):
        raise unexpected(
            answer,
            f"a {model.__name__} was expected, and this is no SCIM resource: it has neither id nor schemas",
        )


def _urns(value: Mapping[str, Any]) -> list[str]:
    """Return the schemas of a message, which may be a list, one text, or JSON within a text."""
    schemas = member(value, "schemas")
    if isinstance(schemas, str):
        return [schemas.strip('[]" ')]
    if is_list(schemas):
        return [urn for urn in schemas if isinstance(urn, str)]
    return []


def _page(answer: Answer, page_of: type[ListResponse[R]]) -> Page[R]:
    problem = "a SCIM ListResponse was expected, and the body is empty"
    start = answer.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"[") or answer.too_deep:
        problem = f"a SCIM ListResponse was expected, not {_kind(document(answer))}"
    elif start:
        try:
            page = page_of.from_wire(answer.body)
        except InputError as error:
            problem = f"a SCIM ListResponse was expected: {error.message}"
        else:
            cursor = page.next_cursor
            return Page(
                tuple(page.resources),
                total=page.total_results
                if page.total_results is None
                else max(page.total_results, 0),
                size=page.items_per_page,
                skipped=_skipped(page),
                cursor=cursor or None,
            )
    if start:
        document(answer)  # says it better where it is no JSON at all
    raise unexpected(answer, problem)


def _skipped(page: ListResponse[Any]) -> int:
    """Return how many entries of a page were no objects."""
    return sum(
        len(value)
        for name, value in (page.model_extra or {}).items()
        if name.lower() == "resources" and is_list(value)
    )


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if is_list(value) else "an object"


# --------------------------------------------------------------------------------------------- errors


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
        message += f" It begins with: {_shown(answer.text()[:400], 120)}"
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
        message += f" ({told.keyword})"
    message += f": {_shown(detail, 300)}" if detail else ""
    advice = _advice(kind, answer, told)
    message = f"{message.rstrip('. ')}. {advice}" if advice else message
    request_id = answer.request_id or told.request_id
    if request_id:
        message += f" [request {_shown(request_id, 80)}]"
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
    where = f" to {_shown(origin, 100)}" if origin else ""
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
        return _shown(found, 60) if found else None

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


def _shown(value: str, width: int) -> str:
    """Return `value` on one line, control characters made visible, at most `width` characters."""
    value = " ".join(value[: 4 * width].split())
    value = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value)
    return value if len(value) <= width else value[: width - 1] + "…"


def _speaks_scim(answer: Answer) -> bool:
    """Return whether an error is told in SCIM's words."""
    try:
        value = answer.json()
    except ValueError:
        return False
    if not is_object(value):
        return False
    body = value
    return any(":error" in urn.lower() for urn in _urns(body)) or member(body, "detail") is not None
