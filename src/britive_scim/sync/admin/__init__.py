# Generated from aio/admin/__init__.py by tools/unasync.py; edit that file instead.
"""The client of the admin API, one noun a file."""
