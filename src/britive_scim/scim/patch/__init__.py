"""PATCH requests: parse, validate, apply (RFC 7644 §3.5.2)."""
