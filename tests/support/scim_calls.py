"""One call of every method of the SCIM client that sends or builds a request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from britive_scim import scim
from britive_scim.provisioning.plans.change import Change
from britive_scim.provisioning.plans.plan import Plan, PlanTarget
from britive_scim.provisioning.plans.policy import Policy
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET

ANA = scim.User(id="u1", user_name="ana@acme.com", external_id="x1")
DOORS = scim.Group(id="g1", display_name="Doors", members=[scim.Member(value="u1")])
CHANGES = {"displayName": "x"}
ETAG = 'W/"1"'
PLAN = Plan(
    changes=(
        Change(
            action="rename",
            type="Group",
            key="Doors",
            id="g1",
            stage="groups",
            after=CHANGES,
            operations=({"op": "replace", "path": "displayName", "value": "x"},),
        ),
    ),
    policy=Policy(),
    target=PlanTarget(scim_url=None, provider=None, digest="", read_at=datetime.now(UTC)),
)
QUERY = {
    "filter": 'displayName eq "x"',
    "attributes": ["displayName"],
    "excluded_attributes": None,
    "sort_by": "displayName",
    "page_size": 10,
}


def change_display_name(resource: Any) -> None:
    """Change a resource; an argument of `edit`."""
    resource.display_name = "other"


def _common_calls(name: str, resource: Any, id_: str) -> dict[str, tuple[tuple[Any, ...], Any]]:
    return {
        f"{name}.get": ((id_,), {"attributes": ["displayName"]}),
        f"{name}.list": ((), QUERY),
        f"{name}.search": ((), QUERY),
        f"{name}.find_by_external_id": (("x1",), {}),
        f"{name}.create": ((resource,), {}),
        f"{name}.ensure": ((resource,), {}),
        f"{name}.upsert": ((resource,), {"adopt": "all"}),
        f"{name}.upsert_many": (([resource],), {"concurrency": 1}),
        f"{name}.replace": ((resource,), {"if_match": ETAG}),
        f"{name}.patch": ((id_, CHANGES), {"if_match": ETAG, "fetch": False}),
        f"{name}.edit": ((id_, change_display_name), {}),
        f"{name}.delete": ((id_,), {"if_match": ETAG}),
        f"{name}.creation": ((resource,), {"bulk_id": "b1"}),
        f"{name}.replacement": ((resource,), {"if_match": ETAG}),
        f"{name}.change": ((id_, CHANGES), {"if_match": ETAG}),
        f"{name}.deletion": ((id_,), {"if_match": ETAG}),
    }


SCIM_CALLS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    **_common_calls("users", ANA, "u1"),
    **_common_calls("groups", DOORS, "g1"),
    "users.find_by_user_name": (("ana@acme.com",), {}),
    "users.deactivate": (("u1",), {}),
    "users.reactivate": (("u1",), {}),
    "groups.find_by_display_name": (("Doors",), {}),
    "groups.rename": (("g1", "Gates"), {}),
    "groups.add_members": (("g1", ["u1", ANA]), {}),
    "groups.remove_members": (("g1", ["u1", ANA]), {}),
    "groups.set_members": (("g1", ["u1", ANA]), {}),
    "me.get": ((), {"attributes": ["title"]}),
    "me.patch": ((CHANGES,), {"if_match": ETAG}),
    "me.replace": ((ANA,), {"if_match": ETAG}),
    "search": ((), QUERY),
    "bulk": (([DELETE("/Users/{}", "u1", returns=ignore_body)],), {"fail_on_errors": 1}),
    "send": ((GET("/Users/{}", "u1", returns=ignore_body),), {}),
    "check": ((), {}),
    "apply": ((PLAN,), {"rate": None}),
    "read_directory": ((), {"concurrency": 2}),
    "service_provider_config": ((), {}),
    "resource_types": ((), {}),
    "schemas": ((), {}),
    "collection": ((scim.User, "/Devices"), {}),
}
"""Dotted name -> positional and keyword arguments."""

LOCAL_METHODS = {"aclose", "close", "dry_run", "from_env", "operations", "record"}
"""Public methods that do not concern a request."""
