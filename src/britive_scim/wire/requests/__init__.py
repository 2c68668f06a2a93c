"""Build request parameters and bodies."""
