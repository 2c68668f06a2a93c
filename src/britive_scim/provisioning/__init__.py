"""Provisioning as values: what is wanted, what was found, what differs, what was done.

Pure: the clients read and write, this room compares and reports.
"""

from britive_scim.provisioning.setup import CustomAttribute, Step

__all__ = ["CustomAttribute", "Step"]
