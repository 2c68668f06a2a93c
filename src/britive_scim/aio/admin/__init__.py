"""The client of the admin API, one noun a file."""
