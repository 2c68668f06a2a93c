"""Schema extensions of resources (RFC 7643 §3.3): their declaration, and a mapping view by URN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, cast

from pydantic import BaseModel, Field

from britive_scim.errors import InputError
from britive_scim.scim.codec import decode
from britive_scim.scim.definitions.attribute import REQUIRED
from britive_scim.scim.definitions.fields import ExtensionField, get_model_definition
from britive_scim.scim.names import fold
from britive_scim.scim.values.notes import note_emptied

__all__ = ["Extensions", "extension"]


def extension(urn: str, *, required: bool = False) -> Any:
    """Declare a field of a resource that contains a schema extension.

    ```python
    class Person(scim.User):
        badge: Badge | None = scim.extension("urn:acme:params:scim:schemas:badge:1.0:User")
    ```

    Args:
        urn: id of the extension's schema, which is the key of the extension on the wire.
        required: whether a resource must have the extension.

    Raises:
        InputError: `urn` is not a URI.
    """
    _check_urn(urn)
    info: Any = Field(default=None, validation_alias=urn, serialization_alias=urn)
    if required:
        info.metadata.append(REQUIRED)
    return info


def _check_urn(urn: str) -> None:
    if ":" not in urn:
        raise InputError(f"urn must be the URI of the extension's schema, got {urn!r}")


class Extensions(MutableMapping[str, Any]):
    """Mapping view of the extensions of a resource."""

    __slots__ = ("_resource",)

    def __init__(self, resource: BaseModel) -> None:
        self._resource = resource

    def _find_field(self, urn: str) -> ExtensionField | None:
        model_field = get_model_definition(type(self._resource)).by_name.get(fold(urn))
        return model_field if isinstance(model_field, ExtensionField) else None

    def _get_extra(self) -> dict[str, Any]:
        extra = self._resource.__pydantic_extra__
        if extra is None:
            extra = {}
            object.__setattr__(self._resource, "__pydantic_extra__", extra)
        return extra

    def _find_key(self, urn: str) -> str:
        folded = fold(urn)
        return next(
            (name for name in self._get_extra() if ":" in name and fold(name) == folded), urn
        )

    def __getitem__(self, urn: str) -> Any:
        declared = self._find_field(urn)
        value = (
            getattr(self._resource, declared.field)
            if declared
            else self._get_extra().get(self._find_key(urn))
        )
        if value is None:
            raise KeyError(urn)
        return value

    def __setitem__(self, urn: str, value: Any) -> None:
        declared = self._find_field(urn)
        if declared is None:
            _check_urn(urn)
            key = self._find_key(urn)
            self._note_lost(key, value)
            self._get_extra()[key] = value
            return
        if not isinstance(value, declared.model):
            value = decode.decode(declared.model, value)
        setattr(self._resource, declared.field, value)

    def _note_lost(self, key: str, value: Any) -> None:
        """Note the attributes that the new data of an extension lack."""
        previous = self._get_extra().get(key)
        if isinstance(previous, Mapping):
            current: Mapping[Any, Any] = cast("Any", value) if isinstance(value, Mapping) else {}
            names = {fold(str(name)) for name in current}
            for name in cast("Mapping[str, Any]", previous):
                if fold(name) not in names:
                    note_emptied(self._resource, f"{key}:{name}")

    def __delitem__(self, urn: str) -> None:
        declared = self._find_field(urn)
        if declared is None:
            key = self._find_key(urn)
            del self._get_extra()[key]
            note_emptied(self._resource, key)
        elif getattr(self._resource, declared.field) is None:
            raise KeyError(urn)
        else:
            setattr(self._resource, declared.field, None)

    def __iter__(self) -> Iterator[str]:
        for declared in get_model_definition(type(self._resource)).extensions:
            if getattr(self._resource, declared.field) is not None:
                yield declared.urn
        yield from (name for name in self._get_extra() if ":" in name)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"extensions({', '.join(map(repr, self))})"
