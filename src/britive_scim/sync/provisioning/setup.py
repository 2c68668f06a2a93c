# Generated from aio/provisioning/setup.py by tools/unasync.py; edit that file instead.
"""Set-up of provisioning: Britive's guide as one call that may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn, Unpack

from pydantic import SecretStr

from britive_scim.admin import MANDATORY_ATTRIBUTES, IdentityAttribute, IdentityProvider, ScimToken
from britive_scim.admin.validation import check_bool
from britive_scim.sync.admin.identity_attributes import IdentityAttributes
from britive_scim.sync.admin.identity_providers import IdentityProviders
from britive_scim.sync.base_client import ClientOptions
from britive_scim.sync.scim.client import ScimClient
from britive_scim.errors import (
    BadRequest,
    BritiveScimError,
    ConfigurationError,
    Forbidden,
    NotFound,
    UnexpectedResponse,
)
from britive_scim.provisioning.compare import FoundSetup, MissingSetup, check_scim_url, compare
from britive_scim.provisioning.wanted import WantedSetup
from britive_scim.steps import (
    Step,
    StepOutcome,
    format_steps_html,
    format_steps_note,
    format_steps_text,
)
from britive_scim.wire.credentials import Token, Credential, wrap_secret
from britive_scim.wire.settings import Settings

__all__ = ["Connection", "ProvisioningSetup"]


class Connection:
    """A tenant that is ready to be provisioned: what `set_up_provisioning` returns.

    Attributes:
        identity_provider: as it is now, mappings included.
        scim_url: base URL for the identity provider and for `ScimClient`; empty where a dry run made none.
        token: the SCIM token where it is known: just made, or given by the caller. Britive shows it once,
            so keep it where secrets belong: `connection.token.get_secret_value()`.
        token_created: whether the token was made by this call.
        steps: what was found and done, in order.
    """

    def __init__(
        self,
        identity_provider: IdentityProvider,
        scim_url: str,
        token: Token | None,
        steps: Sequence[Step],
        *,
        token_created: bool,
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
        self._client_options = options

    @property
    def changed(self) -> bool:
        """Whether anything was created or changed."""
        return any(step.is_change for step in self.steps)

    def client(
        self, token: Token | None = None, **options: Unpack[ClientOptions]
    ) -> ScimClient:
        """Return a client of the SCIM endpoint of this identity provider.

        Args:
            token: the SCIM token, if this connection does not know it.
            options: as for `ScimClient`; what is not given is as in the admin client, and changes are then
                written as Microsoft Entra does where the SCIM provider is Azure.

        Raises:
            ConfigurationError: the token existed before and was not given, or all was a dry run.
        """
        token = self._token_source if token is None else wrap_secret(token)
        if self.token_created and self.token is None:
            raise ConfigurationError("This connection came of a dry run: no token was made.")
        if token is None:
            raise ConfigurationError(
                f"The SCIM token of {self.identity_provider.name!r} existed before, and Britive shows a token "
                "once, when it is made. Two ways out: give the one you kept, connection.client(token=…); or "
                "have another made, set_up_provisioning(…, rotate_token=True). Rotation kills the old token at "
                "once: provisioning stops until the identity provider has the new one."
            )
        merged: ClientOptions = {**self._client_options, **options}
        if "settings" not in options and self.identity_provider.scim_provider == "Azure":
            merged["settings"] = replace(merged.get("settings") or Settings(), dialect="entra")
        return ScimClient(self.scim_url, token, **merged)

    def __str__(self) -> str:
        return format_steps_text(self.steps)

    def _repr_html_(self) -> str:
        return format_steps_html(self.steps, f"Provisioning of {self.scim_url}")

    def __repr__(self) -> str:
        if not hasattr(self, "steps"):  # a debugger may show one that is not made yet
            return f"<{type(self).__name__} of nothing yet>"
        return (
            f"{type(self).__name__}({self.identity_provider.name!r}, scim_url={self.scim_url!r}, "
            f"token_created={self.token_created}, changed={self.changed})"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A connection may hold a token and is not pickled: keep its scim_url, and the token where secrets belong."
        )


class ProvisioningSetup:
    """One run: read what is there, refuse what is wrong, then write what differs.

    The token comes last. It is shown once, so nothing may fail behind it.
    """

    def __init__(
        self,
        identity_providers: IdentityProviders,
        identity_attributes: IdentityAttributes,
        wanted: WantedSetup,
        base_url: str,
    ) -> None:
        self._identity_providers = identity_providers
        self._identity_attributes = identity_attributes
        self._wanted = wanted
        self._base_url = base_url
        self._steps: list[Step] = []

    def run(
        self, *, token: Token | None, rotate_token: bool, options: ClientOptions
    ) -> Connection:
        """Return the connection.

        Raises:
            InputError: something given cannot work with what the tenant has; nothing was written, unless
                an identity provider that was just created is not as Britive documents it.
            BritiveScimError: a request failed. Whatever is raised has a note of what was done before.
        """
        token = wrap_secret(token)
        if check_bool(rotate_token, label="rotate_token") and token is not None:
            raise ConfigurationError(
                "token= keeps a token, rotate_token=True replaces it: give one of them."
            )
        if token is not None:
            Credential(token)  # what is no token is refused here, before anything is sent
        try:
            return self._run(token, rotate_token=rotate_token, options=options)
        except (
            BaseException
        ) as error:  # an interruption half-way leaves as much behind as a failure
            if isinstance(error, BritiveScimError):
                error.steps = tuple(self._steps)
            if note := format_steps_note(self._steps):
                error.add_note(note)
            raise

    def _run(
        self, token: Token | None, *, rotate_token: bool, options: ClientOptions
    ) -> Connection:
        found = self._read_present_state()
        missing = compare(self._wanted, found, self._base_url)
        former = None if rotate_token else self._find_former_token(found.identity_provider)
        if token is not None and former is None:
            raise ConfigurationError(
                f"A token was given, and {self._wanted.name!r} has none yet: leave token= out, and one is made."
            )
        provider = self._ensure_identity_provider(found.identity_provider)
        rehearsed = found.identity_provider is None and self._is_dry_run
        if rehearsed:  # it was not made, so what it would be born with cannot be looked at
            missing = replace(
                missing, is_scim_provider_different=self._wanted.scim_provider != "Generic"
            )
        elif found.identity_provider is None:
            missing = compare(
                self._wanted, replace(found, identity_provider=provider), self._base_url
            )
        provider = self._write_missing(provider, missing)
        scim_url = "" if rehearsed else check_scim_url(provider, self._base_url)
        made = self._ensure_token(provider, former, rotate=rotate_token)
        return Connection(
            provider,
            scim_url,
            made.token if made else token,
            self._steps,
            token_created=made is not None,
            options=options,
        )

    @property
    def _is_dry_run(self) -> bool:
        return self._identity_providers._session.active_dry_run is not None

    # ------------------------------------------------------------------------------------ reading

    def _read_present_state(self) -> FoundSetup:
        provider = self._identity_providers.find_by_name(self._wanted.name)
        names: tuple[str, ...] = ()
        if provider is not None:
            provider = self._identity_providers.get(provider)  # a list comes without mappings
        else:
            names = tuple(one.name for one in self._identity_providers.list() if one.name)
        return FoundSetup(
            identity_provider_names=names,
            identity_provider=provider,
            identity_attributes=tuple(self._identity_attributes.list()),
            scim_attributes=self._list_scim_attributes(),
        )

    def _list_scim_attributes(self) -> tuple[str, ...]:
        """Return the SCIM attributes the tenant knows: a help against misspelling, missed where it is missing."""
        if not self._wanted.mappings:
            return ()
        try:
            return tuple(self._identity_providers.mappings.scim_attributes())
        except (BadRequest, Forbidden, NotFound, UnexpectedResponse):
            return ()  # the endpoint is in no documentation, only in the vendor's package

    def _find_former_token(self, provider: IdentityProvider | None) -> ScimToken | None:
        """Return the token there is. How the API says that there is none is not documented."""
        if provider is None:
            return None
        try:
            token = self._identity_providers.scim_token.find(provider)
        except BadRequest:
            if provider.api_token is not None:
                raise
            return None  # two signs that agree: a refusal, and no token in the identity provider
        return token if token is not None and token.to_wire() else None

    # ------------------------------------------------------------------------------------ writing

    def _ensure_identity_provider(
        self, existing: IdentityProvider | None
    ) -> IdentityProvider:
        if existing is not None:
            self._record_step(
                "identity provider", "unchanged", f"{existing.name}, id {existing.id}"
            )
            return existing
        made = self._create_identity_provider(self._wanted.name)
        told = f", id {made.id}" if made.id else ""
        self._record_step("identity provider", "created", f"{self._wanted.name}{told}")
        if made.id is None:
            made = self._identity_providers.get_by_name(self._wanted.name)
        return self._identity_providers.get(made)

    def _create_identity_provider(self, name: str) -> IdentityProvider:
        try:
            return self._identity_providers.create(name)
        except UnexpectedResponse:  # an answer that tells nothing of what was made
            found = self._identity_providers.find_by_name(name)
            if found is None:
                raise
            return found

    def _write_missing(
        self, identity_provider: IdentityProvider, missing: MissingSetup
    ) -> IdentityProvider:
        """Write what is missing, and return the identity provider as it is then."""
        wanted = self._wanted
        if missing.is_scim_provider_different:
            self._identity_providers.update(
                identity_provider, scim_provider=wanted.scim_provider
            )
            detail = f"{wanted.scim_provider}, was {identity_provider.scim_provider or 'Generic'}"
            self._record_step("SCIM provider", "changed", detail)
        else:
            self._record_step("SCIM provider", "unchanged", wanted.scim_provider)
        self._record_step("SCIM URL", "unchanged", identity_provider.scim_url or "")
        for custom in wanted.custom_attributes:
            self._ensure_attribute(custom, create=custom in missing.custom_attributes)
        if missing.mappings:
            self._identity_providers.mappings.add(identity_provider, missing.mappings)
        self._record_mapping_steps(identity_provider, missing)
        self._record_step(
            "mandatory attributes", "unchanged", f"mapped: {', '.join(MANDATORY_ATTRIBUTES)}"
        )
        if missing.is_scim_provider_different or missing.mappings:
            return self._identity_providers.get(identity_provider)
        return identity_provider

    def _ensure_attribute(self, custom: IdentityAttribute, *, create: bool) -> None:
        name = custom.name or ""
        if create:
            self._identity_attributes.create(
                name,
                description=custom.description,
                data_type=custom.data_type or "String",
                multi_valued=bool(custom.multi_valued),
                identity_types=custom.identity_types or ("User",),
            )
        self._record_step("identity attribute", "created" if create else "unchanged", name)

    def _record_mapping_steps(self, provider: IdentityProvider, missing: MissingSetup) -> None:
        before = {one.attribute_name: one.scim_attribute_name for one in provider.mappings}
        for name, scim_attribute in self._wanted.mappings.items():
            former = before.get(name)
            outcome: StepOutcome = "unchanged"
            if name in missing.mappings:
                outcome = "created" if former is None else "changed"
            was = f", was {former}" if outcome == "changed" else ""
            source = former if outcome == "unchanged" else scim_attribute
            self._record_step("mapping", outcome, f"{name} from {source}{was}")

    def _ensure_token(
        self, provider: IdentityProvider, former: ScimToken | None, *, rotate: bool
    ) -> ScimToken | None:
        """Return a new token, or `None` where the former one stays."""
        days = self._wanted.token_days
        valid = f"valid {days} days from its last use"
        if former is None:
            made = self._identity_providers.scim_token.create(provider, days=days)
            what = f"{valid}; a former one is dead" if rotate else valid
            self._record_step("SCIM token", "changed" if rotate else "created", what)
            return made
        ended = "" if former.is_active in (True, None) else f"; its status is {former.status}"
        if former.token_expiration_days is None:
            self._record_step("SCIM token", "unchanged", f"its validity is not told{ended}")
        elif former.token_expiration_days == days:
            self._record_step("SCIM token", "unchanged", f"{valid}{ended}")
        else:
            self._identity_providers.scim_token.update(provider, days=days)
            was = former.token_expiration_days
            self._record_step(
                "SCIM token", "changed", f"{valid}, was {was}; the token is the same{ended}"
            )
        return None

    def _record_step(self, name: str, outcome: StepOutcome, detail: str) -> None:
        self._steps.append(Step(name, outcome, detail))
