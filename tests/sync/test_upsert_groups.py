# Generated from tests/aio/test_upsert_groups.py by tools/unasync.py; edit that file instead.
"""Upsert of groups: one group, and its members by the smallest change."""

from typing import Any

import pytest

from britive_scim import ScimClient, RetryPolicy, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.tenant_callers import GROUP, USER

PROVIDERS: list[dict[str, Any]] = [
    {},
    {"filterable": ("userName", "displayName")},
    {"filters": "refused"},
    {"patch": False},
    {"members_in_lists": False},
    {"group_patch_body": False},
]

HIDING: list[dict[str, Any]] = [
    {"members_in_get": "absent"},
    {"members_in_get": "empty"},
]


def make_tenant(users: int = 4, **capabilities: Any) -> tuple[Tenant, list[str]]:
    """Return a tenant and the ids of its users."""
    tenant = Tenant(capabilities=Capabilities(**capabilities))
    okta = tenant.identity_providers["Okta"]
    ids = [
        str(okta.add_user({"schemas": [USER], "userName": f"u{n}@acme.com"})["id"])
        for n in range(users)
    ]
    okta.add_group({"schemas": [GROUP], "displayName": "Other", "members": [{"value": ids[0]}]})
    return tenant, ids


def make_group(
    members: list[str] | None, name: str = "Guides", external_id: str | None = "G1"
) -> scim.Group:
    listed = None if members is None else [scim.Member(value=id_) for id_ in members]
    return scim.Group(display_name=name, external_id=external_id, members=listed)


def get_members(tenant: Tenant, position: int = -1) -> set[str]:
    capabilities = tenant.capabilities
    tenant.capabilities = Capabilities()
    group = tenant.identity_providers["Okta"].groups[position]
    tenant.capabilities = capabilities
    return {member["value"] for member in group.get("members", ())}


@each_value("capabilities", PROVIDERS)
def test_upsert_group_sets_members_and_comes_to_rest(capabilities: dict[str, Any]) -> None:
    tenant, (a, b, c, d) = make_tenant(**capabilities)
    with tenant.scim_client("Okta") as client:
        actions: list[str] = []
        for members in ([a, b], [b, c, d], None, [d]):
            for _ in range(2):
                result = client.groups.upsert(make_group(members))
                actions.append(result.action)
                if members is not None:
                    assert get_members(tenant) == set(members)
        renamed = client.groups.upsert(make_group([d], name="Leaders"))
    assert actions == [
        "created", "unchanged", "updated", "unchanged", "unchanged", "unchanged", "updated", "unchanged",
    ]  # fmt: skip
    assert (renamed.action, renamed.changes) == ("renamed", {"displayName": ("Guides", "Leaders")})
    assert len(tenant.identity_providers["Okta"].groups) == 2


def test_upsert_group_empty_list_removes_all_members() -> None:
    tenant, (a, b, *_) = make_tenant()
    with tenant.scim_client("Okta") as client:
        client.groups.upsert(make_group([a, b]))
        result = client.groups.upsert(make_group([]))
        again = client.groups.upsert(make_group([]))
    assert result.action == "updated"
    assert set(result.changes["members"][0]) == {a, b}
    assert result.changes["members"][1] == ()
    assert result.resource.members == []
    assert again.action == "unchanged"
    assert get_members(tenant) == set()


def test_upsert_group_sends_difference_of_members_only() -> None:
    """R9: one changed member is one id, never the full list."""
    tenant, ids = make_tenant(users=60)
    with tenant.scim_client("Okta") as client:
        client.groups.upsert(make_group(ids[:-1]))
        start = len(tenant.requests)
        result = client.groups.upsert(make_group(ids))
    assert [request.method for request in tenant.requests[start:]] == ["GET", "GET", "PATCH"]
    (operation,) = tenant.requests[-1].json()["Operations"]
    assert operation["op"] == "add"
    assert operation["value"] == [{"value": ids[-1]}]
    assert result.changes["members"] == (tuple(ids[:-1]), tuple(ids))
    assert [member.value for member in result.resource.members or ()] == ids


@each_value("capabilities", HIDING)
def test_upsert_group_hidden_members_are_set_once(capabilities: dict[str, Any]) -> None:
    """R12: unknown members are replaced, and not again by this client for the same list."""
    tenant, (a, b, c, _) = make_tenant(**capabilities)
    tenant.identity_providers["Okta"].add_group(
        {"schemas": [GROUP], "displayName": "Guides", "members": [{"value": c}]}
    )
    with tenant.scim_client("Okta") as client:
        result = client.groups.upsert(make_group([a, b]))
        assert (result.action, result.changes["members"]) == ("adopted", (None, (a, b)))
        assert get_members(tenant) == {a, b}
        again = client.groups.upsert(make_group([b, a]))
        assert again.action == "unchanged"
        kept = client.groups.upsert(make_group(None))
        assert kept.action == "unchanged"
        changed = client.groups.upsert(make_group([a]))
    assert changed.action == "updated"
    assert get_members(tenant) == {a}


def _patch(client: ScimClient, group: scim.Group, id_: str) -> None:
    operation = scim.PatchOperation("add", "members", [{"value": id_}])
    client.groups.patch(group, scim.PatchRequest([operation]))


def _replace(client: ScimClient, group: scim.Group, id_: str) -> None:
    members = [scim.Member(value=id_)]
    client.groups.replace(group.model_copy(update={"members": members}))


def _add(client: ScimClient, group: scim.Group, id_: str) -> None:
    client.groups.add_members(group, [id_])


def _remove(client: ScimClient, group: scim.Group, _: str) -> None:
    client.groups.remove_members(group, [member.value for member in group.members or ()])


def _patch_only(client: ScimClient, group: scim.Group, id_: str) -> None:
    operation = scim.PatchOperation("add", "members", [{"value": id_}])
    client.groups.patch(group, [operation], fetch=False)


def _send(client: ScimClient, group: scim.Group, id_: str) -> None:
    operation = scim.PatchOperation("add", "members", [{"value": id_}])
    client.send(client.groups.change(group, [operation]))


def _bulk(client: ScimClient, group: scim.Group, id_: str) -> None:
    operation = scim.PatchOperation("add", "members", [{"value": id_}])
    assert (client.bulk([client.groups.change(group, [operation])])).ok


@each_value("capabilities", HIDING)
@each_value("change", [_patch, _replace, _add, _remove, _patch_only, _send, _bulk])
def test_upsert_group_hidden_members_changed_by_the_client_are_set(
    capabilities: dict[str, Any], change: Any
) -> None:
    """What the same client did to a group since is taken into account, although the group shows nothing."""
    tenant, (a, b, *_) = make_tenant(**capabilities)
    with tenant.scim_client("Okta") as client:
        group = (client.groups.upsert(make_group([a]))).resource
        change(client, group.model_copy(update={"members": [scim.Member(value=a)]}), b)
        assert get_members(tenant) != {a}
        result = client.groups.upsert(make_group([a]))
        assert result.action == "updated"
        again = client.groups.upsert(make_group([a]))
    assert again.action == "unchanged"
    assert get_members(tenant) == {a}


def _set(client: ScimClient, group: scim.Group, id_: str) -> None:
    client.groups.set_members(group, [id_])


@each_value("capabilities", HIDING)
@each_value("change", [_patch, _replace, _add, _remove, _set])
def test_upsert_group_after_uncertain_change_sets_members(
    capabilities: dict[str, Any], change: Any
) -> None:
    """A change that may have been made makes the hidden members unknown."""
    tenant, (a, b, *_) = make_tenant(**capabilities)
    with tenant.scim_client("Okta", retry=RetryPolicy.none()) as client:
        group = (client.groups.upsert(make_group([a]))).resource
        for method in ("PATCH", "PUT"):
            tenant.faults.add(cut="after", method=method, times=None)
        with pytest.raises(errors.TransportError):
            change(client, group.model_copy(update={"members": [scim.Member(value=a)]}), b)
        tenant.faults.clear()
        assert get_members(tenant) != {a}
        assert (client.groups.upsert(make_group([a]))).action == "updated"
    assert get_members(tenant) == {a}


@each_value("capabilities", HIDING)
def test_upsert_group_dry_run_leaves_no_knowledge(capabilities: dict[str, Any]) -> None:
    tenant, (a, b, *_) = make_tenant(**capabilities)
    with tenant.scim_client("Okta") as client:
        client.groups.upsert(make_group([a]))
        with client.dry_run():
            for members in ([a, b], []):
                assert (client.groups.upsert(make_group(members))).action == "updated"
        assert (client.groups.upsert(make_group([a]))).action == "unchanged"
        assert (client.groups.upsert(make_group([a, b]))).action == "updated"
    assert get_members(tenant) == {a, b}


def test_upsert_group_read_empty_list_keeps_members() -> None:
    """An empty list of a response is unknown, unless it was assigned."""
    tenant, (a, b, *_) = make_tenant(members_in_get="empty")
    with tenant.scim_client("Okta") as client:
        created = client.groups.upsert(make_group([a, b]))
        read = client.groups.get(created.resource)
        assert read.members == []
        result = client.groups.upsert(read)
    assert result.action == "unchanged"
    assert get_members(tenant) == {a, b}


def test_upsert_group_members_may_be_cut() -> None:
    """R11: 50 members may be the first of more; they are replaced once."""
    tenant, ids = make_tenant(users=50)
    tenant.identity_providers["Okta"].add_group(
        {
            "schemas": [GROUP],
            "displayName": "Guides",
            "externalId": "G1",
            "members": [{"value": id_} for id_ in ids],
        }
    )
    with tenant.scim_client("Okta") as client:
        first = client.groups.upsert(make_group(ids))
        second = client.groups.upsert(make_group(ids))
    assert (first.action, first.changes["members"][0]) == ("updated", None)
    assert second.action == "unchanged"


def test_upsert_group_deleted_before_reading_is_created() -> None:
    tenant, (a, *_) = make_tenant()
    with tenant.scim_client("Okta") as client:
        client.groups.upsert(make_group([a]))
        tenant.faults.add(404, method="GET", path="*/Groups/*", times=1)
        result = client.groups.upsert(make_group([]))
    assert result.action == "updated"
    assert get_members(tenant) == set()


def test_upsert_group_refused_member_is_in_error() -> None:
    tenant, (a, *_) = make_tenant()
    with tenant.scim_client("Okta") as client:
        client.groups.upsert(make_group([a]))
        with pytest.raises(errors.ApiError) as caught:
            client.groups.upsert(make_group([a, "nobody"]))
    assert tuple(caught.value.remaining) == ("nobody",)


def test_upsert_group_dry_run_changes_nothing() -> None:
    tenant, (a, b, *_) = make_tenant()
    with tenant.scim_client("Okta") as client:
        client.groups.upsert(make_group([a]))
        with client.dry_run() as sent:
            result = client.groups.upsert(make_group([b]))
            created = client.groups.upsert(make_group([a], "New", "G2"))
        assert (result.action, result.changes["members"]) == ("updated", ((a,), (b,)))
        assert created.action == "created"
        assert {operation.method for operation in sent} == {"PATCH", "POST"}
        assert get_members(tenant) == {a}
        report = client.groups.upsert_many([make_group([b]), make_group([a], "New", "G2")])
    assert (report.updated, report.created, report.ok) == (1, 1, True)


def test_upsert_group_unkept_external_id_comes_to_rest() -> None:
    """Group responses are short, so that a missing value is confirmed by a reading."""
    tenant, (a, *_) = make_tenant(unmapped_attributes="dropped")
    with tenant.scim_client("Okta") as client:
        client.groups.upsert(make_group([a]))
        assert (client.groups.upsert(make_group([a]))).action == "unchanged"


def test_upsert_group_refuses_other_match_keys() -> None:
    tenant, _ = make_tenant()
    with tenant.scim_client("Okta") as client:
        with pytest.raises(errors.InputError, match="match must contain known keys"):
            client.groups.upsert(make_group(None), match=("email",))
    assert not tenant.requests


def test_upsert_group_twins_are_ambiguous() -> None:
    """R23: equal names are refused; one in the same case is preferred."""
    tenant, _ = make_tenant(unique_display_names=False)
    okta = tenant.identity_providers["Okta"]
    for name in ("guides", "GUIDES"):
        okta.add_group({"schemas": [GROUP], "displayName": name})
    with tenant.scim_client("Okta") as client:
        with pytest.raises(errors.Ambiguous, match="must match one resource by displayName"):
            client.groups.upsert(make_group(None))
        okta.add_group({"schemas": [GROUP], "displayName": "Guides"})
        result = client.groups.upsert(make_group(None))
    assert result.action == "adopted"
    assert okta.groups[-1]["externalId"] == "G1"
