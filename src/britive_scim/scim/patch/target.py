"""What a PATCH path designates, once a schema is known (RFC 7644 §3.5.2).

`resolve` turns the text of a path into a `Target`, checks the path against the schema on the way, and
keeps it: requests repeat their paths.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, cast

from britive_scim.errors import InvalidPath, PatchError
from britive_scim.scim.definitions.attribute import Attribute, AttributeType
from britive_scim.scim.filters.ast import And, Compare, Filter
from britive_scim.scim.filters.evaluate import compile_inner
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.suggestions import sub_advice, unknown
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import STRICT, Dialect
from britive_scim.scim.patch.multivalued import Search, Values
from britive_scim.scim.patch.validation import Check, checked, each_checked
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import SPELLED, UNDECLARED, is_node, keys, listed

__all__ = ["Target", "is_undeclared", "resolve", "undeclared", "undeclared_attribute"]

Kind = Literal["resource", "schemas", "extension", "attribute"]

_SEARCHABLE: Final = frozenset({"string", "boolean", "integer", "decimal"})

_ANYTHING: Final = cast("AttributeType", "anything")
"""Type of attributes nobody declared; it stands in no schema and passes every check."""

_NOTHING: Final = Attribute(name="")
"""The attribute of what is no attribute."""


class Target:
    """What a path designates.

    Attributes:
        text: the path.
        kind: the whole resource, its `schemas`, an extension as a whole, or (part of) an attribute.
        extension: the extension it lies in, as an attribute of the resource; `None` for the core.
        required_extension: whether the resource must carry that extension.
        attribute: the attribute.
        declared: whether the schema has it; an open extension takes attributes nobody declared, whose
            `fitted` target has to be made for what they hold.
        place: what tells attributes apart: the extension's URN and the folded name.
        filter: which of its values, or `None` for all.
        sub_name: name of the sub-attribute, or `None`.
        sub: the sub-attribute, or `None`.
        read_only: whether only the service may set it.
        check: the check of what the attribute is given as a whole.
        check_one: the check of what one of its values is given.
        check_sub: the check of what the sub-attribute is given.
        search: the keys that the filter asks for, where it asks for nothing else.
        described: the value the filter describes, in wire form: that of an `eq`, or of several joined
            by `and`; `None` where it describes none.
    """

    __slots__ = (
        "_predicate",
        "attribute",
        "check",
        "check_one",
        "check_sub",
        "declared",
        "described",
        "extension",
        "filter",
        "kind",
        "place",
        "read_only",
        "required_extension",
        "search",
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
        attribute: Attribute = _NOTHING,
        declared: bool = True,
        filter_: Filter | None = None,
        sub_name: str | None = None,
    ) -> None:
        self.text = text
        self.kind: Kind = kind
        self.extension = extension
        self.required_extension = required_extension
        self.attribute = attribute
        self.declared = declared
        self.place = ("" if extension is None else extension.name, fold(attribute.name))
        self.filter = filter_
        self.sub_name = sub_name
        self.sub = sub = None if sub_name is None else attribute.sub(sub_name)
        self.read_only = "readOnly" in (attribute.mutability, sub.mutability if sub else "")
        self.check: Check = checked(attribute)
        self.check_one: Check = each_checked(attribute)
        if sub is not None:
            self.check_sub: Check = checked(sub, f"{attribute.name}.{sub.name}")
        self.search: Search | None = None
        self.described: Any = None
        self._predicate: Callable[[Any], bool] | None = None
        if filter_ is not None and declared:
            self._read_filter(filter_)

    def _read_filter(self, filter_: Filter) -> None:
        compares = _conjunction(filter_)
        if compares is not None:
            self.described = _described(self.attribute, compares)
            if self.described is not None:
                self.search = _search(self.attribute, self.described)
        if self.search is None:
            # This checks the filter, too; what can be searched for has been checked already.
            self._predicate = compile_inner(filter_, self.attribute, text=self.text)

    def select(self, values: Values) -> list[int]:
        """Return the positions of the values that the filter selects, of all without one."""
        if self.search is not None:
            return values.search(self.search)
        if self._predicate is not None:
            return values.where(self._predicate)
        # What could not be read as a value has no parts.
        return values.where(is_node) if self.attribute.type == "complex" else values.all()

    def selects(self, value: Any) -> bool:
        """Return whether the filter selects one value."""
        return bool(self.select(Values(self.attribute, [value])))

    def fitted(self, name: str, held: Any, given: Any = None, *, replacing: bool = False) -> Target:
        """Return the target with its undeclared attribute made up: as wide as what it holds and is given.

        Args:
            name: how what is there spells the name.
            held: what is there.
            given: what a request gives for the target.
            replacing: whether that is to take the place of what is there.
        """
        names = [self.sub_name] if self.sub_name else []
        if self.filter is not None and not (held and not any(map(is_node, listed(held)))):
            names += [compare.path.name for compare in _conjunction(self.filter) or ()]
        held = held if assigned(held) else None
        samples = [held] if self.sub_name else [held, given]
        if replacing and self.filter is None and not self.sub_name:
            samples = [held if is_node(given) and is_node(held) else None, given]
        many = self.filter is not None and held is None
        return Target(
            self.text,
            "attribute",
            extension=self.extension,
            attribute=_made_up(name, samples, names, many=many),
            filter_=self.filter,
            sub_name=self.sub_name,
        )


def _conjunction(filter_: Filter) -> tuple[Compare, ...] | None:
    """Return the comparisons of `eq`, or of several joined by `and`; `None` for any other filter."""
    items = filter_.items if isinstance(filter_, And) else (filter_,)
    compares = tuple(item for item in items if isinstance(item, Compare) and item.op == "eq")
    return compares if len(compares) == len(items) else None


def _described(attribute: Attribute, compares: Iterable[Compare]) -> Any:
    """Return the value that has all these sub-attributes, or `None` where there can be none."""
    element: dict[str, Any] = {}
    for compare in compares:
        path = compare.path
        if path.sub is not None or path.urn is not None:
            return None
        if attribute.type == "complex":
            sub = attribute.sub(path.name)
        else:
            # A value that has no parts is itself named `value`.
            sub = attribute if fold(path.name) == "value" else None
        value = None if sub is None else _literal(sub, compare.value)
        if sub is None or value is None or element.get(sub.name, value) != value:
            return None
        element[sub.name] = value
    return element if attribute.type == "complex" else element[attribute.name]


def _literal(attribute: Attribute, value: Any) -> Any:
    """Return a literal as a value of the attribute, or `None` where it is none."""
    if attribute.type == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(fold(value))
    try:
        return each_checked(attribute)(value, STRICT)
    except PatchError:
        return None


def _search(attribute: Attribute, described: Any) -> Search | None:
    wanted = Search.of(attribute, described)
    kinds = [sub or attribute for sub in wanted.subs]
    # What a filter compares by other rules than those of sameness, a predicate has to tell.
    alike = all(
        kind.type in _SEARCHABLE and (kind is attribute or not kind.multi_valued) for kind in kinds
    )
    return wanted if alike else None


# ----------------------------------------------------------------------------- attributes nobody declared


def undeclared(
    text: str,
    name: str,
    extension: Attribute | None,
    *,
    filter_: Filter | None = None,
    sub_name: str | None = None,
) -> Target:
    """Return the target of an attribute that no schema has, as open extensions take it."""
    return Target(
        text,
        "attribute",
        extension=extension,
        attribute=undeclared_attribute(name),
        declared=False,
        filter_=filter_,
        sub_name=sub_name,
    )


def undeclared_attribute(name: str) -> Attribute:
    """Return the description of an attribute of which only the name is known."""
    return Attribute(name=name, type=_ANYTHING, field=UNDECLARED)


def is_undeclared(attribute: Attribute) -> bool:
    """Return whether an attribute is one that no schema has."""
    return attribute.field in {UNDECLARED, SPELLED}


def _made_up(name: str, samples: list[Any], sub_names: list[str], *, many: bool) -> Attribute:
    """Return a description of an attribute nobody declared; multi-valued where a sample is a list."""
    values = [value for sample in samples for value in listed(sample)]
    many = many or any(isinstance(sample, list) for sample in samples)
    subs = {fold(sub): sub for sub in sub_names}
    if not subs and not (values and all(map(is_node, values))):
        return Attribute(name=name, type=_ANYTHING, multi_valued=many, field=SPELLED)
    for value in values:
        for sub in keys(value) if is_node(value) else ():
            subs.setdefault(fold(sub), sub)
    # What is there comes first: a single value spells the names as they are here.
    field = UNDECLARED if many or sub_names else SPELLED
    return Attribute(
        name=name,
        type="complex",
        multi_valued=many,
        field=SPELLED,
        sub_attributes=tuple(
            Attribute(name=sub, type=_ANYTHING, field=field) for sub in subs.values()
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
            raise InvalidPath(unknown(schema, path), text=text, position=0)
        return undeclared(
            text, path.name, within["extension"], filter_=path.filter, sub_name=path.sub
        )
    if attribute.name == "schemas" and not within:
        return Target(text, "schemas")
    if path.sub is not None and attribute.sub(path.sub) is None:
        raise InvalidPath(
            f"{attribute.name} has no sub-attribute {path.sub!r}{sub_advice(attribute, path.sub)}",
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
        attribute=attribute,
        filter_=path.filter,
        sub_name=path.sub,
        **within,
    )


@functools.lru_cache(maxsize=1024)
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
