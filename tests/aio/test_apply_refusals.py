"""What `client.apply(plan)` refuses before the first write."""

from pathlib import Path
from typing import Any

import pytest

from britive_scim import AsyncScimClient, errors, scim
from britive_scim.provisioning import Directory, ExceededLimit, Memory, Policy
from britive_scim.provisioning import plan as plan_changes
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.plans import create, delete, make_plan, user_values

BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"concurrency": 0}, "concurrency must be an integer from 1 to 64"),
    ({"concurrency": True}, "concurrency must be"),
    ({"rate": 0}, "rate must be"),
    ({"rate": float("nan")}, "rate must be"),
    ({"rate": "25"}, "rate must be"),
    ({"deadline": 0}, "deadline must be"),
    ({"deadline": -1.0}, "deadline must be"),
    ({"limit": 0}, "limit must be"),
    ({"limit": 1.5}, "limit must be"),
    ({"replan": 1}, "replan must be"),
    ({"progress": 7}, "progress must be"),
    ({"only": []}, "only must be"),
    ({"only": [3]}, "only must be"),
    ({"only": 3}, "only must be keys"),
    ({"journal": 3}, "path must be a path of a file, got int"),
    ({"memory": 3}, "memory must be a Memory, got int"),
    ({"only": "00u8"}, "only must name objects"),
    ({"admin": object()}, "admin must be None"),
    ({"allow": {"removals": 3}}, "allow must have names of limits"),
]


@each_value("options", BAD_OPTIONS)
async def test_bad_argument_is_refused(options: Any) -> None:
    tenant = Tenant()
    arguments, message = options
    async with tenant.async_scim_client("Okta") as okta:
        with pytest.raises(errors.InputError, match=message):
            await okta.apply(make_plan(tenant, [create("00u1")]), **arguments)
    assert len(tenant.requests) == 0


async def test_other_object_than_plan_is_refused() -> None:
    async with Tenant().async_scim_client("Okta") as okta:
        plan: Any = {"changes": []}
        with pytest.raises(errors.InputError, match="plan must be a Plan, got dict"):
            await okta.apply(plan)


async def test_plan_of_other_tenant_is_refused() -> None:
    """R16: a plan is bound to its tenant."""
    tenant = Tenant("other")
    async with Tenant().async_scim_client("Okta") as okta:
        with pytest.raises(errors.PlanRefused, match="got one for https://other"):
            await okta.apply(make_plan(tenant, [create("a")]))
    assert len(tenant.requests) == 0


async def test_plan_of_other_provider_is_refused() -> None:
    tenant = Tenant()
    provider = tenant.identity_providers["Okta"]
    plan = make_plan(tenant, [create("a")], target={"provider": "Entra"})
    transport = tenant.async_transport()
    client = AsyncScimClient(
        provider.scim_url, provider.scim_token, transport=transport, provider="Okta"
    )
    async with client as okta:
        with pytest.raises(errors.PlanRefused, match="'Okta', got one for 'Entra'"):
            await okta.apply(plan)
        plan = make_plan(tenant, [create("a")], target={"provider": "okta", "known_ids": ("u-x",)})
        assert (await okta.apply(plan, rate=None)).ok


async def test_token_of_other_provider_is_found_out_by_known_ids() -> None:
    tenant = Tenant()
    async with (
        tenant.async_scim_client("Okta") as okta,
        tenant.async_scim_client("Entra") as entra,
    ):
        user = await okta.users.create(scim.User.from_wire(user_values("known")))
        target = {"known_ids": (str(user.id),)}
        plan = make_plan(tenant, [create("a")], target=target)
        with pytest.raises(errors.PlanRefused, match="token of the same identity provider"):
            await entra.apply(plan, rate=None)
        assert (await okta.apply(plan, rate=None)).ok
        removal = make_plan(tenant, [delete(str(user.id))], target=target)
        assert (await okta.apply(removal, rate=None)).ok
        assert (await okta.apply(removal, rate=None)).ok


@each_value("status", [400, 401, 403, 500, None])
async def test_unreadable_known_user_stops_the_run(status: int | None) -> None:
    """The provider cannot be checked, so nothing is sent; the report says why, and the plan remains."""
    tenant = Tenant()
    async with tenant.async_scim_client("Okta") as okta:
        user = await okta.users.create(scim.User.from_wire(user_values("known")))
        plan = make_plan(tenant, [create("a")], target={"known_ids": (str(user.id),)})
        cut: Any = None if status else "before"
        fault = tenant.faults.add(status, method="GET", cut=cut, times=None)
        memory = Memory()
        report = await okta.apply(plan, rate=None, memory=memory)
        assert not report.ok
        assert report.stopped is not None
        assert ("401" if status == 401 else "nothing was sent") in report.stopped.reason
        assert isinstance(report.stopped.error, (errors.ApiError, errors.TransportError))
        assert (report.failures, report.remaining.changes) == ((), plan.changes)
        with pytest.raises(type(report.stopped.error)):
            report.raise_for_failures()
        assert {request.method for request in tenant.requests[1:]} == {"GET"}
        tenant.faults.clear()
        assert fault
        assert (await okta.apply(plan, rate=None, memory=memory)).ok


async def test_plan_continues_where_deactivation_removes() -> None:
    """A known user whom the plan deactivates may be gone, and another one proves the identity provider."""
    tenant = Tenant(capabilities=Capabilities(deactivate_deletes=True))
    people = [user_values(key) for key in ("a", "b")]
    async with (
        tenant.async_scim_client("Okta") as okta,
        tenant.async_scim_client("Entra") as entra,
    ):
        for values in people:
            await okta.users.create(scim.User.from_wire(values))
        found = await okta.read_directory()
        for record in found.user_records:  # either of them may have the lower id
            kept = [values for values in people if values["externalId"] == record.external_id]
            removal = plan_changes(Directory.of(kept), found, policy=Policy(missing="deactivate"))
            assert removal.target.known_ids == (record.id,)
            with pytest.raises(errors.PlanRefused, match="token of the same identity provider"):
                await entra.apply(removal, rate=None)
        assert (await okta.apply(removal, rate=None)).ok
        assert (await okta.apply(removal, rate=None)).ok


async def test_exceeded_limit_is_refused_unless_allowed() -> None:
    """R2: limits stop the run before the first write, and are raised by number."""
    tenant = Tenant()
    limit = ExceededLimit(name="deactivations", planned=12, limit=10, rule="max(10, 1 %)")
    plan = make_plan(tenant, [create("a")], exceeded=(limit,))
    async with tenant.async_scim_client("Okta") as okta:
        with pytest.raises(errors.PlanRefused, match="deactivations"):
            await okta.apply(plan)
        with pytest.raises(errors.PlanRefused):
            await okta.apply(plan, allow={"deactivations": 11})
        assert len(tenant.requests) == 0
        assert (await okta.apply(plan, allow={"deactivations": 12}, rate=None)).ok


async def test_end_sessions_is_refused() -> None:
    tenant = Tenant()
    policies: list[Any] = []
    try:
        policies.append(Policy(end_sessions=True))
    except errors.ConfigurationError:
        return
    async with tenant.async_scim_client("Okta") as okta:
        with pytest.raises(errors.ConfigurationError, match="end_sessions"):
            await okta.apply(make_plan(tenant, [create("a")], policy=policies[0]))


async def test_read_only_client_is_refused() -> None:
    tenant = Tenant()
    async with tenant.async_scim_client("Okta", read_only=True) as okta:
        with pytest.raises(errors.ReadOnly):
            await okta.apply(make_plan(tenant, [create("a")]))
        assert (await okta.apply(make_plan(tenant, []))).ok
    assert len(tenant.requests) == 0


async def test_memory_of_other_provider_is_refused() -> None:
    tenant = Tenant()
    memory = Memory(scim_url="https://other.britive-app.com/api/scim/v2")
    async with tenant.async_scim_client("Okta") as okta:
        with pytest.raises(errors.ConfigurationError, match="memory must belong"):
            await okta.apply(make_plan(tenant, [create("a")]), memory=memory)
    assert len(tenant.requests) == 0


async def test_journal_of_other_plan_is_refused(tmp_path: Path) -> None:
    tenant = Tenant()
    path = tmp_path / "run.jsonl"
    async with tenant.async_scim_client("Okta") as okta:
        await okta.apply(make_plan(tenant, [create("a")]), rate=None, journal=path)
        count = len(tenant.requests)
        with pytest.raises(errors.PlanRefused, match="journal must belong to this plan"):
            await okta.apply(make_plan(tenant, [create("b")]), rate=None, journal=path)
    assert len(tenant.requests) == count


async def test_unusable_journal_is_refused(tmp_path: Path) -> None:
    tenant = Tenant()
    link = tmp_path / "link.jsonl"
    link.symlink_to(tmp_path / "other.jsonl")
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text("not a journal\n")
    plan = make_plan(tenant, [create("a")])
    async with tenant.async_scim_client("Okta") as okta:
        for path in (link, tmp_path, tmp_path / "missing" / "run.jsonl", damaged):
            with pytest.raises(errors.ConfigurationError, match="journal must be"):
                await okta.apply(plan, journal=path)
    assert len(tenant.requests) == 0
    assert not (tmp_path / "other.jsonl").exists()
