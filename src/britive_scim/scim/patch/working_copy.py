"""A resource while operations are applied to it: read through, copied where it is written.

The given resource never changes. The new one shares with it whatever no operation addressed: one
member added to a group of ten thousand copies the group's attributes and the list, not the members.
"""

from __future__ import annotations

from typing import Any, Final, cast

from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import Dialect
from britive_scim.scim.patch.multivalued import IndexedValues
from britive_scim.scim.patch.target import Target
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import (
    UNDECLARED_EXACT,
    Node,
    convert_value,
    copy_node,
    get_value,
    has_value,
    is_node,
    list_names,
    set_value,
    set_values,
    to_list,
    unassign,
)

__all__ = ["WorkingCopy"]

_SCHEMAS_ATTRIBUTE: Final = Attribute(name="schemas", multi_valued=True)


class WorkingCopy:
    """The resource being changed.

    Attributes:
        schema: what it is.
        dialect: how the request is read.
        root: the new resource, a copy of the given one.
    """

    __slots__ = (
        "_extensions_by_urn",
        "_names_by_urn",
        "_values_by_attribute",
        "_written_extensions",
        "dialect",
        "root",
        "schema",
    )

    def __init__(self, resource: Node, schema: ResourceSchema, dialect: Dialect) -> None:
        self.schema = schema
        self.dialect = dialect
        self.root = copy_node(resource)
        self._extensions_by_urn: dict[str, Node] = {}
        self._written_extensions: dict[str, Attribute] = {}
        self._names_by_urn: dict[str, dict[str, str]] = {}
        self._values_by_attribute: dict[tuple[str, str], tuple[Target, IndexedValues]] = {}

    # ------------------------------------------------------------------ reading

    def get_owner(self, target: Target) -> Node | None:
        """Return what holds the target's attribute: the resource, or its extension; `None` without."""
        slot = target.extension
        if slot is None:
            return self.root
        owner = self._extensions_by_urn.get(slot.name)
        if owner is not None:
            return owner
        found = get_value(self.root, slot)
        return found if is_node(found) else None

    def get_current_value(self, target: Target) -> Any:
        """Return the value of the target's attribute, all values of a multi-valued one."""
        if target.attribute_id in self._values_by_attribute:
            return self._values_by_attribute[target.attribute_id][1].get_items()
        return self.get_single_value(target)

    def get_single_value(self, target: Target) -> Any:
        """Return the value of the target's attribute, a single-valued one."""
        owner = self.root if target.extension is None else self.get_owner(target)
        return None if owner is None else get_value(owner, target.attribute)

    def get_values(self, target: Target) -> IndexedValues:
        """Return the values of a multi-valued attribute, to be searched and changed."""
        kept = self._values_by_attribute.get(target.attribute_id)
        if kept is None:
            values = IndexedValues(target.attribute, to_list(self.get_single_value(target)))
            self._values_by_attribute[target.attribute_id] = (target, values)
            return values
        return kept[1]

    def has_value(self, target: Target) -> bool:
        """Return whether there is anything at the target's attribute, unreadable values included."""
        kept = self._values_by_attribute.get(target.attribute_id)
        if kept is not None and len(kept[1]):
            return True
        owner = self.get_owner(target)
        return owner is not None and has_value(owner, target.attribute)

    def infer_target(self, target: Target, value: Any, *, is_replace: bool = False) -> Target:
        """Return a target whose undeclared attribute is made up from what is there and is given."""
        self.write_back_lists()
        name = target.attribute.name
        owner = self.get_owner(target)
        if owner is None:
            return target.infer_target(name, None, value, is_replace=is_replace)
        urn, folded = target.attribute_id
        names = self._names_by_urn.get(urn)
        if names is None:
            names = self._names_by_urn[urn] = {fold(each): each for each in list_names(owner)}
        spelled = names.setdefault(folded, name)
        held = get_value(owner, Attribute(name=spelled, field=UNDECLARED_EXACT))
        return target.infer_target(spelled, held, value, is_replace=is_replace)

    # ------------------------------------------------------------------ writing

    def get_writable_owner(self, target: Target) -> Node:
        """Return what holds the target's attribute, copied, made where it is missing."""
        slot = target.extension
        if slot is None:
            return self.root
        owner = self._extensions_by_urn.get(slot.name)
        if owner is None:
            found = get_value(self.root, slot)
            owner = (
                copy_node(found)
                if is_node(found)
                else cast("Node", convert_value(self.root, slot, {}))
            )
            self._extensions_by_urn[slot.name] = owner
            self._written_extensions[slot.name] = slot
            set_value(self.root, slot, owner)
        return owner

    def convert_value(self, target: Target, value: Any) -> Any:
        """Return a checked value as the resource would hold it, model or plain data."""
        return convert_value(self.get_writable_owner(target), target.attribute, value)

    def set_value(self, target: Target, value: Any) -> None:
        """Write the value of a single-valued attribute, one that `convert_value` returned."""
        set_value(self.get_writable_owner(target), target.attribute, value)

    def remove_value(self, target: Target) -> None:
        """Unassign an attribute."""
        self._values_by_attribute.pop(target.attribute_id, None)
        owner = self.get_owner(target)
        if owner is not None and has_value(owner, target.attribute):
            unassign(self.get_writable_owner(target), target.attribute)

    def remove_extension(self, target: Target) -> None:
        """Unassign an extension as a whole, once the lists in it are settled."""
        slot = cast("Attribute", target.extension)
        self._extensions_by_urn.pop(slot.name, None)
        self._names_by_urn.pop(slot.name, None)
        self._written_extensions[slot.name] = slot
        unassign(self.root, slot)

    # ------------------------------------------------------------------ the end

    def write_back_lists(self) -> None:
        """Write the lists that changed back to where they belong."""
        for target, values in self._values_by_attribute.values():
            if values.is_changed:
                owner, attribute = self.get_writable_owner(target), target.attribute
                items = values.get_items()
                if items:
                    set_values(owner, attribute, items)
                else:
                    unassign(owner, attribute)
        self._values_by_attribute.clear()

    def finish(self) -> Node:
        """Return the new resource, with `schemas` in step with the extensions that have values."""
        self.write_back_lists()
        for slot in self._written_extensions.values():
            if _has_values(get_value(self.root, slot)):
                self._add_schema_urn(slot.name)
            else:
                unassign(self.root, slot)
                self._remove_schema_urn(slot.name)
        return self.root

    def _add_schema_urn(self, urn: str) -> None:
        schemas = to_list(get_value(self.root, _SCHEMAS_ATTRIBUTE))
        if urn not in schemas and not any(_is_same_urn(one, urn) for one in schemas):
            set_values(self.root, _SCHEMAS_ATTRIBUTE, [*(schemas or [self.schema.urn]), urn])

    def _remove_schema_urn(self, urn: str) -> None:
        schemas = to_list(get_value(self.root, _SCHEMAS_ATTRIBUTE))
        kept = [one for one in schemas if not _is_same_urn(one, urn)]
        if len(kept) != len(schemas):
            set_values(self.root, _SCHEMAS_ATTRIBUTE, kept)


def _is_same_urn(value: object, urn: str) -> bool:
    return isinstance(value, str) and fold(value) == fold(urn)


def _has_values(node: Any) -> bool:
    if node.__class__ is dict:
        for value in node.values():
            if value.__class__ is str:  # as nearly all are
                return True
    return is_assigned(node)
