"""Identity providers: where users come from, and how they are provisioned."""

from __future__ import annotations

from typing import Any, ClassVar

from britive_scim.admin.attribute_mapping import AttributeMapping
from britive_scim.admin.base import LenientBool, Model
from britive_scim.admin.token import ScimToken
from britive_scim.tables import Table

__all__ = ["IdentityProvider"]


class IdentityProvider(Model):
    """An identity provider of the tenant (`IdentityProviderBean`).

    Attributes:
        id: opaque text.
        name: unique; no two hyphens in a row.
        description: free text.
        type: `DEFAULT` (the tenant's own, named Britive) or `SAML`.
        scim_provider: `Generic`, or `Azure` for Entra ID.
        sso_provider: `Generic`, or `Azure` for Entra ID.
        scim_enabled: what switches it is not documented; `False` even where a SCIM URL is shown.
        saml_metadata: of the uploaded metadata; keys seen: `certificateDn`, `ssoUrl`, `entityId`.
        sso_config: the tenant's side; keys seen: `acsUrl`, `loginUrl`, `entityId`, `sloUrl`, `scimUrl`.
        mfa_enabled: whether Britive asks its users for a second factor; the default provider only.
        mfa_root_user_enabled: the same for the root user.
        api_token: what is told of its SCIM token here; not to be relied on, ask `scim_token.get`.
        user_attribute_scim_mappings: how SCIM attributes become identity attributes; empty in lists.

    Source: apidocs/get-details-for-a-specified-identity-provider (documented).
    """

    _repr_fields: ClassVar[tuple[str, ...]] = ("id", "name", "type", "scim_provider")

    id: str | None = None
    name: str | None = None
    description: str | None = None
    type: str | None = None
    scim_provider: str | None = None
    sso_provider: str | None = None
    scim_enabled: LenientBool | None = None
    saml_metadata: dict[str, Any] | None = None
    sso_config: dict[str, Any] | None = None
    mfa_enabled: LenientBool | None = None
    mfa_root_user_enabled: LenientBool | None = None
    api_token: ScimToken | None = None
    user_attribute_scim_mappings: list[AttributeMapping] | None = None

    @property
    def scim_url(self) -> str | None:
        """The address to enter at the identity provider: `ssoConfig.scimUrl`."""
        url = (self.sso_config or {}).get("scimUrl")
        return url if isinstance(url, str) and url else None

    @property
    def mappings(self) -> list[AttributeMapping]:
        """`user_attribute_scim_mappings`, empty where none came."""
        return list(self.user_attribute_scim_mappings or ())

    def _repr_html_(self) -> str:
        rows = [(name, self.__dict__.get(name)) for name in (*self._repr_fields, "description")]
        rows += [("SCIM URL", self.scim_url)]
        rows += [
            (f"mapping of {one.attribute_name or one.attribute_id}", one.scim_attribute_name)
            for one in self.mappings
        ]
        table = Table.from_rows(("field", "value"), [row for row in rows if row[1] is not None])
        caption = f"Identity provider {self.name or self.id or ''}"
        return table.to_html(caption=caption, max_rows=None)
