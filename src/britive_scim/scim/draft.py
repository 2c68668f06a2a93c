"""A resource while operations are applied to it: read through, copied where it is written.

The given resource never changes. The new one shares with it whatever no operation addressed: one
member added to a group of ten thousand copies the group's attributes and the list, not the members.
"""

from __future__ import annotations

from typing import Any, cast

from britive_scim.scim.attribute import Attribute
from britive_scim.scim.dialect import Dialect
from britive_scim.scim.names import fold
from britive_scim.scim.node import (
    Node,
    adopt,
    copy_of,
    drop,
    get,
    holds,
    is_node,
    listed,
    put,
    put_list,
)
from britive_scim.scim.reach import assigned
from britive_scim.scim.schema import ResourceSchema
from britive_scim.scim.target import Target
from britive_scim.scim.values import Values

__all__ = ["Draft"]

_CORE = ""


class Draft:
    """The resource being changed.

    Attributes:
        schema: what it is.
        dialect: how the request is read.
        root: the new resource, a copy of the given one.
    """

    __slots__ = ("_lists", "_owners", "_touched", "dialect", "root", "schema")

    def __init__(self, resource: Node, schema: ResourceSchema, dialect: Dialect) -> None:
        self.schema = schema
        self.dialect = dialect
        self.root = copy_of(resource)
        self._owners: dict[str, Node] = {}
        self._touched: dict[str, Attribute] = {}
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
        kept = self._lists.get(self._place(target))
        if kept is not None:
            return kept[1].result()
        owner = self.owner(target)
        return None if owner is None else get(owner, cast("Attribute", target.attribute))

    def values(self, target: Target) -> Values:
        """Return the values of a multi-valued attribute, to be searched and changed."""
        place = self._place(target)
        kept = self._lists.get(place)
        if kept is None:
            owner = self.owner(target)
            attribute = cast("Attribute", target.attribute)
            held = None if owner is None else get(owner, attribute)
            kept = self._lists[place] = (target, Values(attribute, listed(held)))
        return kept[1]

    def holds(self, target: Target) -> bool:
        """Return whether there is anything at the target's attribute, unreadable values included."""
        kept = self._lists.get(self._place(target))
        if kept is not None and len(kept[1]):
            return True
        owner = self.owner(target)
        return owner is not None and holds(owner, cast("Attribute", target.attribute))

    def fitted(self, target: Target, value: Any) -> Target:
        """Return a target whose undeclared attribute is made up from what is there and is given."""
        self.settle()
        owner = self.owner(target)
        held = None if owner is None else get(owner, Attribute(name=target.name, field=":"))
        return target.fitted(held, value)

    def _place(self, target: Target) -> tuple[str, str]:
        return (target.extension.name if target.extension else _CORE, fold(target.name))

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
        return adopt(self.writable(target), cast("Attribute", target.attribute), value)

    def put(self, target: Target, value: Any) -> None:
        """Write the value of a single-valued attribute, one that `adopt` returned."""
        put(self.writable(target), cast("Attribute", target.attribute), value)

    def drop(self, target: Target) -> None:
        """Unassign an attribute."""
        self._lists.pop(self._place(target), None)
        owner = self.owner(target)
        if owner is not None and holds(owner, cast("Attribute", target.attribute)):
            drop(self.writable(target), cast("Attribute", target.attribute))

    def drop_extension(self, target: Target) -> None:
        """Unassign an extension as a whole."""
        slot = cast("Attribute", target.extension)
        for place in [place for place in self._lists if place[0] == slot.name]:
            del self._lists[place]
        self._owners.pop(slot.name, None)
        self._touched[slot.name] = slot
        drop(self.root, slot)

    # ------------------------------------------------------------------ the end

    def settle(self) -> None:
        """Write the lists that changed back to where they belong."""
        for target, values in self._lists.values():
            if values.changed:
                owner, attribute = self.writable(target), cast("Attribute", target.attribute)
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
            held = get(self.root, slot)
            if assigned(held):
                self._list_schema(slot.name)
            else:
                drop(self.root, slot)
                self._unlist_schema(slot.name)
        return self.root

    def _schemas(self) -> tuple[Attribute | None, list[Any]]:
        attribute = self.schema.attribute(None, "schemas")
        return attribute, [] if attribute is None else listed(get(self.root, attribute))

    def _list_schema(self, urn: str) -> None:
        attribute, schemas = self._schemas()
        folded = fold(urn)
        if attribute is None or any(isinstance(s, str) and fold(s) == folded for s in schemas):
            return
        put_list(self.root, attribute, [*(schemas or [self.schema.urn]), urn])

    def _unlist_schema(self, urn: str) -> None:
        attribute, schemas = self._schemas()
        folded = fold(urn)
        kept = [s for s in schemas if not (isinstance(s, str) and fold(s) == folded)]
        if attribute is not None and len(kept) != len(schemas):
            put_list(self.root, attribute, kept)
