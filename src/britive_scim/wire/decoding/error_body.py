"""What the body of an error says, whichever envelope it comes in.

SCIM's Error (RFC 7644 §3.12), Britive's `{status, message, errorCode, details}`, and what gateways and other
servers make up: wrapped in `error` or `response`, in a list, as a page of HTML, as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from britive_scim.wire.decoding.json_fields import (
    is_list,
    is_object,
    member,
    schemas_of,
    shown,
    whole,
)
from britive_scim.wire.response import Answer

__all__ = ["Told", "kept", "mistaken_success", "speaks_scim"]


class Told:
    """What the body of an error says, in whichever envelope.

    Attributes:
        body: what an error keeps of it.
        detail: what went wrong, in the server's words.
        scim_type: SCIM's keyword.
        error_code: Britive's code.
        request_id: the server's id of the request.
        structured: whether it says anything by the names of either envelope.
        excerpt: how the body begins, where no detail was found in it.
    """

    __slots__ = (
        "body", "detail", "error_code", "excerpt", "request_id", "scim_type", "structured",
    )  # fmt: skip

    def __init__(self) -> None:
        self.body: Any = None
        self.detail: str | None = None
        self.excerpt: str | None = None
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
    def of(cls, answer: Answer) -> Told:
        """Return what the body of `answer` says."""
        told = cls()
        if answer.empty:
            return told
        try:
            value = answer.json()
        except ValueError:
            told.body = kept(answer, None)
            told.detail = _words(answer.text())
            return told
        told.body = kept(answer, value)
        if is_object(value):
            told._take([value, *_nested(value)])
        elif is_list(value):
            told._take(
                [layer for one in value[:_MANY] if is_object(one) for layer in (one, *_nested(one))]
            )
            told.detail = told.detail or _joined(_texts_of(value))
        elif isinstance(value, str):
            told.detail = value.strip() or None
        if told.detail is None and value not in (None, {}, []):
            told.excerpt = shown(answer.text(), 200)
        return told

    def _take(self, layers: Sequence[Mapping[str, Any]]) -> None:
        self.structured = any(
            member(layer, name) is not None
            for layer in layers
            for name in ("schemas", "scimType", "errorCode", "detail", "message")
        )
        self.detail = next((d for layer in layers if (d := _detail(layer))), None) or next(
            (d for layer in layers if (d := _spread_detail(layer))), None
        )
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
    "description",
    "reason",
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


def _spread_detail(value: Mapping[str, Any]) -> str | None:
    """Return the detail where it is spread over an object or a list, such as `{"detail": {"name": "taken"}}`."""
    for name in (*_DETAILS, *_LISTS):
        found = member(value, name)
        if is_object(found) or is_list(found):
            told = _joined(_texts_of(found))
            if told:
                return told
    return None


def _texts_of(value: Any, name: str = "", depth: int = 3) -> Iterator[str]:
    """Yield the texts within a value, each behind the name it stands under."""
    if isinstance(value, str) and value.strip():
        yield f"{name}: {value}" if name else value
    elif is_object(value) and depth:
        for key, inner in value.items():
            yield from _texts_of(inner, "" if key.lower() in _SAYING else key, depth - 1)
    elif is_list(value) and depth:
        for inner in value:
            yield from _texts_of(inner, name, depth - 1)


def _joined(texts: Iterable[str]) -> str | None:
    return "; ".join(islice(texts, _MANY)) or None


_SAYING = frozenset(name.lower() for name in (*_DETAILS, *_LISTS))
_MANY = 5
"""Most texts of a detail that is spread."""


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


def kept(answer: Answer, value: Any) -> Any:
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


def mistaken_success(value: Any) -> str | None:
    """Return what a JSON value says that came with success and tells of a failure, or `None`.

    An Error of SCIM, a `status` of 400 and more, or an error code: some servers and gateways answer 200
    whatever happened.
    """
    if not is_object(value):
        return None
    status = whole(member(value, "status"))
    code = member(value, "errorCode")
    if any(":api:messages:2.0:error" in urn.lower() for urn in schemas_of(value)):
        what = "a SCIM Error"
    elif status is not None and 400 <= status <= 599:
        what = f"an error with status {status}"
    elif isinstance(code, str) and code.strip():
        what = "an error"
    else:
        return None
    named = [text for text in (code, _detail(value)) if isinstance(text, str) and text.strip()]
    return f"{what} ({shown(': '.join(named), 200)})" if named else what
