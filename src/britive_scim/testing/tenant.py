"""The emulated tenant's face."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from britive_scim.testing.admin.service import AdminService
from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.console import Console
from britive_scim.testing.http import workload_tokens
from britive_scim.testing.http.clock import TenantClock, format_http_time
from britive_scim.testing.http.credentials import IdGenerator
from britive_scim.testing.http.faults import ConnectionCut, Fault, Faults
from britive_scim.testing.http.messages import (
    ExchangeLog,
    TenantExchange,
    TenantRequest,
    TenantResponse,
)
from britive_scim.testing.identity_providers import IdentityProviders
from britive_scim.testing.scim.service import ScimService
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.defaults import BUILT_IN_ATTRIBUTES, IDENTITY_TYPES
from britive_scim.testing.state.snapshot import (
    Snapshot,
    collect_ids,
    from_document,
    list_resources,
    to_document,
)
from britive_scim.testing.state.state import IdentityAttributeRecord, State

if TYPE_CHECKING:
    from britive_scim.testing.asgi import AsgiApp
    from britive_scim.testing.server import TenantServer
    from britive_scim.testing.transport import AsyncTenantTransport, TenantTransport

__all__ = ["Snapshot", "Tenant"]

_MAX_EXCHANGES = 10_000
_SCIM_PREFIX = ("api", "scim")


class Tenant:
    """A Britive tenant living in this process: SCIM service, admin API, one state behind both.

    A fresh tenant has the identity providers `Britive` (DEFAULT), `Okta` (SAML, Generic) and `Entra`
    (SAML, Azure), the latter two with a SCIM token, the seven built-in identity attributes, no users and
    no tags. Nothing is read from or written to disk or network; two tenants share nothing. Everything
    Britive does not publish is an assumption, listed with its certainty in the documentation.

    Args:
        name: the tenant's name; it lives at `https://{name}.britive-app.com`.
        base_url: another place to live at, scheme and host without a path.
        capabilities: what it can do and where it differs; see `Capabilities`.
        clock: the time it starts at, aware; `None` follows the system clock. See `Clock`.
        seed: makes ids and random faults repeat; tokens are always unpredictable.

    Attributes:
        faults: scripted faults; see `Faults.add`.
        requests: what was exchanged, secrets hidden, the latest 10,000.

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
        self.requests = ExchangeLog(_MAX_EXCHANGES)
        self._lock = threading.RLock()
        self._context = TenantContext(
            name=name,
            base_url=(base_url or f"https://{name}.britive-app.com").rstrip("/"),
            capabilities=capabilities or Capabilities(),
            clock=TenantClock(clock),
            id_generator=IdGenerator(seed),
            state=State(),
        )
        self._api_token_id = self._create_defaults()
        self._scim = ScimService(self._context)
        self._admin = AdminService(self._context)

    def _create_defaults(self) -> str:
        world = self._context
        for built_in in BUILT_IN_ATTRIBUTES:
            attribute = IdentityAttributeRecord(
                id=world.id_generator.generate(),
                name=built_in.name,
                description=built_in.name,
                data_type="String",
                multi_valued=False,
                built_in=True,
                identity_types=list(IDENTITY_TYPES),
            )
            world.state.attributes[attribute.id] = attribute
        world.create_provider("Britive", "Default Identity Provider", "DEFAULT", "Generic")
        for provider_name, scim_provider in (("Okta", "Generic"), ("Entra", "Azure")):
            provider = world.create_provider(provider_name, provider_name, "SAML", scim_provider)
            world.create_scim_token(provider, 90)
        token = world.create_api_token(None, 90, None)
        return token.id

    # ------------------------------------------------------------------------- what a test needs

    @property
    def name(self) -> str:
        """The tenant's name."""
        return self._context.name

    @property
    def base_url(self) -> str:
        """Where the tenant lives: scheme and host, without a slash at the end."""
        return self._context.base_url

    @property
    def api_token(self) -> SecretStr:
        """The token of the admin API that a fresh tenant has; it belongs to nobody.

        Raises:
            LookupError: it was revoked.
        """
        token = self._context.state.api_tokens.get(self._api_token_id)
        if token is None:
            raise LookupError("the API token of this tenant was revoked")
        return SecretStr(token.secret)

    def issue_workload_token(
        self, provider: str, claims: Mapping[str, Any] | None = None, *, lifetime: float = 3600
    ) -> SecretStr:
        """Return a token as a workload identity provider outside Britive would issue it.

        The provider is one that was made with `workload.identity_providers.create`. Its token is who the
        assignments say: `AdminClient(name, tenant.workload_token("ci", {"sub": "repo:acme/app"}), ...)`.
        What stands behind `::` is ours, a JWT that this tenant alone takes.

        Args:
            provider: name of the workload identity provider, of type OIDC or AWS.
            claims: what the token says; issuer, times and the first allowed audience are added.
            lifetime: seconds it is good for.

        Raises:
            LookupError: there is no such provider.
            ValueError: how tokens of its type are sent is not published, or a claim is set by the provider.
        """
        with self._lock:
            world = self._context
            text = workload_tokens.issue_token(
                world.state, provider, claims or {}, world.now(), lifetime
            )
            return SecretStr(text)

    @property
    def console(self) -> Console:
        """What people do in Britive's console, and no published API does."""
        return Console(self._context, self._lock)

    @property
    def identity_providers(self) -> IdentityProviders:
        """The identity providers by name."""
        return IdentityProviders(self._context, self._scim, self._lock)

    @property
    def capabilities(self) -> Capabilities:
        """What the tenant can do; assign another value to change it."""
        return self._context.capabilities

    @capabilities.setter
    def capabilities(self, capabilities: Capabilities) -> None:
        if not isinstance(capabilities, Capabilities):
            raise TypeError(f"capabilities are Capabilities(…), not {type(capabilities).__name__}")
        with self._lock:
            self._context.capabilities = capabilities

    @property
    def settings(self) -> dict[str, Any]:
        """What the admin API shows of the tenant itself, as JSON data to be changed by a test.

        `settings["banner"] = {"messageType": "INFO", "message": "..."}`, `settings["features"] = [...]`.
        """
        return self._context.state.settings

    @property
    def clock(self) -> TenantClock:
        """The tenant's time. `tenant.clock.advance(days=91)` moves it; assigning a datetime sets it."""
        return self._context.clock

    @clock.setter
    def clock(self, moment: datetime) -> None:
        self._context.clock.set(moment)

    def transport(self) -> TenantTransport:
        """Return the tenant as the transport of a synchronous client, safe for many threads."""
        from britive_scim.testing.transport import TenantTransport

        return TenantTransport(self)

    def async_transport(self) -> AsyncTenantTransport:
        """Return the tenant as the transport of an asynchronous client."""
        from britive_scim.testing.transport import AsyncTenantTransport

        return AsyncTenantTransport(self)

    def serve(self, port: int = 0, *, verbose: bool = False) -> TenantServer:
        """Return a server for this tenant on the loopback address; `with` starts and stops it.

        From now on the tenant lives there: `base_url` and every URL it hands out change.

        Args:
            port: TCP port; 0 lets the system choose.
            verbose: print a line to standard error for each request.

        Raises:
            OSError: the port cannot be had.
        """
        from britive_scim.testing.server import TenantServer

        return TenantServer(self, port, verbose=verbose)

    def set_base_url(self, base_url: str) -> None:
        """Let the tenant live at another base URL: scheme and host, without a path."""
        with self._lock:
            self._context.base_url = base_url.rstrip("/")

    def asgi(self, *, date: bool = False) -> AsgiApp:
        """Return the tenant as an ASGI application, for uvicorn or a web framework's test client.

        Args:
            date: send `Date` headers with the tenant's time. Servers send their own, so leave that one
                out, as in `uvicorn.run(tenant.asgi(date=True), date_header=False)`.
        """
        from britive_scim.testing.asgi import AsgiApp

        return AsgiApp(self, date=date)

    def render_status_page(self) -> TenantResponse:
        """Return an HTML page about the latest requests, users and tags; a served tenant shows it at `/`."""
        from britive_scim.testing.status_page import render_status_page

        with self._lock:
            return render_status_page(self._context, self.requests)

    # ------------------------------------------------------------------------- its state

    def populate(
        self,
        users: int = 100,
        groups: int = 10,
        *,
        seed: int = 1,
        identity_provider: str = "Okta",
    ) -> None:
        """Fill the tenant with made-up people and groups.

        They have departments, titles, places and managers; one in twenty is inactive. One group holds
        everybody, most others are small. Called again, it adds further ones.

        Args:
            users: how many users to add.
            groups: how many groups to add.
            seed: the same one makes the same people; their ids repeat where the tenant has a seed, too.
            identity_provider: who is to have pushed them.

        Raises:
            ValueError: a figure below 0.
            KeyError: there is no such identity provider.

        Example:
            >>> tenant = Tenant()
            >>> tenant.populate(users=1000, groups=20)
            >>> tenant
            <Tenant https://acme.britive-app.com: 1000 users, 20 tags>
        """
        if users < 0 or groups < 0:
            raise ValueError(f"{users} users and {groups} groups: give figures from 0")
        with self._lock:
            self.identity_providers[identity_provider].populate(users, groups, seed)

    def load(self, directory: Any, *, identity_provider: str = "Okta") -> None:
        """Add users and groups under the ids they have, to rehearse on a copy of a real estate.

        Managers and members keep pointing at the ids they name. What is nearly right is read in the
        forgiving dialect. Either all of it is loaded or nothing.

        Args:
            directory: has `users` and `groups` as attributes or keys: resources in wire form or as
                models, in an iterable or as the values of a mapping.
            identity_provider: who is to have pushed them.

        Raises:
            ValueError: an id or name is taken, a resource cannot be read, a member is not there.
        """
        with self._lock:
            before = self._to_document()
            provider = self.identity_providers[identity_provider]
            try:
                for user in list_resources(directory, "users"):
                    provider.add_user(user)
                provider.add_groups(list_resources(directory, "groups"))
            except BaseException:  # whatever the directory raised while it was read
                self._load_document(before)
                raise

    def snapshot(self) -> Snapshot:
        """Return the state as it is now, to go back to with `restore` as often as wanted."""
        with self._lock:
            return Snapshot(self._to_document())

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to an earlier state, tokens included; the clock, faults and record stay as they are."""
        with self._lock:
            self._load_document(snapshot.document)

    def save(self, path: str | Path) -> None:
        """Write the state to a JSON file that `load_state` reads back.

        The file holds the tokens of this emulated tenant and everybody in it, and nobody else's
        permissions let anyone but its owner read it.

        Args:
            path: of the file, which is replaced.
        """
        with self._lock:
            document = {"clock": self.clock.now().isoformat(), **self._to_document()}
        text = json.dumps(document, ensure_ascii=False)
        target = Path(path)
        target.touch(mode=0o600)
        target.write_text(text, "utf-8")

    def load_state(self, path: str | Path) -> None:
        """Take over the state that `save` wrote, in place of the present one, and its time.

        The clock goes on from the moment of saving, so that tokens have not expired meanwhile.

        Args:
            path: of the file.

        Raises:
            ValueError: the file does not hold the state of a tenant.
        """
        try:
            document = json.loads(Path(path).read_text("utf-8"))
            moment = datetime.fromisoformat(document["clock"])
            with self._lock:
                self._load_document(document)
                self.clock.move_to(moment)
                self._context.id_generator.reserve(collect_ids(document))
        except (KeyError, TypeError, AttributeError):
            raise ValueError(f"{path} does not hold the state of a tenant") from None

    def _to_document(self) -> dict[str, Any]:
        return {"apiToken": self._api_token_id, **to_document(self._context.state)}

    def _load_document(self, document: dict[str, Any]) -> None:
        state = from_document(document)
        self._api_token_id = document.get("apiToken") or next(iter(state.api_tokens), "")
        self._context.state = state

    # ------------------------------------------------------------------------- one exchange

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
        """Answer one request.

        Args:
            method: HTTP method.
            path: path and query below the host, percent-encoded: `/api/scim/v2/Users?count=2`.
            headers: names in any case.
            body: as it would come over the wire.
            timeout: seconds the caller would wait for the answer; `None` for ever.
            real_time: a scripted delay is left to the caller, as `Answer.delay`; otherwise it passes on
                the tenant's clock alone.

        Raises:
            ConnectionCut: a scripted fault cut the connection, or took longer than the patience.
        """
        raw = body.encode() if isinstance(body, str) else body
        request = TenantRequest.parse(method, path, headers or {}, raw)
        with self._lock:
            at = self._context.now()
            fault = self.faults.take_fault(request, at)
            try:
                answer = self._respond(request, fault, timeout, real_time=real_time)
            except ConnectionCut:
                self.requests.add(TenantExchange.record(request, None, at, has_fault=True))
                raise
            answer = self._add_date_header(answer)
            self.requests.add(
                TenantExchange.record(request, answer, at, has_fault=fault is not None)
            )
            return answer

    def _respond(
        self, request: TenantRequest, fault: Fault | None, timeout: float | None, *, real_time: bool
    ) -> TenantResponse:
        delay = self.faults.latency + (0 if fault is None else fault.delay)
        if fault is not None and fault.cut in ("connect", "before"):
            raise ConnectionCut(fault.cut)
        answer = None if fault is None else fault.build_response()
        if answer is None:
            answer = self._dispatch(request)
            answer = answer if fault is None else fault.apply_to(answer)
        if delay and real_time:
            answer = replace(answer, delay=delay)
        elif delay:
            self._context.clock.advance(delay)
            if timeout is not None and delay > timeout:
                raise ConnectionCut("timeout")
        if fault is not None and fault.cut == "after":
            raise ConnectionCut(fault.cut)
        return answer

    def _add_date_header(self, response: TenantResponse) -> TenantResponse:
        """Return the answer with the tenant's time as its date, unless a fault has given it one.

        Clients read what `Retry-After` and time stamps mean by the clock of the server that wrote them.
        """
        if any(name.lower() == "date" for name in response.headers):
            return response
        date = format_http_time(self._context.now())
        return replace(response, headers={"Date": date, **response.headers})

    def _dispatch(self, request: TenantRequest) -> TenantResponse:
        if request.segments[:2] == _SCIM_PREFIX:
            return self._scim.respond(request)
        return self._admin.respond(request)

    def __repr__(self) -> str:
        state = self._context.state
        return f"<Tenant {self.base_url}: {len(state.users)} users, {len(state.tags)} tags>"
