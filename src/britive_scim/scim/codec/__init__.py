"""Decoding and encoding of SCIM JSON."""
