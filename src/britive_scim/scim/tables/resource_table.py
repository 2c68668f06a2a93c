"""Tables of resources: as a list of flat dicts, and as a `Table`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.models.base import Resource
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.user import User
from britive_scim.scim.schemas.resource_schema import (
    ResourceSchema,
    SchemaLike,
    infer_type,
    schema_for,
)
from britive_scim.scim.tables.layout import ColumnSelection, TableLayout
from britive_scim.tables import Table
from britive_scim.tables.column_values import convert_column

__all__ = ["build_resource_table", "table"]

_BATCH = 1000
"""Resources that are converted at a time."""


def table(
    resources: Iterable[Resource | Mapping[str, Any]],
    columns: ColumnSelection | None = None,
    *,
    custom: Iterable[str] = (),
    explode: str | None = None,
) -> list[dict[str, Any]]:
    """Return resources as flat dicts with the same keys, for any library and none.

    Users have `id`, `user_name`, `external_id`, `given_name`, `family_name`, `display_name`, `email` (the primary
    address), `active`, `title`, `department`, `manager` (its id), `employee_number`, `created`, `last_modified`, `key`
    (the user name in lower case, which joins with the admin API), `groups` (their number, or `None` if not returned),
    `custom.<name>`, and `other`: all other attributes that a client can set, as JSON text. Groups have `id`,
    `display_name`, `external_id`, `size`, `created`, `last_modified`.

    Args:
        resources: models, or mappings in wire form, of one type.
        columns: names of columns, or SCIM paths such as `enterprise.costCenter`; or either by new name. A path to a
            list is JSON text; `emails[type eq "work"].value` is the first value that the brackets select.
        custom: attributes of Britive's custom extension, besides those that the class declares.
        explode: `groups` for one row per user and group, with `group_id` and `group`; `members` for one row per group
            and member, with `user_id`, `user` and `type`. A resource without any has one row.

    Raises:
        InputError: a column is unknown, or `resources` have several types.

    Examples:
        >>> from britive_scim import scim
        >>> ana = scim.User(user_name="Ana@acme.com", active=True, emails=[{"value": "ana@acme.com", "type": "work"}])
        >>> table([ana], ["key", "email", "active"])
        [{'key': 'ana@acme.com', 'email': 'ana@acme.com', 'active': True}]
        >>> table([ana], {"mail": 'emails[type eq "work"].value', "dept": "enterprise.department"})
        [{'mail': 'ana@acme.com', 'dept': None}]
    """
    iterator = iter(resources)
    first = list(islice(iterator, 1))
    schema = find_schema(first[0]) if first else ResourceSchema.of(Resource)
    if not first:
        return []
    layout = TableLayout(schema, columns, custom=custom, explode=explode)
    names = list(layout.types)
    result: list[dict[str, Any]] = []
    for batch in _iter_batches([*first, *iterator], schema):
        values = [
            convert_column(name, layout.types[name], column)
            for name, column in zip(names, layout.convert(batch), strict=True)
        ]
        result += [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
    return result


def build_resource_table(
    resources: Sequence[Resource | Mapping[str, Any]],
    schema: SchemaLike,
    columns: ColumnSelection | None = None,
    *,
    custom: Iterable[str | Attribute] = (),
) -> Table:
    """Return a table of resources that are in memory; it has the same columns without any resource.

    Args:
        resources: models, or mappings in wire form.
        schema: class or schema of the resources.
        columns: see `table`.
        custom: see `table`.

    Raises:
        InputError: a column is unknown.
    """
    known = ResourceSchema.of(schema)
    layout = TableLayout(known, columns, custom=custom)
    return Table.from_columns(layout.types, _Converted(resources, known, layout))


class _Converted:
    """Batches of columns, converted again for each reader of the table."""

    def __init__(
        self, resources: Sequence[Any], schema: ResourceSchema, layout: TableLayout
    ) -> None:
        self._resources = resources
        self._schema = schema
        self._layout = layout

    def __iter__(self) -> Iterator[list[Sequence[Any]]]:
        for batch in _iter_batches(self._resources, self._schema):
            yield self._layout.convert(batch)


def find_schema(resource: object) -> ResourceSchema:
    """Return the schema of a resource.

    Raises:
        InputError: it is neither a model nor a mapping.
    """
    if not isinstance(resource, Resource | Mapping):
        raise InputError(
            f"resources must be SCIM resources or mappings in wire form, got {type(resource).__name__}"
        )
    return schema_for(cast("Any", resource))


def _iter_batches(resources: Sequence[Any], schema: ResourceSchema) -> Iterator[Sequence[Any]]:
    listed: Any = None
    may_infer = schema.urn in {User.__schema__, Group.__schema__}
    for start in range(0, len(resources), _BATCH):
        batch = resources[start : start + _BATCH]
        for resource in batch:
            if resource.__class__ is dict:
                urns = resource.get("schemas")
                if urns is None:
                    if not may_infer or infer_type(resource) is None:
                        continue
                elif urns == listed:  # as those of the resource before
                    continue
                listed = urns
            if find_schema(resource).urn != schema.urn:
                raise InputError(
                    f"resources must be of one type, got {schema.name} and {find_schema(resource).name}"
                )
        yield batch
