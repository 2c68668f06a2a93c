"""Marks of every operation of both clients: safe, idempotent, destructive, irreversible.

The clients share this table, so that the same act has the same marks in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["OPERATION_MARKS", "OperationMarks", "get_marks"]


class OperationMarks(NamedTuple):
    """Effects of an operation.

    `safe` implies `idempotent`, and neither `destructive` nor `irreversible`. `irreversible` implies
    `destructive`.

    Attributes:
        safe: changes nothing at the server.
        idempotent: safe, or sent as PUT or DELETE only, so that a repetition has no further effect (RFC 9110
            §9.2.2).
        destructive: may take away or overwrite access, members, values or tokens (the Model Context
            Protocol's `destructiveHint`); not set for operations that only add.
        irreversible: no other call restores the former state: deleted objects have new ids, and former
            tokens, passwords and registrations cannot be set.
    """

    safe: bool = False
    idempotent: bool = False
    destructive: bool = False
    irreversible: bool = False


_READ = OperationMarks(safe=True, idempotent=True)
_ADD = OperationMarks()
"""Creates or gives: a resource, a member, access."""
_OVERWRITE = OperationMarks(destructive=True)
"""Changes or takes away what another call can restore."""
_OVERWRITE_IDEMPOTENT = OperationMarks(idempotent=True, destructive=True)
"""The same, sent as PUT or DELETE."""
_DELETE = OperationMarks(idempotent=True, destructive=True, irreversible=True)
_INVALIDATE = OperationMarks(destructive=True, irreversible=True)
"""Invalidates a token, a password or a registration; sent as POST or PATCH."""

_UNLISTED = OperationMarks(destructive=True, irreversible=True)
"""Marks of a method that the user's own client class adds: the most cautious ones."""

OPERATION_MARKS: Mapping[str, OperationMarks] = {
    "access_requests.create_settings": _ADD,
    "access_requests.memberships": _READ,
    "access_requests.remove_membership": _DELETE,
    "access_requests.settings": _READ,
    "access_requests.update_settings": _OVERWRITE,
    "api_tokens.create": _ADD,
    "api_tokens.get": _READ,
    "api_tokens.list": _READ,
    "api_tokens.revoke": _DELETE,
    "api_tokens.update": _OVERWRITE,
    "audit_logs.csv": _READ,
    "audit_logs.fields": _READ,
    "audit_logs.operators": _READ,
    "audit_logs.query": _READ,
    "banner": _READ,
    "check": _READ,
    "expiring": _READ,
    "features": _READ,
    "groups.add_members": _ADD,
    "groups.create": _ADD,
    "groups.delete": _DELETE,
    "groups.ensure": _ADD,
    "groups.find_by_display_name": _READ,
    "groups.find_by_external_id": _READ,
    "groups.get": _READ,
    "groups.list": _READ,
    "groups.patch": _OVERWRITE,
    "groups.remove_members": _OVERWRITE,
    "groups.rename": _OVERWRITE,
    "groups.replace": _OVERWRITE,  # a PATCH, where the members are unknown
    "groups.search": _READ,
    "groups.set_members": _OVERWRITE,
    "groups.upsert": _OVERWRITE,
    "groups.upsert_many": _OVERWRITE,
    "identity_attributes.create": _ADD,
    "identity_attributes.data_types": _READ,
    "identity_attributes.delete": _DELETE,
    "identity_attributes.find_by_name": _READ,
    "identity_attributes.get": _READ,
    "identity_attributes.identity_types": _READ,
    "identity_attributes.list": _READ,
    "identity_attributes.list_readable": _READ,
    "identity_attributes.update": _OVERWRITE,
    "identity_providers.create": _ADD,
    "identity_providers.delete": _DELETE,
    "identity_providers.drift": _READ,
    "identity_providers.find_by_name": _READ,
    "identity_providers.get": _READ,
    "identity_providers.get_by_name": _READ,
    "identity_providers.list": _READ,
    "identity_providers.mappings.add": _OVERWRITE,
    "identity_providers.mappings.list": _READ,
    "identity_providers.mappings.list_unmapped": _READ,
    "identity_providers.mappings.remove": _OVERWRITE,
    "identity_providers.mappings.scim_attributes": _READ,
    "identity_providers.password_policy.get": _READ,
    "identity_providers.password_policy.replace": _OVERWRITE,
    "identity_providers.preview": _READ,
    "identity_providers.rules": _READ,
    "identity_providers.saml_metadata.upload": _OVERWRITE,
    "identity_providers.scim_token.create": _INVALIDATE,
    "identity_providers.scim_token.find": _READ,
    "identity_providers.scim_token.get": _READ,
    "identity_providers.scim_token.update": _OVERWRITE,
    "identity_providers.set_mfa": _OVERWRITE,
    "identity_providers.signing_certificate": _READ,
    "identity_providers.types": _READ,
    "identity_providers.update": _OVERWRITE,
    "me.get": _READ,
    "me.patch": _OVERWRITE,
    "me.replace": _OVERWRITE_IDEMPOTENT,
    "mfa.delete": _DELETE,
    "mfa.find": _READ,
    "my_tags.add_member": _ADD,
    "my_tags.get": _READ,
    "my_tags.list": _READ,
    "my_tags.list_available": _READ,
    "my_tags.member_views": _READ,
    "my_tags.members": _READ,
    "my_tags.remove_member": _OVERWRITE_IDEMPOTENT,
    "my_tags.remove_requested_membership": _DELETE,
    "my_tags.requested_memberships": _READ,
    "my_tags.rules.add": _ADD,
    "my_tags.rules.list": _READ,
    "my_tags.rules.list_matched_users": _READ,
    "my_tags.rules.replace": _OVERWRITE,
    "resource_types": _READ,
    "schemas": _READ,
    "search": _READ,
    "service_identities.create": _ADD,
    "service_identities.custom_attributes.get": _READ,
    "service_identities.custom_attributes.list": _READ,
    "service_identities.custom_attributes.update": _OVERWRITE,
    "service_identities.delete": _DELETE,
    "service_identities.disable": _OVERWRITE,
    "service_identities.enable": _ADD,
    "service_identities.get": _READ,
    "service_identities.list": _READ,
    "service_identities.token.create": _INVALIDATE,
    "service_identities.token.find": _READ,
    "service_identities.token.get": _READ,
    "service_identities.token.update": _OVERWRITE,
    "service_identities.update": _OVERWRITE,
    "service_provider_config": _READ,
    "set_up_provisioning": _INVALIDATE,  # rotate_token revokes the token
    "tags.create": _ADD,
    "tags.delete": _DELETE,
    "tags.disable": _OVERWRITE,
    "tags.enable": _ADD,
    "tags.find_by_name": _READ,
    "tags.get": _READ,
    "tags.list": _READ,
    "tags.list_minimized": _READ,
    "tags.members.add": _ADD,
    "tags.members.get": _READ,
    "tags.members.list": _READ,
    "tags.members.list_available": _READ,
    "tags.members.remove": _OVERWRITE_IDEMPOTENT,
    "tags.members.set": _OVERWRITE,
    "tags.rules.add": _ADD,
    "tags.rules.list": _READ,
    "tags.rules.list_matched_users": _READ,
    "tags.rules.preview": _READ,
    "tags.rules.replace": _OVERWRITE,
    "tags.set_members": _OVERWRITE,
    "tags.set_owners": _OVERWRITE,
    "tags.update": _OVERWRITE,
    "users.create": _ADD,
    "users.custom_attributes.get": _READ,
    "users.custom_attributes.list": _READ,
    "users.custom_attributes.update": _OVERWRITE,
    "users.deactivate": _OVERWRITE,
    "users.delete": _DELETE,
    "users.disable": _OVERWRITE,
    "users.disable_many": _OVERWRITE,
    "users.enable": _ADD,
    "users.enable_many": _ADD,
    "users.ensure": _ADD,
    "users.find_by_external_id": _READ,
    "users.find_by_user_name": _READ,
    "users.find_by_username": _READ,
    "users.get": _READ,
    "users.list": _READ,
    "users.list_by_tag": _READ,
    "users.list_minimized": _READ,
    "users.patch": _OVERWRITE,
    "users.reactivate": _ADD,
    "users.replace": _OVERWRITE_IDEMPOTENT,
    "users.reset_mfa": _INVALIDATE,
    "users.reset_password": _INVALIDATE,
    "users.search": _READ,
    "users.subordinates": _READ,
    "users.update": _OVERWRITE,
    "users.upsert": _OVERWRITE,
    "users.upsert_many": _OVERWRITE,
    "workload.assign": _OVERWRITE,
    "workload.get_assignment": _READ,
    "workload.identity_providers.create": _ADD,
    "workload.identity_providers.delete": _DELETE,
    "workload.identity_providers.get": _READ,
    "workload.identity_providers.list": _READ,
    "workload.identity_providers.replace": _OVERWRITE_IDEMPOTENT,
    "workload.scim_users.designate": _OVERWRITE,
    "workload.scim_users.find": _READ,
    "workload.scim_users.remove": _OVERWRITE_IDEMPOTENT,
    "workload.unassign": _OVERWRITE_IDEMPOTENT,
}
"""Marks by the dotted name of the method on the client."""


def get_marks(name: str) -> OperationMarks:
    """Return the marks of the operation with this dotted name; the most cautious ones for an unlisted name."""
    return OPERATION_MARKS.get(name, _UNLISTED)
