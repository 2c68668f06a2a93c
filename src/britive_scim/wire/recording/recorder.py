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
from britive_scim.wire.operation import Operation, Raw
from britive_scim.wire.recording.redaction import Pseudonyms
from britive_scim.wire.response import Answer
from britive_scim.wire.retry.attempt import Outcome

__all__ = ["Recording", "checked_target", "write_private"]

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
_ADDRESSES = frozenset({"location", "next-page"})


@dataclass(frozen=True, slots=True)
class _Try:
    """One try of one request, as it was; never shown."""

    operation: Operation[Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    outcome: Outcome = field(repr=False)
    answered: bytes = field(repr=False)


class Recording:
    """What a client exchanged within one block, kept in memory until it is written with placeholders.

    Args:
        base_url: that paths stand below.
        api: `scim` or `admin`.
        recorded_with: version of the package.
    """

    __slots__ = ("_api", "_base_url", "_tries", "_version")

    def __init__(self, base_url: str, api: str, recorded_with: str) -> None:
        self._base_url = base_url
        self._api = api
        self._version = recorded_with
        self._tries: list[_Try] = []

    def __len__(self) -> int:
        return len(self._tries)

    def __repr__(self) -> str:
        return f"<Recording of {len(self._tries)} exchanges>"

    def add(
        self,
        operation: Operation[Any],
        headers: Iterable[tuple[str, str]],
        content: bytes,
        outcome: Outcome,
        answered: bytes,
    ) -> None:
        """Take in one try.

        Args:
            operation: what was sent.
            headers: of the request, without its credential.
            content: of the request.
            outcome: what the try met.
            answered: body of the answer; both bodies are without the credential.
        """
        kept = {n.lower(): v for n, v in headers if n.lower() in _REQUEST_HEADERS}
        self._tries.append(_Try(operation, kept, content, outcome, answered))

    def document(self, ended_with: str | None = None) -> dict[str, Any]:
        """Return the recording as it is written, with placeholders for personal data.

        Args:
            ended_with: class of the exception that ended the block.
        """
        names = Pseudonyms()
        tries = tuple(self._tries)
        # All is gone through twice: what the last answer teaches is replaced in the first one too.
        self._written(names, tries, ended_with)
        return self._written(names, tries, ended_with)

    def _written(
        self, names: Pseudonyms, tries: tuple[_Try, ...], ended_with: str | None
    ) -> dict[str, Any]:
        base_url = names.url(self._base_url)
        names.tenant(self._base_url)
        return {
            "format": "britive-scim recording",
            "version": 1,
            "recorded_with": self._version,
            "api": self._api,
            "base_url": base_url,
            "ended_with": ended_with,
            "exchanges": [_exchange(one, names) for one in tries],
        }

    def text(self, ended_with: str | None = None) -> str:
        """Return the document as JSON text, indented for reading."""
        return json.dumps(self.document(ended_with), indent=1, ensure_ascii=True) + "\n"


def _exchange(one: _Try, names: Pseudonyms) -> dict[str, Any]:
    operation, answer = one.operation, one.outcome.answer
    return {
        "request": {
            "method": operation.method,
            "path": names.path(operation.path, operation.template),
            "query": [list(pair) for pair in names.query(operation.query)],
            "headers": dict(one.headers),
            "body": _body(one.content, names, raw=isinstance(operation.body, Raw)),
        },
        "response": None
        if answer is None
        else {
            "status": answer.status,
            "headers": _headers(answer, names),
            "body": _body(one.answered, names, template=operation.template),
        },
        "failure": None
        if answer is not None
        else {"cut": _cut(one.outcome), "told": names.text(one.outcome.told)},
    }


def _headers(answer: Answer, names: Pseudonyms) -> dict[str, str]:
    return {
        name: names.value(value) if name in _ADDRESSES else value
        for name, value in answer.headers.items()
        if name in _RESPONSE_HEADERS
    }


def _cut(outcome: Outcome) -> str:
    if outcome.sent is False:
        return "connect"
    return "timeout" if outcome.timed_out else "before"


def _body(
    content: bytes, names: Pseudonyms, *, raw: bool = False, template: str = ""
) -> dict[str, Any] | None:
    if not content:
        return None
    if raw:  # a file to be uploaded
        return {"omitted": len(content)}
    try:
        return {"json": names.answered(Answer(200, {}, content).json(), template)}
    except ValueError:
        pass
    try:
        return {"text": names.text(content.decode("utf-8"))}
    except UnicodeDecodeError:
        return {"omitted": len(content)}


def checked_target(path: str | os.PathLike[str]) -> Path:
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


def write_private(target: Path, text: str) -> None:
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
