# Generated from aio/provisioning/__init__.py by tools/unasync.py; edit that file instead.
"""Provisioning that sends: setting a tenant up, and the connection that comes of it."""

from britive_scim.sync.provisioning.setup import Connection

__all__ = ["Connection"]
