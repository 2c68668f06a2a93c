# Generated from aio/__init__.py by tools/unasync.py; edit that file instead.
"""The async clients, written once; `britive_scim.sync` is generated from here by `tools/unasync.py`."""
