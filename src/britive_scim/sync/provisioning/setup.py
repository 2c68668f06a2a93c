# Generated from aio/provisioning/setup.py by tools/unasync.py; edit that file instead.
"""Set-up of provisioning: the steps of Britive's guide as one repeatable call."""

from __future__ import annotations

from dataclasses import replace

from britive_scim.admin import MANDATORY_ATTRIBUTES, IdentityAttribute, IdentityProvider, ScimToken
from britive_scim.admin.validation import check_bool
from britive_scim.sync.admin.identity_attributes import IdentityAttributes
from britive_scim.sync.admin.identity_providers import IdentityProviders
from britive_scim.sync.base_client import ClientOptions
from britive_scim.sync.provisioning.connection import Connection
from britive_scim.errors import (
    ApiError,
    BadRequest,
    BritiveScimError,
    ConfigurationError,
    Forbidden,
    NotFound,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.provisioning.compare import (
    FoundSetup,
    MissingSetup,
    check_scim_url,
    compare,
    describe_shared_name,
)
from britive_scim.provisioning.wanted import WantedSetup
from britive_scim.steps import (
    Step,
    StepOutcome,
    format_steps_note,
)
from britive_scim.wire.credentials import Token, Credential, wrap_secret
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.retry.uncertainty import inherit_uncertainty, mark_acknowledged

__all__ = ["ProvisioningSetup"]

_PATH = "/api/identity-providers"


class ProvisioningSetup:
    """One run of a set-up: read the tenant, check the arguments against it, then write what differs.

    The token comes last: it is shown once, so nothing may fail after it.
    """

    def __init__(
        self,
        identity_providers: IdentityProviders,
        identity_attributes: IdentityAttributes,
        wanted: WantedSetup,
        base_url: str,
        call: CallOptions,
    ) -> None:
        self._identity_providers = identity_providers
        self._identity_attributes = identity_attributes
        self._wanted = wanted
        self._base_url = base_url
        self._call = call
        self._custom_names = {custom.name for custom in wanted.custom_attributes}
        self._steps: list[Step] = []
        self._first_change: str | None = None  # method and path

    def run(
        self,
        *,
        token: Token | None,
        create_token: bool,
        rotate_token: bool,
        options: ClientOptions,
    ) -> Connection:
        """Run the set-up and return the connection.

        Raises:
            InputError: an argument does not fit the tenant; nothing was written, unless an identity provider
                that was just created differs from Britive's documentation.
            BritiveScimError: a request failed. Every exception has a note of the steps taken before.
        """
        token = wrap_secret(token)
        if check_bool(rotate_token, label="rotate_token") and token is not None:
            raise ConfigurationError(
                "token and rotate_token=True are mutually exclusive, as one keeps the token and the other "
                "replaces it; give one of them"
            )
        if not check_bool(create_token, label="create_token") and rotate_token:
            raise ConfigurationError(
                "create_token=False and rotate_token=True are mutually exclusive, as rotation creates a token; "
                "give one of them"
            )
        if token is not None:
            Credential(token)  # refuses an unusable token before anything is sent
        try:
            return self._run(
                token, create_token=create_token, rotate_token=rotate_token, options=options
            )
        except BaseException as error:  # an interrupt leaves as many steps behind as a failure
            if isinstance(error, BritiveScimError):
                error.steps = tuple(self._steps)
                if self._first_change and isinstance(error, (ApiError, TransportError)):
                    mark_acknowledged(error, self._first_change)
            if note := format_steps_note(self._steps):
                error.add_note(note)
            raise

    def _run(
        self,
        token: Token | None,
        *,
        create_token: bool,
        rotate_token: bool,
        options: ClientOptions,
    ) -> Connection:
        found = self._read_found_setup()
        self._custom_names |= {
            attribute.name for attribute in found.identity_attributes if attribute.built_in is False
        }
        missing = compare(self._wanted, found, self._base_url)
        former = None if rotate_token else self._find_former_token(found.identity_provider)
        if token is not None and former is None:
            raise ConfigurationError(
                f"token must be left out, as {self._wanted.name!r} has none yet; this call creates one"
            )
        provider = self._ensure_identity_provider(found.identity_provider)
        is_simulated = found.identity_provider is None and self._is_dry_run
        if is_simulated:  # it was not created, so its initial mappings cannot be compared
            missing = replace(
                missing, is_scim_provider_different=self._wanted.scim_provider != "Generic"
            )
        elif found.identity_provider is None:
            missing = compare(
                self._wanted, replace(found, identity_provider=provider), self._base_url
            )
        provider = self._write_missing(provider, missing)
        if self._is_dry_run and missing.is_scim_provider_different:
            provider = provider.model_copy(update={"scim_provider": self._wanted.scim_provider})
        scim_url = "" if is_simulated else check_scim_url(provider, self._base_url)
        created = (
            self._ensure_token(provider, former, rotate=rotate_token)
            if create_token
            else None
        )
        return Connection(
            provider,
            scim_url,
            created.token if created else token,
            self._steps,
            token_created=created is not None,
            scim_attributes=_list_mapped_scim_attributes(provider, missing),
            options=options,
        )

    @property
    def _is_dry_run(self) -> bool:
        return self._identity_providers._session.active_dry_run is not None

    # ------------------------------------------------------------------------------------ reading

    def _read_found_setup(self) -> FoundSetup:
        provider = self._identity_providers.find_by_name(self._wanted.name, **self._call)
        names: tuple[str, ...] = ()
        if provider is not None:
            provider = self._identity_providers.get(
                provider, **self._call
            )  # lists do not contain mappings
        else:
            providers = self._identity_providers.list(**self._call)
            names = tuple(other.name for other in providers if other.name)
        return FoundSetup(
            identity_provider_names=names,
            identity_provider=provider,
            identity_attributes=tuple(self._identity_attributes.list(**self._call)),
            scim_attributes=self._list_scim_attributes(),
        )

    def _list_scim_attributes(self) -> tuple[str, ...]:
        """Return the SCIM attributes that the tenant lists, to detect misspellings; empty if it lists none."""
        if not self._wanted.mappings:
            return ()
        try:
            return tuple(self._identity_providers.mappings.scim_attributes(**self._call))
        except (BadRequest, Forbidden, NotFound, UnexpectedResponse):
            return ()  # the endpoint is undocumented, and known from the vendor's package only

    def _find_former_token(self, provider: IdentityProvider | None) -> ScimToken | None:
        """Return the existing token, or `None`. The response without a token is not documented."""
        if provider is None:
            return None
        try:
            token = self._identity_providers.scim_token.find(provider, **self._call)
        except BadRequest:
            if provider.api_token is not None:
                raise
            return None  # both signs agree: a refusal, and no token in the identity provider
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
        created = self._create_identity_provider(self._wanted.name)
        id_detail = f", id {created.id}" if created.id else ""
        self._record_change(f"POST {_PATH}")
        self._record_step("identity provider", "created", f"{self._wanted.name}{id_detail}")
        if created.id is None:
            created = self._identity_providers.get_by_name(self._wanted.name, **self._call)
        return self._identity_providers.get(created, **self._call)

    def _create_identity_provider(self, name: str) -> IdentityProvider:
        try:
            return self._identity_providers.create(
                name, description=self._wanted.description, **self._call
            )
        except UnexpectedResponse as error:  # the response does not contain the identity provider
            failure = error
        try:
            found = self._identity_providers.find_by_name(name, **self._call)
        except (ApiError, TransportError) as error:
            inherit_uncertainty(error, failure)
            raise
        if found is None:
            raise failure
        return found

    def _write_missing(
        self, identity_provider: IdentityProvider, missing: MissingSetup
    ) -> IdentityProvider:
        """Write what is missing, and return the identity provider in its new state."""
        wanted = self._wanted
        if missing.is_scim_provider_different or missing.description is not None:
            self._identity_providers.update(
                identity_provider,
                description=missing.description,
                scim_provider=wanted.scim_provider if missing.is_scim_provider_different else None,
                **self._call,
            )
            self._record_change(f"PATCH {_PATH}/{identity_provider.id}")
        if wanted.description is not None:
            outcome: StepOutcome = "unchanged"
            if missing.description is not None:
                outcome = "changed"
            elif self._steps[0].outcome == "created":  # with the identity provider
                outcome = "created"
            self._record_step("description", outcome, wanted.description)
        if missing.is_scim_provider_different:
            detail = f"{wanted.scim_provider}, was {identity_provider.scim_provider or 'Generic'}"
            self._record_step("SCIM provider", "changed", detail)
        else:
            self._record_step("SCIM provider", "unchanged", wanted.scim_provider)
        self._record_step("SCIM URL", "unchanged", identity_provider.scim_url or "")
        for custom in wanted.custom_attributes:
            self._ensure_attribute(custom, create=custom in missing.custom_attributes)
        if missing.mappings:
            self._identity_providers.mappings.add(
                identity_provider, missing.mappings, **self._call
            )
            self._record_change(f"PATCH {_PATH}/{identity_provider.id}/scim-attribute-mappings")
        self._record_mapping_steps(identity_provider, missing)
        self._record_step(
            "mandatory attributes", "unchanged", f"mapped: {', '.join(MANDATORY_ATTRIBUTES)}"
        )
        if (
            missing.is_scim_provider_different
            or missing.mappings
            or missing.description is not None
        ):
            return self._identity_providers.get(identity_provider, **self._call)
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
                **self._call,
            )
            self._record_change("POST /api/users/attributes")
        self._record_step("identity attribute", "created" if create else "unchanged", name)

    def _record_mapping_steps(self, provider: IdentityProvider, missing: MissingSetup) -> None:
        former_mappings = {
            mapping.attribute_name: mapping.scim_attribute_name for mapping in provider.mappings
        }
        for name, scim_attribute in self._wanted.mappings.items():
            former = former_mappings.get(name)
            outcome: StepOutcome = "unchanged"
            if name in missing.mappings:
                outcome = "created" if former is None else "changed"
            was = f", was {former}" if outcome == "changed" else ""
            source = (former if outcome == "unchanged" else None) or scim_attribute
            hint = describe_shared_name(name, source) if name in self._custom_names else ""
            self._record_step("mapping", outcome, f"{name} from {source}{was}{hint}")

    def _ensure_token(
        self, provider: IdentityProvider, former: ScimToken | None, *, rotate: bool
    ) -> ScimToken | None:
        """Return a new token, or `None` if the former one is kept."""
        days = self._wanted.token_days
        valid = f"valid {days} days from its last use"
        if former is None:
            created = self._identity_providers.scim_token.create(
                provider, days=days, **self._call
            )
            self._record_change(f"POST {_PATH}/{provider.id}/scim-token")
            detail = f"{valid}; a former one is invalid" if rotate else valid
            self._record_step("SCIM token", "changed" if rotate else "created", detail)
            return created
        status = "" if former.is_active in (True, None) else f"; its status is {former.status}"
        if former.token_expiration_days is None:
            self._record_step("SCIM token", "unchanged", f"its validity is unknown{status}")
        elif former.token_expiration_days == days:
            self._record_step("SCIM token", "unchanged", f"{valid}{status}")
        else:
            self._identity_providers.scim_token.update(provider, days=days, **self._call)
            self._record_change(f"PATCH {_PATH}/{provider.id}/scim-token")
            former_days = former.token_expiration_days
            self._record_step(
                "SCIM token",
                "changed",
                f"{valid}, was {former_days}; the token is the same{status}",
            )
        return None

    def _record_step(self, name: str, outcome: StepOutcome, detail: str) -> None:
        self._steps.append(Step(name, outcome, detail))

    def _record_change(self, request: str) -> None:
        """Keep the request that changed something first, for the error of a later one."""
        self._first_change = self._first_change or request


def _list_mapped_scim_attributes(provider: IdentityProvider, missing: MissingSetup) -> list[str]:
    """Return the SCIM attributes that are mapped now, or would be after a dry run."""
    mapped = {item.attribute_name: item.scim_attribute_name for item in provider.mappings}
    mapped.update(missing.mappings)
    return [name for name in mapped.values() if name]
