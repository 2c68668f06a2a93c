"""The base of every model of the admin API.

Britive's description of its API promises little: no field is declared required or nullable, enums
differ in case between resources, and fields come that are not described. So every field is optional,
enums are open text, and what is unknown is kept. Models are values: they do not change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Protocol, Self, TypeGuard, cast, runtime_checkable

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from britive_scim.admin.lenient import Unread, restore_unread, validate_leniently
from britive_scim.errors import InvalidResource
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
    """Read an ISO 8601 date-time; without an offset it is UTC, as all of Britive's are."""
    if isinstance(value, str):
        if not _DATETIME_PATTERN.match(value):
            raise ValueError("not a date-time such as 2021-03-16T05:45:19Z")
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("not a date-time")  # noqa: TRY004  # pydantic collects ValueError alone
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _parse_bool(value: object) -> object:
    """Read true and false, as JSON or as text in any case, and nothing else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("not true or false")


def _reject_bool(value: object) -> object:
    """Refuse what pydantic would take for an integer and is none: true and false."""
    if isinstance(value, bool):
        raise ValueError("not an integer")  # noqa: TRY004  # pydantic collects ValueError alone
    return value


LenientDatetime = Annotated[datetime, BeforeValidator(_parse_datetime)]
"""An aware date-time."""
LenientBool = Annotated[bool, BeforeValidator(_parse_bool)]
"""True or false; `"True"` reads as well."""
LenientInt = Annotated[int, BeforeValidator(_reject_bool)]
"""An integer; one sent as text (`"20"`) reads as well."""


@runtime_checkable
class _SupportsModelDump(Protocol):
    def model_dump(self, *, mode: str, by_alias: bool) -> dict[str, Any]: ...


class Model(BaseModel):
    """One object of the admin API: snake_case in Python, camelCase on the wire.

    Fields that came and are not described are kept and reachable as attributes under their wire
    names, and in `model_extra`.
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
    """Names of the fields and properties that `repr` shows; none for all that hold a single value."""

    _unread: tuple[Unread, ...] = PrivateAttr(default=())

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Values that did not fit their field: place, raw value, reason. The field itself is `None`."""
        return self._unread

    @classmethod
    def from_wire(cls, data: str | bytes | Mapping[str, Any] | _SupportsModelDump) -> Self:
        """Read one object as the API sends it.

        Args:
            data: JSON text, a decoded mapping, or a pydantic model that dumps to the wire's names.

        Raises:
            InvalidResource: it is not JSON, or not an object.

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
                f"Not readable as {cls.__name__}:", problems=problems
            ) from None  # pydantic's error holds the input, which may hold a secret
        model._unread = unread
        return model

    def to_wire(self, *, secrets: bool = False) -> dict[str, Any]:
        """Return the object in the wire's names, without what is not assigned.

        Args:
            secrets: whether tokens and passwords are written, in clear text.

        Examples:
            >>> from britive_scim import admin
            >>> admin.IdentityAttribute(name="costCode", data_type="String").to_wire()
            {'name': 'costCode', 'dataType': 'String'}
        """
        return restore_unread(_model_to_wire(self, secrets=secrets), self._unread)

    def __repr_args__(self) -> Any:
        """Say in one short line what matters; what came undescribed may be anything, and is not shown."""
        shown = [
            (name, self.__dict__.get(name)) for name in self._repr_fields or type(self).model_fields
        ]
        return [
            (name, _format_for_repr(value)) for name, value in shown if _is_printable_scalar(value)
        ]

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        rows = [
            (name, _format_for_table(self.__dict__.get(name))) for name in type(self).model_fields
        ]
        table = Table.from_rows(("field", "value"), [row for row in rows if row[1] is not None])
        return table.to_html(caption=type(self).__name__, max_rows=None)

    def __getstate__(self) -> dict[Any, Any]:
        if any(isinstance(value, SecretStr) for value in self.__dict__.values()):
            raise TypeError(
                f"This {type(self).__name__} holds a secret and is not pickled; "
                "keep the secret itself where secrets belong (`.get_secret_value()`)."
            )
        return super().__getstate__()


def is_active_status(status: str | None) -> bool | None:
    """Return whether a status says active: users write it `active`, tags and tokens `Active`."""
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
            raise InvalidResource(f"Not readable as {model_name}: not JSON ({error}).") from None
    if isinstance(data, Model):
        return data.to_wire(secrets=True)
    if isinstance(data, _SupportsModelDump):
        data = data.model_dump(mode="json", by_alias=True)
    if not isinstance(data, Mapping):
        raise InvalidResource(
            f"Not readable as {model_name}: an object is needed, not {type(data).__name__}."
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
    """Return a value as it stands on the wire; `secrets` says whether secrets are written in clear text."""
    if _is_list(value):
        return [value_to_wire(item, secrets=secrets) for item in value]
    match value:
        case Model():
            return _model_to_wire(value, secrets=secrets)
        case SecretStr():
            return value.get_secret_value()
        case dict():
            parts = cast("dict[str, Any]", value).items()
            return {name: value_to_wire(part, secrets=secrets) for name, part in parts}
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value


def _is_printable_scalar(value: object) -> bool:
    """Return whether a value is there, is one, and is no secret."""
    return value is not None and not isinstance(value, list | dict | Model | SecretStr)


def _format_for_repr(value: object) -> object:
    """Return a single value for a line: texts cut, moments as the API writes them."""
    if isinstance(value, str):
        return shorten(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _format_for_table(value: object) -> object:
    """Return a value for a cell of a table: several joined, models in short."""
    if _is_list(value):
        return ", ".join(str(_format_for_table(item)) for item in value) if value else None
    if isinstance(value, dict):
        parts = cast("dict[str, object]", value).items()
        return "; ".join(f"{name}: {part}" for name, part in parts)
    return repr(value) if isinstance(value, Model) else value


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
