"""Parse error response bodies.

Formats: SCIM's Error (RFC 7644 §3.12), Britive's `{status, message, errorCode, details}`, and those of gateways
and other servers: wrapped in `error` or `response`, in a list, as HTML, as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from britive_scim.scim.json_values import is_list, is_object
from britive_scim.wire.decoding.json_fields import (
    BEFORE_MARKUP,
    format_one_line,
    get_field,
    get_schemas,
    parse_integer,
)
from britive_scim.wire.response import Response

__all__ = ["ErrorBody", "find_error_in_success", "is_scim_error", "truncate_body"]


class ErrorBody:
    """Parsed body of an error response.

    Attributes:
        body: the JSON value, or the beginning of the text.
        detail: error message of the server.
        scim_type: SCIM's error keyword.
        error_code: Britive's error code.
        request_id: the server's id of the request.
        is_structured: whether it has a field of SCIM's or Britive's format.
        is_page: whether it is a page of HTML or XML, which the API never sends.
        excerpt: beginning of a body without detail.
    """

    __slots__ = (
        "body",
        "detail",
        "error_code",
        "excerpt",
        "is_page",
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
        self.is_page = False

    @property
    def keyword(self) -> str | None:
        """The error code or SCIM's error keyword, on one line, or `None`."""
        value = self.error_code or self.scim_type
        return format_one_line(value, 60) if value else None

    @classmethod
    def parse(cls, response: Response) -> ErrorBody:
        """Return the parsed body of `response`."""
        parsed = cls()
        is_html = "html" in response.headers.get("content-type", "").lower()
        if response.is_empty:
            parsed.is_page = is_html
            return parsed
        try:
            value = parse_error_json(response)
        except ValueError:
            parsed.body = truncate_body(response, None)
            parsed.is_page = is_html or response.body[:256].lstrip(BEFORE_MARKUP).startswith(b"<")
            parsed.detail = _extract_text(response)
            return parsed
        parsed.body = truncate_body(response, value)
        if is_object(value):
            parsed._read_layers([value, *_iter_nested_objects(value)])
        elif is_list(value):
            parsed._read_layers(
                [
                    layer
                    for item in value[:_MAX_DETAIL_STRINGS]
                    if is_object(item)
                    for layer in (item, *_iter_nested_objects(item))
                ]
            )
            parsed.detail = parsed.detail or _join_strings(_iter_strings(value))
        elif isinstance(value, str):
            parsed.detail = value.strip() or None
        if parsed.detail is None and value not in (None, {}, []):
            parsed.excerpt = format_one_line(response.text(), 200)
        return parsed

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
    """Yield the objects that may contain the error: `response`, `error`, or the first of `errors`."""
    for name in ("response", "error", "errors", "Errors"):
        inner = get_field(value, name)
        if is_list(inner) and inner:
            inner = inner[0]
        if is_object(inner):
            yield inner


def _find_detail(value: Mapping[str, Any]) -> str | None:
    for name in _DETAIL_KEYS:
        detail = get_field(value, name)
        if isinstance(detail, str) and detail.strip():
            return detail
    for name in _DETAIL_LIST_KEYS:
        details = get_field(value, name)
        if is_list(details):
            strings = [item for item in details if isinstance(item, str) and item.strip()]
            if strings:
                return "; ".join(strings)
    return None


def _find_structured_detail(value: Mapping[str, Any]) -> str | None:
    """Return a detail that is an object or a list, such as `{"detail": {"name": "taken"}}`, as one string."""
    for name in (*_DETAIL_KEYS, *_DETAIL_LIST_KEYS):
        detail = get_field(value, name)
        if is_object(detail) or is_list(detail):
            joined = _join_strings(_iter_strings(detail))
            if joined:
                return joined
    return None


def _iter_strings(value: Any, name: str = "", depth: int = 3) -> Iterator[str]:
    """Yield the strings within a value, each prefixed with its field name."""
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
"""Maximum strings of a structured detail."""


def _find_first_string(layers: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str | None:
    for layer in layers:
        for name in names:
            value = get_field(layer, name)
            if isinstance(value, str) and value.strip():
                return value.strip()
    return None


_MAX_PARSED_LENGTH = 1024 * 1024
"""Size up to which an error response is parsed, as parsing takes several times the size."""

_MAX_BODY_LENGTH = 64 * 1024
_HTML_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_HTML_TAG = re.compile(r"<[^>]{0,2000}>")


def truncate_body(response: Response, value: Any) -> Any:
    """Return the body for an error: the JSON value, or the beginning of the text."""
    if len(response.body) > _MAX_BODY_LENGTH or value is None:
        return response.text(_MAX_BODY_LENGTH) or None
    return value


def parse_error_json(response: Response) -> Any:
    """Return the JSON value of an error response.

    Raises:
        ValueError: the body is not JSON, or larger than 1 MiB; it is then read as text.
    """
    if len(response.body) > _MAX_PARSED_LENGTH:
        raise ValueError(f"larger than {_MAX_PARSED_LENGTH} bytes")
    return response.json()


def _extract_text(response: Response) -> str | None:
    """Return the text of a body that is not JSON: the title of an HTML page, or its text without tags.

    Tokens are masked once more, since references are decoded and tags removed.
    """
    body = response.text(_MAX_BODY_LENGTH).strip()
    if body.startswith("<"):
        import html  # has a large table, needed for error pages only

        title = _HTML_TITLE.search(body)
        page = title.group(1) if title else body[:4000]
        joined = html.unescape(_HTML_TAG.sub("", page))
        redacted = response.redact_text(joined)
        text = html.unescape(_HTML_TAG.sub(" ", page)) if redacted is joined else redacted
        body = " ".join(text.split())[:300]
    return body or None


def is_scim_error(response: Response) -> bool:
    """Return whether the body is a SCIM Error."""
    try:
        value = parse_error_json(response)
    except ValueError:
        return False
    if not is_object(value):
        return False
    return (
        any(":error" in urn.lower() for urn in get_schemas(value))
        or get_field(value, "detail") is not None
    )


def find_error_in_success(value: Any) -> str | None:
    """Return a description of the error in the JSON body of a success, or `None`.

    Some servers and gateways send an Error of SCIM, a `status` of 400 and more, an error code, or an object that has
    only an error, with a 200.
    """
    if not is_object(value):
        return None
    status = parse_integer(get_field(value, "status"))
    code = get_field(value, "errorCode")
    if any(":api:messages:2.0:error" in urn.lower() for urn in get_schemas(value)):
        description = "a SCIM Error"
    elif status is not None and 400 <= status <= 599:
        description = f"an error with status {status}"
    elif (isinstance(code, str) and code.strip()) or _has_only_an_error(value):
        description = "an error"
    else:
        return None
    detail = _find_detail(value) or _find_structured_detail(value)
    details = [text for text in (code, detail) if isinstance(text, str) and text.strip()]
    return f"{description} ({format_one_line(': '.join(details), 200)})" if details else description


_ERROR_FIELDS = ("error", "errorMessage", "errorSummary", *_DETAIL_LIST_KEYS)
_OTHER_ERROR_FIELDS = frozenset(
    name.lower() for name in (*_REQUEST_ID_KEYS, "code", "status", "success", "path", "timestamp")
)
_FAILURES = ("error", "fail", "failed", "failure")


def _has_only_an_error(value: Mapping[str, Any]) -> bool:
    """Return whether an object reports an error, and has no other fields than errors have."""
    if not {name.lower() for name in value} <= _UNLABELLED_KEYS | _OTHER_ERROR_FIELDS:
        return False
    return (
        any(get_field(value, name) for name in _ERROR_FIELDS)
        or get_field(value, "success") is False
        or str(get_field(value, "status")).lower() in _FAILURES
    )
