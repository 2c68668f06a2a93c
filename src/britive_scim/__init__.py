"""Britive provisioning over SCIM 2.0 and the admin API: typed, sync and async."""

__version__ = "0.1.0"
