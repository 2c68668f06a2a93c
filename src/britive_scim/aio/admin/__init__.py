"""Client of the admin API: one resource per file."""
