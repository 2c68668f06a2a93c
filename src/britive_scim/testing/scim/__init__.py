"""The SCIM side of the emulated tenant (RFC 7644)."""
