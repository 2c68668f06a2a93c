"""The SCIM client: users, groups, any other resource type, and what the provider says about itself."""
