"""Connection check of a SCIM endpoint."""

from __future__ import annotations

from typing import Any

from britive_scim import scim
from britive_scim.aio.scim.resources import AsyncResources
from britive_scim.aio.scim.service_provider import AsyncServiceProvider
from britive_scim.aio.session import AsyncSession
from britive_scim.errors import ApiError, Forbidden, TransportError, Unauthorized
from britive_scim.scim.names import USER
from britive_scim.wire.decoding.scim import decode_list_response
from britive_scim.wire.operation import GET, CallOptions
from britive_scim.wire.tooling.connection_report import (
    ConnectionReport,
    ProviderCapabilities,
    find_mandatory_attributes,
)

__all__ = ["check_connection"]


async def check_connection(
    session: AsyncSession,
    users: AsyncResources[Any],
    groups: AsyncResources[Any],
    service_provider: AsyncServiceProvider,
    call: CallOptions,
) -> ConnectionReport:
    """Read one user, one group and the discovery documents, and return a report."""
    started = session.now()
    try:
        page = await session.send(users._build_probe(), **call)
    except TransportError as error:
        return _build_report(session, reachable=False, authorised=None, problem=error.message)
    except (Unauthorized, Forbidden) as error:
        is_page = isinstance(error, Forbidden) and isinstance(error.body, str)  # of a firewall
        authorised = None if is_page else False
        return _build_report(session, reachable=True, authorised=authorised, problem=error.message)
    except ApiError as error:
        return _build_report(session, reachable=True, authorised=None, problem=error.message)
    seconds = session.now() - started
    notes: list[str] = []
    total = None
    try:
        total = (await session.send(groups._build_probe(), **call)).total
    except (ApiError, TransportError) as error:
        notes.append(f"groups cannot be read: {error.message}")
    capabilities: ProviderCapabilities | None = None
    try:
        await service_provider.fetch_config(**call)
        capabilities = service_provider.known_capabilities
    except (ApiError, TransportError):
        notes.append("the supported features are unknown: /ServiceProviderConfig cannot be read")
    schemas: tuple[scim.Schema, ...] = ()
    try:
        schemas = (
            await session.send(GET("/Schemas", returns=decode_list_response(scim.Schema)), **call)
        ).items
    except (ApiError, TransportError):
        notes.append("the supported attributes are unknown: /Schemas cannot be read")
    return _build_report(
        session,
        reachable=True,
        authorised=True,
        users=page.total,
        groups=total,
        capabilities=capabilities,
        mandatory=find_mandatory_attributes([schema for schema in schemas if schema.id == USER]),
        notes=tuple(notes),
        seconds=seconds,
    )


def _build_report(session: AsyncSession, **findings: Any) -> ConnectionReport:
    return ConnectionReport(
        url=session.base_url, proxy=session.proxy, trust=session.trust, **findings
    )
