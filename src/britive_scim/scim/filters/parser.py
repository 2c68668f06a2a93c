"""The parser of filters and paths (RFC 7644 §3.4.2.2 and §3.5.2, with errata and tolerances).

```abnf
filter     = *WSP or-exp *WSP
or-exp     = and-exp *( 1*WSP "or" 1*WSP and-exp )
and-exp    = unary *( 1*WSP "and" 1*WSP unary )
unary      = [ "not" *WSP ] "(" *WSP or-exp *WSP ")" / value-path / attr-exp
attr-exp   = attr-path 1*WSP test
test       = "pr" / compare-op 1*WSP comp-value
value-path = attr-path "[" *WSP or-exp *WSP "]" [ "." attr-name 1*WSP test ]   ; no value-path in here
attr-path  = [ uri ":" ] attr-name [ "." attr-name ]                  ; uri = up to the last colon
comp-value = "true" / "false" / "null" / json-number / json-string
path       = attr-path / attr-path "[" *WSP or-exp *WSP "]" [ "." attr-name ] / uri
```

Words are told apart by where they stand, no word is reserved: `eq eq "x"` compares an attribute named
`eq`. Operators, keywords, `true`, `false` and `null` may be written in any case.

The parser descends by recursion, one method a rule. One regular expression reads a whole `attr-exp`
where that is written plainly; whatever it does not match is read step by step, which also finds the
place of an error. Time is linear in the text, depth is bounded.
"""

from __future__ import annotations

import functools
import json
import math
import re
from typing import Any, Final, NoReturn, cast

from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.filters.ast import (
    MAX_NESTING,
    OPERATORS,
    And,
    Filter,
    Not,
    Or,
    make_compare,
    make_logical_expression,
    make_present,
    make_value_path,
)
from britive_scim.scim.filters.literals import MAX_DIGITS, FilterValue, join_surrogates
from britive_scim.scim.filters.path import Path, make_path
from britive_scim.scim.names import ATTRIBUTE_NAME_PATTERN, URL_PATTERN, URN_PATTERN

__all__ = ["parse_filter", "parse_path"]

_MAX_DEPTH: Final = 64
_MAX_LENGTH: Final = 1_000_000
_MAX_CACHED_LENGTH: Final = 1_000
"""Longer texts are parsed each time: they are rare, and a cache of them could grow large."""

_WHITESPACE = r"[ \t\r\n]"
_WORD_END = r"(?![^ \t\r\n()\[\]\"])"
_SIMPLE_STRING = r'"([^"\\\x00-\x1f]*+)"'

_SIMPLE_EXPRESSION = re.compile(
    rf"{_WHITESPACE}*+(?:({URN_PATTERN}):)?({ATTRIBUTE_NAME_PATTERN})(?:\.({ATTRIBUTE_NAME_PATTERN}))?{_WHITESPACE}++([A-Za-z]{{2}}){_WORD_END}"
    rf'(?:{_WHITESPACE}++(?:{_SIMPLE_STRING}|([^ \t\r\n()\[\]"]++)))?'
)
"""An attr-exp without escapes: URN, name, sub-attribute, operator, text of a string, other literal."""

_LOGICAL_OPERATOR = re.compile(rf"{_WHITESPACE}++([aA][nN][dD]|[oO][rR]){_WORD_END}{_WHITESPACE}*+")
_OPTIONAL_WHITESPACE = re.compile(rf"{_WHITESPACE}*+")
_WORD = re.compile(r'[^ \t\r\n()\[\]"]++')
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+"')
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_ATTRIBUTE_PATH = re.compile(
    rf"(?:({URN_PATTERN}|{URL_PATTERN}):)?({ATTRIBUTE_NAME_PATTERN})(?:\.({ATTRIBUTE_NAME_PATTERN}))?"
)
_URN = re.compile(URN_PATTERN)
_URL = re.compile(URL_PATTERN)
_SUB_ATTRIBUTE = re.compile(rf"\.({ATTRIBUTE_NAME_PATTERN})")


def _build_case_variants(word: str) -> list[str]:
    spelled = [""]
    for letter in word:
        spelled = [start + c for start in spelled for c in (letter, letter.upper())]
    return spelled


_OPERATORS_BY_SPELLING: Final[dict[str, Any]] = {
    spelling: op for op in (*OPERATORS, "pr") for spelling in _build_case_variants(op)
}
_LITERALS_BY_SPELLING: Final[dict[str, bool | None]] = {
    spelling: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for spelling in _build_case_variants(word)
}
_EXPECTED_OPERATOR = f"an operator ({', '.join(OPERATORS)} or pr)"
_EXPECTED_VALUE = 'a value ("text", a number, true, false or null)'
_MAX_TOKEN_LENGTH: Final = 40
_EXPECTED_OPERAND = 'an attribute, "(" or "not ("'


def parse_filter(
    text: str, *, max_depth: int = _MAX_DEPTH, max_length: int = _MAX_LENGTH
) -> Filter:
    """Read a filter (RFC 7644 §3.4.2.2).

    Wider than the RFC on input only: white space may be repeated or surround the whole, literals may
    be written in any case, and `emails[type eq "work"].value eq "x"`, as Entra sends it, is read as
    `emails[type eq "work" and value eq "x"]`.

    Args:
        text: the filter.
        max_depth: how many brackets, round and square, may be open at once; at most 128 count.
        max_length: most characters of `text`.

    Raises:
        InvalidFilter: the text is not a filter, or beyond the limits; `.position` is the offset of the
            first character of the first token that cannot continue a filter.

    Examples:
        >>> parse_filter('(userName SW "a" or title pr) and active eq True')
        parse_filter('(userName sw "a" or title pr) and active eq true')
        >>> parse_filter('userName = "a"')
        Traceback (most recent call last):
            ...
        britive_scim.errors.InvalidFilter: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), found '='
          userName = "a"
                   ^
    """
    if not isinstance(text, str):
        raise InvalidFilter(f"a filter is text, not {type(text).__name__}")
    if len(text) > max_length:
        raise InvalidFilter(
            f"the filter has {len(text):,} characters, and {max_length:,} are the limit",
            text=text,
            position=max(max_length, 0),
        )
    if len(text) > _MAX_CACHED_LENGTH:
        return _Parser(text, max_depth).parse_filter()
    return _parse_cached_filter(text, max_depth)


def parse_path(text: str) -> Path:
    """Read a path: what a PATCH operation addresses, or an attribute by its name (RFC 7644 §3.5.2, §3.10).

    Wider than the RFC on input only: besides what `parse_filter` allows within the brackets, a string
    may follow its operator directly, as in an example of RFC 7644 §3.5.2.2.

    Args:
        text: the path, such as `name.familyName` or `emails[type eq "work"].value`.

    Raises:
        InvalidPath: the text is not a path; `.position` tells where it stops being one.
        InvalidFilter: what stands between the brackets is not a filter.

    Examples:
        >>> parse_path('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value').sub
        'value'
    """
    if not isinstance(text, str):
        raise InvalidPath(f"a path is text, not {type(text).__name__}")
    if len(text) <= _MAX_CACHED_LENGTH:
        return _parse_cached_path(text)
    if len(text) > _MAX_LENGTH:
        raise InvalidPath(
            f"the path has {len(text):,} characters, and {_MAX_LENGTH:,} are the limit",
            text=text,
            position=_MAX_LENGTH,
        )
    return _Parser(text, _MAX_DEPTH, is_path=True).parse_path()


@functools.lru_cache(maxsize=1024)
def _parse_cached_filter(text: str, max_depth: int) -> Filter:
    return _Parser(text, max_depth).parse_filter()


@functools.lru_cache(maxsize=1024)
def _parse_cached_path(text: str) -> Path:
    return _Parser(text, _MAX_DEPTH, is_path=True).parse_path()


class _Parser:
    """One text, and how far it has been read.

    Attributes:
        text: the filter or path.
        position: offset of the first character that is not read yet.
        logical_operator: `and` or `or` where that has just been read, otherwise `None`.
        depth: how many brackets are open.
        max_depth: how many may be.
        is_path: whether the text is a path: then a string may follow its operator without a blank, and
            a text that ends too early is no path (rather than no filter).
    """

    __slots__ = ("depth", "is_path", "logical_operator", "max_depth", "position", "text")

    def __init__(self, text: str, max_depth: int, *, is_path: bool = False) -> None:
        self.text = text
        self.position = 0
        self.logical_operator: str | None = None
        self.depth = 0
        self.max_depth = min(MAX_NESTING, max_depth)
        self.is_path = is_path

    # ------------------------------------------------------------------ the rules

    def parse_filter(self) -> Filter:
        try:
            result = self._parse_or_expression(in_brackets=False)
        except InvalidFilter as error:
            if error.position is not None:
                raise
            # What stands after brackets goes inside, which can take the one level too many.
            raise InvalidFilter(error.message, text=self.text, position=self.position) from None
        if self.position < len(self.text):
            at = self._skip_whitespace(self.position)
            if at < len(self.text):
                self._raise_unexpected_rest("the end", at)
        return result

    def parse_path(self) -> Path:
        text = self.text
        found = _WORD.match(text)
        if found is None:
            self._raise_expected("the name of an attribute", 0, InvalidPath)
        word, end = found[0], found.end()
        path = _parse_attribute_path(word)
        if path is None and end == len(text):
            path = _parse_bare_uri(_URN, word)
        if path is None:
            self._raise_expected("the name of an attribute", 0, InvalidPath)
        if end == len(text):
            return path
        if path.sub is not None or path.is_bare_uri or text[end] != "[":
            self._raise_expected("the end", end, InvalidPath)
        condition = self._parse_brackets(end)
        sub = None
        if self.position < len(text):
            found = _SUB_ATTRIBUTE.fullmatch(text, self.position)
            if found is None:
                self._raise_expected(
                    "the end, or the name of a sub-attribute", self.position, InvalidPath
                )
            sub = found[1]
        return make_path(path.urn, path.name, condition, sub)

    def _parse_or_expression(self, in_brackets: bool) -> Filter:
        items = [self._parse_and_expression(in_brackets)]
        while self.logical_operator == "or":
            items.append(self._parse_and_expression(in_brackets))
        return items[0] if len(items) == 1 else make_logical_expression(Or, items)

    def _parse_and_expression(self, in_brackets: bool) -> Filter:
        item = self._parse_unary(in_brackets)
        self._parse_logical_operator()
        if self.logical_operator != "and":
            return item
        items = [item]
        while self.logical_operator == "and":
            items.append(self._parse_unary(in_brackets))
            self._parse_logical_operator()
        return make_logical_expression(And, items)

    def _parse_unary(self, in_brackets: bool) -> Filter:
        text = self.text
        found = _SIMPLE_EXPRESSION.match(text, self.position)
        if found is not None:
            plain = self._parse_simple_expression(found)
            if plain is not None:
                return plain
        at = self._skip_whitespace(self.position)
        if text.startswith("(", at):
            return self._parse_group(at, in_brackets)
        found = _WORD.match(text, at)
        if found is None:
            self._raise_expected(_EXPECTED_OPERAND, at)
        word, end = found[0], found.end()
        if word.lower() == "not":
            opening = self._skip_whitespace(end)
            if text.startswith("(", opening):
                return Not(self._parse_group(opening, in_brackets))
        path = _parse_attribute_path(word)
        if path is None:
            self._raise_expected(_EXPECTED_OPERAND, at)
        if text.startswith("[", end):
            if in_brackets:
                self._raise_expected(_EXPECTED_OPERATOR, end)
            return self._parse_value_path(path, end)
        self.position = end
        return self._parse_test(path)

    def _parse_simple_expression(self, match: re.Match[str]) -> Filter | None:
        """Make the node of an attr-exp that one pattern has read, or `None` to read it step by step."""
        urn, name, sub, word, string, literal = match.groups()
        op = _OPERATORS_BY_SPELLING.get(word)
        if op == "pr":
            self.position = match.end(4)
            return make_present(make_path(urn, name, None, sub))
        if op is None:
            return None
        value: FilterValue
        if string is not None:
            value = string if string.isascii() else join_surrogates(string)
        elif literal is None:
            return None
        else:
            value = self._parse_literal(literal, match.start(6))
        self.position = match.end()
        return make_compare(make_path(urn, name, None, sub), op, value)

    def _parse_group(self, opening: int, in_brackets: bool) -> Filter:
        self._open_bracket(opening)
        result = self._parse_or_expression(in_brackets)
        self._close_bracket(")")
        return result

    def _parse_brackets(self, opening: int) -> Filter:
        self._open_bracket(opening)
        result = self._parse_or_expression(in_brackets=True)
        self._close_bracket("]")
        return result

    def _parse_value_path(self, path: Path, opening: int) -> Filter:
        condition = self._parse_brackets(opening)
        found = _WORD.match(self.text, self.position)
        if found is not None:
            sub = _SUB_ATTRIBUTE.fullmatch(found[0])
            if sub is None:
                self._raise_unexpected_rest("the end", self.position)
            self.position = found.end()
            # The condition after the brackets is one on the same value, so it belongs inside.
            condition = And((condition, self._parse_test(make_path(None, sub[1], None, None))))
        return make_value_path(path, condition)

    def _parse_test(self, path: Path) -> Filter:
        at = self._skip_whitespace(self.position)
        found = _WORD.match(self.text, at)
        op = None if found is None else _OPERATORS_BY_SPELLING.get(found[0])
        if found is None or op is None:
            self._raise_expected(_EXPECTED_OPERATOR, at)
        if op == "pr":
            self.position = found.end()
            return make_present(path)
        return make_compare(path, op, self._parse_value(found.end()))

    def _parse_value(self, start: int) -> FilterValue:
        text = self.text
        at = self._skip_whitespace(start)
        if text.startswith('"', at):
            if at == start and not self.is_path:
                self._raise_expected("a blank before the value", at)
            found = _STRING.match(text, at)
            if found is None:
                self._raise_expected(_EXPECTED_VALUE, at)
            self.position = found.end()
            return join_surrogates(json.loads(found[0]))
        found = _WORD.match(text, at)
        if found is None:
            self._raise_expected(_EXPECTED_VALUE, at)
        self.position = found.end()
        return self._parse_literal(found[0], at)

    def _parse_literal(self, word: str, position: int) -> bool | int | float | None:
        if word in _LITERALS_BY_SPELLING:
            return _LITERALS_BY_SPELLING[word]
        found = _NUMBER.fullmatch(word)
        if found is None:
            self._raise_expected(_EXPECTED_VALUE, position)
        digits, fraction, exponent = found.groups()
        if len(digits) > MAX_DIGITS or len(word) > 2 * MAX_DIGITS:
            self._raise_expected(f"a number of at most {MAX_DIGITS} digits", position)
        if fraction is None and exponent is None:
            return int(word)
        value = float(word)
        if not math.isfinite(value):
            # Valid JSON, and more than what is compared with it can hold: our limit, not the grammar's.
            self._raise_expected(
                "a number that a double can hold, up to 1.8e308, which is our limit", position
            )
        return value

    # ------------------------------------------------------------------ between the rules

    def _parse_logical_operator(self) -> None:
        """Read `and` or `or` with the white space around it, if that is what comes next."""
        self.logical_operator = None
        if self.position == len(self.text):
            return
        found = _LOGICAL_OPERATOR.match(self.text, self.position)
        if found is None:
            return
        self.position = found.end()
        if self.position == found.end(1):
            self._raise_expected(f"a blank, then {_EXPECTED_OPERAND}", self.position)
        self.logical_operator = found[1].lower()

    def _open_bracket(self, opening: int) -> None:
        self.depth += 1
        if self.depth > self.max_depth:
            raise InvalidFilter(
                f"more than {self.max_depth} brackets are open at once",
                text=self.text,
                position=opening,
            )
        self.position = opening + 1

    def _close_bracket(self, bracket: str) -> None:
        at = self._skip_whitespace(self.position)
        if not self.text.startswith(bracket, at):
            self._raise_unexpected_rest(f'"{bracket}"', at)
        self.position = at + 1
        self.depth -= 1

    def _skip_whitespace(self, position: int) -> int:
        return cast("re.Match[str]", _OPTIONAL_WHITESPACE.match(self.text, position)).end()

    def _raise_unexpected_rest(self, expected_end: str, position: int) -> NoReturn:
        """Refuse what follows a complete expression."""
        if position == self.position and position < len(self.text):
            self._raise_expected(f'a blank, then "and" or "or", or {expected_end}', position)
        self._raise_expected(f'"and", "or" or {expected_end}', position)

    def _raise_expected(
        self,
        expected: str,
        position: int,
        error_class: type[InvalidFilter | InvalidPath] | None = None,
    ) -> NoReturn:
        if error_class is None:
            error_class = (
                InvalidPath if self.is_path and position == len(self.text) else InvalidFilter
            )
        raise error_class(
            f"expected {expected}, found {_describe_token(self.text, position)}",
            text=self.text,
            position=position,
        )


def _parse_attribute_path(word: str) -> Path | None:
    """Read a whole word as attr-path, or return `None`."""
    found = _ATTRIBUTE_PATH.fullmatch(word)
    if found is None:
        return _parse_bare_uri(_URL, word)
    urn, name, sub = found.groups()
    return make_path(urn, name, None, sub)


def _parse_bare_uri(pattern: re.Pattern[str], word: str) -> Path | None:
    """Read a whole word as the URI of a schema and nothing else, split as every path is."""
    urn, _, name = word.rpartition(":")
    path = make_path(urn, name, None, None)
    return path if pattern.fullmatch(word) and path.is_bare_uri else None


def _describe_token(text: str, position: int) -> str:
    """Return the token at `position` as an error shows it."""
    if position == len(text):
        return "the end"
    if text[position] == '"':
        found = _STRING.match(text, position)
        if found is None:
            return "a string that is not closed, or holds a wrong escape or a control character"
    else:
        found = _WORD.match(text, position)
    token = text[position] if found is None else found[0]
    return repr(
        token if len(token) <= _MAX_TOKEN_LENGTH else f"{token[: _MAX_TOKEN_LENGTH - 3]}..."
    )
