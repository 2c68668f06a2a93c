"""Columns of tables of objects of the admin API: users, audit events, and the fields of any other class."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import SecretBytes, SecretStr

from britive_scim.admin.audit_event import AuditEvent
from britive_scim.admin.audit_table import AUDIT_COLUMNS, build_audit_row
from britive_scim.admin.base import Model, value_to_wire
from britive_scim.admin.user import User
from britive_scim.errors import InputError
from britive_scim.errors.secret_names import is_secret_name
from britive_scim.tables.table import select_columns

__all__ = ["ModelLayout"]

_SCALARS = (str, bool, int, float, datetime)
_SECRETS = (SecretStr, SecretBytes)


@dataclass(frozen=True, slots=True)
class _Column:
    """Column: the type of its values, and the function that returns the value of an object."""

    type: type[Any]
    get: Callable[[Any], Any]


class ModelLayout:
    """Columns of a table of objects of the admin API.

    Args:
        model: class of the objects.
        columns: names of columns, or `{new name: column}`; `None` for all.
        attributes: of users, names of custom identity attributes, for columns `attributes.<name>`.
        has_tags: of users, whether the responses contain tags; else an empty list of tags is a missing one.

    Raises:
        InputError: there is no such column, it is secret, or the objects have no custom attributes.

    Attributes:
        types: type by name of the column.
        attributes: always `None`: the admin API returns whole objects.
    """

    attributes: tuple[str, ...] | None = None

    def __init__(
        self,
        model: type[Model],
        columns: Iterable[str] | Mapping[str, str] | None = None,
        *,
        attributes: Iterable[str] = (),
        has_tags: bool = False,
    ) -> None:
        known = _build_columns(model, [attributes] if isinstance(attributes, str) else attributes)
        if has_tags and issubclass(model, User):
            known["tags"] = _Column(list, _list_tags)
        names = select_columns(list(known) if columns is None else columns, known)
        self._columns = [known[name] for name in names.values()]
        self.types = {name: column.type for name, column in zip(names, self._columns, strict=True)}

    def convert(self, resources: Sequence[Any], /) -> list[Sequence[Any]]:
        """Return the values of each column for some objects."""
        return [[column.get(item) for item in resources] for column in self._columns]


def _build_columns(model: type[Model], attributes: Iterable[str]) -> dict[str, _Column]:
    names = list(attributes)
    if issubclass(model, User):
        if not all(isinstance(cast("object", name), str) for name in names):
            raise InputError(f"attributes must be names of identity attributes, got {names!r:.60}")
        for name in names:
            if is_secret_name(name):
                raise InputError(
                    f"attributes must be attributes whose values may be shown, got {name!r:.60}, which is secret; "
                    "leave it out"
                )
        return _USER_COLUMNS | {
            f"attributes.{name}": _Column(str, _make_attribute_getter(name)) for name in names
        }
    if names:
        raise InputError("attributes must be given for users only; leave it out")
    if issubclass(model, AuditEvent):
        return {
            name: _Column(type_, _make_audit_getter(index))
            for index, (name, type_) in enumerate(AUDIT_COLUMNS.items())
        }
    columns: dict[str, _Column] = {}
    for name, field in model.model_fields.items():
        type_ = _find_type(field.annotation)
        if type_ is not None and not (type_ is str and is_secret_name(name)):
            columns[name] = _Column(type_, _make_field_getter(name))
    return columns


def _find_type(annotation: Any) -> type[Any] | None:
    """Return the type of the column of a field, or `None` for a secret."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _find_type(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        choices = [choice for choice in get_args(annotation) if choice is not type(None)]
        found = [_find_type(choice) for choice in choices]
        if None in found:
            return None
        return found[0] if len(found) == 1 else dict
    if annotation in _SECRETS:
        return None
    return annotation if annotation in _SCALARS else dict


def _make_field_getter(name: str) -> Callable[[Any], Any]:
    def get(item: Any) -> Any:
        value = getattr(item, name)
        return value if isinstance(value, _SCALARS) else value_to_wire(value, secrets=False)

    return get


def _make_audit_getter(index: int) -> Callable[[Any], Any]:
    return lambda event: build_audit_row(event)[index]


def _make_attribute_getter(name: str) -> Callable[[Any], Any]:
    """Return the function that gets the value of an identity attribute; several are a list."""
    folded = name.casefold()

    def get(user: User) -> Any:
        values = [
            value.attribute_value
            for value in user.attributes or ()
            if (value.attribute_name or "").casefold() == folded
        ]
        return values if len(values) > 1 else next(iter(values), None)

    return get


def _list_tags(user: User) -> list[str | None] | None:
    return None if user.user_tags is None else [tag.name for tag in user.user_tags]


def _list_unrequested_tags(user: User) -> list[str | None] | None:
    """Return the tags; an empty list, which the server fills only on request, as missing."""
    return _list_tags(user) or None


_USER_COLUMNS = {
    "id": _Column(str, lambda user: user.id),
    "username": _Column(str, lambda user: user.username),
    "email": _Column(str, lambda user: user.email),
    "first_name": _Column(str, lambda user: user.first_name),
    "last_name": _Column(str, lambda user: user.last_name),
    "status": _Column(str, lambda user: user.status),
    "type": _Column(str, lambda user: user.type),
    "external": _Column(bool, lambda user: user.external),
    "identity_provider": _Column(
        str, lambda user: None if user.identity_provider is None else user.identity_provider.name
    ),
    "external_id": _Column(str, lambda user: user.external_id),
    "last_login": _Column(datetime, lambda user: user.last_login),
    "created": _Column(datetime, lambda user: user.created),
    "modified": _Column(datetime, lambda user: user.modified),
    "tags": _Column(list, _list_unrequested_tags),
    "key": _Column(str, lambda user: None if user.username is None else user.username.casefold()),
}
"""Columns of users in responses without tags; `tags` are missing where the response does not contain them."""
