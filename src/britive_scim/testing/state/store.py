"""In-memory store of records, ordered by creation, indexed by userName, displayName, externalId."""

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

__all__ = ["AttributeIndex", "OrderedRecords", "Store"]


class _StoredRecord(Protocol):
    """A record: id, sequence number, SCIM resource."""

    id: str
    serial: int
    resource: dict[str, Any]


Stored = TypeVar("Stored", bound=_StoredRecord)

_SERIAL = attrgetter("serial")


class OrderedRecords(Sequence[Stored]):
    """Records in order of creation; the cost of a page does not depend on their number."""

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: list[Stored] = []

    def add(self, record: Stored) -> None:
        """Insert a new record by its serial, nearly always at the end."""
        records = self._records
        if not records or records[-1].serial < record.serial:
            records.append(record)
        else:
            records.insert(self._find_position(record), record)

    def discard(self, record: Stored) -> None:
        """Remove a record, if present."""
        position = self._find_position(record)
        if position < len(self._records) and self._records[position] is record:
            del self._records[position]

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
    """The users or the tags of one identity provider, with indexes.

    Attributes:
        records: all records, oldest first.
    """

    __slots__ = ("_by_id", "_indexes", "records")

    KEY_NORMALIZERS: Final[Mapping[str, Callable[[str], str]]] = {
        "userName": normalize_user_name,
        "displayName": normalize_caseless,
        "externalId": normalize_case_exact,
    }
    """Indexed attributes and the normalization of their values, the same as in filters."""

    def __init__(self) -> None:
        self.records: OrderedRecords[Stored] = OrderedRecords()
        self._by_id: dict[str, Stored] = {}
        self._indexes = {name: AttributeIndex() for name in self.KEY_NORMALIZERS}

    def put(self, record: Stored, resource: dict[str, Any]) -> None:
        """Store a record with this resource, replacing its previous one."""
        if record.id in self._by_id:
            self._unindex(record)
        else:
            self._by_id[record.id] = record
            self.records.add(record)
        record.resource = resource
        for name, normalize in self.KEY_NORMALIZERS.items():
            value = resource.get(name)
            if value is not None:
                self._indexes[name].add(normalize(value), record.id)

    def remove(self, record: Stored) -> None:
        """Remove a record."""
        self._unindex(record)
        self.records.discard(record)
        del self._by_id[record.id]

    def _unindex(self, record: Stored) -> None:
        for name, normalize in self.KEY_NORMALIZERS.items():
            value = record.resource.get(name)
            if value is not None:
                self._indexes[name].discard(normalize(value), record.id)

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


class AttributeIndex:
    """Index of one attribute: value -> ids of the records, in order of insertion."""

    __slots__ = ("_ids",)

    def __init__(self) -> None:
        self._ids: dict[str, dict[str, None]] = {}

    def add(self, value: str, id_: str) -> None:
        """Add a record to the index."""
        self._ids.setdefault(value, {})[id_] = None

    def discard(self, value: str, id_: str) -> None:
        """Remove a record from the index."""
        ids = self._ids[value]
        del ids[id_]
        if not ids:
            del self._ids[value]

    def find(self, value: str) -> tuple[str, ...]:
        """Return the ids of the records with this value."""
        return tuple(self._ids.get(value, ()))
