# Generated from aio/scim/connection_check.py by tools/unasync.py; edit that file instead.
"""Testing a connection."""

from __future__ import annotations

from typing import Any

from britive_scim.sync.scim.resources import Resources
from britive_scim.sync.scim.service_provider import Provider
from britive_scim.sync.session import Sender
from britive_scim.errors import ApiError, Forbidden, TransportError, Unauthorized
from britive_scim.scim.models.discovery import Schema
from britive_scim.scim.names import USER
from britive_scim.wire.decoding.scim import listing
from britive_scim.wire.operation import GET, CallOptions
from britive_scim.wire.tooling.connection_report import Capabilities, ConnectionReport, mandatory_of

__all__ = ["check"]


def check(
    sender: Sender,
    users: Resources[Any],
    groups: Resources[Any],
    provider: Provider,
    call: CallOptions,
) -> ConnectionReport:
    """Ask for one user, one group and the discovery documents, and report what came."""
    started = sender.now()
    try:
        page = sender.send(users._probe(), **call)
    except TransportError as error:
        return _report(sender, reachable=False, authorised=None, problem=error.message)
    except (Unauthorized, Forbidden) as error:
        return _report(sender, reachable=True, authorised=False, problem=error.message)
    except ApiError as error:
        return _report(sender, reachable=True, authorised=None, problem=error.message)
    seconds = sender.now() - started
    notes: list[str] = []
    total = None
    try:
        total = (sender.send(groups._probe(), **call)).total
    except (ApiError, TransportError) as error:
        notes.append(f"groups cannot be read: {error.message}")
    capabilities: Capabilities | None = None
    try:
        provider.config(**call)
        capabilities = provider.known
    except (ApiError, TransportError):
        notes.append("the provider does not say what it can do (no /ServiceProviderConfig)")
    schemas: tuple[Schema, ...] = ()
    try:
        schemas = (sender.send(GET("/Schemas", returns=listing(Schema)), **call)).items
    except (ApiError, TransportError):
        notes.append("the provider does not say which attributes it has (no /Schemas)")
    return _report(
        sender,
        reachable=True,
        authorised=True,
        users=page.total,
        groups=total,
        capabilities=capabilities,
        mandatory=mandatory_of([schema for schema in schemas if schema.id == USER]),
        notes=tuple(notes),
        seconds=seconds,
    )


def _report(sender: Sender, **found: Any) -> ConnectionReport:
    return ConnectionReport(url=sender.base_url, proxy=sender.proxy, **found)
