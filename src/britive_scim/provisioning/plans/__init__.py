"""Plans: the changes that make a tenant equal to a wanted directory, under a policy."""
