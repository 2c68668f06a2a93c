# Generated from aio/__init__.py by tools/unasync.py; edit that file instead.
"""Async clients, written once; `tools/unasync.py` generates `britive_scim.sync` from them."""
