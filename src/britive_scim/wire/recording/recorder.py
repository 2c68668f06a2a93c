"""Recordings of exchanges as JSON, redacted, for sharing and replay.

The file is one object:

- `format`: `"britive-scim recording"`, and `version`: 1;
- `recorded_with`: version of this package; `api`: `scim` or `admin`; `base_url`: placeholder of the base URL;
  `ended_with`: class of the exception that ended the block, or null;
- `exchanges`: one object per attempt, in order, with
    - `request`: `method`, `path` below the base URL, `query` (decoded pairs of name and value), `headers`,
      `body`;
    - `response`: `status`, `headers`, `body`; or null without a response;
    - `failure`: null; or `cut` (`connect`, `timeout` or `before`) and the `reason`.

A body is null, or an object with one member: `json` (a value), `text`, or `omitted` (number of bytes of any
other content).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from britive_scim.wire.operation import Operation, RawBody
from britive_scim.wire.recording.redaction import Pseudonymizer
from britive_scim.wire.response import Response
from britive_scim.wire.retry.attempt import AttemptResult

__all__ = ["Recording"]

_REQUEST_HEADERS = frozenset({"accept", "content-type", "if-match", "if-none-match"})
_RESPONSE_HEADERS = frozenset(
    {
        "content-type",
        "date",
        "etag",
        "location",
        "next-page",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    }
)
_URL_HEADERS = frozenset({"location", "next-page"})


@dataclass(frozen=True, slots=True)
class _RecordedAttempt:
    """One attempt of one request, before redaction."""

    operation: Operation[Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    result: AttemptResult = field(repr=False)
    response_body: bytes = field(repr=False)


class Recording:
    """Exchanges of one `record` block, in memory until they are written with placeholders.

    Args:
        base_url: base URL of the client.
        api: `scim` or `admin`.
        recorded_with: version of the package.
    """

    __slots__ = ("_api", "_attempts", "_base_url", "_version")

    def __init__(self, base_url: str, api: str, recorded_with: str) -> None:
        self._base_url = base_url
        self._api = api
        self._version = recorded_with
        self._attempts: list[_RecordedAttempt] = []

    def __len__(self) -> int:
        return len(self._attempts)

    def __repr__(self) -> str:
        return f"<Recording of {len(self._attempts)} exchanges>"

    def add(
        self,
        operation: Operation[Any],
        headers: Iterable[tuple[str, str]],
        content: bytes,
        result: AttemptResult,
        response_body: bytes,
    ) -> None:
        """Add one attempt.

        Args:
            operation: the operation.
            headers: request headers, without the credential.
            content: request body, without the credential.
            result: result of the attempt.
            response_body: response body, without the credential.
        """
        recorded = {n.lower(): v for n, v in headers if n.lower() in _REQUEST_HEADERS}
        self._attempts.append(_RecordedAttempt(operation, recorded, content, result, response_body))

    def to_document(self, ended_with: str | None = None) -> dict[str, Any]:
        """Return the recording as JSON data, with placeholders for personal data.

        Args:
            ended_with: class of the exception that ended the block.
        """
        pseudonymizer = Pseudonymizer()
        attempts = tuple(self._attempts)
        # The second pass also replaces values that first occur in a later exchange.
        self._build_document(pseudonymizer, attempts, ended_with)
        return self._build_document(pseudonymizer, attempts, ended_with)

    def _build_document(
        self,
        pseudonymizer: Pseudonymizer,
        attempts: tuple[_RecordedAttempt, ...],
        ended_with: str | None,
    ) -> dict[str, Any]:
        base_url = pseudonymizer.replace_url(self._base_url)
        pseudonymizer.register_tenant(self._base_url)
        return {
            "format": "britive-scim recording",
            "version": 1,
            "recorded_with": self._version,
            "api": self._api,
            "base_url": base_url,
            "ended_with": ended_with,
            "exchanges": [_encode_exchange(attempt, pseudonymizer) for attempt in attempts],
        }

    def to_json(self, ended_with: str | None = None) -> str:
        """Return the document as indented JSON."""
        return json.dumps(self.to_document(ended_with), indent=1, ensure_ascii=True) + "\n"


def _encode_exchange(attempt: _RecordedAttempt, pseudonymizer: Pseudonymizer) -> dict[str, Any]:
    operation, response = attempt.operation, attempt.result.response
    return {
        "request": {
            "method": operation.method,
            "path": pseudonymizer.replace_path(operation.path, operation.template),
            "query": [list(pair) for pair in pseudonymizer.replace_query(operation.query)],
            "headers": dict(attempt.headers),
            "body": _encode_body(
                attempt.content, pseudonymizer, is_raw=isinstance(operation.body, RawBody)
            ),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "headers": _encode_headers(response, pseudonymizer),
            "body": _encode_body(attempt.response_body, pseudonymizer, template=operation.template),
        },
        "failure": None
        if response is not None
        else {
            "cut": _classify_cut(attempt.result),
            "reason": pseudonymizer.replace_text(attempt.result.failure_reason),
        },
    }


def _encode_headers(response: Response, pseudonymizer: Pseudonymizer) -> dict[str, str]:
    return {
        name: pseudonymizer.replace_value(value) if name in _URL_HEADERS else value
        for name, value in response.headers.items()
        if name in _RESPONSE_HEADERS
    }


def _classify_cut(result: AttemptResult) -> str:
    if result.sent is False:
        return "connect"
    return "timeout" if result.is_timeout else "before"


def _encode_body(
    content: bytes, pseudonymizer: Pseudonymizer, *, is_raw: bool = False, template: str = ""
) -> dict[str, Any] | None:
    if not content:
        return None
    if is_raw:  # an uploaded file
        return {"omitted": len(content)}
    try:
        return {
            "json": pseudonymizer.replace_response_body(Response(200, {}, content).json(), template)
        }
    except ValueError:
        pass
    try:
        return {"text": pseudonymizer.replace_text(content.decode("utf-8"))}
    except UnicodeDecodeError:
        return {"omitted": len(content)}
