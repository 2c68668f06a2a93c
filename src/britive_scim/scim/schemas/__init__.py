"""Schemas of resources, and their conversion from and to models (RFC 7643 §7)."""
