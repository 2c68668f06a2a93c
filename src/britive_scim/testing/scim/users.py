"""SCIM Users of the emulated tenant."""

from __future__ import annotations

import zlib
from typing import Any

from britive_scim import scim
from britive_scim.scim.values.identity import is_identical
from britive_scim.testing.scim.omitted import fill_omitted
from britive_scim.testing.scim.problem import ScimHttpError
from britive_scim.testing.scim.resources import ResourceHandler
from britive_scim.testing.scim.validation import validate_resource
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.state import ProviderRecord, TagRecord, UserRecord
from britive_scim.testing.state.store import Store

__all__ = ["UserHandler"]

_COMPUTED_ATTRIBUTES = ("id", "meta", "groups")


class UserHandler(ResourceHandler[UserRecord]):
    """Handler of users: checks mandatory attributes and unique names, computes `groups`."""

    resource_type = "User"
    endpoint = "Users"
    schema = scim.ResourceSchema.of(scim.User)

    def get_store(self, provider: ProviderRecord) -> Store[UserRecord]:
        """Return the users of an identity provider."""
        return provider.users

    def serialize(self, record: UserRecord, *, include_members: bool = True) -> dict[str, Any]:  # noqa: ARG002 - users have none
        """Return the user with id, groups and meta."""
        resource = record.resource
        document: dict[str, Any] = {"schemas": resource["schemas"], "id": record.id, **resource}
        groups = self._serialize_groups(record)
        if groups:
            document["groups"] = groups
        document["meta"] = self.build_meta(record)
        return document

    def _serialize_groups(self, user: UserRecord) -> list[dict[str, Any]]:
        """Return the groups of a user, direct and through nested groups."""
        state = self.context.state
        level: list[TagRecord] = [
            tag for tag in state.find_tags_of_member(user.id) if tag.provider is user.provider
        ]
        groups: dict[str, tuple[TagRecord, str]] = {tag.id: (tag, "direct") for tag in level}
        while level:
            parents = [parent for tag in level for parent in state.find_tags_of_member(tag.id)]
            level = [tag for tag in dict.fromkeys(parents) if tag.id not in groups]
            groups.update((tag.id, (tag, "indirect")) for tag in level)
        return [
            {
                "value": tag.id,
                "$ref": f"{self.context.scim_url}/Groups/{tag.id}",
                "display": tag.name,
                "type": membership,
            }
            for tag, membership in groups.values()
        ]

    def get_version(self, record: UserRecord) -> str:
        """Return the ETag of a user, which changes with its groups."""
        tags = [f"{tag.id} {tag.name}" for tag in self.context.state.find_tags_of_member(record.id)]
        groups = f"-{zlib.crc32(' '.join(tags).encode()):x}" if tags else ""
        return f'W/"{record.version}{groups}"'

    def create(self, provider: ProviderRecord, body: dict[str, Any]) -> UserRecord:
        """Store a new user.

        Raises:
            ScimHttpError: 400 for a missing or invalid value, 409 for a duplicate userName.
        """
        resource = self._parse_body(provider, body)
        if self.context.capabilities.mandatory_attributes:
            self._check_mandatory_attributes(provider, resource)
        self._check_unique(provider, resource, None)
        return self.insert(provider, resource, self.context.generate_id())

    def load(self, provider: ProviderRecord, body: dict[str, Any], id_: str) -> UserRecord:
        """Store a user under a given id, parsed in the `entra` dialect, without mandatory attributes."""
        resource = self._prepare_for_storage(
            provider, validate_resource(body, self.schema, "entra")
        )
        self._check_unique(provider, resource, None)
        return self.insert(provider, resource, id_)

    def insert(self, provider: ProviderRecord, resource: dict[str, Any], id_: str) -> UserRecord:
        """Store a user unchanged."""
        now = self.context.now()
        user = UserRecord(id_, provider, now, now, is_scim_managed=True, resource=resource)
        self.context.state.add_user(user)
        return user

    def replace(self, provider: ProviderRecord, record: UserRecord, body: dict[str, Any]) -> None:
        """Replace the stored resource."""
        if self.context.capabilities.put_keeps_omitted:
            body = fill_omitted(body, record.resource)
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
        """Remove a user, or deactivate it with `Capabilities(delete_deactivates=True)`."""
        now = self.context.now()
        if self.context.capabilities.delete_deactivates:
            self.context.state.change_user(record, {**record.resource, "active": False}, now)
        else:
            self.context.state.remove_user(record, now)

    def _update(self, provider: ProviderRecord, user: UserRecord, resource: dict[str, Any]) -> None:
        self._check_unique(provider, resource, user)
        user.is_scim_managed = True
        is_deactivated = (
            resource.get("active") is False and user.resource.get("active") is not False
        )
        if not is_identical(resource, user.resource):
            self.context.state.change_user(user, resource, self.context.now())
        if is_deactivated and self.context.capabilities.deactivate_deletes:
            self.context.state.remove_user(user, self.context.now())

    def _parse_body(self, provider: ProviderRecord, body: dict[str, Any]) -> dict[str, Any]:
        return self._prepare_for_storage(
            provider, validate_resource(body, self.schema, provider.dialect)
        )

    def _prepare_for_storage(
        self, provider: ProviderRecord, resource: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the resource without its password, adapted to the tenant's capabilities."""
        stored = dict(resource)
        stored.pop("password", None)
        if self.context.capabilities.user_name_case == "lower":
            stored["userName"] = stored["userName"].lower()
        if self.context.capabilities.unmapped_attributes == "dropped":
            stored = attribute_mapping.drop_unmapped(provider, stored)
        return stored

    def _check_mandatory_attributes(
        self, provider: ProviderRecord, resource: dict[str, Any]
    ) -> None:
        missing = attribute_mapping.find_missing_attributes(provider, resource)
        if missing:
            raise ScimHttpError.invalid_value(
                f"mandatory attributes are missing: {', '.join(missing)}"
            )

    def _check_unique(
        self, provider: ProviderRecord, resource: dict[str, Any], current: UserRecord | None
    ) -> None:
        namesakes = provider.users.find("userName", resource["userName"])
        if any(other is not current for other in namesakes):
            raise ScimHttpError.uniqueness(f"userName {resource['userName']!r}")
