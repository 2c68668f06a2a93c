"""`scim.read` and `resource.at`: the value at any path of models and mappings."""

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, USER
from support.each_value import each_value

SHOES = "urn:acme:params:scim:schemas:shoes:1.0:User"
RESOURCE: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE_USER, CUSTOM_USER, SHOES],
    "userName": "ann",
    "title": None,
    "name": {"givenName": "Ann"},
    "active": False,
    "emails": [
        {"value": "a", "type": "work", "primary": True},
        {"value": "b", "type": "home"},
        {"value": "c", "type": "home"},
        {"type": "other"},
        {},
    ],
    "phoneNumbers": [],
    "favourite": {"shade": "red", "list": [{"value": "x", "n": 1}, {"value": "y", "n": 2}]},
    ENTERPRISE_USER: {"department": "Ops", "manager": {"value": "m1"}},
    CUSTOM_USER: {"skills": ["a", "b"], "sizes": [{"value": "s", "n": 1}, {"value": "t", "n": 2}]},
    SHOES: {"size": 43},
}


def read(path: str) -> Any:
    """Return the value that mapping and model agree on, in wire form."""
    on_mapping = scim.read(RESOURCE, path)
    on_model = scim.User.from_wire(RESOURCE).at(path, strict=False)
    assert plain(on_model) == plain(on_mapping)
    return on_mapping


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "to_wire"):
        return value.to_wire()
    return (
        {k: v for k, v in value.items() if v not in (None, [])}
        if isinstance(value, dict)
        else value
    )


@each_value(
    "path, value",
    [
        ("userName", "ann"),
        ("USERNAME", "ann"),
        (f"{USER}:userName", "ann"),
        ("active", False),
        ("title", None),
        ("nickName", None),
        ("name", {"givenName": "Ann"}),
        ("name.givenName", "Ann"),
        ("name.familyName", None),
        ("name.nope", None),
        ("userName.nope", None),
        ("emails.value", ["a", "b", "c"]),
        ("emails.display", None),
        ("phoneNumbers", None),
        ("phoneNumbers.value", None),
        ('emails[type eq "work"].value', "a"),
        ('emails[type eq "home"].value', ["b", "c"]),
        ('emails[type eq "nope"].value', None),
        ('emails[type eq "other"].value', None),
        ('emails[type eq "work"]', [{"value": "a", "type": "work", "primary": True}]),
        ('emails[value sw "b" or value sw "c"].value', ["b", "c"]),
        ('emails[type eq "nope"]', None),
        ('name[givenName eq "Ann"].givenName', "Ann"),
        ('name[givenName eq "Bob"].givenName', None),
        ('name[givenName eq "Ann"]', {"givenName": "Ann"}),
        (ENTERPRISE_USER, {"department": "Ops", "manager": {"value": "m1"}}),
        (f"{ENTERPRISE_USER.lower()}:DEPARTMENT", "Ops"),
        (f"{ENTERPRISE_USER}:manager.value", "m1"),
        (f"{ENTERPRISE_USER}:nope", None),
        (f"{CUSTOM_USER}:skills", ["a", "b"]),
        (f"{CUSTOM_USER}:nope", None),
        (f'{CUSTOM_USER}:sizes[value eq "T"].n', 2),
        (f'{CUSTOM_USER}:sizes[n gt 0].n', [1, 2]),
        (f'{CUSTOM_USER}:skills[value eq "a"]', ["a"]),
        (SHOES, {"size": 43}),
        (f"{SHOES}:size", 43),
        ("urn:nope:2.0:User", None),
        ("urn:nope:2.0:User:x", None),
        ("favouriteColour", None),
        ("favourite.shade", "red"),
        ("favourite", RESOURCE["favourite"]),
    ],
)  # fmt: skip
def test_read_path_returns_value(path: str, value: Any) -> None:
    assert read(path) == value


def test_read_core_urn_returns_resource() -> None:
    assert scim.read(RESOURCE, USER) is RESOURCE
    assert scim.read({}, USER) is None
    assert scim.read({"userName": "ann"}, ENTERPRISE_USER) is None


def test_read_model_value_is_model() -> None:
    user = scim.User.from_wire(RESOURCE)
    assert user.emails is not None
    assert user.at('emails[type eq "work"]') == [user.emails[0]]
    assert user.at(ENTERPRISE_USER) is user.enterprise


def test_read_parsed_path_is_accepted() -> None:
    assert scim.read(RESOURCE, scim.parse_path("name.givenName")) == "Ann"


def test_read_schema_is_used() -> None:
    group = {"displayName": "Team", "members": [{"value": "M1"}]}
    assert scim.read(group, 'members[value eq "m1"]', scim.Group) is None
    assert scim.read(group, 'members[value eq "M1"].value', scim.Group) == "M1"


@each_value("path", ["name..x", "", "emails[", 'userName[value eq "x"]'])
def test_read_invalid_path_raises_error(path: str) -> None:
    with pytest.raises(InvalidPath):
        scim.read(RESOURCE, path)


@each_value("path", ["emails[type xx]", "emails[primary gt true]", "emails[type eq 5]"])
def test_read_invalid_filter_raises_error(path: str) -> None:
    with pytest.raises(InvalidFilter):
        scim.read(RESOURCE, path)


def test_read_python_name_gives_value() -> None:
    user = scim.User.from_wire({"userName": "ada", "shoe_size": 38})
    assert user.at("user_name") == "ada"
    assert user.at("shoe_size") == 38  # undeclared, but present
    assert scim.read({"userName": "ada"}, "user_name", short_names=False) is None


def test_read_simple_list_filters_by_value() -> None:
    schema = scim.ResourceSchema.of(
        {
            "id": "urn:example:lists",
            "attributes": [
                {"name": "tags", "multiValued": True},
                {"name": "counts", "type": "integer", "multiValued": True},
                {"name": "links", "type": "reference", "multiValued": True},
            ],
        }
    )
    resource = {"tags": ["a", "B", None], "counts": [1, 2], "links": ["A", "b"]}
    for path, found in [
        ('tags[value eq "b"]', ["B"]),
        ('tags[value sw "a" or value pr]', ["a", "B"]),
        ('tags[value eq "c"]', None),
        ("counts[value gt 1]", [2]),
        ("counts[value eq 1]", [1]),
        ('links[value eq "a"]', None),
        ('links[value eq "A"]', ["A"]),
        ("tags", ["a", "B"]),
    ]:
        assert scim.read(resource, path, schema) == found


def test_read_extension_on_model_and_mapping_is_found() -> None:
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    wire = {"userName": "a", urn.upper(): {"Department": "d", "manager": {"value": "m"}}}
    for resource in (wire, scim.User.from_wire(wire)):
        assert scim.read(resource, f"{urn}:department") == "d"
        assert scim.read(resource, f"{urn}:manager.value") == "m"
        assert scim.read(resource, f"{urn}:division") is None
        assert scim.read(resource, f"{urn}:manager.displayName") is None
        assert scim.read(resource, urn) is not None
        assert scim.read(resource, "urn:example:none:User") is None
        assert scim.read(resource, "urn:example:none:User:x.y") is None


def test_read_python_sub_attribute_name_gives_value() -> None:
    user = scim.User(name=scim.Name(given_name="Ann"), addresses=[scim.Address(postal_code="1")])
    for path, value in (("name.given_name", "Ann"), ("addresses.postal_code", ["1"])):
        assert user.at(path) == value
        assert scim.read(user.to_wire(), path) == value
    assert (user.at("name.GIVENNAME"), user.at("addresses.postalcode")) == ("Ann", ["1"])
