"""The engine of PATCH: what one operation reads, designates and changes (RFC 7644 §3.5.2)."""
