"""PATCH requests as messages and as values: parsing, validation, writing, and the result of `apply`."""

import copy
import datetime as dt
import enum
import json
import math
import pickle
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

import pydantic
import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.names import PATCH_OP, USER
from support.each_value import each_value

PATCH: Any = {"schemas": [PATCH_OP]}


def patch(*operations: Any) -> dict[str, Any]:
    return {**PATCH, "Operations": list(operations)}


def parse(*operations: Any, dialect: Any = "strict") -> scim.PatchRequest:
    return scim.PatchRequest.parse(patch(*operations), dialect=dialect)


TITLE = {"op": "replace", "path": "title", "value": "Guide"}

# ----------------------------------------------------------------------------- parsing


@each_value(
    "data",
    [
        patch(TITLE),
        json.dumps(patch(TITLE)),
        json.dumps(patch(TITLE)).encode(),
        bytearray(json.dumps(patch(TITLE)).encode()),
        MappingProxyType(patch(TITLE)),
    ],
)
def test_parse_string_bytes_and_mapping_are_accepted(data: Any) -> None:
    (operation,) = scim.PatchRequest.parse(data).operations
    assert (operation.op, operation.path, operation.value) == ("replace", "title", "Guide")


@each_value("op", ["add", "Add", "ADD", "aDD"])
def test_parse_op_in_any_case_is_written_in_lower_case(op: str) -> None:
    assert (
        parse({"op": op, "path": "title", "value": "x"}).to_wire()["Operations"][0]["op"] == "add"
    )


def test_parse_members_in_any_case_unknown_ignored() -> None:
    body = {
        "Schemas": [PATCH_OP.upper()],
        "OPERATIONS": [{"OP": "add", "Path": "title", "VALUE": "x", "name": "y"}],
    }
    assert scim.PatchRequest.parse(body) == scim.PatchRequest(
        [scim.PatchOperation("add", "title", "x")]
    )


@pytest.mark.parametrize("schemas", [None, []])
def test_parse_schemas_missing_or_null_is_accepted(schemas: Any) -> None:
    assert scim.PatchRequest.parse({"Operations": [TITLE]})
    assert scim.PatchRequest.parse({"schemas": schemas, "Operations": [TITLE]})


@each_value(
    "body",
    [
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [TITLE]},
        {"schemas": [PATCH_OP, USER], "Operations": [TITLE]},
        {"schemas": USER, "Operations": [TITLE]},
        {"schemas": [7], "Operations": [TITLE]},
        {**PATCH},
        {**PATCH, "Operations": None},
        {**PATCH, "Operations": {}},
        {**PATCH, "Operations": "x"},
        {**PATCH, "Operations": []},
        {**PATCH, "Operations": [TITLE], "operations": []},
        {**PATCH, "operations": [TITLE], "OPERATIONS": []},
        patch("x"),
        patch(None),
        patch({}),
        patch({**TITLE, "op": None}),
        patch({**TITLE, "op": "move"}),
        patch({**TITLE, "op": 7}),
        patch({**TITLE, "op": ["add"]}),
        patch({**TITLE, "path": 7}),
        patch({"op": "add", "Op": "add", "OP": "add", "path": "title", "value": "x"}),
        patch({"Op": "add", "OP": "add", "path": "title", "value": "x"}),
        [],
        "[]",
        "x",
        "",
        b"\xff",
        '{"Operations": ["\ud800"]}',
        '{"Operations": NaN}',
        "[" * 100_000,
        7,
        None,
    ],
)
def test_parse_not_patch_request_is_invalid_syntax(body: Any) -> None:
    with pytest.raises(PatchError) as caught:
        scim.PatchRequest.parse(body)
    assert caught.value.scim_type == "invalidSyntax"


@each_value(
    "operation, scim_type",
    [
        ({"op": "add", "path": "title"}, "invalidValue"),
        ({"op": "replace", "path": "title"}, "invalidValue"),
        ({"op": "replace"}, "invalidValue"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "remove", "path": ""}, "noTarget"),
        ({"op": "remove", "path": None, "value": 1}, "noTarget"),
        ({"op": "replace", "path": "name..givenName", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "emails[type xx 1]", "value": "x"}, "invalidFilter"),
    ],
)
def test_parse_invalid_operation_error_has_its_number(operation: Any, scim_type: str) -> None:
    with pytest.raises((PatchError, InvalidPath, InvalidFilter)) as caught:
        parse(TITLE, operation)
    assert caught.value.scim_type == scim_type
    assert caught.value.operation_index == 1
    assert str(caught.value).startswith("operation 1: ")


def test_parse_invalid_path_error_shows_position() -> None:
    with pytest.raises(InvalidPath) as caught:
        scim.PatchOperation("replace", "name..givenName", "x")
    assert str(caught.value).splitlines()[-1].strip() == "^"
    with pytest.raises(InvalidFilter, match="operation 0"):
        scim.PatchRequest([{"op": "remove", "path": "emails[type eq work]"}])


def test_operation_empty_path_is_none() -> None:
    assert parse({"op": "add", "path": "", "value": {"title": "x"}}).operations[0].path is None


def test_request_operations_accepts_mappings_and_iterables() -> None:
    operation = scim.PatchOperation(op="replace", path="title", value="Guide")
    assert scim.PatchRequest(operations=(each for each in [TITLE])) == scim.PatchRequest(
        [operation]
    )
    assert scim.PatchRequest(operations=[operation, TITLE]).operations == (operation, operation)


@pytest.mark.parametrize("operations", ["x", {"op": "add"}])
def test_request_operations_not_iterable_raises_error(operations: Any) -> None:
    with pytest.raises(PatchError, match="must be an array"):
        scim.PatchRequest(operations=operations)


def test_request_unknown_dialect_raises_error() -> None:
    for dialect in ("azure", None, []):
        with pytest.raises(PatchError, match="dialect must be"):
            scim.PatchRequest([TITLE], dialect=dialect)  # wrong on purpose
    with pytest.raises(PatchError, match="dialect must be"):
        parse(TITLE).apply({}, dialect="azure")  # wrong on purpose


def test_operation_path_object_is_accepted() -> None:
    path = scim.Path(None, "emails", scim.parse_filter('type eq "work"'), "value")
    assert scim.PatchOperation("remove", path).path == 'emails[type eq "work"].value'


# ----------------------------------------------------------------------------- as values


class Tint(enum.Enum):
    RED = "red"


class Weight(enum.IntEnum):
    HEAVY = 2


class Plain(pydantic.BaseModel):
    some_name: str = "x"


@each_value(
    "value, wire",
    [
        (
            scim.Email(value="a@example.com", primary=True),
            {"value": "a@example.com", "primary": True},
        ),
        ([scim.Member(value="m1"), {"value": scim.UNSET}], None),
        ((scim.Member(value="m1"),), [{"value": "m1"}]),
        (dt.datetime(2024, 1, 2, tzinfo=dt.UTC), "2024-01-02T00:00:00Z"),
        (Tint.RED, "red"),
        (Weight.HEAVY, 2),
        (uuid.UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        (frozenset(["a"]), ["a"]),
        (Plain(), {"some_name": "x"}),
        ({"a": (1, {"b": Tint.RED})}, {"a": [1, {"b": "red"}]}),
        (None, None),
    ],
)
def test_operation_value_becomes_json(value: Any, wire: Any) -> None:
    operation = scim.PatchOperation("add", "x", value)
    if wire is not None or value is None:
        assert operation.to_wire()["value"] == wire
        json.dumps(operation.to_wire())


def test_operation_value_without_json_raises_error() -> None:
    with pytest.raises(PatchError, match="value must be JSON data"):
        scim.PatchOperation("add", "title", object())


def test_request_dialect_is_not_in_equality_or_wire_form() -> None:
    strict, entra = parse(TITLE), parse(TITLE, dialect="entra")
    assert strict == entra
    assert strict.to_wire() == entra.to_wire() == patch(TITLE)
    assert (strict.dialect, entra.dialect) == ("strict", "entra")
    assert repr(strict) == repr(entra)


def test_request_is_frozen_and_survives_copy_and_pickle() -> None:
    request = parse(TITLE, dialect="entra")
    for twin in (copy.copy(request), copy.deepcopy(request), pickle.loads(pickle.dumps(request))):
        assert twin == request
        assert twin.dialect == "entra"
    with pytest.raises(AttributeError):
        request.operations = ()  # wrong on purpose
    with pytest.raises(AttributeError):
        request.operations[0].op = "add"  # wrong on purpose
    operation = pickle.loads(pickle.dumps(scim.PatchOperation("remove", "title")))
    assert operation.value is scim.UNSET
    assert repr(operation.value) == "UNSET"


def test_to_wire_parses_to_same_request() -> None:
    request = parse(
        TITLE, {"op": "remove", "path": "nickName"}, {"op": "add", "value": {"locale": None}}
    )
    assert scim.PatchRequest.parse(request.to_wire()) == request
    assert scim.PatchRequest.parse(json.dumps(request.to_wire())) == request
    assert request != parse(TITLE)


@each_value(
    "operation",
    [
        {"op": "replace", "path": "password", "value": "hunter2"},
        {"op": "replace", "path": f"{USER}:Password", "value": "hunter2"},
        {"op": "replace", "value": {"passWord": "hunter2"}},
        {"op": "replace", "value": {"x": [{"password": "hunter2"}]}},
    ],
)
def test_repr_password_is_hidden(operation: Any) -> None:
    request = parse(operation)
    assert "hunter2" not in repr(request) + str(request)
    request = parse(
        {
            **operation,
            "value": {"password": {"x": "hunter2"}} if "path" not in operation else ["hunter2"],
        }
    )
    with pytest.raises((PatchError, InvalidPath)) as caught:
        request.apply({"userName": "ann"})
    assert "hunter2" not in str(caught.value) + repr(caught.value)


def test_repr_without_value_shows_no_value() -> None:
    assert (
        repr(scim.PatchOperation("remove", "title")) == "PatchOperation(op='remove', path='title')"
    )
    assert (
        repr(scim.PatchOperation("add", value={"a": 1}))
        == "PatchOperation(op='add', value={'a': 1})"
    )


def test_repr_long_value_is_shortened() -> None:
    assert len(repr(scim.PatchOperation("add", "title", "x" * 10_000))) < 200


# ----------------------------------------------------------------------------- apply


class Door(scim.Complex):
    name: str | None = None
    opened: dt.datetime | None = None
    log: list[dt.datetime] | None = None


class Badge(scim.Extension):
    door: Door | None = None
    number: int | None = None
    level: Annotated[Literal["red", "green"] | None, "a type of the user's own"] = None
    doors: tuple[str, ...] | None = None
    issued: dt.datetime | None = None


class Person(scim.User):
    badge: Badge | None = scim.extension("urn:acme:params:scim:schemas:badge:1.0:User")


class Acme(scim.CustomUser):
    cost_centre: str | None = None


BADGE = "urn:acme:params:scim:schemas:badge:1.0:User"


def test_apply_result_has_type_of_resource() -> None:
    request = parse(TITLE)
    frozen: Mapping[str, Any] = MappingProxyType({"userName": "ann"})
    assert request.apply(frozen) == {"userName": "ann", "title": "Guide"}
    assert type(request.apply(frozen)) is dict
    for model in (scim.User, Person, scim.User[Acme]):
        after = request.apply(model(user_name="ann"))
        assert type(after) is model
        assert after.title == "Guide"


def test_apply_without_change_returns_new_resource() -> None:
    resource = {"title": "Guide", "emails": [{"value": "a"}]}
    after = parse(TITLE).apply(resource)
    assert after == resource
    assert after is not resource
    model = scim.User(title="Guide")
    assert parse(TITLE).apply(model) is not model


def test_apply_unaddressed_values_are_shared() -> None:
    resource = {"title": "x", "emails": [{"value": "a"}]}
    assert parse(TITLE).apply(resource)["emails"] is resource["emails"]


def test_apply_subclass_extension_is_typed() -> None:
    person = Person(user_name="ann")
    request = parse(
        {"op": "add", "path": f"{BADGE}:number", "value": 7},
        {"op": "add", "path": f"{BADGE}:doors", "value": ["a", "b"]},
        {"op": "add", "path": f"{BADGE}:issued", "value": "2024-01-02T03:04:05"},
        {"op": "add", "path": BADGE, "value": {"level": "red"}},
    )
    after = request.apply(person)
    assert after.badge == Badge(
        number=7,
        doors=("a", "b"),
        level="red",
        issued=dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    )
    assert BADGE in after.schemas
    assert person.badge is None


def test_apply_datetime_in_complex_value_is_parsed() -> None:
    opened = "2024-01-02T03:04:05"
    request = parse(
        {
            "op": "add",
            "path": f"{BADGE}:door",
            "value": {"name": "x", "opened": opened, "log": [opened]},
        }
    )
    opened_at = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    after = request.apply(Person(user_name="ann"))
    assert after.badge == Badge(door=Door(name="x", opened=opened_at, log=[opened_at]))
    assert request.apply(after) == after
    assert not scim.diff(after, request.apply(Person(user_name="ann")))
    later = parse(
        {"op": "add", "path": f"{BADGE}:door.log", "value": ["2025-01-02T03:04:05Z", f"{opened}Z"]}
    )
    assert len(later.apply(after).to_wire()[BADGE]["door"]["log"]) == 2


def test_apply_tuple_of_caller_stays_tuple() -> None:
    person = Person(user_name="ann", badge=Badge(doors=("a", "b")))
    after = parse({"op": "remove", "path": f'{BADGE}:doors[value eq "a"]'}).apply(person)
    assert after.badge == Badge(doors=("b",))


def test_apply_closed_model_accepts_document_attributes() -> None:
    class Closed(scim.Extension, extra="ignore"):
        number: int | None = None

    class Guest(scim.User):
        badge: Closed | None = scim.extension(BADGE)

    document = {
        "id": BADGE,
        "attributes": [{"name": "number", "type": "integer"}, {"name": "shade", "type": "string"}],
    }
    schema = scim.ResourceSchema.of(Guest, extensions=[document])
    request = parse({"op": "add", "path": BADGE, "value": {"number": 1, "shade": "red"}})
    after = request.apply(Guest(badge=Closed()), schema=schema)
    assert after.to_wire()[BADGE] == {"number": 1, "shade": "red"}


def test_apply_models_beside_plain_data_are_accepted() -> None:
    user = scim.User(user_name="ann", emails=[scim.Email(value="a", type="work")])
    user.emails.append({"value": "b", "type": "home"})  # a common use
    user.custom = scim.CustomUser.model_validate({"mail": scim.Email(value="x")})
    after = parse(
        {"op": "replace", "path": 'emails[type eq "home"].value', "value": "c"},
        {
            "op": "add",
            "path": "urn:ietf:params:scim:schemas:extension:custom:2.0:User:mail",
            "value": [{"value": "x"}],
        },
    ).apply(user)
    assert after.emails == [scim.Email(value="a", type="work"), {"value": "c", "type": "home"}]
    assert after.custom is not None
    assert after.custom.model_extra == {
        "mail": scim.Email(value="x")
    }  # created by the operation before


def test_apply_value_refused_by_own_type_is_invalid_value() -> None:
    request = parse(TITLE, {"op": "add", "path": f"{BADGE}:level", "value": "blue"})
    with pytest.raises(PatchError) as caught:
        request.apply(Person(user_name="ann"))
    assert (caught.value.scim_type, caught.value.operation_index) == ("invalidValue", 1)
    assert "blue" not in str(caught.value)


def test_apply_typed_custom_extension_accepts_other_names() -> None:
    custom = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
    request = parse(
        {"op": "add", "path": f"{custom}:COSTCENTRE", "value": "C1"},
        {"op": "add", "path": f"{custom}:cost_centre", "value": 7},
        {"op": "add", "path": f"{custom}:shoeSize", "value": 43},
    )
    after = request.apply(scim.User[Acme](user_name="ann"))
    assert after.custom is not None
    assert after.custom.cost_centre == "C1"
    assert after.to_wire()[custom] == {"costCentre": "C1", "cost_centre": 7, "shoeSize": 43}


def test_apply_model_with_document_schema_is_read() -> None:
    schema = scim.ResourceSchema.of(scim.schema_of(scim.User))
    request = parse(
        {"op": "replace", "value": {"displayName": "Ann", "name": {"givenName": "A"}}},
        {"op": "remove", "path": "nickName"},
    )
    after = request.apply(scim.User(user_name="ann", nick_name="x"), schema=schema)
    assert after.to_wire() == {
        "schemas": [USER],
        "userName": "ann",
        "displayName": "Ann",
        "name": {"givenName": "A"},
    }


def test_apply_schema_and_dialect_are_used() -> None:
    operation = {"op": "replace", "path": "active", "value": "False"}
    assert parse(operation).apply({}, dialect="entra") == {"active": False}
    with pytest.raises(PatchError):
        parse(operation, dialect="entra").apply({}, dialect="strict")
    with pytest.raises(InvalidPath):
        parse(operation).apply({}, schema=scim.Group)


def test_apply_empty_request_only_in_entra_dialect() -> None:
    empty = scim.PatchRequest([], dialect="entra")
    assert not empty
    assert empty.apply({"userName": "ann"}) == {"userName": "ann"}
    with pytest.raises(PatchError, match="at least one operation"):
        empty.apply({"userName": "ann"}, dialect="strict")


@each_value("resource", [None, 7, "x", ["x"]])
def test_apply_not_a_resource_raises_error(resource: Any) -> None:
    with pytest.raises(PatchError, match="resource must be a model or a mapping"):
        parse(TITLE).apply(resource)


def test_apply_error_has_operation_number_and_keyword() -> None:
    request = parse(TITLE, {"op": "remove", "path": "userName"})
    with pytest.raises(PatchError) as caught:
        request.apply({"userName": "ann"})
    error = caught.value
    assert (error.scim_type, error.operation_index) == ("mutability", 1)
    assert str(error) == "operation 1 (remove userName): userName is required and must keep a value"
    assert error.to_dict()["operation_index"] == 1
    assert pickle.loads(pickle.dumps(error)).operation_index == 1


def test_apply_unknown_path_error_suggests_names() -> None:
    request = parse({"op": "replace", "path": "displayNam", "value": "x"})
    with pytest.raises(InvalidPath, match="did you mean 'displayName'") as caught:
        request.apply({})
    assert caught.value.operation_index == 0


def test_apply_deep_nesting_raises_error() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(PatchError, match="nested less deeply") as caught:
        parse({"op": "replace", "path": "active", "value": deep}, dialect="entra").apply({})
    assert caught.value.scim_type == "invalidValue"


def test_apply_listed_extension_accepts_any_attribute() -> None:
    urn = "urn:acme:params:scim:schemas:shoes:1.0:User"
    resource = {"schemas": [USER, urn], "userName": "ann", urn: {"size": 43}}
    request = parse({"op": "replace", "path": f"{urn}:size", "value": 44})
    assert request.apply(resource)[urn] == {"size": 44}
    assert request.apply(scim.User.from_wire(resource)).extensions[urn] == {"size": 44}
    after = parse({"op": "remove", "path": f"{urn}:size"}).apply(resource)
    assert after == {"schemas": [USER], "userName": "ann"}
    with pytest.raises(InvalidPath, match="no extension"):
        request.apply(resource, schema=scim.ResourceSchema.of(scim.User))
    assert request.apply(resource, schema=scim.User)[urn] == {"size": 44}
    resource = {"schemas": [urn], "meta": {"resourceType": "Group"}, urn: {"size": 43}}
    operations = [{"op": "add", "path": "members", "value": {"value": "a"}}, *request.operations]
    assert scim.PatchRequest(operations).apply(resource)[urn] == {"size": 44}
    for schemas in ([USER, 7, ["x"]], [["x"], USER], "x", 7):
        with pytest.raises(InvalidPath, match="no extension"):
            request.apply({"schemas": schemas, "userName": "ann"})


def test_operation_path_may_be_attribute_object() -> None:
    operation = scim.PatchOperation("replace", scim.attr("name.familyName"), "Lee")
    assert operation == scim.PatchOperation("replace", "name.familyName", "Lee")


class Named(enum.StrEnum):
    TITLE = "title"
    WRONG = "a b"


def test_operation_path_may_be_str_enum_member() -> None:
    request = scim.PatchRequest([scim.PatchOperation("add", Named.TITLE, "Guide")])
    assert request.apply({"userName": "ann"}) == {"userName": "ann", "title": "Guide"}
    for make in (
        lambda: scim.PatchOperation("add", Named.WRONG, "x"),
        lambda: scim.PatchRequest([{"op": "add", "path": Named.WRONG, "value": "x"}]),
    ):
        with pytest.raises(InvalidPath, match="expected the end, got ' '"):
            make()


RATES = "urn:acme:params:scim:schemas:rates:1.0:User"
RATES_SCHEMA = scim.ResourceSchema.of(
    scim.User,
    extensions=[
        {
            "id": RATES,
            "name": "Rates",
            "attributes": [
                {"name": "rate", "type": "decimal", "multiValued": False},
                {
                    "name": "seats",
                    "type": "complex",
                    "multiValued": True,
                    "subAttributes": [
                        {"name": "value", "type": "string", "multiValued": False},
                        {"name": "rows", "type": "integer", "multiValued": True},
                    ],
                },
            ],
        }
    ],
)


def test_decimal_beyond_range_of_floats_is_number() -> None:
    digits = "1" + "0" * 400
    text = f'{{"Operations": [{{"op": "add", "path": "{RATES}:rate", "value": {digits}}}]}}'
    patched = scim.PatchRequest.parse(text).apply({"userName": "ann"}, RATES_SCHEMA)
    assert patched[RATES] == {"rate": int(digits)}
    for value in (math.nan, math.inf):
        request = scim.PatchRequest([scim.PatchOperation("add", f"{RATES}:rate", value)])
        with pytest.raises(PatchError, match="rate must be a number, got NaN or an infinity"):
            request.apply({"userName": "ann"}, RATES_SCHEMA)


def test_extension_replaced_by_empty_list_is_unassigned() -> None:
    user = {"schemas": [USER, RATES], "userName": "ann", RATES: {"rate": 1}}
    request = scim.PatchRequest([scim.PatchOperation("replace", RATES, [])])
    assert request.apply(user, RATES_SCHEMA) == {"schemas": [USER], "userName": "ann"}
    pathless = scim.PatchRequest([scim.PatchOperation("replace", None, {RATES: []})])
    assert pathless.apply(user, RATES_SCHEMA) == {"schemas": [USER], "userName": "ann"}
    with pytest.raises(PatchError, match="must be an object"):
        scim.PatchRequest([scim.PatchOperation("replace", RATES, [1])]).apply(user, RATES_SCHEMA)


def test_value_described_by_filter_has_list_of_multi_valued_sub_attribute() -> None:
    path = f"{RATES}:seats[rows eq 2].value"
    patched = scim.PatchRequest([scim.PatchOperation("add", path, "z")]).apply(
        {"userName": "ann"}, RATES_SCHEMA
    )
    assert patched[RATES] == {"seats": [{"rows": [2], "value": "z"}]}


def test_value_described_by_filter_may_be_repeated_in_other_case() -> None:
    for path, value in [
        ('emails[type eq "work"]', {"value": "q", "type": "WORK"}),
        ('emails[type eq "work" and type eq "WORK"].value', "q"),
    ]:
        patched = scim.PatchRequest([scim.PatchOperation("add", path, value)]).apply(
            {"userName": "ann"}
        )
        assert [email["value"] for email in patched["emails"]] == ["q"]
    request = scim.PatchRequest(
        [scim.PatchOperation("add", 'emails[type eq "work"]', {"value": "q", "type": "home"})]
    )
    with pytest.raises(PatchError, match="must have the type of the filter"):
        request.apply({"userName": "ann"})
