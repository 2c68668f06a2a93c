"""Rules of an identity provider for users: mandatory identity attributes and attribute mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from britive_scim.admin import MANDATORY_ATTRIBUTES, AttributeMapping, IdentityProvider
from britive_scim.provisioning.preview import Preview, preview

__all__ = ["ProvisioningRules"]

_VALUE_CONDITION = re.compile(r"\[[^]]*\bvalue\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisioningRules:
    """Rules of an identity provider for users, as a pure value.

    Attributes:
        identity_provider: name of the identity provider.
        mandatory: identity attributes that every new user needs.
        mappings: SCIM attribute by identity attribute.

    Examples:
        >>> rules = ProvisioningRules(mappings={"Username": "userName", "Email": "emails.value"})
        >>> rules.preview({"userName": "ana", "title": "Guide"}).unread
        ('title',)
    """

    identity_provider: str | None = None
    mandatory: tuple[str, ...] = MANDATORY_ATTRIBUTES
    mappings: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, identity_provider: IdentityProvider) -> ProvisioningRules:
        """Return the rules of an identity provider that was read with its mappings."""
        return cls(
            identity_provider=identity_provider.name,
            mappings={
                mapping.attribute_name or mapping.attribute_id or "": mapping.scim_attribute_name
                for mapping in identity_provider.mappings
                if mapping.scim_attribute_name
            },
        )

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Mandatory identity attributes without a mapping."""
        return tuple(name for name in self.mandatory if name not in self.mappings)

    @property
    def has_value_conditions(self) -> bool:
        """True if a mapping selects by a value, so that users with the same attributes may get different results."""
        return any(_VALUE_CONDITION.search(path) for path in self.mappings.values())

    def preview(self, user: Mapping[str, Any]) -> Preview:
        """Return the identity attributes that a user in wire form fills, misses, and leaves unread."""
        mappings = [
            AttributeMapping(attribute_name=name, scim_attribute_name=path)
            for name, path in self.mappings.items()
        ]
        result = preview(mappings, user)
        present = {filled.attribute for filled in result.filled if filled.values}
        missing = tuple(name for name in self.mandatory if name not in present)
        return Preview(result.filled, missing, result.unread)
