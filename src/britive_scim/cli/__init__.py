"""The command line, `britive-scim`."""
