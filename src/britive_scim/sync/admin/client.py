# Generated from aio/admin/client.py by tools/unasync.py; edit that file instead.
"""Client of the admin API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Self, TypeVar, Unpack

from pydantic import SecretStr

from britive_scim import admin, provisioning
from britive_scim.sync import admin as api
from britive_scim.sync import provisioning as setup
from britive_scim.sync.api_resource import APIResourceAttribute
from britive_scim.sync.base_client import (
    BaseClient,
    ClientOptions,
    get_client_options,
    show_client_options,
)
from britive_scim.sync.pager import Pager
from britive_scim.sync.session import Session
from britive_scim.wire.credentials import Token, wrap_secret
from britive_scim.wire.decoding.admin import decode_list, decode_optional
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import GET, CallOptions
from britive_scim.wire.requests.scim import validate_integer
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.settings import read_environment, resolve_settings
from britive_scim.wire.tenant_url import AdminCredential, build_tenant_url

__all__ = ["AdminClient"]

M = TypeVar("M", bound="admin.Model")


class AdminClient(BaseClient):
    """Client of Britive's admin API: prepares a tenant for provisioning, and reads the results.

    Creating a client sends nothing. Use it with `with`, or call `close()`.

    ```python
    with AdminClient("acme", api_token) as britive:
        connection = britive.set_up_provisioning("Okta")
    ```

    Args:
        tenant: its name (`acme`), its host, either with a port, or a full URL.
        token: an API token, or a function that returns one, called before every request.
        base_url: base URL instead of the tenant's own.
        auth_scheme: `TOKEN` (static API tokens), `Bearer` (interactive tokens) or `WorkloadToken`; `None`
            chooses by the vendor's rule: fewer than 50 characters, else `::` in it or not.
        retry: number and timing of retries; `None` for the default, `RetryPolicy()`.
        timeout: seconds for sending a request, for the headers of its response, and for its body; `math.inf` for
            no limit. `None` is refused, since httpx takes it for no limit; omit it for the default.
        transport: httpx transport, such as that of an emulated tenant.
        http_client: httpx client instead of a transport; it is not closed.
        read_only: raise `ReadOnly` for every call that changes something.
        settings: further settings.

    Attributes:
        identity_providers: identity providers; with `.scim_token`, `.mappings`, `.password_policy`.
        identity_attributes: definitions of identity attributes.
        users: users; with `.custom_attributes`.
        service_identities: users that are machines; with `.token` and `.custom_attributes`.
        tags: Britive's groups; with `.members` and `.rules`.
        my_tags: tags owned by the caller.
        access_requests: requested memberships of tags.
        api_tokens: API tokens.
        workload: workload federation; with `.identity_providers` and `.scim_users`.
        mfa: MFA registrations of users.
        audit_logs: audit log.

    Raises:
        ConfigurationError: an invalid tenant, token or setting.
    """

    identity_attributes: APIResourceAttribute[api.IdentityAttributes] = APIResourceAttribute(
        lambda: api.IdentityAttributes
    )
    identity_providers: APIResourceAttribute[api.IdentityProviders] = APIResourceAttribute(
        lambda: api.IdentityProviders,
        lambda client: api.IdentityProviders(client._session, client.identity_attributes),
    )
    users: APIResourceAttribute[api.AdminUsers] = APIResourceAttribute(
        lambda: api.AdminUsers,
        lambda client: api.AdminUsers(client._session, client.identity_attributes),
    )
    service_identities: APIResourceAttribute[api.ServiceIdentities] = APIResourceAttribute(
        lambda: api.ServiceIdentities,
        lambda client: api.ServiceIdentities(client._session, client.identity_attributes),
    )
    tags: APIResourceAttribute[api.Tags] = APIResourceAttribute(
        lambda: api.Tags,
        lambda client: api.Tags(client._session, client.identity_attributes),
    )
    my_tags: APIResourceAttribute[api.MyTags] = APIResourceAttribute(lambda: api.MyTags)
    access_requests: APIResourceAttribute[api.AccessRequests] = APIResourceAttribute(
        lambda: api.AccessRequests
    )
    api_tokens: APIResourceAttribute[api.ApiTokens] = APIResourceAttribute(
        lambda: api.ApiTokens
    )
    workload: APIResourceAttribute[api.Workload] = APIResourceAttribute(
        lambda: api.Workload,
        lambda client: api.Workload(client._session, client.identity_attributes),
    )
    mfa: APIResourceAttribute[api.Mfa] = APIResourceAttribute(lambda: api.Mfa)
    audit_logs: APIResourceAttribute[api.AuditLogs] = APIResourceAttribute(
        lambda: api.AuditLogs
    )

    @show_client_options
    def __init__(
        self,
        tenant: str,
        token: Token,
        *,
        base_url: str | None = None,
        auth_scheme: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        # a token passed as tenant would be in the frames of a traceback
        named = wrap_secret(tenant)
        del tenant
        token = wrap_secret(token)
        settings = resolve_settings(options.get("settings"))
        self._session = Session(
            build_tenant_url(named, base_url, allow_http=settings.allow_http),
            AdminCredential(token, scheme=auth_scheme),
            api="admin",
            **options,
        )
        self._constructor_arguments = ((named,), {"base_url": base_url, "auth_scheme": auth_scheme})

    @classmethod
    @show_client_options
    def from_env(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        base_url: str | None = None,
        auth_scheme: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """Return a client for the tenant in `BRITIVE_TENANT` with the token in `BRITIVE_API_TOKEN`.

        Args:
            environment: variables in place of the process environment.
            base_url: as for the class.
            auth_scheme: as for the class.
            **options: `retry`, `timeout`, `transport`, `http_client`, `read_only` and `settings`, as for the class;
                the signature shows each with its default.

        Raises:
            ConfigurationError: variables are missing; the message names all of them.
        """
        names = {
            "BRITIVE_TENANT": "name, host or URL of the tenant",
            "BRITIVE_API_TOKEN": "token of the admin API",
        }
        values = {name: SecretStr(v) for name, v in read_environment(names, environment).items()}
        del environment  # it contains the token, and formatters show the variables of a traceback
        return cls(
            values["BRITIVE_TENANT"].get_secret_value(),
            values["BRITIVE_API_TOKEN"],
            base_url=base_url,
            auth_scheme=auth_scheme,
            **options,
        )

    def banner(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> admin.Banner | None:
        """Return the notice of the login page, or `None` without one.

        Source: OpenAPI `getBanner` (documented; the response without a value is not).
        """
        return self.send(
            GET("/api/banner", returns=decode_optional(admin.Banner)), timeout=timeout, retry=retry
        )

    def features(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[admin.Feature]:
        """Return the features of the tenant and whether they are enabled.

        Source: the vendor's package.
        """
        return self.send(
            GET("/api/features", returns=decode_list(admin.Feature)), timeout=timeout, retry=retry
        )

    def list_any(
        self,
        path: str,
        *ids: IdLike,
        model: type[M],
        query: Mapping[str, object] | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[M]:
        """Return a pager of any list endpoint, such as one without a method here.

        The first page determines the paging: by page number (users), by a link in a header (audit log,
        reports) or in the body (roles, policies), or none.

        ```python
        roles = britive.list_any("/api/v1/policy-admin/roles", model=admin.Model, query={"filter": "name co Admin"})
        ```

        Args:
            path: path below the tenant's URL, with `{}` for each id.
            *ids: ids, or objects that have one.
            model: class of the items; `admin.Model` has all fields under their wire names.
            query: query parameters of the first request.
            page_size: items a page; sent, with the page number, only if given.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: an invalid path or id.

        Source: OpenAPI of policy administration for roles and policies (documented; the paging of each list
        from the vendor's package).
        """
        return api.build_auto_pager(
            self._session,
            path,
            *ids,
            model=model,
            query={} if query is None else query,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def expiring(
        self,
        within: timedelta = timedelta(days=14),
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> admin.ExpiringTokens:
        """Return the SCIM, API and service identity tokens that expire soon or have expired, the earliest first.

        Each use of a token restarts its validity, so a token in use is not among them. Sends one request
        for each identity provider of type SAML and each service identity, and three for the lists.

        ```python
        for token in britive.expiring(within=timedelta(days=14)):
            print(token)
        ```

        Args:
            within: time from now.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: a negative time.

        Source: composed of the lists of providers, tokens and identities, and the tokens of each (all documented).
        """
        return api.list_expiring_tokens(
            self.identity_providers,
            self.api_tokens,
            self.service_identities,
            within,
            timeout=timeout,
            retry=retry,
        )

    def read_directory(
        self,
        identity_provider: str | admin.IdentityProvider | None = None,
        *,
        attributes: bool = False,
        concurrency: int = 8,
        progress: Callable[[int, int, str], object] | bool | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> provisioning.Directory:
        """Read all users, tags and members of tags, and return them as a directory of SCIM resources, to explore.

        Its users have status, identity provider, last login and times as the list of users shows them. Tags take one
        list for each tag, none for a user; members by a rule are included. To plan changes, read the directory with the
        SCIM client: it is not documented that both APIs use the same ids.

        Args:
            identity_provider: the identity provider or its name; `None` for the whole tenant. Tags of other ones are
                included if a user of this one is a member.
            attributes: read the values of custom attributes as well. If the list of users does not show them, that
                takes one request for each user.
            concurrency: tags, and later users, read at a time, from 1 to 64.
            progress: function of (done, total, text), of the users and tags read, then of the requests for tags and
                attributes; `True` for a bar of tqdm if it is installed, else for one line on standard error; `None`
                for that in a notebook or terminal; `False` for no output.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            NotFound: no such identity provider.

        Source: composed of the lists of users, tags and members of tags (all documented); attributes from the
        vendor's package.

        Example:
            ```python
            found = britive.read_directory("Okta")
            print(len(found.users), len(found.groups), found.complete)
            ```
        """
        from britive_scim.sync.provisioning.admin_reading import AdminDirectoryReader

        reader = AdminDirectoryReader(
            self.users,
            self.tags,
            self.identity_providers,
            self.identity_attributes,
            tenant_url=self._session.base_url,
            concurrency=validate_integer("concurrency", concurrency, 64),
            progress=progress,
            call=CallOptions(timeout=timeout, retry=retry),
        )
        return reader.read(identity_provider, has_attributes=attributes)

    def set_up_provisioning(
        self,
        name: str,
        *,
        description: str | None = None,
        scim_provider: str = "Generic",
        token_days: int = 90,
        mappings: Mapping[str, str] | None = None,
        custom_attributes: Iterable[provisioning.CustomAttribute] = (),
        create_token: bool = True,
        rotate_token: bool = False,
        token: Token | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> setup.Connection:
        """Prepare the tenant for SCIM provisioning by an identity provider; the call can be repeated.

        Does the steps of Britive's guide: an identity provider of type SAML, its SCIM provider, custom
        identity attributes, mappings, a check that the five mandatory attributes are mapped, and the SCIM
        token. Only differences are written, and invalid input is refused before the first write. A second
        call changes nothing, and cannot return the token again.

        The setting "Allow tag name and description to be editable" is not a step, because no published API
        sets it. Set it in the console, under the SCIM tab of the identity provider, if you need it.

        Args:
            name: name of the identity provider, created if not found. Names are compared exactly; one that
                differs from an existing name only in case or whitespace is refused as a likely mistake. To
                have both, create yours first with `identity_providers.create(name)`.
            description: description of the identity provider, changed if it differs; `None` keeps it.
            scim_provider: `Generic`, or `Azure` for Entra ID. The SSO provider does not change.
            token_days: validity of the SCIM token in days, 1 to 90, from each use.
            mappings: `{identity attribute: SCIM attribute}`, added to the existing mappings or replacing them.
            custom_attributes: identity attributes that must exist: names, or definitions (a mapping or an
                `admin.IdentityAttribute`). Their names must equal those at the identity provider. An attribute
                without a mapping is mapped to the SCIM attribute of the same name.
            create_token: create a SCIM token if it is missing; `False` neither creates nor changes one.
            rotate_token: create a new token, which revokes an existing one.
            token: the stored token of an earlier call, for `connection.client()`.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: invalid input; the message says what to do.
            BritiveScimError: a request failed. The error has a note of the finished steps, and `error.steps`.
                Repeat the call to continue.

        Source: composed of operations of identity providers and attributes (all documented; the names of SCIM
        attributes, for suggestions, from the vendor's package).

        Example:
            ```python
            connection = britive.set_up_provisioning(
                "Okta", mappings={"Mobile": 'phoneNumbers[type eq "mobile"].value'}, custom_attributes=["costCode"]
            )
            print(connection)
            okta = connection.client()
            ```
        """
        from britive_scim.provisioning.wanted import WantedSetup  # loads models that few calls need

        token = wrap_secret(token)
        wanted = WantedSetup.from_arguments(
            name,
            description=description,
            scim_provider=scim_provider,
            token_days=token_days,
            mappings=mappings,
            custom_attributes=custom_attributes,
        )
        run = setup.ProvisioningSetup(
            self.identity_providers,
            self.identity_attributes,
            wanted,
            self._session.base_url,
            CallOptions(timeout=timeout, retry=retry),
        )
        return run.run(
            token=token,
            create_token=create_token,
            rotate_token=rotate_token,
            options=get_client_options(self._session),
        )
