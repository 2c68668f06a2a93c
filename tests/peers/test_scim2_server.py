"""Our clients against scim2-server: users and groups through their whole life, in both colours."""

import uuid

import pytest

from britive_scim import AsyncScimClient, ScimClient, errors, scim
from britive_scim.__main__ import main

from .conftest import TOKEN

pytestmark = pytest.mark.proof


def someone(number: int = 0, mark: str | None = None) -> scim.User:
    name = f"peer-{mark or uuid.uuid4().hex[:10]}-{number}"
    return scim.User.of(email=f"{name}@example.com", given_name="Peer", family_name=f"No {number}")


def test_users_and_groups_live_their_life(scim2_server: str) -> None:
    with ScimClient(scim2_server, TOKEN) as client:
        assert client.check().ok

        ana = client.users.create(someone())
        assert client.users.get(ana).user_name == ana.user_name
        with pytest.raises(errors.Conflict):
            client.users.create(someone().model_copy(update={"user_name": ana.user_name}))
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
            client.users.ensure(someone().model_copy(update={"user_name": ana.user_name}))[1]
            is False
        )

        bo = client.users.create(someone())
        group = client.groups.create(scim.Group(display_name=f"Peers {uuid.uuid4().hex}"))
        client.groups.add_members(group, [ana, bo])
        client.groups.add_members(group, [ana])  # already there: success
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


async def test_users_and_groups_live_their_life_async(scim2_server: str) -> None:
    async with AsyncScimClient(scim2_server, TOKEN) as client:
        assert (await client.check()).ok
        ana = await client.users.create(someone())
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


def test_two_hundred_and_fifty_users_are_read_in_pages(scim2_server: str) -> None:
    mark = uuid.uuid4().hex[:8]
    with ScimClient(scim2_server, TOKEN) as client:
        made = [client.users.create(someone(n, mark)) for n in range(250)]
        pager = client.users.list(filter=f'userName sw "peer-{mark}"')
        assert {user.id for user in pager} == {user.id for user in made}
        assert pager.total == 250
        assert pager.complete
        assert pager.count() == 250
        assert sum(1 for _ in client.users.list(filter=f'userName sw "peer-{mark}"').pages()) == 3


async def test_two_hundred_and_fifty_users_are_read_in_pages_async(scim2_server: str) -> None:
    mark = uuid.uuid4().hex[:8]
    async with AsyncScimClient(scim2_server, TOKEN) as client:
        made = [await client.users.create(someone(n, mark)) for n in range(250)]
        pager = client.users.list(filter=scim.attr("userName").sw(f"peer-{mark}"))
        seen = [user.id async for user in pager]
        assert len(seen) == 250
        assert set(seen) == {user.id for user in made}
        assert pager.complete


def test_a_wrong_token_is_unauthorized(scim2_server: str) -> None:
    with ScimClient(scim2_server, "not-the-token") as client:
        with pytest.raises(errors.Unauthorized):
            client.users.get("anyone")
        report = client.check()
        assert not report.ok
        assert "not-the-token" not in str(report)


def test_the_scim_half_of_the_demo_passes_and_cleans_up(
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
