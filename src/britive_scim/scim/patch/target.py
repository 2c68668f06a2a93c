"""Targets of PATCH operations: paths resolved against a schema (RFC 7644 §3.5.2).

`resolve_target` parses a path, checks it against the schema and caches the `Target`, as requests
repeat their paths.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, cast

from britive_scim.errors import InvalidPath, PatchError
from britive_scim.scim.datatypes import parse_boolean
from britive_scim.scim.definitions.attribute import Attribute, AttributeType
from britive_scim.scim.filters.ast import And, Compare, Filter
from britive_scim.scim.filters.bind import UndeclaredRule
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import FilterNode
from britive_scim.scim.filters.predicates import compile_value_filter
from britive_scim.scim.filters.suggestions import describe_unknown_path, suggest_sub_attribute
from britive_scim.scim.filters.wire_form import to_wire_path
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import STRICT, Dialect
from britive_scim.scim.patch.multivalued import IndexedValues, ValueSearch
from britive_scim.scim.patch.validation import ValueCheck, get_attribute_check, get_value_check
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.equality import is_same_value
from britive_scim.scim.values.lookup import is_assigned, wrap_values
from britive_scim.scim.values.node import UNDECLARED, UNDECLARED_EXACT, is_node, list_names, to_list

__all__ = [
    "MAX_CACHED_PATH_LENGTH",
    "Target",
    "build_undeclared_attribute",
    "build_undeclared_target",
    "is_undeclared",
    "resolve_cached_target",
    "resolve_target",
]

TargetType = Literal["resource", "schemas", "extension", "attribute"]

_SEARCHABLE_TYPES: Final = frozenset({"string", "boolean", "integer", "decimal"})

_ANY_TYPE: Final = cast("AttributeType", "anything")
"""Type of undeclared attributes; no schema contains it, and every value passes its check."""

_NO_ATTRIBUTE: Final = Attribute(name="")
"""Attribute of a target that is not an attribute."""


class Target:
    """Path resolved against a schema.

    Attributes:
        path_text: the text of the path.
        target_type: the whole resource, its `schemas`, a whole extension, or (part of) an attribute.
        extension: the extension, as an attribute of the resource; `None` for the core.
        is_extension_required: whether the extension is required.
        attribute: the attribute.
        is_declared: whether the schema declares it. An open extension accepts undeclared attributes;
            `infer_target` derives their description from the values.
        attribute_id: identity of the attribute: the extension's URN and the folded name.
        filter: condition that selects values, or `None` for all.
        sub_name: name of the sub-attribute, or `None`.
        sub: the sub-attribute, or `None`.
        is_read_only: whether the attribute or sub-attribute is readOnly.
        check: check of the value of the whole attribute.
        check_value: check of one of its values.
        check_sub_attribute: check of the value of the sub-attribute.
        search: the search equivalent to the filter, or `None`.
        described_value: the value the filter describes, in wire form: that of an `eq`, or of several
            joined by `and`; otherwise `None`.
    """

    __slots__ = (
        "_predicate",
        "attribute",
        "attribute_id",
        "check",
        "check_sub_attribute",
        "check_value",
        "described_value",
        "extension",
        "filter",
        "is_declared",
        "is_extension_required",
        "is_read_only",
        "path_text",
        "search",
        "sub",
        "sub_name",
        "target_type",
    )

    def __init__(
        self,
        path_text: str,
        target_type: TargetType,
        *,
        extension: Attribute | None = None,
        is_extension_required: bool = False,
        attribute: Attribute = _NO_ATTRIBUTE,
        is_declared: bool = True,
        filter_: FilterNode | None = None,
        sub_name: str | None = None,
        undeclared_rule: UndeclaredRule = "no value",
    ) -> None:
        self.path_text = path_text
        self.target_type: TargetType = target_type
        self.extension = extension
        self.is_extension_required = is_extension_required
        self.attribute = attribute
        self.is_declared = is_declared
        self.attribute_id = ("" if extension is None else extension.name, fold(attribute.name))
        self.filter = cast("Filter | None", filter_)
        self.sub_name = sub_name
        self.sub = sub = None if sub_name is None else attribute.find_sub_attribute(sub_name)
        self.is_read_only = "readOnly" in (attribute.mutability, sub.mutability if sub else "")
        self.check: ValueCheck = get_attribute_check(attribute)
        self.check_value: ValueCheck = get_value_check(attribute)
        if sub is not None:
            self.check_sub_attribute: ValueCheck = get_attribute_check(
                sub, f"{attribute.name}.{sub.name}"
            )
        self.search: ValueSearch | None = None
        self.described_value: Any = None
        self._predicate: Callable[[Any], bool] | None = None
        if self.filter is not None and is_declared:
            self._compile_filter(self.filter, undeclared_rule)

    def _compile_filter(self, filter_: Filter, undeclared: UndeclaredRule) -> None:
        compares = _extract_equalities(filter_)
        if compares is not None:
            self.described_value = _build_described_value(self.attribute, compares)
            if self.described_value is not None:
                self.search = _build_search(self.attribute, self.described_value)
        if self.search is None:
            # This also checks the filter; the literals of a search have passed their checks.
            self._predicate = compile_value_filter(
                filter_, self.attribute, path_text=self.path_text, undeclared=undeclared
            )

    def select(self, values: IndexedValues) -> list[int]:
        """Return the positions of the values that the filter selects; of all without a filter."""
        if self.search is not None:
            return values.run_search(self.search)
        if self._predicate is not None:
            return values.find_matching(self._predicate)
        # The path has a sub-attribute. Unreadable values are no objects; a string is one with this `value`.
        return values.find_matching(lambda value: is_node(wrap_values(self.attribute, value)))

    def is_selected(self, value: Any) -> bool:
        """Return whether the filter selects one value."""
        return bool(self.select(IndexedValues(self.attribute, [value])))

    def infer_target(
        self, name: str, current_value: Any, new_value: Any = None, *, is_replace: bool = False
    ) -> Target:
        """Return the target with its undeclared attribute inferred from the current and new values.

        Args:
            name: the name as the resource spells it.
            current_value: the current value.
            new_value: the value of the operation.
            is_replace: whether the new value replaces the current one.
        """
        names = [self.sub_name] if self.sub_name else []
        if self.filter is not None and not (
            current_value and not any(map(is_node, to_list(current_value)))
        ):
            names += [compare.path.name for compare in _extract_equalities(self.filter) or ()]
        current_value = current_value if is_assigned(current_value) else None
        samples = [current_value] if self.sub_name else [current_value, new_value]
        if is_replace and self.filter is None and not self.sub_name:
            samples = [
                current_value if is_node(new_value) and is_node(current_value) else None,
                new_value,
            ]
        is_multi_valued = self.filter is not None and current_value is None
        return Target(
            self.path_text,
            "attribute",
            extension=self.extension,
            attribute=_infer_attribute(name, samples, names, is_multi_valued=is_multi_valued),
            filter_=self.filter,
            sub_name=self.sub_name,
        )


def _extract_equalities(filter_: Filter) -> tuple[Compare, ...] | None:
    """Return the comparisons of an `eq`, or of several joined by `and`; `None` for any other filter."""
    items = filter_.items if isinstance(filter_, And) else (filter_,)
    compares = tuple(item for item in items if isinstance(item, Compare) and item.op == "eq")
    return compares if len(compares) == len(items) else None


def _build_described_value(attribute: Attribute, compares: Iterable[Compare]) -> Any:
    """Return the value with all the compared sub-attributes, or `None` if no such value exists."""
    described: dict[str, Any] = {}
    for compare in compares:
        path = compare.path
        if path.sub is not None or path.urn is not None:
            return None
        if attribute.type == "complex":
            sub = attribute.find_sub_attribute(path.name)
        else:
            # A simple value is addressed as `value`.
            sub = attribute if fold(path.name) == "value" else None
        value = None if sub is None else _convert_literal(sub, compare.value)
        if sub is None or value is None:
            return None
        if not is_same_value(sub, described.setdefault(sub.name, value), value):
            return None
    for sub in attribute.sub_attributes:
        if sub.multi_valued and sub.name in described:
            described[sub.name] = [described[sub.name]]
    return described if attribute.type == "complex" else described[attribute.name]


def _convert_literal(attribute: Attribute, value: Any) -> Any:
    """Return a literal as a value of the attribute, or `None` if its type does not fit."""
    if attribute.type == "boolean" and isinstance(value, str):
        return parse_boolean(value)
    try:
        return get_value_check(attribute)(value, STRICT)
    except PatchError:
        return None


def _build_search(attribute: Attribute, described_value: Any) -> ValueSearch | None:
    search = ValueSearch.from_value(attribute, described_value)
    compared = [sub or attribute for sub in search.sub_attributes]
    # For other types, `eq` differs from the equality of searches.
    is_searchable = all(
        each.type in _SEARCHABLE_TYPES and (each is attribute or not each.multi_valued)
        for each in compared
    )
    return search if is_searchable else None


# ----------------------------------------------------------------------------- undeclared attributes


def build_undeclared_target(
    path_text: str,
    name: str,
    extension: Attribute | None,
    *,
    filter_: FilterNode | None = None,
    sub_name: str | None = None,
) -> Target:
    """Return the target of an undeclared attribute, as open extensions accept it."""
    return Target(
        path_text,
        "attribute",
        extension=extension,
        attribute=build_undeclared_attribute(name),
        is_declared=False,
        filter_=filter_,
        sub_name=sub_name,
    )


def build_undeclared_attribute(name: str) -> Attribute:
    """Return the description of an undeclared attribute: its name alone."""
    return Attribute(name=name, type=_ANY_TYPE, field=UNDECLARED)


def is_undeclared(attribute: Attribute) -> bool:
    """Return whether no schema declares the attribute."""
    return attribute.field in {UNDECLARED, UNDECLARED_EXACT}


def _infer_attribute(
    name: str, samples: list[Any], sub_names: list[str], *, is_multi_valued: bool
) -> Attribute:
    """Return a description of an undeclared attribute; multi-valued if a sample is a list."""
    values = [value for sample in samples for value in to_list(sample)]
    is_multi_valued = is_multi_valued or any(isinstance(sample, list) for sample in samples)
    subs = {fold(sub): sub for sub in sub_names}
    if not subs and not (values and all(map(is_node, values))):
        return Attribute(
            name=name, type=_ANY_TYPE, multi_valued=is_multi_valued, field=UNDECLARED_EXACT
        )
    for value in values:
        for sub in list_names(value) if is_node(value) else ():
            subs.setdefault(fold(sub), sub)
    # The current value comes first: the names are in the spelling of a single value.
    field = UNDECLARED if is_multi_valued or sub_names else UNDECLARED_EXACT
    return Attribute(
        name=name,
        type="complex",
        multi_valued=is_multi_valued,
        field=UNDECLARED_EXACT,
        sub_attributes=tuple(
            Attribute(name=sub, type=_ANY_TYPE, field=field) for sub in subs.values()
        ),
    )


# ----------------------------------------------------------------------------- resolving


MAX_CACHED_PATH_LENGTH: Final = 1_000
"""Longer paths are rare and bypass the cache, which bounds its memory."""


def resolve_target(
    schema: ResourceSchema, path_text: str, dialect: Dialect, *, short_names: bool = False
) -> Target:
    """Return the target of a path.

    Args:
        schema: schema of the resource.
        path_text: the text of the path.
        dialect: dialect of the request.
        short_names: understand Python names and short names of extensions besides wire names.

    Raises:
        InvalidPath: the path is malformed, or the schema does not declare the attribute.
        InvalidFilter: the filter in its brackets is malformed, or does not fit the attribute.
    """
    if len(path_text) > MAX_CACHED_PATH_LENGTH:
        return _resolve_target(schema, path_text, dialect, short_names)
    return resolve_cached_target(schema, path_text, dialect, short_names)


def _resolve_target(
    schema: ResourceSchema, path_text: str, dialect: Dialect, short_names: bool
) -> Target:
    path = parse_path(path_text)
    if short_names:
        path = to_wire_path(path, schema)
    uri = path.uri
    if uri is not None:
        # First compare the whole text, before it is split at the last colon.
        if fold(uri) == fold(schema.urn):
            return Target(path_text, "resource")
        if schema.find_extension(uri) is not None:
            return Target(path_text, "extension", **_build_extension_arguments(schema, uri))
    attribute = schema.find_attribute(path.urn, path.name)
    within = _build_extension_arguments(schema, path.urn)
    known = schema.find_extension(path.urn) if path.urn else None
    if attribute is None:
        if path.urn is None and dialect.can_omit_urn:
            for extension in schema.extensions:
                if extension.find_attribute(path.name) is not None:
                    return resolve_target(schema, f"{extension.urn}:{path_text}", dialect)
        if known is None or not known.is_open:
            message = describe_unknown_path(schema, path, has_short_names=short_names)
            raise InvalidPath(message, text=path_text, position=0)
        return build_undeclared_target(
            path_text, path.name, within["extension"], filter_=path.filter, sub_name=path.sub
        )
    if attribute.name == "schemas" and not within:
        return Target(path_text, "schemas")
    if path.sub is not None and attribute.find_sub_attribute(path.sub) is None:
        raise InvalidPath(
            f"{attribute.name} has no sub-attribute {path.sub!r}{suggest_sub_attribute(attribute, path.sub)}",
            text=path_text,
            position=len(path_text) - len(path.sub),
        )
    if path.filter is not None and attribute.type != "complex" and not attribute.multi_valued:
        raise InvalidPath(
            f"{attribute.name} must be complex or multi-valued to have brackets,"
            f" got a single {attribute.type}",
            text=path_text,
            position=path_text.index("["),
        )
    return Target(
        path_text,
        "attribute",
        attribute=attribute,
        filter_=path.filter,
        sub_name=path.sub,
        undeclared_rule="no value"
        if known is not None and known.is_open
        else dialect.undeclared_rule,
        **within,
    )


resolve_cached_target = functools.lru_cache(maxsize=4096)(_resolve_target)
"""`resolve_target` for paths up to `MAX_CACHED_PATH_LENGTH`."""


@functools.lru_cache(maxsize=1024)
def _build_extension_arguments(schema: ResourceSchema, urn: str | None) -> dict[str, Any]:
    """Return the arguments of `Target` for an extension; none for the core or an unknown URN."""
    extension = schema.find_extension(urn) if urn is not None else None
    if extension is None:
        return {}
    slot = Attribute(
        name=extension.urn,
        field=extension.field,
        type="complex",
        sub_attributes=extension.attributes,
        model=extension.model,
    )
    return {"extension": slot, "is_extension_required": extension.required}
