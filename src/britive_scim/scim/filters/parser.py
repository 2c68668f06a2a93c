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
    make_chain,
    make_compare,
    make_present,
    make_value_path,
)
from britive_scim.scim.filters.literals import MAX_DIGITS, FilterValue, join_surrogates
from britive_scim.scim.filters.path import Path, make_path
from britive_scim.scim.names import NAME, URL_PREFIX, URN_PREFIX

__all__ = ["parse_filter", "parse_path"]

_MAX_DEPTH: Final = 64
_MAX_LENGTH: Final = 1_000_000
_CACHED_LENGTH: Final = 1_000
"""Longer texts are parsed each time: they are rare, and a cache of them could grow large."""

_W = r"[ \t\r\n]"
_WORD_END = r"(?![^ \t\r\n()\[\]\"])"
_PLAIN = r'"([^"\\\x00-\x1f]*+)"'

_EXPRESSION = re.compile(
    rf"{_W}*+(?:({URN_PREFIX}):)?({NAME})(?:\.({NAME}))?{_W}++([A-Za-z]{{2}}){_WORD_END}"
    rf'(?:{_W}++(?:{_PLAIN}|([^ \t\r\n()\[\]"]++)))?'
)
"""An attr-exp without escapes: URN, name, sub-attribute, operator, text of a string, other literal."""

_JOIN = re.compile(rf"{_W}++([aA][nN][dD]|[oO][rR]){_WORD_END}{_W}*+")
_SPACE = re.compile(rf"{_W}*+")
_WORD = re.compile(r'[^ \t\r\n()\[\]"]++')
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+"')
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_ATTRIBUTE = re.compile(rf"(?:({URN_PREFIX}|{URL_PREFIX}):)?({NAME})(?:\.({NAME}))?")
_URN = re.compile(URN_PREFIX)
_URL = re.compile(URL_PREFIX)
_SUB = re.compile(rf"\.({NAME})")


def _cases(word: str) -> list[str]:
    spelled = [""]
    for letter in word:
        spelled = [start + c for start in spelled for c in (letter, letter.upper())]
    return spelled


_OPERATOR: Final[dict[str, Any]] = {
    spelling: op for op in (*OPERATORS, "pr") for spelling in _cases(op)
}
_LITERAL: Final[dict[str, bool | None]] = {
    spelling: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for spelling in _cases(word)
}
_WANTED_OPERATOR = f"an operator ({', '.join(OPERATORS)} or pr)"
_WANTED_VALUE = 'a value ("text", a number, true, false or null)'
_SHOWN: Final = 40
_WANTED_OPERAND = 'an attribute, "(" or "not ("'


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
    if len(text) > _CACHED_LENGTH:
        return _Reader(text, max_depth).filter()
    return _filter_of(text, max_depth)


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
    if len(text) <= _CACHED_LENGTH:
        return _path_of(text)
    if len(text) > _MAX_LENGTH:
        raise InvalidPath(
            f"the path has {len(text):,} characters, and {_MAX_LENGTH:,} are the limit",
            text=text,
            position=_MAX_LENGTH,
        )
    return _Reader(text, _MAX_DEPTH, in_path=True).path()


@functools.lru_cache(maxsize=1024)
def _filter_of(text: str, max_depth: int) -> Filter:
    return _Reader(text, max_depth).filter()


@functools.lru_cache(maxsize=1024)
def _path_of(text: str) -> Path:
    return _Reader(text, _MAX_DEPTH, in_path=True).path()


class _Reader:
    """One text, and how far it has been read.

    Attributes:
        text: the filter or path.
        position: offset of the first character that is not read yet.
        joint: `and` or `or` where that has just been read, otherwise `None`.
        depth: how many brackets are open.
        max_depth: how many may be.
        in_path: whether the text is a path: then a string may follow its operator without a blank, and
            a text that ends too early is no path (rather than no filter).
    """

    __slots__ = ("depth", "in_path", "joint", "max_depth", "position", "text")

    def __init__(self, text: str, max_depth: int, *, in_path: bool = False) -> None:
        self.text = text
        self.position = 0
        self.joint: str | None = None
        self.depth = 0
        self.max_depth = min(MAX_NESTING, max_depth)
        self.in_path = in_path

    # ------------------------------------------------------------------ the rules

    def filter(self) -> Filter:
        try:
            result = self._or_expression(in_brackets=False)
        except InvalidFilter as error:
            if error.position is not None:
                raise
            # What stands after brackets goes inside, which can take the one level too many.
            raise InvalidFilter(error.message, text=self.text, position=self.position) from None
        if self.position < len(self.text):
            at = self._skip_space(self.position)
            if at < len(self.text):
                self._refuse_rest("the end", at)
        return result

    def path(self) -> Path:
        text = self.text
        found = _WORD.match(text)
        if found is None:
            self._refuse("the name of an attribute", 0, InvalidPath)
        word, end = found[0], found.end()
        path = _attribute(word)
        if path is None and end == len(text):
            path = _bare_uri(_URN, word)
        if path is None:
            self._refuse("the name of an attribute", 0, InvalidPath)
        if end == len(text):
            return path
        if path.sub is not None or path.is_bare_uri or text[end] != "[":
            self._refuse("the end", end, InvalidPath)
        condition = self._brackets(end)
        sub = None
        if self.position < len(text):
            found = _SUB.fullmatch(text, self.position)
            if found is None:
                self._refuse("the end, or the name of a sub-attribute", self.position, InvalidPath)
            sub = found[1]
        return make_path(path.urn, path.name, condition, sub)

    def _or_expression(self, in_brackets: bool) -> Filter:
        items = [self._and_expression(in_brackets)]
        while self.joint == "or":
            items.append(self._and_expression(in_brackets))
        return items[0] if len(items) == 1 else make_chain(Or, items)

    def _and_expression(self, in_brackets: bool) -> Filter:
        item = self._unary(in_brackets)
        self._read_joint()
        if self.joint != "and":
            return item
        items = [item]
        while self.joint == "and":
            items.append(self._unary(in_brackets))
            self._read_joint()
        return make_chain(And, items)

    def _unary(self, in_brackets: bool) -> Filter:
        text = self.text
        found = _EXPRESSION.match(text, self.position)
        if found is not None:
            plain = self._plain_expression(found)
            if plain is not None:
                return plain
        at = self._skip_space(self.position)
        if text.startswith("(", at):
            return self._group(at, in_brackets)
        found = _WORD.match(text, at)
        if found is None:
            self._refuse(_WANTED_OPERAND, at)
        word, end = found[0], found.end()
        if word.lower() == "not":
            opening = self._skip_space(end)
            if text.startswith("(", opening):
                return Not(self._group(opening, in_brackets))
        path = _attribute(word)
        if path is None:
            self._refuse(_WANTED_OPERAND, at)
        if text.startswith("[", end):
            if in_brackets:
                self._refuse(_WANTED_OPERATOR, end)
            return self._value_path(path, end)
        self.position = end
        return self._test(path)

    def _plain_expression(self, found: re.Match[str]) -> Filter | None:
        """Make the node of an attr-exp that one pattern has read, or `None` to read it step by step."""
        urn, name, sub, word, string, literal = found.groups()
        op = _OPERATOR.get(word)
        if op == "pr":
            self.position = found.end(4)
            return make_present(make_path(urn, name, None, sub))
        if op is None:
            return None
        value: FilterValue
        if string is not None:
            value = string if string.isascii() else join_surrogates(string)
        elif literal is None:
            return None
        else:
            value = self._literal(literal, found.start(6))
        self.position = found.end()
        return make_compare(make_path(urn, name, None, sub), op, value)

    def _group(self, opening: int, in_brackets: bool) -> Filter:
        self._open(opening)
        result = self._or_expression(in_brackets)
        self._close(")")
        return result

    def _brackets(self, opening: int) -> Filter:
        self._open(opening)
        result = self._or_expression(in_brackets=True)
        self._close("]")
        return result

    def _value_path(self, path: Path, opening: int) -> Filter:
        condition = self._brackets(opening)
        found = _WORD.match(self.text, self.position)
        if found is not None:
            sub = _SUB.fullmatch(found[0])
            if sub is None:
                self._refuse_rest("the end", self.position)
            self.position = found.end()
            # The condition after the brackets is one on the same value, so it belongs inside.
            condition = And((condition, self._test(make_path(None, sub[1], None, None))))
        return make_value_path(path, condition)

    def _test(self, path: Path) -> Filter:
        at = self._skip_space(self.position)
        found = _WORD.match(self.text, at)
        op = None if found is None else _OPERATOR.get(found[0])
        if found is None or op is None:
            self._refuse(_WANTED_OPERATOR, at)
        if op == "pr":
            self.position = found.end()
            return make_present(path)
        return make_compare(path, op, self._value(found.end()))

    def _value(self, start: int) -> FilterValue:
        text = self.text
        at = self._skip_space(start)
        if text.startswith('"', at):
            if at == start and not self.in_path:
                self._refuse("a blank before the value", at)
            found = _STRING.match(text, at)
            if found is None:
                self._refuse(_WANTED_VALUE, at)
            self.position = found.end()
            return join_surrogates(json.loads(found[0]))
        found = _WORD.match(text, at)
        if found is None:
            self._refuse(_WANTED_VALUE, at)
        self.position = found.end()
        return self._literal(found[0], at)

    def _literal(self, word: str, at: int) -> bool | int | float | None:
        if word in _LITERAL:
            return _LITERAL[word]
        found = _NUMBER.fullmatch(word)
        if found is None:
            self._refuse(_WANTED_VALUE, at)
        digits, fraction, exponent = found.groups()
        if len(digits) > MAX_DIGITS or len(word) > 2 * MAX_DIGITS:
            self._refuse(f"a number of at most {MAX_DIGITS} digits", at)
        if fraction is None and exponent is None:
            return int(word)
        value = float(word)
        if not math.isfinite(value):
            # Valid JSON, and more than what is compared with it can hold: our limit, not the grammar's.
            self._refuse("a number that a double can hold, up to 1.8e308, which is our limit", at)
        return value

    # ------------------------------------------------------------------ between the rules

    def _read_joint(self) -> None:
        """Read `and` or `or` with the white space around it, if that is what comes next."""
        self.joint = None
        if self.position == len(self.text):
            return
        found = _JOIN.match(self.text, self.position)
        if found is None:
            return
        self.position = found.end()
        if self.position == found.end(1):
            self._refuse(f"a blank, then {_WANTED_OPERAND}", self.position)
        self.joint = found[1].lower()

    def _open(self, opening: int) -> None:
        self.depth += 1
        if self.depth > self.max_depth:
            raise InvalidFilter(
                f"more than {self.max_depth} brackets are open at once",
                text=self.text,
                position=opening,
            )
        self.position = opening + 1

    def _close(self, bracket: str) -> None:
        at = self._skip_space(self.position)
        if not self.text.startswith(bracket, at):
            self._refuse_rest(f'"{bracket}"', at)
        self.position = at + 1
        self.depth -= 1

    def _skip_space(self, position: int) -> int:
        return cast("re.Match[str]", _SPACE.match(self.text, position)).end()

    def _refuse_rest(self, closing: str, at: int) -> NoReturn:
        """Refuse what follows a complete expression."""
        if at == self.position and at < len(self.text):
            self._refuse(f'a blank, then "and" or "or", or {closing}', at)
        self._refuse(f'"and", "or" or {closing}', at)

    def _refuse(
        self, wanted: str, at: int, error: type[InvalidFilter | InvalidPath] | None = None
    ) -> NoReturn:
        if error is None:
            error = InvalidPath if self.in_path and at == len(self.text) else InvalidFilter
        raise error(
            f"expected {wanted}, found {_token(self.text, at)}", text=self.text, position=at
        )


def _attribute(word: str) -> Path | None:
    """Read a whole word as attr-path, or return `None`."""
    found = _ATTRIBUTE.fullmatch(word)
    if found is None:
        return _bare_uri(_URL, word)
    urn, name, sub = found.groups()
    return make_path(urn, name, None, sub)


def _bare_uri(pattern: re.Pattern[str], word: str) -> Path | None:
    """Read a whole word as the URI of a schema and nothing else, split as every path is."""
    urn, _, name = word.rpartition(":")
    path = make_path(urn, name, None, None)
    return path if pattern.fullmatch(word) and path.is_bare_uri else None


def _token(text: str, at: int) -> str:
    """Return the token at `at` as an error shows it."""
    if at == len(text):
        return "the end"
    if text[at] == '"':
        found = _STRING.match(text, at)
        if found is None:
            return "a string that is not closed, or holds a wrong escape or a control character"
    else:
        found = _WORD.match(text, at)
    token = text[at] if found is None else found[0]
    return repr(token if len(token) <= _SHOWN else f"{token[: _SHOWN - 3]}...")
