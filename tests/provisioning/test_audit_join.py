"""Events of the audit log joined with users: only those that an event names, and incomplete lists."""

from collections.abc import Iterable
from typing import Any

import pytest

from britive_scim import admin
from britive_scim.provisioning import Completeness, Directory
from britive_scim.tables import IncompleteTableWarning
from support.each_value import each_value


class EventList(list[admin.AuditEvent]):
    """Events of a pager."""

    def __init__(self, events: Iterable[admin.AuditEvent], complete: bool) -> None:
        super().__init__(events)
        self.complete = complete
        self.why_incomplete = None if complete else "cut"


def find(format: str = "admin API", **completeness: Any) -> Directory:
    return Directory.found(
        [{"id": "u1", "userName": "ops", "active": True}],
        [({"id": "g1", "displayName": "ops"}, [])],
        completeness=Completeness(**completeness),
        scim_url=None,
        provider=None,
        read_at=None,
        format=format,
    )


def join(directory: Directory, **event: Any) -> dict[str, Any]:
    table = directory.join_audit([admin.AuditEvent.from_wire(event)])
    (row,) = table
    return dict(zip(table.columns, row, strict=True))


@each_value(
    "target, by_id, by_name",
    [
        ({"type": "Tag", "targetId": "g1", "displayName": "ops"}, None, None),
        ({"type": "Tag", "displayName": "ops"}, None, None),
        ({"targetId": "g1", "displayName": "ops"}, None, "ops"),
        ({"targetId": "u1", "displayName": "Old name"}, "ops", None),
        ({"type": "User", "displayName": "OPS"}, "ops", "ops"),
        ({"type": "Service Identity", "displayName": "ops"}, "ops", "ops"),
        ({"displayName": "ops"}, "ops", "ops"),
    ],
)
def test_target_is_a_user_only_if_named_as_one(
    target: dict[str, Any], by_id: str | None, by_name: str | None
) -> None:
    for directory, key in ((find(), by_id), (find("SCIM"), by_name)):
        row = join(directory, target=target)
        assert (row["target_key"], row["target_status"]) == (key, key and "active")


@each_value(
    "actor, key",
    [
        ({"type": "API", "username": "ops"}, "ops"),
        ({"type": "API", "displayName": "ops"}, None),
        ({"userId": "u9", "username": "ops"}, None),  # an account that was created again
    ],
)
def test_actor_is_found_by_id_or_user_name(actor: dict[str, Any], key: str | None) -> None:
    assert join(find(), actor=actor)["actor_key"] == key


def test_incomplete_events_or_users_are_reported() -> None:
    events = [admin.AuditEvent()]
    cut = find(users=False, reasons=("users: page 2 is missing", "groups: x"))
    for directory, listed, reason in (
        (find(), EventList(events, False), "events: cut"),
        (cut, EventList(events, False), "events: cut; users: page 2 is missing"),
        (cut, events, "users: page 2 is missing"),
        (find(users=False), events, "users: not all were read"),
    ):
        table = directory.join_audit(listed)
        with pytest.warns(IncompleteTableWarning, match=f"rows may be missing: {reason}$"):
            frame = table.to_pandas()
        assert frame.attrs["complete"] is False
    assert find().join_audit(EventList(events, True)).complete is True
    assert find().join_audit(events).complete is None
