"""Processing of one request: faults, delay, service, date, log."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import datetime

from britive_scim.testing.admin.service import AdminService
from britive_scim.testing.http.clock import format_http_time
from britive_scim.testing.http.faults import ConnectionCut, Fault, Faults
from britive_scim.testing.http.messages import (
    ExchangeLog,
    TenantExchange,
    TenantRequest,
    TenantResponse,
)
from britive_scim.testing.scim.service import ScimService
from britive_scim.testing.state.context import TenantContext

__all__ = ["Dispatcher"]

_SCIM_PREFIX = ("api", "scim")


class Dispatcher:
    """Dispatcher of requests to the two services of a tenant, one at a time.

    Args:
        context: the tenant.
        scim: its SCIM service.
        faults: its scripted faults.
        requests: log of the exchanges.
        lock: guards the state of the tenant.
    """

    def __init__(
        self,
        context: TenantContext,
        scim: ScimService,
        faults: Faults,
        requests: ExchangeLog,
        lock: threading.RLock,
    ) -> None:
        self._context = context
        self._scim = scim
        self._admin = AdminService(context)
        self._faults = faults
        self._requests = requests
        self._lock = lock

    def respond(
        self, request: TenantRequest, timeout: float | None, *, real_time: bool
    ) -> TenantResponse:
        """Return the response to one request; see `Tenant.respond`."""
        with self._context.clock.hold(), self._lock:
            at = self._context.now()
            start = time.perf_counter()
            self._context.state.recorder.begin()
            fault = self._faults.take_fault(request, at)
            try:
                response = self._respond(request, fault, timeout, real_time=real_time)
            except ConnectionCut as cut:
                self._record(request, None, at, start - cut.delay, has_fault=True)
                raise
            response = self._add_date_header(response)
            self._record(request, response, at, start - response.delay, has_fault=fault is not None)
            return response

    def _record(
        self,
        request: TenantRequest,
        response: TenantResponse | None,
        at: datetime,
        start: float,
        *,
        has_fault: bool,
    ) -> None:
        recorder = self._context.state.recorder
        self._requests.add(
            TenantExchange.record(
                request,
                response,
                at,
                has_fault=has_fault,
                seconds=time.perf_counter() - start,
                caller=recorder.caller,
                changes=recorder.end(),
                redactor=self._context.collect_tokens(),
            )
        )

    def _respond(
        self, request: TenantRequest, fault: Fault | None, timeout: float | None, *, real_time: bool
    ) -> TenantResponse:
        delay = self._faults.latency + (0 if fault is None else fault.delay)
        if fault is not None and fault.cut in ("connect", "before"):
            raise ConnectionCut(fault.cut)
        response = None if fault is None else fault.build_response()
        if response is None:
            response = self._call_service(request)
            response = response if fault is None else fault.apply_to(response)
        if delay and not real_time:
            self._context.clock.advance(delay)
        if timeout is not None and delay > timeout:
            raise ConnectionCut("timeout", timeout if real_time else 0)
        if fault is not None and fault.cut == "after":
            raise ConnectionCut(fault.cut, delay if real_time else 0)
        return replace(response, delay=delay) if delay and real_time else response

    def _call_service(self, request: TenantRequest) -> TenantResponse:
        if request.segments[:2] == _SCIM_PREFIX:
            return self._scim.respond(request)
        return self._admin.respond(request)

    def _add_date_header(self, response: TenantResponse) -> TenantResponse:
        """Return the response with the tenant's time as its date, unless a fault has set one.

        Clients interpret `Retry-After` dates and time stamps by the clock of the server.
        """
        if any(name.lower() == "date" for name in response.headers):
            return response
        date = format_http_time(self._context.now())
        return replace(response, headers={"Date": date, **response.headers})
