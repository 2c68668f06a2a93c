"""SCIM service of the emulated tenant (RFC 7644)."""
