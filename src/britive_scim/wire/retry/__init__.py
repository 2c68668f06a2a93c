"""Decide whether and when a request is retried."""
