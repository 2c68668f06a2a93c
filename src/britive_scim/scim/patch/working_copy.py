"""A resource while operations are applied to it: read through, copied where it is written.

The given resource never changes. The new one shares with it whatever no operation addressed: one
member added to a group of ten thousand copies the group's attributes and the list, not the members.
"""

from __future__ import annotations

from typing import Any, Final, cast

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import Dialect
from britive_scim.scim.patch.multivalued import Values
from britive_scim.scim.patch.target import Target
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import assigned
from britive_scim.scim.values.node import (
    SPELLED,
    Node,
    adopt,
    copy_of,
    drop,
    get,
    holds,
    is_node,
    keys,
    listed,
    put,
    put_list,
)

__all__ = ["Draft"]

_SCHEMAS: Final = Attribute(name="schemas", multi_valued=True)


class Draft:
    """The resource being changed.

    Attributes:
        schema: what it is.
        dialect: how the request is read.
        root: the new resource, a copy of the given one.
    """

    __slots__ = ("_lists", "_names", "_owners", "_touched", "dialect", "root", "schema")

    def __init__(self, resource: Node, schema: ResourceSchema, dialect: Dialect) -> None:
        self.schema = schema
        self.dialect = dialect
        self.root = copy_of(resource)
        self._owners: dict[str, Node] = {}
        self._touched: dict[str, Attribute] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._lists: dict[tuple[str, str], tuple[Target, Values]] = {}

    # ------------------------------------------------------------------ reading

    def owner(self, target: Target) -> Node | None:
        """Return what holds the target's attribute: the resource, or its extension; `None` without."""
        slot = target.extension
        if slot is None:
            return self.root
        owner = self._owners.get(slot.name)
        if owner is not None:
            return owner
        found = get(self.root, slot)
        return found if is_node(found) else None

    def current(self, target: Target) -> Any:
        """Return the value of the target's attribute, all values of a multi-valued one."""
        if target.place in self._lists:
            return self._lists[target.place][1].result()
        return self.single(target)

    def single(self, target: Target) -> Any:
        """Return the value of the target's attribute, a single-valued one."""
        owner = self.root if target.extension is None else self.owner(target)
        return None if owner is None else get(owner, target.attribute)

    def values(self, target: Target) -> Values:
        """Return the values of a multi-valued attribute, to be searched and changed."""
        kept = self._lists.get(target.place)
        if kept is None:
            values = Values(target.attribute, listed(self.single(target)))
            self._lists[target.place] = (target, values)
            return values
        return kept[1]

    def holds(self, target: Target) -> bool:
        """Return whether there is anything at the target's attribute, unreadable values included."""
        kept = self._lists.get(target.place)
        if kept is not None and len(kept[1]):
            return True
        owner = self.owner(target)
        return owner is not None and holds(owner, target.attribute)

    def fitted(self, target: Target, value: Any, *, replacing: bool = False) -> Target:
        """Return a target whose undeclared attribute is made up from what is there and is given."""
        self.settle()
        name = target.attribute.name
        owner = self.owner(target)
        if owner is None:
            return target.fitted(name, None, value, replacing=replacing)
        urn, folded = target.place
        names = self._names.get(urn)
        if names is None:
            names = self._names[urn] = {fold(each): each for each in keys(owner)}
        spelled = names.setdefault(folded, name)
        held = get(owner, Attribute(name=spelled, field=SPELLED))
        return target.fitted(spelled, held, value, replacing=replacing)

    # ------------------------------------------------------------------ writing

    def writable(self, target: Target) -> Node:
        """Return what holds the target's attribute, copied, made where it is missing."""
        slot = target.extension
        if slot is None:
            return self.root
        owner = self._owners.get(slot.name)
        if owner is None:
            found = get(self.root, slot)
            owner = copy_of(found) if is_node(found) else cast("Node", adopt(self.root, slot, {}))
            self._owners[slot.name] = owner
            self._touched[slot.name] = slot
            put(self.root, slot, owner)
        return owner

    def adopt(self, target: Target, value: Any) -> Any:
        """Return a checked value as the resource would hold it, model or plain data."""
        return adopt(self.writable(target), target.attribute, value)

    def put(self, target: Target, value: Any) -> None:
        """Write the value of a single-valued attribute, one that `adopt` returned."""
        put(self.writable(target), target.attribute, value)

    def drop(self, target: Target) -> None:
        """Unassign an attribute."""
        self._lists.pop(target.place, None)
        owner = self.owner(target)
        if owner is not None and holds(owner, target.attribute):
            drop(self.writable(target), target.attribute)

    def drop_extension(self, target: Target) -> None:
        """Unassign an extension as a whole, once the lists in it are settled."""
        slot = cast("Attribute", target.extension)
        self._owners.pop(slot.name, None)
        self._names.pop(slot.name, None)
        self._touched[slot.name] = slot
        drop(self.root, slot)

    # ------------------------------------------------------------------ the end

    def settle(self) -> None:
        """Write the lists that changed back to where they belong."""
        for target, values in self._lists.values():
            if values.changed:
                owner, attribute = self.writable(target), target.attribute
                items = values.result()
                if items:
                    put_list(owner, attribute, items)
                else:
                    drop(owner, attribute)
        self._lists.clear()

    def finish(self) -> Node:
        """Return the new resource, with `schemas` in step with the extensions that have values."""
        self.settle()
        for slot in self._touched.values():
            if _has_values(get(self.root, slot)):
                self._list_schema(slot.name)
            else:
                drop(self.root, slot)
                self._unlist_schema(slot.name)
        return self.root

    def _list_schema(self, urn: str) -> None:
        schemas = listed(get(self.root, _SCHEMAS))
        if urn not in schemas and not any(_is_urn(one, urn) for one in schemas):
            put_list(self.root, _SCHEMAS, [*(schemas or [self.schema.urn]), urn])

    def _unlist_schema(self, urn: str) -> None:
        schemas = listed(get(self.root, _SCHEMAS))
        kept = [one for one in schemas if not _is_urn(one, urn)]
        if len(kept) != len(schemas):
            put_list(self.root, _SCHEMAS, kept)


def _is_urn(value: object, urn: str) -> bool:
    return isinstance(value, str) and fold(value) == fold(urn)


def _has_values(held: Any) -> bool:
    if held.__class__ is dict:
        for value in held.values():
            if value.__class__ is str:  # as nearly all are
                return True
    return assigned(held)
