"""Tables of resources: flat columns of users, groups and other resources, without any library."""
