"""JSON as it comes from the wire: text to data, refusing what JSON can say and SCIM cannot mean."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from pydantic_core import from_json, to_json, to_jsonable_python

from britive_scim.errors import InvalidResource
from britive_scim.scim.json_values import is_list, is_object

__all__ = [
    "MAX_DEPTH",
    "SAFE_TYPES",
    "LoneSurrogateString",
    "OutOfRangeNumber",
    "check_depth",
    "format_path",
    "is_out_of_limits",
    "is_too_deep",
    "is_valid_unicode",
    "parse_json",
    "parse_json_unchecked",
    "to_json_bytes",
]

MAX_DEPTH = 64
"""Most arrays and objects within each other, the outermost counted."""

SAFE_TYPES = frozenset({str, int, bool, type(None)})
"""Classes of JSON values with which nothing can be wrong."""


class LoneSurrogateString(str):
    """Text with half a surrogate pair: JSON can write it as an escape, Unicode does not have it.

    A class of its own, so that no reader takes it for text.
    """

    __slots__ = ()


class OutOfRangeNumber(str):
    """The text of a number so large that Python has none for it.

    A class of its own, so that no reader takes it for text.
    """

    __slots__ = ()


_MAX_DIGITS: Final = sys.int_info.str_digits_check_threshold
"""Digits that Python writes whatever its settings."""


def to_json_bytes(data: Any) -> bytes:
    """Return what was given to read as JSON text in UTF-8, without a byte order mark.

    Half a surrogate pair becomes its escape.

    Raises:
        InvalidResource: it cannot be turned into JSON text.
    """
    if isinstance(data, bytes | bytearray):
        return bytes(data).removeprefix(b"\xef\xbb\xbf")
    if isinstance(data, str):
        return data.removeprefix("\ufeff").encode(errors="backslashreplace")
    if hasattr(data, "to_wire"):
        data = data.to_wire()
    elif hasattr(data, "model_dump"):
        data = _dump_model(data)
    if not isinstance(data, Mapping | Sequence):
        raise InvalidResource(
            "expected JSON text, a mapping, or an object with model_dump(),"
            f" not {type(data).__name__}"
        )
    try:
        return to_json(data, fallback=_convert_mapping)
    except ValueError:
        pass
    try:  # the standard library escapes half a surrogate pair
        return json.dumps(data, default=_to_jsonable).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidResource(f"not JSON: {error}") from None


def _dump_model(data: Any) -> Any:
    try:
        return data.model_dump(mode="json", by_alias=True, exclude_none=True)
    except TypeError:
        return data.model_dump()


def _to_jsonable(value: Any) -> Any:
    return to_jsonable_python(value, by_alias=True, fallback=_convert_mapping)


def _convert_mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise ValueError(f"{type(value).__name__} is no JSON value")


def parse_json(text: bytes) -> Any:
    """Return parsed JSON, refusing what RFC 8259 has not, NaN and Infinity, and what goes too far.

    Raises:
        InvalidResource: not JSON, or deeper than `MAX_DEPTH`.
    """
    parsed = parse_json_unchecked(text)
    check_depth(parsed, ())
    return parsed


def parse_json_unchecked(text: bytes) -> Any:
    """Return parsed JSON that is still to be checked; text with half a surrogate pair is `LoneSurrogateString`.

    A number beyond the range of floats is a whole number, or a `OutOfRangeNumber`.

    Raises:
        InvalidResource: not JSON, or deeper than `MAX_DEPTH` and what the parser takes.
    """
    try:
        parsed = from_json(text, allow_inf_nan=False)
    except ValueError:
        pass
    else:
        if not is_out_of_limits(parsed, 1):
            return parsed
    try:
        # Slower, and takes what the other parser cannot: half a surrogate pair, numbers of any size.
        return _mark_lone_surrogates(_parse_with_stdlib(text.decode()))
    except UnicodeDecodeError as error:
        raise InvalidResource(
            f"not JSON: no UTF-8 ({error.reason} at byte {error.start})"
        ) from None
    except RecursionError:
        raise InvalidResource(f"JSON nested deeper than {MAX_DEPTH}") from None


def _mark_lone_surrogates(value: Any) -> Any:
    """Return parsed JSON with the texts that are not Unicode marked as such."""
    if isinstance(value, str):
        return value if is_valid_unicode(value) else LoneSurrogateString(value)
    if is_object(value):
        return {
            _mark_lone_surrogates(name): _mark_lone_surrogates(member)
            for name, member in value.items()
        }
    return [_mark_lone_surrogates(item) for item in value] if is_list(value) else value


def is_valid_unicode(text: str) -> bool:
    """Return whether a text has no half of a surrogate pair in it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parse_with_stdlib(text: str) -> Any:
    try:
        return json.loads(
            text,
            parse_constant=_reject_constant,
            parse_float=_parse_float,
            parse_int=_parse_integer,
        )
    except json.JSONDecodeError as error:
        raise InvalidResource(
            f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    except ValueError as error:
        raise InvalidResource(f"not JSON: {error}") from None


def _reject_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _parse_integer(digits: str) -> int | OutOfRangeNumber:
    try:
        return int(digits)
    except ValueError:  # more digits than Python takes
        return OutOfRangeNumber(digits)


def _parse_float(text: str) -> float | int | OutOfRangeNumber:
    near = float(text)
    if math.isfinite(near):
        return near
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent that is itself too large
        return OutOfRangeNumber(text)
    if number.adjusted() < _MAX_DIGITS and (whole := int(number)) == number:
        return whole
    return OutOfRangeNumber(text)


def format_path(steps: Sequence[str | int]) -> str:
    """Return the place of a value as text: `emails[0].value`, `urn:…:User:manager.value`."""
    text = ""
    before: str | int = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not text:
            text = step
        else:
            text += (":" if ":" in str(before) else ".") + step
        before = step
    return text


def check_depth(value: Any, steps: tuple[str | int, ...]) -> None:
    """Refuse nesting that JSON text can hold and JSON data should not.

    Args:
        value: as parsed.
        steps: where it stands in what came.

    Raises:
        InvalidResource: deeper than `MAX_DEPTH`.
    """
    if is_object(value) or is_list(value):
        if len(steps) >= MAX_DEPTH:
            raise _make_error(steps, f"nested deeper than {MAX_DEPTH}")
        for step, inner in _iter_children(value):
            if inner.__class__ not in SAFE_TYPES:
                check_depth(inner, (*steps, step))


def _iter_children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return iter(cast("Mapping[str, Any]", value).items())
    return enumerate(cast("Sequence[Any]", value))


def _make_error(steps: tuple[str | int, ...], reason: str) -> InvalidResource:
    where = format_path(steps[:4]) + ("…" if len(steps) > 4 else "")
    return InvalidResource("not usable as JSON", problems=[f"{where}: {reason}"])


def is_out_of_limits(value: Any, depth: int) -> bool:
    """Return whether a value is nested too deeply, or has a number in it that is out of range.

    Args:
        value: as parsed.
        depth: how deep it stands, from 1 for the outermost.
    """
    if is_object(value) or is_list(value):
        inner = value.values() if is_object(value) else value
        return depth > MAX_DEPTH or any(
            item.__class__ not in SAFE_TYPES and is_out_of_limits(item, depth + 1) for item in inner
        )
    return isinstance(value, OutOfRangeNumber) or (
        isinstance(value, float) and not math.isfinite(value)
    )


def is_too_deep(value: Any, depth: int) -> bool:
    """Return whether a value is nested deeper than `MAX_DEPTH`.

    Args:
        value: as parsed.
        depth: how deep it stands, from 1 for the outermost.
    """
    if not (is_object(value) or is_list(value)):
        return False
    inner = value.values() if is_object(value) else value
    return depth > MAX_DEPTH or any(
        item.__class__ not in SAFE_TYPES and is_too_deep(item, depth + 1) for item in inner
    )
