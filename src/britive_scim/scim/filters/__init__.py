"""Filters and attribute paths: parse, build, print, check, evaluate, compile (RFC 7644 §3.4.2.2)."""
