"""Tables of resources as flat dicts: columns, types, paths, exploded rows, deviating forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.errors import InputError, InvalidPath
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.scim.tables.resource_table import build_resource_table
from support.each_value import each_value

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
COLUMNS = [
    "id", "user_name", "external_id", "given_name", "family_name", "display_name", "email", "active", "title",
    "department", "manager", "employee_number", "created", "last_modified", "key", "groups", "other",
]  # fmt: skip
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FULL: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    "id": "u1",
    "externalId": "E1",
    "userName": "Ana@Acme.com",
    "name": {"givenName": "Ana", "familyName": "Diaz", "formatted": "Ana Diaz"},
    "displayName": "Ana",
    "active": True,
    "title": "Engineer",
    "nickName": "An",
    "emails": [{"value": "ana@acme.com", "type": "work", "primary": True}],
    "phoneNumbers": [{"value": "+1-555-0100", "type": "work"}],
    "groups": [{"value": "g1", "display": "Ops", "type": "direct"}, {"value": "g2"}],
    ENTERPRISE: {
        "department": "R&D",
        "employeeNumber": "7",
        "costCenter": "C1",
        "manager": {"value": "u9", "displayName": "Max"},
    },
    CUSTOM: {"costCode": "R-17", "level": 3, "remote": True},
    "meta": {"created": "2026-01-02T03:04:05Z", "lastModified": "2026-01-02T03:04:05.000Z"},
}
ROW = {
    "id": "u1",
    "user_name": "Ana@Acme.com",
    "external_id": "E1",
    "given_name": "Ana",
    "family_name": "Diaz",
    "display_name": "Ana",
    "email": "ana@acme.com",
    "active": True,
    "title": "Engineer",
    "department": "R&D",
    "manager": "u9",
    "employee_number": "7",
    "created": TIME,
    "last_modified": TIME,
    "key": "ana@acme.com",
    "groups": 2,
}
OTHER = {
    "nickName": "An",
    "phoneNumbers": [{"value": "+1-555-0100", "type": "work"}],
    "name": {"formatted": "Ana Diaz"},
    ENTERPRISE: {"costCenter": "C1"},
    CUSTOM: {"costCode": "R-17", "level": 3, "remote": True},
}


def get_row(resource: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
    (row,) = scim.table([resource], *arguments, **options)
    return row


def read_other(resource: Any, **options: Any) -> Any:
    text = get_row(resource, **options)["other"]
    return None if text is None else json.loads(text)


@pytest.mark.parametrize("form", ["mapping", "model"])
def test_user_has_columns_of_the_contract(form: str) -> None:
    user: Any = FULL if form == "mapping" else scim.User.from_wire(FULL)
    row = get_row(user)
    assert list(row) == COLUMNS
    other = json.loads(row.pop("other"))
    assert row == ROW
    assert other == OTHER


@pytest.mark.parametrize("form", ["mapping", "model"])
def test_missing_values_are_none(form: str) -> None:
    user: Any = {"id": "u1"} if form == "mapping" else scim.User(id="u1")
    assert get_row(user) == dict.fromkeys(COLUMNS) | {"id": "u1"}


@pytest.mark.parametrize("form", ["mapping", "model"])
@pytest.mark.parametrize(
    ("emails", "email", "has_other"),
    [
        ([], None, False),
        ([{"value": "a@x.com", "type": "work"}], "a@x.com", False),
        ([{"value": "a@x.com", "type": "work", "display": "A"}], "a@x.com", True),
        ([{"value": "a@x.com"}], "a@x.com", True),
        ([{"type": "work"}], None, False),
        ([{"value": "a@x.com"}, {"value": "b@x.com", "type": "Work"}], "b@x.com", True),
        ([{"value": "b@x.com", "type": "work"}, {"value": "c@x.com", "primary": True}], "c@x.com", True),
        ([{"value": "a@x.com"}, {"value": "b@x.com"}], "a@x.com", True),
        ([{"primary": True}, {"value": "b@x.com"}], "b@x.com", True),
    ],
)  # fmt: skip
def test_email_is_the_primary_one(
    form: str, emails: list[Any], email: str | None, has_other: bool
) -> None:
    user: Any = {"userName": "a", "emails": emails}
    user = scim.User.from_wire(user) if form == "model" else user
    row = get_row(user)
    assert row["email"] == email == scim.User.from_wire({"emails": emails}).primary_email
    assert (row["other"] is not None) is has_other


DEVIATIONS: list[dict[str, Any]] = [
    {"USERNAME": "a", "Active": "True"},
    {"userName": "a", "active": "true"},
    {"userName": "a", "Name": {"GivenName": "A"}},
    {"userName": "a", "name": {"GIVENNAME": "A"}},
    {"userName": "a", "emails": {"value": "a@x.com"}},
    {"userName": "a", "emails": ["a@x.com"]},
    {"userName": "a", "emails": [{"Value": "a@x.com"}]},
    {"userName": "a", "emails": [{"value": 5}]},
    {"userName": "a", "groups": {"value": "g1"}},
    {"userName": 5, "externalId": 7},
    {"userName": "a", "meta": {"created": "2026-01-02 03:04:05"}},
    {"userName": "a", "meta": {"created": "2026-01-02T03:04:05+02:00", "lastModified": "T-----x---Z"}},
    {"userName": "a", "meta": {"created": "never"}},
    {"userName": "a", ENTERPRISE: {"manager": "u9"}},
    {"userName": "a", ENTERPRISE: "x"},
    {"userName": "a", "name": "Ana Diaz"},
    {"userName": "a", "active": "maybe", "title": {"x": 1}},
]  # fmt: skip


@pytest.mark.parametrize("user", DEVIATIONS)
def test_deviating_mapping_is_read_as_a_model_is(user: dict[str, Any]) -> None:
    plain = {"userName": "b", "active": True}
    rows = scim.table([plain, user, plain])
    assert rows[1] == get_row(scim.User.from_wire(user))
    assert rows[0] == rows[2] == get_row(plain)


class Codes(scim.CustomUser):
    """Custom attributes with a list and an object."""

    codes: list[str] | None = None


def test_single_value_of_a_list_is_shown_as_a_list() -> None:
    user = {"userName": "a", CUSTOM: {"codes": "x"}, ENTERPRISE: {"manager": "m1"}}
    columns = ["custom.codes", "enterprise.manager", "emails"]
    schema = ResourceSchema.of(scim.User[Codes])
    expected = [("""["x"]""", """{"value": "m1"}""", None)]
    for resource in (user, scim.User[Codes].from_wire(user)):
        table = build_resource_table([resource], schema, columns)
        assert table.to_polars().rows() == expected
    emails = {"userName": "a", "emails": ["a@x.com"]}
    assert scim.table([emails], ["emails"]) == [{"emails": '[{"value": "a@x.com"}]'}]


def test_unreadable_value_is_kept_in_other() -> None:
    row = get_row({"userName": "a", "active": "maybe"})
    assert row["active"] is None
    assert json.loads(row["other"]) == {"active": "maybe"}


@pytest.mark.parametrize("value", [0, True, 1.5, "x", {}, {"value": "x"}, [0], [None], [[1]], [[]]])
@pytest.mark.parametrize("name", ["emails", "name", "groups", "userName", "active", CUSTOM])
def test_any_value_has_a_row_of_the_same_columns(name: str, value: Any) -> None:
    rows = scim.table([{"userName": "ana", name: value}], custom=["level"])
    assert list(rows[0]) == list(scim.table([{"userName": "ana"}], custom=["level"])[0])


@pytest.mark.parametrize("is_model", [True, False])
def test_custom_column_is_found_in_any_case(is_model: bool) -> None:
    user = {"userName": "ana", CUSTOM: {"CostCode": "R"}}
    (row,) = scim.table([scim.User.from_wire(user) if is_model else user], custom=["costCode"])
    assert (row["custom.costCode"], row["other"]) == ("R", None)


def test_mappings_are_of_one_type() -> None:
    group = {"schemas": [scim.Group.__schema__], "displayName": "Guides"}
    users: list[Any] = [{"schemas": [scim.User.__schema__], "userName": "a"}, {"userName": "b"}]
    assert len(scim.table(users)) == 2
    with pytest.raises(InputError, match="must be of one type, got User and Group"):
        scim.table([*users, group])
    with pytest.raises(InputError, match="must be of one type, got Group and User"):
        scim.table([{"displayName": "Guides", "members": []}, {"userName": "b"}])
    assert len(scim.table([{"displayName": "Guides", "members": []}, {"displayName": "x"}])) == 2


def test_assigned_plain_data_are_read() -> None:
    user = scim.User(user_name="a")
    user.name = {"givenName": "Ana", "middleName": "B"}  # type: ignore[assignment]  # as users do
    user.emails = [{"value": "a@x.com"}]  # type: ignore[list-item]  # as users do
    row = get_row(user)
    assert (row["given_name"], row["email"]) == ("Ana", "a@x.com")
    assert json.loads(row["other"]) == {
        "name": {"middleName": "B"},
        "emails": [{"value": "a@x.com"}],
    }


def test_lone_surrogate_in_other_is_kept() -> None:
    assert read_other({"userName": "a", "nickName": "\ud800"}) == {"nickName": "\ud800"}
    assert read_other(scim.User(nick_name="\ud800")) == {"nickName": "\ud800"}


def test_other_has_no_secret_and_nothing_that_the_server_sets() -> None:
    user = {**FULL, "password": "geheim", "meta": {"version": "1"}}
    for form in (user, scim.User.from_wire(user)):
        assert read_other(form) == OTHER


SECRETS = {
    "password": "s3cret",
    "apiToken": "s3cret",
    "notes": [{"clientSecret": "s3cret", "n": 1}],
}


@pytest.mark.parametrize("form", ["mapping", "model"])
@pytest.mark.parametrize("urn", [CUSTOM, ENTERPRISE, "urn:acme:2.0:User", "keys"])
def test_secrets_by_name_are_in_no_column(form: str, urn: str) -> None:
    user: Any = {"userName": "a", "token": "s3cret", urn: {**SECRETS, "costCode": "R"}}
    user = user if form == "mapping" else scim.User.from_wire(user)
    for options in ({}, {"columns": [urn, "other"]} if urn in (CUSTOM, ENTERPRISE) else {}):
        row = get_row(user, **options)
        assert "s3cret" not in repr(row)
        assert "password" not in repr(row)
        assert '"n":1' in (row["other"] or "") or urn in row
        assert '"costCode":"R"' in repr(row) or "'costCode': 'R'" in repr(row)


@pytest.mark.parametrize("path", ["password", "custom.apiToken", f"{CUSTOM}:password"])  # fmt: skip
def test_secret_column_is_refused(path: str) -> None:
    for columns in ([path], {"x": path}):
        with pytest.raises(InputError, match="which is secret; leave it out"):
            get_row({"userName": "a", "password": "s3cret"}, columns)


def test_secret_custom_column_is_refused() -> None:
    with pytest.raises(InputError, match="custom must be attributes whose values may be shown"):
        get_row({"userName": "a"}, custom=["apiToken"])


class Acme(scim.Extension):
    """Attributes of a tenant."""

    __schema__ = CUSTOM

    cost_code: str | None = None
    level: int | None = None
    share: float | None = None
    since: datetime | None = None
    remote: bool | None = None
    sites: list[str] | None = None
    badge: bytes | None = None
    secret: bytes | None = None


def test_custom_columns_are_those_that_the_class_declares() -> None:
    user = scim.User[Acme].from_wire(
        {
            "userName": "a",
            CUSTOM: {
                "costCode": "R", "level": 3, "share": 0.5, "since": "2026-01-02T03:04:05Z", "remote": True,
                "sites": ["x"], "more": 1, "badge": "QQ==", "secret": "QQ==",
            },
        }
    )  # fmt: skip
    assert {k: v for k, v in get_row(user).items() if k.startswith("custom.")} == {
        "custom.costCode": "R", "custom.level": 3, "custom.share": 0.5, "custom.since": TIME, "custom.remote": True,
        "custom.sites": '["x"]', "custom.badge": "QQ==",
    }  # fmt: skip
    assert read_other(user) == {CUSTOM: {"more": 1}}


def test_custom_columns_are_those_that_the_caller_names() -> None:
    row = get_row(FULL, custom=["costCode", "level", "remote", "absent"])
    assert [(k, v) for k, v in row.items() if k.startswith("custom.")] == [
        ("custom.costCode", "R-17"),
        ("custom.level", "3"),
        ("custom.remote", "true"),
        ("custom.absent", None),
    ]
    assert list(row)[-1] == "other"
    assert CUSTOM not in json.loads(row["other"])
    assert get_row(scim.User.from_wire(FULL), custom="costCode")["custom.costCode"] == "R-17"


@pytest.mark.parametrize("custom", [["a b"], [5]])
def test_custom_refuses_other_names(custom: Any) -> None:
    with pytest.raises(InputError, match="custom must be names of attributes, got"):
        scim.table([FULL], custom=custom)


def test_missing_complex_values_are_none() -> None:
    users = [{"userName": "ana"}, {"userName": "bo", "name": {"givenName": "Bo"}, "emails": []}]
    assert scim.table(users, columns=["name", "emails"]) == [
        {"name": None, "emails": None},
        {"name": '{"givenName": "Bo"}', "emails": None},
    ]


PATHS = {
    "mail": ('emails[type eq "work"].value', "ana@acme.com"),
    "primary": ("emails[primary eq true].primary", True),
    "dept": ("enterprise.department", "R&D"),
    "center": ("enterprise.costCenter", "C1"),
    "urn": (f"{ENTERPRISE}:costCenter", "C1"),
    "boss": ("enterprise.manager.value", "u9"),
    "nick": ("nick_name", "An"),
    "code": ("custom.costCode", "R-17"),
    "created": ("meta.created", TIME),
    "addresses": ("emails.value", '["ana@acme.com"]'),
    "phones": ("phoneNumbers", '[{"value": "+1-555-0100", "type": "work"}]'),
    "work": ('phoneNumbers[type eq "work"]', '[{"value": "+1-555-0100", "type": "work"}]'),
    "name": ("name", '{"givenName": "Ana", "familyName": "Diaz", "formatted": "Ana Diaz"}'),
    "enterprise": ("enterprise", None),
    "user": ("user_name", "Ana@Acme.com"),
    "none": ('emails[type eq "home"].value', None),
}


@pytest.mark.parametrize("form", ["mapping", "model"])
@pytest.mark.parametrize("name", PATHS)
def test_columns_by_path(name: str, form: str) -> None:
    path, expected = PATHS[name]
    user: Any = FULL if form == "mapping" else scim.User.from_wire(FULL)
    value = get_row(user, {name: path})[name]
    if name in ("phones", "name", "work", "enterprise"):
        actual = json.loads(value)
        assert actual == (FULL[ENTERPRISE] if expected is None else json.loads(expected))
    else:
        assert value == expected


def test_short_name_of_an_extension_may_have_two_dots() -> None:
    user = {ENTERPRISE: {"manager": {"value": "m1"}}}
    assert get_row(user, {"m": "Enterprise.manager.value"}) == {"m": "m1"}
    with pytest.raises(InvalidPath, match="manager has no sub-attribute 'valu'"):
        get_row(user, ["enterprise.manager.valu"])


@pytest.mark.parametrize("form", ["mapping", "model"])
@each_value("sent, expected", [("perhaps", None), ("TRUE", True), (False, False), (1, None)])
def test_selected_value_is_read_as_its_type(form: str, sent: object, expected: object) -> None:
    data = {"emails": [{"value": "a@x.com", "type": "work", "primary": sent}]}
    user: Any = data if form == "mapping" else scim.User.from_wire(data)
    rows = scim.table([user, {}], {"p": 'emails[type eq "work"].primary'})
    assert rows == [{"p": expected}, {"p": None}]


@pytest.mark.parametrize("form", ["mapping", "model"])
@each_value("created", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_time_out_of_range_is_missing(form: str, created: str) -> None:
    data = {"userName": "ana", "meta": {"created": created}}
    user: Any = data if form == "mapping" else scim.User.from_wire(data)
    row = get_row(user, ["user_name", "created", "meta.created"])
    assert row == {"user_name": "ana", "created": None, "meta.created": None}


def test_first_of_several_selected_values_is_shown() -> None:
    emails = [{"value": "a@x.com", "type": "work"}, {"value": "b@x.com", "type": "work"}]
    assert get_row({"emails": emails}, {"m": 'emails[type eq "work"].value'}) == {"m": "a@x.com"}


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        (
            "title",
            InputError,
            r"columns must be names of columns or SCIM paths, .*, got 'title'; write \['title'\]",
        ),
        ([], InputError, "columns must be names"),
        ([5], InputError, "columns must be names"),
        ({"a": None}, InputError, "columns must be names"),
        (["departmnt"], InputError, "did you mean 'department'"),
        (["costs"], InvalidPath, "costs"),
        (["name.givn"], InvalidPath, "name has no sub-attribute 'givn'"),
        (['emails[kind eq "x"].value'], InputError, "kind"),
        (["emails["], InvalidPath, "emails"),
    ],
)
def test_unknown_columns_are_refused(columns: Any, error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=message):
        scim.table([FULL], columns)


def test_group_has_columns_of_the_contract() -> None:
    group = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "id": "g1",
        "displayName": "Ops",
        "members": [{"value": "u1", "type": "User", "display": "ana"}, {"value": "u2"}],
        "meta": FULL["meta"],
    }
    expected = {
        "id": "g1", "display_name": "Ops", "external_id": None, "size": 2, "created": TIME, "last_modified": TIME,
    }  # fmt: skip
    assert get_row(group) == get_row(scim.Group.from_wire(group)) == expected
    assert get_row(scim.Group(display_name="Ops"))["size"] is None
    for form in (group, scim.Group.from_wire(group)):
        rows = scim.table([form], ["display_name", "user_id", "user", "type"], explode="members")
        assert rows == [
            {"display_name": "Ops", "user_id": "u1", "user": "ana", "type": "User"},
            {"display_name": "Ops", "user_id": "u2", "user": None, "type": None},
        ]


@pytest.mark.parametrize("form", ["mapping", "model"])
def test_explode_has_one_row_per_user_and_group(form: str) -> None:
    users: list[Any] = [FULL, {"userName": "b", "groups": []}, {"userName": "c"}]
    if form == "model":
        users = list(map(scim.User.from_wire, users))
    rows = scim.table(
        users, {"who": "user_name", "group_id": "group_id", "in": "group"}, explode="groups"
    )
    assert rows == [
        {"who": "Ana@Acme.com", "group_id": "g1", "in": "Ops"},
        {"who": "Ana@Acme.com", "group_id": "g2", "in": None},
        {"who": "b", "group_id": None, "in": None},
        {"who": "c", "group_id": None, "in": None},
    ]
    names = list(scim.table(users, explode="groups")[0])
    assert names == [*COLUMNS[:-2], "group_id", "group", "other"]


@pytest.mark.parametrize(
    ("resource", "explode", "message"),
    [
        (FULL, "members", "explode must be 'groups', got 'members'"),
        (scim.Group(display_name="G"), "groups", "explode must be 'members'"),
        (scim.ServiceProviderConfig(), "groups", "explode must be None for these resources"),
    ],
)
def test_explode_fits_the_resources(resource: Any, explode: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scim.table([resource], explode=explode)


def test_other_resources_have_their_attributes() -> None:
    config = scim.ServiceProviderConfig.from_wire(
        {"patch": {"supported": True}, "documentationUri": "https://x.com", "acme": 1, "id": "c"}
    )
    row = get_row(config)
    assert (row["id"], row["documentation_uri"], row["patch"]) == (
        "c",
        "https://x.com",
        '{"supported": true}',
    )
    assert json.loads(row["other"]) == {"acme": 1}


def test_resources_are_of_one_type() -> None:
    with pytest.raises(InputError, match="resources must be of one type, got User and Group"):
        scim.table([scim.User(user_name="a"), scim.Group(display_name="G")])
    with pytest.raises(
        InputError, match=r"resources must be SCIM resources or mappings .*, got str"
    ):
        scim.table("ab")  # type: ignore[arg-type]  # a mistake
    bad: Any = [FULL, 5]
    with pytest.raises(
        InputError, match=r"resources must be SCIM resources or mappings .*, got int"
    ):
        scim.table(bad)


def test_no_resource_has_no_row_and_all_columns() -> None:
    assert scim.table([]) == []
    table = build_resource_table([], scim.User)
    assert list(table.columns) == COLUMNS
    assert list(table) == []


def test_tables_are_built_again_for_each_reader() -> None:
    table = build_resource_table([FULL] * 2500, scim.User, ["id", "created"])
    assert list(table) == list(table) == [("u1", TIME)] * 2500
    assert table.to_polars().shape == (2500, 2)


TEXT = st.none() | st.text(max_size=8)
USERS = st.fixed_dictionaries(
    {},
    optional={
        "id": TEXT,
        "userName": TEXT,
        "title": TEXT,
        "active": st.none() | st.booleans() | st.sampled_from(["true", "False", 1]),
        "name": st.fixed_dictionaries({}, optional={"givenName": TEXT, "middleName": TEXT}),
        "emails": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "value": TEXT,
                    "type": st.sampled_from(["work", "home", None]),
                    "primary": st.booleans(),
                },
            ),
            max_size=2,
        ),
        ENTERPRISE: st.fixed_dictionaries({}, optional={"department": TEXT, "costCenter": TEXT}),
    },
)


@given(st.lists(USERS, max_size=3))
@settings(max_examples=60)
def test_mappings_and_models_have_the_same_columns(users: list[dict[str, Any]]) -> None:
    for user in users:
        ours = get_row(user)
        theirs = get_row(scim.User.from_wire(user))
        assert {**ours, "other": None} == {**theirs, "other": None}
        left, right = (json.loads(row["other"] or "{}") for row in (ours, theirs))
        assert scim.equal(left, right)


def test_odd_values_are_read_like_models() -> None:
    user = scim.User(user_name="a", name=scim.Name(given_name="Ana"))
    plain_name = user.model_copy(update={"name": {"givenName": "Ana", "middleName": "B"}})
    assert [*json.loads(scim.table([plain_name], ["other"])[0]["other"])] == ["name"]
    assert scim.table([{"userName": "a", "name": "x"}], ["other"]) == [{"other": '{"name":"x"}'}]
    plain_groups = user.model_copy(update={"groups": [{"value": "1", "display": "Ops"}]})
    assert scim.table([plain_groups], ["group"], explode="groups") == [{"group": "Ops"}]
    assert scim.table([{"userName": "a", "groups": 7}], ["key"], explode="groups") == [{"key": "a"}]
    wrong_time = {"userName": "a", "meta": {"created": "2026-01-02T25:00:00Z"}}
    assert scim.table([wrong_time], ["created"]) == [{"created": None}]
    assert scim.table([MappingProxyType({"USERNAME": "a"})], ["key"]) == [{"key": "a"}]


def test_other_keeps_any_number_of_undeclared_names() -> None:
    names = [f"attribute{number}" for number in range(12_000)]
    resource = {"userName": "a"} | dict.fromkeys(names, 1)
    assert len(json.loads(scim.table([resource], ["other"])[0]["other"])) >= len(names)


def test_undeclared_part_of_custom_values_is_text() -> None:
    path = f'{CUSTOM}:badges[type eq "door"].number'
    user = {"userName": "a", CUSTOM: {"badges": [{"type": "door", "number": "7"}]}}
    assert scim.table([user], {"door": path}) == [{"door": "7"}]


def test_short_name_with_two_dots_needs_an_extension() -> None:
    with pytest.raises(InvalidPath, match=r"nowhere\.a\.b"):
        scim.table([{"userName": "a"}], {"x": "nowhere.a.b"})
    assert scim.table([{"userName": "a"}], {"x": "custom.a.b"}) == [{"x": None}]


def test_value_that_is_no_resource_is_refused() -> None:
    with pytest.raises(
        InputError, match="must be SCIM resources or mappings in wire form, got int"
    ):
        scim.table([{"userName": "a"}, 5], ["key"])  # type: ignore[list-item]  # refused at run time


def test_html_of_user_without_a_name_has_the_class_as_caption() -> None:
    assert "<caption>User</caption>" in scim.User(title="Lead")._repr_html_()
