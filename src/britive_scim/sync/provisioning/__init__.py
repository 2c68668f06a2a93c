# Generated from aio/provisioning/__init__.py by tools/unasync.py; edit that file instead.
"""Set-up of provisioning in a tenant, and the connection that results from it."""

from britive_scim.sync.provisioning.setup import Connection

__all__ = ["Connection"]
