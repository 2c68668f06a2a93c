"""Clients, sync and async, against scim2-server: the life cycle of users and groups."""

import uuid

import pytest

from britive_scim import AsyncScimClient, ScimClient, errors, scim
from britive_scim.__main__ import main

from .conftest import TOKEN

pytestmark = pytest.mark.proof


def make_user(number: int = 0, mark: str | None = None) -> scim.User:
    name = f"peer-{mark or uuid.uuid4().hex[:10]}-{number}"
    return scim.User.of(email=f"{name}@example.com", given_name="Peer", family_name=f"No {number}")


def test_users_and_groups_life_cycle(scim2_server: str) -> None:
    with ScimClient(scim2_server, TOKEN) as client:
        assert client.check().ok

        ana = client.users.create(make_user())
        assert client.users.get(ana).user_name == ana.user_name
        with pytest.raises(errors.Conflict):
            client.users.create(make_user().model_copy(update={"user_name": ana.user_name}))
        found = client.users.find_by_user_name((ana.user_name or "").upper())
        assert found is not None
        assert found.id == ana.id

        patched = client.users.patch(ana, {"title": "Guide", "name.familyName": "Diaz"})
        assert (patched.title, patched.name and patched.name.family_name) == ("Guide", "Diaz")
        replaced = client.users.replace(patched.model_copy(update={"nick_name": "A"}))
        assert client.users.get(replaced).nick_name == "A"
        client.users.deactivate(ana)
        assert client.users.get(ana).active is False
        client.users.reactivate(ana)
        assert client.users.get(ana).active is True
        assert (
            client.users.ensure(make_user().model_copy(update={"user_name": ana.user_name}))[1]
            is False
        )

        bo = client.users.create(make_user())
        group = client.groups.create(scim.Group(display_name=f"Peers {uuid.uuid4().hex}"))
        client.groups.add_members(group, [ana, bo])
        client.groups.add_members(group, [ana])  # already a member: success
        assert {m.value for m in client.groups.get(group).members or []} == {ana.id, bo.id}
        client.groups.remove_members(group, [ana])
        assert [m.value for m in client.groups.get(group).members or []] == [bo.id]
        client.groups.set_members(group, [ana])
        assert [m.value for m in client.groups.get(group).members or []] == [ana.id]
        client.groups.rename(group, f"Renamed {group.display_name}")
        renamed = client.groups.find_by_display_name(f"Renamed {group.display_name}")
        assert renamed is not None
        assert renamed.id == group.id

        client.groups.delete(group)
        for user in (ana, bo):
            client.users.delete(user)
            with pytest.raises(errors.NotFound):
                client.users.get(user)


async def test_users_and_groups_life_cycle_async(scim2_server: str) -> None:
    async with AsyncScimClient(scim2_server, TOKEN) as client:
        assert (await client.check()).ok
        ana = await client.users.create(make_user())
        with pytest.raises(errors.Conflict):
            await client.users.create(ana.model_copy(update={"id": None, "meta": None}))
        patched = await client.users.patch(ana, {"title": "Guide"})
        assert patched.title == "Guide"
        await client.users.deactivate(ana)
        assert (await client.users.get(ana)).active is False
        group = await client.groups.create(scim.Group(display_name=f"Peers {uuid.uuid4().hex}"))
        await client.groups.set_members(group, [ana])
        assert [m.value for m in (await client.groups.get(group)).members or []] == [ana.id]
        await client.groups.remove_members(group, [ana])
        assert not (await client.groups.get(group)).members
        await client.groups.delete(group)
        await client.users.delete(ana)
        assert await client.users.find_by_user_name(ana.user_name or "") is None


def test_list_250_users_reads_all_pages(scim2_server: str) -> None:
    mark = uuid.uuid4().hex[:8]
    with ScimClient(scim2_server, TOKEN) as client:
        created = [client.users.create(make_user(n, mark)) for n in range(250)]
        pager = client.users.list(filter=f'userName sw "peer-{mark}"')
        assert {user.id for user in pager} == {user.id for user in created}
        assert pager.total == 250
        assert pager.complete
        assert pager.count() == 250
        assert sum(1 for _ in client.users.list(filter=f'userName sw "peer-{mark}"').pages()) == 3


async def test_list_250_users_reads_all_pages_async(scim2_server: str) -> None:
    mark = uuid.uuid4().hex[:8]
    async with AsyncScimClient(scim2_server, TOKEN) as client:
        created = [await client.users.create(make_user(n, mark)) for n in range(250)]
        pager = client.users.list(filter=scim.attr("userName").sw(f"peer-{mark}"))
        seen = [user.id async for user in pager]
        assert len(seen) == 250
        assert set(seen) == {user.id for user in created}
        assert pager.complete


def test_search_filter_returns_matches(scim2_server: str) -> None:
    mark = uuid.uuid4().hex[:8]
    filter_ = scim.attr("userName").sw(f"peer-{mark}")
    with ScimClient(scim2_server, TOKEN) as client:
        created = [client.users.create(make_user(n, mark)) for n in range(12)]
        pager = client.users.search(
            filter=filter_,
            sort_by="userName",
            descending=True,
            attributes=["userName"],
            page_size=5,
        )
        found = list(pager)
        assert (pager.total, pager.complete) == (12, True)
        ordered = [user.user_name for user in found]
        assert ordered == sorted((user.user_name for user in created), key=str, reverse=True)
        assert found[0].name is None
        assert {one.id for one in client.search(filter=filter_)} == {user.id for user in created}


def test_bulk_many_operations_send_one_request(scim2_server: str) -> None:
    with ScimClient(scim2_server, TOKEN) as client:
        old, taken = client.users.create(make_user()), client.users.create(make_user())
        group = scim.Group(display_name=f"Bulk {uuid.uuid4().hex}")
        twice = make_user().model_copy(update={"user_name": taken.user_name})
        report = client.bulk(
            [
                client.users.creation(make_user(), bulk_id="new"),
                client.groups.creation(
                    group.model_copy(update={"members": [scim.Member(value="bulkId:new")]})
                ),
                client.users.change(old, {"title": "Moved"}),
                client.users.creation(twice, bulk_id="twice"),
                client.users.deletion(taken),
            ]
        )
        assert [outcome.ok for outcome in report] == [True, True, True, False, True]
        assert isinstance(report[3].error, errors.Conflict)
        members = client.groups.get(report[1].id or "").members
        assert [m.value for m in members or []] == [report[0].id]
        assert client.users.get(old).title == "Moved"
        with pytest.raises(errors.NotFound):
            client.users.get(taken)


async def test_bulk_many_operations_send_one_request_async(scim2_server: str) -> None:
    async with AsyncScimClient(scim2_server, TOKEN) as client:
        report = await client.bulk(
            [client.users.creation(make_user(), bulk_id=f"n{n}") for n in range(20)]
        )
        assert report.ok
        assert report.requests == 1
        report = await client.bulk([client.users.deletion(one.id or "") for one in report])
        assert report.ok


def test_update_stale_version_raises_error(scim2_server: str) -> None:
    with ScimClient(scim2_server, TOKEN) as client:
        read = client.users.create(make_user())
        client.users.patch(read, {"title": "First"}, if_match=True)
        with pytest.raises(errors.PreconditionFailed):
            client.users.patch(read, {"title": "Late"}, if_match=True)
        with pytest.raises(errors.PreconditionFailed):
            client.users.replace(read.model_copy(update={"title": "Late"}), if_match=True)
        with pytest.raises(errors.PreconditionFailed):
            client.users.delete(read, if_match=True)
        assert client.users.get(read).title == "First"
        client.users.delete(client.users.get(read), if_match=True)


def test_edit_concurrent_change_is_retried(scim2_server: str) -> None:
    """The resource is read again if its version changed between read and write."""
    with ScimClient(scim2_server, TOKEN) as client, ScimClient(scim2_server, TOKEN) as other:
        created = client.users.create(make_user())
        calls: list[str | None] = []

        def promote(user: scim.User) -> None:
            calls.append(user.nick_name)
            if len(calls) == 1:
                other.users.patch(created, {"nickName": "Meanwhile"})
            user.title = "Chief"

        after = client.users.edit(created, promote)
        assert (after.title, after.nick_name) == ("Chief", "Meanwhile")
        assert calls == [None, "Meanwhile"]


def test_request_wrong_token_raises_unauthorized(scim2_server: str) -> None:
    with ScimClient(scim2_server, "not-the-token") as client:
        with pytest.raises(errors.Unauthorized):
            client.users.get("anyone")
        report = client.check()
        assert not report.ok
        assert "not-the-token" not in str(report)


def test_demo_scim_part_passes_and_cleans_up(
    scim2_server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRITIVE_SCIM_TOKEN", TOKEN)
    with ScimClient(scim2_server, TOKEN) as client:
        before = client.users.list().count(), client.groups.list().count()
        assert main(["demo", "--base-url", scim2_server]) == 0
        assert (client.users.list().count(), client.groups.list().count()) == before
    printed = capsys.readouterr().out
    assert "POST /Users" in printed
    assert TOKEN not in printed
