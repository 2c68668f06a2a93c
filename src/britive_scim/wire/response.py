"""HTTP responses as immutable values, complete and free of objects of the HTTP library."""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from pydantic_core import from_json

from britive_scim.wire.retry.headers import (
    parse_delay_headers,
    parse_http_date,
    parse_rate_limit_headers,
)

if TYPE_CHECKING:
    from britive_scim.wire.token_redaction import TokenRedactor

__all__ = ["Api", "Response", "get_server_time"]

Api = Literal["scim", "admin"]
"""API of an endpoint: SCIM, or Britive's admin API."""

_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-amz-cf-id",
    "x-ms-request-id",
    "x-okta-request-id",
    "cf-ray",
)

_MAX_ERROR_LENGTH = 1024 * 1024 + 1
"""Size of the part of an error that is searched for tokens: one byte more than what is parsed as JSON."""

_MAX_DEPTH = 64
"""Maximum nesting of objects and arrays in a response."""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response.

    Attributes:
        status: HTTP status code.
        headers: names in lower case; values of a repeated header are joined by a comma.
        body: the decompressed body.
        method: HTTP method of the request.
        path: path of the request below the base URL, without query.
        api: the API whose rules decode the response.
        attempts: number of attempts.
        is_dry_run: simulated by a dry run; nothing was sent.
        redactor: masks the tokens and secrets that the request contained, for errors about the response.
        base_url: URL that `path` was appended to; empty if unknown.
        is_safe: the operation of the request is marked safe.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "GET"
    path: str = "/"
    api: Api = "scim"
    attempts: int = 1
    is_dry_run: bool = False
    redactor: TokenRedactor | None = field(default=None, repr=False, compare=False)
    base_url: str = field(default="", repr=False, compare=False)
    is_safe: bool = field(default=False, repr=False, compare=False)

    def redact_text(self, text: str) -> str:
        """Return text about the response with tokens and secrets of its request masked; itself if it contains none."""
        encoded = text.encode(errors="replace")
        redacted = encoded if self.redactor is None else self.redactor.redact_error(encoded)
        return text if redacted is encoded else redacted.decode()

    def redact(self) -> Response:
        """Return the response with tokens and secrets of its request masked in the body; itself if it contains none.

        The body is cut after a little more than 1 MiB, since errors show its first 64 KiB at most.
        """
        body = self.body[:_MAX_ERROR_LENGTH]
        redacted = body if self.redactor is None else self.redactor.redact_error(body)
        return self if redacted is self.body else replace(self, body=redacted)

    @property
    def ok(self) -> bool:
        """True if the status is a success (2xx)."""
        return 200 <= self.status < 300

    @property
    def is_empty(self) -> bool:
        """True if the body has nothing but whitespace."""
        return not self.body or self.body.isspace()

    @property
    def request_id(self) -> str | None:
        """The server's id of the request from one of the usual headers, or `None`."""
        for name in _REQUEST_ID_HEADERS:
            if value := self.headers.get(name):
                return value[:200]
        return None

    @property
    def requested_delay(self) -> float | None:
        """Seconds of `Retry-After` or `Retry-After-Ms`, or `None` if they are missing or invalid."""
        return parse_delay_headers(self.headers, now=time.time())

    @property
    def rate_limit_reset(self) -> float | None:
        """Seconds until the rate limit's window ends, by the headers of rate limits, or `None`."""
        return parse_rate_limit_headers(self.headers, now=time.time())

    @property
    def retry_after(self) -> float | None:
        """Seconds until a retry is permitted: of `Retry-After`, or for 429 of a rate limit's header; else `None`."""
        seconds = self.requested_delay
        return self.rate_limit_reset if seconds is None and self.status == 429 else seconds

    @property
    def is_too_deep(self) -> bool:
        """True if the body is nested too deeply to be parsed."""
        return is_deeper_than(self.body, _MAX_DEPTH)

    def text(self, max_length: int | None = None) -> str:
        """Return the body as text; invalid UTF-8 becomes replacement characters.

        Args:
            max_length: maximum characters; `None` for all.
        """
        body = self.body if max_length is None else self.body[: 4 * max_length + 3]
        return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")[:max_length]

    def json(self) -> Any:
        """Return the body as a JSON value, regardless of its `Content-Type`.

        An escaped lone surrogate, valid JSON but not Unicode, becomes a replacement character.

        Raises:
            ValueError: the body is not JSON, is nested deeper than 64, or contains NaN or Infinity.
        """
        body = self.body.removeprefix(b"\xef\xbb\xbf")
        if self.is_too_deep:
            raise ValueError(f"nested deeper than {_MAX_DEPTH} levels")
        try:
            return from_json(body, allow_inf_nan=False, cache_strings="keys")
        except ValueError:
            repaired = self.repaired_body
            if repaired is None:
                raise
        return from_json(repaired, allow_inf_nan=False, cache_strings="keys")

    @property
    def repaired_body(self) -> bytes | None:
        r"""The body with `\ufffd` for each escaped lone surrogate; `None` without one."""
        repaired: bytearray | None = None
        start = 3 if self.body.startswith(b"\xef\xbb\xbf") else 0
        for escape in _SURROGATE_ESCAPE.finditer(self.body, start):
            if escape["lone"] is not None:
                repaired = repaired or bytearray(self.body)
                repaired[escape.start() : escape.end()] = rb"\ufffd"  # of the same length
        if repaired is None:
            return None
        del repaired[:start]
        return bytes(repaired)


_SURROGATE_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|\\)"
)
"""An escaped backslash, a pair of escaped surrogates, or a lone one."""


def is_deeper_than(body: bytes, limit: int) -> bool:
    """Return whether JSON `body` nests objects and arrays deeper than `limit`.

    Scans the brackets alone in a few passes of C code, which cost little compared with parsing. The result for
    invalid JSON is arbitrary, as the parser refuses it.
    """
    if len(body) < 10_000 and body.count(b"[") + body.count(b"{") <= limit:
        return False
    # Every opening bracket becomes "[" and every closing one "]", so that a pass removes one level.
    if _has_only_quote_escapes(body):
        brackets = body.translate(_TO_SQUARE_BRACKETS, _NON_BRACKET_NON_ESCAPE_BYTES)
        brackets = brackets.replace(b"\\\\", b"").replace(b'\\"', b"")
    else:
        brackets = body.replace(b"\\\\", b"").replace(b'\\"', b"")
        brackets = brackets.translate(_TO_SQUARE_BRACKETS, _NON_BRACKET_BYTES)
    brackets = brackets.replace(b'""', b"")
    if b'"' in brackets:  # brackets inside strings
        brackets = b"".join(brackets.split(b'"')[::2])
    for level in range(limit):
        remaining = brackets.replace(b"[]", b"")
        if remaining == brackets:
            return False
        if 8 * len(remaining) > 7 * len(brackets):  # few removed by a pass: counting is faster
            return (
                max(accumulate(array("b", remaining.translate(_DEPTH_STEPS))), default=0)
                > limit - level - 1
            )
        brackets = remaining
    return bool(brackets)


_TO_SQUARE_BRACKETS = bytes.maketrans(b"{}", b"[]")
_DEPTH_STEPS = bytes.maketrans(b"[]", b"\x01\xff")
"""+1 and -1 as signed bytes."""

_NON_BRACKET_BYTES = bytes(set(range(256)) - set(b'[]{}"'))
_NON_BRACKET_NON_ESCAPE_BYTES = bytes(set(range(256)) - set(b'[]{}"\\'))


def _has_only_quote_escapes(body: bytes) -> bool:
    """Return whether the body has few escapes, all of quotes and backslashes, as in an ETag.

    They may then be removed after everything else, which is a tenth of the work.
    """
    position = -2
    for _ in range(len(body) // 50 + 1):
        position = body.find(b"\\", position + 2)
        if position < 0:
            return True
        if body[position + 1 : position + 2] not in (b'"', b"\\"):
            return False
    return False


def get_server_time(response: Response | None) -> datetime:
    """Return the time of the `Date` header of `response`, or the local time without one."""
    date = parse_http_date(response.headers.get("date", "")) if response is not None else None
    return datetime.fromtimestamp(time.time() if date is None else date, UTC)
