# Generated from aio/scim/__init__.py by tools/unasync.py; edit that file instead.
"""SCIM client: users, groups, any other resource type, and discovery."""
