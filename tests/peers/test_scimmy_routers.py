"""Clients, sync and async, against scimmy-routers (npm), an independent server implementation.

Its behaviour: relative locations, `itemsPerPage` as requested, an unannounced `ETag`, case-sensitive filters,
and the first page for a start index after the last one. It requires express 4: under express 5 it loses
`startIndex` and `count`.
"""

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from britive_scim import AsyncScimClient, ScimClient, errors, scim
from britive_scim.scim import names

from .conftest import TOKEN, find_free_port, run_server

NODE, NPM = shutil.which("node"), shutil.which("npm")
HERE = Path(__file__).parent / "scimmy"

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(NODE is None or NPM is None, reason="needs node and npm"),
]


@pytest.fixture(scope="session")
def scimmy_installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the server's script and its packages of the npm registry."""
    assert NPM is not None
    home = tmp_path_factory.mktemp("scimmy-routers")
    for name in ("package.json", "server.cjs"):
        shutil.copy(HERE / name, home / name)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    completed = subprocess.run(
        [NPM, "install", *options], cwd=home, capture_output=True, text=True, timeout=180
    )
    assert completed.returncode == 0, completed.stderr
    return home


@pytest.fixture(scope="module")
def scimmy(scimmy_installed: Path) -> Iterator[str]:
    """Return the base URL of an empty scimmy-routers server with the token `TOKEN`."""
    assert NODE is not None
    port = find_free_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PEER_PORT", str(port))
        environment.setenv("PEER_TOKEN", TOKEN)
        server = run_server(
            [NODE, str(scimmy_installed / "server.cjs")], port, scimmy_installed / "log"
        )
        with server:
            yield f"http://127.0.0.1:{port}/scim/v2"


def make_user(number: int = 0, mark: str | None = None) -> scim.User:
    name = f"peer-{mark or uuid.uuid4().hex[:10]}-{number:03}"
    return scim.User.of(email=f"{name}@example.com", given_name="Peer", family_name=f"No {number}")


def test_discovery_returns_capabilities(scimmy: str) -> None:
    with ScimClient(scimmy, TOKEN) as client:
        config = client.service_provider_config()
        assert config.patch
        assert config.patch.supported
        assert config.etag
        assert config.etag.supported is False
        assert {type_.name for type_ in client.resource_types()} == {"User", "Group"}
        assert {names.USER, names.GROUP, names.ENTERPRISE_USER} <= {
            one.id for one in client.schemas()
        }
        assert client.check().ok


def test_request_wrong_token_raises_unauthorized(scimmy: str) -> None:
    with ScimClient(scimmy, "not-the-token") as client:
        with pytest.raises(errors.Unauthorized):
            client.users.get("anyone")
        report = client.check()
    assert not report.ok
    assert "not-the-token" not in str(report)


def test_users_life_cycle(scimmy: str) -> None:
    with ScimClient(scimmy, TOKEN) as client:
        ana = client.users.create(make_user())
        assert client.users.get(ana).user_name == ana.user_name
        with pytest.raises(errors.Conflict):
            client.users.create(make_user().model_copy(update={"user_name": ana.user_name}))
        found = client.users.find_by_user_name(ana.user_name or "")
        assert found is not None
        assert found.id == ana.id

        patched = client.users.patch(ana, {"title": "Guide", "name.familyName": "Diaz"})
        assert (patched.title, patched.name and patched.name.family_name) == ("Guide", "Diaz")
        client.users.patch(ana, {f"{names.ENTERPRISE_USER}:department": "Paths"})
        enterprise = client.users.get(ana).enterprise
        assert enterprise is not None
        assert enterprise.department == "Paths"
        replaced = client.users.replace(
            client.users.get(ana).model_copy(update={"nick_name": "A", "title": None})
        )
        assert (replaced.nick_name, client.users.get(ana).title) == ("A", None)

        client.users.deactivate(ana)
        assert client.users.get(ana).active is False
        client.users.reactivate(ana)
        assert client.users.get(ana).active is True
        again = make_user().model_copy(update={"user_name": ana.user_name})
        assert client.users.ensure(again)[1] is False

        def promote(user: scim.User) -> None:
            user.title = "Chief"

        assert client.users.edit(ana, promote).title == "Chief"
        client.users.delete(ana)
        with pytest.raises(errors.NotFound):
            client.users.get(ana)


def test_groups_life_cycle(scimmy: str) -> None:
    with ScimClient(scimmy, TOKEN) as client:
        ana, bo = client.users.create(make_user()), client.users.create(make_user())
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
        with pytest.raises(errors.NotFound):
            client.groups.get(group)


def test_search_filter_sort_and_pages_return_matches(scimmy: str) -> None:
    mark = uuid.uuid4().hex[:8]
    filter_ = scim.attr("userName").sw(f"peer-{mark}")
    with ScimClient(scimmy, TOKEN) as client:
        created = [client.users.create(make_user(n, mark)) for n in range(45)]
        pager = client.users.list(filter=filter_, page_size=20)
        assert [len(page) for page in pager.pages()] == [20, 20, 5]
        assert (pager.total, pager.complete) == (45, True)
        assert {user.id for user in client.users.list(filter=filter_)} == {u.id for u in created}
        both = filter_ & scim.attr("name.familyName").eq("No 7")
        assert [user.id for user in client.users.search(filter=both)] == [created[7].id]
        # a search over all types reads at most the first 20 of each
        assert [one.id for one in client.search(filter=both)] == [created[7].id]
        down = client.users.search(filter=filter_, sort_by="userName", descending=True)
        ordered = [user.user_name for user in down]
        assert len(ordered) == 45
        assert ordered == sorted(ordered, key=str, reverse=True)
        bare = client.users.search(filter=filter_, attributes=["userName"]).first()
        assert bare is not None
        assert bare.name is None


def test_bulk_many_operations_send_one_request(scimmy: str) -> None:
    """A new group refers to a new user by its bulkId."""
    with ScimClient(scimmy, TOKEN) as client:
        old, taken = client.users.create(make_user()), client.users.create(make_user())
        group = scim.Group(display_name=f"Bulk {uuid.uuid4().hex}")
        report = client.bulk(
            [
                client.users.creation(make_user(), bulk_id="new"),
                client.groups.creation(
                    group.model_copy(update={"members": [scim.Member(value="bulkId:new")]})
                ),
                client.users.change(old, {"title": "Moved"}),
                client.users.creation(
                    make_user().model_copy(update={"user_name": taken.user_name}), bulk_id="twice"
                ),
                client.users.deletion(taken),
            ]
        )
        assert [outcome.ok for outcome in report] == [True, True, True, False, True]
        assert isinstance(report[3].error, errors.Conflict)
        assert [m.value for m in client.groups.get(report[1].id or "").members or []] == [
            report[0].id
        ]
        assert client.users.get(old).title == "Moved"
        with pytest.raises(errors.NotFound):
            client.users.get(taken)


async def test_users_and_groups_life_cycle_async(scimmy: str) -> None:
    async with AsyncScimClient(scimmy, TOKEN) as client:
        assert (await client.check()).ok
        ana = await client.users.create(make_user())
        with pytest.raises(errors.Conflict):
            await client.users.create(ana.model_copy(update={"id": None, "meta": None}))
        assert (await client.users.patch(ana, {"title": "Guide"})).title == "Guide"
        await client.users.deactivate(ana)
        assert (await client.users.get(ana)).active is False
        found = [u.id async for u in client.users.search(filter=f'userName eq "{ana.user_name}"')]
        assert found == [ana.id]

        group = await client.groups.create(scim.Group(display_name=f"Peers {uuid.uuid4().hex}"))
        await client.groups.set_members(group, [ana])
        assert [m.value for m in (await client.groups.get(group)).members or []] == [ana.id]
        await client.groups.remove_members(group, [ana])
        assert not (await client.groups.get(group)).members
        await client.groups.delete(group)

        report = await client.bulk([client.users.creation(make_user()), client.users.deletion(ana)])
        assert report.ok
        assert await client.users.find_by_user_name(ana.user_name or "") is None
        with pytest.raises(errors.NotFound):
            await client.users.get(ana)


async def test_list_read_ahead_returns_pages_in_order(scimmy: str) -> None:
    mark = uuid.uuid4().hex[:8]
    async with AsyncScimClient(scimmy, TOKEN) as client:
        created = [await client.users.create(make_user(n, mark)) for n in range(95)]
        pager = client.users.list(
            filter=scim.attr("userName").sw(f"peer-{mark}"), page_size=10, concurrency=4
        )
        assert [user.id async for user in pager] == [user.id for user in created]
        assert pager.complete
