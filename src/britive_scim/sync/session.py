# Generated from aio/session.py by tools/unasync.py; edit that file instead.
"""Sending operations: with limits, pauses, and further tries where they do no harm.

What came of one try is a value, never an exception, so that a request with its token hangs on no
traceback. Only after a try that is worth repeating the retry engine is entered.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from typing_extensions import Unpack

from britive_scim import __version__
from britive_scim.sync.concurrency import ASYNCHRONOUS, close_when_forgotten, settle, shielded, sleep
from britive_scim.sync.tracing import Telemetry, Untold
from britive_scim.sync.transport import (
    Connections,
    Request,
    Signature,
    closed_quietly,
    repeated,
)
from britive_scim.errors import ConfigurationError, ReadOnly, UnexpectedAnswer
from britive_scim.wire.credentials import Credential
from britive_scim.wire.decoding.decompression import Unpacking
from britive_scim.wire.decoding.error_mapping import is_maintenance, unexpected
from britive_scim.wire.decoding.json_fields import masked
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.protocols import check_http_client, check_transport, clock_of
from britive_scim.wire.proxy import proxy_of, without_user
from britive_scim.wire.recording.recorder import Recording
from britive_scim.wire.response import Answer, Api
from britive_scim.wire.retry.attempt import SLOW, Outcome, classified, transport_error
from britive_scim.wire.retry.policy import (
    Marks,
    Pace,
    RetryBudget,
    RetryPolicy,
    checked_policy,
    verdict,
)
from britive_scim.wire.retry.state import Tries
from britive_scim.wire.settings import (
    HttpClient,
    Transport,
    Exchange,
    Settings,
    checked_base_url,
    checked_scim_url,
    checked_settings,
    checked_timeout,
)
from britive_scim.wire.tooling.dry_run import Rehearsal

__all__ = ["REPEATED", "Sender"]

T = TypeVar("T")

_log = logging.getLogger("britive_scim")

_MEDIA_TYPES: dict[Api, str] = {"scim": "application/scim+json", "admin": "application/json"}
_ACCEPT: dict[Api, str] = {
    "scim": "application/scim+json, application/json;q=0.9",
    "admin": "application/json",
}
REPEATED = "it repeats the token, and does not read"
"""In words: an answer that reads only once the token is hidden in it."""

_DRAIN = 35.0
"""Most seconds that closing waits for requests on their way."""

_last: ContextVar[tuple[int, Answer | None]] = ContextVar("last_answer", default=(0, None))


class Sender:
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
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
        read_only: bool = False,
        settings: Settings | None = None,
    ) -> None:
        settings = checked_settings(settings)
        if transport is not None and http_client is not None:
            raise ConfigurationError("give a transport or an http_client, not both")
        check_transport(transport, asynchronous=ASYNCHRONOUS)
        if settings.clock is None:
            settings = replace(settings, clock=clock_of(transport))
        check_http_client(http_client, asynchronous=ASYNCHRONOUS)
        checked_url = checked_scim_url if api == "scim" else checked_base_url
        self.base_url = checked_url(base_url, allow_http=settings.allow_http)
        self.api: Api = api
        self.read_only = read_only
        self.settings = settings
        self.retry = checked_policy(retry)
        self.timeout = checked_timeout(timeout)
        self.closed = False
        self.rehearsal: Rehearsal | None = None
        self.recordings: tuple[Recording, ...] = ()
        self._credential = credential
        self._transport = transport
        self._http_client = http_client
        self._telemetry = Telemetry(self.base_url, api, settings)
        self._budget = RetryBudget()
        self._pace = Pace(settings.rate_limit) if settings.rate_limit is not None else None
        self._paused_until = 0.0
        self._pause_spread = 0.0
        self._connections: Connections | None = None
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
    def transport(self) -> Transport | None:
        """The transport given by the caller."""
        return self._transport

    @property
    def http_client(self) -> HttpClient | None:
        """The HTTP client given by the caller."""
        return self._http_client

    @property
    def proxy(self) -> str | None:
        """The proxy in force, without user and password; `None` where there is none, or it is the caller's."""
        if self._transport is not None or self._http_client is not None:
            return None
        return without_user(proxy_of(self.base_url, self.settings.proxy))

    def send(self, operation: Operation[T], **call: Unpack[CallOptions]) -> T:
        """Send `operation` and return what the answer says.

        Raises:
            ReadOnly: the operation changes something and the client may not.
            TransportError: no answer came.
            ApiError: the answer is no success, does not read, or is larger or otherwise packed than is
                good.
        """
        if self.rehearsal is not None:
            made_up = self.rehearsal.answer(operation, self.api)
            if made_up is not None:
                return operation.returns(made_up)
        if self.read_only and not operation.safe:
            raise ReadOnly(
                f"{operation.method} {operation.path} was not sent: this client was made with read_only=True"
            )
        request = self._made_ready(operation, call)
        with self._telemetry.call(operation) as told:
            answer = self._answer(request, call.get("retry") or self.retry, told)
            if answer.ok:
                try:
                    return operation.returns(answer)
                except UnexpectedAnswer:
                    pass  # told again below, without anything in it that should not be seen
            shown = replace(answer, body=self._credential.masked(answer.body))
            value = operation.returns(shown)
            if answer.ok:
                raise unexpected(shown, REPEATED)
            return value

    def _answer(self, request: Request, policy: RetryPolicy, told: Untold) -> Answer:
        """Send a request and return the answer, whatever its status."""
        started = self.now()
        outcome = self._try(request, 1)
        if outcome.trouble == "none":
            self._budget.give_back(1)
            told.met(outcome)
        else:
            outcome = self._again(request, policy, outcome, started, told)
        if outcome.unreadable is not None and outcome.answer is not None:
            shown = self._credential.masked(outcome.answer.body)
            raise unexpected(replace(outcome.answer, body=shown), outcome.unreadable)
        if outcome.answer is None:
            raise transport_error(request.operation, outcome)
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

    def started_recording(self) -> Recording:
        """Return a recording that takes in every try from now on, until it is ended."""
        recording = Recording(self.base_url, self.api, __version__)
        self.recordings = (*self.recordings, recording)
        return recording

    def end_recording(self, recording: Recording) -> None:
        """Let a recording take in nothing more."""
        self.recordings = tuple(one for one in self.recordings if one is not recording)

    @property
    def last_answer(self) -> Answer | None:
        """The answer to the last operation sent from this thread or task, without its body."""
        sender, answer = _last.get()
        return answer if sender == id(self) else None

    def close(self) -> None:
        """Close the connections, after requests on their way have ended. Can be called twice."""
        self.closed = True
        connections, self._connections = self._connections, None
        if connections is not None:
            connections.close(_DRAIN)
        elif self._transport is not None:
            self._transport.close()

    # ------------------------------------------------------------------------------------- one try

    def _made_ready(self, operation: Operation[Any], call: CallOptions) -> Request:
        content, media_type = operation.content(_MEDIA_TYPES[self.api])
        headers = [*self._headers, *operation.headers]
        if media_type is not None:
            headers.append(("Content-Type", media_type))
        timeout = checked_timeout(call["timeout"]) if "timeout" in call else self.timeout
        return Request(operation, self.base_url + operation.target, headers, content, timeout)

    def _try(self, request: Request, attempt: int, *, anew: bool = False) -> Outcome:
        connections = self._connected()
        # no name for the token itself: an error's traceback shows names with their values
        signature = Signature(self._credential.header(settle(self._credential.ask())))
        place = connections.limiter.acquire()
        try:
            self._pause_over()
            if self._pace is not None:
                self.sleep(self._pace.reserve(self.now()))
        except BaseException:  # cancelled while waiting: nothing was sent
            connections.limiter.release(place)
            raise
        return shielded(self._meet(connections, place, request, signature, attempt, anew))

    def _meet(
        self,
        connections: Connections,
        place: int,
        request: Request,
        signature: Signature,
        attempt: int,
        anew: bool,
    ) -> Outcome:
        started = self.now()
        try:
            if anew:
                connections.renew(place)
            outcome = self._attempt(connections, place, request, signature, attempt)
        finally:
            connections.limiter.release(place)
        outcome.attempt = attempt
        if outcome.trouble == "none":
            connections.limiter.grow()
        self._tell(request, outcome, self.now() - started)
        return outcome

    def _attempt(
        self,
        connections: Connections,
        place: int,
        request: Request,
        signature: Signature,
        attempt: int,
    ) -> Outcome:
        response: Any = None
        body = Unpacking(self.settings.max_response_bytes)
        broken: Outcome | None = None
        try:
            response = connections.open(place, request, signature)
            until = None if request.timeout is None else self.now() + request.timeout
            if body.begin(response.headers.get("content-encoding")):
                for chunk in response.stream:
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
                closed_quietly(response)
        if response is None:
            return broken or Outcome("broken")
        answer = Answer(
            response.status_code,
            self._credential.cleared(dict(response.headers.items())),
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

    def _tell(self, request: Request, outcome: Outcome, seconds: float) -> None:
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
        for recording in self.recordings:
            recording.add(
                operation,
                request.headers,
                self._credential.masked(request.content or b""),
                outcome,
                self._credential.masked(answer.body) if answer else b"",
            )
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

    def _tell_bodies(self, request: Request, answer: Answer | None) -> None:
        for way, body in (("sent", request.content), ("answered", answer.body if answer else None)):
            if body:
                _log.debug("%s: %s", way, masked(self._credential.masked(body)))

    # --------------------------------------------------------------------------------- trying again

    def _again(
        self, request: Request, policy: RetryPolicy, first: Outcome, started: float, told: Untold
    ) -> Outcome:
        """Go on after a `first` try that met trouble; return what the last try met."""
        operation = request.operation
        tries = Tries(
            policy, self._budget, Marks(operation.safe, operation.idempotent), operation.method
        )
        wait, anew = 0.0, False

        def wants_more(outcome: Outcome) -> bool:
            nonlocal wait, anew
            told.met(outcome)
            again = tries.after(outcome, self.now() - started)
            if again is None:
                self._tell_end(operation, tries)
                return False
            wait, anew = again.wait, again.anew
            told.retried(outcome, wait)
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

        def once_more() -> Outcome:
            return self._try(request, tries.attempt, anew=anew)

        if not wants_more(first):
            return first
        self.sleep(wait)
        outcome = repeated(
            once_more, wants_more=wants_more, wait=lambda: wait, sleep=self.sleep
        )
        return tries.settled(outcome)

    def _tell_end(self, operation: Operation[Any], tries: Tries) -> None:
        if tries.out_of_budget:
            _log.warning(
                "%s %s is not tried again: too many calls of this client failed lately",
                operation.method,
                operation.path,
            )

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass on the clock of the settings."""
        sleep(seconds, self.settings.clock)

    def _pause_over(self) -> None:
        """Wait while the server wants to be left alone; callers go on one after the other."""
        if not self._paused_until:
            return
        left = self._paused_until - self.now()
        if left > 0.001:  # sleeping is not more exact than that
            self.sleep(left + random.uniform(0, self._pause_spread))  # noqa: S311 - spreads load

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

    def _connected(self) -> Connections:
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
                self._connections = Connections.opened(
                    self.base_url, self.settings, self._transport, self._http_client
                )
                if self._transport is None and self._http_client is None:
                    close_when_forgotten(self, self._connections.pools)
            return self._connections
