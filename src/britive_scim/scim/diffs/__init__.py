"""Differences between two resources, as PATCH requests."""
