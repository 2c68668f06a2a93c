"""What a PATCH path designates, once a schema is known (RFC 7644 §3.5.2).

`resolve` turns the text of a path into a `Target`, checks the path against the schema on the way, and
keeps it: requests repeat their paths.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, cast

from britive_scim.errors import InvalidPath, PatchError
from britive_scim.scim.attribute import Attribute, AttributeType
from britive_scim.scim.dialect import STRICT, Dialect
from britive_scim.scim.filter import And, Compare, Filter
from britive_scim.scim.given import Check, checked, each_checked
from britive_scim.scim.grammar import parse_path
from britive_scim.scim.match import compile_inner
from britive_scim.scim.names import fold
from britive_scim.scim.node import is_node, keys, listed
from britive_scim.scim.path import Path
from britive_scim.scim.sameness import key, sub_key
from britive_scim.scim.schema import ResourceSchema
from britive_scim.scim.values import Search

__all__ = ["Target", "resolve"]

Kind = Literal["resource", "schemas", "extension", "attribute"]

_SEARCHABLE: Final = frozenset({"string", "boolean", "integer", "decimal"})
_ANYTHING: Final = cast("AttributeType", "anything")
"""Type of attributes nobody declared; it stands in no schema and passes every check."""

_NO_FIELD: Final = ":"
"""Python name of what no model declares."""


class Target:
    """What a path designates.

    Attributes:
        text: the path.
        kind: the whole resource, its `schemas`, an extension as a whole, or (part of) an attribute.
        extension: the extension it lies in, as an attribute of the resource; `None` for the core.
        required_extension: whether the resource must carry that extension.
        name: name of the attribute.
        attribute: the attribute; `None` for one that an open extension takes without declaring it.
        filter: which of its values, or `None` for all.
        sub_name: name of the sub-attribute, or `None`.
        sub: the sub-attribute, or `None`.
    """

    __slots__ = (
        "_described",
        "_predicate",
        "_search",
        "attribute",
        "check",
        "check_one",
        "check_sub",
        "extension",
        "filter",
        "kind",
        "name",
        "read_only",
        "required_extension",
        "sub",
        "sub_name",
        "text",
    )

    def __init__(
        self,
        text: str,
        kind: Kind,
        *,
        extension: Attribute | None = None,
        required_extension: bool = False,
        name: str = "",
        attribute: Attribute | None = None,
        filter: Filter | None = None,
        sub_name: str | None = None,
        sub: Attribute | None = None,
    ) -> None:
        self.text = text
        self.kind: Kind = kind
        self.extension = extension
        self.required_extension = required_extension
        self.name = name
        self.attribute = attribute
        self.filter = filter
        self.sub_name = sub_name
        self.sub = sub
        self.read_only = False
        self._search: Search | None = None
        self._described: Any = None
        self._predicate: Callable[[Any], bool] | None = None
        if attribute is None:
            return
        self.read_only = "readOnly" in (attribute.mutability, sub.mutability if sub else "")
        self.check: Check = checked(attribute)
        self.check_one: Check = each_checked(attribute)
        if sub is not None:
            self.check_sub: Check = checked(sub, f"{attribute.name}.{sub.name}")
        if filter is not None:
            self._read_filter(attribute, filter)

    # ------------------------------------------------------------------ the filter

    def _read_filter(self, attribute: Attribute, filter: Filter) -> None:
        compares = _conjunction(filter)
        if compares is not None:
            self._described = _described(attribute, compares)
            if self._described is not None:
                self._search = _search(attribute, self._described)
        if self._search is None:
            # Checks the filter, too; what can be searched for is right already.
            self._predicate = compile_inner(filter, attribute, text=self.text)

    @property
    def search(self) -> Search | None:
        """The keys that the filter asks for, where it asks for nothing else."""
        return self._search

    @property
    def described(self) -> Any:
        """The value the filter describes, in wire form: that of an `eq`, or of several joined by `and`.

        `None` where the filter describes no value.
        """
        return self._described

    def selects(self, value: Any) -> bool:
        """Return whether the filter selects a value of the attribute; without filter all are."""
        if self._search is not None:
            return all(
                key(cast("Attribute", self.attribute), value) == wanted
                if sub is None
                else is_node(value) and sub_key(sub, value) == wanted
                for sub, wanted in self._search
            )
        return self._predicate is None or self._predicate(value)

    # ------------------------------------------------------------------ attributes nobody declared

    def fitted(self, held: Any, given: Any) -> Target:
        """Return the target with its undeclared attribute made up: as wide as what it holds and is given.

        Args:
            held: what is there.
            given: what a request gives for the target.
        """
        names = [self.sub_name] if self.sub_name else []
        if self.filter is not None:
            names += [compare.path.name for compare in _conjunction(self.filter) or ()]
        samples = [held] if self.sub_name else [held, given]
        attribute = _undeclared(self.name, samples, names, many=self.filter is not None and held is None)
        return Target(
            self.text,
            "attribute",
            extension=self.extension,
            required_extension=self.required_extension,
            name=self.name,
            attribute=attribute,
            filter=self.filter,
            sub_name=self.sub_name,
            sub=attribute.sub(self.sub_name) if self.sub_name else None,
        )


def _conjunction(filter: Filter) -> tuple[Compare, ...] | None:
    """Return the comparisons of `eq`, or of several joined by `and`; `None` for any other filter."""
    items = filter.items if isinstance(filter, And) else (filter,)
    compares = tuple(item for item in items if isinstance(item, Compare) and item.op == "eq")
    return compares if len(compares) == len(items) else None


def _described(attribute: Attribute, compares: Iterable[Compare]) -> Any:
    """Return the value that has all these sub-attributes, or `None` where there can be none."""
    if attribute.type != "complex":
        found: Any = None
        for compare in compares:
            value = _literal(attribute, compare)
            if value is None or fold(compare.path.name) != "value" or found not in (None, value):
                return None
            found = value
        return found
    element: dict[str, Any] = {}
    for compare in compares:
        sub = attribute.sub(compare.path.name) if compare.path.sub is None else None
        value = None if sub is None or sub.multi_valued else _literal(sub, compare)
        if sub is None or value is None or element.get(sub.name, value) != value:
            return None
        element[sub.name] = value
    return element


def _literal(attribute: Attribute, compare: Compare) -> Any:
    """Return the literal as a value of the attribute, or `None` where it is none."""
    value = compare.value
    if attribute.type == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(fold(value))
    if value is None or compare.path.urn is not None:
        return None
    try:
        return each_checked(attribute)(value, STRICT)
    except PatchError:
        return None


def _search(attribute: Attribute, described: Any) -> Search | None:
    if attribute.type != "complex":
        return [(None, key(attribute, described))] if attribute.type in _SEARCHABLE else None
    subs = [sub for sub in attribute.sub_attributes if sub.name in described]
    if all(sub.type in _SEARCHABLE for sub in subs):
        return [(sub, sub_key(sub, described)) for sub in subs]
    return None


def _undeclared(name: str, samples: list[Any], sub_names: list[str], *, many: bool) -> Attribute:
    """Return a description of an attribute nobody declared; multi-valued where a sample is a list."""
    values = [value for sample in samples for value in listed(sample)]
    many = many or any(isinstance(sample, list) for sample in samples)
    subs = {fold(sub): sub for sub in sub_names}
    if not subs and not (values and all(map(is_node, values))):
        return Attribute(name=name, type=_ANYTHING, multi_valued=many, field=_NO_FIELD)
    for value in values:
        for sub in keys(value) if is_node(value) else ():
            subs.setdefault(fold(sub), sub)
    return Attribute(
        name=name,
        type="complex",
        multi_valued=many,
        field=_NO_FIELD,
        sub_attributes=tuple(
            Attribute(name=sub, type=_ANYTHING, field=_NO_FIELD) for sub in subs.values()
        ),
    )


# ----------------------------------------------------------------------------- resolving


@functools.lru_cache(maxsize=4096)
def resolve(schema: ResourceSchema, text: str, dialect: Dialect) -> Target:
    """Return what a path designates in a schema.

    Args:
        schema: what the resource is.
        text: the path.
        dialect: how the request is read.

    Raises:
        InvalidPath: the path is malformed, or names what the schema does not declare.
        InvalidFilter: the filter in its brackets is malformed, or does not fit the attribute.
    """
    path = parse_path(text)
    uri = path.uri
    if uri is not None:
        # Before anything is split at the last colon: the URN of a schema is a path, too.
        if fold(uri) == fold(schema.urn):
            return Target(text, "resource")
        if schema.extension(uri) is not None:
            return Target(text, "extension", **_extension(schema, uri))
    attribute = schema.attribute(path.urn, path.name)
    within = _extension(schema, path.urn)
    if attribute is None:
        if path.urn is None and dialect.short_names:
            for extension in schema.extensions:
                if extension.attribute(path.name) is not None:
                    return resolve(schema, f"{extension.urn}:{text}", dialect)
        known = schema.extension(path.urn) if path.urn else None
        if known is None or not known.open:
            raise InvalidPath(_unknown(schema, path), text=text, position=0)
        return Target(
            text, "attribute", name=path.name, filter=path.filter, sub_name=path.sub, **within
        )
    if attribute.name == "schemas" and not within:
        return Target(text, "schemas")
    sub = None
    if path.sub is not None:
        sub = attribute.sub(path.sub)
        if sub is None:
            raise InvalidPath(
                f"{attribute.name} has no sub-attribute {path.sub!r}"
                f"{_hint(path.sub, (s.name for s in attribute.sub_attributes))}",
                text=text,
                position=len(text) - len(path.sub),
            )
    if path.filter is not None and attribute.type != "complex" and not attribute.multi_valued:
        raise InvalidPath(
            f"{attribute.name} is a single {attribute.type}: it has no values to be told apart by a filter",
            text=text,
            position=text.index("["),
        )
    return Target(
        text,
        "attribute",
        name=attribute.name,
        attribute=attribute,
        filter=path.filter,
        sub_name=path.sub,
        sub=sub,
        **within,
    )


def _extension(schema: ResourceSchema, urn: str | None) -> dict[str, Any]:
    """Return the extension of a URN as the attribute of the resource that holds it."""
    known = schema.extension(urn) if urn is not None else None
    if known is None:
        return {}
    slot = Attribute(
        name=known.urn,
        field=known.field,
        type="complex",
        sub_attributes=known.attributes,
        model=known.model,
    )
    return {"extension": slot, "required_extension": known.required}


def _unknown(schema: ResourceSchema, path: Path) -> str:
    if path.urn is None or fold(path.urn) == fold(schema.urn):
        hint = _hint(path.name, (attribute.name for attribute in schema.attributes))
        return f"{schema.name} has no attribute {path.name!r}{hint}"
    known = schema.extension(path.urn)
    if known is None:
        urns = ", ".join(extension.urn for extension in schema.extensions) or "none"
        return f"{schema.name} has no extension {path.urn!r} (known: {urns})"
    hint = _hint(path.name, (attribute.name for attribute in known.attributes))
    return f"the extension {known.urn} has no attribute {path.name!r}{hint}"


def _hint(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name[:80], known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
