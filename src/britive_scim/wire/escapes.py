"""Patterns of characters that a body may escape, once or several times."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

__all__ = [
    "ESCAPE_BEFORE",
    "ESCAPE_SIGNS",
    "build_character_pattern",
    "get_character_matcher",
]

ESCAPE_SIGNS = re.compile(rb"[\\%&]")
ESCAPE_BEFORE = re.compile(rb"(?:%[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[bfnrt])\Z")
_LINE_BREAKS = rb"(?:[\r\n]|\\[rn]){0,4}"
"""Line breaks within base64, which MIME puts after 76 characters (RFC 2045 §6.8)."""


@cache
def get_character_matcher(
    character: str, is_base64: bool
) -> Callable[[bytes, int], re.Match[bytes] | None]:
    """Return the function that matches one character, escaped or plain, at a position of a body."""
    return re.compile(build_character_pattern(character, is_base64), re.DOTALL).match


@cache
def build_character_pattern(character: str, is_base64: bool) -> bytes:
    """Return the pattern of one character, escaped or plain; each branch begins with a literal, for speed."""
    from html.entities import html5  # a large table, needed after an error only

    code, plain = ord(character), re.escape(character).encode(errors="surrogatepass")
    if is_base64 and character in "+/":
        plain = b"[+-]" if character == "+" else b"[/_]"  # RFC 4648 §5
    digits = "".join(f"[{digit}{digit.upper()}]" for digit in f"{code:02x}").encode()
    names = sorted(
        (name.encode() for name, value in html5.items() if value == character), reverse=True
    )
    # Browsers accept a reference without its semicolon, if no further digit follows (HTML §13.2.5.80).
    decimal = rb"#0*+%d(?:;|(?![0-9]))" % code
    hexadecimal = rb"#[xX]0*+%s(?:;|(?![0-9a-fA-F]))" % digits
    entity = rb"(?:amp;?){0,4}(?:%s)" % b"|".join((decimal, hexadecimal, *names))
    escaped = rb"(?:u0026|x26)%s|(?:u00|x|U000000|u\{0{0,4})%s\}?" % (entity, digits)
    if not character.isalnum():  # JSON has other meanings for a backslash before some letters
        escaped += b"|" + plain
    return rb"(?:\\\\{0,3}(?:%s)|%%26%s|%%(?:25){0,4}%s|&%s|%s)%s" % (
        escaped,
        entity,
        digits,
        entity,
        plain,
        _LINE_BREAKS if is_base64 else b"",
    )
