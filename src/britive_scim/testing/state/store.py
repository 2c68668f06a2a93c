"""Where records stand: in order of arrival, and by each name they go by."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, Generic, Protocol, TypeVar, overload

from britive_scim.scim.datatypes import (
    normalize_case_exact,
    normalize_caseless,
    normalize_user_name,
)

__all__ = ["OrderedRecords", "Store", "ValueIndex"]


class _StoredRecord(Protocol):
    """What a record is here: its id, its number in order of arrival, its SCIM resource."""

    id: str
    serial: int
    resource: dict[str, Any]


Stored = TypeVar("Stored", bound=_StoredRecord)

_SERIAL = attrgetter("serial")


class OrderedRecords(Sequence[Stored]):
    """Records in order of arrival: any page of them costs the same, however many there are."""

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: list[Stored] = []

    def add(self, record: Stored) -> None:
        """Put a record, which has not been here, in its place: nearly always the end."""
        records = self._records
        if not records or records[-1].serial < record.serial:
            records.append(record)
        else:
            records.insert(self._find_position(record), record)

    def discard(self, record: Stored) -> None:
        """Take a record out, if it is here."""
        place = self._find_position(record)
        if place < len(self._records) and self._records[place] is record:
            del self._records[place]

    def _find_position(self, record: Stored) -> int:
        return bisect_left(self._records, record.serial, key=_SERIAL)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Stored]:
        return iter(self._records)

    @overload
    def __getitem__(self, index: int) -> Stored: ...
    @overload
    def __getitem__(self, index: slice) -> list[Stored]: ...
    def __getitem__(self, index: int | slice) -> Stored | list[Stored]:
        return self._records[index]


class Store(Generic[Stored]):
    """The records of one kind under one identity provider, with an index for each name they go by.

    Attributes:
        records: all of them, the oldest first.
    """

    __slots__ = ("_by_id", "_indexes", "records")

    KEY_NORMALIZERS: Final[Mapping[str, Callable[[str], str]]] = {
        "userName": normalize_user_name,
        "displayName": normalize_caseless,
        "externalId": normalize_case_exact,
    }
    """Indexed attributes, and the form in which their values are compared: that of filters."""

    def __init__(self) -> None:
        self.records: OrderedRecords[Stored] = OrderedRecords()
        self._by_id: dict[str, Stored] = {}
        self._indexes = {name: ValueIndex() for name in self.KEY_NORMALIZERS}

    def put(self, record: Stored, resource: dict[str, Any]) -> None:
        """Store the record with this resource, in place of what it was before."""
        if record.id in self._by_id:
            self._unindex(record)
        else:
            self._by_id[record.id] = record
            self.records.add(record)
        record.resource = resource
        for name, form in self.KEY_NORMALIZERS.items():
            value = resource.get(name)
            if value is not None:
                self._indexes[name].add(form(value), record.id)

    def remove(self, record: Stored) -> None:
        """Forget the record."""
        self._unindex(record)
        self.records.discard(record)
        del self._by_id[record.id]

    def _unindex(self, record: Stored) -> None:
        for name, form in self.KEY_NORMALIZERS.items():
            value = record.resource.get(name)
            if value is not None:
                self._indexes[name].discard(form(value), record.id)

    def get(self, id_: str) -> Stored | None:
        """Return the record with this id, or `None`."""
        return self._by_id.get(id_)

    def find(self, attribute: str, value: str) -> Iterator[Stored]:
        """Yield the records whose indexed attribute has this value."""
        for id_ in self._indexes[attribute].find(self.KEY_NORMALIZERS[attribute](value)):
            yield self._by_id[id_]

    def __iter__(self) -> Iterator[Stored]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self._by_id)


class ValueIndex:
    """Who carries a value: value -> the ids of those that do, in order of arrival."""

    __slots__ = ("_ids",)

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, None]] = {}

    def add(self, value: str, id_: str) -> None:
        """Note that `id_` carries `value`."""
        self._ids.setdefault(value, {})[id_] = None

    def discard(self, value: str, id_: str) -> None:
        """Forget that `id_` carries `value`."""
        ids = self._ids[value]
        del ids[id_]
        if not ids:
            del self._ids[value]

    def find(self, value: str) -> tuple[str, ...]:
        """Return the ids of those that carry `value`."""
        return tuple(self._ids.get(value, ()))
