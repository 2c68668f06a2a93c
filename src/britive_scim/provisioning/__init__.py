"""Provisioning as values: what is wanted, what was found, what differs, what was done.

Pure: the clients read and write, this room compares and reports.
"""

from britive_scim.provisioning.wanted import CustomAttribute
from britive_scim.steps import Step

__all__ = ["CustomAttribute", "Step"]
