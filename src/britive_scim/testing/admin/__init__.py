"""Admin API of the emulated tenant, one API resource a file."""
