"""The `attributes` and `excludedAttributes` parameters (RFC 7644 §3.9)."""
