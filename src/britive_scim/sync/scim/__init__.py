# Generated from aio/scim/__init__.py by tools/unasync.py; edit that file instead.
"""The SCIM client: users, groups, any other resource type, and what the provider says about itself."""
