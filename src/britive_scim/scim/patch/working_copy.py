"""Copy-on-write working copy of a resource during a PATCH request.

The original resource never changes. The copy shares all values that no operation addressed: adding one
member to a group of ten thousand copies the group's attributes and the list, not the members.
"""

from __future__ import annotations

from typing import Any, Final, cast

from pydantic import BaseModel

from britive_scim.errors import InvalidPath
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import fold
from britive_scim.scim.patch.dialect import Dialect
from britive_scim.scim.patch.multivalued import IndexedValues
from britive_scim.scim.patch.target import (
    MAX_CACHED_PATH_LENGTH,
    Target,
    resolve_cached_target,
    resolve_target,
)
from britive_scim.scim.schemas.of_instance import with_instance_extensions, with_open_extensions
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.schemas.urn_spelling import unify_urns
from britive_scim.scim.values.lookup import is_assigned
from britive_scim.scim.values.node import (
    UNDECLARED_EXACT,
    Node,
    convert_value,
    copy_node,
    get_value,
    has_value,
    is_mapping,
    is_node,
    list_names,
    set_value,
    set_values,
    to_list,
    unassign,
)
from britive_scim.scim.values.notes import note_emptied

__all__ = ["WorkingCopy"]

_SCHEMAS_ATTRIBUTE: Final = Attribute(name="schemas", multi_valued=True)


class WorkingCopy:
    """Copy-on-write resource.

    Attributes:
        schema: schema of the resource; extensions may be added to an open one.
        dialect: dialect of the request.
        root: the new resource, a shallow copy of the original.
    """

    __slots__ = (
        "_extensions_by_urn",
        "_is_schema_open",
        "_names_by_urn",
        "_short_names",
        "_values_by_attribute",
        "_written_extensions",
        "dialect",
        "root",
        "schema",
    )

    def __init__(
        self,
        resource: Node,
        schema: ResourceSchema,
        dialect: Dialect,
        *,
        is_schema_open: bool = False,
    ) -> None:
        self.schema = schema
        self.dialect = dialect
        self._is_schema_open = is_schema_open
        self._short_names = resource.__class__ is not dict and isinstance(resource, BaseModel)
        self.root = copy_node(resource)
        self._extensions_by_urn: dict[str, Node] = {}
        self._written_extensions: dict[str, Attribute] = {}
        self._names_by_urn: dict[str, dict[str, str]] = {}
        self._values_by_attribute: dict[tuple[str, str], tuple[Target, IndexedValues]] = {}

    # ------------------------------------------------------------------ schema

    def resolve_target(self, path_text: str) -> Target:
        """Return the target of a path; on a model, Python names are understood too.

        Raises:
            InvalidPath, InvalidFilter: see `resolve_target`.
        """
        try:
            return self._resolve_target(path_text)
        except InvalidPath:
            if not self._is_schema_open:
                raise
            extended = with_instance_extensions(self.schema, cast("Any", self.root))
            if extended is self.schema:
                raise
            self.schema = extended
        return self._resolve_target(path_text)

    def _resolve_target(self, path_text: str) -> Target:
        if len(path_text) <= MAX_CACHED_PATH_LENGTH:
            return resolve_cached_target(self.schema, path_text, self.dialect, self._short_names)
        return resolve_target(self.schema, path_text, self.dialect, short_names=self._short_names)

    def declare_extensions(self, urns: Any) -> None:
        """Declare the undeclared extensions among new values of `schemas`, if the schema is open."""
        if self._is_schema_open:
            self.schema = with_open_extensions(self.schema, to_list(urns))

    # ------------------------------------------------------------------ reads

    def get_owner(self, target: Target) -> Node | None:
        """Return the resource or extension that contains the attribute, or `None`."""
        slot = target.extension
        if slot is None:
            return self.root
        owner = self._extensions_by_urn.get(slot.name)
        if owner is not None:
            return owner
        data = get_value(self.root, slot)
        return data if is_node(data) else None

    def get_current_value(self, target: Target) -> Any:
        """Return the current value of the attribute, all values of a multi-valued one."""
        if target.attribute_id in self._values_by_attribute:
            return self._values_by_attribute[target.attribute_id][1].get_items()
        return self.get_single_value(target)

    def get_single_value(self, target: Target) -> Any:
        """Return the current value of a single-valued attribute."""
        owner = self.root if target.extension is None else self.get_owner(target)
        return None if owner is None else get_value(owner, target.attribute)

    def get_values(self, target: Target) -> IndexedValues:
        """Return the values of a multi-valued attribute, for searches and changes."""
        entry = self._values_by_attribute.get(target.attribute_id)
        if entry is None:
            values = IndexedValues(target.attribute, to_list(self.get_single_value(target)))
            self._values_by_attribute[target.attribute_id] = (target, values)
            return values
        return entry[1]

    def has_value(self, target: Target) -> bool:
        """Return whether the attribute has a value, including unreadable ones."""
        entry = self._values_by_attribute.get(target.attribute_id)
        if entry is not None and len(entry[1]):
            return True
        owner = self.get_owner(target)
        return owner is not None and has_value(owner, target.attribute)

    def infer_target(self, target: Target, value: Any, *, is_replace: bool = False) -> Target:
        """Return a target with its undeclared attribute inferred from the current and new values."""
        self.write_back_lists()
        name = target.attribute.name
        owner = self.get_owner(target)
        if owner is None:
            return target.infer_target(name, None, value, is_replace=is_replace)
        urn, folded = target.attribute_id
        names = self._names_by_urn.get(urn)
        if names is None:
            names = self._names_by_urn[urn] = {fold(each): each for each in list_names(owner)}
        spelling = names.setdefault(folded, name)
        current = get_value(owner, Attribute(name=spelling, field=UNDECLARED_EXACT))
        return target.infer_target(spelling, current, value, is_replace=is_replace)

    # ------------------------------------------------------------------ writes

    def get_writable_owner(self, target: Target) -> Node:
        """Return a copy of the resource or extension that contains the attribute; create it if missing."""
        slot = target.extension
        if slot is None:
            return self.root
        owner = self._extensions_by_urn.get(slot.name)
        if owner is None:
            data = get_value(self.root, slot)
            owner = (
                copy_node(data)
                if is_node(data)
                else cast("Node", convert_value(self.root, slot, {}))
            )
            self._extensions_by_urn[slot.name] = owner
            self._written_extensions[slot.name] = slot
            set_value(self.root, slot, owner)
        return owner

    def convert_value(self, target: Target, value: Any) -> Any:
        """Return a checked value in the representation of the resource, model or plain data."""
        return convert_value(self.get_writable_owner(target), target.attribute, value)

    def set_value(self, target: Target, value: Any) -> None:
        """Set the value of a single-valued attribute to a result of `convert_value`."""
        set_value(self.get_writable_owner(target), target.attribute, value)

    def remove_value(self, target: Target) -> None:
        """Unassign an attribute."""
        self._values_by_attribute.pop(target.attribute_id, None)
        owner = self.get_owner(target)
        if owner is not None and has_value(owner, target.attribute):
            self._unassign(target)

    def _unassign(self, target: Target) -> None:
        owner = self.get_writable_owner(target)
        unassign(owner, target.attribute)
        extension = target.extension
        if extension is not None and isinstance(self.root, BaseModel) and is_mapping(owner):
            # An extension without a class has no notes.
            note_emptied(self.root, f"{extension.name}:{target.attribute.name}")

    def remove_extension(self, target: Target) -> None:
        """Unassign a whole extension, after `write_back_lists`."""
        slot = cast("Attribute", target.extension)
        self._extensions_by_urn.pop(slot.name, None)
        self._names_by_urn.pop(slot.name, None)
        self._written_extensions[slot.name] = slot
        unassign(self.root, slot)

    # ------------------------------------------------------------------ result

    def write_back_lists(self) -> None:
        """Write the changed lists back to the resource."""
        for target, values in self._values_by_attribute.values():
            if values.is_changed:
                owner, attribute = self.get_writable_owner(target), target.attribute
                items = values.get_items()
                if items:
                    set_values(owner, attribute, items)
                else:
                    self._unassign(target)
        self._values_by_attribute.clear()

    def finish(self) -> Node:
        """Return the new resource, with `schemas` updated for the extensions with values."""
        self.write_back_lists()
        for slot in self._written_extensions.values():
            if _has_values(get_value(self.root, slot)):
                self._add_schema_urn(slot.name)
            else:
                unassign(self.root, slot)
                self._remove_schema_urn(slot.name)
        if self.root.__class__ is dict:
            unify_urns(cast("dict[str, Any]", self.root), self.schema)
        return self.root

    def _add_schema_urn(self, urn: str) -> None:
        schemas = to_list(get_value(self.root, _SCHEMAS_ATTRIBUTE))
        if urn not in schemas:
            if any(_is_same_urn(other, urn) for other in schemas):  # in another spelling
                updated = [urn if _is_same_urn(other, urn) else other for other in schemas]
            else:
                updated = [*(schemas or [self.schema.urn]), urn]
            set_values(self.root, _SCHEMAS_ATTRIBUTE, updated)

    def _remove_schema_urn(self, urn: str) -> None:
        schemas = to_list(get_value(self.root, _SCHEMAS_ATTRIBUTE))
        remaining = [other for other in schemas if not _is_same_urn(other, urn)]
        if len(remaining) != len(schemas):
            set_values(self.root, _SCHEMAS_ATTRIBUTE, remaining)


def _is_same_urn(value: object, urn: str) -> bool:
    return isinstance(value, str) and fold(value) == fold(urn)


def _has_values(node: Any) -> bool:
    if node.__class__ is dict:
        for value in node.values():
            if value.__class__ is str:  # the usual case
                return True
    return is_assigned(node)
