"""Convenience methods of resources: Britive's five attributes, names, addresses, members."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.scim import names
from support.each_value import each_value


def test_user_make_has_five_britive_attributes() -> None:
    user = scim.User.of(email="ada@example.com", given_name="Ada", family_name="Byron")
    assert user.to_wire() == {
        "schemas": [names.USER],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "active": True,
        "emails": [{"value": "ada@example.com", "type": "work", "primary": True}],
    }


def test_user_make_further_attributes_by_python_name() -> None:
    user = scim.User.of(
        email="ada@example.com",
        given_name="Ada",
        family_name="Byron",
        user_name="ada",
        active=False,
        external_id="7",
        display_name="Ada B.",
        enterprise=scim.EnterpriseUser(department="R&D"),
        phone_numbers=[scim.PhoneNumber(value="1")],
    )
    assert (user.user_name, user.active, user.external_id) == ("ada", False, "7")
    assert user.enterprise == scim.EnterpriseUser(department="R&D")


def test_user_make_on_subclass_returns_subclass() -> None:
    class Person(scim.User[scim.CustomUser]):
        pass

    person = Person.of(email="a@example.com", given_name="A", family_name="B")
    assert type(person) is Person


@each_value("name", ["userName", "nickname", "costcenter"])
def test_user_make_unknown_name_raises_error(name: str) -> None:
    """A misspelled name would be sent to the tenant as an attribute."""
    given: dict[str, Any] = {name: "x"}
    with pytest.raises(TypeError, match=f"User has no attribute {name!r}"):
        scim.User.of(email="a@example.com", given_name="A", family_name="B", **given)


@each_value(
    "model, name, field",
    [
        (scim.User, "username", "user_name"),
        (scim.User, "UserName", "user_name"),
        (scim.User, "USER_NAME", "user_name"),
        (scim.User, "Active", "active"),
        (scim.User, names.ENTERPRISE_USER.upper(), "enterprise"),
        (scim.Email, "Value", "value"),
        (scim.EnterpriseUser, "costcenter", "cost_center"),
        (scim.Member, "$REF", "ref"),
    ],
)
def test_user_constructor_declared_name_in_other_case_fails(
    model: Any, name: str, field: str
) -> None:
    """It would be an undeclared attribute, and the declared one would be empty."""
    with pytest.raises(
        TypeError, match=f"{model.__name__} has no attribute .*; did you mean {field!r}"
    ):
        model(**{"shoeSize": 38, name: "x"})


def test_user_constructor_accepts_undeclared_attributes() -> None:
    assert scim.User(shoeSize=38, usrName="x").to_wire() == {
        "schemas": [names.USER],
        "shoeSize": 38,
        "usrName": "x",
    }


def test_user_from_wire_own_constructor_accepts_any_case() -> None:
    class Person(scim.User[scim.CustomUser]):
        def __init__(self, **data: Any) -> None:
            super().__init__(**{"title": "Guide", **data})

    for model in (scim.User, Person):
        assert model.from_wire({"USERNAME": "ada", "shoeSize": 38}).user_name == "ada"
        assert model.from_wire('{"userName": "ada", "ACTIVE": "true"}').active is True
    assert Person(user_name="ada").title == "Guide"


@each_value(
    "emails, primary",
    [
        (None, None),
        ([], None),
        ([{"type": "work"}], None),
        ([{"value": "a"}], "a"),
        ([{"value": "a"}, {"value": "b", "type": "WORK"}], "b"),
        ([{"value": "a", "type": "work"}, {"value": "b", "primary": True}], "b"),
        ([{"value": "", "primary": True}, {"value": "a"}], "a"),
    ],
)
def test_user_primary_email_is_primary_or_work_or_first(emails: Any, primary: str | None) -> None:
    assert scim.User.from_wire({"emails": emails}).primary_email == primary


@each_value(
    "sent, name",
    [
        ({}, None),
        ({"name": {"formatted": "Ms. Ada Byron"}, "displayName": "Ada"}, "Ms. Ada Byron"),
        ({"name": {"givenName": "Ada", "familyName": "Byron"}, "displayName": "x"}, "Ada Byron"),
        ({"name": {"givenName": "Ada", "middleName": "K.", "familyName": "Byron"}}, "Ada K. Byron"),
        ({"name": {"familyName": "Byron"}}, "Byron"),
        ({"name": {"honorificPrefix": "Ms."}, "displayName": "Ada"}, "Ada"),
        ({"displayName": ""}, None),
    ],
)
def test_user_full_name_has_expected_form(sent: Any, name: str | None) -> None:
    assert scim.User.from_wire(sent).full_name == name


@each_value(
    "given, named",
    [
        ({"email": ""}, "email"),
        ({"given_name": None}, "given_name"),
        ({"family_name": "  "}, "family_name"),
        ({"user_name": ""}, "user_name"),
        ({"active": None}, "active"),
    ],
)
def test_user_make_empty_attribute_raises_error(given: dict[str, Any], named: str) -> None:
    five: dict[str, Any] = {"email": "ada@example.com", "given_name": "Ada", "family_name": "B"}
    with pytest.raises(InputError, match=f"{named} must be"):
        scim.User.of(**{**five, **given})


def test_group_make_accepts_users_groups_ids_and_members() -> None:
    ana, guides = scim.User(id="1"), scim.Group(id="2", display_name="Guides")
    group = scim.Group.of(
        "All", members=[ana, guides, "3", scim.Member(value="4")], external_id="x"
    )
    assert group.to_wire() == {
        "schemas": [names.GROUP],
        "externalId": "x",
        "displayName": "All",
        "members": [{"value": "1"}, {"value": "2"}, {"value": "3"}, {"value": "4"}],
    }
    assert scim.Group.of("None").members is None


async def aiter_nothing() -> AsyncIterator[str]:
    return
    yield


def test_group_make_on_subclass_uses_its_members() -> None:
    class Badged(scim.Member):
        badge: str | None = None

    class Team(scim.Group):
        members: list[Badged] | None = None  # pyright: ignore[reportIncompatibleVariableOverride]  # narrower

    team = Team.of("Guides", members=["7"])
    assert team.members == [Badged(value="7")]


@each_value(
    "name, members, message",
    [
        ("", [], "display_name must be a non-empty string"),
        (None, [], "display_name must be a non-empty string"),
        (
            "x",
            "7",
            r"members must be an iterable of users, groups or ids, got a string; write \['7'\]",
        ),
        ("x", b"7", "got bytes; put it in a list"),
        ("x", {"value": "7"}, "got dict; put it in a list"),
        ("x", scim.User(id="7"), "got User; put it in a list"),
        ("x", scim.Member(value="7"), "got Member; put it in a list"),
        ("x", SimpleNamespace(id="7"), "got SimpleNamespace; put it in a list"),
        ("x", 7, "got int; put it in a list"),
        ("x", None, "got None; omit it for a group without members"),
        ("x", aiter_nothing(), r"got async_generator; read it first: \[item async for item in"),
        ("x", ["7", scim.User(user_name="ada")], r"members\[1\] must have an id; create it first"),
        ("x", [7], r"members\[0\] must be a user, a group or an id, got 7"),
        ("x", [""], r"members\[0\] must be a user"),
    ],
)
def test_group_make_invalid_member_raises_error(name: Any, members: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scim.Group.of(name, members=members)


def test_group_make_has_no_undeclared_attributes() -> None:
    with pytest.raises(TypeError, match="Group has no attribute 'displayname'"):
        scim.Group.of("x", displayname="y")
