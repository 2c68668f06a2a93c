"""Records of a found directory as a source states them: without what the server sets, and keys instead of ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from britive_scim import scim
from britive_scim.provisioning.directory.problems import Problem
from britive_scim.provisioning.directory.records import (
    Completeness,
    GroupRecord,
    MemberRecord,
    UserRecord,
)
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.json_values import is_list
from britive_scim.scim.names import ENTERPRISE_USER, fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema

__all__ = ["FoundConverter", "convert_completeness"]

_PARTIAL = frozenset({"emails", "phoneNumbers"})
_SET_BY_SERVER = frozenset({"schemas", "id", "meta"})


class FoundConverter:
    """Converter of the records of one found directory.

    Args:
        users: users of the directory.
        groups: groups of the directory; `None` if they were not read.
        is_of_admin_api: the admin API was read, whose full name is no displayName, and which shows one e-mail address
            and two phone numbers.

    Attributes:
        partial_attributes: lists of which single values are stated, by `type`.
        problems: members that are not in the directory.
    """

    def __init__(
        self,
        users: Sequence[UserRecord],
        groups: Sequence[GroupRecord] | None,
        *,
        is_of_admin_api: bool,
    ) -> None:
        self._users = users
        self._is_of_admin_api = is_of_admin_api
        self.partial_attributes = _PARTIAL if is_of_admin_api else frozenset[str]()
        self._groups = groups
        self._user_keys = {
            user.id: key
            for user in users
            if user.id and (key := user.external_id or user.user_name)
        }
        self._group_keys = {
            group.id: key
            for group in groups or ()
            if group.id and (key := group.external_id or group.display_name)
        }
        self.problems: list[Problem] = []

    def convert_users(self) -> tuple[UserRecord, ...]:
        """Return the users; managers are named by externalId or userName."""
        schema = ResourceSchema.of(scim.User)
        return tuple(
            UserRecord(self._convert_values(user, schema), line)
            for line, user in enumerate(self._users, 1)
        )

    def _convert_values(self, user: UserRecord, schema: ResourceSchema) -> dict[str, Any]:
        values = self._name_manager(_drop_server_values(user.values, schema))
        if self._is_of_admin_api:
            values.pop("displayName", None)
            for name in _PARTIAL & values.keys():
                values[name] = [_keep_value_of_type(item) for item in values[name]]
        return values

    def convert_groups(self) -> tuple[GroupRecord, ...] | None:
        """Return the groups; members are named by their keys, or by their id if they were not read."""
        if not self._groups:
            return None  # an empty list would be an empty source
        schema = ResourceSchema.of(scim.Group)
        return tuple(
            GroupRecord(
                {
                    name: value
                    for name, value in _drop_server_values(group.values, schema).items()
                    if fold(name) != "members"
                },
                None if group.members is None else tuple(self._name_members(group.members, line)),
                line,
            )
            for line, group in enumerate(self._groups, 1)
        )

    def _name_members(self, members: Iterable[MemberRecord], line: int) -> Iterator[MemberRecord]:
        for member in members:
            if member.type != "Group" and member.value in self._user_keys:
                yield MemberRecord(self._user_keys[member.value], "User")
            elif member.value in self._group_keys:
                yield MemberRecord(self._group_keys[member.value], "Group")
            else:
                rule = "member must be in the directory; it is named by its id"
                self.problems.append(Problem(rule, line, "member", member.value, "warning"))
                yield member

    def _name_manager(self, values: dict[str, Any]) -> dict[str, Any]:
        for name, part in values.items():
            if fold(name) != fold(ENTERPRISE_USER) or not isinstance(part, Mapping):
                continue
            enterprise = dict(cast("Mapping[str, Any]", part))
            manager = enterprise.get("manager")
            if isinstance(manager, Mapping):
                parts = cast("Mapping[str, Any]", manager)
                id_ = parts.get("value")
                key = self._user_keys.get(id_) if isinstance(id_, str) else None
                kept = {
                    sub: value
                    for sub, value in parts.items()
                    if fold(sub) not in ("$ref", "displayname")
                }
                enterprise["manager"] = kept if key is None else {**kept, "value": key}
                return {**values, name: enterprise}
        return values


def convert_completeness(
    found: Completeness, groups: Sequence[GroupRecord] | None, *, has_groups: bool
) -> Completeness:
    """Return the completeness of the wanted directory; groups with unproven members are named by their keys.

    Args:
        found: completeness of the found directory.
        groups: found groups.
        has_groups: whether the wanted directory states groups.
    """
    keys = (
        (group.external_id or group.display_name or "")
        for group in groups or ()
        if group.id in found.unproven_groups
    )
    return Completeness(
        users=found.users,
        groups=found.groups if has_groups else None,
        unproven_groups=frozenset(keys) - {""},
        reasons=found.reasons,
    )


def _drop_server_values(values: Mapping[str, Any], schema: ResourceSchema) -> dict[str, Any]:
    """Return the attributes that a client may set; names are spelled as in the schema."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        if name in _SET_BY_SERVER or value is None:
            continue
        attribute = schema.find_attribute(None, name)
        if attribute is None:
            result[name] = value
        elif (
            attribute.mutability != "readOnly"
            and not attribute.is_secret
            and attribute.name not in _SET_BY_SERVER
        ):
            result[attribute.name] = _drop_parts(attribute, value)
    return result


def _keep_value_of_type(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("type", "value") if name in item}


def _drop_parts(attribute: Attribute, value: Any) -> Any:
    """Return a value without the `$ref` of its parts, which contain addresses of the provider."""
    if attribute.type != "complex":
        return value
    if is_list(value):
        return [_drop_parts(attribute, item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {sub: part for sub, part in cast("Mapping[str, Any]", value).items() if sub != "$ref"}
