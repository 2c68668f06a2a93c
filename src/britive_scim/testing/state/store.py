"""Where records stand: in order of arrival, and by each name they go by."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, Generic, Protocol, TypeVar, overload

from britive_scim.scim.datatypes import exact_form, folded_form, user_name_form
from britive_scim.testing.state.index import Index

__all__ = ["Order", "Shelf"]


class _Stored(Protocol):
    """What a record is here: its id, its number in order of arrival, its SCIM resource."""

    id: str
    serial: int
    resource: dict[str, Any]


Stored = TypeVar("Stored", bound=_Stored)

_SERIAL = attrgetter("serial")


class Order(Sequence[Stored]):
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
            records.insert(self._place(record), record)

    def discard(self, record: Stored) -> None:
        """Take a record out, if it is here."""
        place = self._place(record)
        if place < len(self._records) and self._records[place] is record:
            del self._records[place]

    def _place(self, record: Stored) -> int:
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


class Shelf(Generic[Stored]):
    """The records of one kind under one identity provider, with an index for each name they go by.

    Attributes:
        order: all of them, the oldest first.
    """

    __slots__ = ("_indexes", "_records", "order")

    KEYS: Final[Mapping[str, Callable[[str], str]]] = {
        "userName": user_name_form,
        "displayName": folded_form,
        "externalId": exact_form,
    }
    """Indexed attributes, and the form in which their values are compared: that of filters."""

    def __init__(self) -> None:
        self.order: Order[Stored] = Order()
        self._records: dict[str, Stored] = {}
        self._indexes = {name: Index() for name in self.KEYS}

    def put(self, record: Stored, resource: dict[str, Any]) -> None:
        """Store the record with this resource, in place of what it was before."""
        if record.id in self._records:
            self._unindex(record)
        else:
            self._records[record.id] = record
            self.order.add(record)
        record.resource = resource
        for name, form in self.KEYS.items():
            value = resource.get(name)
            if value is not None:
                self._indexes[name].add(form(value), record.id)

    def remove(self, record: Stored) -> None:
        """Forget the record."""
        self._unindex(record)
        self.order.discard(record)
        del self._records[record.id]

    def _unindex(self, record: Stored) -> None:
        for name, form in self.KEYS.items():
            value = record.resource.get(name)
            if value is not None:
                self._indexes[name].discard(form(value), record.id)

    def get(self, id_: str) -> Stored | None:
        """Return the record with this id, or `None`."""
        return self._records.get(id_)

    def find(self, name: str, value: str) -> Iterator[Stored]:
        """Yield the records whose indexed attribute has this value."""
        for id_ in self._indexes[name].find(self.KEYS[name](value)):
            yield self._records[id_]

    def __iter__(self) -> Iterator[Stored]:
        return iter(self.order)

    def __len__(self) -> int:
        return len(self._records)
