"""Definitions of attributes: their characteristics, and the definitions of a model class."""
