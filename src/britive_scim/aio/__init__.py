"""Async clients, written once; `tools/unasync.py` generates `britive_scim.sync` from them."""
