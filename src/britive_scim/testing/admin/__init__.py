"""The admin side of the emulated tenant, one noun a file."""
