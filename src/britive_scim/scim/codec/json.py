"""JSON parsing with limits: reject NaN, Infinity and deep nesting, mark numbers and strings out of range."""

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
"""Maximum nesting depth of arrays and objects, counting the outermost."""

SAFE_TYPES = frozenset({str, int, bool, type(None)})
"""Classes of JSON values that need no check of limits."""


class LoneSurrogateString(str):
    """String with a lone surrogate: valid as a JSON escape, not valid Unicode.

    A separate class, so that decoders do not accept it as a string.
    """

    __slots__ = ()


class OutOfRangeNumber(str):
    """Digits of a number beyond the range of Python's numbers.

    A separate class, so that decoders do not accept it as a string.
    """

    __slots__ = ()


_MAX_DIGITS: Final = sys.int_info.str_digits_check_threshold
"""Number of digits that Python converts to a string whatever its settings."""


def to_json_bytes(data: Any) -> bytes:
    """Convert the argument of `from_wire` to JSON text in UTF-8, without a byte order mark.

    A lone surrogate becomes its escape.

    Raises:
        InvalidResource: the data has no JSON form.
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
            "data must be JSON text, a mapping or an object with model_dump(),"
            f" got {type(data).__name__}"
        )
    try:
        return to_json(data, fallback=_convert_mapping)
    except ValueError:
        pass
    try:  # the standard library escapes lone surrogates
        return json.dumps(data, default=_to_jsonable).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidResource(f"data must be JSON: {error}") from None


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
    raise ValueError(f"{type(value).__name__} has no JSON form")


def parse_json(text: bytes) -> Any:
    """Parse JSON (RFC 8259: without NaN and Infinity) and check its depth.

    Raises:
        InvalidResource: the text is not JSON, or nested deeper than `MAX_DEPTH`.
    """
    parsed = parse_json_unchecked(text)
    check_depth(parsed, ())
    return parsed


def parse_json_unchecked(text: bytes) -> Any:
    """Parse JSON without a check of its depth; use `check_depth` afterwards.

    A string with a lone surrogate becomes a `LoneSurrogateString`. A number beyond the range of floats
    becomes an integer or an `OutOfRangeNumber`.

    Raises:
        InvalidResource: the text is not JSON, or nested deeper than the parser supports.
    """
    try:
        parsed = from_json(text, allow_inf_nan=False)
    except ValueError:
        pass
    else:
        if not is_out_of_limits(parsed, 1):
            return parsed
    try:
        # Slower, but supports lone surrogates and numbers of any size.
        return _mark_lone_surrogates(_parse_with_stdlib(text.decode()))
    except UnicodeDecodeError as error:
        raise InvalidResource(
            f"data must be JSON in UTF-8, got {error.reason} at byte {error.start}"
        ) from None
    except RecursionError:
        raise InvalidResource(f"data must be JSON of at most {MAX_DEPTH} levels") from None


def _mark_lone_surrogates(value: Any) -> Any:
    """Return parsed JSON with each string that is not valid Unicode as a `LoneSurrogateString`."""
    if isinstance(value, str):
        return value if is_valid_unicode(value) else LoneSurrogateString(value)
    if is_object(value):
        return {
            _mark_lone_surrogates(name): _mark_lone_surrogates(member)
            for name, member in value.items()
        }
    return [_mark_lone_surrogates(item) for item in value] if is_list(value) else value


def is_valid_unicode(text: str) -> bool:
    """Return whether a string contains no lone surrogate."""
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
            f"data must be JSON, got an error in line {error.lineno}, column {error.colno}:"
            f" {error.msg[:1].lower()}{error.msg[1:]}"
        ) from None
    except ValueError as error:
        raise InvalidResource(f"data must be JSON: {error}") from None


def _reject_constant(constant: str) -> Any:
    raise ValueError(f"numbers must be finite, got {constant}")


def _parse_integer(digits: str) -> int | OutOfRangeNumber:
    try:
        return int(digits)
    except ValueError:  # more digits than Python's limit for str -> int
        return OutOfRangeNumber(digits)


def _parse_float(text: str) -> float | int | OutOfRangeNumber:
    number = float(text)
    if math.isfinite(number):
        return number
    try:
        exact = Decimal(text)
    except InvalidOperation:  # exponent out of range
        return OutOfRangeNumber(text)
    if exact.adjusted() < _MAX_DIGITS and (whole := int(exact)) == exact:
        return whole
    return OutOfRangeNumber(text)


def format_path(steps: Sequence[str | int]) -> str:
    """Format the path of a value: `emails[0].value`, `urn:…:User:manager.value`."""
    path = ""
    previous: str | int = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not path:
            path = step
        else:
            path += (":" if ":" in str(previous) else ".") + step
        previous = step
    return path


def check_depth(value: Any, steps: tuple[str | int, ...]) -> None:
    """Check that parsed JSON is not nested too deeply.

    Args:
        value: parsed JSON.
        steps: the path of the value in the document.

    Raises:
        InvalidResource: the value is nested deeper than `MAX_DEPTH`.
    """
    if is_object(value) or is_list(value):
        if len(steps) >= MAX_DEPTH:
            path = format_path(steps[:4]) + ("…" if len(steps) > 4 else "")
            raise InvalidResource(
                f"data must be JSON of at most {MAX_DEPTH} levels",
                problems=[f"{path}: nested deeper than {MAX_DEPTH}"],
            )
        for step, inner in _iter_children(value):
            if inner.__class__ not in SAFE_TYPES:
                check_depth(inner, (*steps, step))


def _iter_children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return iter(cast("Mapping[str, Any]", value).items())
    return enumerate(cast("Sequence[Any]", value))


def is_out_of_limits(value: Any, depth: int) -> bool:
    """Return whether a value is nested too deeply, or contains a number out of range.

    Args:
        value: parsed JSON.
        depth: the depth of the value in the document, from 1.
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
        value: parsed JSON.
        depth: the depth of the value in the document, from 1.
    """
    if not (is_object(value) or is_list(value)):
        return False
    inner = value.values() if is_object(value) else value
    return depth > MAX_DEPTH or any(
        item.__class__ not in SAFE_TYPES and is_too_deep(item, depth + 1) for item in inner
    )
