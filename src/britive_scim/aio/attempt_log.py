"""Report of each attempt: to the log, to recordings, and to the hooks of the settings."""

from __future__ import annotations

import logging

from britive_scim._version import __version__
from britive_scim.aio.transport import Request
from britive_scim.scim.redaction import redact_exchange
from britive_scim.wire import recording as recordings
from britive_scim.wire.decoding.json_fields import format_body_for_log
from britive_scim.wire.response import Api
from britive_scim.wire.retry.attempt import AttemptResult
from britive_scim.wire.settings import AttemptEvent, Settings

__all__ = ["AttemptLog"]

_log = logging.getLogger("britive_scim")


class AttemptLog:
    """Reporter of the attempts of one client.

    Args:
        base_url: base URL of the client.
        api: API of the client.
        settings: settings with the hooks, and with whether bodies are logged.
    """

    __slots__ = ("_api", "_base_url", "_recordings", "_settings")

    def __init__(self, base_url: str, api: Api, settings: Settings) -> None:
        self._base_url = base_url
        self._api: Api = api
        self._settings = settings
        self._recordings: tuple[recordings.Recording, ...] = ()

    def start_recording(self) -> recordings.Recording:
        """Return a recording of every attempt from now on, until it is ended."""
        recording = recordings.Recording(self._base_url, self._api, __version__)
        self._recordings = (*self._recordings, recording)
        return recording

    def end_recording(self, recording: recordings.Recording) -> None:
        """Add no further attempts to a recording."""
        self._recordings = tuple(other for other in self._recordings if other is not recording)

    def report(self, request: Request, result: AttemptResult, seconds: float) -> None:
        """Report one attempt.

        Args:
            request: request that was sent.
            result: result of the attempt.
            seconds: seconds from sending to the end of the response.
        """
        if _log.isEnabledFor(logging.DEBUG):
            self._log_attempt(request, result, seconds)
        for recording in self._recordings:
            self._add_to_recording(recording, request, result)
        if self._settings.hooks:
            self._call_hooks(request, result, seconds)

    def _log_attempt(self, request: Request, result: AttemptResult, seconds: float) -> None:
        operation, response = request.operation, result.response
        _log.debug(
            "%s %s -> %s in %.0f ms, attempt %d",
            operation.method,
            operation.path,
            response.status if response else result.failure_reason,
            seconds * 1000,
            result.attempt,
        )
        if self._settings.log_bodies:
            bodies = redact_exchange(
                request.redactor.redact_body(request.content or b""),
                request.redactor.redact_error(response.body if response else b""),
                operation.query,
            )
            for label, body in zip(("request", "response"), bodies, strict=True):
                if body:
                    _log.debug("%s body: %s", label, format_body_for_log(body))

    def _add_to_recording(
        self, recording: recordings.Recording, request: Request, result: AttemptResult
    ) -> None:
        response = result.response
        recording.add(
            request.operation,
            request.headers,
            request.redactor.redact_body(request.content or b""),
            result,
            request.redactor.redact_error(response.body) if response else b"",
        )

    def _call_hooks(self, request: Request, result: AttemptResult, seconds: float) -> None:
        operation, response = request.operation, result.response
        event = AttemptEvent(
            operation.method,
            operation.path,
            operation.template,
            response.status if response else None,
            None if response else result.failure_reason,
            seconds,
            result.attempt,
            response.request_id if response else None,
        )
        for hook in self._settings.hooks:
            hook(event)
