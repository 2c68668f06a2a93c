# Generated from tests/aio/test_scim_edit.py by tools/unasync.py; edit that file instead.
"""Edits: members stay unless they are emptied, and attributes that nothing declares are refused."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from britive_scim import ScimClient, Settings, errors, scim
from britive_scim.testing import Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_group,
    make_response,
    make_user,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
MEMBERS = [{"value": "u-1"}, {"value": "u-2"}]


class Device(scim.Resource):
    __schema__ = "urn:acme:params:scim:schemas:core:2.0:Device"

    serial_number: Annotated[str | None, scim.REQUIRED] = None
    owner: scim.Name | None = None


class Badge(scim.Extension):
    number: str | None = None


class Person(scim.User):
    badge: Badge | None = scim.extension("urn:acme:params:scim:schemas:badge:1.0:User")


class Team(scim.Group):
    floor: int | None = None


def edit_and_get_operations(
    stored: dict[str, Any],
    change: Callable[[Any], Any],
    *,
    model: type[scim.Resource] = scim.User,
    endpoint: str = "/Users",
) -> list[Any]:
    """Return the operations that an edit of a stored resource sends; none if it sends no PATCH."""
    script = FakeScimServer(lambda _: make_response(200, stored))
    with ScimClient(URL, TOKEN, transport=script) as client:
        resources: Any = client.collection(model, endpoint)
        if model is scim.User:
            resources = client.users
        elif model is scim.Group:
            resources = client.groups
        try:
            resources.edit("1", change)
        except errors.UnexpectedResponse:  # the stored resource never changes
            pass
        except errors.InvalidResource:
            assert script.lines == [f"GET {endpoint}/1"]
            raise
    return [operation for body in script.bodies if body for operation in body["Operations"]]


def assign(*names: str, value: Any = "x") -> Callable[[Any], None]:
    """Return an edit function that assigns an attribute, below others if several names are given."""

    def change(resource: Any) -> None:
        *owners, last = names
        for owner in owners:
            resource = getattr(resource, owner)
        setattr(resource, last, value)

    return change


# ------------------------------------------------------------------------------------- members


def forget_members(group: scim.Group) -> None:
    group.display_name = "Other"
    group.members = None


def delete_members(group: scim.Group) -> None:
    group.display_name = "Other"
    del group.members


UNKNOWN_MEMBERS: list[tuple[str, Callable[[scim.Group], scim.Group | None]]] = [
    ("assigned", forget_members),
    ("deleted", delete_members),
    ("returned", lambda _: scim.Group(display_name="Other")),
    ("returned explicitly", lambda _: scim.Group(display_name="Other", members=None)),
    ("another class", lambda _: Team(display_name="Other")),
]


@each_value("label, change", UNKNOWN_MEMBERS)
def test_edit_without_members_keeps_them(
    label: str, change: Callable[[scim.Group], scim.Group | None]
) -> None:
    rename = [{"op": "replace", "path": "displayName", "value": "Other"}]
    stored = make_group("1", id="1", members=MEMBERS)
    for model in (scim.Group, Team):
        sent = edit_and_get_operations(stored, change, model=model, endpoint="/Groups")
        assert sent == rename, label


def test_edit_of_members_alone_to_none_sends_nothing() -> None:
    change = assign("members", value=None)
    stored = make_group("1", id="1", members=MEMBERS)
    assert not edit_and_get_operations(stored, change, model=scim.Group, endpoint="/Groups")


def test_edit_with_empty_members_removes_them() -> None:
    remove = [{"op": "remove", "path": "members"}]
    stored = make_group("1", id="1", displayName="g", members=MEMBERS)
    for change in (
        assign("members", value=[]),
        lambda _: scim.Group(display_name="g", members=[]),
    ):
        sent = edit_and_get_operations(stored, change, model=scim.Group, endpoint="/Groups")
        assert sent == remove


def test_edit_returning_group_of_empty_list_keeps_members() -> None:
    """Some servers list every group with `members: []`."""
    listed = make_group("1", id="1", displayName="Other", members=[])
    script = FakeScimServer(
        make_response(200, {"totalResults": 1, "Resources": [listed]}),
        make_response(200, make_group("1", id="1", displayName="g", members=MEMBERS)),
        make_response(200, make_group("1", id="1", displayName="Other", members=MEMBERS)),
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        group = client.groups.list().first()
        client.groups.edit("1", lambda _: group)
    assert [operation["path"] for operation in script.bodies[-1]["Operations"]] == ["displayName"]


@pytest.mark.parametrize("changes", ["patch", "put"])
def test_edit_on_tenant_keeps_and_empties_members(changes: Any) -> None:
    tenant = Tenant()
    idp = tenant.identity_providers["Okta"]
    with ScimClient(
        idp.scim_url,
        idp.scim_token,
        transport=tenant.transport(),
        settings=Settings(changes=changes),
    ) as okta:
        ana = okta.users.create(
            scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        )
        group = okta.groups.create(
            scim.Group(display_name="Guides", members=[scim.Member(value=ana.id)])
        )
        for change in (forget_members, lambda _: scim.Group(display_name="Third")):
            okta.groups.edit(group, change)
            stored = okta.groups.get(group)
            assert [member.value for member in stored.members or ()] == [ana.id]
        assert stored.display_name == "Third"
        okta.groups.edit(group, assign("members", value=[]))
        assert not (okta.groups.get(group)).members


# ------------------------------------------------------------------------------------- undeclared names

STORED = make_user(
    1,
    externalId="e-1",
    title="CTO",
    name={"givenName": "Ana", "familyName": "Diaz", "honour": "Dr."},
    emails=[{"value": "a@acme.com", "verified": True}],
    lastLogin="2026-01-01",
    **{ENTERPRISE: {"department": "R&D", "site": "Oslo"}, CUSTOM: {"costCode": "R-7"}},
)

REFUSED: list[tuple[str, Callable[[Any], Any], str]] = [
    ("misspelt", assign("titel"), "titel is not declared; did you mean 'title'?"),
    ("misspelt, none", assign("titel", value=None), "did you mean 'title'?"),
    ("misplaced", assign("department"), "it belongs to 'enterprise'"),
    ("misplaced, wire name", assign("costCenter"), "it belongs to 'enterprise'"),
    ("misplaced part", assign("given_name"), "it belongs to 'name'"),
    ("other case", assign("externalid"), "did you mean 'external_id'?"),
    ("wire name", assign("externalId"), "did you mean 'external_id'?"),
    ("wire name, no value", assign("nickName"), "did you mean 'nick_name'?"),
    ("common name", assign("first_name"), "use name.given_name"),
    ("nothing similar", assign("zzz"), "a custom attribute of the tenant belongs to 'custom'"),
    ("changed", assign("lastLogin"), "lastLogin is not declared"),
    ("deleted", lambda user: delattr(user, "lastLogin"), "lastLogin is not declared"),
    ("part", assign("name", "givenname"), "name.givenname is not declared; did you mean"),
    ("deleted part", lambda user: delattr(user.name, "honour"), "name.honour is not declared"),
    ("changed part", assign("name", "honour"), "name.honour is not declared"),
    (
        "part as data",
        assign("name", value={"givn_name": "x"}),
        "name.givn_name is not declared; did you",
    ),
    (
        "value of a list",
        lambda user: user.emails.append(scim.Email.model_validate({"valu": "x"})),
        "emails[1].valu is not declared; did you mean 'value'?",
    ),
    ("extension", assign("enterprise", "departmnt"), "enterprise.departmnt is not declared; did"),
    ("changed, extension", assign("enterprise", "site"), "enterprise.site is not declared"),
    (
        "part of extension",
        assign("enterprise", "manager", value={"value": "7", "valu": "8"}),
        "enterprise.manager.valu is not declared",
    ),
    (
        "returned",
        lambda _: scim.User.model_validate({"userName": "a", "titel": "x"}),
        "did you mean 'title'?",
    ),
    (
        "returned, unread",
        lambda _: scim.User.from_wire({"userName": "a", "active": "perhaps"}),
        "active has a value that cannot be read",
    ),
]


@each_value("label, change, hint", REFUSED)
def test_edit_of_undeclared_attribute_raises_with_hint(
    label: str, change: Callable[[Any], Any], hint: str
) -> None:
    with pytest.raises(errors.InvalidResource) as caught:
        edit_and_get_operations(STORED, change)
    assert hint in "\n".join(caught.value.problems), label
    assert len(caught.value.problems) == 1
    assert "nothing was sent" in str(caught.value)


def test_edit_error_lists_every_undeclared_attribute() -> None:
    def change(user: Any) -> None:
        user.titel = user.department = user.enterprise.departmnt = "x"

    with pytest.raises(errors.InputError) as caught:
        edit_and_get_operations(STORED, change)
    for name in ("titel", "department", "enterprise.departmnt"):
        assert f"\n  {name} is not declared" in str(caught.value)


def test_edit_of_undeclared_attribute_raises_for_each_class() -> None:
    device = {"schemas": [Device.__schema__], "id": "1", "serialNumber": "s"}
    cases: list[tuple[type[scim.Resource], str, Any, Callable[[Any], Any], str]] = [
        (scim.Group, "/Groups", make_group("1", id="1"), assign("displayname"), "'display_name'"),
        (scim.Group, "/Groups", make_group("1", id="1"), assign("users"), "use members"),
        (Team, "/Groups", make_group("1", id="1"), assign("flor"), "'floor'"),
        (Device, "/Devices", device, assign("serialnumber"), "'serial_number'"),
        (Device, "/Devices", device, assign("zzz"), "zzz is not declared"),
        (Device, "/Devices", device, assign("owner", value={"nme": "x"}), "owner.nme"),
        (
            Device,
            "/Devices",
            device,
            lambda _: scim.Resource.from_wire({"owner": {"givenName": "x", "nme": "y"}}),
            "owner.nme is not declared",
        ),
        (Person, "/People", STORED, assign("number"), "it belongs to 'badge'"),
        (Person, "/People", STORED, assign("badge", value={"numbr": "x"}), "badge.numbr"),
    ]
    for model, endpoint, stored, change, hint in cases:
        with pytest.raises(errors.InvalidResource) as caught:
            edit_and_get_operations(stored, change, model=model, endpoint=endpoint)
        assert hint in str(caught.value)


def test_edit_keeps_undeclared_attributes_of_the_server() -> None:
    def change(user: Any) -> None:
        user.title = "CEO"
        user.last_seen = None
        del user.last_seen
        user.lastLogin = "2026-01-01"
        user.emails.insert(0, scim.Email(value="b@acme.com"))

    sent = edit_and_get_operations(STORED, change)
    assert {operation["path"] for operation in sent} == {"title", "emails"}


ALLOWED: list[tuple[Callable[[Any], Any], str, Any]] = [
    (assign("custom", value={"costCode": "R-7", "level": 3}), f"{CUSTOM}:level", 3),
    (lambda u: u.extensions.update({"urn:acme:2.0:X": {"a": 1}}), "urn:acme:2.0:X:a", 1),
    (
        assign("name", value={"given_name": "Eva", "family_name": "Diaz"}),
        "name.givenName",
        "Eva",
    ),
    (assign("enterprise", "cost_center", value="7"), f"{ENTERPRISE}:costCenter", "7"),
]


@each_value("change, path, value", ALLOWED)
def test_edit_of_declared_or_custom_attribute_is_sent(
    change: Callable[[Any], Any], path: str, value: Any
) -> None:
    sent = edit_and_get_operations(STORED, change)
    assert [(o["path"], o.get("value")) for o in sent] == [(path, value)]


def test_edit_that_deletes_an_attribute_removes_it() -> None:
    sent = edit_and_get_operations(STORED, lambda user: delattr(user, "title"))
    assert sent == [{"op": "remove", "path": "title"}]


def test_edit_that_replaces_an_unread_value_is_sent() -> None:
    stored = make_user(1, active="perhaps")
    sent = edit_and_get_operations(stored, assign("active", value=True))
    assert sent == [{"op": "replace", "path": "active", "value": True}]


# ------------------------------------------------------------------------------------- hints of paths


def test_patch_of_attribute_of_extension_names_its_path() -> None:
    hints = {
        "department": f"write {ENTERPRISE}:department or enterprise.department",
        "cost_center": f"write {ENTERPRISE}:costCenter or enterprise.costCenter",
        "enterprise.departmnt": "did you mean 'department'?",
        "costCode": f"write {CUSTOM}:costCode or custom.costCode",
        "titel": "did you mean 'title'?",
    }
    script = FakeScimServer(make_response(200, STORED))
    with ScimClient(URL, TOKEN, transport=script) as client:
        for path, hint in hints.items():
            with pytest.raises(errors.InvalidPath) as caught:
                client.users.patch("1", {path: "x"})
            assert hint in str(caught.value)
            assert f"has no attribute {path.rpartition('.')[2]!r}" in str(caught.value)
        assert script.sent == []
