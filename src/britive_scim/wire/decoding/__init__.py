"""Decode response bodies into values or exceptions."""
