"""Plans built by hand, without a planner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from britive_scim.provisioning import Change, Plan, PlanTarget
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.testing import Tenant

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"


def user_values(key: str, **values: Any) -> dict[str, Any]:
    """Return a user in wire form."""
    name = f"{key}@acme.com"
    return {
        "schemas": [USER_SCHEMA],
        "userName": name,
        "externalId": key,
        "name": {"givenName": "Ana", "familyName": key},
        "active": True,
        "emails": [{"value": name, "type": "work"}],
        **values,
    }


def make_plan(tenant: Tenant, changes: Iterable[Change], **values: Any) -> Plan:
    """Return a plan for the identity provider Okta of a tenant, whose directory was read now."""
    target: dict[str, Any] = {
        "scim_url": tenant.identity_providers["Okta"].scim_url,
        "provider": None,
        "digest": "d",
        "read_at": datetime.now(UTC),
        **values.pop("target", {}),
    }
    policy = values.pop("policy", Policy())
    return Plan(changes=tuple(changes), policy=policy, target=PlanTarget(**target), **values)


def create(key: str, **values: Any) -> Change:
    """Return the creation of a user."""
    after = user_values(key, **values)
    return Change(
        action="create", type="User", key=key, id=f"new:{key}", stage="users", after=after
    )


def create_group(name: str) -> Change:
    """Return the creation of a group."""
    return Change(
        action="create",
        type="Group",
        key=name,
        id=f"new:group:{name}",
        stage="groups",
        after={"displayName": name},
    )


def add_members(group: str, ids: Iterable[str], **values: Any) -> Change:
    """Return the addition of members, to a group of the server or one that the plan creates."""
    return Change(
        action="add_members",
        type="Group",
        key=group,
        id=group,
        stage="members_in",
        after={"members": list(ids)},
        **values,
    )


def remove_members(group: str, ids: Iterable[str], **values: Any) -> Change:
    """Return the removal of members."""
    return Change(
        action="remove_members",
        type="Group",
        key=group,
        id=group,
        stage="members_out",
        before={"members": list(ids)},
        **values,
    )


def update(id_: str, name: str, before: Any, after: Any, **values: Any) -> Change:
    """Return the change of one attribute of a user."""
    arguments: dict[str, Any] = {
        "action": "update",
        "type": "User",
        "key": id_,
        "id": id_,
        "stage": "users",
        "before": {name: before},
        "after": {name: after},
        "operations": ({"op": "replace", "path": name, "value": after},),
        "assumes": {name: before},
    }
    return Change(**(arguments | values))


def deactivate(id_: str, **values: Any) -> Change:
    """Return the deactivation of a user."""
    arguments: dict[str, Any] = {"stage": "removals", "assumes": {"active": True}, **values}
    return Change(
        action="deactivate",
        type="User",
        key=id_,
        id=id_,
        before={"active": True},
        after={"active": False},
        operations=({"op": "replace", "path": "active", "value": False},),
        **arguments,
    )


def delete(id_: str, type_: Any = "User", **values: Any) -> Change:
    """Return the deletion of an object."""
    return Change(action="delete", type=type_, key=id_, id=id_, stage="deletions", **values)
