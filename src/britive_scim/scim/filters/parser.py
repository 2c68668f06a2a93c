"""Parser of filters and paths (RFC 7644 §3.4.2.2 and §3.5.2, with errata and tolerances).

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

No word is reserved: its position decides, so `eq eq "x"` compares an attribute named `eq`. Operators,
keywords, `true`, `false` and `null` are case-insensitive.

It is a recursive descent parser, one method per rule. One regular expression matches a whole simple
`attr-exp`; anything else is read token by token, which also finds the position of an error. Time is
linear in the text, depth is bounded.
"""

from __future__ import annotations

import functools
import json
import math
import re
from typing import Final, NoReturn, cast

from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.errors.secret_names import MASK, mask_invalid_expression
from britive_scim.scim.filters.ast import (
    And,
    Filter,
    Not,
    Or,
)
from britive_scim.scim.filters.construction import (
    make_compare,
    make_logical_expression,
    make_present,
    make_value_path,
)
from britive_scim.scim.filters.literals import MAX_DIGITS, FilterValue, join_surrogates
from britive_scim.scim.filters.path import Path, make_path
from britive_scim.scim.filters.tokens import (
    ATTRIBUTE_PATH,
    LITERALS_BY_SPELLING,
    LOGICAL_OPERATOR,
    MAX_NESTING,
    NUMBER,
    OPERATORS,
    OPERATORS_BY_SPELLING,
    OPTIONAL_WHITESPACE,
    SIMPLE_EXPRESSION,
    STRING,
    SUB_ATTRIBUTE,
    URL,
    URN,
    WORD,
    describe_token,
)

__all__ = ["parse_filter", "parse_path"]

_MAX_DEPTH: Final = 64
_MAX_LENGTH: Final = 1_000_000
_MAX_CACHED_LENGTH: Final = 1_000
"""Longer texts are rare and bypass the cache, which bounds its memory."""

_DOTTED_NAME = re.compile(r"[A-Za-z][\w$-]*(\.[A-Za-z$][\w$-]*){2}", re.ASCII)
_DOTS_HINT = (
    "; a path has at most one dot: below an extension write its URN, as in"
    " urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName"
)
_EXPECTED_OPERATOR = f"an operator ({', '.join(OPERATORS)} or pr)"
_EXPECTED_VALUE = 'a value ("text", a number, true, false or null)'
_EXPECTED_OPERAND = 'an attribute, "(" or "not ("'


def parse_filter(
    text: str, *, max_depth: int = _MAX_DEPTH, max_length: int = _MAX_LENGTH
) -> Filter:
    """Parse a filter (RFC 7644 §3.4.2.2).

    More lenient than the RFC: whitespace may be repeated or surround the filter, literals may be
    written in any case, and `emails[type eq "work"].value eq "x"`, as Entra sends it, is parsed as
    `emails[type eq "work" and value eq "x"]`.

    Args:
        text: the filter.
        max_depth: maximum number of brackets, round and square, open at once; at most 128.
        max_length: maximum number of characters of `text`.

    Raises:
        InvalidFilter: the text is not a filter, or exceeds a limit; `.position` is the offset of the
            first token that cannot continue a filter.

    Examples:
        >>> parse_filter('(userName SW "a" or title pr) and active eq True')
        parse_filter('(userName sw "a" or title pr) and active eq true')
        >>> parse_filter('userName = "a"')
        Traceback (most recent call last):
            ...
        britive_scim.errors.InvalidFilter: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), got '='
          userName = "a"
                   ^
    """
    if len(text) > max_length:
        raise InvalidFilter(
            f"filter must have at most {max_length:,} characters, got {len(text):,}",
            text=text,
            position=max(max_length, 0),
        )
    if len(text) > _MAX_CACHED_LENGTH:
        return _Parser(text, max_depth).parse_filter()
    return _parse_cached_filter(text, max_depth)


def parse_path(text: str) -> Path:
    """Parse a path: the target of a PATCH operation, or an attribute name (RFC 7644 §3.5.2, §3.10).

    More lenient than the RFC, like `parse_filter` within the brackets. There, a string may also follow
    its operator directly, as in an example of RFC 7644 §3.5.2.2.

    Args:
        text: the path, such as `name.familyName` or `emails[type eq "work"].value`.

    Raises:
        InvalidPath: the text is not a path; `.position` is the offset of the first unexpected token.
        InvalidFilter: the text in the brackets is not a filter.

    Examples:
        >>> parse_path('urn:ietf:params:scim:schemas:core:2.0:User:name.familyName').sub
        'familyName'
    """
    if len(text) <= _MAX_CACHED_LENGTH:
        return _parse_cached_path(text)
    if len(text) > _MAX_LENGTH:
        raise InvalidPath(
            f"path must have at most {_MAX_LENGTH:,} characters, got {len(text):,}",
            text=text,
            position=_MAX_LENGTH,
        )
    return _parse_long_path(text)


@functools.lru_cache(maxsize=1024)
def _parse_cached_filter(text: str, max_depth: int) -> Filter:
    return _Parser(text, max_depth).parse_filter()


@functools.lru_cache(maxsize=1024)
def _parse_cached_path(text: str) -> Path:
    return _Parser(text, _MAX_DEPTH, is_path=True).parse_path()


@functools.lru_cache(maxsize=2)  # a PATCH request parses its path, and `apply` parses it again
def _parse_long_path(text: str) -> Path:
    return _Parser(text, _MAX_DEPTH, is_path=True).parse_path()


class _Parser:
    """State of parsing one text.

    Attributes:
        text: the filter or path.
        position: offset of the first unread character.
        logical_operator: `and` or `or` if just read, otherwise `None`.
        depth: number of open brackets.
        max_depth: maximum number of open brackets.
        is_path: whether the text is a path: a string may then follow its operator without a space,
            and an early end of the text is an `InvalidPath` instead of an `InvalidFilter`.
    """

    __slots__ = ("depth", "is_path", "logical_operator", "max_depth", "position", "text")

    def __init__(self, text: str, max_depth: int, *, is_path: bool = False) -> None:
        self.text = text
        self.position = 0
        self.logical_operator: str | None = None
        self.depth = 0
        self.max_depth = min(MAX_NESTING, max_depth)
        self.is_path = is_path

    # ------------------------------------------------------------------ rules of the grammar

    def parse_filter(self) -> Filter:
        try:
            result = self._parse_or_expression(in_brackets=False)
        except InvalidFilter as error:
            if error.position is not None:
                raise
            # A test after brackets moves inside them, which can exceed the nesting limit.
            raise InvalidFilter(error.message, text=self.text, position=self.position) from None
        if self.position < len(self.text):
            start = self._skip_whitespace(self.position)
            if start < len(self.text):
                self._raise_unexpected_rest("the end", start)
        return result

    def parse_path(self) -> Path:
        text = self.text
        match = WORD.match(text)
        if match is None:
            self._raise_expected("an attribute name", 0, InvalidPath)
        word, end = match[0], match.end()
        path = _parse_attribute_path(word)
        if path is None and end == len(text):
            path = _parse_bare_uri(URN, word)
        if path is None:
            self._raise_expected("an attribute name", 0, InvalidPath)
        if end == len(text):
            return path
        if path.sub is not None or path.is_bare_uri or text[end] != "[":
            self._raise_expected("the end", end, InvalidPath)
        condition = self._parse_brackets(end)
        sub = None
        if self.position < len(text):
            match = SUB_ATTRIBUTE.fullmatch(text, self.position)
            if match is None:
                self._raise_expected("the end or a sub-attribute name", self.position, InvalidPath)
            sub = match[1]
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
        match = SIMPLE_EXPRESSION.match(text, self.position)
        if match is not None:
            expression = self._parse_simple_expression(match)
            if expression is not None:
                return expression
        start = self._skip_whitespace(self.position)
        if text.startswith("(", start):
            return self._parse_group(start, in_brackets)
        match = WORD.match(text, start)
        if match is None:
            self._raise_expected(_EXPECTED_OPERAND, start)
        word, end = match[0], match.end()
        if word.lower() == "not":
            opening = self._skip_whitespace(end)
            if text.startswith("(", opening):
                return Not(self._parse_group(opening, in_brackets))
        path = _parse_attribute_path(word)
        if path is None:
            self._raise_expected(_EXPECTED_OPERAND, start)
        if text.startswith("[", end):
            if in_brackets:
                self._raise_expected(_EXPECTED_OPERATOR, end)
            return self._parse_value_path(path, end)
        self.position = end
        return self._parse_test(path)

    def _parse_simple_expression(self, match: re.Match[str]) -> Filter | None:
        """Return the node of a matched attr-exp, or `None` to read it token by token."""
        urn, name, sub, word, string, literal = match.groups()
        op = OPERATORS_BY_SPELLING.get(word)
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
        match = WORD.match(self.text, self.position)
        if match is not None:
            sub = SUB_ATTRIBUTE.fullmatch(match[0])
            if sub is None:
                self._raise_unexpected_rest("the end", self.position)
            self.position = match.end()
            # The test after the brackets applies to the same value, so it moves inside.
            condition = And((condition, self._parse_test(make_path(None, sub[1], None, None))))
        return make_value_path(path, condition)

    def _parse_test(self, path: Path) -> Filter:
        start = self._skip_whitespace(self.position)
        match = WORD.match(self.text, start)
        op = None if match is None else OPERATORS_BY_SPELLING.get(match[0])
        if match is None or op is None:
            self._raise_expected(_EXPECTED_OPERATOR, start)
        if op == "pr":
            self.position = match.end()
            return make_present(path)
        return make_compare(path, op, self._parse_value(match.end()))

    def _parse_value(self, operator_end: int) -> FilterValue:
        text = self.text
        start = self._skip_whitespace(operator_end)
        if text.startswith('"', start):
            if start == operator_end and not self.is_path:
                self._raise_expected("a space before the value", start)
            match = STRING.match(text, start)
            if match is None:
                self._raise_expected(_EXPECTED_VALUE, start)
            self.position = match.end()
            return join_surrogates(json.loads(match[0]))
        match = WORD.match(text, start)
        if match is None:
            self._raise_expected(_EXPECTED_VALUE, start)
        self.position = match.end()
        return self._parse_literal(match[0], start)

    def _parse_literal(self, word: str, position: int) -> bool | int | float | None:
        if word in LITERALS_BY_SPELLING:
            return LITERALS_BY_SPELLING[word]
        match = NUMBER.fullmatch(word)
        if match is None:
            self._raise_expected(_EXPECTED_VALUE, position)
        digits, fraction, exponent = match.groups()
        if len(digits) > MAX_DIGITS or len(word) > 2 * MAX_DIGITS:
            self._raise_expected(f"a number of at most {MAX_DIGITS} digits", position)
        if fraction is None and exponent is None:
            return int(word)
        value = float(word)
        if not math.isfinite(value):
            # Valid JSON, but outside the range of the values it is compared with.
            self._raise_expected("a number in the range of a double, up to 1.8e308", position)
        return value

    # ------------------------------------------------------------------ tokens and errors

    def _parse_logical_operator(self) -> None:
        """Read `and` or `or` with the whitespace around it, if it is the next token."""
        self.logical_operator = None
        if self.position == len(self.text):
            return
        match = LOGICAL_OPERATOR.match(self.text, self.position)
        if match is None:
            return
        self.position = match.end()
        if self.position == match.end(1):
            self._raise_expected(f"a space, then {_EXPECTED_OPERAND}", self.position)
        self.logical_operator = match[1].lower()

    def _open_bracket(self, opening: int) -> None:
        self.depth += 1
        if self.depth > self.max_depth:
            raise InvalidFilter(
                f"brackets must nest at most {self.max_depth} deep",
                text=self.text,
                position=opening,
            )
        self.position = opening + 1

    def _close_bracket(self, bracket: str) -> None:
        start = self._skip_whitespace(self.position)
        if not self.text.startswith(bracket, start):
            self._raise_unexpected_rest(f'"{bracket}"', start)
        self.position = start + 1
        self.depth -= 1

    def _skip_whitespace(self, position: int) -> int:
        return cast("re.Match[str]", OPTIONAL_WHITESPACE.match(self.text, position)).end()

    def _raise_unexpected_rest(self, expected_end: str, position: int) -> NoReturn:
        """Raise for an unexpected token after a complete expression."""
        if position == self.position and position < len(self.text):
            self._raise_expected(f'a space, then "and" or "or", or {expected_end}', position)
        self._raise_expected(f'"and", "or" or {expected_end}', position)

    def _describe_token(self, position: int) -> str:
        """Return the token at `position` for an error message, masked in a value of a secret attribute."""
        token = describe_token(self.text, position)
        if token[0] not in "\"'":  # no part of the text
            return token
        masked, start = mask_invalid_expression(self.text, position)
        if masked != self.text and masked[start:].startswith((MASK, f'"{MASK}"')):
            return repr(MASK)
        return f"{token[0]}{mask_invalid_expression(token[1:-1])[0]}{token[-1]}"

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
        is_path = "attribute" in expected and _DOTTED_NAME.match(self.text, position)
        hint = _DOTS_HINT if is_path else ""
        raise error_class(
            f"expected {expected}, got {self._describe_token(position)}{hint}",
            text=self.text,
            position=position,
        )


def _parse_attribute_path(word: str) -> Path | None:
    """Return the attr-path that a word is, or `None`."""
    match = ATTRIBUTE_PATH.fullmatch(word)
    if match is None:
        return _parse_bare_uri(URL, word)
    urn, name, sub = match.groups()
    return make_path(urn, name, None, sub)


def _parse_bare_uri(pattern: re.Pattern[str], word: str) -> Path | None:
    """Return the path of a word that is only the URI of a schema, or `None`; split at the last colon."""
    urn, _, name = word.rpartition(":")
    path = make_path(urn, name, None, None)
    return path if pattern.fullmatch(word) and path.is_bare_uri else None
