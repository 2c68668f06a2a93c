"""The async clients, written once; `britive_scim.sync` is generated from here by `tools/unasync.py`."""
