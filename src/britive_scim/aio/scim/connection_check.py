"""Testing a connection."""

from __future__ import annotations

from typing import Any

from britive_scim.aio.scim.resources import AsyncResources
from britive_scim.aio.scim.service_provider import AsyncProvider
from britive_scim.aio.session import AsyncSender
from britive_scim.errors import ApiError, Forbidden, TransportError, Unauthorized
from britive_scim.scim.models.discovery import Schema
from britive_scim.scim.names import USER
from britive_scim.wire.decoding.scim import listing
from britive_scim.wire.operation import GET, CallOptions
from britive_scim.wire.tooling.connection_report import Capabilities, ConnectionReport, mandatory_of

__all__ = ["check"]


async def check(
    sender: AsyncSender,
    users: AsyncResources[Any],
    groups: AsyncResources[Any],
    provider: AsyncProvider,
    call: CallOptions,
) -> ConnectionReport:
    """Ask for one user, one group and the discovery documents, and report what came."""
    started = sender.now()
    try:
        page = await sender.send(users._probe(), **call)
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
        total = (await sender.send(groups._probe(), **call)).total
    except (ApiError, TransportError) as error:
        notes.append(f"groups cannot be read: {error.message}")
    capabilities: Capabilities | None = None
    try:
        await provider.config(**call)
        capabilities = provider.known
    except (ApiError, TransportError):
        notes.append("the provider does not say what it can do (no /ServiceProviderConfig)")
    schemas: tuple[Schema, ...] = ()
    try:
        schemas = (await sender.send(GET("/Schemas", returns=listing(Schema)), **call)).items
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


def _report(sender: AsyncSender, **found: Any) -> ConnectionReport:
    return ConnectionReport(url=sender.base_url, proxy=sender.proxy, **found)
