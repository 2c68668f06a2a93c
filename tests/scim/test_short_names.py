"""Short names (`enterprise.department`, Python names) and undeclared names."""

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, USER
from support.each_value import each_value

SHOES = "urn:acme:params:scim:schemas:shoes:1.0:User"
WIRE: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE_USER, CUSTOM_USER, SHOES],
    "userName": "ann",
    "name": {"givenName": "Ann", "nickname": "Annie"},
    "emails": [{"value": "a@example.com", "type": "work", "verified": True}],
    "addresses": [{"streetAddress": "1 High St", "postalCode": "1"}],
    "shoe_size": 38,
    ENTERPRISE_USER: {"department": "Ops", "costCenter": "C1", "level": 7},
    CUSTOM_USER: {"costCode": "R-17"},
    SHOES: {"size": 38},
}


class AcmeAttributes(scim.CustomUser):
    cost_code: str | None = None


class Badge(scim.Extension):
    number: str | None = None


class Person(scim.User[AcmeAttributes]):
    badge: Badge | None = scim.extension("urn:acme:params:scim:schemas:badge:1.0:User")


# ----------------------------------------------------------------------------- short names

SHORT_FILTERS = [
    ('user_name eq "ann"', True),
    ('USER_NAME eq "ann"', True),
    ('name.given_name eq "ann"', True),
    ('name[given_name eq "Ann"]', True),
    ('addresses[street_address sw "1" and postal_code eq "1"]', True),
    ('addresses.street_address sw "2"', False),
    ('enterprise.department eq "ops"', True),
    ('enterprise.cost_center eq "c1" and enterprise.costCenter pr', True),
    ('enterprise[department eq "ops"]', True),
    ("enterprise pr", True),
    ("enterprise.division pr", False),
    (f'{ENTERPRISE_USER}:cost_center eq "C1"', True),
    ('custom.costCode eq "r-17"', True),
    ("not (custom.nothing pr)", True),
    ("x509_certificates pr", False),
]


@each_value("text, expected", SHORT_FILTERS)
def test_filter_short_name_is_understood(text: str, expected: bool) -> None:
    filter_ = scim.parse_filter(text)
    for resource in (WIRE, scim.User.from_wire(WIRE)):
        assert filter_.matches(resource) is expected
        assert filter_.matches(resource, scim.User) is expected
        assert filter_.compile()(resource) is expected
        assert filter_.compile(scim.User)(resource) is expected
    filter_.check(scim.User, strict=True)
    assert str(filter_) == text


def test_short_name_of_subclass_is_understood() -> None:
    person = Person(user_name="a", custom=AcmeAttributes(cost_code="R"), badge=Badge(number="7"))
    for text in ('custom.cost_code eq "r"', 'custom.costCode eq "r"', 'badge.number eq "7"'):
        assert scim.parse_filter(text).matches(person)
        assert scim.parse_filter(text).compile()(person)
    assert person.at("badge.number") == "7"
    assert person.at("custom.cost_code") == "R"


def test_wire_name_takes_precedence_over_short_name() -> None:
    document = {
        "id": "urn:acme:Device",
        "attributes": [{"name": "enterprise", "type": "string"}, {"name": "user_name"}],
    }
    device = scim.model_from_schema(document, base=scim.Resource)
    assert device.from_wire({"enterprise": "x"}).at("enterprise") == "x"  # type: ignore[attr-defined]  # a class created at run time
    odd = scim.User.from_wire({"userName": "ann", "user_name": "bob"})
    assert odd.at("user_name") == "bob"  # the resource has this wire name


READ_PATHS = [
    ("user_name", "ann"),
    ("name.given_name", "Ann"),
    ("enterprise.department", "Ops"),
    ("enterprise.cost_center", "C1"),
    ("enterprise.division", None),
    ("custom.costCode", "R-17"),
    ("custom.nothing", None),
    ("addresses.street_address", ["1 High St"]),
    ('addresses[postal_code eq "1"].street_address', "1 High St"),
    ("phone_numbers", None),
    ("shoe_size", 38),
    ("enterprise.level", None),  # a short name reaches declared attributes
]


@each_value("path, value", READ_PATHS)
def test_read_short_name_gives_value(path: str, value: Any) -> None:
    assert scim.read(WIRE, path) == value
    assert scim.User.from_wire(WIRE).at(path, strict=False) == value


def test_select_and_diff_understand_short_names() -> None:
    found = scim.select(WIRE, attributes="user_name,enterprise.department")
    assert found == {
        "schemas": WIRE["schemas"],
        "userName": "ann",
        ENTERPRISE_USER: {"department": "Ops"},
    }
    assert "userName" not in scim.select(WIRE, excluded=["user_name"])
    assert "userName" not in scim.select(WIRE, attributes="user_name", short_names=False)
    other = {**WIRE, "userName": "bob"}
    assert scim.equal(WIRE, other, ignore="user_name")


def test_patch_on_model_understands_short_names() -> None:
    user = scim.User.from_wire(WIRE)
    request = scim.PatchRequest(
        [
            scim.PatchOperation("replace", "user_name", "bob"),
            scim.PatchOperation("replace", "enterprise.cost_center", "C2"),
            scim.PatchOperation("add", 'addresses[postal_code eq "2"].street_address', "2 Low St"),
            scim.PatchOperation(
                "replace", None, {"name.given_name": "Bob", "custom.costCode": "S"}
            ),
            scim.PatchOperation("remove", "enterprise.department"),
        ]
    )
    after = request.apply(user)
    assert (after.user_name, after.at("name.givenName")) == ("bob", "Bob")
    assert after.at('addresses[postalCode eq "2"].streetAddress') == "2 Low St"
    assert (after.at("enterprise.costCenter"), after.at("enterprise.department")) == ("C2", None)
    assert after.at("custom.costCode") == "S"


@each_value("path", ["user_name", "enterprise.department", "name.given_name"])
def test_patch_on_mapping_understands_wire_names_alone(path: str) -> None:
    for operation in (
        scim.PatchOperation("replace", path, "x"),
        scim.PatchOperation("replace", None, {path: "x"}),
    ):
        with pytest.raises((InvalidPath, PatchError)):
            scim.PatchRequest([operation]).apply(WIRE)


# ----------------------------------------------------------------------------- unknown names

UNKNOWN_FILTERS = [
    ("not (department pr)", "write urn:"),
    ('usrname eq "x"', "did you mean 'userName'?"),
    ('titel ne "x"', "did you mean 'title'?"),
    ("name.givenNam pr", "did you mean 'givenName'?"),
    ('emails[typ eq "work"]', "did you mean 'type'?"),
    ('emails[value pr and not (typ eq "work")]', "did you mean 'type'?"),
    ("enterprise.departmnt pr", "did you mean 'department'?"),
    (f"{ENTERPRISE_USER}:departmnt pr", "did you mean 'department'?"),
    ("urn:nobody:2.0:User:x pr", "known extensions"),
    ("userName.sub pr", "is not declared"),
    ("nobody[knows pr]", "nobody is not declared"),
]


@each_value("text, hint", UNKNOWN_FILTERS)
def test_filter_unknown_name_is_error_in_strict_mode(text: str, hint: str) -> None:
    filter_, user = scim.parse_filter(text), scim.User.from_wire(WIRE)
    lenient = filter_.matches(user, strict=False)
    for call in (
        lambda: filter_.matches(user),
        lambda: filter_.matches(user, scim.User),
        lambda: filter_.matches(WIRE, scim.User),
        lambda: filter_.matches(WIRE, strict=True),
        lambda: filter_.matches(WIRE, scim.ResourceSchema.of(scim.User)),
        lambda: filter_.compile(scim.User),
        lambda: filter_.compile()(user),
        lambda: filter_.compile(strict=True)(WIRE),
        lambda: filter_.check(scim.User, strict=True),
    ):
        with pytest.raises(InvalidFilter) as caught:
            call()
        assert hint in str(caught.value)
    filter_.check(scim.User)
    assert filter_.matches(WIRE) is lenient
    assert filter_.matches(WIRE, scim.User, strict=False) is lenient
    assert filter_.compile()(WIRE) is lenient
    assert filter_.compile(strict=False)(user) is lenient
    assert filter_.compile(scim.User, strict=False)(user) is lenient
    assert isinstance(filter_.compile(scim.User, strict=False)("no resource"), bool)
    assert filter_.compile(scim.ResourceSchema.of(scim.User), strict=False)(user) is lenient


HELD_FILTERS = [
    ("shoe_size eq 38", True),
    ("SHOE_SIZE gt 40", False),
    ("shoe_size eq 38 and shoe_size ne 40", True),
    ('name.nickname eq "annie"', True),
    ('name[nickname sw "A"]', True),
    ("emails[verified eq true]", True),
    ("emails.verified eq false", False),
    (f"{ENTERPRISE_USER}:level gt 6", True),
    (f"{SHOES}:size eq 38", True),
    (f"{SHOES}:shade pr", False),
    (f"{SHOES} pr", True),
    (f"{SHOES}[size eq 38]", True),
]


@each_value("text, expected", HELD_FILTERS)
def test_filter_name_of_resource_is_known(text: str, expected: bool) -> None:
    filter_ = scim.parse_filter(text)
    for resource in (scim.User.from_wire(WIRE), WIRE):
        assert filter_.matches(resource, strict=True) is expected
        assert filter_.matches(resource, scim.User) is expected
        assert filter_.compile(strict=True)(resource) is expected
    assert filter_.compile()(scim.User.from_wire(WIRE)) is expected
    with pytest.raises(InvalidFilter):
        filter_.matches(scim.User(user_name="bob"))


UNKNOWN_PATHS = [
    ("titel", "User has no attribute 'titel'; did you mean 'title'?"),
    ("department", f"write {ENTERPRISE_USER}:department or enterprise.department"),
    ("cost_center", f"write {ENTERPRISE_USER}:costCenter or enterprise.costCenter"),
    ("manager.value", f"write {ENTERPRISE_USER}:manager.value"),
    ("name.givenNam", "did you mean 'givenName'?"),
    ("userName.sub", "userName has no sub-attribute 'sub'"),
    ("enterprise.departmnt", "extension enterprise has no attribute 'departmnt'; did you mean"),
    (f"{ENTERPRISE_USER}:departmnt", "did you mean 'department'?"),
    ("urn:nobody:2.0:User:x", "has no extension 'urn:nobody:2.0:User'"),
    ("urn:nobody:2.0:User", "has no extension"),
    ("nobody[knows pr]", "has no attribute 'nobody'"),
    ("enterprise[department pr].department", "has no attribute 'enterprise'"),
]


@each_value("path, message", UNKNOWN_PATHS)
def test_at_unknown_name_is_error_unless_lenient(path: str, message: str) -> None:
    user = scim.User.from_wire(WIRE)
    with pytest.raises(InvalidPath) as caught:
        user.at(path)
    assert message in str(caught.value)
    with pytest.raises(InvalidPath):
        scim.read(WIRE, path, strict=True)
    assert user.at(path, strict=False) is None
    assert scim.read(WIRE, path) is None


def test_at_unknown_name_in_brackets_is_error() -> None:
    user = scim.User.from_wire(WIRE)
    with pytest.raises(InvalidFilter, match="did you mean 'type'"):
        user.at('emails[typ eq "work"].value')
    assert user.at('emails[typ eq "work"].value', strict=False) is None
    assert user.at('emails[type eq "work" and not (verified eq false)].value') == "a@example.com"


@each_value(
    "path, value",
    [
        ("title", None),
        ("name.nickname", "Annie"),
        ("emails.verified", [True]),
        (f"{ENTERPRISE_USER}:level", 7),
        (f"{ENTERPRISE_USER}:division", None),
        (f"{SHOES}:size", 38),
        (f"{SHOES}:shade", None),
        (f"{CUSTOM_USER}:nothing", None),
        (USER + ":userName", "ann"),
    ],
)
def test_at_known_name_gives_value(path: str, value: Any) -> None:
    assert scim.User.from_wire(WIRE).at(path) == value


def test_at_extension_without_data_has_no_value() -> None:
    user = scim.User.from_wire({"schemas": [USER, SHOES], "userName": "ann"})
    for path in (ENTERPRISE_USER, "enterprise", "enterprise.department", SHOES, f"{SHOES}:size"):
        assert user.at(path) is None


def test_at_plain_data_has_any_name() -> None:
    class Device(scim.Resource):
        __schema__ = "urn:acme:Device"
        settings: dict[str, Any] | None = None

    device = Device(settings={"port": 80})
    assert (device.at("settings.port"), device.at("settings.host")) == (80, None)
    assert device.at("settings[host pr]") is None


# ----------------------------------------------------------------------------- schema of each resource


def test_compile_without_schema_uses_that_of_each_resource() -> None:
    filter_ = scim.parse_filter('members[value eq "7"]')
    group = scim.Group.of("Guides", members=["7"])
    matches = filter_.compile()
    assert matches(group)
    assert matches(group.to_wire())
    assert not matches({"userName": "ann"})
    with pytest.raises(InvalidFilter):
        matches(scim.User(user_name="ann"))
    with pytest.raises(InvalidFilter):
        scim.parse_filter('userName eq "x"').compile()(group)
    shared = scim.parse_filter('displayName eq "guides"').compile()
    assert shared(group)
    assert not shared(scim.User(display_name="x"))
    assert not shared("no resource")
    assert not matches("no resource")


def test_compile_without_schema_uses_characteristics_of_class() -> None:
    document = {
        "id": USER,
        "name": "User",
        "attributes": [{"name": "title", "caseExact": True}],
    }
    exact: Any = scim.model_from_schema(document, base=scim.User)
    matches = scim.parse_filter('title eq "CTO"').compile()
    assert not matches(exact(title="cto"))
    assert matches(exact(title="CTO"))
    assert matches(scim.User(title="cto"))
    assert matches(Person(title="cto"))
    other: Any = type(
        "Other",
        (scim.User,),
        {
            "__annotations__": {"enterprise": Badge | None},
            "enterprise": scim.extension("urn:acme:params:scim:schemas:badge:1.0:User"),
        },
    )
    assert matches(other(title="cto"))
    many = scim.Or(scim.attr("title").sw(str(number)) for number in range(100)).compile()
    assert many(scim.User(title="42"))
    assert not many(exact(title="x"))


def test_user_of_unknown_argument_says_where_it_belongs() -> None:
    for name, advice in (
        ("department", r"write enterprise=EnterpriseUser\(department=…\)"),
        ("costCenter", r"write enterprise=EnterpriseUser\(cost_center=…\)"),
        ("middle_name", r"write name=Name\(middle_name=…\)"),
        ("displayName", "did you mean 'display_name'"),
        ("costCode", r"write custom=CustomUser\(\.\.\.\)"),
        ("last_modified", r"write custom=CustomUser\(\.\.\.\)"),
    ):
        values: Any = {name: "x"}
        with pytest.raises(TypeError, match=advice):
            scim.User.of(email="a@example.com", given_name="A", family_name="B", **values)
    with pytest.raises(TypeError, match=r"write badge=Badge\(number=…\)"):
        Person.of(email="a@example.com", given_name="A", family_name="B", number="7")


class Group2(scim.Group):
    cost_code: str | None = None


HELD: dict[str, Any] = {"user_name": "held", "userName": "w", "custom": {"costCode": "x"}}


@each_value(
    "text, expected",
    [
        ('user_name eq "held"', True),
        ('USER_NAME eq "w"', False),
        ('userName eq "w"', True),
        ('custom.costCode eq "x" and custom[costCode eq "x"]', True),
        ('custom.costCode eq "y"', False),
        ('custom.costCode eq "x" and name.given_name pr', False),
    ],
)
def test_name_that_resource_has_is_no_short_name(text: str, expected: bool) -> None:
    wire = {"schemas": [USER, CUSTOM_USER], **HELD, CUSTOM_USER: {"costCode": "y"}}
    filter_ = scim.parse_filter(text)
    schemas: list[Any] = [None, scim.User, scim.ResourceSchema.of(scim.User)]
    for resource in (wire, scim.User.from_wire(wire)):
        for schema in schemas:
            assert filter_.matches(resource, schema) is expected
            assert filter_.matches(resource, schema, strict=False) is expected
            assert filter_.compile(schema)(resource) is expected
    assert scim.read(wire, "user_name") == "held"
    assert scim.read(wire, "custom.costCode") == "x"


def test_held_name_beside_undeclared_name_is_found() -> None:
    filter_ = scim.parse_filter('user_name eq "held" and legacy eq "L"')
    wire = {"schemas": [USER], **HELD, "legacy": "L"}
    assert filter_.matches(scim.User.from_wire(wire))
    assert not filter_.matches(wire, strict=False)
    group = Group2.model_validate({"cost_code": "c"})
    assert scim.parse_filter('cost_code eq "c"').compile()(group)
