"""Setters of SCIM paths: each writes one cell into the attributes of a user in wire form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.provisioning.directory.cells import (
    CellError,
    Converter,
    build_converter,
    parse_complex_text,
    split_cell,
)
from britive_scim.provisioning.directory.options import ReadingOptions
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.filters.ast import And, Compare, Filter
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.wire_form import to_wire_path
from britive_scim.scim.json_values import is_object
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ExtensionSchema, ResourceSchema
from britive_scim.suggestions import format_suggestion

__all__ = ["ColumnTarget", "Setter", "build_target", "list_known_names"]

Setter = Callable[[dict[str, Any], Any], None]
"""Function that writes a cell into the attributes of a user; `None` clears. Raises `CellError`."""


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """Attribute that a column states.

    Attributes:
        path: canonical text of the path.
        parts: what the path names: URN, attribute, selected value, sub-attribute, folded; a shorter one contains
            the longer ones that begin with it.
        set: writes a cell.
        partial_attribute: top-level list of which the column states a single value, or `None`.
    """

    path: str
    parts: tuple[str, ...]
    set: Setter
    partial_attribute: str | None = None

    def overlaps(self, other: ColumnTarget) -> bool:
        """Return whether two columns state the same value, or one the whole of the other."""
        size = min(len(self.parts), len(other.parts))
        return self.parts[:size] == other.parts[:size]


def build_target(text: str, schema: ResourceSchema, options: ReadingOptions) -> ColumnTarget:
    """Return the target of a path.

    Args:
        text: SCIM path; short names such as `enterprise.department` and `custom.cost_center` are understood.
        schema: schema of users.
        options: options of reading.

    Raises:
        InputError: the path does not parse, names no attribute, or one that a source cannot state.
    """
    for extension in schema.extensions:
        for prefix in (f"{extension.field}.", f"{extension.urn}:"):
            rest = text[len(prefix) :]
            if not rest or fold(text[: len(prefix)]) != fold(prefix):
                continue
            # names of identity attributes need not be attribute names of SCIM
            if extension.is_open:
                return _build_open(extension, rest, options)
            text = f"{extension.urn}:{rest}"  # so that `enterprise.manager.value` is a path
    path = to_wire_path(parse_path(text), schema)
    whole = schema.find_extension(path.uri) if path.uri is not None else None
    if whole is not None:
        return ColumnTarget(whole.urn, (fold(whole.urn),), _ExtensionSetter(whole, options))
    urn, attribute = _find_attribute(path, schema, text)
    if attribute is None and path.uri is not None and schema.find_extension(path.urn or "") is None:
        return _build_undeclared(path.urn or "", path.name, path.uri, options)
    if attribute is None or (attribute.type != "complex" and not attribute.multi_valued):
        if path.filter is not None or path.sub is not None:
            raise InputError(f"{text} must name an attribute, got a part of a simple one")
        return _build_simple(urn, path.name, attribute, options)
    if path.filter is not None:
        return _build_selected(urn, attribute, path, options)
    sub = _find_sub(attribute, path.sub, text)
    if attribute.multi_valued:
        return _build_list(urn, attribute, sub, options)
    return _build_complex(urn, attribute, sub, options)


def list_known_names(schema: ResourceSchema) -> list[str]:
    """Return the names of the attributes that a source may state, for suggestions."""
    names = [a.name for a in schema.attributes if _is_settable(a)]
    for extension in schema.extensions:
        names += [f"{extension.field}.{a.name}" for a in extension.attributes if _is_settable(a)]
    return names


def _is_settable(attribute: Attribute) -> bool:
    return attribute.mutability != "readOnly" and not attribute.is_secret


def _build_open(extension: ExtensionSchema, name: str, options: ReadingOptions) -> ColumnTarget:
    """Return the target of an attribute of the custom extension, by its wire name or Python name."""
    for attribute in extension.attributes:
        if fold(name) in (fold(attribute.name), fold(attribute.field)):
            return _build_simple(extension.urn, attribute.name, attribute, options)
    return _build_simple(extension.urn, name, None, options)


def _find_attribute(
    path: Path, schema: ResourceSchema, text: str
) -> tuple[str | None, Attribute | None]:
    """Return the URN of the extension, `None` for the core, and the attribute; `None` if it is undeclared."""
    attribute = schema.find_attribute(path.urn, path.name)
    extension = None if path.urn is None else schema.find_extension(path.urn)
    if attribute is None:
        is_open = extension.is_open if extension is not None else path.urn is not None
        if not is_open or fold(path.urn or "") == fold(schema.urn):
            raise InputError(
                f"{text} must name an attribute of a user{format_suggestion(text, list_known_names(schema))}"
            )
    elif attribute.is_secret:
        raise InputError(f"{text} must not be synchronized: a password never is")
    elif attribute.mutability == "readOnly":
        raise InputError(f"{text} must not be stated: only the server sets it")
    urn = extension.urn if extension is not None else path.urn
    return (None if urn is None or fold(urn) == fold(schema.urn) else urn), attribute


def _find_sub(attribute: Attribute, name: str | None, text: str) -> Attribute | None:
    if name is None:
        return None
    sub = attribute.find_sub_attribute(name)
    if sub is None:
        names = [f"{attribute.name}.{known.name}" for known in attribute.sub_attributes]
        raise InputError(
            f"{text} must name a part of {attribute.name}{format_suggestion(text, names)}"
        )
    if sub.mutability == "readOnly":
        raise InputError(f"{text} must not be stated: only the server sets it")
    return sub


# ----------------------------------------------------------------------------- setters


def _describe(urn: str | None, *parts: str) -> tuple[str, tuple[str, ...]]:
    """Return the text and the folded parts of a path."""
    text = ".".join(parts)
    prefix = () if urn is None else (fold(urn),)
    return text if urn is None else f"{urn}:{text}", (*prefix, *map(fold, parts))


def _build_simple(
    urn: str | None, name: str, attribute: Attribute | None, options: ReadingOptions
) -> ColumnTarget:
    convert = build_converter(attribute, options)
    if attribute is not None and attribute.multi_valued:
        convert = _ListConverter(convert)
    name = name if attribute is None else attribute.name

    def set_simple(values: dict[str, Any], cell: Any) -> None:
        _get_holder(values, urn)[name] = None if cell is None else convert(cell)

    return ColumnTarget(*_describe(urn, name), set_simple)


class _ListConverter:
    """Converter of a list of simple values."""

    def __init__(self, convert: Converter) -> None:
        self._convert = convert

    def __call__(self, cell: Any) -> list[Any]:
        return [self._convert(item) for item in split_cell(cell)]


def _build_undeclared(urn: str, name: str, uri: str, options: ReadingOptions) -> ColumnTarget:
    """Return the target of an extension that the schema does not have, or of an attribute of it.

    Both have the same syntax; a cell with an object is the extension.
    """
    convert = build_converter(None, options)

    def set_undeclared(values: dict[str, Any], cell: Any) -> None:
        if isinstance(cell, Mapping):
            values[uri] = dict(cast("Mapping[str, Any]", cell))
        else:
            _get_holder(values, urn)[name] = None if cell is None else convert(cell)

    return ColumnTarget(*_describe(urn, name), set_undeclared)


def _get_holder(values: dict[str, Any], urn: str | None) -> dict[str, Any]:
    if urn is None:
        return values
    holder = values.get(urn)
    if holder is None:
        holder = values[urn] = {}
    return cast("dict[str, Any]", holder)


def _build_complex(
    urn: str | None, attribute: Attribute, sub: Attribute | None, options: ReadingOptions
) -> ColumnTarget:
    name = attribute.name
    if sub is None:
        convert_whole = _ComplexConverter(attribute, options)

        def set_whole(values: dict[str, Any], cell: Any) -> None:
            _get_holder(values, urn)[name] = None if cell is None else convert_whole(cell)

        return ColumnTarget(*_describe(urn, name), set_whole)
    convert = build_converter(sub, options)
    sub_name = sub.name

    def set_part(values: dict[str, Any], cell: Any) -> None:
        holder = _get_holder(values, urn)
        part = holder.get(name)
        if part is None:
            part = holder[name] = {}
        part[sub_name] = None if cell is None else convert(cell)

    return ColumnTarget(*_describe(urn, name, sub_name), set_part)


def _build_list(
    urn: str | None, attribute: Attribute, sub: Attribute | None, options: ReadingOptions
) -> ColumnTarget:
    """Return the target of a whole list: `emails`, or `emails.value` with several values in a cell."""
    name = attribute.name
    if sub is not None and sub.name != "value":
        raise InputError(
            f'{name}.{sub.name} must select a value, such as {name}[type eq "work"].{sub.name}'
        )
    convert_item = _ComplexConverter(attribute, options)

    def set_list(values: dict[str, Any], cell: Any) -> None:
        items = None if cell is None else [convert_item(item) for item in split_cell(cell)]
        _get_holder(values, urn)[name] = items

    return ColumnTarget(*_describe(urn, name), set_list)


def _build_selected(
    urn: str | None, attribute: Attribute, path: Path, options: ReadingOptions
) -> ColumnTarget:
    """Return the target of a single value of a list: `emails[type eq "work"].value`."""
    name = attribute.name
    selector = _read_selector(cast("Filter", path.filter), attribute, str(path))
    sub = _find_sub(attribute, path.sub or "value", str(path))
    sub_name = cast("Attribute", sub).name
    if sub_name in selector:
        raise InputError(f"{path} must name another part than its brackets")
    convert = build_converter(sub, options)
    condition = " and ".join(f"{key} eq {_quote(value)}" for key, value in selector.items())

    def set_selected(values: dict[str, Any], cell: Any) -> None:
        value = None if cell is None else convert(cell)
        holder = _get_holder(values, urn)
        items: list[dict[str, Any]] | None = holder.get(name)
        if items is None:
            items = holder[name] = []
        for item in items:
            if all(item.get(key) == wanted for key, wanted in selector.items()):
                item[sub_name] = value
                return
        items.append({**selector, sub_name: value})

    _, parts = _describe(urn, name, condition, sub_name)
    text = f"{name}[{condition}].{sub_name}"
    top = name if urn is None else f"{urn}:{name}"
    return ColumnTarget(text if urn is None else f"{urn}:{text}", parts, set_selected, top)


def _quote(value: Any) -> str:
    import json  # only while columns are compiled

    return json.dumps(value, ensure_ascii=False)


def _read_selector(filter_: Filter, attribute: Attribute, text: str) -> dict[str, Any]:
    """Return the values that a value must have to be selected: `{"type": "work"}`."""
    items = filter_.items if isinstance(filter_, And) else (filter_,)
    selector: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, Compare) or item.op != "eq":
            raise InputError(
                f'{text} must select by equality, such as {attribute.name}[type eq "work"]'
            )
        sub = _find_sub(attribute, str(item.path), text)
        selector[cast("Attribute", sub).name] = item.value
    return selector


class _ComplexConverter:
    """Converter of one complex value: an object, a JSON object in a cell, or the text of its `value`."""

    def __init__(self, attribute: Attribute, options: ReadingOptions) -> None:
        self._attribute = attribute
        self._value = attribute.find_sub_attribute("value")
        self._options = options
        self._names: dict[str, tuple[str, Converter] | None] = {}

    def __call__(self, cell: Any) -> dict[str, Any]:
        if isinstance(cell, str):
            parsed = parse_complex_text(cell)
            if is_object(parsed):
                cell = parsed
        if isinstance(cell, Mapping):
            return self._convert_parts(cast("Mapping[str, Any]", cell))
        if self._value is None:
            example = f"{self._attribute.name}.{self._attribute.sub_attributes[-1].name}"
            raise CellError(
                f"must be an object, as {self._attribute.name} has parts; name one in columns=, such as {example}"
            )
        return {"value": build_converter(self._value, self._options)(cell)}

    def _convert_parts(self, cell: Mapping[str, Any]) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for name, value in cell.items():
            known = self._names.get(name)
            if known is None:
                known = self._names[name] = self._find(name)
            if known[0]:
                parts[known[0]] = None if value is None else known[1](value)
        return parts

    def _find(self, name: str) -> tuple[str, Converter]:
        for sub in self._attribute.sub_attributes:
            if fold(name) in (fold(sub.name), fold(sub.field)):
                if sub.mutability == "readOnly":
                    return "", str  # set by the server
                return sub.name, build_converter(sub, self._options)
        names = [sub.name for sub in self._attribute.sub_attributes]
        raise CellError(f"must have known parts, got {name!r:.40}{format_suggestion(name, names)}")


class _ExtensionSetter:
    """Setter of a whole extension: an object, or a JSON object in a cell."""

    def __init__(self, extension: ExtensionSchema, options: ReadingOptions) -> None:
        self._extension = extension
        self._options = options
        self._targets: dict[str, Setter | None] = {}

    def __call__(self, values: dict[str, Any], cell: Any) -> None:
        if cell is None:
            values[self._extension.urn] = None
            return
        if isinstance(cell, str):
            cell = parse_complex_text(cell)
        if not isinstance(cell, Mapping):
            raise CellError("must be an object with the attributes of the extension")
        for name, value in cast("Mapping[str, Any]", cell).items():
            if name not in self._targets:
                self._targets[name] = self._build(name)
            setter = self._targets[name]
            if setter is not None:
                setter(values, value)

    def _build(self, name: str) -> Setter | None:
        extension, urn = self._extension, self._extension.urn
        for attribute in extension.attributes:
            if fold(name) in (fold(attribute.name), fold(attribute.field)):
                if attribute.mutability == "readOnly":
                    return None
                if attribute.multi_valued and attribute.type == "complex":
                    return _build_list(urn, attribute, None, self._options).set
                if attribute.type == "complex":
                    return _build_complex(urn, attribute, None, self._options).set
                return _build_simple(urn, name, attribute, self._options).set
        if not extension.is_open:
            names = [attribute.name for attribute in extension.attributes]
            raise CellError(
                f"must have known attributes, got {name!r:.40}{format_suggestion(name, names)}"
            )
        return _build_simple(urn, name, None, self._options).set
