"""SCIM Users of the emulated tenant."""

from __future__ import annotations

import zlib
from typing import Any

from britive_scim import scim
from britive_scim.testing.scim.problem import ScimHttpError
from britive_scim.testing.scim.resources import ResourceHandler
from britive_scim.testing.scim.validation import validate_resource
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.state import ProviderRecord, TagRecord, UserRecord
from britive_scim.testing.state.store import Store

__all__ = ["UserHandler"]

_COMPUTED_ATTRIBUTES = ("id", "meta", "groups")


class UserHandler(ResourceHandler[UserRecord]):
    """Users: Britive's mandatory attributes, unique names, groups computed from memberships."""

    resource_type = "User"
    endpoint = "Users"
    schema = scim.ResourceSchema.of(scim.User)

    def get_store(self, provider: ProviderRecord) -> Store[UserRecord]:
        """Return the users of an identity provider."""
        return provider.users

    def serialize(self, record: UserRecord, *, include_members: bool = True) -> dict[str, Any]:  # noqa: ARG002 - users have none
        """Return the user with id, groups and meta."""
        resource = record.resource
        shown: dict[str, Any] = {"schemas": resource["schemas"], "id": record.id, **resource}
        groups = self._serialize_groups(record)
        if groups:
            shown["groups"] = groups
        shown["meta"] = self.build_meta(record)
        return shown

    def _serialize_groups(self, user: UserRecord) -> list[dict[str, Any]]:
        """Return the groups a user is in, directly and through groups within groups."""
        state = self.context.state
        level: list[TagRecord] = [
            t for t in state.find_tags_of_member(user.id) if t.provider is user.provider
        ]
        seen: dict[str, tuple[TagRecord, str]] = {tag.id: (tag, "direct") for tag in level}
        while level:
            above = [tag for inner in level for tag in state.find_tags_of_member(inner.id)]
            level = [tag for tag in dict.fromkeys(above) if tag.id not in seen]
            seen.update((tag.id, (tag, "indirect")) for tag in level)
        return [
            {
                "value": tag.id,
                "$ref": f"{self.context.scim_url}/Groups/{tag.id}",
                "display": tag.name,
                "type": how,
            }
            for tag, how in seen.values()
        ]

    def get_version(self, record: UserRecord) -> str:
        """Return the entity tag of a user, which its groups are part of."""
        tags = [f"{tag.id} {tag.name}" for tag in self.context.state.find_tags_of_member(record.id)]
        groups = f"-{zlib.crc32(' '.join(tags).encode()):x}" if tags else ""
        return f'W/"{record.version}{groups}"'

    def create(self, provider: ProviderRecord, body: dict[str, Any]) -> UserRecord:
        """Store a new user.

        Raises:
            Problem: 400 for what is missing or does not fit, 409 for a userName that is taken.
        """
        resource = self._parse_body(provider, body)
        if self.context.capabilities.mandatory_attributes:
            self._check_mandatory_attributes(provider, resource)
        self._check_unique(provider, resource, None)
        return self.insert(provider, resource, self.context.generate_id())

    def load(self, provider: ProviderRecord, body: dict[str, Any], id_: str) -> UserRecord:
        """Store a user under a given id, mandatory attributes or not, read in the forgiving dialect."""
        resource = self._prepare_for_storage(
            provider, validate_resource(body, self.schema, "entra")
        )
        self._check_unique(provider, resource, None)
        return self.insert(provider, resource, id_)

    def insert(self, provider: ProviderRecord, resource: dict[str, Any], id_: str) -> UserRecord:
        """Store a user as it is."""
        now = self.context.now()
        user = UserRecord(id_, provider, now, now, is_scim_managed=True, resource=resource)
        self.context.state.add_user(user)
        return user

    def replace(self, provider: ProviderRecord, record: UserRecord, body: dict[str, Any]) -> None:
        """Put another representation in place of the stored one."""
        resource = self._parse_body(provider, body)
        if self.context.capabilities.mandatory_attributes:
            self._check_mandatory_attributes(provider, resource)
        self._update(provider, record, resource)

    def patch(
        self, provider: ProviderRecord, record: UserRecord, request: scim.PatchRequest
    ) -> None:
        """Apply a PATCH."""
        patched = request.apply(self.serialize(record), schema=self.schema)
        resource = {
            name: value for name, value in patched.items() if name not in _COMPUTED_ATTRIBUTES
        }
        self._update(provider, record, self._prepare_for_storage(provider, resource))

    def remove(self, record: UserRecord) -> None:
        """Remove a user, or set it inactive where the tenant does that."""
        now = self.context.now()
        if self.context.capabilities.delete_deactivates:
            self.context.state.change_user(record, {**record.resource, "active": False}, now)
        else:
            self.context.state.remove_user(record, now)

    def _update(self, provider: ProviderRecord, user: UserRecord, resource: dict[str, Any]) -> None:
        self._check_unique(provider, resource, user)
        user.is_scim_managed = True
        if resource != user.resource:
            self.context.state.change_user(user, resource, self.context.now())

    def _parse_body(self, provider: ProviderRecord, body: dict[str, Any]) -> dict[str, Any]:
        return self._prepare_for_storage(
            provider, validate_resource(body, self.schema, provider.dialect)
        )

    def _prepare_for_storage(
        self, provider: ProviderRecord, resource: dict[str, Any]
    ) -> dict[str, Any]:
        """Return what the tenant keeps of a resource: no password, and what its switches leave."""
        kept = dict(resource)
        kept.pop("password", None)
        if self.context.capabilities.user_name_case == "lower":
            kept["userName"] = kept["userName"].lower()
        if self.context.capabilities.unmapped_attributes == "dropped":
            kept = attribute_mapping.drop_unmapped(provider, kept)
        return kept

    def _check_mandatory_attributes(
        self, provider: ProviderRecord, resource: dict[str, Any]
    ) -> None:
        lacking = attribute_mapping.find_missing_attributes(provider, resource)
        if lacking:
            raise ScimHttpError.invalid_value(
                f"mandatory attributes are missing: {', '.join(lacking)}"
            )

    def _check_unique(
        self, provider: ProviderRecord, resource: dict[str, Any], current: UserRecord | None
    ) -> None:
        same = provider.users.find("userName", resource["userName"])
        if any(other is not current for other in same):
            raise ScimHttpError.uniqueness(f"userName {resource['userName']!r}")
