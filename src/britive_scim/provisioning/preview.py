"""What Britive would make of a user: the mappings of an identity provider, read against a SCIM user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from britive_scim import scim
from britive_scim.admin import MANDATORY_ATTRIBUTES, AttributeMapping
from britive_scim.errors import InputError
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, fold
from britive_scim.scim.patch.read_path import read
from britive_scim.tables import Table

__all__ = ["FilledAttribute", "Preview", "preview", "to_wire_form"]

_NON_PROFILE_ATTRIBUTES = {"schemas", "id", "externalid", "meta", "groups", "password"}
"""Attributes that are no part of a profile, case folded."""


@dataclass(frozen=True, slots=True)
class FilledAttribute:
    """An identity attribute, the SCIM attribute it is filled from, and what this user fills it with.

    Attributes:
        attribute: name of the identity attribute.
        scim_attribute: path the mapping reads.
        values: none, one, or several where the path selects several.
    """

    attribute: str
    scim_attribute: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the mappings make of one user.

    Attributes:
        filled: one entry for each mapping.
        missing: mandatory identity attributes that stay empty: Britive would not create the user.
        unread: attributes of the user that no mapping reads: Britive would not keep them (inferred).
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
                (one.attribute, one.scim_attribute, ", ".join(map(str, one.values)))
                for one in self.filled
            ],
        )


def preview(
    mappings: Iterable[AttributeMapping], user: scim.User[Any] | Mapping[str, Any]
) -> Preview:
    """Return what `mappings` make of `user`.

    How Britive reads a mapping is not published. Here a path means what it means in SCIM, and a bare
    name that no schema has is looked for in the enterprise extension and among custom attributes.

    Args:
        mappings: of an identity provider.
        user: a SCIM user, as a model or in wire form; it is not changed.

    Raises:
        InputError: `user` is neither.
    """
    record = to_wire_form(user)
    mappings = [one for one in mappings if one.scim_attribute_name]
    filled = tuple(
        FilledAttribute(
            one.attribute_name or one.attribute_id or "",
            one.scim_attribute_name or "",
            tuple(iter_mapped_values(record, one.scim_attribute_name or "")),
        )
        for one in mappings
    )
    has = {one.attribute for one in filled if one.values}
    paths = [one.scim_attribute for one in filled]
    unread = [
        name
        for name, part in iter_attributes(record)
        if not any(list(iter_mapped_values(part, path)) for path in paths)
    ]
    return Preview(
        filled, tuple(name for name in MANDATORY_ATTRIBUTES if name not in has), tuple(unread)
    )


def to_wire_form(user: object) -> dict[str, Any]:
    """Return a user in wire form.

    Raises:
        InputError: no user, neither as a model nor in wire form.
    """
    if isinstance(user, scim.Group):
        raise InputError("user is a Group: the mappings of an identity provider fill users alone.")
    if isinstance(user, scim.Resource):
        return user.to_wire()
    if isinstance(user, Mapping):
        return dict(cast("Mapping[str, Any]", user))
    raise InputError(
        f"user must be a scim.User, or a mapping as SCIM writes one, not {type(user).__name__}."
    )


def iter_mapped_values(record: Mapping[str, Any], scim_attribute: str) -> Iterator[Any]:
    """Yield the simple values that a mapping would read from a user in wire form."""
    try:
        found: Any = read(record, scim_attribute, scim.User)
    except InputError:
        found = None  # a custom attribute may be named as no path is
    if found is None and ":" not in scim_attribute:
        for urn in (ENTERPRISE_USER, CUSTOM_USER):
            extension = _get_ignoring_case(record, urn)
            if found is None and isinstance(extension, Mapping):
                found = _get_ignoring_case(cast("Mapping[str, Any]", extension), scim_attribute)
    yield from _iter_simple_values(found)


def iter_attributes(record: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each attribute a user has, by name, with a user that has nothing else."""
    for name, value in record.items():
        if fold(name) in _NON_PROFILE_ATTRIBUTES:
            continue
        if isinstance(value, Mapping):
            parent = cast("Mapping[str, Any]", value)
            separator = ":" if ":" in name else "."
            for sub, inner in parent.items():
                if list(_iter_simple_values(inner)):
                    yield f"{name}{separator}{sub}", {name: {sub: inner}}
        elif isinstance(value, list):
            yield from _iter_items(name, cast("Iterable[Any]", value))
        elif list(_iter_simple_values(value)):
            yield name, {name: value}


def _iter_items(name: str, values: Iterable[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in values:
        kind = (
            _get_ignoring_case(cast("Mapping[str, Any]", item), "type")
            if isinstance(item, Mapping)
            else None
        )
        label = f'{name}[type eq "{kind}"]' if kind else name
        if list(_iter_simple_values(item)) or isinstance(item, Mapping):
            yield label, {name: [item]}


def _get_ignoring_case(record: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in record.items() if fold(key) == fold(name)), None)


def _iter_simple_values(value: Any) -> Iterator[Any]:
    """Yield the simple values in `value`; of a complex one, its `value`."""
    if value is None or value == "":
        return
    if isinstance(value, list | tuple):
        for item in cast("Iterable[Any]", value):
            yield from _iter_simple_values(item)
    elif isinstance(value, Mapping):
        yield from _iter_simple_values(
            _get_ignoring_case(cast("Mapping[str, Any]", value), "value")
        )
    else:
        yield value
