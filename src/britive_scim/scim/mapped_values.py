"""Values that an attribute mapping of Britive reads from a user: the rule of `preview` and of the emulated tenant.

Britive does not publish how it resolves the name of a mapping; this is inferred from its guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from britive_scim.errors import InputError
from britive_scim.scim.filters.parser import parse_path
from britive_scim.scim.filters.path import Path
from britive_scim.scim.models.user import User
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, fold
from britive_scim.scim.patch.read_path import read
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["MappedAttribute", "flatten_values", "list_mapped_attributes", "read_mapped_values"]

_CUSTOM_PREFIX = fold(CUSTOM_USER) + ":"


@dataclass(frozen=True, slots=True)
class MappedAttribute:
    """Attribute of a user that the name of a mapping may mean.

    Attributes:
        name: name of the attribute.
        path: its path; `None` for a custom attribute, whose name need not be a path.
    """

    name: str
    path: Path | None

    @property
    def is_custom(self) -> bool:
        """True if it belongs to the custom extension."""
        return self.path is None or fold(self.path.urn or "") == fold(CUSTOM_USER)

    def read(self, user: Mapping[str, Any]) -> list[Any]:
        """Return the simple values of the attribute.

        Args:
            user: the user in wire form.
        """
        if self.path is not None:
            try:
                return list(flatten_values(read(user, self.path, User, short_names=False)))
            except InputError:
                return []  # a filter that is invalid for the attribute
        custom = _get_ignoring_case(user, CUSTOM_USER)
        if not isinstance(custom, Mapping):
            return []
        return list(
            flatten_values(_get_ignoring_case(cast("Mapping[str, Any]", custom), self.name))
        )


@lru_cache(maxsize=1024)
def list_mapped_attributes(scim_name: str) -> tuple[MappedAttribute, ...]:
    """Return the attributes that the SCIM name of a mapping may mean, in the order in which they are read.

    A path with a URN, a filter or a sub-attribute has its SCIM meaning. A bare name is that of the core
    schema, then of the enterprise extension, then of a custom attribute.

    Args:
        scim_name: SCIM attribute name of a mapping.
    """
    if fold(scim_name).startswith(_CUSTOM_PREFIX):
        custom = MappedAttribute(scim_name[len(_CUSTOM_PREFIX) :], None)
    else:
        custom = MappedAttribute(scim_name, None)
    try:
        path = parse_path(scim_name)
    except InputError:
        return (custom,)
    if path.urn is not None:
        found = MappedAttribute(path.name, path)
        return (found, custom) if found.is_custom else (found,)
    schema = ResourceSchema.of(User)
    found_in_schemas = [
        MappedAttribute(path.name, path if urn is None else parse_path(f"{urn}:{scim_name}"))
        for urn in (None, ENTERPRISE_USER)
        if schema.find_attribute(urn, path.name) is not None
    ]
    if found_in_schemas and (path.filter is not None or path.sub is not None):
        return tuple(found_in_schemas)
    return (*found_in_schemas, custom)


def read_mapped_values(user: Mapping[str, Any], scim_name: str) -> list[Any]:
    """Return the simple values that a mapping reads: those of the first attribute that has any.

    Args:
        user: the user in wire form.
        scim_name: SCIM attribute name of the mapping.

    Examples:
        >>> read_mapped_values({"title": "Guide", CUSTOM_USER: {"title": "T7"}}, "title")
        ['Guide']
        >>> read_mapped_values({CUSTOM_USER: {"title": "T7"}}, "title")
        ['T7']
    """
    found = (attribute.read(user) for attribute in list_mapped_attributes(scim_name))
    return next((values for values in found if values), list[Any]())


def flatten_values(value: Any) -> Iterator[Any]:
    """Yield the simple values in `value`; of a complex value, its `value` sub-attribute."""
    if value is None or value == "":
        return
    if isinstance(value, list | tuple):
        for item in cast("list[object]", value):
            yield from flatten_values(item)
    elif isinstance(value, Mapping):
        yield from flatten_values(_get_ignoring_case(cast("Mapping[str, Any]", value), "value"))
    else:
        yield value


def _get_ignoring_case(record: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in record.items() if fold(key) == fold(name)), None)
