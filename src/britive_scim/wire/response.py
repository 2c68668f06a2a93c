"""An HTTP answer as an immutable value, read to its end, free of objects of the HTTP library."""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Literal

from pydantic_core import from_json

from britive_scim.wire.retry.headers import parse_http_date, parse_retry_after

__all__ = ["Api", "Response", "get_server_time"]

Api = Literal["scim", "admin"]
"""Which of Britive's two languages an endpoint speaks."""

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

_MAX_DEPTH = 64
"""Deepest nesting of objects and arrays in an answer."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back.

    Attributes:
        status: HTTP status code.
        headers: names in lower case; of a repeated header, the values joined by a comma.
        body: the decoded body.
        method: HTTP method of the request.
        path: path of the request below the base URL, without query.
        api: whose rules the answer is read by.
        attempts: how many times the request was tried.
        is_dry_run: made up in a dry run; nothing was sent.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "GET"
    path: str = "/"
    api: Api = "scim"
    attempts: int = 1
    is_dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether the status says success (2xx)."""
        return 200 <= self.status < 300

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in the body but blanks."""
        return not self.body or self.body.isspace()

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, where one of the usual headers names it."""
        for name in _REQUEST_ID_HEADERS:
            if value := self.headers.get(name):
                return value[:200]
        return None

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asks to wait, or `None` where it does not say, or not readably."""
        value = self.headers.get("retry-after")
        if value is None:
            return None
        return parse_retry_after(value, date=self.headers.get("date"), now=time.time())

    @property
    def is_too_deep(self) -> bool:
        """Whether the body nests deeper than any answer should; checked before it is parsed."""
        return is_deeper_than(self.body, _MAX_DEPTH)

    def text(self) -> str:
        """Return the body as text; what is no UTF-8 is shown as a replacement character."""
        return self.body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as a JSON value, whatever its label says.

        Half a surrogate pair, which JSON can write and Unicode has not, is read as a replacement character.

        Raises:
            ValueError: the body is no JSON, is nested deeper than 64, or holds NaN or Infinity.
        """
        body = self.body.removeprefix(b"\xef\xbb\xbf")
        if self.is_too_deep:
            raise ValueError(f"nested deeper than {_MAX_DEPTH} levels")
        try:
            return from_json(body, allow_inf_nan=False, cache_strings="keys")
        except ValueError:
            mended = self.repaired_body
            if mended is None:
                raise
        return from_json(mended, allow_inf_nan=False, cache_strings="keys")

    @property
    def repaired_body(self) -> bytes | None:
        r"""The body with `\ufffd` for each escape of half a surrogate pair; `None` where there is none."""
        body = self.body.removeprefix(b"\xef\xbb\xbf")
        mended = _ESCAPE_SEQUENCE.sub(_replace_lone_surrogate, body)
        return None if mended == body else mended


_ESCAPE_SEQUENCE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_LONE_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def _replace_lone_surrogate(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if _LONE_SURROGATE_ESCAPE.fullmatch(escape.group()) else escape.group()


def is_deeper_than(body: bytes, limit: int) -> bool:
    """Return whether JSON `body` nests objects and arrays deeper than `limit`.

    Works on the brackets alone with a few passes of C code, so that it costs little beside reading.
    What is no JSON may get either answer: the parser refuses it.
    """
    if len(body) < 10_000 and body.count(b"[") + body.count(b"{") <= limit:
        return False
    # Every opening bracket becomes "[" and every closing one "]", so that a pass takes one level.
    if _has_only_quote_escapes(body):
        brackets = body.translate(_TO_SQUARE_BRACKETS, _NON_BRACKET_NON_ESCAPE_BYTES)
        brackets = brackets.replace(b"\\\\", b"").replace(b'\\"', b"")
    else:
        brackets = body.replace(b"\\\\", b"").replace(b'\\"', b"")
        brackets = brackets.translate(_TO_SQUARE_BRACKETS, _NON_BRACKET_BYTES)
    brackets = brackets.replace(b'""', b"")
    if b'"' in brackets:  # brackets inside texts
        brackets = b"".join(brackets.split(b'"')[::2])
    for level in range(limit):
        left = brackets.replace(b"[]", b"")
        if left == brackets:
            return False
        if 8 * len(left) > 7 * len(brackets):  # so few go with a pass that counting them is faster
            return (
                max(accumulate(array("b", left.translate(_DEPTH_STEPS))), default=0)
                > limit - level - 1
            )
        brackets = left
    return bool(brackets)


_TO_SQUARE_BRACKETS = bytes.maketrans(b"{}", b"[]")
_DEPTH_STEPS = bytes.maketrans(b"[]", b"\x01\xff")
"""One level down, and one up as a signed byte says it."""

_NON_BRACKET_BYTES = bytes(set(range(256)) - set(b'[]{}"'))
_NON_BRACKET_NON_ESCAPE_BYTES = bytes(set(range(256)) - set(b'[]{}"\\'))


def _has_only_quote_escapes(body: bytes) -> bool:
    """Return whether there are few escapes, and all of quotes and backslashes, as in a version.

    They may then be taken out once everything else is, which is a tenth of the work.
    """
    place = -2
    for _ in range(len(body) // 50 + 1):
        place = body.find(b"\\", place + 2)
        if place < 0:
            return True
        if body[place + 1 : place + 2] not in (b'"', b"\\"):
            return False
    return False


def get_server_time(response: Response | None) -> datetime:
    """Return the time by the clock of the server that gave `response`, or by ours where it told none."""
    told = parse_http_date(response.headers.get("date", "")) if response is not None else None
    return datetime.fromtimestamp(time.time() if told is None else told, UTC)
