"""Search for many secrets at once in a body that may escape any of their characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydantic import SecretStr

from britive_scim.wire.escapes import ESCAPE_BEFORE, get_character_matcher

__all__ = ["find_escaped_secrets", "is_whole_word"]

_MAX_LEVELS = 4
"""Number of times that `&` or `%` may be escaped once more."""

_MAX_LOOKAHEAD = 3
"""Number of bytes after an escape sign that decide whether it may begin an escape."""

_REFERENCE = re.compile(
    rb"#0*+([0-9]{1,7})|#[xX]0*+([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{0,31};?)"
)
_HEX_DIGITS = re.compile(rb"(?:u00|x|U000000|u\{0{0,4})([0-9a-fA-F]{2,6})")
_AMPERSAND = re.compile(rb"u0026|x26")
_PERCENT = re.compile(rb"%(?:25){0,4}([0-9a-fA-F]{2,6})")
_ANOTHER_LEVEL = re.compile(rb"amp;?")


class _SecretNode:
    """Node of a tree of secrets: they share the characters on the way to it.

    Attributes:
        children: the nodes that follow, by character.
        rank: position of the secret that ends here, or `None`.
    """

    __slots__ = ("children", "rank")

    def __init__(self) -> None:
        self.children: dict[str, _SecretNode] = {}
        self.rank: int | None = None


def find_escaped_secrets(
    secrets: Sequence[SecretStr], words: Sequence[bool], body: bytes
) -> list[tuple[int, int]]:
    """Return start and end of the occurrences of secrets with escaped characters, in order, without overlaps.

    An earlier secret has precedence over later ones. The time does not depend on the number of secrets.

    Args:
        secrets: strings to find.
        words: for each, whether no letter or digit may precede or follow.
        body: where to find them.
    """
    tree = _build_tree(secrets)
    found = sorted(
        (rank, start, end)
        for start in _iter_starts(tree, body, _get_max_length(secrets))
        for rank, end in _find_ends(tree, body, start)
    )
    taken: dict[int, int] = {}
    covered = bytearray(len(body)) if found else bytearray()
    for rank, start, end in found:
        if any(covered[start:end]):
            continue
        if words[rank] and not is_whole_word(body, start, end, covered):
            continue
        taken[start] = end
        covered[start:end] = b"\1" * (end - start)
    return sorted(taken.items())


def is_whole_word(body: bytes, start: int, end: int, covered: bytes | bytearray = b"") -> bool:
    """Return whether no letter or digit precedes or follows a part of a body, except one that ends an escape.

    Args:
        body: the body.
        start: start of the part.
        end: end of the part.
        covered: 1 for each character of the body that is masked, and therefore no letter.
    """
    if body[end : end + 1].isalnum() and not any(covered[end : end + 1]):
        return False
    before = body[max(0, start - 6) : start]
    return (
        not before[-1:].isalnum()
        or any(covered[start - 1 : start])
        or ESCAPE_BEFORE.search(before) is not None
    )


def _get_max_length(secrets: Sequence[SecretStr]) -> int:
    return max(len(secret.get_secret_value().encode(errors="surrogatepass")) for secret in secrets)


def _build_tree(secrets: Sequence[SecretStr]) -> _SecretNode:
    root = _SecretNode()
    for rank, secret in enumerate(secrets):
        node = root
        for character in secret.get_secret_value():
            node = node.children.setdefault(character, _SecretNode())
        node.rank = rank if node.rank is None else node.rank
    return root


def _iter_starts(tree: _SecretNode, body: bytes, max_length: int) -> Iterator[int]:
    """Yield the positions where a secret with an escaped character may start."""
    first_bytes = sorted({name.encode(errors="surrogatepass")[:1] for name in tree.children})
    pattern = re.compile(
        rb"\\(?=\\{0,2}[^0-9A-TV-Za-tvwyz\\])|&(?=#[0-9xX]|[A-Za-z])|%(?=[0-9a-fA-F])|["
        + re.escape(b"".join(first_bytes))
        + rb"]",
        re.DOTALL,
    )
    position = 0
    for signs in re.finditer(rb"[\\%&]+", body):
        # The plain characters before the first escape belong to the secret as well.
        begin = max(position, signs.start() - max_length)
        for start in pattern.finditer(body, begin, signs.end() + _MAX_LOOKAHEAD):
            if start.start() >= signs.end():
                break
            yield start.start()
        position = signs.end()


def _find_ends(tree: _SecretNode, body: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the rank and the end of each secret that begins at a position."""
    pending = [(tree, start)]
    while pending:
        node, position = pending.pop()
        if node.rank is not None:
            yield node.rank, position
        if not node.children or position == len(body):
            continue
        for character in _find_characters(body, position):
            child = node.children.get(character)
            if child is None:
                continue
            match = get_character_matcher(character, False)(body, position)
            if match is not None:
                pending.append((child, match.end()))


def _find_characters(body: bytes, position: int) -> set[str]:
    """Return the characters that a body may contain at a position, plain or escaped."""
    plain = _decode_character(body, position)
    sign = body[position : position + 1]
    if sign not in (b"\\", b"%", b"&"):
        return {plain}
    found = {plain}
    if sign == b"&":
        found |= _read_reference(body, position + 1)
    elif sign == b"%":
        found |= _read_digits(_PERCENT.match(body, position))
        if body.startswith(b"%26", position):
            found |= _read_reference(body, position + 3)
    else:
        following = position
        for _ in range(3):
            following += 1
            found.add(_decode_character(body, following))
            found |= _read_digits(_HEX_DIGITS.match(body, following))
            ampersand = _AMPERSAND.match(body, following)
            if ampersand is not None:
                found |= _read_reference(body, ampersand.end())
            if body[following : following + 1] != b"\\":
                break
    return found


def _decode_character(body: bytes, position: int) -> str:
    """Return the character of UTF-8 at a position, or the empty string."""
    first = body[position] if position < len(body) else 0
    length = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    try:
        return body[position : position + length].decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return ""


def _read_digits(match: re.Match[bytes] | None) -> set[str]:
    """Return the characters of the codes that begin a number in hexadecimal."""
    digits = b"" if match is None else match[1]
    return {_to_character(int(digits[:length], 16)) for length in range(2, len(digits) + 1)}


def _read_reference(body: bytes, position: int) -> set[str]:
    """Return the characters of the HTML references that begin after an ampersand."""
    from html.entities import html5  # a large table, needed after an error only

    found: set[str] = set()
    for _ in range(_MAX_LEVELS + 1):
        match = _REFERENCE.match(body, position)
        if match is None:
            break
        decimal, hexadecimal, word = match.groups()
        if word is None:
            found.add(_to_character(int(decimal) if decimal else int(hexadecimal, 16)))
            break
        name = word.decode()
        found.update(html5.get(name[:length], "") for length in range(2, len(name) + 1))
        level = _ANOTHER_LEVEL.match(body, position)
        if level is None:
            break
        position = level.end()
    return found


def _to_character(code: int) -> str:
    return chr(code) if code < 0x110000 else ""
