"""Commands of the command line `britive-scim`."""
