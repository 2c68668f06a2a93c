"""Preview of mappings: the identity attributes that Britive would fill from a SCIM user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from britive_scim import scim
from britive_scim.admin import MANDATORY_ATTRIBUTES, AttributeMapping
from britive_scim.errors import InputError
from britive_scim.notebook_text import NotebookText
from britive_scim.scim.mapped_values import (
    MappedAttribute,
    flatten_values,
    list_mapped_attributes,
    read_mapped_values,
)
from britive_scim.scim.names import fold
from britive_scim.scim.values.node import find_key
from britive_scim.tables import Table

__all__ = ["FilledAttribute", "Preview", "preview", "to_wire_form"]

_NON_PROFILE_ATTRIBUTES = {"schemas", "id", "externalid", "meta", "groups", "password"}
"""Attributes that are not part of a profile, case folded."""


@dataclass(frozen=True, slots=True)
class FilledAttribute:
    """Identity attribute with its SCIM attribute and the values of one user.

    Attributes:
        attribute: name of the identity attribute.
        scim_attribute: path of the mapping.
        values: values selected by the path.
    """

    attribute: str
    scim_attribute: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Preview(NotebookText):
    """Result of applying mappings to one user.

    Attributes:
        filled: one entry for each mapping.
        missing: mandatory identity attributes without a value: Britive would not create the user.
        unread: attributes of the user without a mapping: Britive would not store them (inferred).
    """

    filled: tuple[FilledAttribute, ...]
    missing: tuple[str, ...]
    unread: tuple[str, ...]

    def __str__(self) -> str:
        text = self._build_table().to_text(max_rows=None)
        if self.missing:
            text += f"\nmandatory and empty: {', '.join(self.missing)}"
        if self.unread:
            text += f"\nread by no mapping: {', '.join(self.unread)}"
        return text

    def _repr_html_(self) -> str:
        return self._build_table().to_html(caption="What Britive would keep", max_rows=None)

    def _build_table(self) -> Table:
        return Table.from_rows(
            ("identity attribute", "SCIM attribute", "value"),
            [
                (filled.attribute, filled.scim_attribute, ", ".join(map(str, filled.values)))
                for filled in self.filled
            ],
        )


def preview(
    mappings: Iterable[AttributeMapping], user: scim.User[Any] | Mapping[str, Any]
) -> Preview:
    """Return the result of applying `mappings` to `user`.

    Britive does not publish how it reads a mapping. Here a path has its SCIM meaning. A bare name is looked up in
    the core schema, the enterprise extension and the custom attributes; the first one with a value is read.

    Args:
        mappings: mappings of an identity provider.
        user: SCIM user, as a model or in wire form; it is not changed.

    Raises:
        InputError: `user` is neither.
    """
    record = to_wire_form(user)
    mappings = [mapping for mapping in mappings if mapping.scim_attribute_name]
    filled = tuple(
        FilledAttribute(
            mapping.attribute_name or mapping.attribute_id or "",
            mapping.scim_attribute_name or "",
            tuple(read_mapped_values(record, mapping.scim_attribute_name or "")),
        )
        for mapping in mappings
    )
    present = {attribute.attribute for attribute in filled if attribute.values}
    sources = [
        source for attribute in filled for source in _find_source(record, attribute.scim_attribute)
    ]
    unread = [
        name
        for name, part in iter_attributes(record)
        if not any(source.read(part) for source in sources)
    ]
    return Preview(
        filled,
        tuple(name for name in MANDATORY_ATTRIBUTES if name not in present),
        tuple(dict.fromkeys(unread)),
    )


def to_wire_form(user: object) -> dict[str, Any]:
    """Return a user in wire form.

    Raises:
        InputError: `user` is neither a SCIM user nor a mapping.
    """
    if isinstance(user, scim.Group):
        raise InputError("user must be a scim.User, got a Group; mappings apply to users alone")
    if isinstance(user, scim.Resource):
        return user.to_wire()
    if isinstance(user, Mapping):
        return dict(cast("Mapping[str, Any]", user))
    raise InputError(
        f"user must be a scim.User, or a mapping in wire form, got {type(user).__name__}"
    )


def _find_source(record: Mapping[str, Any], scim_attribute: str) -> Iterator[MappedAttribute]:
    """Yield the attribute that a mapping reads from a user in wire form, or nothing."""
    for attribute in list_mapped_attributes(scim_attribute):
        if attribute.read(record):
            yield attribute
            return


def iter_attributes(record: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each attribute of a user: its name, and a user with this attribute alone."""
    for name, value in record.items():
        if fold(name) in _NON_PROFILE_ATTRIBUTES:
            continue
        if isinstance(value, Mapping):
            parent = cast("Mapping[str, Any]", value)
            separator = ":" if ":" in name else "."
            for sub_name, sub_value in parent.items():
                if list(flatten_values(sub_value)):
                    yield f"{name}{separator}{sub_name}", {name: {sub_name: sub_value}}
        elif isinstance(value, list):
            yield from _iter_items(name, cast("Iterable[Any]", value))
        elif list(flatten_values(value)):
            yield name, {name: value}


def _iter_items(name: str, values: Iterable[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in values:
        type_ = None
        if isinstance(item, Mapping):
            mapping = cast("Mapping[str, Any]", item)
            key = find_key(mapping, "type")
            type_ = None if key is None else mapping[key]
        label = f'{name}[type eq "{type_}"]' if type_ else name
        if list(flatten_values(item)) or isinstance(item, Mapping):
            yield label, {name: [item]}
