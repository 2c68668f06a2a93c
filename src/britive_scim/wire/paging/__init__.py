"""Iterate over the pages of a list."""
