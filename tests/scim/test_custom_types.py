"""Values without a JSON type in classes and requests of the caller: decimals, enumerations, secrets."""

import dataclasses
import datetime as dt
from decimal import Decimal
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, PlainSerializer, SecretBytes, SecretStr

from britive_scim import scim
from britive_scim.errors import PatchError
from britive_scim.scim.names import USER
from support.each_value import each_value

BADGE = "urn:example:params:scim:schemas:extension:badge:2.0:User"
NUMBER = UUID(int=5)


class UserType(Enum):
    GUIDE = "Guide"
    GUEST = "Guest"


class Level(StrEnum):
    HIGH = "high"


class Badge(scim.Extension):
    score: Decimal | None = None
    marks: list[Decimal] | None = None
    number: UUID | None = None
    day: dt.date | None = None
    level: Level | None = None
    pin: SecretStr | None = None
    key: SecretBytes | None = None
    formatted: Annotated[Decimal, PlainSerializer(lambda value: f"about {value}")] | None = None


class Guide(scim.User):
    user_type: UserType | None = None  # narrower than the type of the RFC
    badge: Badge | None = scim.extension(BADGE)


def make_guide(**badge: Any) -> Guide:
    return Guide(user_name="ann", user_type=UserType.GUIDE, badge=Badge(**badge) if badge else None)


FULL = {
    "score": Decimal("1.50"),
    "marks": [Decimal(2), Decimal("0.5")],
    "number": NUMBER,
    "day": dt.date(2026, 3, 1),
    "level": Level.HIGH,
    "pin": SecretStr("1234"),
    "key": SecretBytes(b"abc"),
    "formatted": Decimal("3.10"),
}
WIRE = {
    "schemas": [USER, BADGE],
    "userName": "ann",
    "userType": "Guide",
    BADGE: {
        "score": 1.5,
        "marks": [2, 0.5],
        "number": str(NUMBER),
        "day": "2026-03-01",
        "level": "high",
        "pin": "1234",
        "key": "abc",
        "formatted": "about 3.10",
    },
}


def test_to_wire_custom_types_round_trip() -> None:
    wire = make_guide(**FULL).to_wire()
    assert wire == WIRE
    del wire[BADGE]["formatted"]
    again = Guide.from_wire(wire)
    assert again.badge is not None
    assert again.badge.score == Decimal("1.5")
    assert again.badge.pin == SecretStr("1234")
    assert again.to_wire() == wire


def test_to_wire_nan_and_own_serializer_are_left_to_pydantic() -> None:
    badge = Badge()
    badge.score = Decimal("NaN")
    badge.marks = [Decimal("NaN"), Decimal(1)]
    assert badge.to_wire() == {"score": "NaN", "marks": ["NaN", 1]}


def test_to_wire_undeclared_attributes_are_converted() -> None:
    user = scim.User.of(email="ann@example.com", given_name="Ann", family_name="Lee")
    user.custom = scim.CustomUser.model_validate({"rate": Decimal("0.5"), "pin": SecretStr("1")})
    assert user.to_wire()["urn:ietf:params:scim:schemas:extension:custom:2.0:User"] == {
        "rate": 0.5,
        "pin": "1",
    }


def test_diff_model_and_its_wire_form_is_empty() -> None:
    badge = {name: value for name, value in FULL.items() if name != "formatted"}
    model = make_guide(**badge)
    wire = model.to_wire()
    for one, other in ((model, wire), (wire, model), (model, model), (model, make_guide(**badge))):
        assert scim.equal(one, other)
        assert not scim.diff(one, other)


CHANGES = [
    ("score", Decimal("2.5"), 2.5),
    ("number", UUID(int=6), str(UUID(int=6))),
    ("day", dt.date(2026, 3, 2), "2026-03-02"),
    ("level", "low", "low"),
    ("pin", SecretStr("4321"), "4321"),
]


@pytest.mark.parametrize(("name", "value", "written"), CHANGES[:3] + CHANGES[4:])
@pytest.mark.parametrize("as_models", [True, False])
def test_diff_custom_types_are_json(name: str, value: Any, written: Any, as_models: bool) -> None:
    before, after = (
        make_guide(**{**FULL, "formatted": None}),
        make_guide(**{**FULL, "formatted": None, name: value}),
    )
    one: Any = before if as_models else before.to_wire()
    request = scim.diff(one, after)
    assert [operation.to_wire() for operation in request.operations] == [
        {"op": "replace", "path": f"{BADGE}:{name}", "value": written}
    ]
    assert scim.equal(request.apply(one), after, schema=Guide)


def test_equal_enumeration_compares_value_by_case_rule() -> None:
    model = Guide(user_name="ann", user_type=UserType.GUIDE)
    assert scim.equal({"userName": "ann", "userType": "Guide"}, model)
    assert not scim.equal({"userName": "ann", "userType": "guide"}, model)
    (operation,) = scim.diff({"userName": "ann", "userType": "guide"}, model).operations
    assert operation.value == "Guide"
    assert not scim.diff({"userName": "ann", "userType": "guide"}, model, ignore_case="userType")


class Ticket(BaseModel):
    number: int | None = Field(default=None, serialization_alias="ticketNumber")
    note: str | None = None


@each_value(
    "value, written",
    [
        (Decimal("2.50"), 2.5),
        (Decimal(3), 3),
        (UserType.GUEST, "Guest"),
        (SecretStr("hunter2"), "hunter2"),
        (SecretBytes(b"hunter2"), "hunter2"),
        (NUMBER, str(NUMBER)),
        (Ticket(number=7), {"ticketNumber": 7}),
        ([Ticket(), Ticket(note="n")], [{}, {"note": "n"}]),
        ({"value": Decimal("0.1"), "list": (SecretStr("x"), {UserType.GUIDE})}, None),
    ],
)
def test_operation_custom_types_become_json(value: Any, written: Any) -> None:
    operation = scim.PatchOperation("replace", f"{BADGE}:pin", value)
    if written is None:
        written = {"value": 0.1, "list": ["x", ["Guide"]]}
    assert operation.to_wire()["value"] == written


def test_operation_secret_value_is_written() -> None:
    operation = scim.PatchOperation("replace", "password", SecretStr("hunter2"))
    assert scim.PatchRequest([operation]).apply({"userName": "ann"})["password"] == "hunter2"
    assert "hunter2" not in repr(operation)


@each_value("name", ["apiToken", "privateKey", "clientSecret", "Password"])
def test_repr_secret_name_hides_value(name: str) -> None:
    custom = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
    for operation in (
        scim.PatchOperation("replace", f"{custom}:{name}", "hunter2"),
        scim.PatchOperation("add", custom, {name: "hunter2", "team": "blue"}),
    ):
        assert "hunter2" not in repr(operation)
        assert operation.to_wire()["value"] in ("hunter2", {name: "hunter2", "team": "blue"})


def test_apply_on_model_gives_field_type() -> None:
    request = scim.PatchRequest([scim.PatchOperation("add", f"{BADGE}:score", Decimal("2.5"))])
    after = request.apply(make_guide(score=Decimal(1)))
    assert after.badge is not None
    assert after.badge.score == Decimal("2.5")


itself: dict[str, Any] = {}
itself["name"] = itself


@each_value("value", [Decimal("sNaN"), Decimal("1e999"), object(), itself])
def test_operation_and_diff_value_without_json_raise_error(value: Any) -> None:
    with pytest.raises(PatchError, match="value must be JSON data"):
        scim.PatchOperation("add", "title", value)
    if value is not itself:  # NaN has no value
        with pytest.raises(PatchError):
            scim.diff({"userName": "ann"}, {"userName": "ann", "title": value})


@each_value("value", [memoryview(b"x"), bytearray(b"x"), object(), Decimal("NaN"), dt.timedelta(1)])
def test_equal_value_without_json_equals_itself(value: Any) -> None:
    one = {"userName": "ann", "title": value, "emails": [{"value": value}]}
    assert scim.equal(one, one)
    assert scim.equal(one, dict(one))
    assert not scim.equal(one, {"userName": "ann"})


def test_read_recursive_data_has_no_value() -> None:
    assert not scim.parse_filter("name pr").matches(itself)
    assert scim.parse_filter("name.givenName eq null").matches(itself)
    assert scim.read(itself, "name") is None


def test_filter_large_data_without_values_is_not_present() -> None:
    empty = {"userName": "ann", "emails": [{"value": None, "type": None}] * 12_000}
    assert not scim.parse_filter("emails pr").matches(empty)
    assert scim.parse_filter("emails pr").matches(
        {"emails": [*({"value": None} for _ in range(12_000)), {"value": "a"}]}
    )


@each_value("key", [1, None, ("a",), b"a"])
def test_mapping_key_not_string_is_ignored(key: Any) -> None:
    irregular: Any = {
        key: 1,
        "userName": "ann",
        "name": {key: 2, "givenName": "Ann"},
        "x": {key: 3},
    }
    plain = {"userName": "ann", "name": {"givenName": "Ann"}}
    assert scim.select(irregular, excluded="x") == plain
    assert scim.equal(irregular, plain)
    assert not scim.diff(irregular, plain)
    assert not scim.diff(plain, irregular)
    assert not scim.diff(plain, irregular, unset="keep")
    assert scim.parse_filter('name.givenName eq "ann"').matches(irregular)
    assert scim.read(irregular, "name.familyName") is None
    custom = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
    assert not scim.diff({custom: {"x": {key: 1}}}, {custom: {"x": {key: 1}}})


@dataclasses.dataclass
class Manager:
    value: str


def test_diff_dataclass_is_read_by_its_fields() -> None:
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    request = scim.diff({"userName": "ann"}, {enterprise: {"manager": Manager("m1")}}, unset="keep")
    assert [operation.to_wire() for operation in request.operations] == [
        {"op": "add", "path": f"{enterprise}:manager", "value": {"value": "m1"}}
    ]
    with pytest.raises(PatchError, match="no sub-attribute 'value'"):
        scim.diff({"userName": "ann"}, {"userName": "ann", "name": Manager("m1")})


def test_operation_value_without_json_error_shows_class() -> None:
    request = scim.PatchRequest([{"op": "add", "path": "title", "value": Decimal(1)}])
    with pytest.raises(PatchError, match="title must be a string, got a Python Decimal"):
        request.apply({"userName": "ann"})
    request = scim.PatchRequest([{"op": "add", "path": "title", "value": MappingProxyType({})}])
    with pytest.raises(PatchError, match="title must be a string, got an object"):
        request.apply({"userName": "ann"})
