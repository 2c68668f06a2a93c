# Generated from aio/admin/__init__.py by tools/unasync.py; edit that file instead.
"""Client of the admin API: one resource per file."""
