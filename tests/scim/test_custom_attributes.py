"""Custom attributes without declaration: any name and any JSON value is compared, changed and written."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretBytes, SecretStr

from britive_scim import provisioning, scim
from britive_scim.errors import PatchError
from britive_scim.scim.names import CUSTOM_USER, USER
from britive_scim.testing import Tenant
from support.each_value import each_value

TIME = datetime(2024, 1, 1, tzinfo=UTC)


def wire(**custom: Any) -> dict[str, Any]:
    return {"schemas": [USER, CUSTOM_USER], "userName": "ann", CUSTOM_USER: custom}


def user(**custom: Any) -> scim.User:
    result = scim.User.of(email="ann@example.com", given_name="Ann", family_name="Lee")
    result.external_id = "E1"
    result.custom = scim.CustomUser(**custom)
    return result


@each_value(
    "before, after",
    [
        ({}, {"hired": TIME}),
        ({"hired": TIME}, {"hired": TIME.replace(year=2025)}),
        ({"limits": {"x": 1}}, {"limits": {"x": True}}),
        ({"limits": {"x": 0}}, {"limits": {"x": False}}),
        ({"limits": {"x": [1]}}, {"limits": {"x": [True]}}),
        ({"c:d": 1}, {"c:d": 2}),
        ({"c[d": 1}, {"c[d": 2}),
        ({"": 1}, {"": 2}),
        ({"c:d": 1}, {}),
        ({}, {"list": [{}, 1]}),
    ],
)
def test_diff_custom_values_leaves_no_difference(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    for old, new in [
        (wire(**before), wire(**after)),
        (user(**before), user(**after)),
    ]:
        request = scim.diff(old, new)
        assert request
        assert not scim.equal(old, new)
        assert scim.equal(request.apply(old), new)


@each_value(
    "one, other",
    [
        ({"hired": TIME}, {"hired": "2024-01-01T00:00:00Z"}),
        ({"list": [{}, 1]}, {"list": [1]}),
        ({"list": [None, "a"]}, {"list": ["a"]}),
    ],
)
def test_custom_values_of_one_json_form_are_equal(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert scim.equal(wire(**one), wire(**other))
    assert not scim.diff(wire(**one), wire(**other))


@each_value("name", ["cost.center", 'sites[type eq "x"].name'])
def test_diff_custom_name_that_is_a_path_raises(name: str) -> None:
    assert not scim.equal(wire(**{name: 1}), wire(**{name: 2}))
    for after in ({name: 2}, {}):
        with pytest.raises(PatchError, match="attribute name must be no path") as caught:
            scim.diff(wire(**{name: 1}), wire(**after))
        assert caught.value.scim_type == "invalidPath"
    assert not scim.diff(wire(**{name: 1}, x=1), wire(**{name: 1}, x=1))


@each_value(
    "values",
    [
        {"pin": SecretStr("4711")},
        {"pin": {"code": SecretStr("4711"), "old": [SecretBytes(b"1")]}},
        {"rate": Decimal("1.5")},
        {"rates": {"a": [Decimal("1.5")], "b": Decimal(2)}},
    ],
)
def test_secrets_and_decimals_at_any_depth_are_written_as_values(values: dict[str, Any]) -> None:
    expected = {
        "pin": {"pin": "4711"},
        "code": {"pin": {"code": "4711", "old": ["1"]}},
        "rate": {"rate": 1.5},
        "rates": {"rates": {"a": [1.5], "b": 2}},
    }["code" if isinstance(values.get("pin"), dict) else next(iter(values))]
    custom = scim.User(custom=scim.CustomUser(**values)).to_wire()[CUSTOM_USER]
    assert custom == expected
    undeclared = scim.User(user_name="ann")
    undeclared.extensions["urn:acme:x"] = values
    assert undeclared.to_wire()["urn:acme:x"] == expected


class Badge(scim.CustomUser):
    limits: dict[str, Any] | None = None


def test_secrets_in_annotated_field_are_written_as_values() -> None:
    values = {"code": SecretStr("4711"), "rates": [Decimal("1.5"), 2], "none": None}
    written = scim.User[Badge](custom=Badge(limits=values)).to_wire()[CUSTOM_USER]["limits"]
    assert (written["code"], written["rates"]) == ("4711", [1.5, 2])


def test_edit_upsert_and_plan_change_custom_values() -> None:
    with Tenant(name="acme").scim_client("Okta") as okta:
        created = okta.users.create(user(limits={"x": 1}))
        assert created.id is not None

        def read() -> Any:
            return okta.users.get(created.id or "").to_wire()[CUSTOM_USER]

        assert okta.users.upsert(user(limits={"x": True})).action == "updated"
        assert read() == {"limits": {"x": True}}
        wanted = provisioning.Directory.of([user(limits={"x": 1})])
        plan = provisioning.plan(wanted, okta.read_directory())
        assert [change.action for change in plan.changes] == ["update"]
        okta.apply(plan)
        assert repr(read()) == repr({"limits": {"x": 1}})
        okta.users.edit(created.id, lambda found: setattr(found.custom, "hired", TIME))
        assert read()["hired"] == "2024-01-01T00:00:00Z"
        assert okta.users.upsert(user(limits={"x": 1}, hired=TIME)).action == "unchanged"
