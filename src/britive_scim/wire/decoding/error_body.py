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
    format_one_line,
    get_field,
    get_schemas,
    is_list,
    is_object,
    parse_integer,
)
from britive_scim.wire.response import Response

__all__ = ["ErrorBody", "find_error_in_success", "is_scim_error", "truncate_body"]


class ErrorBody:
    """What the body of an error says, in whichever envelope.

    Attributes:
        body: what an error keeps of it.
        detail: what went wrong, in the server's words.
        scim_type: SCIM's keyword.
        error_code: Britive's code.
        request_id: the server's id of the request.
        is_structured: whether it says anything by the names of either envelope.
        excerpt: how the body begins, where no detail was found in it.
    """

    __slots__ = (
        "body",
        "detail",
        "error_code",
        "excerpt",
        "is_structured",
        "request_id",
        "scim_type",
    )  # fmt: skip

    def __init__(self) -> None:
        self.body: Any = None
        self.detail: str | None = None
        self.excerpt: str | None = None
        self.scim_type: str | None = None
        self.error_code: str | None = None
        self.request_id: str | None = None
        self.is_structured = False

    @property
    def keyword(self) -> str | None:
        """The word a program would look at."""
        found = self.error_code or self.scim_type
        return format_one_line(found, 60) if found else None

    @classmethod
    def parse(cls, response: Response) -> ErrorBody:
        """Return what the body of `response` says."""
        told = cls()
        if response.is_empty:
            return told
        try:
            value = response.json()
        except ValueError:
            told.body = truncate_body(response, None)
            told.detail = _extract_text(response.text())
            return told
        told.body = truncate_body(response, value)
        if is_object(value):
            told._read_layers([value, *_iter_nested_objects(value)])
        elif is_list(value):
            told._read_layers(
                [
                    layer
                    for one in value[:_MAX_DETAIL_STRINGS]
                    if is_object(one)
                    for layer in (one, *_iter_nested_objects(one))
                ]
            )
            told.detail = told.detail or _join_strings(_iter_strings(value))
        elif isinstance(value, str):
            told.detail = value.strip() or None
        if told.detail is None and value not in (None, {}, []):
            told.excerpt = format_one_line(response.text(), 200)
        return told

    def _read_layers(self, layers: Sequence[Mapping[str, Any]]) -> None:
        self.is_structured = any(
            get_field(layer, name) is not None
            for layer in layers
            for name in ("schemas", "scimType", "errorCode", "detail", "message")
        )
        self.detail = next((d for layer in layers if (d := _find_detail(layer))), None) or next(
            (d for layer in layers if (d := _find_structured_detail(layer))), None
        )
        self.scim_type = _find_first_string(layers, ("scimType",))
        self.error_code = _find_first_string(layers, ("errorCode",))
        self.request_id = _find_first_string(layers, _REQUEST_ID_KEYS)


_REQUEST_ID_KEYS = ("requestId", "exceptionRequestId", "request_id", "correlationId", "traceId")
_DETAIL_KEYS = (
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
_DETAIL_LIST_KEYS = ("errorMessageList", "errors", "Errors", "errorCauses")


def _iter_nested_objects(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects an error may be wrapped in: `response`, `error`, or the first of `errors`."""
    for name in ("response", "error", "errors", "Errors"):
        inner = get_field(value, name)
        if is_list(inner) and inner:
            inner = inner[0]
        if is_object(inner):
            yield inner


def _find_detail(value: Mapping[str, Any]) -> str | None:
    for name in _DETAIL_KEYS:
        found = get_field(value, name)
        if isinstance(found, str) and found.strip():
            return found
    for name in _DETAIL_LIST_KEYS:
        found = get_field(value, name)
        if is_list(found):
            texts = [t for t in found if isinstance(t, str) and t.strip()]
            if texts:
                return "; ".join(texts)
    return None


def _find_structured_detail(value: Mapping[str, Any]) -> str | None:
    """Return the detail where it is spread over an object or a list, such as `{"detail": {"name": "taken"}}`."""
    for name in (*_DETAIL_KEYS, *_DETAIL_LIST_KEYS):
        found = get_field(value, name)
        if is_object(found) or is_list(found):
            told = _join_strings(_iter_strings(found))
            if told:
                return told
    return None


def _iter_strings(value: Any, name: str = "", depth: int = 3) -> Iterator[str]:
    """Yield the texts within a value, each behind the name it stands under."""
    if isinstance(value, str) and value.strip():
        yield f"{name}: {value}" if name else value
    elif is_object(value) and depth:
        for key, inner in value.items():
            yield from _iter_strings(
                inner, "" if key.lower() in _UNLABELLED_KEYS else key, depth - 1
            )
    elif is_list(value) and depth:
        for inner in value:
            yield from _iter_strings(inner, name, depth - 1)


def _join_strings(strings: Iterable[str]) -> str | None:
    return "; ".join(islice(strings, _MAX_DETAIL_STRINGS)) or None


_UNLABELLED_KEYS = frozenset(name.lower() for name in (*_DETAIL_KEYS, *_DETAIL_LIST_KEYS))
_MAX_DETAIL_STRINGS = 5
"""Most texts of a detail that is spread."""


def _find_first_string(layers: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str | None:
    for layer in layers:
        for name in names:
            found = get_field(layer, name)
            if isinstance(found, str) and found.strip():
                return found.strip()
    return None


_MAX_BODY_LENGTH = 64 * 1024
_HTML_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_HTML_TAG = re.compile(r"<[^>]{0,2000}>")


def truncate_body(response: Response, value: Any) -> Any:
    """Return what an error keeps of the body: the JSON value, or the beginning of the text."""
    if len(response.body) > _MAX_BODY_LENGTH or value is None:
        return response.text()[:_MAX_BODY_LENGTH] or None
    return value


def _extract_text(body: str) -> str | None:
    """Return the words of a body that is no JSON: the title of a page, or its text without tags."""
    body = body.strip()[:_MAX_BODY_LENGTH]
    if body.startswith("<"):
        title = _HTML_TITLE.search(body)
        body = html.unescape(title.group(1) if title else _HTML_TAG.sub(" ", body[:4000]))
        body = " ".join(body.split())[:300]
    return body or None


def is_scim_error(response: Response) -> bool:
    """Return whether an error is told in SCIM's words."""
    try:
        value = response.json()
    except ValueError:
        return False
    if not is_object(value):
        return False
    body = value
    return (
        any(":error" in urn.lower() for urn in get_schemas(body))
        or get_field(body, "detail") is not None
    )


def find_error_in_success(value: Any) -> str | None:
    """Return what a JSON value says that came with success and tells of a failure, or `None`.

    An Error of SCIM, a `status` of 400 and more, or an error code: some servers and gateways answer 200
    whatever happened.
    """
    if not is_object(value):
        return None
    status = parse_integer(get_field(value, "status"))
    code = get_field(value, "errorCode")
    if any(":api:messages:2.0:error" in urn.lower() for urn in get_schemas(value)):
        what = "a SCIM Error"
    elif status is not None and 400 <= status <= 599:
        what = f"an error with status {status}"
    elif isinstance(code, str) and code.strip():
        what = "an error"
    else:
        return None
    named = [text for text in (code, _find_detail(value)) if isinstance(text, str) and text.strip()]
    return f"{what} ({format_one_line(': '.join(named), 200)})" if named else what
