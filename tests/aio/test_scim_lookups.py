"""Look-ups find the resource that the server finds: `find_by_*`, `ensure`, and the recovery of a lost create."""

import json
import unicodedata
from typing import Annotated, Any

import httpx
import pytest

from britive_scim import AsyncScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_response,
    make_user,
)

LOST = httpx.ReadTimeout("")
UPPER, LOWER = "0051a000000AbCd", "0051a000000aBcD"
"""Identifiers of two people that differ only in case, as Salesforce assigns them."""

NFC = unicodedata.normalize("NFC", "Équipe Zürich")
NFD = unicodedata.normalize("NFD", NFC)


def client_of(*steps: Any, **options: Any) -> AsyncScimClient:
    return AsyncScimClient(
        URL,
        TOKEN,
        transport=FakeScimServer(*steps),
        settings=Settings(clock=FakeClock()),
        **options,
    )


class Directory(FakeScimServer):
    """Server with users and groups; it compares filters by `fold`, and stores what is created.

    `refused` names attributes that filters may not use.
    """

    def __init__(
        self, *stored: dict[str, Any], fold: Any = str.casefold, refused: str = ""
    ) -> None:
        super().__init__(self.respond)
        self.stored = list(stored)
        self.fold = fold
        self.refused = refused

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            created = {**json.loads(request.content), "id": f"new{len(self.stored)}"}
            self.stored.append(created)
            return make_response(201, created)
        if request.url.path.endswith("/ServiceProviderConfig"):
            return make_error(404)
        name, _, value = request.url.params["filter"].split(" ", 2)
        if name == self.refused:
            return make_error(400, "no such filter", scimType="invalidFilter")
        hits = [
            r for r in self.stored if self.fold(r.get(name, "")) == self.fold(json.loads(value))
        ]
        return make_list(*hits)


def normalize(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


# ------------------------------------------------------------------------------------- find

FINDS: list[tuple[list[str], str, str | None]] = [
    ([UPPER], LOWER, None),
    ([UPPER, LOWER], LOWER, "2"),
    ([UPPER], UPPER, "1"),
    ([NFC], NFD, "1"),
    ([NFD], NFC, "1"),
    ([NFC.upper()], NFC, None),
    (["x-1 "], "x-1", None),
]


@each_value("stored, wanted, found", FINDS)
async def test_find_by_external_id_compares_exactly(
    stored: list[str], wanted: str, found: str | None
) -> None:
    users = [make_user(number, externalId=id_) for number, id_ in enumerate(stored, 1)]
    async with client_of(make_list(*users)) as client:
        user = await client.users.find_by_external_id(wanted)
        assert (user and user.id) == found
        group = await client.groups.find_by_external_id(wanted)
        assert (group and group.id) == found


@each_value("status", [400, 501])
async def test_find_reads_list_if_filter_is_refused(status: int) -> None:
    """Britive documents filters by `userName` and by the `displayName` of groups alone."""
    stored = make_list(make_user(1, externalId="E1"), make_user(2, externalId="E2"))

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/ServiceProviderConfig"):
            return make_response(200, {"filter": {"supported": True}})
        return make_error(status) if "filter" in request.url.params else stored

    script = FakeScimServer(respond)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        user = await client.users.find_by_external_id("E2")
        assert (user and user.id) == "2"
        del script.sent[:]
        assert await client.users.find_by_external_id("e2") is None
        assert script.lines == ["GET /Users"]  # the refused filter is not sent once more
        user = await client.users.find_by_user_name("u1@example.com")
        assert (user and user.id) == "1"


async def test_find_on_tenant_with_documented_filters_only() -> None:
    tenant = Tenant(capabilities=Capabilities(filterable=("userName", "displayName")))
    async with tenant.async_scim_client("Okta") as okta:
        group = await okta.groups.create(scim.Group.of("Guides", external_id="G1"))
        user = await okta.users.create(make_person(external_id="E1"))
        for users, id_ in ((okta.users, user.id), (okta.groups, group.id)):
            found = await users.find_by_external_id("E1" if users is okta.users else "G1")
            assert found is not None
            assert found.id == id_
            assert await users.find_by_external_id("E2") is None


NAMES: list[tuple[list[str], str, str | None]] = [
    (["ANA"], "ana", "1"),
    ([NFC], NFD, "1"),
    ([NFD], NFC.upper(), "1"),
    (["Straße"], "STRASSE", "1"),
    (["ana", "ANA"], "ANA", "2"),
    ([NFC, NFC.upper()], NFD, "1"),
    ([NFD, NFC], NFC, "2"),
    (["ana", "ANA"], "Ana", "ambiguous"),
    (["Ops", "Ops"], "Ops", "ambiguous"),
    (["anna"], "ana", None),
    ([" ana"], "ana", None),
]


@each_value("stored, wanted, found", NAMES)
async def test_find_by_name_compares_without_case(
    stored: list[str], wanted: str, found: str | None
) -> None:
    users = [make_user(n, userName=name) for n, name in enumerate(stored, 1)]
    groups = [{**make_group(n, displayName=name), "id": str(n)} for n, name in enumerate(stored, 1)]
    async with client_of(make_list(*users)) as user_client, client_of(make_list(*groups)) as client:
        for find in (user_client.users.find_by_user_name, client.groups.find_by_display_name):
            if found == "ambiguous":
                with pytest.raises(errors.Ambiguous) as caught:
                    await find(wanted)
                assert caught.value.candidates == ("1", "2")
            else:
                resource: Any = await find(wanted)
                assert (resource and resource.id) == found


async def test_find_by_user_name_equates_widths_of_letters() -> None:
    async with client_of(make_list(make_user(1, userName="\uff21nn"))) as client:
        assert await client.users.find_by_user_name("ann") is not None


async def test_find_on_server_comparing_bytes_sends_both_normal_forms() -> None:
    for stored in (NFC, NFD):
        server = Directory(make_group(1, displayName=stored), fold=str)
        async with client_of(server.respond) as client:
            for wanted in (NFD, stored):
                assert (await client.groups.find_by_display_name(wanted)) is not None
    server = Directory(make_group(1, displayName="a"), fold=str)
    async with AsyncScimClient(URL, TOKEN, transport=server) as client:
        await client.groups.find_by_display_name("a")
    assert len(server.sent) == 1


async def test_find_compares_by_the_rule_of_a_custom_class() -> None:
    async with client_of(make_list(make_user(1, userName="ANA"))) as client:
        people = client.collection(ExactPerson, "/Users")
        assert await people.find_by_user_name("ana") is None
        assert await people.find_by_user_name("ANA") is not None


class ExactPerson(scim.User):
    """User whose name distinguishes case."""

    user_name: Annotated[str | None, scim.REQUIRED, scim.CASE_EXACT] = None


# ------------------------------------------------------------------------------------- ensure


def make_person(login: str = "ana.diaz@acme.com", external_id: str | None = "hr-1") -> scim.User:
    return scim.User.of(email=login, given_name="Ana", family_name="Diaz", external_id=external_id)


async def test_ensure_returns_renamed_user_of_same_external_id() -> None:
    tenant = Tenant("acme")
    async with tenant.async_scim_client("Okta") as okta:
        first, created = await okta.users.ensure(make_person())
        assert created
        second, created = await okta.users.ensure(make_person("ana.mora@acme.com"))
        assert (second.id, created) == (first.id, False)
        assert second.user_name == "ana.diaz@acme.com"
        group, created = await okta.groups.ensure(scim.Group.of("Guides", external_id="g-1"))
        renamed, created = await okta.groups.ensure(scim.Group.of("Leaders", external_id="g-1"))
        assert (renamed.id, created) == (group.id, False)


async def test_ensure_creates_users_whose_external_ids_differ_in_case() -> None:
    server = Directory(make_user(1, userName="bob@x.test", externalId=UPPER))
    async with AsyncScimClient(URL, TOKEN, transport=server) as client:
        user, created = await client.users.ensure(make_person(external_id=LOWER))
    assert (created, user.external_id) == (True, LOWER)


@each_value(
    "stored, is_same",
    [(None, True), ("hr-1", True), ("HR-1", True), ("hr-2", False)],
)
async def test_ensure_with_other_external_id_under_name_raises(
    stored: str | None, is_same: bool
) -> None:
    """The name may have been given to someone else."""
    server = Directory(make_user(1, userName="Ana.Diaz@acme.com", externalId=stored))
    async with AsyncScimClient(URL, TOKEN, transport=server) as client:
        if is_same:
            user, created = await client.users.ensure(make_person())
            assert (user.id, created) == ("1", False)
        else:
            with pytest.raises(errors.Ambiguous, match="another externalId") as caught:
                await client.users.ensure(make_person())
            assert caught.value.candidates == ("1",)
        assert server.lines == ["GET /Users"]


async def test_ensure_goes_on_where_external_id_cannot_be_filtered() -> None:
    server = Directory(refused="externalId")
    async with AsyncScimClient(URL, TOKEN, transport=server) as client:
        assert (await client.users.ensure(make_person("a@acme.com", "1")))[1]
        assert (await client.users.ensure(make_person("b@acme.com", "2")))[1]
    assert server.lines == [
        "GET /Users", "GET /Users", "GET /ServiceProviderConfig", "POST /Users",
        "GET /Users", "POST /Users",
    ]  # fmt: skip


async def test_ensure_fails_if_external_id_look_up_fails() -> None:
    script = FakeScimServer(make_list(), make_error(403))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Forbidden):
            await client.users.ensure(make_person())
    assert script.lines == ["GET /Users"] * 2


@each_value(
    "wanted, stored",
    [("Admins", "admins"), (NFD, NFC), (NFC, NFD)],
)
async def test_ensure_finds_group_in_other_case_or_normal_form(wanted: str, stored: str) -> None:
    server = Directory(make_group(1, displayName=stored), fold=normalize)
    async with AsyncScimClient(URL, TOKEN, transport=server) as client:
        group, created = await client.groups.ensure(scim.Group(display_name=wanted))
    assert (group.id, created) == ("g1", False)


REFUSALS = [
    make_error(409, "externalId already exists", scimType="uniqueness"),
    make_error(409, "User already exists in the database."),
    make_response(409),
]


@each_value("refusal", REFUSALS)
async def test_ensure_of_hidden_user_says_that_no_look_up_finds_it(refusal: httpx.Response) -> None:
    script = FakeScimServer(make_list(), refusal, make_list())
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.Conflict, match="find no resource: it may be hidden") as caught:
            await client.users.ensure(make_person(external_id=None))
    assert caught.value.status == 409
    assert len(script.sent) == 3


async def test_ensure_of_user_refused_with_400_has_message_of_server() -> None:
    detail = "[duplicate]user.username; [duplicate]user.email"
    script = FakeScimServer(make_list(), make_list(), make_error(400, detail))
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.BadRequest, match="duplicate"):
            await client.users.ensure(make_person())
    assert len(script.sent) == 3


# ------------------------------------------------------------------------------------- recovery of a create


async def test_lost_create_never_returns_person_with_same_external_id() -> None:
    tenant = Tenant("acme")
    async with tenant.async_scim_client("Okta") as okta:
        ana = await okta.users.create(make_person(external_id="E7"))
        bob = make_person("bob@acme.com", "E7")
        tenant.faults.add(method="POST", cut="before")
        with pytest.raises(errors.TransportError) as caught:
            await okta.users.create(bob)
        assert caught.value.may_have_happened
        tenant.faults.add(method="POST", cut="after")
        created = await okta.users.create(bob)
        assert created.id != ana.id
        assert created.user_name == "bob@acme.com"


RECOVERIES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"userName": "ANA.DIAZ@acme.com"}, True),
    ({"userName": "bob@acme.com"}, False),
    ({"userName": None}, False),
    ({"externalId": "HR-1"}, True),
    ({"externalId": "hr-2"}, False),
    ({"externalId": None}, True),
    ({"externalId": None, "active": False}, False),
    ({"externalId": None, "title": "added"}, True),
    ({"externalId": None, "name": {"givenName": "ANA", "familyName": "Diaz"}}, True),
    ({"externalId": None, "name": {"givenName": "Ana"}}, False),
    ({"externalId": None, "emails": [{"value": "x@acme.com", "type": "work"}]}, False),
    ({"externalId": None, "emails": []}, False),
]


@each_value("change, is_ours", RECOVERIES)
async def test_lost_create_returns_user_only_if_keys_agree(
    change: dict[str, Any], is_ours: bool
) -> None:
    stored = {**make_person().to_wire(), "id": "1", **change}
    async with client_of(LOST, make_list(stored), retry=RetryPolicy.none()) as client:
        if is_ours:
            assert (await client.users.create(make_person())).id == "1"
        else:
            with pytest.raises(errors.TimedOut) as caught:
                await client.users.create(make_person())
            assert caught.value.may_have_happened


async def test_lost_create_of_group_with_other_name_is_not_recovered() -> None:
    for change, is_ours in (({}, True), ({"displayName": "Other"}, False)):
        stored = make_group(1, externalId="g-1", **change)
        async with client_of(LOST, make_list(stored), retry=RetryPolicy.none()) as client:
            group = scim.Group.of("Group 1", external_id="g-1")
            if is_ours:
                assert (await client.groups.create(group)).id == "g1"
            else:
                with pytest.raises(errors.Conflict, match="the group g1 may be") as caught:
                    await client.groups.create(group)
                assert caught.value.may_have_happened


async def test_lost_create_without_name_compares_external_id_exactly() -> None:
    class Device(scim.Resource):
        __schema__ = "urn:acme:2.0:Device"

    for stored, is_ours in ((LOWER, True), (UPPER, False)):
        found = make_list({"id": "d1", "externalId": stored})
        async with client_of(LOST, found, retry=RetryPolicy.none()) as client:
            devices = client.collection(Device, "/Devices")
            if is_ours:
                assert (await devices.create(Device(external_id=LOWER))).id == "d1"
            else:
                with pytest.raises(errors.TimedOut):
                    await devices.create(Device(external_id=LOWER))


async def test_ensure_on_tenant_with_two_filters_finds_by_name() -> None:
    tenant = Tenant("acme", capabilities=Capabilities(filterable=("userName", "displayName")))
    async with tenant.async_scim_client("Okta") as okta:
        first, _ = await okta.users.ensure(make_person())
        second, created = await okta.users.ensure(make_person("ANA.DIAZ@acme.com"))
        assert (second.id, created) == (first.id, False)


async def test_lost_create_with_folded_external_id_is_recovered() -> None:
    """The server refuses filters on userName, so the changed externalId is the only way to find the user."""
    stored = {**make_person().to_wire(), "id": "1"}
    stored["externalId"] = stored["externalId"].swapcase()
    steps = (LOST, make_list(stored), make_error(400, "no such filter"))
    async with client_of(*steps, retry=RetryPolicy.none()) as client:
        assert (await client.users.create(make_person())).id == "1"


async def test_find_in_list_without_end_names_the_path() -> None:
    async with client_of(make_list(make_user(1), total=300), make_list(total=300)) as client:
        with pytest.raises(errors.UnexpectedResponse, match="unknown whether a User") as caught:
            await client.users.find_by_user_name("nobody")
    assert (caught.value.method, caught.value.path) == ("GET", "/Users")


# ------------------------------------------------------------------- attributes that are not returned


class ReticentDirectory(Directory):
    """Directory that does not return `externalId` in lists.

    Args:
        ignores_filters: whether every list has all users.
        shows_alone: whether `GET /Users/{id}` returns the attribute.
    """

    def __init__(
        self,
        *stored: dict[str, Any],
        ignores_filters: bool = False,
        shows_alone: bool = False,
        refused: str = "",
    ) -> None:
        super().__init__(*stored, refused=refused)
        self.ignores_filters = ignores_filters
        self.shows_alone = shows_alone

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and "filter" not in request.url.params:
            user = next(u for u in self.stored if u["id"] == request.url.path.rpartition("/")[2])
            return make_response(200, user if self.shows_alone else hide(user))
        if request.method == "GET" and self.ignores_filters:
            response = make_list(*self.stored)
        else:
            response = super().respond(request)
        if request.method != "GET" or response.status_code != 200:
            return response
        return make_list(*map(hide, response.json()["Resources"]))


def hide(user: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in user.items() if name != "externalId"}


RENAMED = make_user(1, userName="ana.old@acme.com", externalId="hr-1")


async def test_find_by_external_id_that_is_not_returned_raises() -> None:
    """The filter finds a user; whether the server compares it exactly is unknown."""
    script = ReticentDirectory(RENAMED)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="has this externalId: User '1'"):
            await client.users.find_by_external_id("hr-1")
        assert await client.users.find_by_external_id("hr-2") is None


async def test_ensure_of_hidden_external_id_creates_nothing() -> None:
    script = ReticentDirectory(RENAMED)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="unknown whether a User has this"):
            await client.users.ensure(make_person())
        assert (await client.users.ensure(make_person("ana.old@acme.com")))[0].id == "1"
    assert "POST /Users" not in script.lines


async def test_find_reads_users_whose_external_id_lists_lack() -> None:
    script = ReticentDirectory(RENAMED, shows_alone=True)
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        user = await client.users.find_by_external_id("hr-1")
        assert (user and user.id) == "1"
        assert (await client.users.ensure(make_person()))[0].id == "1"


async def test_find_of_unclaimed_users_with_ignored_filter_is_none() -> None:
    """No user has an `externalId`, and every filter finds all of them."""
    for number in (1, 12):
        users = [make_user(n) for n in range(number)]
        script = ReticentDirectory(*users, ignores_filters=True)
        async with AsyncScimClient(URL, TOKEN, transport=script) as client:
            assert await client.users.find_by_external_id("hr-1") is None
            assert (await client.users.ensure(make_person()))[1]


async def test_find_user_deleted_before_it_is_read_is_none() -> None:
    script = FakeScimServer(
        make_list(hide(RENAMED)), make_list(total=1), make_list(), make_error(404)
    )
    async with AsyncScimClient(URL, TOKEN, transport=script) as client:
        assert await client.users.find_by_external_id("hr-1") is None
