"""Attributes derived from the annotations of a class."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, Optional, Union
from uuid import UUID

from pydantic import AnyUrl, BaseModel, Field
from typing_extensions import TypeVar

from britive_scim import scim
from support.each_value import each_value


class Shade(Enum):
    RED = "red"
    BLUE = "blue"


class Part(scim.Complex):
    value: str | None = None
    parts: "list[Part] | None" = None


B = TypeVar("B", bound=Part)
D = TypeVar("D", bound=scim.Complex, default=Part)


class Thing(scim.Resource, Generic[B, D]):
    text: str | None = None
    old_text: Optional[str] = None  # noqa: UP045 - the older spelling is read too
    yes: bool = False
    count: int | None = None
    ratio: float | None = None
    price: Decimal | None = None
    since: datetime | None = None
    blob: bytes | None = None
    names: list[str] | None = None
    pair: tuple[str, ...] | None = None
    labels: set[int] | None = None
    shade: Shade | None = None
    size: Literal["s", "m"] | None = None
    sizes: list[Literal["s", "m"]] | None = None
    ident: UUID | None = None
    day: date | None = None
    link: AnyUrl | None = None
    either: Union[int, str, None] = None  # noqa: UP007 - the older spelling is read too
    anything: Any = None
    settings: dict[str, int] | None = None
    plain_dict: dict | None = None
    part: Part | None = None
    bound: B | None = None
    default: D | None = None
    nested: list[Annotated[str, Field(max_length=3)]] | None = None
    table: list[list[str]] | None = None
    note: str | None = Field(default=None, description="A description.")


@each_value(
    "field, type_, multi_valued",
    [
        ("text", "string", False),
        ("old_text", "string", False),
        ("yes", "boolean", False),
        ("count", "integer", False),
        ("ratio", "decimal", False),
        ("price", "decimal", False),
        ("since", "dateTime", False),
        ("blob", "binary", False),
        ("names", "string", True),
        ("pair", "string", True),
        ("labels", "integer", True),
        ("shade", "string", False),
        ("size", "string", False),
        ("sizes", "string", True),
        ("ident", "string", False),
        ("day", "string", False),
        ("link", "string", False),
        ("either", "integer", False),
        ("anything", "complex", False),
        ("settings", "complex", False),
        ("plain_dict", "complex", False),
        ("part", "complex", False),
        ("bound", "complex", False),
        ("default", "complex", False),
        ("nested", "string", True),
        ("table", "string", True),
    ],
)
def test_field_annotation_gives_data_type(field: str, type_: str, multi_valued: bool) -> None:
    (attribute,) = [a for a in scim.ResourceSchema.of(Thing).attributes if a.field == field]
    assert (attribute.type, attribute.multi_valued) == (type_, multi_valued)


class Foreign(BaseModel):
    someName: str | None = None  # noqa: N815 - a model outside this package with SCIM names
    other: str | None = Field(default=None, alias="otherName")
    read: str | None = Field(default=None, validation_alias="readName")


def test_field_names_are_those_of_the_class() -> None:
    class Holder(scim.Resource):
        own_name: str | None = None
        given: str | None = Field(default=None, validation_alias="x-y", serialization_alias="x-y")
        foreign: Foreign | None = None

    *_, own, given, foreign = scim.ResourceSchema.of(Holder).attributes
    assert (own.name, given.name) == ("ownName", "x-y")
    assert [sub.name for sub in foreign.sub_attributes] == ["someName", "otherName", "read"]
    holder = Holder.from_wire({"OWNNAME": "a", "foreign": {"someName": "b"}})
    assert holder.foreign == Foreign(someName="b")
    assert holder.to_wire() == {"ownName": "a", "foreign": {"someName": "b"}}


def test_field_choices_are_canonical_values() -> None:
    schema = scim.ResourceSchema.of(Thing)
    assert [
        a.canonical_values for a in schema.attributes if a.field in {"shade", "size", "sizes"}
    ] == [("red", "blue"), ("s", "m"), ("s", "m")]


def test_field_recursive_class_ends_recursion() -> None:
    part = scim.ResourceSchema.of(Thing).find_attribute(None, "part")
    assert part is not None
    parts = part.find_sub_attribute("parts")
    assert parts is not None
    assert (parts.model, parts.sub_attributes) == (Part, ())


def test_field_type_variable_uses_default_or_bound() -> None:
    schema = scim.ResourceSchema.of(Thing)
    assert [a.model for a in schema.attributes if a.field in {"bound", "default"}] == [Part, Part]


def test_field_description_is_copied() -> None:
    note = scim.ResourceSchema.of(Thing).find_attribute(None, "note")
    assert note is not None
    assert note.description == "A description."


def test_fields_of_all_types_round_trip() -> None:
    sent = {
        "yes": True,
        "count": 7,
        "ratio": 0.5,
        "since": "2026-03-01T00:00:00Z",
        "names": ["a"],
        "pair": ["a", "b"],
        "labels": [1],
        "shade": "red",
        "size": "s",
        "ident": str(UUID(int=1)),
        "day": "2026-03-01",
        "link": "https://example.com/",
        "either": "x",
        "anything": {"a": None},
        "settings": {"a": 1},
        "part": {"value": "v", "parts": [{"value": "w"}]},
        "default": {"value": "v"},
    }
    thing: Any = Thing.from_wire(sent)
    assert thing.unread == ()
    assert thing.shade is Shade.RED
    assert thing.ident == UUID(int=1)
    assert thing.to_wire() == sent
    assert Thing.from_wire({**sent, "COUNT": "8"}).to_wire() == {**sent, "COUNT": "8"}
