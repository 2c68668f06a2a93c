# Generated from aio/session.py by tools/unasync.py; edit that file instead.
"""Session: sends operations to one base URL with one credential, and retries where that does no harm.

Attempts return values instead of raising, so no traceback references the Authorization header. The retry
engine is entered only after an attempt that may be retried.
"""

from __future__ import annotations

import math
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn, TypeVar

from britive_scim._version import __version__
from britive_scim.sync.attempt_log import AttemptLog
from britive_scim.sync.concurrency import IS_ASYNC
from britive_scim.sync.connection_pool import ConnectionPool, RawResponse
from britive_scim.sync.retry import RetryLoop
from britive_scim.sync.throttle import Throttle
from britive_scim.sync.token_use import TokenProvider, TokenUse
from britive_scim.sync.tracing import NoopSpan, Telemetry
from britive_scim.sync.transport import BearerAuth, Request
from britive_scim.errors import (
    ApiError,
    ConfigurationError,
    ReadOnly,
    TransportError,
    UnexpectedResponse,
)
from britive_scim.wire import recording as recordings
from britive_scim.wire.base_url import validate_base_url, validate_scim_url
from britive_scim.wire.credentials import Credential
from britive_scim.wire.decoding.error_mapping import build_unexpected_response, is_maintenance
from britive_scim.wire.operation import Operation
from britive_scim.wire.protocols import (
    HttpClient,
    Transport,
    check_http_client,
    check_transport,
    get_transport_clock,
)
from britive_scim.wire.response import Api, Response
from britive_scim.wire.retry.attempt import (
    LATE_START_REASON,
    AttemptResult,
    build_transport_error,
)
from britive_scim.wire.retry.budget import RetryBudget
from britive_scim.wire.retry.policy import (
    ContinuedRetryPolicy,
    RetryPolicy,
    classify_status,
    resolve_retry_policy,
)
from britive_scim.wire.retry.uncertainty import mark_uncertain
from britive_scim.wire.settings import (
    Settings,
    check_boolean,
    resolve_settings,
    validate_timeout,
)
from britive_scim.wire.tooling.dry_run import DryRun

__all__ = ["Session"]

T = TypeVar("T")

_MEDIA_TYPES: dict[Api, str] = {"scim": "application/scim+json", "admin": "application/json"}
_ACCEPT: dict[Api, str] = {
    "scim": "application/scim+json, application/json;q=0.9",
    "admin": "application/json",
}

_ECHOED_CREDENTIAL_REASON = (
    "the body contains the token or a secret of the request, and cannot be decoded"
)

_last_response: ContextVar[tuple[int, Response | None]] = ContextVar(
    "last_response", default=(0, None)
)
"""Id of the session that sent last in this thread or task, and its response."""


class Session:
    """Session of one client: credential, connections, retries and limits.

    Args:
        base_url: URL that paths are appended to.
        credential: credential of every request.
        api: API of the endpoint.
        retry: retry policy of calls without their own.
        timeout: seconds for sending a request, for the headers of its response, and for its body, of calls without their own;
            `math.inf` for no limit.
        transport: transport of httpx in place of own connections; closed with the session.
        http_client: client of httpx, or one like it, in place of a transport; stays open.
        read_only: refuse every operation that is not marked safe.
        settings: further settings.

    Raises:
        ConfigurationError: an unusable URL, number, transport or HTTP client.
    """

    def __init__(
        self,
        base_url: str,
        credential: Credential,
        *,
        api: Api,
        retry: RetryPolicy | None = RetryPolicy(),
        timeout: float = 30.0,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
        read_only: bool = False,
        settings: Settings | None = Settings(),
    ) -> None:
        settings = resolve_settings(settings)
        if transport is not None and http_client is not None:
            raise ConfigurationError(
                "transport and http_client are mutually exclusive; give one of them"
            )
        check_transport(transport, is_async=IS_ASYNC)
        if settings.clock is None:
            settings = replace(settings, clock=get_transport_clock(transport))
        check_http_client(http_client, is_async=IS_ASYNC)
        validate_url = validate_scim_url if api == "scim" else validate_base_url
        self.base_url = validate_url(base_url, allow_http=settings.allow_http)
        self.api: Api = api
        check_boolean("read_only", read_only)
        self.read_only = read_only
        self.settings = settings
        self.retry = resolve_retry_policy(retry)
        self.timeout = validate_timeout(timeout)
        self.active_dry_run: DryRun | None = None
        self._credential = credential
        self._transport = transport
        self._http_client = http_client
        self._telemetry = Telemetry(self.base_url, api, settings)
        self._attempt_log = AttemptLog(self.base_url, api, settings)
        self._tokens = TokenProvider(credential)
        self._budget = RetryBudget()
        self._throttle = Throttle(settings)
        self._connection_pool = ConnectionPool(
            self.base_url, settings, self._throttle, transport=transport, http_client=http_client
        )
        agent = f"britive-scim/{__version__}"
        self._headers = [
            ("Accept", _ACCEPT[api]),
            ("Accept-Encoding", "gzip"),
            ("User-Agent", f"{settings.user_agent} {agent}" if settings.user_agent else agent),
        ]

    def __repr__(self) -> str:
        # a traceback may show one whose URL was refused
        url = getattr(self, "base_url", "nothing yet")
        return f"<{type(self).__name__} of {url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a session contains connections and cannot be pickled or copied")

    @property
    def credential(self) -> Credential:
        """Credential of every request."""
        return self._credential

    @property
    def transport(self) -> Transport | None:
        """Transport given by the caller."""
        return self._transport

    @property
    def http_client(self) -> HttpClient | None:
        """HTTP client given by the caller."""
        return self._http_client

    @property
    def is_closed(self) -> bool:
        """True if the session was closed."""
        return self._connection_pool.is_closed

    @property
    def proxy(self) -> str | None:
        """Proxy of the session, without user and password; `None` without one, or if the caller sends."""
        proxy = self._connection_pool.route.proxy
        return str(proxy) if proxy else None

    @property
    def trust(self) -> str | None:
        """Source of the trusted certificates; `None` without TLS, or if the caller sends."""
        return self._connection_pool.route.trust

    @property
    def last_response(self) -> Response | None:
        """Response to the last operation sent from this thread or task, without its body."""
        session_id, response = _last_response.get()
        return response if session_id == id(self) else None

    def send(
        self,
        operation: Operation[T],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        """Send `operation` and return the decoded response.

        Raises:
            ReadOnly: the operation changes something and the client is read-only.
            TransportError: no response was received.
            ApiError: the response is an error, is too large, or cannot be decoded.
        """
        if self.active_dry_run is not None:
            simulated = self.active_dry_run.simulate_response(operation, self.api)
            if simulated is not None:
                return operation.returns(simulated)
        if self.read_only and not operation.safe:
            raise ReadOnly(
                f"{operation.method} {operation.path} was not sent: this client is read-only; make one without "
                "read_only=True"
            )
        request = self._prepare_request(operation, timeout)
        with self._telemetry.start_span(operation) as span:
            response, is_uncertain = self._send_with_retries(
                request, self.retry if retry is None else resolve_retry_policy(retry), span
            )
            try:
                return self.decode(operation, response)
            except ApiError as error:
                error._is_safe = operation.safe
                if is_uncertain:
                    mark_uncertain(error, request.label)
                raise error.with_traceback(None) from error.__cause__  # without frames of decoding

    def decode(self, operation: Operation[T], response: Response) -> T:
        """Return what `operation` reads from a response; no error contains the token.

        Raises:
            ApiError: the response is an error, or cannot be decoded.
        """
        if not response.ok:
            return operation.returns(response.redact())
        try:
            return operation.returns(response)
        except UnexpectedResponse as error:
            shown = repr(vars(error))
            if response.redact_text(shown) is shown:
                raise error.with_traceback(None) from None  # variables contain the body
        raise build_unexpected_response(response, _ECHOED_CREDENTIAL_REASON)

    def start_recording(self) -> recordings.Recording:
        """Return a recording of every attempt from now on, until it is ended."""
        return self._attempt_log.start_recording()

    def end_recording(self, recording: recordings.Recording) -> None:
        """Add no further attempts to a recording."""
        self._attempt_log.end_recording(recording)

    def now(self) -> float:
        """Return seconds on the clock of the settings."""
        return self._throttle.now()

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` on the clock of the settings."""
        self._throttle.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Delay every request of this session by `seconds`, and send fewer at a time afterwards."""
        if self._throttle.pause(seconds):
            self._connection_pool.shrink()  # once a pause, however many calls receive a 429

    @property
    def pause_left(self) -> float:
        """Seconds until the end of a pause that delays every request of this session."""
        return self._throttle.pause_left

    @property
    def retry_budget(self) -> RetryBudget:
        """Retry budget shared by the calls of this session."""
        return self._budget

    def close(self) -> None:
        """Close the connections, after requests in flight have ended. Can be called twice."""
        self._connection_pool.close()

    # ------------------------------------------------------------------------------------- sending

    def _prepare_request(self, operation: Operation[Any], timeout: float | None) -> Request:
        content, media_type = operation.encode_body(_MEDIA_TYPES[self.api])
        headers = list(self._headers)
        if media_type is not None:
            headers.append(("Content-Type", media_type))
        if operation.headers:
            replaced = {name.lower() for name, _ in operation.headers}
            headers = [field for field in headers if field[0].lower() not in replaced]
            headers += operation.headers
        seconds = self.timeout if timeout is None else validate_timeout(timeout)
        return Request(
            operation,
            self.base_url + operation.request_target,
            headers,
            content,
            None if math.isinf(seconds) else seconds,
        )

    def _send_with_retries(
        self, request: Request, policy: RetryPolicy, span: NoopSpan
    ) -> tuple[Response, bool]:
        """Send a request and return the response of any status.

        The second value is true if the server may have acted on an earlier attempt of a change.
        """
        is_uncertain = False
        if isinstance(policy, ContinuedRetryPolicy):
            request.deadline = policy.deadline
        result = self._send_attempt(request, policy, 1) or AttemptResult(
            "none", failure_reason=LATE_START_REASON, sent=False, is_timeout=True
        )
        request.deadline = self._find_latest_start(request, policy)
        if result.failure_kind == "none":
            self._budget.release(1)
            span.record_result(result)
        else:
            retries = RetryLoop(
                request.operation,
                policy,
                self._budget,
                self._throttle,
                span,
                self.now() if request.started is None else request.started,
                send_attempt=partial(self._send_attempt, request, policy),
                pause=self.pause,
            )
            result = retries.run(result)
            is_uncertain = retries.is_uncertain and not request.operation.safe
        error: ApiError | TransportError | None = None
        if result.response is None:
            error = build_transport_error(request.operation, result)
        elif result.body_problem is not None:
            error = build_unexpected_response(result.response.redact(), result.body_problem)
        if error is not None:
            error._is_safe = request.operation.safe
            raise mark_uncertain(error, request.label) if is_uncertain else error
        assert result.response is not None  # noqa: S101 - else there is an error
        _last_response.set((id(self), replace(result.response, body=b"", redactor=None)))
        return result.response, is_uncertain

    def _find_latest_start(self, request: Request, policy: RetryPolicy) -> float:
        """Return the time after which no attempt starts, counted from the start of the first attempt.

        The call may have waited before: for other calls of the client, a pause, or the rate limit.
        """
        started = self.now() if request.started is None else request.started
        return min(request.deadline, started + policy.total)

    def _send_attempt(
        self,
        request: Request,
        policy: RetryPolicy,
        number: int,
        *,
        needs_new_connection: bool = False,
    ) -> AttemptResult | None:
        """Make the attempt of a number, and repeat it if the token is rejected and the token function returns another.

        Return `None` if the attempt would start too late.

        Args:
            request: request to send.
            policy: retry policy of the call.
            number: number of the attempt.
            needs_new_connection: whether to close an idle connection first.
        """
        self._connection_pool.open()
        token = self._tokens.get()
        result = self._send_with_token(
            request, token, number, needs_new_connection=needs_new_connection
        )
        if (
            result is None
            or result.status != 401
            or request.is_token_refreshed
            or not self._tokens.can_refresh
        ):
            return result
        fresh_token = self._tokens.refresh(token)
        if fresh_token is None:
            return result
        request.is_token_refreshed = True
        request.deadline = self._find_latest_start(request, policy)
        return self._send_with_token(request, fresh_token, number) or result

    def _send_with_token(
        self, request: Request, token: TokenUse, number: int, *, needs_new_connection: bool = False
    ) -> AttemptResult | None:
        request.redactor.add_header(token.header)
        return self._connection_pool.send(
            request,
            BearerAuth(token.header),
            build_result=partial(self._build_result, request, number),
            report=partial(self._attempt_log.report, request),
            needs_new_connection=needs_new_connection,
        )

    def _build_result(
        self, request: Request, number: int, received: RawResponse | AttemptResult
    ) -> AttemptResult:
        """Return the result of the attempt with this number."""
        if isinstance(received, AttemptResult):
            received.attempt = number
            return received
        if received.failure is not None and received.status < 400:
            received.failure.attempt = number
            return received.failure
        response = Response(
            received.status,
            request.redactor.redact_headers(received.headers),
            received.body,
            request.operation.method,
            request.operation.path,
            self.api,
            number,
            redactor=request.redactor,
            base_url=self.base_url,
            is_safe=request.operation.safe,
        )
        if received.body_problem is not None and received.status < 400:
            return AttemptResult(
                "none", response, body_problem=received.body_problem, sent=True, attempt=number
            )
        is_unavailable = received.status == 503
        failure_kind = classify_status(
            received.status,
            retry_after=response.retry_after if is_unavailable else None,
            is_maintenance=is_unavailable and is_maintenance(response),
        )
        return AttemptResult(failure_kind, response, sent=True, attempt=number)
