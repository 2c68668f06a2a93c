"""SCIM Users of the emulated tenant."""

from __future__ import annotations

import zlib
from typing import Any

from britive_scim import scim
from britive_scim.testing.scim.problem import Problem
from britive_scim.testing.scim.resources import Resources
from britive_scim.testing.scim.validation import receive
from britive_scim.testing.state import attribute_mapping
from britive_scim.testing.state.state import Provider, Tag, User
from britive_scim.testing.state.store import Shelf

__all__ = ["Users"]

_COMPUTED = ("id", "meta", "groups")


class Users(Resources[User]):
    """Users: Britive's mandatory attributes, unique names, groups computed from memberships."""

    name = "User"
    endpoint = "Users"
    schema = scim.ResourceSchema.of(scim.User)

    def shelf(self, provider: Provider) -> Shelf[User]:
        """Return the users of an identity provider."""
        return provider.users

    def show(self, record: User, *, members: bool = True) -> dict[str, Any]:  # noqa: ARG002 - users have none
        """Return the user with id, groups and meta."""
        resource = record.resource
        shown: dict[str, Any] = {"schemas": resource["schemas"], "id": record.id, **resource}
        groups = self._groups(record)
        if groups:
            shown["groups"] = groups
        shown["meta"] = self.meta(record)
        return shown

    def _groups(self, user: User) -> list[dict[str, Any]]:
        """Return the groups a user is in, directly and through groups within groups."""
        state = self.world.state
        level: list[Tag] = [t for t in state.tags_of(user.id) if t.provider is user.provider]
        seen: dict[str, tuple[Tag, str]] = {tag.id: (tag, "direct") for tag in level}
        while level:
            above = [tag for inner in level for tag in state.tags_of(inner.id)]
            level = [tag for tag in dict.fromkeys(above) if tag.id not in seen]
            seen.update((tag.id, (tag, "indirect")) for tag in level)
        return [
            {
                "value": tag.id,
                "$ref": f"{self.world.scim_url}/Groups/{tag.id}",
                "display": tag.name,
                "type": how,
            }
            for tag, how in seen.values()
        ]

    def version(self, record: User) -> str:
        """Return the entity tag of a user, which its groups are part of."""
        tags = [f"{tag.id} {tag.name}" for tag in self.world.state.tags_of(record.id)]
        groups = f"-{zlib.crc32(' '.join(tags).encode()):x}" if tags else ""
        return f'W/"{record.version}{groups}"'

    def create(self, provider: Provider, body: dict[str, Any]) -> User:
        """Store a new user.

        Raises:
            Problem: 400 for what is missing or does not fit, 409 for a userName that is taken.
        """
        resource = self._received(provider, body)
        if self.world.capabilities.mandatory_attributes:
            self._check_mandatory(provider, resource)
        self._check_unique(provider, resource, None)
        return self.store(provider, resource, self.world.new_id())

    def load(self, provider: Provider, body: dict[str, Any], id_: str) -> User:
        """Store a user under a given id, mandatory attributes or not, read in the forgiving dialect."""
        resource = self._kept(provider, receive(body, self.schema, "entra"))
        self._check_unique(provider, resource, None)
        return self.store(provider, resource, id_)

    def store(self, provider: Provider, resource: dict[str, Any], id_: str) -> User:
        """Store a user as it is."""
        now = self.world.now()
        user = User(id_, provider, now, now, scim=True, resource=resource)
        self.world.state.add_user(user)
        return user

    def replace(self, provider: Provider, record: User, body: dict[str, Any]) -> None:
        """Put another representation in place of the stored one."""
        resource = self._received(provider, body)
        if self.world.capabilities.mandatory_attributes:
            self._check_mandatory(provider, resource)
        self._store(provider, record, resource)

    def patch(self, provider: Provider, record: User, request: scim.PatchRequest) -> None:
        """Apply a PATCH."""
        patched = request.apply(self.show(record), schema=self.schema)
        resource = {name: value for name, value in patched.items() if name not in _COMPUTED}
        self._store(provider, record, self._kept(provider, resource))

    def remove(self, record: User) -> None:
        """Remove a user, or set it inactive where the tenant does that."""
        now = self.world.now()
        if self.world.capabilities.delete_deactivates:
            self.world.state.change_user(record, {**record.resource, "active": False}, now)
        else:
            self.world.state.remove_user(record, now)

    def _store(self, provider: Provider, user: User, resource: dict[str, Any]) -> None:
        self._check_unique(provider, resource, user)
        user.scim = True
        if resource != user.resource:
            self.world.state.change_user(user, resource, self.world.now())

    def _received(self, provider: Provider, body: dict[str, Any]) -> dict[str, Any]:
        return self._kept(provider, receive(body, self.schema, provider.dialect))

    def _kept(self, provider: Provider, resource: dict[str, Any]) -> dict[str, Any]:
        """Return what the tenant keeps of a resource: no password, and what its switches leave."""
        kept = dict(resource)
        kept.pop("password", None)
        if self.world.capabilities.user_name_case == "lower":
            kept["userName"] = kept["userName"].lower()
        if self.world.capabilities.unmapped_attributes == "dropped":
            kept = attribute_mapping.only_mapped(provider, kept)
        return kept

    def _check_mandatory(self, provider: Provider, resource: dict[str, Any]) -> None:
        lacking = attribute_mapping.missing(provider, resource)
        if lacking:
            raise Problem.value(f"mandatory attributes are missing: {', '.join(lacking)}")

    def _check_unique(self, provider: Provider, resource: dict[str, Any], of: User | None) -> None:
        same = provider.users.find("userName", resource["userName"])
        if any(other is not of for other in same):
            raise Problem.taken(f"userName {resource['userName']!r}")
