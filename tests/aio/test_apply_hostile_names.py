"""Names of users and groups that look like placeholder ids, or contain control characters."""

from britive_scim import scim
from britive_scim.provisioning import Directory, plan
from britive_scim.testing import Tenant
from support.plans import create, make_plan, user_values


async def test_group_named_like_a_placeholder_keeps_its_name() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        await okta.users.create(scim.User.from_wire(user_values("a")))
        await okta.groups.create(scim.Group(display_name="H", external_id="g1"))
        groups = [
            {"displayName": "new:b", "externalId": "g1", "members": ["a", "b"]},
            {"displayName": "new:a", "externalId": "new:b", "members": ["b"]},
        ]
        wanted = Directory.of([user_values("a"), user_values("b")], groups)
        report = await okta.apply(plan(wanted, await okta.read_directory()), rate=None)
        found = {group.display_name: group async for group in okta.groups.list()}
        b = await okta.users.find_by_external_id("b")
    assert report.ok, report
    assert set(found) == {"new:a", "new:b"}
    assert found["new:a"].external_id == "new:b"
    assert b is not None
    for name, size in (("new:a", 1), ("new:b", 2)):
        ids = [member.value for member in found[name].members or ()]
        assert b.id in ids
        assert len(ids) == size


async def test_texts_of_failures_escape_control_characters() -> None:
    tenant = Tenant()
    tenant.faults.add(status=400, body={"detail": "no \x1b[2J"}, method="POST", times=None)
    async with tenant.async_scim_client("Okta") as okta:
        report = await okta.apply(make_plan(tenant, [create("\x1b[31mred")]), rate=None)
    [failure] = report.failures
    assert "\\x1b[31mred" in str(failure)
    assert str(failure).isprintable()
