"""Administration consoles of identity providers: names of their fields, and the steps that remain in them.

Facts of the vendors' public guides only. A field that no guide names has a general name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from britive_scim.admin.validation import check_one_of

__all__ = ["CONSOLES", "ConsoleName", "ProviderConsole", "find_console"]

ConsoleName = Literal["okta", "entra", "duo", "cyberark", "other"]
"""Name of a console; `other` has general names of fields."""

BRITIVE_STEP = (
    "System admin > Identity Management > Identity Providers > {name} > SCIM > Additional Settings: select "
    "Allow tag name and description to be editable, if tags are edited in Britive (no published API sets it)"
)
"""Step in Britive's own console, with the name of the identity provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConsole:
    """Administration console of an identity provider.

    Attributes:
        title: name of the product.
        scim_provider: SCIM provider that Britive's guide chooses for it.
        url_field: place and name of the field for the SCIM URL.
        token_field: place and name of the field for the SCIM token.
        settings: place, name and value of fields that are equal for every tenant.
        custom_place: place where custom attributes are defined.
        has_namespace_field: whether the namespace of a custom attribute has a field of its own; else the name
            includes it.
        steps: steps that configure provisioning in the console, in order.
        custom_step: further step, if there are custom attributes.
        start_steps: last steps, after which users are provisioned.
        guides: addresses of the vendors' guides.
    """

    title: str
    scim_provider: str = "Generic"
    url_field: tuple[str, str] = ("Provisioning", "SCIM base URL")
    token_field: tuple[str, str] = ("Provisioning", "Bearer token")
    settings: tuple[tuple[str, str, str], ...] = ()
    custom_place: str = "custom attribute"
    has_namespace_field: bool = False
    steps: tuple[str, ...] = ()
    custom_step: str = "add the custom attributes, and map them"
    start_steps: tuple[str, ...] = ()
    guides: tuple[str, ...] = ()


CONSOLES: dict[str, ProviderConsole] = {
    "okta": ProviderConsole(
        title="Okta",
        url_field=("Provisioning", "Base URL"),
        token_field=("Provisioning", "Secret Token"),
        settings=(
            ("Provisioning", "authentication type", "Bearer Token"),
            ("Sign On", "Application username format", "Email"),
        ),
        custom_place="attribute editor",
        has_namespace_field=True,
        steps=(
            "Applications > Browse App Catalog: add the Britive app",
            "Provisioning: enter the fields, Test Connection, Save",
            "Provisioning > Provisioning to App: enable Create Users, Update User Attributes, Deactivate Users",
            "attribute mappings: delete those that Britive does not map",
            "Sign On > Edit: enter the field",
        ),
        start_steps=(
            "Assignments: assign users, or groups of users",
            "Push Groups: choose groups that are not under Assignments; existing tags can be linked",
        ),
        custom_step="attribute editor: add the custom attributes with these names, and map them",
        guides=("https://docs.britive.com/okta-scim-provisioning",),
    ),
    "entra": ProviderConsole(
        title="Microsoft Entra ID",
        scim_provider="Azure",
        url_field=("Provisioning", "Tenant URL"),
        token_field=("Provisioning", "Secret Token"),
        custom_place="Edit attribute list",
        steps=(
            "Enterprise apps: add Britive from the gallery, and assign users and groups",
            "Provisioning > New configuration: enter the fields, Test Connection, Create",
            "Overview > Properties: enable notification e-mails and accidental deletions prevention",
            "Attribute Mapping: match users by userName and groups by displayName",
        ),
        start_steps=(
            "Provision on demand: try a few users",
            "Overview: Start Provisioning",
        ),
        custom_step="Edit attribute list: add the custom attributes, and map them",
        guides=(
            "https://learn.microsoft.com/entra/identity/saas-apps/britive-provisioning-tutorial",
            "https://docs.britive.com/docs/azure-provisioning",
        ),
    ),
    "duo": ProviderConsole(
        title="Duo",
        steps=(
            "Applications: add Britive from the catalog, and enter the fields for provisioning",
        ),
        start_steps=("assign groups to the application; Duo provisions their members",),
        guides=(
            "https://docs.britive.com/docs/integrating-duo-for-provisioning",
            "https://duo.com/docs/automated-provisioning",
        ),
    ),
    "cyberark": ProviderConsole(
        title="CyberArk Identity",
        url_field=("Provisioning", "SCIM URL"),
        token_field=("Provisioning", "Access token"),
        steps=(
            "install, configure and deploy the app",
            "enable provisioning, and enter the fields",
        ),
        guides=(
            "https://docs.britive.com/docs/integrating-cyberark-for-provisioning",
            "https://identity-developer.cyberark.com/docs/setting-up-generic-scim-provisioning-redirected",
        ),
    ),
    "other": ProviderConsole(
        title="the identity provider",
        steps=("enter the fields where SCIM provisioning is configured",),
        guides=("https://docs.britive.com/docs/manage-identity-providers",),
    ),
}
"""Consoles by name."""


def find_console(
    console: ConsoleName | None, *, scim_provider: str | None, name: str | None
) -> ProviderConsole:
    """Return a console: the named one, else the one that an identity provider suggests.

    Args:
        console: name of the console; `None` for Entra ID if the SCIM provider is Azure, else for the product that
            the name of the identity provider contains, else for the console with general names.
        scim_provider: SCIM provider of the identity provider.
        name: name of the identity provider.

    Raises:
        InputError: there is no such console.

    Examples:
        >>> find_console(None, scim_provider="Generic", name="Okta Workforce").title
        'Okta'
        >>> find_console(None, scim_provider="Azure", name="Staff").title
        'Microsoft Entra ID'
    """
    if console is not None:
        return CONSOLES[check_one_of(console, tuple(CONSOLES), label="console")]
    if scim_provider == "Azure":
        return CONSOLES["entra"]
    return next(
        (CONSOLES[key] for key in CONSOLES if _has_word(name or "", key)), CONSOLES["other"]
    )


def _has_word(name: str, word: str) -> bool:
    """Return whether a name contains a word: `OktaWorkforce` has `okta`, `Central IT` does not have `entra`."""
    return re.search(rf"(?<![^\W\d_])(?i:{word})(?![a-z])", name) is not None
