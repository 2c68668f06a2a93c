"""Provisioning that sends: setting a tenant up, and the connection that comes of it."""

from britive_scim.aio.provisioning.setup import AsyncConnection

__all__ = ["AsyncConnection"]
