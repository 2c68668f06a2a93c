"""Identity providers: sources of users, and their provisioning settings."""

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
        id: opaque string.
        name: unique; no two hyphens in a row.
        description: free text.
        type: `DEFAULT` (the tenant's own, named Britive) or `SAML`.
        scim_provider: `Generic`, or `Azure` for Entra ID.
        sso_provider: `Generic`, or `Azure` for Entra ID.
        scim_enabled: not documented; may be `False` although there is a SCIM URL.
        saml_metadata: of the uploaded metadata; observed keys: `certificateDn`, `ssoUrl`, `entityId`.
        sso_config: the tenant's side; observed keys: `acsUrl`, `loginUrl`, `entityId`, `sloUrl`, `scimUrl`.
        mfa_enabled: whether users need a second factor; the default provider only.
        mfa_root_user_enabled: the same for the root user.
        api_token: details of its SCIM token, which may be missing; `scim_token.get` returns them reliably.
        user_attribute_scim_mappings: mappings of SCIM attributes to identity attributes; empty in lists.

    Source: apidocs/get-details-for-a-specified-identity-provider (documented).
    """

    _line_fields: ClassVar[tuple[str, ...]] = ("name", "type")
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
        """SCIM URL to enter at the identity provider: `ssoConfig.scimUrl`."""
        url = (self.sso_config or {}).get("scimUrl")
        return url if isinstance(url, str) and url else None

    @property
    def mappings(self) -> list[AttributeMapping]:
        """`user_attribute_scim_mappings`, or an empty list if the response had none."""
        return list(self.user_attribute_scim_mappings or ())

    def _repr_html_(self) -> str:
        rows = [(name, self.__dict__.get(name)) for name in (*self._repr_fields, "description")]
        rows += [("SCIM URL", self.scim_url)]
        rows += [
            (
                f"mapping of {mapping.attribute_name or mapping.attribute_id}",
                mapping.scim_attribute_name,
            )
            for mapping in self.mappings
        ]
        table = Table.from_rows(("field", "value"), [row for row in rows if row[1] is not None])
        caption = f"Identity provider {self.name or self.id or ''}"
        return table.to_html(caption=caption, max_rows=None)
