"""Provisioning that sends: setting a tenant up."""
