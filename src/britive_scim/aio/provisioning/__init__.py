"""Set-up of provisioning in a tenant, and the connection that results from it."""

from britive_scim.aio.provisioning.setup import AsyncConnection

__all__ = ["AsyncConnection"]
