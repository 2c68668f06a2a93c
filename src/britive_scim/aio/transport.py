"""Sending operations: the only place, with its sync twin, that knows httpx and tenacity.

One try goes straight to a transport of httpx, or through the caller's own client. What came of it is
a value, never an exception, so that a request with its token hangs on no traceback. Only after a
try that is worth repeating the retry engine is entered.
"""

from __future__ import annotations

import logging
import os
import random
import ssl
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from pydantic import SecretStr
from tenacity import AsyncRetrying, retry_if_result
from typing_extensions import Unpack

from britive_scim import __version__
from britive_scim.aio.concurrency import (
    Limiter,
    close_when_forgotten,
    home,
    settle,
    shielded,
    sleep,
    spare_searches,
)
from britive_scim.errors import ConfigurationError, ReadOnly, UnexpectedAnswer
from britive_scim.wire.answer import Answer, Api
from britive_scim.wire.credentials import Credential
from britive_scim.wire.failure import is_maintenance, unexpected
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.outcome import SLOW, Outcome, classified, transport_error
from britive_scim.wire.rehearsal import Rehearsal
from britive_scim.wire.retrying import Marks, Pace, RetryBudget, RetryPolicy, verdict
from britive_scim.wire.settings import (
    AsyncHttpClient,
    AsyncTransport,
    Exchange,
    Settings,
    checked_base_url,
    checked_timeout,
)
from britive_scim.wire.tries import Tries
from britive_scim.wire.unpacking import Unpacking
from britive_scim.wire.values import masked

__all__ = ["AsyncSender"]

T = TypeVar("T")

_log = logging.getLogger("britive_scim")

_MEDIA_TYPES: dict[Api, str] = {"scim": "application/scim+json", "admin": "application/json"}
_ACCEPT: dict[Api, str] = {
    "scim": "application/scim+json, application/json;q=0.9",
    "admin": "application/json",
}
_last: ContextVar[tuple[int, Answer | None]] = ContextVar("last_answer", default=(0, None))

_POOL = 8
"""Connections a pool. Pools search their connections one by one, so many small ones are faster."""

_KEEP_ALIVE = 4.0
"""Seconds an idle connection is kept: below what servers and balancers keep (uvicorn 5, AWS 60)."""

_CONNECT = 5.0
"""Most seconds for connecting; a call's time-out may make it fewer."""

_DRAIN = 35.0
"""Most seconds that closing waits for requests on their way."""


@dataclass(slots=True)
class _Request:
    """One operation made ready for sending, any number of times."""

    operation: Operation[Any]
    url: str
    headers: list[tuple[str, str]]
    content: bytes | None
    timeout: float | None


class _Signature:
    """Puts the credential on a request in the last moment; shows it to nobody."""

    __slots__ = ("_value",)

    def __init__(self, value: SecretStr) -> None:
        self._value = value

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = self._value.get_secret_value()
        return request


class AsyncSender:
    """Sends operations to one base URL with one credential, and tries again where that does no harm.

    Args:
        base_url: address that paths are put behind.
        credential: what to sign with.
        api: which of Britive's languages the endpoint speaks.
        retry: policy of calls that bring none.
        timeout: seconds for sending a request and for each silence while reading, of calls that
            bring none; `None` waits for ever.
        transport: transport of httpx to use in place of own connections; closed with the sender.
        http_client: client of httpx, or one like it, to use in place of a transport; stays open.
        read_only: refuse every operation that is not marked safe.
        settings: the rest.

    Raises:
        ConfigurationError: an address or a number that cannot work.
    """

    def __init__(
        self,
        base_url: str,
        credential: Credential,
        *,
        api: Api,
        retry: RetryPolicy | None = None,
        timeout: float | None = 30.0,
        transport: AsyncTransport | None = None,
        http_client: AsyncHttpClient | None = None,
        read_only: bool = False,
        settings: Settings | None = None,
    ) -> None:
        settings = settings or Settings()
        if transport is not None and http_client is not None:
            raise ConfigurationError("give a transport or an http_client, not both")
        self.base_url = checked_base_url(base_url, allow_http=settings.allow_http)
        self.api: Api = api
        self.read_only = read_only
        self.settings = settings
        self.retry = retry or RetryPolicy()
        self.timeout = checked_timeout(timeout)
        self.closed = False
        self.rehearsal: Rehearsal | None = None
        self._credential = credential
        self._transport = transport
        self._http_client = http_client
        self._budget = RetryBudget()
        self._pace = Pace(settings.rate_limit) if settings.rate_limit is not None else None
        self._paused_until = 0.0
        self._pause_spread = 0.0
        self._connections: _Connections | None = None
        self._opening = threading.Lock()
        agent = f"britive-scim/{__version__}"
        self._headers = [
            ("Accept", _ACCEPT[api]),
            ("Accept-Encoding", "gzip"),
            ("User-Agent", f"{settings.user_agent} {agent}" if settings.user_agent else agent),
        ]

    def __repr__(self) -> str:
        url = getattr(self, "base_url", "nothing yet")  # a traceback may show one that was refused
        return f"<{type(self).__name__} of {url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sender holds connections and is never pickled or copied")

    @property
    def credential(self) -> Credential:
        """What requests are signed with."""
        return self._credential

    @property
    def transport(self) -> AsyncTransport | None:
        """The transport given by the caller."""
        return self._transport

    @property
    def http_client(self) -> AsyncHttpClient | None:
        """The HTTP client given by the caller."""
        return self._http_client

    @property
    def proxy(self) -> str | None:
        """The proxy in force, without user and password; `None` where there is none, or it is the caller's."""
        if self._transport is not None or self._http_client is not None:
            return None
        proxy = _proxy_of(self.base_url, self.settings.proxy)
        if proxy is None:
            return None
        parts = urlsplit(proxy)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    async def send(self, operation: Operation[T], **call: Unpack[CallOptions]) -> T:
        """Send `operation` and return what the answer says.

        Raises:
            ReadOnly: the operation changes something and the client may not.
            TransportError: no answer came.
            ApiError: the answer is no success, or does not read.
        """
        answer = await self.exchange(operation, **call)
        if answer.ok:
            try:
                return operation.read(answer)
            except UnexpectedAnswer:
                pass  # told again below, without anything in it that should not be seen
        return operation.read(replace(answer, body=self._credential.masked(answer.body)))

    async def exchange(self, operation: Operation[Any], **call: Unpack[CallOptions]) -> Answer:
        """Send `operation` and return the answer, whatever its status.

        Raises:
            ReadOnly: the operation changes something and the client may not.
            TransportError: no answer came.
            UnexpectedAnswer: the answer is larger or otherwise packed than is good.
        """
        if self.rehearsal is not None:
            made_up = self.rehearsal.answer(operation, self.api)
            if made_up is not None:
                return made_up
        if self.read_only and not operation.safe:
            raise ReadOnly(
                f"{operation.method} {operation.path} was not sent: this client was made with read_only=True"
            )
        request = self._made_ready(operation, call)
        started = self.now()
        outcome = await self._try(request, 1)
        if outcome.trouble == "none":
            self._budget.give_back(1)
        else:
            outcome = await self._again(request, call.get("retry") or self.retry, outcome, started)
        if outcome.unreadable is not None and outcome.answer is not None:
            raise unexpected(outcome.answer, outcome.unreadable)
        if outcome.answer is None:
            raise transport_error(operation, outcome)
        answer = outcome.answer
        _last.set(
            (
                id(self),
                Answer(
                    answer.status,
                    answer.headers,
                    b"",
                    answer.method,
                    answer.path,
                    answer.api,
                    answer.attempts,
                ),
            )
        )
        return answer

    @property
    def last_answer(self) -> Answer | None:
        """The answer to the last operation sent from this thread or task, without its body."""
        sender, answer = _last.get()
        return answer if sender == id(self) else None

    async def aclose(self) -> None:
        """Close the connections, after requests on their way have ended. Can be called twice."""
        self.closed = True
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.aclose(_DRAIN)
        elif self._transport is not None:
            await self._transport.aclose()

    # ------------------------------------------------------------------------------------- one try

    def _made_ready(self, operation: Operation[Any], call: CallOptions) -> _Request:
        content, media_type = operation.content(_MEDIA_TYPES[self.api])
        headers = [*self._headers, *operation.headers]
        if media_type is not None:
            headers.append(("Content-Type", media_type))
        timeout = checked_timeout(call["timeout"]) if "timeout" in call else self.timeout
        return _Request(operation, self.base_url + operation.target, headers, content, timeout)

    async def _try(self, request: _Request, attempt: int) -> Outcome:
        connections = self._connected()
        # no name for the token itself: an error's traceback shows names with their values
        signature = _Signature(self._credential.header(await settle(self._credential.ask())))
        place = await connections.limiter.acquire()
        try:
            await self._pause_over()
            if self._pace is not None:
                await self.sleep(self._pace.reserve(self.now()))
        except BaseException:  # cancelled while waiting: nothing was sent
            connections.limiter.release(place)
            raise
        return await shielded(self._meet(connections, place, request, signature, attempt))

    async def _meet(
        self,
        connections: _Connections,
        place: int,
        request: _Request,
        signature: _Signature,
        attempt: int,
    ) -> Outcome:
        started = self.now()
        try:
            outcome = await self._attempt(connections, place, request, signature, attempt)
        finally:
            connections.limiter.release(place)
        outcome.attempt = attempt
        if outcome.trouble == "none":
            connections.limiter.grow()
        self._tell(request, outcome, self.now() - started)
        return outcome

    async def _attempt(
        self,
        connections: _Connections,
        place: int,
        request: _Request,
        signature: _Signature,
        attempt: int,
    ) -> Outcome:
        response: Any = None
        body = Unpacking(self.settings.max_response_bytes)
        broken: Outcome | None = None
        try:
            response = await connections.open(place, request, signature)
            until = None if request.timeout is None else self.now() + request.timeout
            if body.begin(response.headers.get("content-encoding")):
                async for chunk in response.stream:
                    if not body.take(chunk):
                        break
                    if until is not None and self.now() > until:
                        broken = Outcome("broken", told=SLOW, sent=True, timed_out=True)
                        break
                body.end()
        except (
            Exception
        ) as error:  # HTTP libraries have classes of their own; what is not theirs goes on
            found = classified(error, answered=response is not None)
            if found is None:
                raise
            broken = found
        finally:
            if response is not None:
                await _closed_quietly(response)
        if response is None:
            return broken or Outcome("broken")
        answer = Answer(
            response.status_code,
            dict(response.headers.items()),
            body.content,
            request.operation.method,
            request.operation.path,
            self.api,
            attempt,
        )
        if broken is not None and answer.status < 400:
            return broken
        if body.problem is not None and answer.status < 400:
            return Outcome("none", answer, unreadable=body.problem, sent=True)
        maintenance = answer.status == 503 and is_maintenance(answer)
        asked = answer.retry_after if answer.status == 503 else None
        return Outcome(
            verdict(answer.status, asked=asked, maintenance=maintenance), answer, sent=True
        )

    def _tell(self, request: _Request, outcome: Outcome, seconds: float) -> None:
        operation, answer = request.operation, outcome.answer
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug(
                "%s %s -> %s in %.0f ms, try %d",
                operation.method,
                operation.path,
                answer.status if answer else outcome.told,
                seconds * 1000,
                outcome.attempt,
            )
            if self.settings.log_bodies:
                self._tell_bodies(request, answer)
        for hook in self.settings.hooks:
            hook(
                Exchange(
                    operation.method,
                    operation.path,
                    operation.template,
                    answer.status if answer else None,
                    None if answer else outcome.told,
                    seconds,
                    outcome.attempt,
                    answer.request_id if answer else None,
                )
            )

    def _tell_bodies(self, request: _Request, answer: Answer | None) -> None:
        for way, body in (("sent", request.content), ("answered", answer.body if answer else None)):
            if body:
                _log.debug("%s: %s", way, masked(self._credential.masked(body)))

    # --------------------------------------------------------------------------------- trying again

    async def _again(
        self, request: _Request, policy: RetryPolicy, first: Outcome, started: float
    ) -> Outcome:
        """Go on after a `first` try that met trouble; return what the last try met."""
        operation = request.operation
        tries = Tries(
            policy, self._budget, Marks(operation.safe, operation.idempotent), operation.method
        )
        wait = 0.0

        def wants_more(outcome: Outcome) -> bool:
            nonlocal wait
            again = tries.after(outcome, self.now() - started)
            if again is None:
                self._tell_end(operation, tries)
                return False
            wait = again.wait
            if again.pause:
                self.pause(wait)
            _log.info(
                "%s %s met %s; try %d of %d in %.2f s",
                operation.method,
                operation.path,
                outcome.status or outcome.told,
                tries.attempt,
                policy.attempts,
                wait,
            )
            return True

        async def once_more() -> Outcome:
            return await self._try(request, tries.attempt)

        if not wants_more(first):
            return first
        await self.sleep(wait)
        engine = AsyncRetrying(
            retry=retry_if_result(wants_more), wait=lambda _: wait, sleep=self.sleep
        )
        return tries.settled(await engine(once_more))

    def _tell_end(self, operation: Operation[Any], tries: Tries) -> None:
        if tries.out_of_budget:
            _log.warning(
                "%s %s is not tried again: too many calls of this client failed lately",
                operation.method,
                operation.path,
            )

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass on the clock of the settings."""
        await sleep(seconds, self.settings.clock)

    async def _pause_over(self) -> None:
        """Wait while the server wants to be left alone; callers go on one after the other."""
        if not self._paused_until:
            return
        left = self._paused_until - self.now()
        if left > 0.001:  # sleeping is not more exact than that
            await self.sleep(left + random.uniform(0, self._pause_spread))  # noqa: S311 - spreads load

    def pause(self, seconds: float) -> None:
        """Let every call of this sender wait `seconds` before it sends."""
        now = self.now()
        if now >= self._paused_until and self._connections is not None:
            self._connections.limiter.shrink()  # once a pause, however many calls meet it
        self._paused_until = max(self._paused_until, now + seconds)
        self._pause_spread = min(seconds, 5.0)

    def now(self) -> float:
        """Return seconds on the clock of the settings."""
        clock = self.settings.clock
        return time.monotonic() if clock is None else clock.monotonic()

    # ---------------------------------------------------------------------------------- connections

    def _connected(self) -> _Connections:
        connections = self._connections
        if connections is not None and connections.fits():
            return connections
        with self._opening:
            if self.closed:
                raise ConfigurationError(
                    "this client is closed; make a new one, or send within its `with` block"
                )
            if self._connections is None or not self._connections.fits():
                if self._connections is not None:
                    self._connections.leave()
                self._connections = self._opened()
                if self._transport is None and self._http_client is None:
                    close_when_forgotten(self, self._connections.pools)
            return self._connections

    def _opened(self) -> _Connections:
        size = self.settings.max_connections
        if self._http_client is not None:
            return _Connections((), size, self._http_client)
        if self._transport is not None:
            return _Connections((self._transport,), size)
        spare_searches()
        tls = self.settings.tls or _tls_context()
        proxy = _proxy_of(self.base_url, self.settings.proxy)
        pools = tuple(
            _pool(tls, proxy, min(_POOL, size - first), self.settings.http2)
            for first in range(0, size, _POOL)
        )
        return _Connections(pools, size)


# -------------------------------------------------------------------------------------- connections


class _Connections:
    """Everything open, and the limit that keeps callers from asking it for more than it has."""

    def __init__(
        self,
        pools: tuple[AsyncTransport, ...],
        size: int,
        client: AsyncHttpClient | None = None,
    ) -> None:
        self.pools = pools
        self.limiter = Limiter(size)
        self._client = client
        self._home = home()
        self._process = os.getpid()

    def fits(self) -> bool:
        """Return whether the connections belong to this process and event loop."""
        return self._process == os.getpid() and self._home is home()

    def leave(self) -> None:
        """Check that the connections may be left alone: those of a parent process, or of a loop that ended."""
        closed = getattr(self._home, "is_closed", None)
        if (
            self._process == os.getpid()
            and closed is not None
            and not closed()
            and self._client is None
        ):
            raise ConfigurationError(
                "this client was used in another event loop, which is still running; make one client "
                "for each loop, with `async with`"
            )

    async def open(self, place: int, request: _Request, signature: _Signature) -> Any:
        """Send a request and return the response as soon as its headers are there."""
        seconds = request.timeout
        timeout = {
            "connect": seconds if seconds is None else min(seconds, _CONNECT),
            "read": seconds,
            "write": seconds,
            "pool": seconds,
        }
        if self._client is not None:
            made = self._client.build_request(
                request.operation.method,
                request.url,
                headers=request.headers,
                content=request.content,
                extensions={"timeout": timeout},
            )
            return await self._client.send(
                made, stream=True, auth=signature, follow_redirects=False
            )
        made = httpx.Request(
            request.operation.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions={"timeout": timeout},
        )
        pool = self.pools[place // _POOL % len(self.pools)]
        return await pool.handle_async_request(signature(made))

    async def aclose(self, seconds: float) -> None:
        """Close everything but the caller's own client, once requests on their way have ended."""
        if not self.fits():
            return
        if not await self.limiter.drain(seconds):
            _log.warning("closing a client while requests are still on their way")
        for pool in self.pools:
            await pool.aclose()


_tls_lock = threading.Lock()
_tls_contexts: dict[tuple[str | None, str | None], ssl.SSLContext] = {}


def _tls_context() -> ssl.SSLContext:
    """Return the TLS context of this process; reading the certificates takes 20 ms, so it is shared."""
    key = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    with _tls_lock:
        if key not in _tls_contexts:
            problem = ""
            try:
                _tls_contexts[key] = httpx.create_ssl_context()
            except (OSError, ssl.SSLError) as error:
                problem = str(error)
            if problem:
                raise ConfigurationError(
                    f"the certificates named by SSL_CERT_FILE or SSL_CERT_DIR do not load: {problem}"
                )
        return _tls_contexts[key]


def _proxy_of(base_url: str, wanted: str | bool | None) -> str | None:
    """Return the proxy for the one host that is talked to."""
    if wanted is False:
        return None
    if isinstance(wanted, str):
        return wanted
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    proxies = getproxies()
    if proxy_bypass(host):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return proxy


def _pool(tls: ssl.SSLContext, proxy: str | None, size: int, http2: bool) -> AsyncTransport:
    if http2 and find_spec("h2") is None:
        raise ConfigurationError(
            "Settings(http2=True) needs the package h2: pip install 'britive-scim[http2]'"
        )
    problem = ""
    try:
        return httpx.AsyncHTTPTransport(
            verify=tls,
            http2=http2,
            proxy=httpx.Proxy(proxy) if proxy else None,
            limits=httpx.Limits(
                max_connections=size,
                max_keepalive_connections=size,
                keepalive_expiry=_KEEP_ALIVE,
            ),
            retries=0,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        problem = type(error).__name__
    raise ConfigurationError(
        f"the proxy of the settings or the environment (HTTPS_PROXY, ALL_PROXY) cannot be used: {problem}"
    )


async def _closed_quietly(response: Any) -> None:
    """Close a response; trouble in that changes nothing about what was read."""
    try:
        await response.aclose()
    except (httpx.HTTPError, OSError, RuntimeError):
        _log.debug("closing a response failed", exc_info=False)
