"""Attribute paths: the address of an attribute, a sub-attribute or values (RFC 7644 §3.5.2, §3.10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.names import is_attribute_name, is_schema_uri

__all__ = ["FilterNode", "Path", "make_path", "redact_filter", "require_attribute_path"]


class FilterNode(Protocol):
    """Type of `Path.filter`: the methods of `Filter` that a path and its users need.

    A protocol, so that this module does not import the filters, which are built of paths.
    """

    def __str__(self) -> str:
        """Return the canonical text."""
        ...

    def to_sexpr(self) -> str:
        """Return the tree as an s-expression."""
        ...

    def is_value_filter(self) -> bool:
        """Return whether the filter is allowed in brackets."""
        ...

    def check(self, schema: Any, *, strict: bool = False) -> None:
        """Raise `InvalidFilter` if the filter cannot apply to the schema; see `Filter.check`."""
        ...

    def matches(self, resource: Any, schema: Any = None, *, strict: bool | None = None) -> bool:
        """Return whether the resource satisfies the filter; see `Filter.matches`."""
        ...

    def compile(self, schema: Any = None, *, strict: bool | None = None) -> Callable[[Any], bool]:
        """Return a reusable predicate; see `Filter.compile`."""
        ...


@dataclass(frozen=True, slots=True)
class Path:
    """Address of an attribute of a resource or extension, of a sub-attribute, or of selected values.

    ```text
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName
    └────────────────────────── urn ─────────────────────────┘ └name─┘ └── sub ──┘
    emails[type eq "work"].value
    └name┘ └── filter ───┘ └sub┘
    ```

    A schema's URN alone is also a path, that of a whole extension. Its syntax is that of an
    attribute, so it is parsed as one: `urn` ends at the last colon and `name` is the rest. Code that
    knows the schemas compares `uri` with their ids first.

    Equality and hash are case-sensitive; names are matched case-insensitively against a schema.

    Attributes:
        urn: id of the schema that declares the attribute, or `None` for the core schema.
        name: name of the attribute.
        filter: condition that selects values of a multi-valued attribute, or `None` for all values.
        sub: name of the sub-attribute, or `None` for the whole attribute.

    Raises:
        InvalidPath: a part is malformed.

    Examples:
        >>> Path(None, "emails", sub="value")
        parse_path('emails.value')
    """

    urn: str | None
    name: str
    filter: FilterNode | None = None
    sub: str | None = None

    def __post_init__(self) -> None:
        if not is_attribute_name(self.name) and not self.is_bare_uri:
            raise InvalidPath(f"name must be an attribute name, got {self.name!r}")
        if self.urn is not None and not is_schema_uri(self.urn) and not self.is_bare_uri:
            raise InvalidPath(f"urn must be the URI of a schema, got {self.urn!r}")
        if self.sub is not None and not is_attribute_name(self.sub):
            raise InvalidPath(f"sub must be the name of a sub-attribute, got {self.sub!r}")
        if self.filter is not None and not self.filter.is_value_filter():
            raise InvalidPath(f"filter must not contain brackets, got {redact_filter(self.filter)}")

    @property
    def is_bare_uri(self) -> bool:
        """True if the path can only be the URI of a schema: its tail is not an attribute name."""
        uri = self.uri
        return (
            uri is not None
            and self.sub is None
            and ":" not in self.name
            and self.name != ""
            and not is_attribute_name(self.name)
            and is_schema_uri(uri)
        )

    @property
    def uri(self) -> str | None:
        """The path read as the URI of a schema, or `None` if it cannot be one.

        Examples:
            >>> Path("urn:example:2.0", "Badge").uri
            'urn:example:2.0:Badge'
        """
        if self.urn is None or self.filter is not None:
            return None
        return str(self)

    def __str__(self) -> str:
        """Return the text of the path; `parse_path` reads it back as an equal path."""
        text = self.name if self.urn is None else f"{self.urn}:{self.name}"
        if self.filter is not None:
            text = f"{text}[{self.filter}]"
        return text if self.sub is None else f"{text}.{self.sub}"

    def __repr__(self) -> str:
        return format_parse_call("parse_path", str(self))

    def to_sexpr(self) -> str:
        """Return the path as an s-expression: its text, or `(path attribute filter sub)` with a filter.

        Examples:
            >>> from britive_scim.scim.filters.parser import parse_path
            >>> parse_path('emails[type eq "work"].value').to_sexpr()
            '(path emails (eq type "work") value)'
        """
        if self.filter is None:
            return str(self)
        tail = "" if self.sub is None else f" {self.sub}"
        whole = self.name if self.urn is None else f"{self.urn}:{self.name}"
        return f"(path {whole} {self.filter.to_sexpr()}{tail})"


_new_object = object.__new__
_set_urn, _set_name, _set_filter, _set_sub = (
    vars(Path)[name].__set__ for name in ("urn", "name", "filter", "sub")
)


def make_path(urn: str | None, name: str, filter_: FilterNode | None, sub: str | None) -> Path:
    """Build a path of parts the parser has checked: skips the checks, in half the time."""
    path = _new_object(Path)
    _set_urn(path, urn)
    _set_name(path, name)
    _set_filter(path, filter_)
    _set_sub(path, sub)
    return path


def require_attribute_path(path: Path) -> None:
    """Raise `InvalidFilter` if a path cannot be that of a filter: it has brackets, or is only a URN."""
    if path.filter is not None:
        raise InvalidFilter(
            f"path must not contain brackets, got {redact_filter(path)}; use ValuePath"
        )
    if path.is_bare_uri and str(path)[:4].casefold() == "urn:":
        raise InvalidFilter(f"path must end in an attribute name, got {path}")


def format_parse_call(function: str, text: str) -> str:
    """Return the repr of a filter or path: the call that parses its text, with masked values of secret attributes."""
    return f"{function}({redact_filter(text)!r})"


def redact_filter(value: object) -> str:
    """Return the text of a filter or path with masked values of secret attributes."""
    from britive_scim.scim.redaction import redact_expression  # needed to display only

    return redact_expression(str(value))
