"""Sending operations: with limits, pauses, and further tries where they do no harm.

What came of one try is a value, never an exception, so that a request with its token hangs on no
traceback. Only after a try that is worth repeating the retry engine is entered.
"""

from __future__ import annotations

import logging
import math
import random
import threading
import time
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from britive_scim._version import __version__
from britive_scim.aio.concurrency import IS_ASYNC, maybe_await, register_finalizer, shield, sleep
from britive_scim.aio.tracing import NoopSpan, Telemetry
from britive_scim.aio.transport import (
    AsyncConnectionPool,
    BearerAuth,
    Request,
    close_quietly,
    run_with_retries,
)
from britive_scim.errors import ConfigurationError, ReadOnly, UnexpectedResponse
from britive_scim.wire.base_url import validate_base_url, validate_scim_url
from britive_scim.wire.credentials import Credential
from britive_scim.wire.decoding.decompression import BodyDecompressor
from britive_scim.wire.decoding.error_mapping import build_unexpected_response, is_maintenance
from britive_scim.wire.decoding.json_fields import format_body_for_log
from britive_scim.wire.operation import Operation
from britive_scim.wire.protocols import (
    AsyncHttpClient,
    AsyncTransport,
    check_http_client,
    check_transport,
    get_transport_clock,
)
from britive_scim.wire.proxy import select_proxy, strip_proxy_credentials
from britive_scim.wire.recording.recorder import Recording
from britive_scim.wire.response import Api, Response
from britive_scim.wire.retry.attempt import (
    SLOW_BODY_REASON,
    AttemptResult,
    build_transport_error,
    classify_exception,
)
from britive_scim.wire.retry.budget import RateLimiter, RetryBudget
from britive_scim.wire.retry.policy import (
    MethodSafety,
    RetryPolicy,
    classify_status,
    resolve_retry_policy,
)
from britive_scim.wire.retry.state import RetryState
from britive_scim.wire.settings import AttemptEvent, Settings, resolve_settings, validate_timeout
from britive_scim.wire.tooling.dry_run import DryRun

__all__ = ["ECHOED_CREDENTIAL_REASON", "AsyncSession"]

T = TypeVar("T")

_log = logging.getLogger("britive_scim")

_MEDIA_TYPES: dict[Api, str] = {"scim": "application/scim+json", "admin": "application/json"}
_ACCEPT: dict[Api, str] = {
    "scim": "application/scim+json, application/json;q=0.9",
    "admin": "application/json",
}
ECHOED_CREDENTIAL_REASON = "it repeats the token, and does not read"
"""In words: an answer that reads only once the token is hidden in it."""

_DRAIN_TIMEOUT = 35.0
"""Most seconds that closing waits for requests on their way."""

_last_response: ContextVar[tuple[int, Response | None]] = ContextVar(
    "last_response", default=(0, None)
)


class AsyncSession:
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
        timeout: float = 30.0,
        transport: AsyncTransport | None = None,
        http_client: AsyncHttpClient | None = None,
        read_only: bool = False,
        settings: Settings | None = None,
    ) -> None:
        settings = resolve_settings(settings)
        if transport is not None and http_client is not None:
            raise ConfigurationError("give a transport or an http_client, not both")
        check_transport(transport, is_async=IS_ASYNC)
        if settings.clock is None:
            settings = replace(settings, clock=get_transport_clock(transport))
        check_http_client(http_client, is_async=IS_ASYNC)
        checked_url = validate_scim_url if api == "scim" else validate_base_url
        self.base_url = checked_url(base_url, allow_http=settings.allow_http)
        self.api: Api = api
        self.read_only = read_only
        self.settings = settings
        self.retry = resolve_retry_policy(retry)
        self.timeout = validate_timeout(timeout)
        self.is_closed = False
        self.active_dry_run: DryRun | None = None
        self.recordings: tuple[Recording, ...] = ()
        self._credential = credential
        self._transport = transport
        self._http_client = http_client
        self._telemetry = Telemetry(self.base_url, api, settings)
        self._budget = RetryBudget()
        self._rate_limiter = (
            RateLimiter(settings.rate_limit) if settings.rate_limit is not None else None
        )
        self._paused_until = 0.0
        self._pause_jitter = 0.0
        self._connection_pool: AsyncConnectionPool | None = None
        self._open_lock = threading.Lock()
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
        return strip_proxy_credentials(select_proxy(self.base_url, self.settings.proxy))

    async def send(
        self,
        operation: Operation[T],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        """Send `operation` and return what the answer says.

        Raises:
            ReadOnly: the operation changes something and the client may not.
            TransportError: no answer came.
            ApiError: the answer is no success, does not read, or is larger or otherwise packed than is
                good.
        """
        if self.active_dry_run is not None:
            made_up = self.active_dry_run.simulate_response(operation, self.api)
            if made_up is not None:
                return operation.returns(made_up)
        if self.read_only and not operation.safe:
            raise ReadOnly(
                f"{operation.method} {operation.path} was not sent: this client was made with read_only=True"
            )
        request = self._prepare_request(operation, timeout)
        with self._telemetry.start_span(operation) as told:
            answer = await self._send_with_retries(
                request, self.retry if retry is None else resolve_retry_policy(retry), told
            )
            if answer.ok:
                try:
                    return operation.returns(answer)
                except UnexpectedResponse:
                    pass  # told again below, without anything in it that should not be seen
            shown = replace(answer, body=self._credential.redact_body(answer.body))
            value = operation.returns(shown)
            if answer.ok:
                raise build_unexpected_response(shown, ECHOED_CREDENTIAL_REASON)
            return value

    async def _send_with_retries(
        self, request: Request, policy: RetryPolicy, span: NoopSpan
    ) -> Response:
        """Send a request and return the answer, whatever its status."""
        started = self.now()
        outcome = await self._make_attempt(request, 1)
        if outcome.failure_kind == "none":
            self._budget.release(1)
            span.record_result(outcome)
        else:
            outcome = await self._retry_request(request, policy, outcome, started, span)
        if outcome.body_problem is not None and outcome.response is not None:
            shown = self._credential.redact_body(outcome.response.body)
            raise build_unexpected_response(
                replace(outcome.response, body=shown), outcome.body_problem
            )
        if outcome.response is None:
            raise build_transport_error(request.operation, outcome)
        answer = outcome.response
        _last_response.set(
            (
                id(self),
                Response(
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

    def start_recording(self) -> Recording:
        """Return a recording that takes in every try from now on, until it is ended."""
        recording = Recording(self.base_url, self.api, __version__)
        self.recordings = (*self.recordings, recording)
        return recording

    def end_recording(self, recording: Recording) -> None:
        """Let a recording take in nothing more."""
        self.recordings = tuple(one for one in self.recordings if one is not recording)

    @property
    def last_response(self) -> Response | None:
        """The answer to the last operation sent from this thread or task, without its body."""
        sender, answer = _last_response.get()
        return answer if sender == id(self) else None

    async def aclose(self) -> None:
        """Close the connections, after requests on their way have ended. Can be called twice."""
        self.is_closed = True
        connections, self._connection_pool = self._connection_pool, None
        if connections is not None:
            await connections.aclose(_DRAIN_TIMEOUT)
        elif self._transport is not None:
            await self._transport.aclose()

    # ------------------------------------------------------------------------------------- one try

    def _prepare_request(self, operation: Operation[Any], timeout: float | None) -> Request:
        content, media_type = operation.encode_body(_MEDIA_TYPES[self.api])
        headers = [*self._headers, *operation.headers]
        if media_type is not None:
            headers.append(("Content-Type", media_type))
        seconds = self.timeout if timeout is None else validate_timeout(timeout)
        return Request(
            operation,
            self.base_url + operation.request_target,
            headers,
            content,
            None if math.isinf(seconds) else seconds,
        )

    async def _make_attempt(
        self, request: Request, attempt: int, *, new_connection: bool = False
    ) -> AttemptResult:
        connections = self._get_connection_pool()
        # no name for the token itself: an error's traceback shows names with their values
        signature = BearerAuth(
            self._credential.build_header(await maybe_await(self._credential.get_token()))
        )
        place = await connections.limiter.acquire()
        try:
            await self._wait_for_pause()
            if self._rate_limiter is not None:
                await self.sleep(self._rate_limiter.reserve(self.now()))
        except BaseException:  # cancelled while waiting: nothing was sent
            connections.limiter.release(place)
            raise
        return await shield(
            self._send_on_slot(connections, place, request, signature, attempt, new_connection)
        )

    async def _send_on_slot(
        self,
        connection_pool: AsyncConnectionPool,
        slot: int,
        request: Request,
        auth: BearerAuth,
        attempt: int,
        new_connection: bool,
    ) -> AttemptResult:
        started = self.now()
        try:
            if new_connection:
                await connection_pool.discard_connection(slot)
            outcome = await self._send_and_read(connection_pool, slot, request, auth, attempt)
        finally:
            connection_pool.limiter.release(slot)
        outcome.attempt = attempt
        if outcome.failure_kind == "none":
            connection_pool.limiter.grow()
        self._report_attempt(request, outcome, self.now() - started)
        return outcome

    async def _send_and_read(
        self,
        connection_pool: AsyncConnectionPool,
        slot: int,
        request: Request,
        auth: BearerAuth,
        attempt: int,
    ) -> AttemptResult:
        response: Any = None
        body = BodyDecompressor(self.settings.max_response_bytes)
        broken: AttemptResult | None = None
        try:
            response = await connection_pool.send(slot, request, auth)
            until = None if request.timeout is None else self.now() + request.timeout
            if body.begin(response.headers.get("content-encoding")):
                async for chunk in response.stream:
                    if not body.feed(chunk):
                        break
                    if until is not None and self.now() > until:
                        broken = AttemptResult(
                            "broken", failure_reason=SLOW_BODY_REASON, sent=True, is_timeout=True
                        )
                        break
                body.finish()
        except (
            Exception
        ) as error:  # HTTP libraries have classes of their own; what is not theirs goes on
            found = classify_exception(error, has_response=response is not None)
            if found is None:
                raise
            broken = found
        finally:
            if response is not None:
                await close_quietly(response)
        if response is None:
            return broken or AttemptResult("broken")
        answer = Response(
            response.status_code,
            self._credential.redact_headers(dict(response.headers.items())),
            body.content,
            request.operation.method,
            request.operation.path,
            self.api,
            attempt,
        )
        if broken is not None and answer.status < 400:
            return broken
        if body.problem is not None and answer.status < 400:
            return AttemptResult("none", answer, body_problem=body.problem, sent=True)
        maintenance = answer.status == 503 and is_maintenance(answer)
        asked = answer.retry_after if answer.status == 503 else None
        return AttemptResult(
            classify_status(answer.status, retry_after=asked, is_maintenance=maintenance),
            answer,
            sent=True,
        )

    def _report_attempt(self, request: Request, result: AttemptResult, seconds: float) -> None:
        operation, answer = request.operation, result.response
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug(
                "%s %s -> %s in %.0f ms, try %d",
                operation.method,
                operation.path,
                answer.status if answer else result.failure_reason,
                seconds * 1000,
                result.attempt,
            )
            if self.settings.log_bodies:
                self._log_bodies(request, answer)
        for recording in self.recordings:
            recording.add(
                operation,
                request.headers,
                self._credential.redact_body(request.content or b""),
                result,
                self._credential.redact_body(answer.body) if answer else b"",
            )
        for hook in self.settings.hooks:
            hook(
                AttemptEvent(
                    operation.method,
                    operation.path,
                    operation.template,
                    answer.status if answer else None,
                    None if answer else result.failure_reason,
                    seconds,
                    result.attempt,
                    answer.request_id if answer else None,
                )
            )

    def _log_bodies(self, request: Request, response: Response | None) -> None:
        for way, body in (
            ("sent", request.content),
            ("answered", response.body if response else None),
        ):
            if body:
                _log.debug("%s: %s", way, format_body_for_log(self._credential.redact_body(body)))

    # --------------------------------------------------------------------------------- trying again

    async def _retry_request(
        self,
        request: Request,
        policy: RetryPolicy,
        first_result: AttemptResult,
        started: float,
        span: NoopSpan,
    ) -> AttemptResult:
        """Go on after a `first_result` try that met trouble; return what the last try met."""
        operation = request.operation
        tries = RetryState(
            policy,
            self._budget,
            MethodSafety(operation.safe, operation.idempotent),
            operation.method,
        )
        wait, anew = 0.0, False

        def should_retry(result: AttemptResult) -> bool:
            nonlocal wait, anew
            span.record_result(result)
            again = tries.decide(result, self.now() - started)
            if again is None:
                self._log_budget_exhausted(operation, tries)
                return False
            wait, anew = again.delay, again.needs_new_connection
            span.record_retry(result, wait)
            if again.is_client_wide:
                self.pause(wait)
            _log.info(
                "%s %s met %s; try %d of %d in %.2f s",
                operation.method,
                operation.path,
                result.status or result.failure_reason,
                tries.attempt,
                policy.attempts,
                wait,
            )
            return True

        async def attempt_again() -> AttemptResult:
            return await self._make_attempt(request, tries.attempt, new_connection=anew)

        if not should_retry(first_result):
            return first_result
        await self.sleep(wait)
        outcome = await run_with_retries(
            attempt_again, should_retry=should_retry, wait=lambda: wait, sleep=self.sleep
        )
        return tries.finalize(outcome)

    def _log_budget_exhausted(self, operation: Operation[Any], retry_state: RetryState) -> None:
        if retry_state.is_out_of_budget:
            _log.warning(
                "%s %s is not tried again: too many calls of this client failed lately",
                operation.method,
                operation.path,
            )

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass on the clock of the settings."""
        await sleep(seconds, self.settings.clock)

    async def _wait_for_pause(self) -> None:
        """Wait while the server wants to be left alone; callers go on one after the other."""
        if not self._paused_until:
            return
        left = self._paused_until - self.now()
        if left > 0.001:  # sleeping is not more exact than that
            await self.sleep(left + random.uniform(0, self._pause_jitter))  # noqa: S311 - spreads load

    def pause(self, seconds: float) -> None:
        """Let every call of this sender wait `seconds` before it sends."""
        now = self.now()
        if now >= self._paused_until and self._connection_pool is not None:
            self._connection_pool.limiter.shrink()  # once a pause, however many calls meet it
        self._paused_until = max(self._paused_until, now + seconds)
        self._pause_jitter = min(seconds, 5.0)

    def now(self) -> float:
        """Return seconds on the clock of the settings."""
        clock = self.settings.clock
        return time.monotonic() if clock is None else clock.monotonic()

    # ---------------------------------------------------------------------------------- connections

    def _get_connection_pool(self) -> AsyncConnectionPool:
        connections = self._connection_pool
        if connections is not None and connections.is_usable():
            return connections
        with self._open_lock:
            if self.is_closed:
                raise ConfigurationError(
                    "this client is closed; make a new one, or send within its `with` block"
                )
            if self._connection_pool is None or not self._connection_pool.is_usable():
                if self._connection_pool is not None:
                    self._connection_pool.check_discardable()
                self._connection_pool = AsyncConnectionPool.create(
                    self.base_url, self.settings, self._transport, self._http_client
                )
                if self._transport is None and self._http_client is None:
                    register_finalizer(self, self._connection_pool.transports)
            return self._connection_pool
