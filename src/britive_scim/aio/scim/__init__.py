"""SCIM client: users, groups, any other resource type, and discovery."""
