"""Local files: their encoding, and whether they are CSV, JSON lines or JSON. No other module opens files."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from britive_scim._private_file import check_path
from britive_scim.errors import DirectoryError, InputError
from britive_scim.provisioning.directory.excel import is_excel, read_excel

__all__ = [
    "AmbiguousJson",
    "FileFormat",
    "SourceFile",
    "check_delimiter",
    "parse_json",
    "parse_json_file",
    "read_source_file",
]

FileFormat = Literal["CSV", "Excel", "JSON lines", "JSON"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, longer ones first where one begins with another."""

_OTHER_FILES = (
    (b"PK\x03\x04", "an archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF file"),
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Text of a file.

    Attributes:
        name: name without folders.
        text: the text; of an Excel file its first sheet as CSV.
        encoding: encoding, given or detected; `None` for an Excel file.
        format: format, detected.
    """

    name: str
    text: str
    encoding: str | None
    format: FileFormat


def read_source_file(path: str | os.PathLike[str], encoding: str | None) -> SourceFile:
    """Read a file.

    Args:
        path: the file.
        encoding: its encoding; `None` to detect it: a byte order mark, else UTF-8.

    Raises:
        InputError: the encoding is unknown.
        DirectoryError: the file has another encoding, or is binary.
        ConfigurationError: it is an Excel file, and openpyxl is not installed.
        OSError: the file cannot be read.
    """
    check_path(path)
    if encoding is not None:
        _check_encoding(encoding)
    file = Path(path)
    data = file.read_bytes()
    if is_excel(data):
        return SourceFile(file.name, read_excel(data, file.name), None, "Excel")
    for start, description in _OTHER_FILES:
        if data.startswith(start):
            raise DirectoryError(
                f"{file.name} must be CSV, Excel or JSON, got {description}; save it as CSV"
            )
    text, name = _decode(data, encoding, file.name)
    if "\0" in text.partition("\n")[0]:  # values may have one, headers have none
        raise DirectoryError(
            f"{file.name} must be text, got a null character in line 1;"
            " name the encoding, such as encoding='utf-16-le'"
        )
    return SourceFile(file.name, text, name, _detect_format(text))


def _check_encoding(encoding: object) -> None:
    try:
        codecs.lookup(cast("str", encoding))
        "".encode(cast("str", encoding))
    except (LookupError, TypeError, ValueError):
        raise InputError(
            f"encoding must be a known encoding such as 'cp1252', got {encoding!r:.60}"
        ) from None


def check_delimiter(delimiter: object) -> None:
    """Check the delimiter of a CSV file.

    Raises:
        InputError: it is not a single character, or one that CSV uses otherwise.
    """
    if delimiter is None:
        return
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(f"delimiter must be a single character such as ';', got {delimiter!r:.60}")


def _decode(data: bytes, encoding: str | None, name: str) -> tuple[str, str]:
    detected = next((codec for mark, codec in _MARKS if data.startswith(mark)), "utf-8")
    codec = encoding or detected
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        expectation = f"in {encoding}" if encoding else "UTF-8, or begin with a byte order mark"
        raise DirectoryError(
            f"{name} must be {expectation}, got byte {data[error.start]:#04x} in line {line};"
            " name its encoding, such as encoding='cp1252'"
        ) from None
    return text.removeprefix("\ufeff"), codec.removesuffix("-sig")


def _detect_format(text: str) -> FileFormat:
    start = text.lstrip()[:1]
    if start == "[":
        return "JSON"
    if start != "{":
        return "CSV"
    first = text.lstrip().partition("\n")[0].strip()
    try:
        value: dict[str, Any] = json.loads(first)
    except ValueError:
        return "JSON"
    is_only_line = not text.lstrip().partition("\n")[2].strip()
    return "JSON" if is_only_line and _is_document(value) else "JSON lines"


def _is_document(value: Mapping[str, Any]) -> bool:
    """Return whether one object is a document with lists of users and groups, and not a user."""
    return any(isinstance(value.get(name), list) for name in ("users", "tags", "Resources"))


class AmbiguousJson(ValueError):
    """JSON that parsers read differently: a name twice in one object, or half a surrogate pair (RFC 8259 §4, §8.2)."""


def parse_json(text: str) -> Any:
    """Return the value of JSON text.

    Raises:
        AmbiguousJson: an object has a name twice, or a string is not Unicode.
        ValueError: the text is not JSON.
        RecursionError: it is nested too deeply.
    """
    value = json.loads(text, object_pairs_hook=_build_object)
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise AmbiguousJson("a string with half a surrogate pair") from None
    return value


def _build_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(members)
    if len(built) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise AmbiguousJson(f"{twice!r:.60} twice in one object")
    return built


def parse_json_file(file: SourceFile) -> Any:
    """Return the value of a JSON file.

    Raises:
        DirectoryError: it is not JSON.
    """
    try:
        return parse_json(file.text)
    except AmbiguousJson as error:
        raise DirectoryError(f"{file.name} must be valid JSON, got {error}") from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        place = f" in line {line}" if line is not None else ""
        raise DirectoryError(f"{file.name} must be valid JSON, got an error{place}") from None
