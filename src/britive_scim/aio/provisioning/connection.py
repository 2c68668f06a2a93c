"""Connection that results from a set-up: the identity provider, its SCIM URL, its token and the steps taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn, Unpack

from pydantic import SecretStr

from britive_scim.admin import IdentityProvider
from britive_scim.aio.base_client import ClientOptions
from britive_scim.aio.scim.client import AsyncScimClient
from britive_scim.errors import ConfigurationError
from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.consoles import ConsoleName, find_console
from britive_scim.provisioning.setup_report import SetupReport, build_setup_report
from britive_scim.steps import Step, build_steps_table
from britive_scim.wire.credentials import AsyncToken, wrap_secret
from britive_scim.wire.settings import Settings

__all__ = ["AsyncConnection"]


class AsyncConnection(NotebookText):
    """Result of `set_up_provisioning`: a tenant prepared for provisioning.

    Attributes:
        identity_provider: identity provider in its new state, mappings included.
        scim_url: base URL for the identity provider and for `AsyncScimClient`; empty if a dry run created none.
        token: SCIM token if known: just created, or given by the caller. Britive shows it once, so store it as a
            secret: `connection.token.get_secret_value()`.
        token_created: whether this call created the token.
        steps: steps taken, in order.
    """

    def __init__(
        self,
        identity_provider: IdentityProvider,
        scim_url: str,
        token: AsyncToken | None,
        steps: Sequence[Step],
        *,
        token_created: bool,
        scim_attributes: Sequence[str] = (),
        options: ClientOptions,
    ) -> None:
        self.identity_provider = identity_provider
        self.scim_url = scim_url
        self.token: SecretStr | None = None
        token = wrap_secret(token)
        if isinstance(token, SecretStr):
            self.token = token
        self.token_created = token_created
        self.steps = tuple(steps)
        self._token_source = self.token or token
        self._scim_attributes = tuple(scim_attributes)
        self._client_options = options

    @property
    def changed(self) -> bool:
        """True if anything was created or changed."""
        return any(step.is_change for step in self.steps)

    def client(
        self, token: AsyncToken | None = None, **options: Unpack[ClientOptions]
    ) -> AsyncScimClient:
        """Return a client of the SCIM endpoint of this identity provider.

        Args:
            token: SCIM token, if this connection does not contain it.
            options: as for `AsyncScimClient`; the defaults are those of the admin client, with the dialect of
                Microsoft Entra if the SCIM provider is Azure.

        Raises:
            ConfigurationError: the token existed before and was not given, or the set-up was a dry run.
        """
        token = self._token_source if token is None else wrap_secret(token)
        if self.token_created and self.token is None:
            raise ConfigurationError(
                "this connection has no token, as it results from a dry run; set up without dry_run()"
            )
        if token is None:
            raise ConfigurationError(
                f"token must be given: the set-up of {self.identity_provider.name!r} created none, and Britive shows "
                "a token once, when it is created; give the stored one, connection.client(token=…), or create "
                "another, set_up_provisioning(…, rotate_token=True), which invalidates the old one at once and "
                "stops provisioning until the identity provider has the new one"
            )
        merged: ClientOptions = {**self._client_options, **options}
        if "settings" not in options and self.identity_provider.scim_provider == "Azure":
            merged["settings"] = replace(merged.get("settings") or Settings(), dialect="entra")
        return AsyncScimClient(self.scim_url, token, provider=self.identity_provider.name, **merged)

    def report(self, console: ConsoleName | None = None) -> SetupReport:
        """Return the values for the console of the identity provider, and the steps that remain there.

        The report has the SCIM URL, the settings and the custom attributes that the vendors' guides name. The token is
        shown as `***`: it is in `token`.

        Args:
            console: `okta`, `entra`, `duo`, `cyberark`, or `other` for general names of fields. By default `entra`
                if the SCIM provider is Azure, else the product that the name of the identity provider contains, else
                `other`.

        Raises:
            InputError: there is no such console.
        """
        provider = self.identity_provider
        return build_setup_report(
            find_console(console, scim_provider=provider.scim_provider, name=provider.name),
            identity_provider_name=provider.name or "",
            scim_provider=provider.scim_provider,
            scim_url=self.scim_url,
            scim_attributes=self._scim_attributes,
            has_token=self._token_source is not None,
            token_note=self._describe_token(),
        )

    def _describe_token(self) -> str:
        if self.token_created:
            return "created now, and shown once" if self.token else "not created in a dry run"
        if self._token_source is not None:
            return "the stored one"
        if any(step.name == "SCIM token" for step in self.steps):
            return "the stored one; Britive shows a token once, when it is created"
        return "none was created"

    def __str__(self) -> str:
        return build_steps_table(self.steps).to_text(width=100, max_rows=None)

    def _repr_html_(self) -> str:
        caption = f"Provisioning of {self.scim_url}"
        return build_steps_table(self.steps).to_html(caption=caption, max_rows=None)

    def __repr__(self) -> str:
        if not hasattr(self, "steps"):  # a debugger may show one during __init__
            return f"<{type(self).__name__} of nothing yet>"
        return (
            f"{type(self).__name__}({self.identity_provider.name!r}, scim_url={self.scim_url!r}, "
            f"token_created={self.token_created}, changed={self.changed})"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a connection may contain a token, and is not pickled; store its scim_url, and the token as a secret"
        )
