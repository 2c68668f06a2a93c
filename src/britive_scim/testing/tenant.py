"""`Tenant`: the public entry point of the emulated tenant."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from pydantic import SecretStr

from britive_scim.testing.asgi import AsgiApp
from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.console import Console
from britive_scim.testing.dispatch import Dispatcher
from britive_scim.testing.http import workload_tokens
from britive_scim.testing.http.clock import TenantClock
from britive_scim.testing.http.credentials import IdGenerator
from britive_scim.testing.http.faults import Faults
from britive_scim.testing.http.messages import ExchangeLog, TenantRequest, TenantResponse
from britive_scim.testing.identity_providers import TenantIdentityProviders
from britive_scim.testing.pages.site import TenantPages
from britive_scim.testing.scim.service import ScimService
from britive_scim.testing.server import TenantServer
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.snapshot import (
    Snapshot,
    collect_ids,
    from_document,
    list_resources,
    read_file,
    to_document,
    write_file,
)
from britive_scim.testing.state.state import State
from britive_scim.testing.transport import AsyncTenantTransport, TenantTransport

if TYPE_CHECKING:
    from britive_scim import (
        AdminClient,
        AsyncAdminClient,
        AsyncScimClient,
        RetryPolicy,
        ScimClient,
        Settings,
    )

__all__ = ["ReadyClientOptions", "Snapshot", "Tenant"]


class ReadyClientOptions(TypedDict, total=False):
    """Options of the clients that a tenant returns; see `ScimClient`."""

    retry: RetryPolicy | None
    timeout: float
    read_only: bool
    settings: Settings | None


class Tenant:
    """An emulated Britive tenant in this process: a SCIM service and an admin API over one state.

    A fresh tenant has the identity providers `Britive` (DEFAULT), `Okta` (SAML, Generic) and `Entra`
    (SAML, Azure), the latter two with a SCIM token. It has the seven built-in identity attributes, no
    users and no tags. It uses neither disk nor network, and tenants share nothing. The documentation
    lists what is assumed where Britive publishes nothing.

    Args:
        name: name of the tenant; its URL is `https://{name}.britive-app.com`.
        base_url: another URL, scheme and host without a path.
        capabilities: features, and deviations from the standard; see `Capabilities`.
        clock: the start time, aware; `None` follows the system clock. See `TenantClock`.
        seed: makes ids and random faults repeatable; tokens are always unpredictable.

    Attributes:
        faults: scripted faults; see `Faults.add`.
        requests: the latest 10,000 exchanges, secrets redacted.
        pages: the pages that a served tenant shows in a browser.

    Example:
        >>> tenant = Tenant(name="acme")
        >>> okta = tenant.identity_providers["Okta"]
        >>> okta.scim_url
        'https://acme.britive-app.com/api/scim/v2'
        >>> bearer = {"Authorization": f"Bearer {okta.scim_token.get_secret_value()}"}
        >>> response = tenant.respond("GET", "/api/scim/v2/Users?count=2", bearer)
        >>> response.status, response.json()["totalResults"]
        (200, 0)
        >>> tenant.requests[-1].method
        'GET'
    """

    def __init__(
        self,
        name: str = "acme",
        *,
        base_url: str | None = None,
        capabilities: Capabilities | None = None,
        clock: datetime | None = None,
        seed: int | None = None,
    ) -> None:
        self.faults = Faults(seed)
        self.requests = ExchangeLog()
        self._lock = threading.RLock()
        self._context = TenantContext(
            name=name,
            base_url=(base_url or f"https://{name}.britive-app.com").rstrip("/"),
            capabilities=capabilities or Capabilities(),
            clock=TenantClock(clock),
            id_generator=IdGenerator(seed),
            state=State(),
        )
        self._context.create_defaults()
        self._scim = ScimService(self._context)
        self._dispatcher = Dispatcher(
            self._context, self._scim, self.faults, self.requests, self._lock
        )
        self.pages = TenantPages(self._context, self.requests, self.faults, self._lock)

    # ------------------------------------------------------------------------- addresses and tokens

    @property
    def name(self) -> str:
        """The name of the tenant."""
        return self._context.name

    @property
    def base_url(self) -> str:
        """The base URL: scheme and host, without a trailing slash."""
        return self._context.base_url

    @property
    def api_token(self) -> SecretStr:
        """The API token of a fresh tenant, which has no owner.

        Raises:
            LookupError: the token was revoked.
        """
        state = self._context.state
        token = state.api_tokens.get(state.default_api_token_id)
        if token is None:
            raise LookupError("the API token of this tenant was revoked")
        return SecretStr(token.secret)

    def issue_workload_token(
        self, provider: str, claims: Mapping[str, Any] | None = None, *, lifetime: float = 3600
    ) -> SecretStr:
        """Return a workload token, issued in place of an identity provider outside Britive.

        Assignments decide which identity the token stands for:
        `AdminClient(name, tenant.issue_workload_token("ci", {"sub": "repo:acme/app"}), ...)`.
        The part after `::` is a JWT that only this tenant accepts.

        Args:
            provider: name of a workload identity provider of type OIDC or AWS, created with
                `workload.identity_providers.create`.
            claims: claims of the token; issuer, times and the first allowed audience are added.
            lifetime: validity in seconds.

        Raises:
            LookupError: there is no such provider.
            ValueError: the way to send tokens of its type is not published, or a claim is reserved.
        """
        with self._lock:
            context = self._context
            token = workload_tokens.issue_token(
                context.state, provider, claims or {}, context.now(), lifetime
            )
            return SecretStr(token)

    @property
    def console(self) -> Console:
        """Actions of Britive's web console that no published API offers."""
        return Console(self._context, self._lock)

    @property
    def identity_providers(self) -> TenantIdentityProviders:
        """The identity providers by name."""
        return TenantIdentityProviders(self._context, self._scim, self._lock)

    @property
    def capabilities(self) -> Capabilities:
        """The features of the tenant; assign another value to change them."""
        return self._context.capabilities

    @capabilities.setter
    def capabilities(self, capabilities: Capabilities) -> None:
        with self._lock:
            self._context.capabilities = capabilities

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the tenant in the admin API, as JSON data that a test may change.

        `settings["banner"] = {"messageType": "INFO", "message": "..."}`, `settings["features"] = [...]`.
        """
        return self._context.state.settings

    @property
    def clock(self) -> TenantClock:
        """The clock of the tenant: `tenant.clock.advance(days=91)` moves it, assigning a datetime sets it."""
        return self._context.clock

    @clock.setter
    def clock(self, time: datetime) -> None:
        self._context.clock.set(time)

    # ------------------------------------------------------------------------- clients and servers

    def scim_client(
        self, identity_provider: str = "Okta", **options: Unpack[ReadyClientOptions]
    ) -> ScimClient:
        """Return a sync client of the SCIM service, with the SCIM token of an identity provider.

        Delays between attempts move the tenant's clock, so the client never waits.

        Args:
            identity_provider: name of the identity provider.
            options: options of `ScimClient`.

        Raises:
            KeyError: there is no such identity provider.
            LookupError: it has no SCIM token.

        Example:
            >>> okta = Tenant().scim_client("Okta")
            >>> okta.users.list().count()
            0
        """
        from britive_scim import ScimClient

        provider = self.identity_providers[identity_provider]
        transport = TenantTransport(self, self.clock)
        return ScimClient(provider.scim_url, provider.scim_token, transport=transport, **options)

    def async_scim_client(
        self, identity_provider: str = "Okta", **options: Unpack[ReadyClientOptions]
    ) -> AsyncScimClient:
        """Return an async client of the SCIM service; see `scim_client`."""
        from britive_scim import AsyncScimClient

        provider = self.identity_providers[identity_provider]
        transport = AsyncTenantTransport(self, self.clock)
        return AsyncScimClient(
            provider.scim_url, provider.scim_token, transport=transport, **options
        )

    def admin_client(self, **options: Unpack[ReadyClientOptions]) -> AdminClient:
        """Return a sync client of the admin API, with `api_token`; it never waits, like `scim_client`.

        Args:
            options: options of `AdminClient`.

        Raises:
            LookupError: the token was revoked.
        """
        from britive_scim import AdminClient

        transport = TenantTransport(self, self.clock)
        return AdminClient(self.base_url, self.api_token, transport=transport, **options)

    def async_admin_client(self, **options: Unpack[ReadyClientOptions]) -> AsyncAdminClient:
        """Return an async client of the admin API; see `admin_client`."""
        from britive_scim import AsyncAdminClient

        transport = AsyncTenantTransport(self, self.clock)
        return AsyncAdminClient(self.base_url, self.api_token, transport=transport, **options)

    def transport(self) -> TenantTransport:
        """Return an httpx transport for a sync client, safe for many threads."""
        return TenantTransport(self)

    def async_transport(self) -> AsyncTenantTransport:
        """Return an httpx transport for an async client."""
        return AsyncTenantTransport(self)

    def serve(self, port: int = 0, *, verbose: bool = False) -> TenantServer[Tenant]:
        """Return a server for this tenant on the loopback address; `with` starts and stops it.

        `base_url`, and with it every URL in responses, becomes that of the server.

        Args:
            port: TCP port; 0 lets the system choose.
            verbose: print a line to standard error for each request.

        Raises:
            OSError: the port is not available.
        """
        return TenantServer(self, port, verbose=verbose)

    def set_base_url(self, base_url: str) -> None:
        """Change the base URL: scheme and host, without a path."""
        with self._lock:
            self._context.base_url = base_url.rstrip("/")

    def asgi(self, *, date: bool = False) -> AsgiApp:
        """Return the tenant as an ASGI application, for uvicorn or a web framework's test client.

        Args:
            date: send `Date` headers with the tenant's time; see `AsgiApp`.
        """
        return AsgiApp(self, date=date)

    def render_status_page(self) -> TenantResponse:
        """Return the overview in HTML, which a served tenant has at `/`; see `pages`."""
        return self.pages.render("/")

    # ------------------------------------------------------------------------- state

    def populate(
        self, users: int = 100, groups: int = 10, *, seed: int = 1, identity_provider: str = "Okta"
    ) -> None:
        """Add generated users and groups.

        Users have departments, titles, locations and managers; one in twenty is inactive. One group has most
        users, others are small. There are gaps: one user in fifty has no department, and one in thirty is in
        no group. Two inactive users are in groups, and two users share an e-mail in two spellings. Each call
        adds further ones.

        Args:
            users: number of users to add.
            groups: number of groups to add.
            seed: the same seed generates the same data; ids repeat only if the tenant has a seed, too.
            identity_provider: name of the identity provider that owns them.

        Raises:
            ValueError: a number is negative.
            KeyError: there is no such identity provider.

        Example:
            >>> tenant = Tenant()
            >>> tenant.populate(users=1000, groups=20)
            >>> tenant
            <Tenant https://acme.britive-app.com: 1000 users, 20 tags>
        """
        if users < 0 or groups < 0:
            raise ValueError(f"users and groups must be 0 or more, got {users} and {groups}")
        with self._lock:
            self.identity_providers[identity_provider].populate(users, groups, seed)

    def load(self, directory: Any, *, identity_provider: str = "Okta") -> None:
        """Add users and groups under their own ids, to rehearse changes on a copy of real data.

        References to managers and members stay valid. Resources are parsed in the lenient dialect. Either
        all of them are loaded or none.

        Args:
            directory: has `users` and `groups` as attributes or keys: an iterable or the values of a
                mapping, of models or of mappings in wire form.
            identity_provider: name of the identity provider that owns them.

        Raises:
            ValueError: an id or name is taken, a resource is invalid, or a member does not exist.
        """
        with self._lock:
            before = to_document(self._context.state)
            provider = self.identity_providers[identity_provider]
            try:
                for user in list_resources(directory, "users"):
                    provider.add_user(user)
                provider.add_groups(list_resources(directory, "groups"))
            except BaseException:  # iterating the directory may raise anything
                self._context.state = from_document(before)
                raise

    def snapshot(self) -> Snapshot:
        """Return the present state, for any number of calls of `restore`."""
        with self._lock:
            return Snapshot(to_document(self._context.state))

    def restore(self, snapshot: Snapshot) -> None:
        """Restore an earlier state, tokens included; clock, faults and recorded requests stay.

        Raises:
            InputError: the document of the snapshot is damaged; nothing was changed.
        """
        with self._lock:
            self._context.state = from_document(snapshot.document)

    def save(self, path: str | Path) -> None:
        """Write the state to a JSON file for `load_state`.

        The file contains the tokens and the users of this tenant; only its owner may read it. It atomically
        replaces an existing file or symbolic link.

        Args:
            path: path of the file.

        Raises:
            InputError: the path is a directory, or its directory does not exist.
            OSError: the file cannot be written.
        """
        with self._lock:
            document = {"clock": self.clock.now().isoformat(), **to_document(self._context.state)}
        write_file(path, document)

    def load_state(self, path: str | Path) -> None:
        """Replace the state by one that `save` wrote.

        The clock continues from the time of saving, so that no token expires in between.

        Args:
            path: path of the file.

        Raises:
            InputError: the file does not contain the state of a tenant; nothing was changed.
            OSError: the file cannot be read.
        """
        document = read_file(path)
        state, time = from_document(document), datetime.fromisoformat(document["clock"])
        with self._lock:
            self._context.state = state
            self.clock.move_to(time)
            self._context.id_generator.reserve(collect_ids(document))

    # ------------------------------------------------------------------------- requests

    def respond(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | str = b"",
        *,
        timeout: float | None = None,
        real_time: bool = False,
    ) -> TenantResponse:
        """Return the response to one request.

        Args:
            method: HTTP method.
            path: path and query, percent-encoded: `/api/scim/v2/Users?count=2`.
            headers: names in any case.
            body: the request body; a string is encoded as UTF-8.
            timeout: read timeout of the client in seconds; `None` for no limit.
            real_time: return a scripted delay as `TenantResponse.delay`, or that of the exception, for the
                caller to wait; by default it moves the tenant's clock.

        Raises:
            ConnectionCut: a scripted fault cut the connection, or its delay exceeded `timeout`.
        """
        raw = body.encode() if isinstance(body, str) else body
        request = TenantRequest.parse(method, path, headers or {}, raw)
        return self._dispatcher.respond(request, timeout, real_time=real_time)

    def __repr__(self) -> str:
        users, tags = len(self._context.state.users), len(self._context.state.tags)
        counts = f"{users} user{'s' * (users != 1)}, {tags} tag{'s' * (tags != 1)}"
        return f"<Tenant {self.base_url}: {counts}>"
