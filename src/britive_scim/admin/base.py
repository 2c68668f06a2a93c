"""Base class of the admin API's models.

Britive's OpenAPI document declares no field required or nullable, enums differ in case between
resources, and responses have undocumented fields. So every field is optional, enums are strings, and
unknown fields are kept. Models are immutable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    NoReturn,
    Protocol,
    Self,
    TypeGuard,
    cast,
    runtime_checkable,
)

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from britive_scim._hints import build_attribute_error, find_hint
from britive_scim.admin.lenient import Unread, restore_unread, validate_leniently
from britive_scim.errors import InvalidResource
from britive_scim.notebook_text import NotebookText, describe, join_parts
from britive_scim.tables import Table, shorten

__all__ = [
    "LenientBool",
    "LenientDatetime",
    "LenientInt",
    "Model",
    "is_active_status",
    "value_to_wire",
]

_DATETIME_PATTERN = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def _parse_datetime(value: object) -> object:
    """Parse an ISO 8601 date-time; without an offset it is UTC, like all times of Britive."""
    if isinstance(value, str):
        if not _DATETIME_PATTERN.match(value):
            raise ValueError("not a date-time such as 2021-03-16T05:45:19Z")
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("not a date-time")  # noqa: TRY004  # pydantic collects ValueError alone
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _parse_bool(value: object) -> object:
    """Parse true or false, as JSON or as a string in any case; reject everything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("not true or false")


def _reject_bool(value: object) -> object:
    """Reject true and false, which pydantic accepts as integers."""
    if isinstance(value, bool):
        raise ValueError("not an integer")  # noqa: TRY004  # pydantic collects ValueError alone
    return value


LenientDatetime = Annotated[datetime, BeforeValidator(_parse_datetime)]
"""An aware date-time."""
LenientBool = Annotated[bool, BeforeValidator(_parse_bool)]
"""A bool; the string `"True"` is accepted."""
LenientInt = Annotated[int, BeforeValidator(_reject_bool)]
"""An integer; a string such as `"20"` is accepted."""


@runtime_checkable
class _SupportsModelDump(Protocol):
    def model_dump(self, *, mode: str, by_alias: bool) -> dict[str, Any]: ...


class Model(NotebookText, BaseModel):
    """One object of the admin API: snake_case in Python, camelCase on the wire.

    Undocumented fields are kept: as attributes under their wire names, and in `model_extra`.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        coerce_numbers_to_str=True,
        defer_build=True,
        extra="allow",
        frozen=True,
        populate_by_name=True,
        protected_namespaces=(),
    )

    _repr_fields: ClassVar[tuple[str, ...]] = ()
    """Names of the fields and properties in `repr`; if empty, all fields with a single value."""

    _line_fields: ClassVar[tuple[str, ...]] = ()
    """Names of the fields and properties of the line in a notebook; if empty, that is the `repr`."""

    _unread: tuple[Unread, ...] = PrivateAttr(default=())

    if not TYPE_CHECKING:  # as in pydantic, so that checkers refuse a name that does not exist

        def __getattr__(self, name: str) -> Any:
            try:
                return super().__getattr__(name)
            except AttributeError:
                if find_hint(self, name) is None:
                    raise
            raise build_attribute_error(self, name)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Values that did not fit their field: location, raw value, reason. The field itself is `None`."""
        return self._unread

    @classmethod
    def from_wire(cls, data: str | bytes | Mapping[str, Any] | _SupportsModelDump) -> Self:
        """Parse one object in the API's JSON form.

        Args:
            data: JSON text, a decoded mapping, or a pydantic model that dumps to the API's names.

        Raises:
            InvalidResource: not JSON, or not a JSON object.

        Examples:
            >>> from britive_scim import admin
            >>> tag = admin.Tag.from_wire('{"userTagId": "t1", "name": "Admins", "status": "Active"}')
            >>> tag.name, tag.is_active
            ('Admins', True)
        """
        record = _parse_record(data, cls.__name__)
        try:
            model, unread = validate_leniently(cls.model_validate, record)
        except ValidationError as error:
            problems = [f"{detail['loc']}: {detail['msg']}" for detail in error.errors()]
            raise InvalidResource(
                f"data must match the model {cls.__name__}", problems=problems
            ) from None  # pydantic's error contains the input, which may contain a secret
        model._unread = unread
        return model

    def to_wire(self, *, secrets: bool = False) -> dict[str, Any]:
        """Return the object in the API's JSON form, without unassigned fields.

        Args:
            secrets: include tokens and passwords, in clear text.

        Examples:
            >>> from britive_scim import admin
            >>> admin.IdentityAttribute(name="costCode", data_type="String").to_wire()
            {'name': 'costCode', 'dataType': 'String'}
        """
        return restore_unread(_model_to_wire(self, secrets=secrets), self._unread)

    def __repr_args__(self) -> Any:
        """Return the fields of one short line; undocumented fields may contain anything and are left out."""
        fields = [
            (name, self.__dict__.get(name)) for name in self._repr_fields or type(self).model_fields
        ]
        return [
            (name, _format_for_repr(value)) for name, value in fields if _is_printable_scalar(value)
        ]

    def __str__(self) -> str:
        return repr(self)

    def __iter__(self) -> NoReturn:
        """Raise: an object is not iterable, although pydantic's models are.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            f"{type(self).__name__} is not iterable; use to_wire() for a dict, and to_pandas() of a list for a table"
        )

    def _format_for_notebook(self) -> str:
        values = [getattr(self, name) for name in self._line_fields]
        return shorten(join_parts(*values), 120) or repr(self)

    def _repr_html_(self) -> str:
        rows = [
            (name, _format_for_table(self.__dict__.get(name))) for name in type(self).model_fields
        ]
        table = Table.from_rows(("field", "value"), [row for row in rows if row[1] is not None])
        line = describe(self) if self._line_fields else ""
        caption = f"{type(self).__name__} {line}".rstrip()
        return table.to_html(caption=caption, max_rows=None)

    def __getstate__(self) -> dict[Any, Any]:
        if any(isinstance(value, SecretStr) for value in self.__dict__.values()):
            raise TypeError(
                f"{type(self).__name__} contains a secret and cannot be pickled; "
                "store the secret alone, from .get_secret_value()"
            )
        return super().__getstate__()


def is_active_status(status: str | None) -> bool | None:
    """Return whether a status is active: `active` for users, `Active` for tags and tokens."""
    if status is None:
        return None
    return {"active": True, "inactive": False}.get(status.lower())


def _parse_record(
    data: str | bytes | Mapping[str, Any] | _SupportsModelDump, model_name: str
) -> Mapping[str, Any]:
    if isinstance(data, str | bytes):
        try:
            data = json.loads(data)
        except ValueError as error:
            raise InvalidResource(f"data must be JSON (model {model_name}): {error}") from None
    if isinstance(data, Model):
        return data.to_wire(secrets=True)
    if isinstance(data, _SupportsModelDump):
        data = data.model_dump(mode="json", by_alias=True)
    if not isinstance(data, Mapping):
        raise InvalidResource(
            f"data must be a JSON object (model {model_name}), got {type(data).__name__}"
        )
    return data


def _model_to_wire(model: Model, *, secrets: bool) -> dict[str, Any]:
    wire: dict[str, Any] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value is None or (isinstance(value, SecretStr) and not secrets):
            continue
        wire[field.serialization_alias or to_camel(name)] = value_to_wire(value, secrets=secrets)
    return wire | (model.model_extra or {})


def value_to_wire(value: Any, *, secrets: bool) -> Any:
    """Return a value in the API's JSON form; `secrets` includes secrets, in clear text."""
    if _is_array(value):
        return [value_to_wire(item, secrets=secrets) for item in value]
    match value:
        case Model():
            return _model_to_wire(value, secrets=secrets)
        case SecretStr():
            return value.get_secret_value()
        case Mapping():
            parts = cast("Mapping[str, Any]", value).items()
            return {name: value_to_wire(part, secrets=secrets) for name, part in parts}
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value


def _is_printable_scalar(value: object) -> bool:
    """Return whether a value is single and not a secret."""
    return value is not None and not isinstance(value, list | dict | Model | SecretStr)


def _format_for_repr(value: object) -> object:
    """Shorten a string; format a datetime like the API."""
    if isinstance(value, str):
        return shorten(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _format_for_table(value: object) -> object:
    """Format a value for a table cell: a list is joined, a model is its `repr`."""
    if _is_array(value):
        return ", ".join(str(_format_for_table(item)) for item in value) if value else None
    if isinstance(value, dict):
        parts = cast("dict[str, object]", value).items()
        return "; ".join(f"{name}: {part}" for name, part in parts)
    return repr(value) if isinstance(value, Model) else value


def _is_array(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple)
