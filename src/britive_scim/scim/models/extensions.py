"""The extensions of a resource as a mapping from URN to data."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from pydantic import BaseModel

from britive_scim.scim.codec import decode
from britive_scim.scim.definitions.fields import ExtensionField, get_model_definition
from britive_scim.scim.names import fold

__all__ = ["Extensions"]


class Extensions(MutableMapping[str, Any]):
    """The extensions of one resource as a mapping."""

    __slots__ = ("_resource",)

    def __init__(self, resource: BaseModel) -> None:
        self._resource = resource

    def _find_field(self, urn: str) -> ExtensionField | None:
        slot = get_model_definition(type(self._resource)).by_name.get(fold(urn))
        return slot if isinstance(slot, ExtensionField) else None

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
        slot = self._find_field(urn)
        value = (
            getattr(self._resource, slot.field)
            if slot
            else self._get_extra().get(self._find_key(urn))
        )
        if value is None:
            raise KeyError(urn)
        return value

    def __setitem__(self, urn: str, value: Any) -> None:
        slot = self._find_field(urn)
        if slot is None:
            if ":" not in urn:
                raise ValueError(f"an extension is named by the URI of its schema, got {urn!r}")
            self._get_extra()[self._find_key(urn)] = value
            return
        if not isinstance(value, slot.model):
            value = decode.decode(slot.model, value)
        setattr(self._resource, slot.field, value)

    def __delitem__(self, urn: str) -> None:
        slot = self._find_field(urn)
        if slot is None:
            del self._get_extra()[self._find_key(urn)]
        elif getattr(self._resource, slot.field) is None:
            raise KeyError(urn)
        else:
            setattr(self._resource, slot.field, None)

    def __iter__(self) -> Iterator[str]:
        for slot in get_model_definition(type(self._resource)).extensions:
            if getattr(self._resource, slot.field) is not None:
                yield slot.urn
        yield from (name for name in self._get_extra() if ":" in name)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"extensions({', '.join(map(repr, self))})"
