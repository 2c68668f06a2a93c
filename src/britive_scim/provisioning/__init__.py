"""Provisioning without I/O: the wanted set-up, the found set-up, their difference, and the steps taken.

The clients read and write; this package compares and reports.
"""

from britive_scim.provisioning.wanted import CustomAttribute
from britive_scim.steps import Step

__all__ = ["CustomAttribute", "Step"]
