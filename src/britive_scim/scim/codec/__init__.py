"""Decode and encode SCIM JSON."""
