# Generated from tests/aio/test_scim_unkept.py by tools/unasync.py; edit that file instead.
"""`resource.unkept`: values that the server did not store as they were sent."""

import copy
import json
import pickle
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import pytest

from britive_scim import ScimClient, Settings, errors, scim
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeClock,
    FakeScimServer,
    make_group,
    make_response,
    make_user,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
NAME = {"givenName": "Ana", "familyName": "Diaz"}
EMAIL = {"value": "Ana@Acme.com", "type": "work"}
ANGSTROM = "Ångström"


class Part(scim.Complex):
    """Part of a device, with its state according to the server."""

    label: str | None = None
    state: Annotated[str | None, scim.READ_ONLY] = None


class DeviceInfo(scim.Extension):
    """Extension with a value of each data type."""

    __schema__ = "urn:acme:2.0:DeviceInfo"

    checked: datetime | None = None
    parts: list[Part] | None = None
    level: int | None = None
    is_managed: bool | None = None


class Person(scim.User):
    """User with that extension."""

    device: DeviceInfo | None = scim.extension("urn:acme:2.0:DeviceInfo")


DEVICE = "urn:acme:2.0:DeviceInfo"


class OverlayServer(FakeScimServer):
    """Server that stores a POST or PUT with other values than those sent: `None` removes one."""

    def __init__(self, **other: Any) -> None:
        super().__init__(self.store)
        self.other = other

    def store(self, request: httpx.Request) -> httpx.Response:
        stored = {"id": "1", **json.loads(request.content), **self.other}
        return make_response(200, {name: value for name, value in stored.items() if value})


def write(
    server: FakeScimServer, user: scim.User, collection: type[Any] = scim.User
) -> tuple[Any, Any]:
    """Return the resources of a create and of a replace."""
    with ScimClient(URL, TOKEN, transport=server) as client:
        users: Any = client.collection(collection)
        created = users.create(user)
        return created, users.replace(user.model_copy(update={"id": "1"}))


def make_person(**more: Any) -> dict[str, Any]:
    return make_user(1, name=dict(NAME), emails=[dict(EMAIL)], **more)


Row = tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]

ROWS: list[Row] = [
    ({"title": "CTO"}, {"title": "CFO"}, ("title",)),
    ({"title": "CTO"}, {"title": "cto"}, ()),
    ({"title": ANGSTROM}, {"title": unicodedata.normalize("NFD", ANGSTROM.upper())}, ()),
    ({"title": "CTO"}, {"title": None}, ("title",)),
    ({"title": ""}, {"title": None}, ()),
    ({"externalId": "HR-1"}, {"externalId": "hr-1"}, ()),
    ({"externalId": "HR-1"}, {"externalId": "HR-2"}, ("externalId",)),
    ({"userName": "Ana"}, {"userName": "ana"}, ()),
    ({"userName": "Ana"}, {"userName": "ana@acme.com"}, ("userName",)),
    ({}, {"displayName": "Ana", "nickName": "A", "groups": [{"value": "g1"}]}, ()),
    ({}, {"name": {**NAME, "formatted": "Ana Diaz"}}, ()),
    ({}, {"name": {"givenName": "ANA"}}, ("name.familyName",)),
    ({}, {"name": {"givenName": "Eva", "familyName": "Diaz"}}, ("name.givenName",)),
    ({}, {"name": None}, ("name",)),
    ({}, {"emails": [{"value": "ana@acme.com", "type": "work", "primary": True}]}, ()),
    ({}, {"emails": [{"value": "ANA@ACME.COM"}, {"value": "b@acme.com"}]}, ()),
    ({}, {"emails": [{"value": "b@acme.com", "type": "work"}]}, ("emails",)),
    ({}, {"emails": [{**EMAIL, "type": "home"}]}, ("emails",)),
    ({}, {"emails": None}, ("emails",)),
    ({"password": "x"}, {"password": None}, ()),
    ({"addresses": [{"locality": "Bern"}]}, {"addresses": [{"locality": "BERN"}]}, ()),
    ({"addresses": [{"locality": "Bern"}]}, {"addresses": [{"locality": "Genf"}]}, ("addresses",)),
    ({"photos": [{"value": "https://a/B"}]}, {"photos": [{"value": "https://a/c"}]}, ("photos",)),
    (
        {ENTERPRISE: {"department": "R&D", "manager": {"value": "7", "$ref": "../Users/7"}}},
        {ENTERPRISE: {"department": "r&d", "manager": {"value": "7", "$ref": "https://x/7"}}},
        (),
    ),
    (
        {ENTERPRISE: {"department": "R&D", "manager": {"value": "7"}}},
        {ENTERPRISE: {"division": "West", "manager": {"value": "8"}}},
        (f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager.value"),
    ),
    ({ENTERPRISE: {"department": "R&D"}}, {ENTERPRISE: None}, (f"{ENTERPRISE}:department",)),
    (
        {CUSTOM: {"costCode": "R-7", "sites": ["a", "b"], "level": 3}},
        {CUSTOM: {"costCode": "r-7", "sites": ["B", "A", "c"], "level": 3.0}},
        (),
    ),
    (
        {CUSTOM: {"costCode": "R-7", "sites": ["a"], "level": 3, "desk": {"room": "1"}}},
        {CUSTOM: {"costCode": "R-8", "sites": ["b"], "level": "3", "desk": {"room": "2"}}},
        (
            f"{CUSTOM}:costCode",
            f"{CUSTOM}:sites",
            f"{CUSTOM}:level",
            f"{CUSTOM}:desk.room",
        ),
    ),
    (
        {DEVICE: {"parts": [Part(label="a", state="old"), Part(state="old")]}},
        {DEVICE: {"parts": [{"label": "A", "state": "new"}]}},
        (),
    ),
    ({CUSTOM: {"sites": ["a"]}}, {CUSTOM: {"sites": "A"}}, ()),
    ({CUSTOM: {"sites": "a"}}, {CUSTOM: {"sites": ["b"]}}, (f"{CUSTOM}:sites",)),
    (
        {CUSTOM: {"parts": [{"n": 1, "$ref": "a"}]}},
        {CUSTOM: {"parts": [{"n": 1, "$ref": "b"}]}},
        (),
    ),
    ({CUSTOM: {"parts": [{"n": 1, "m": ""}]}}, {CUSTOM: {"parts": [{"n": 1, "m": None}]}}, ()),
    ({CUSTOM: {"parts": [{"n": 1}, {}]}}, {CUSTOM: {"parts": [{"n": 1, "m": 2}]}}, ()),
    ({CUSTOM: {"parts": [{"n": 1}]}}, {CUSTOM: {"parts": [{"m": 1}]}}, (f"{CUSTOM}:parts",)),
    (
        {DEVICE: {"checked": datetime(2026, 5, 1, 8, tzinfo=UTC), "level": 3, "is_managed": True}},
        {DEVICE: {"checked": "2026-05-01T10:00:00.000+02:00", "level": 3, "isManaged": "True"}},
        (),
    ),
    (
        {DEVICE: {"checked": datetime(2026, 5, 1, 8, tzinfo=UTC), "level": 3, "is_managed": True}},
        {DEVICE: {"checked": "2026-05-02T08:00:00Z", "level": 4, "isManaged": False}},
        (f"{DEVICE}:checked", f"{DEVICE}:level", f"{DEVICE}:isManaged"),
    ),
    ({"urn:acme:2.0:Badge": {"number": "1"}}, {"urn:acme:2.0:Badge": {"number": "1", "x": 1}}, ()),
    (
        {"urn:acme:2.0:Badge": {"number": "1"}},
        {"urn:acme:2.0:Badge": {"number": "2"}},
        ("urn:acme:2.0:Badge:number",),
    ),
]


@each_value("sent, stored, unkept", ROWS, label=lambda sent, stored, unkept: (sent, stored))
def test_unkept_names_the_values_that_differ(
    sent: dict[str, Any], stored: dict[str, Any], unkept: tuple[str, ...]
) -> None:
    if DEVICE in sent:
        sent = {DEVICE: DeviceInfo(**sent[DEVICE]).to_wire()}
    user = Person.from_wire({**make_person(), "id": None, **sent})
    server = OverlayServer(**stored)
    for resource in write(server, user, Person):
        assert resource.unkept == unkept


def test_unkept_is_empty_for_short_response() -> None:
    """A response with only the name does not show whether the other values were stored."""
    user = scim.User.from_wire(
        {**make_person(title="CTO", externalId="x"), ENTERPRISE: {"department": "R&D"}}
    )
    for short in (make_user(1), make_user(1, active=True, meta={"resourceType": "User"})):
        server = FakeScimServer(make_response(200, short))
        for resource in write(server, user):
            assert resource.unkept == ()
    server = FakeScimServer(make_response(200, {**make_user(1), "userName": "other"}))
    for resource in write(server, user):
        assert resource.unkept == ("userName",)


def test_unkept_of_group_without_external_id() -> None:
    stored = make_group(1, members=[{"value": "a"}])
    group = scim.Group.of("Group 1", ["a"], external_id="x", id="g1")
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(make_response(200, stored))
    ) as client:
        assert (client.groups.create(group)).unkept == ("externalId",)
        assert (client.groups.replace(group)).unkept == ("externalId",)


def test_unkept_is_excluded_from_the_value() -> None:
    user = scim.User.from_wire(make_person(title="CTO"))
    created, _ = write(OverlayServer(title="CFO"), user)
    assert created.unkept == ("title",)
    plain = scim.User.from_wire(created.to_wire())
    assert plain.unkept == ()
    assert plain == created
    assert repr(plain) == repr(created)
    assert plain.model_dump() == created.model_dump()
    assert created.model_copy().unkept == copy.deepcopy(created).unkept == ("title",)
    restored = pickle.loads(pickle.dumps(created))
    assert restored == created
    assert restored.unkept == ()


def test_unkept_of_class_with_private_attribute() -> None:
    created, _ = write(OverlayServer(title="CFO"), Noted(user_name="u", title="CTO"), Noted)
    assert created.unkept == ("title",)
    created.title, created._comment = "CTO", "y"
    _, replaced = write(OverlayServer(title="CFO", name=NAME), created, Noted)
    replaced._comment = "z"
    assert replaced.unkept == ("title",)
    restored = pickle.loads(pickle.dumps(replaced))
    assert (restored._comment, restored.unkept) == ("z", ())


class Noted(scim.User):
    """User with a private attribute."""

    _comment: str = ""


# ------------------------------------------------------------------------------------- PATCH

STORED = make_user(
    1,
    title="Guide",
    active=True,
    name={**NAME, "middleName": "M"},
    emails=[EMAIL, {"value": "b@acme.com", "type": "home"}],
    roles=[{"value": "admin"}, {"value": "guest"}],
    **{ENTERPRISE: {"department": "R&D"}, CUSTOM: {"costCode": "R-7", "tags": ["a", "b"]}},
)

REQUESTS: list[tuple[Any, tuple[str, ...]]] = [
    ({"title": "GUIDE"}, ()),
    ({"title": "CTO"}, ("title",)),
    ({"nick_name": "Ani"}, ("nickName",)),
    ({"title": None}, ("title",)),
    ({"nickName": None}, ()),
    ({"name.middleName": None}, ("name.middleName",)),
    ({"name.givenName": "ana", "name.familyName": "Mora"}, ("name.familyName",)),
    ({'emails[type eq "work"].value': "ana@acme.com"}, ()),
    ({'emails[type eq "work"].value': "c@acme.com"}, ("emails",)),
    ({'emails[type eq "other"].value': "c@acme.com"}, ("emails",)),
    ({'ims[type eq "other"].value': "c"}, ("ims",)),
    ({"emails": [{"value": "ana@acme.com"}]}, ()),
    ({"emails": [{"value": "x@acme.com"}]}, ("emails",)),
    ({"emails": None}, ("emails",)),
    ({"password": "secret"}, ()),
    ({f"{ENTERPRISE}:department": "r&d"}, ()),
    ({f"{ENTERPRISE}:department": "Sales"}, (f"{ENTERPRISE}:department",)),
    ({f"{ENTERPRISE}:department": None}, (f"{ENTERPRISE}:department",)),
    ({f"{ENTERPRISE}:manager.value": "7"}, (f"{ENTERPRISE}:manager",)),
    ({f"{CUSTOM}:costCode": "R-8"}, (f"{CUSTOM}:costCode",)),
    ([{"op": "remove", "path": 'emails[type eq "home"]'}], ("emails",)),
    ([{"op": "remove", "path": 'emails[type eq "other"]'}], ()),
    ([{"op": "remove", "path": 'emails[type eq "home"].value'}], ("emails",)),
    ([{"op": "remove", "path": f"{scim.User.__schema__}:title"}], ("title",)),
    ([{"op": "remove", "path": f'{scim.User.__schema__}:emails[type eq "home"]'}], ("emails",)),
    ([{"op": "add", "path": "emails", "value": [{"value": "ANA@acme.com"}]}], ()),
    ([{"op": "add", "path": "emails", "value": [{"value": "x@acme.com"}]}], ("emails",)),
    (
        [
            {"op": "remove", "path": 'roles[value eq "guest"]'},
            {"op": "add", "path": "roles", "value": [{"value": "reader"}]},
        ],
        ("roles",),
    ),
    (
        [
            {"op": "remove", "path": 'emails[type eq "home"]'},
            {"op": "add", "path": "emails", "value": [{"value": "B@acme.com", "type": "home"}]},
        ],
        (),
    ),
    ([{"op": "add", "value": {"title": "CTO", "nickName": "Ani"}}], ("title", "nickName")),
    ([{"op": "replace", "value": {"title": "CTO", "x y": 1}}], ("title",)),
    (
        [
            {"op": "replace", "path": 'emails[type eq "other"].value', "value": "c@acme.com"},
            {"op": "replace", "value": {"title": "CTO", "userName": None}},
            {"op": "replace", "path": "name", "value": {"givenName": "Eva", "familyName": "Diaz"}},
        ],
        ("title", "emails", "userName", "name.givenName"),
    ),
    ([{"op": "replace", "path": "urn:acme:2.0:Badge:number", "value": "1"}], ()),
    (
        [
            {"op": "remove", "path": "title"},
            {"op": "add", "path": "title", "value": "Guide"},
        ],
        (),
    ),
]


@each_value("changes, unkept", REQUESTS, label=lambda changes, unkept: changes)
def test_unkept_of_patch_names_changes_not_in_effect(
    changes: Any, unkept: tuple[str, ...]
) -> None:
    if isinstance(changes, list):
        changes = [
            scim.PatchOperation(o["op"], o.get("path"), o.get("value", scim.UNSET)) for o in changes
        ]
    for steps in (
        [make_response(200, STORED)],
        [make_response(204), make_response(200, STORED)],
    ):
        with ScimClient(URL, TOKEN, transport=FakeScimServer(*steps)) as client:
            patched = client.users.patch("1", changes)
        assert sorted(patched.unkept) == sorted(unkept)
    script = FakeScimServer(make_response(204), make_response(200, STORED))
    with ScimClient(URL, TOKEN, transport=script) as client:
        me = client.me.patch(changes)
    assert sorted(me.unkept) == sorted(unkept)


def test_unkept_of_patch_names_undeclared_extension() -> None:
    badge = "urn:acme:2.0:Badge"
    stored = {**STORED, badge: {"number": "1", "label": "red"}}
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(make_response(200, stored))
    ) as client:
        patched = client.users.patch(
            "1", {f"{badge}:number": "2", f"{badge}:label": "RED", f"{badge}:floor": None}
        )
        assert patched.unkept == (f"{badge}:number",)
        patched = client.users.patch("1", {f"{badge}:label": None})
        assert patched.unkept == (f"{badge}:label",)


def test_unkept_of_patch_is_empty_for_short_response() -> None:
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1)))
    ) as client:
        patched = client.users.patch("1", {"title": "x", "emails": [EMAIL]})
        assert patched.unkept == ()
        patched = client.users.patch("1", {"title": "x", "userName": "other"})
    assert patched.unkept == ("userName",)


def test_edit_sets_unkept() -> None:
    def promote(user: scim.User) -> None:
        user.title = "CTO"

    script = FakeScimServer(
        make_response(200, STORED), make_response(204), make_response(200, STORED)
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        assert (client.users.edit("1", promote)).unkept == ("title",)
        script.steps[:] = [make_response(200, {**STORED, "title": "CTO"})]
        assert (client.users.edit("1", promote)).unkept == ()


# ------------------------------------------------------------------------------------- contradictions


def test_write_with_other_active_in_response_raises() -> None:
    with ScimClient(
        URL,
        TOKEN,
        transport=FakeScimServer(lambda r: make_response(200, make_user(1, active=True))),
    ) as client:
        for call in (
            lambda: client.users.create(scim.User(user_name="u", active=False)),
            lambda: client.users.replace(scim.User(id="1", user_name="u", active=False)),
            lambda: client.users.patch("1", {"active": False}),
            lambda: client.users.patch("1", {"title": "x", "active": False}),
            lambda: client.users.edit("1", lambda user: setattr(user, "active", False)),
            lambda: client.me.patch({"active": False}),
            lambda: client.me.replace(scim.User(user_name="u", active=False)),
        ):
            with pytest.raises(
                errors.UnexpectedResponse, match="active is True, not False"
            ) as caught:
                call()
            assert caught.value.may_have_happened
            assert "'1'" in str(caught.value)


def test_replace_with_inactive_user_in_response_raises() -> None:
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1, active=False)))
    ) as client:
        with pytest.raises(errors.UnexpectedResponse, match="active is False, not True"):
            client.users.replace(scim.User(id="1", user_name="u", active=True))
        created = client.users.create(scim.User(user_name="u1@example.com", active=True))
    assert created.unkept == ("active",), "a new user may be invited first"


def test_write_without_active_in_response_succeeds() -> None:
    for shown in ({}, {"active": None}, {"active": "perhaps"}):
        with ScimClient(
            URL, TOKEN, transport=FakeScimServer(make_response(200, make_user(1, **shown)))
        ) as client:
            client.users.replace(scim.User(id="1", user_name="u", active=False))
            client.users.patch("1", {"active": False})


MEMBERS: list[tuple[list[str], list[str] | None, bool]] = [
    (["a", "b"], ["b", "a"], False),
    (["a", "b"], ["a"], True),
    (["a"], ["a", "b"], True),
    (["a"], ["A"], True),
    ([], ["a"], True),
    (["a"], None, False),
    (["a"], [], False),
    ([], [], False),
    ([], None, False),
]


@each_value("sent, shown, is_contradiction", MEMBERS)
def test_write_with_other_members_in_response_raises(
    sent: list[str], shown: list[str] | None, is_contradiction: bool
) -> None:
    more = {} if shown is None else {"members": [{"value": id_, "display": "X"} for id_ in shown]}
    group = scim.Group(
        id="g1", display_name="Group 1", members=[scim.Member(value=id_) for id_ in sent]
    )
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(make_response(200, make_group(1, **more)))
    ) as client:
        calls = [
            lambda: client.groups.replace(group),
            lambda: client.groups.patch("g1", {"members": [{"value": id_} for id_ in sent]}),
        ]
        if sent:
            calls.append(lambda: client.groups.create(group))
        for call in calls:
            if is_contradiction:
                with pytest.raises(errors.UnexpectedResponse, match="members are not those sent"):
                    call()
            else:
                assert (call()).unkept == ()


def test_write_with_cut_members_in_response_succeeds() -> None:
    """Some servers show the first 50 or 100 members only."""
    ids = [f"u{number}" for number in range(130)]
    for shown, is_cut in ((ids[:100], True), (ids[:50], True), (ids[:99], False)):
        stored = make_group(1, members=[{"value": id_} for id_ in shown])
        group = scim.Group(
            id="g1", display_name="Group 1", members=[scim.Member(value=id_) for id_ in ids]
        )
        with ScimClient(
            URL, TOKEN, transport=FakeScimServer(make_response(200, stored))
        ) as client:
            if is_cut:
                assert (client.groups.replace(group)).unkept == ()
            else:
                with pytest.raises(errors.UnexpectedResponse, match="99 of 130"):
                    client.groups.replace(group)


def test_patch_of_members_not_in_effect_raises() -> None:
    stored = make_group(1, members=[{"value": "a"}, {"value": "b"}])
    with ScimClient(
        URL, TOKEN, transport=FakeScimServer(make_response(200, stored))
    ) as client:
        for operation in (
            scim.PatchOperation("remove", 'members[value eq "a"]'),
            scim.PatchOperation("add", "members", [{"value": "c"}]),
            scim.PatchOperation("remove", "members"),
        ):
            with pytest.raises(errors.UnexpectedResponse, match="members are not those sent"):
                client.groups.patch("g1", [operation])
        for operation in (
            scim.PatchOperation("remove", 'members[value eq "c"]'),
            scim.PatchOperation("add", "members", [{"value": "a"}]),
        ):
            assert (client.groups.patch("g1", [operation])).unkept == ()


# ------------------------------------------------------------------------------------- repeated pushes


def make_wanted(manager: str | None) -> scim.User:
    user = scim.User.of(
        email="Ana.Diaz@Acme.com", given_name="Ana", family_name="Diaz", external_id="HR-1"
    )
    user.title = "Guide"
    user.enterprise = scim.EnterpriseUser(department="R&D", manager={"value": manager})  # type: ignore[arg-type]  # plain data
    return user


@pytest.mark.parametrize(
    ("capabilities", "unkept"),
    [
        (Capabilities(user_name_case="lower"), set()),
        (
            Capabilities(unmapped_attributes="dropped"),
            {"title", f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager"},
        ),
    ],
    ids=["normalises", "drops"],
)
def test_repeated_push_converges_or_names_unkept(
    capabilities: Capabilities, unkept: set[str]
) -> None:
    """A provider lower-cases names, or drops attributes that it does not know."""
    tenant = Tenant("acme", capabilities=capabilities)
    with tenant.scim_client("Okta") as okta:
        boss = okta.users.create(
            scim.User.of(email="boss@acme.com", given_name="B", family_name="O")
        )
        not_kept: set[str] = set()
        for _ in range(3):
            found, created = okta.users.ensure(make_wanted(boss.id))
            change = scim.diff(
                found, make_wanted(boss.id), unset="keep", ignore_case=["userName", "emails.value"]
            )
            if change:
                patched = okta.users.patch(found, change)
                not_kept = set(patched.unkept)
                assert not_kept == {
                    (operation.path or "").removesuffix(".value") for operation in change.operations
                }
            if created:
                assert {path.removesuffix(".value") for path in found.unkept} == unkept
        assert not_kept == unkept


def test_dry_run_compares_nothing() -> None:
    script = FakeScimServer(make_response(200, make_user(1, active=True)))
    settings = Settings(clock=FakeClock())
    with ScimClient(URL, TOKEN, transport=script, settings=settings) as client:
        with client.dry_run() as changes:
            client.users.replace(scim.User(id="1", user_name="u", active=False))
            client.users.patch("1", {"active": False})
            client.me.replace(scim.User(user_name="u", active=False))
            client.me.patch({"active": False})
    assert [change.method for change in changes] == ["PUT", "PATCH", "PUT", "PATCH"]


@each_value("value", ["False", "false", "FALSE", False])
def test_active_as_string_is_compared_as_boolean(value: Any) -> None:
    """Servers read true and false in any case."""
    for path in ("active", None):
        changes = [scim.PatchOperation("replace", path, value if path else {"active": value})]
        for is_active in (True, False):
            script = FakeScimServer(make_response(200, make_user(active=is_active, title="x")))
            with ScimClient(URL, TOKEN, transport=script) as client:
                if is_active:
                    with pytest.raises(
                        errors.UnexpectedResponse, match="active is True, not False"
                    ):
                        client.users.patch("1", changes)
                else:
                    assert (client.users.patch("1", changes)).unkept == ()


def test_value_that_is_no_boolean_is_unkept() -> None:
    script = FakeScimServer(make_response(200, make_user(active=True, title="x")))
    with ScimClient(URL, TOKEN, transport=script) as client:
        user = client.users.patch("1", [scim.PatchOperation("replace", "active", "no")])
    assert user.unkept == ("active",)
