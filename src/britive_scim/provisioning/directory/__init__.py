"""Directories: users and groups of a source or of a tenant, their problems and their differences."""
