"""Every method of the SCIM client that sends something or makes what is sent: how it is called."""

from __future__ import annotations

from typing import Any

from britive_scim import scim
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import DELETE, GET

ANA = scim.User(id="u1", user_name="ana@acme.com", external_id="x1")
DOORS = scim.Group(id="g1", display_name="Doors", members=[scim.Member(value="u1")])
CHANGES = {"displayName": "x"}
TAG = 'W/"1"'
QUERY = {
    "filter": 'title eq "x"',
    "attributes": ["title"],
    "excluded_attributes": None,
    "sort_by": "title",
    "page_size": 10,
}


def changed(resource: Any) -> None:
    """Change a resource, as `edit` asks for."""
    resource.display_name = "other"


def _of_both(noun: str, resource: Any, id_: str) -> dict[str, tuple[tuple[Any, ...], Any]]:
    return {
        f"{noun}.get": ((id_,), {"attributes": ["title"]}),
        f"{noun}.list": ((), QUERY),
        f"{noun}.search": ((), QUERY),
        f"{noun}.find_by_external_id": (("x1",), {}),
        f"{noun}.create": ((resource,), {}),
        f"{noun}.ensure": ((resource,), {}),
        f"{noun}.replace": ((resource,), {"if_match": TAG}),
        f"{noun}.patch": ((id_, CHANGES), {"if_match": TAG, "fetch": False}),
        f"{noun}.edit": ((id_, changed), {}),
        f"{noun}.delete": ((id_,), {"if_match": TAG}),
        f"{noun}.creation": ((resource,), {"bulk_id": "b1"}),
        f"{noun}.replacement": ((resource,), {"if_match": TAG}),
        f"{noun}.change": ((id_, CHANGES), {"if_match": TAG}),
        f"{noun}.deletion": ((id_,), {"if_match": TAG}),
    }


SCIM_CALLS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    **_of_both("users", ANA, "u1"),
    **_of_both("groups", DOORS, "g1"),
    "users.find_by_user_name": (("ana@acme.com",), {}),
    "users.deactivate": (("u1",), {}),
    "users.reactivate": (("u1",), {}),
    "groups.find_by_display_name": (("Doors",), {}),
    "groups.rename": (("g1", "Gates"), {}),
    "groups.add_members": (("g1", ["u1", ANA]), {}),
    "groups.remove_members": (("g1", ["u1", ANA]), {}),
    "groups.set_members": (("g1", ["u1", ANA]), {}),
    "me.get": ((), {"attributes": ["title"]}),
    "me.patch": ((CHANGES,), {"if_match": TAG}),
    "me.replace": ((ANA,), {"if_match": TAG}),
    "search": ((), QUERY),
    "bulk": (([DELETE("/Users/{}", "u1", returns=ignore_body)],), {"fail_on_errors": 1}),
    "send": ((GET("/Users/{}", "u1", returns=ignore_body),), {}),
    "check": ((), {}),
    "service_provider_config": ((), {}),
    "resource_types": ((), {}),
    "schemas": ((), {}),
    "collection": ((scim.User, "/Devices"), {}),
}
"""Dotted name -> arguments and keywords."""

SEND_NOTHING = {"aclose", "close", "dry_run", "from_env", "operations", "record"}
"""Public methods that take nothing of a request."""
