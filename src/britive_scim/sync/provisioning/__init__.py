# Generated from aio/provisioning/__init__.py by tools/unasync.py; edit that file instead.
"""Provisioning that sends: setting a tenant up."""
