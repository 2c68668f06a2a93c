"""Recordings: exchanges as JSON that anyone may see, and that answers again.

The file is one object:

- `format`: `"britive-scim recording"`, and `version`: 1;
- `recorded_with`: the version of this package; `api`: `scim` or `admin`; `base_url`: placeholder of the
  address that paths stand below; `ended_with`: class of the exception that ended the block, or null;
- `exchanges`: one object for each try, in order, with
    - `request`: `method`, `path` below the base URL, `query` (pairs of name and value, decoded), `headers`,
      `body`;
    - `response`: `status`, `headers`, `body`; or null where no answer came;
    - `failure`: null; or `cut` (`connect`, `timeout` or `before`) and what was `told`.

A body is null, or an object with one member: `json` (a value), `text`, or `omitted` (number of bytes of
something that is neither).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from britive_scim.errors import InputError
from britive_scim.wire.operation import Operation, RawBody
from britive_scim.wire.recording.redaction import Pseudonymizer
from britive_scim.wire.response import Response
from britive_scim.wire.retry.attempt import AttemptResult

__all__ = ["Recording", "resolve_output_path", "write_private_file"]

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
    """One try of one request, as it was; never shown."""

    operation: Operation[Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    result: AttemptResult = field(repr=False)
    response_body: bytes = field(repr=False)


class Recording:
    """What a client exchanged within one block, kept in memory until it is written with placeholders.

    Args:
        base_url: that paths stand below.
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
        """Take in one try.

        Args:
            operation: what was sent.
            headers: of the request, without its credential.
            content: of the request.
            result: what the try met.
            response_body: body of the answer; both bodies are without the credential.
        """
        kept = {n.lower(): v for n, v in headers if n.lower() in _REQUEST_HEADERS}
        self._attempts.append(_RecordedAttempt(operation, kept, content, result, response_body))

    def to_document(self, ended_with: str | None = None) -> dict[str, Any]:
        """Return the recording as it is written, with placeholders for personal data.

        Args:
            ended_with: class of the exception that ended the block.
        """
        names = Pseudonymizer()
        tries = tuple(self._attempts)
        # All is gone through twice: what the last answer teaches is replaced in the first one too.
        self._build_document(names, tries, ended_with)
        return self._build_document(names, tries, ended_with)

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
            "exchanges": [_encode_exchange(one, pseudonymizer) for one in attempts],
        }

    def to_json(self, ended_with: str | None = None) -> str:
        """Return the document as JSON text, indented for reading."""
        return json.dumps(self.to_document(ended_with), indent=1, ensure_ascii=True) + "\n"


def _encode_exchange(attempt: _RecordedAttempt, pseudonymizer: Pseudonymizer) -> dict[str, Any]:
    operation, answer = attempt.operation, attempt.result.response
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
        if answer is None
        else {
            "status": answer.status,
            "headers": _encode_headers(answer, pseudonymizer),
            "body": _encode_body(attempt.response_body, pseudonymizer, template=operation.template),
        },
        "failure": None
        if answer is not None
        else {
            "cut": _classify_cut(attempt.result),
            "told": pseudonymizer.replace_text(attempt.result.failure_reason),
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
    if is_raw:  # a file to be uploaded
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


def resolve_output_path(path: str | os.PathLike[str]) -> Path:
    """Return the file to write to, made absolute before anybody changes the working directory.

    Raises:
        InputError: it is no path, is a folder, or its folder does not exist.
    """
    try:
        target = Path(path).absolute()
    except TypeError:
        target = None
    if target is None:
        raise InputError(f"a recording is written to a path, not to {type(path).__name__}")
    if target.is_dir() or not target.parent.is_dir():
        why = "it is a folder" if target.is_dir() else "its folder does not exist"
        raise InputError(f"no recording can be written to {str(path)!r}: {why}")
    return target


def write_private_file(target: Path, text: str) -> None:
    """Write a file that its owner alone may read (mode 0600), in one piece or not at all."""
    draft = target.with_name(f".{target.name}.{token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
