"""SCIM data types, each with its own class or schema: parsing, lenient reading, errors, PATCH."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from itertools import count
from types import new_class
from typing import Annotated, Any, Generic, Literal
from uuid import UUID

import pytest
from pydantic import Field
from typing_extensions import TypeVar

from britive_scim import scim
from britive_scim.errors import InvalidResource, PatchError
from support.each_value import each_value

NUMBERS: Iterator[int] = count()

TEXT = str | None
REFERENCE = Annotated[str | None, scim.reference("User", "uri")]
BINARY = Annotated[str | None, scim.BINARY]
FAR = 10**400
NOON = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


def make_class(annotation: Any, name: str = "it") -> Any:
    """Return a new class whose only attribute has this annotation."""
    names = {
        "__schema__": f"urn:example:made:{next(NUMBERS)}",
        "__annotations__": {name: annotation},
        name: None,
    }
    return type(scim.Resource)("Made", (scim.Resource,), names)


def make_schema(**definition: Any) -> dict[str, Any]:
    """Return a new schema with one attribute."""
    return {
        "id": f"urn:example:described:{next(NUMBERS)}",
        "name": "Described",
        "attributes": [{"name": "it", **definition}],
    }


class Part(scim.Complex):
    value: str | None = None
    at: datetime | None = None


class Bare(scim.Complex):
    name: str | None = None
    parts: list[Part] | None = None


class Shade(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1


class Tone(StrEnum):
    HIGH = "high"


# ----------------------------------------------------------------------------- annotations

B = TypeVar("B", bound=Part)
D = TypeVar("D", bound=scim.Complex, default=Bare)

ANNOTATIONS: list[tuple[Any, str, bool, tuple[str, ...], type | None]] = [
    (str, "string", False, (), None),
    (TEXT, "string", False, (), None),
    (bool | None, "boolean", False, (), None),
    (int | None, "integer", False, (), None),
    (float | None, "decimal", False, (), None),
    (Decimal | None, "decimal", False, (), None),
    (datetime | None, "dateTime", False, (), None),
    (bytes | None, "binary", False, (), None),
    (REFERENCE, "reference", False, (), None),
    (BINARY, "binary", False, (), None),
    (UUID | None, "string", False, (), None),
    (list[str] | None, "string", True, (), None),
    (list[int], "integer", True, (), None),
    (list[list[int]], "string", True, (), None),
    (list[list[int] | None], "string", True, (), None),
    (tuple[int, ...] | None, "integer", True, (), None),
    (set[bool] | None, "boolean", True, (), None),
    (frozenset[str] | None, "string", True, (), None),
    (Shade | None, "string", False, ("red", "blue"), None),
    (Level | None, "string", False, ("1",), None),
    (list[Shade] | None, "string", True, ("red", "blue"), None),
    (Literal["a", "b"] | None, "string", False, ("a", "b"), None),
    (Literal[1, 2] | None, "string", False, ("1", "2"), None),
    (list[Literal["a"]] | None, "string", True, ("a",), None),
    (Shade | str | None, "string", False, ("red", "blue"), None),
    (int | str | None, "integer", False, (), None),
    (list[int | str] | None, "integer", True, (), None),
    (list[int] | str | None, "integer", True, (), None),
    (Annotated[list[Annotated[int, Field(gt=0)]], Field(max_length=2)] | None, "integer", True, (), None),
    (Part | None, "complex", False, (), Part),
    (list[Part] | None, "complex", True, (), Part),
    (Part | Bare | None, "complex", False, (), Part),
    (list[Bare | Part] | None, "complex", True, (), Bare),
    (B | None, "complex", False, (), Part),
    (D | None, "complex", False, (), Bare),
    (list[B] | None, "complex", True, (), Part),
    (Any, "complex", False, (), None),
    (dict | None, "complex", False, (), None),
    (dict[str, int] | None, "complex", False, (), None),
    (list[dict[str, Any]] | None, "complex", True, (), None),
]  # fmt: skip


@each_value("annotation, type_, many, canonical, model", ANNOTATIONS)
def test_annotation_gives_all_characteristics(
    annotation: Any, type_: str, many: bool, canonical: tuple[str, ...], model: type | None
) -> None:
    generic: Any = (scim.Resource, Generic[B, D])
    names = {"__annotations__": {"it": annotation}, "it": None}
    whole: Any = new_class("Made", generic, {}, lambda space: space.update(names))
    it = scim.ResourceSchema.of(whole).attributes[-1]
    assert (it.name, it.field) == ("it", "it")
    assert (it.type, it.multi_valued, it.canonical_values) == (type_, many, canonical)
    assert it.model is model
    expected = {Part: ["value", "at"], Bare: ["name", "parts"], None: []}[model]
    assert [sub.name for sub in it.sub_attributes] == expected
    if model is Bare:
        assert [sub.name for sub in it.sub_attributes[1].sub_attributes] == ["value", "at"]


def test_annotation_metadata_gives_characteristics() -> None:
    marked = make_class(
        Annotated[
            str | None,
            scim.REQUIRED,
            scim.CASE_EXACT,
            scim.IMMUTABLE,
            scim.RETURNED_ON_REQUEST,
            scim.UNIQUE_GLOBALLY,
            scim.canonical("x", "y"),
        ],
        name="own_name",
    )
    it = scim.ResourceSchema.of(marked).attributes[-1]
    assert (it.name, it.field) == ("ownName", "own_name")
    assert (it.required, it.case_exact, it.mutability) == (True, True, "immutable")
    assert (it.returned, it.uniqueness, it.canonical_values) == ("request", "global", ("x", "y"))
    document = scim.schema_of(marked).attributes
    assert document is not None
    assert document[0].to_wire() == {
        "name": "ownName",
        "type": "string",
        "multiValued": False,
        "required": True,
        "caseExact": True,
        "mutability": "immutable",
        "returned": "request",
        "uniqueness": "global",
        "canonicalValues": ["x", "y"],
    }


def test_annotation_reference_and_binary_give_types() -> None:
    reference, binary = (
        scim.ResourceSchema.of(make_class(annotation)).attributes[-1]
        for annotation in (REFERENCE, BINARY)
    )
    assert (reference.case_exact, reference.reference_types) == (True, ("User", "uri"))
    assert (binary.case_exact, binary.reference_types) == (True, ())
    document = scim.schema_of(make_class(REFERENCE)).attributes
    assert document is not None
    assert document[0].to_wire() == {
        "name": "it",
        "type": "reference",
        "multiValued": False,
        "required": False,
        "caseExact": True,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        "referenceTypes": ["User", "uri"],
    }


# ----------------------------------------------------------------------------- reading

READ: list[tuple[Any, Any, Any]] = [
    (TEXT, "a", "a"),
    (TEXT, "", ""),
    (TEXT, 7, "7"),
    (TEXT, -1.5, "-1.5"),
    (TEXT, ["a"], "a"),
    (REFERENCE, "../Users/1", "../Users/1"),
    (REFERENCE, 7, "7"),
    (BINARY, "AA==", "AA=="),
    (bool | None, True, True),
    (bool | None, "True", True),
    (bool | None, "FALSE", False),
    (bool | None, [False], False),
    (bool | None, "", None),
    (int | None, 7, 7),
    (int | None, 7.0, 7),
    (int | None, "7", 7),
    (int | None, " +7 ", 7),
    (int | None, "-0", 0),
    (int | None, "1" * 300, int("1" * 300)),
    (int | None, "", None),
    (float | None, 0.5, 0.5),
    (float | None, 7, 7.0),
    (float | None, "7", 7.0),
    (float | None, " -1.5e3 ", -1500.0),
    (float | None, "1E-3", 0.001),
    (float | None, "+1.5", 1.5),
    (datetime | None, "2026-03-01T12:30:15Z", NOON),
    (datetime | None, "2026-03-01T14:30:15+02:00", NOON),
    (datetime | None, "2026-03-01T12:30:15.25Z", NOON + timedelta(microseconds=250_000)),
    (datetime | None, "2026-03-01 12:30:15Z", NOON),
    (datetime | None, "", None),
    (list[str] | None, "a", ["a"]),
    (list[str] | None, ["a", 7, None, ""], ["a", "7", ""]),
    (list[int] | None, ["7", 8, ""], [7, 8]),
    (list[bool] | None, "true", [True]),
    (list[str] | None, {}, []),
    (list[str] | None, "", []),
    (Part | None, "a", Part(value="a")),
    (Part | None, 7, Part(value="7")),
    (Part | None, [{"VALUE": "a"}], Part(value="a")),
    (list[Part] | None, {"value": 7}, [Part(value="7")]),
    (list[Part] | None, ["a", {"Value": "b"}], [Part(value="a"), Part(value="b")]),
    (Bare | None, {"parts": "a"}, Bare(parts=[Part(value="a")])),
    (Bare | None, "", None),
]


@each_value("annotation, raw, value", READ)
def test_decoding_value_is_read(annotation: Any, raw: Any, value: Any) -> None:
    model = make_class(annotation)
    read = model.from_wire({"it": raw})
    assert read.unread == ()
    assert read.it == value
    assert type(read.it) is type(value)
    assert model.from_wire({"IT": raw}).it == value
    page = scim.ListResponse[model].from_wire({"totalResults": 2, "Resources": [{"it": raw}, {}]})
    assert [one.it for one in page.resources] == [value, None]


UNREAD_REASONS: list[tuple[Any, Any, str]] = [
    (TEXT, True, "must be a string, got a boolean"),
    (TEXT, {"a": 1}, "must be a string, got an object"),
    (TEXT, ["a", "b"], "must be a string, got a list"),
    (TEXT, "a\ud800", "must be valid Unicode, got a string with a lone surrogate"),
    (REFERENCE, True, "must be a URI string, got a boolean"),
    (REFERENCE, ["a", "b"], "must be a URI string, got a list"),
    (BINARY, {"a": 1}, "must be a base64 string, got an object"),
    (bool | None, 1, "must be true or false, got a number"),
    (bool | None, "yes", "must be true or false, got a string"),
    (int | None, True, "must be an integer, got a boolean"),
    (int | None, 1.5, "must be an integer, got a number"),
    (int | None, "1.5", "must be an integer, got a string"),
    (int | None, "1" * 301, "must be an integer, got a string"),
    (int | None, "1 2", "must be an integer, got a string"),
    (float | None, True, "must be a number, got a boolean"),
    (float | None, "1.", "must be a number, got a string"),
    (float | None, "1e9999", "must be a number, got a string"),
    (float | None, FAR, "number out of range"),
    (datetime | None, 7, "must be a date with a time such as 2026-03-01T08:30:00Z, got a number"),
    (datetime | None, True, "must be a date with a time such as 2026-03-01T08:30:00Z, got a boolean"),
    (datetime | None, ["a", "b"], "must be a date with a time such as 2026-03-01T08:30:00Z, got a list"),
    (Part | None, True, "must be an object, got a boolean"),
    (Part | None, 1.5, "must be an object, got a number"),
    (Part | None, ["a", "b"], "must be an object, got a list"),
    (Bare | None, "a", "must be an object, got a string"),
    (Shade | None, "green", "Input should be 'red' or 'blue'"),
    (Annotated[str | None, Field(max_length=3)], "four", "String should have at most 3 characters"),
]  # fmt: skip


@each_value("annotation, raw, reason", UNREAD_REASONS)
def test_decoding_unread_value_has_reason(annotation: Any, raw: Any, reason: str) -> None:
    model = make_class(annotation)
    read = model.from_wire({"it": raw})
    assert read.it is None
    assert [(one.path, one.raw, one.reason) for one in read.unread] == [("it", raw, reason)]
    assert read.to_wire() == {"schemas": [model.__schema__], "it": raw}
    page = scim.ListResponse[model].from_wire({"Resources": [{"IT": raw}]})
    assert [(one.path, one.reason) for one in page.unread] == [("Resources[0].it", reason)]


@each_value(
    "type_, raw, reason",
    [
        (str, True, "must be a string, got a boolean"),
        (str, ["a"], "must be a string, got a list"),
        (bool, "yes", "must be true or false, got a string"),
        (int, 1.5, "must be an integer, got a number"),
        (float, FAR, "number out of range"),
        (Part, True, "must be an object, got a boolean"),
    ],
)
def test_decoding_unread_list_element_has_reason(type_: Any, raw: Any, reason: str) -> None:
    model = make_class(list[type_] | None)
    read = model.from_wire({"it": [None, raw]})
    assert [(one.path, one.raw, one.reason) for one in read.unread] == [("it[1]", raw, reason)]
    assert read.to_wire() == {"schemas": [model.__schema__], "it": [raw]}


def test_decoding_list_elements_may_be_null_if_declared() -> None:
    model = make_class(list[Part | None] | None)
    read = model.from_wire({"it": [None, {"value": "a", "B": 1}]})
    assert read.it == [None, Part.from_wire({"value": "a", "B": 1})]
    assert read.to_wire()["it"] == [None, {"value": "a", "B": 1}]


@each_value("raw", ["yes", 1, 0, "1", "on"])
def test_decoding_pydantic_boolean_forms_are_unread(raw: Any) -> None:
    assert make_class(bool | None).from_wire({"it": raw}).it is None


@each_value("raw", [1772368215, "1772368215", "2026-03-01", 1.5])
def test_decoding_pydantic_datetime_forms_are_unread(raw: Any) -> None:
    assert getattr(make_class(datetime | None).from_wire({"it": raw}), "it", None) in {
        None,
        datetime(2026, 3, 1, tzinfo=UTC),
    }


# ----------------------------------------------------------------------------- writing

WRITTEN: list[tuple[Any, Any, Any]] = [
    (TEXT, "a", "a"),
    (TEXT, "", ""),
    (bool | None, False, False),
    (int | None, 0, 0),
    (float | None, 0.5, 0.5),
    (datetime | None, NOON, "2026-03-01T12:30:15Z"),
    (datetime | None, NOON + timedelta(milliseconds=7), "2026-03-01T12:30:15.007Z"),
    (datetime | None, NOON + timedelta(microseconds=7), "2026-03-01T12:30:15.000007Z"),
    (datetime | None, NOON.astimezone(timezone(timedelta(hours=2))), "2026-03-01T14:30:15+02:00"),
    (
        datetime | None,
        (NOON + timedelta(milliseconds=7)).astimezone(timezone(timedelta(hours=2))),
        "2026-03-01T14:30:15.007+02:00",
    ),
    (list[datetime] | None, [NOON], ["2026-03-01T12:30:15Z"]),
    (list[str] | None, ["a"], ["a"]),
    (Decimal | None, Decimal("1.50"), 1.5),
    (Decimal | None, Decimal(7), 7),
    (list[Decimal] | None, [Decimal("0.5")], [0.5]),
    (Shade | None, Shade.RED, "red"),
    (Level | None, Level.LOW, 1),
    (Tone | None, Tone.HIGH, "high"),
    (set[str] | None, {"a"}, ["a"]),
    (UUID | None, UUID(int=1), str(UUID(int=1))),
    (dict[str, Any] | None, {"a": 1}, {"a": 1}),
    (Part | None, Part(value="a"), {"value": "a"}),
    (Part | Bare | None, Part(at=NOON + timedelta(milliseconds=7)), {"at": "2026-03-01T12:30:15.007Z"}),
    (list[Part | Bare] | None, [Bare(name="a"), Part(at=NOON)], [{"name": "a"}, {"at": "2026-03-01T12:30:15Z"}]),
    (list[Part] | None, [Part(value="a"), Part()], [{"value": "a"}]),
    (Bare | None, Bare(parts=[Part(at=NOON)]), {"parts": [{"at": "2026-03-01T12:30:15Z"}]}),
]  # fmt: skip


@each_value("annotation, value, wire", WRITTEN)
def test_to_wire_value_has_scim_form(annotation: Any, value: Any, wire: Any) -> None:
    model = make_class(annotation)
    written = model(it=value).to_wire()
    assert written == {"schemas": [model.__schema__], "it": wire}
    assert type(written["it"]) is type(wire)
    assigned = model()
    assigned.it = value
    assert assigned.to_wire() == written
    assert model.from_wire(written).to_wire() == written


@pytest.mark.parametrize(
    ("annotation", "empty"),
    [(TEXT, None), (list[str] | None, []), (Part | None, Part()), (list[Part] | None, [Part()])],
    ids=range(4),
)
def test_to_wire_empty_value_is_omitted(annotation: Any, empty: Any) -> None:
    model = make_class(annotation)
    assert model(it=empty).to_wire() == {"schemas": [model.__schema__]}
    assert model(it=empty) == model()


@pytest.mark.parametrize(
    ("annotation", "value"),
    [(int | str | None, ["a"]), (Shade | None, "green"), (Annotated[int, Field(gt=1)], "x")],
    ids=range(3),
)
def test_to_wire_value_of_other_type_gives_no_warning(annotation: Any, value: Any) -> None:
    model = make_class(annotation)
    instance = model()
    instance.it = value
    assert instance.to_wire()["it"] == value


@pytest.mark.parametrize("values", [("a", "b"), {"a": 1, "b": 2}.keys()], ids=["tuple", "keys"])
def test_to_wire_iterable_of_values_is_array(values: Any) -> None:
    model = make_class(list[str] | None)
    instance = model()
    instance.it = values
    assert instance.to_wire()["it"] == ["a", "b"]


@each_value("value", ["ab", b"ab", {"a": 1}, 7])
def test_to_wire_single_value_for_list_raises_error(value: Any) -> None:
    model = make_class(list[str] | None)
    instance = model()
    instance.it = value
    with pytest.raises(InvalidResource) as caught:
        instance.to_wire()
    assert (
        str(caught.value)
        == "attributes of Made must have values of their types\n  it: Input should be a valid list"
    )


def test_to_wire_explicit_schemas_are_unchanged() -> None:
    class Both(scim.Resource):
        __schema__ = "urn:example:both"
        schemas: list[str] = Field(default_factory=lambda: ["urn:example:both", "urn:example:more"])

    assert Both().schemas == ["urn:example:both", "urn:example:more"]
    assert Both().to_wire() == {"schemas": ["urn:example:both", "urn:example:more"]}


# ----------------------------------------------------------------------------- PATCH

VALUES: list[tuple[dict[str, Any], Any, Any]] = [
    ({"type": "string"}, "a", "a"),
    ({"type": "string"}, "", ""),
    ({"type": "string"}, "\u00e4", "\u00e4"),
    ({"type": "reference"}, "a", "a"),
    ({"type": "boolean"}, True, True),
    ({"type": "boolean"}, False, False),
    ({"type": "integer"}, 0, 0),
    ({"type": "integer"}, 10**30, 10**30),
    ({"type": "decimal"}, 0.5, 0.5),
    ({"type": "decimal"}, 7, 7),
    ({"type": "dateTime"}, "2026-03-01T12:30:15Z", "2026-03-01T12:30:15Z"),
    ({"type": "dateTime"}, "2026-03-01T12:30:15.5+02:00", "2026-03-01T12:30:15.5+02:00"),
    ({"type": "dateTime"}, "2026-03-01T12:30:15", "2026-03-01T12:30:15"),
    ({"type": "binary"}, "AAA=", "AAA="),
    ({"type": "binary"}, "AA", "AA"),
    ({"type": "binary"}, "", ""),
    ({"type": "string", "multiValued": True}, ["a", "b"], ["a", "b"]),
    ({"type": "string", "multiValued": True}, "a", ["a"]),
    ({"type": "boolean", "multiValued": True}, [True], [True]),
    ({"type": "complex", "subAttributes": [{"name": "value"}]}, {"VALUE": "a"}, {"value": "a"}),
    (
        {"type": "complex", "multiValued": True, "subAttributes": [{"name": "n", "type": "integer"}]},
        {"n": 1},
        [{"n": 1}],
    ),
]  # fmt: skip

ENTRA_VALUES: list[tuple[dict[str, Any], Any, Any]] = [
    ({"type": "boolean"}, "True", True),
    ({"type": "boolean"}, "fALSE", False),
    ({"type": "boolean", "multiValued": True}, ["true", "False"], [True, False]),
    ({"type": "string"}, ["a"], "a"),
    ({"type": "string"}, "[1]", "[1]"),
    ({"type": "integer"}, [7], 7),
    ({"type": "complex", "subAttributes": [{"name": "value"}]}, "a", {"value": "a"}),
    ({"type": "complex", "subAttributes": [{"name": "value"}]}, ["a"], {"value": "a"}),
    ({"type": "complex", "subAttributes": [{"name": "n"}]}, '{"n": "a"}', {"n": "a"}),
    ({"type": "complex", "multiValued": True, "subAttributes": [{"name": "value"}]}, "a", [{"value": "a"}]),
    (
        {"type": "complex", "multiValued": True, "subAttributes": [{"name": "value"}]},
        '[{"value": "a"}, {"Value": "b"}]',
        [{"value": "a"}, {"value": "b"}],
    ),
    (
        {"type": "complex", "multiValued": True, "subAttributes": [{"name": "value"}]},
        ["a", '{"value": "b"}'],
        [{"value": "a"}, {"value": "b"}],
    ),
]  # fmt: skip


def apply_patch(
    definition: dict[str, Any], op: str, value: Any, dialect: Any, value_before: Any = None
) -> Any:
    request = scim.PatchRequest([{"op": op, "path": "it", "value": value}], dialect)
    before = {} if value_before is None else {"it": value_before}
    return request.apply(before, scim.ResourceSchema.of(make_schema(**definition))).get("it")


@each_value("op", ["add", "replace"])
@each_value(
    "definition, value, result, dialect",
    [
        *((*case, "strict") for case in VALUES),
        *((*case, "entra") for case in VALUES),
        *((*case, "entra") for case in ENTRA_VALUES),
    ],
)
def test_patch_value_of_declared_type_is_accepted(
    definition: dict[str, Any], op: str, value: Any, result: Any, dialect: Any
) -> None:
    if value == "" and op == "add":
        assert apply_patch(definition, op, value, dialect) == result
        return
    after = apply_patch(definition, op, value, dialect)
    assert after == result
    assert type(after) is type(result)


@each_value("definition, value, result", ENTRA_VALUES)
def test_patch_entra_form_is_rejected_in_strict_dialect(
    definition: dict[str, Any], value: Any, result: Any
) -> None:
    if isinstance(result, str) and value == result:
        return
    with pytest.raises(PatchError) as caught:
        apply_patch(definition, "replace", value, "strict")
    assert caught.value.scim_type == "invalidValue"


@each_value("dialect", ["strict", "entra"])
@each_value(
    "definition, value, message",
    [
        ({"type": "string"}, 7, "it must be a string, got a number"),
        ({"type": "string"}, "\ud800", "it must be a Unicode string, got a lone surrogate"),
        ({"type": "string", "required": True}, " ", "it must be a non-empty string, got an empty string"),
        ({"type": "reference"}, True, "it must be a string, got a boolean"),
        ({"type": "boolean"}, 1, "it must be true or false, got a number"),
        ({"type": "boolean"}, "truely", "it must be true or false, got a string"),
        ({"type": "boolean"}, "tru", "it must be true or false, got a string"),
        ({"type": "integer"}, 1.0, "it must be a whole number, got a number"),
        ({"type": "integer"}, False, "it must be a whole number, got a boolean"),
        ({"type": "decimal"}, math.inf, "it must be a number, got NaN or an infinity"),
        ({"type": "decimal"}, "1", "it must be a number, got a string"),
        ({"type": "dateTime"}, 7, "it must be a dateTime such as 2024-03-01T09:30:00Z, got a number"),
        ({"type": "dateTime"}, "2026-03-01", "it must be a dateTime such as 2024-03-01T09:30:00Z, got another string"),
        ({"type": "dateTime"}, "2026-02-30T00:00:00Z", "it must be a dateTime such as 2024-03-01T09:30:00Z, got another string"),
        ({"type": "dateTime"}, "2026-03-01T00:00:00." + "0" * 80 + "Z", "it must be a dateTime such as 2024-03-01T09:30:00Z, got another string"),
        ({"type": "binary"}, 7, "it must be a base64 string, got a number"),
        ({"type": "binary"}, "a b", "it must be a base64 string, got another string"),
        ({"type": "binary"}, "AAAAA", "it must be a complete base64 string, got a truncated one"),
        ({"type": "string", "multiValued": True}, [7], "it must be a string, got a number"),
        ({"type": "string", "multiValued": True}, ["a", None], "it must be a list without null, got null"),
        ({"type": "complex", "subAttributes": [{"name": "n"}]}, 7, "it must be an object of its sub-attributes, got a number"),
        ({"type": "complex", "subAttributes": [{"name": "n"}]}, "a", "it must be an object of its sub-attributes, got a string"),
        ({"type": "complex", "subAttributes": [{"name": "n"}]}, {"n": 7}, "it.n must be a string, got a number"),
        ({"type": "complex", "subAttributes": [{"name": "n"}]}, {"n": "a", "N": "b"}, "it.n must be set only once"),
        ({"type": "complex", "subAttributes": [{"name": "name"}]}, {"nam": "a"}, "it has no sub-attribute 'nam'; did you mean 'name'?"),
    ],
)  # fmt: skip
def test_patch_value_of_other_type_is_rejected(
    definition: dict[str, Any], value: Any, message: str, dialect: Any
) -> None:
    with pytest.raises(PatchError) as caught:
        apply_patch(definition, "replace", value, dialect)
    assert caught.value.scim_type == "invalidValue"
    assert str(caught.value) == f"operation 0 (replace it): {message}"


@each_value(
    "dialect, value, remaining",
    [
        ("strict", None, None),
        ("strict", [], None),
        ("entra", None, None),
        ("entra", [], None),
        ("entra", "", None),
    ],
)
def test_patch_empty_value_unassigns_complex_value(
    dialect: Any, value: Any, remaining: Any
) -> None:
    definition = {"type": "complex", "subAttributes": [{"name": "value"}]}
    assert apply_patch(definition, "replace", value, dialect, {"value": "a"}) == remaining
    if dialect == "entra" and value != []:
        assert apply_patch(definition, "add", value, dialect, {"value": "a"}) == remaining


@each_value("text", ['{"n": NaN}', '{"n": 1e999}', "{", '{"n": "\\ud800"}'])
def test_patch_invalid_json_in_string_raises_error(text: str) -> None:
    definition = {"type": "complex", "subAttributes": [{"name": "n", "type": "decimal"}]}
    with pytest.raises(PatchError) as caught:
        apply_patch(definition, "replace", text, "entra")
    assert caught.value.scim_type == "invalidValue"
    with pytest.raises(PatchError) as caught:
        apply_patch({**definition, "multiValued": True}, "replace", f"[{text}]", "entra")
    assert caught.value.scim_type == "invalidValue"


def test_filter_boolean_as_string_is_accepted() -> None:
    subs = [{"name": "value"}, {"name": "primary", "type": "boolean"}]
    definition = {"type": "complex", "multiValued": True, "subAttributes": subs}
    for spelling, expected in (("True", True), ("FALSE", False)):
        request = scim.PatchRequest(
            [{"op": "add", "path": f'it[primary eq "{spelling}"].value', "value": "a"}]
        )
        after = request.apply({}, scim.ResourceSchema.of(make_schema(**definition)))
        assert after == {"it": [{"primary": expected, "value": "a"}]}
