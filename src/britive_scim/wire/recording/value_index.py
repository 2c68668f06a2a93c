"""Search of known values, such as names of persons, in free text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

__all__ = ["ValueIndex"]

_WORD = re.compile(r"\w+")
_MAX_LENGTH = 500
"""Maximum length of a value that is searched in texts; it bounds the work for each word."""


class ValueIndex:
    """Values that are searched in texts: whole words, in any case if longer than two characters.

    The time of adding a value and of searching a word does not depend on the number of values. Only the lengths of
    the values are kept for their first word; whether a part of a string is one of them is looked up.
    """

    __slots__ = ("_folded", "_shapes_by_word", "_values")

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._folded: set[str] = set()
        self._shapes_by_word: dict[str, list[tuple[int, int]]] = {}

    def add(self, value: str) -> None:
        """Add a value; a single character and a very long value are not searched."""
        if not 2 <= len(value) <= _MAX_LENGTH or (word := _WORD.search(value)) is None:
            return
        self._values.add(value)
        self._folded.add(value.casefold())
        # The length is negative, so that longer values are found first.
        shape = (-len(value), word.start())
        shapes = self._shapes_by_word.setdefault(word.group().casefold(), [])
        position = bisect_left(shapes, shape)
        if shapes[position : position + 1] != [shape]:
            shapes.insert(position, shape)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each value in a string, the longest where several begin."""
        position = 0
        for word in _WORD.finditer(text):
            for negative_length, offset in self._shapes_by_word.get(word.group().casefold(), ()):
                start = word.start() - offset
                end = start - negative_length
                if start >= position and self._is_value(text[start:end], text[end : end + 1]):
                    yield start, end
                    position = end
                    break

    def _is_value(self, part: str, following: str) -> bool:
        if following.isalnum():
            return False
        return part in self._values or (len(part) > 2 and part.casefold() in self._folded)
