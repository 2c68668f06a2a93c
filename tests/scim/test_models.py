"""Resources as Python values: construction, wire form, equality, repr, copies, extensions."""

import copy
import inspect
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_serializer,
)

from britive_scim import scim
from britive_scim.errors import InvalidPath, InvalidResource
from support.each_value import each_value

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
BADGE = "urn:acme:params:scim:schemas:badge:1.0:User"

T = TypeVar("T")


class AcmeAttributes(scim.Extension):
    cost_code: str | None = None
    clearance: int | None = None


class Badge(scim.Extension):
    number: str | None = None
    valid_until: datetime | None = None


class Person(scim.User[AcmeAttributes]):
    badge: Badge | None = scim.extension(BADGE)


class Device(scim.Resource):
    """A portable thing."""

    __schema__ = "urn:acme:params:scim:schemas:core:2.0:Device"

    serial_number: Annotated[str | None, scim.REQUIRED] = None
    owner_badge: Badge | None = scim.extension(BADGE, required=True)


def full() -> Person:
    return Person(
        id="1",
        user_name="ada@example.com",
        name=scim.Name(given_name="Ada", family_name="Byron"),
        emails=[scim.Email(value="ada@example.com", primary=True), scim.Email(value="ada@home")],
        enterprise=scim.EnterpriseUser(manager=scim.Manager(value="2", ref="../Users/2")),
        custom=AcmeAttributes(cost_code="R-17", clearance=3),
        badge=Badge(number="7", valid_until=datetime(2027, 1, 1, tzinfo=UTC)),
        meta=scim.Meta(created=datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=UTC)),
    )


WIRE: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE, CUSTOM, BADGE],
    "id": "1",
    "userName": "ada@example.com",
    "name": {"givenName": "Ada", "familyName": "Byron"},
    "emails": [{"value": "ada@example.com", "primary": True}, {"value": "ada@home"}],
    "meta": {"created": "2026-03-01T12:30:15.250Z"},
    ENTERPRISE: {"manager": {"value": "2", "$ref": "../Users/2"}},
    CUSTOM: {"costCode": "R-17", "clearance": 3},
    BADGE: {"number": "7", "validUntil": "2027-01-01T00:00:00Z"},
}


# ----------------------------------------------------------------------------- the wire form


def test_to_wire_uses_wire_names() -> None:
    assert full().to_wire() == WIRE


def test_from_wire_of_wire_form_is_equal() -> None:
    assert Person.from_wire(WIRE) == full()


def test_to_wire_unassigned_is_omitted() -> None:
    user = scim.User(
        user_name="ada",
        emails=[],
        name=scim.Name(),
        enterprise=scim.EnterpriseUser(manager=scim.Manager()),
        custom=scim.CustomUser(),
    )
    assert user.to_wire() == {"schemas": [USER], "userName": "ada"}


def test_to_wire_false_zero_and_empty_string_are_values() -> None:
    class Counted(scim.Resource):
        count: int | None = None

    wire = scim.User(active=False, nick_name="", emails=[scim.Email(primary=False)]).to_wire()
    assert wire == {
        "schemas": [USER],
        "active": False,
        "nickName": "",
        "emails": [{"primary": False}],
    }
    assert Counted(count=0).to_wire() == {"count": 0}


def test_to_wire_result_is_not_shared_with_model() -> None:
    class Tagged(scim.Resource):
        tags: list[str] | None = None

    tagged = Tagged.from_wire({"tags": ["a"], "x": {"y": [1]}})
    wire = tagged.to_wire()
    wire["tags"].append("b")
    wire["x"]["y"].append(2)
    assert tagged.to_wire() == {"tags": ["a"], "x": {"y": [1]}}


@each_value(
    "instant, text",
    [
        (datetime(2026, 3, 1, 8, 30, tzinfo=UTC), "2026-03-01T08:30:00Z"),
        (
            datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=2))),
            "2026-03-01T08:30:00+02:00",
        ),
        (datetime(2026, 3, 1, 8, 30, 0, 5, tzinfo=UTC), "2026-03-01T08:30:00.000005Z"),
    ],
)
def test_to_wire_datetime_has_rfc_form(instant: datetime, text: str) -> None:
    class Dated(scim.Resource):
        at_: datetime | None = None
        times: list[datetime] | None = None

    assert Dated(at_=instant, times=[instant]).to_wire() == {"at": text, "times": [text]}
    assert Dated.from_wire({"at": text, "times": [text]}) == Dated(at_=instant, times=[instant])


def test_constructor_datetime_without_zone_raises_error() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        scim.Meta(created=datetime(2026, 3, 1))
    assert scim.Meta.model_validate({"created": "2026-03-01T00:00:00Z"}).created is not None


def test_to_wire_plain_data_is_written_as_declared_model() -> None:
    user: Any = scim.User(user_name="ada", emails=[{"value": "ada@example.com"}])
    user.name = {"familyName": "Byron", "given_name": "Ada"}
    user.emails.append({"value": "home@example.com", "type": "home"})
    user.roles = ({"value": "x"}, scim.Role(value="y"))
    user.enterprise = {"department": "R&D", "manager": {"value": "7"}}
    user.custom = {"costCode": "R-17"}
    user.meta = scim.Meta()
    user.meta.created = "2026-03-01T08:30:00Z"
    wire = user.to_wire()
    assert wire["name"] == {"familyName": "Byron", "givenName": "Ada"}
    assert [email["value"] for email in wire["emails"]] == ["ada@example.com", "home@example.com"]
    assert wire["roles"] == [{"value": "x"}, {"value": "y"}]
    assert wire[ENTERPRISE] == {"department": "R&D", "manager": {"value": "7"}}
    assert wire[CUSTOM] == {"costCode": "R-17"}
    assert wire["schemas"] == [USER, ENTERPRISE, CUSTOM]
    assert wire["meta"] == {"created": "2026-03-01T08:30:00Z"}
    assert user.name == {"familyName": "Byron", "given_name": "Ada"}  # unchanged
    assert scim.ListResponse[scim.User](resources=[user]).to_wire()["Resources"] == [wire]
    assert user.primary_email == "ada@example.com"
    assert user.full_name == "Ada Byron"


@each_value(
    "field, value, message",
    [
        ("name", "Byron", "name: Input should be a valid dictionary"),
        ("emails", {"value": "x"}, "emails: Input should be a valid list"),
        ("emails", 5, "emails: Input should be a valid list"),
        ("emails", [{"primary": "yes"}], "emails[0].primary: Input should be a valid boolean"),
        ("enterprise", scim.EnterpriseUser(manager=None), "User:manager: Input should be"),
    ],
)
def test_to_wire_unsuitable_plain_data_raises_error(field: str, value: Any, message: str) -> None:
    user: Any = scim.User(user_name="ada")
    setattr(user, field, value)
    if field == "enterprise":
        user.enterprise.manager = 5
    with pytest.raises(InvalidResource) as caught:
        user.to_wire()
    assert message in str(caught.value)


class Grade(Enum):
    HIGH = "high"


class Exotic(scim.Resource):
    grade: Grade | None = None
    price: Decimal | None = None
    parts: tuple[str, ...] | None = None
    shout: str | None = None
    quiet: list[str] | None = None

    @field_serializer("shout")
    def _loud(self, value: str | None) -> str | None:
        return value and value.upper()


def test_to_wire_own_types_and_serializers_use_pydantic() -> None:
    # except decimals, which are numbers (RFC 7643 §2.3.3)
    exotic = Exotic(grade=Grade.HIGH, parts=("a",), shout="hey", price=Decimal("1.5"))
    assert exotic.to_wire() == {"grade": "high", "price": 1.5, "parts": ["a"], "shout": "HEY"}
    assert Exotic(parts=(), shout=None).to_wire() == {}


class Anything(scim.Extension):
    data: object = None


class Open(scim.User):
    anything: Anything | None = scim.extension("urn:x:anything")


@each_value(
    "model, named",
    [
        (scim.User(foo=object()), "foo"),  # type: ignore[call-arg]  # undeclared
        (scim.User(foo=["\ud800", object()]), "foo"),  # type: ignore[call-arg]  # undeclared
        (scim.User(foo=Decimal("NaN")), "foo"),  # type: ignore[call-arg]  # undeclared
        (scim.User(foo=scim.Group(bar=object())), "bar"),  # type: ignore[call-arg]  # undeclared
        (scim.User(custom={"code": object()}), "code"),  # type: ignore[arg-type]  # plain data
        (Open(anything=Anything(data=object())), "data"),
    ],
)
def test_to_wire_value_without_json_form_raises_error(model: scim.Model, named: str) -> None:
    with pytest.raises(InvalidResource, match=rf"^{named} must be JSON data: "):
        model.to_wire()


# ----------------------------------------------------------------------------- schemas


@each_value(
    "listed, written",
    [
        (None, [USER, ENTERPRISE]),
        ([], [USER, ENTERPRISE]),
        ([ENTERPRISE, USER], [ENTERPRISE, USER]),
        ([USER, CUSTOM], [USER, ENTERPRISE]),
        (["urn:other", USER], ["urn:other", USER, ENTERPRISE]),
        ([USER.upper(), USER, ENTERPRISE], [USER, ENTERPRISE]),
    ],
)
def test_schemas_follow_the_extensions(listed: Any, written: list[str]) -> None:
    user = scim.User.from_wire({"schemas": listed, ENTERPRISE: {"department": "R&D"}})
    assert user.to_wire()["schemas"] == written


def test_schemas_extension_without_values_is_not_listed() -> None:
    user = scim.User.from_wire({"schemas": [USER, ENTERPRISE], ENTERPRISE: {"department": "R&D"}})
    assert user.enterprise is not None
    user.enterprise.department = None
    assert user.to_wire() == {"schemas": [USER]}


@each_value(
    "user, expected",
    [
        (scim.User(enterprise=scim.EnterpriseUser(department="R&D")), [USER, ENTERPRISE]),
        (scim.User(enterprise=scim.EnterpriseUser()), [USER]),
        (scim.User(schemas=[USER.upper()]), [USER]),
        (scim.User(schemas=[]), [USER]),
        (scim.User.from_wire({"urn:x:y": {"a": 1}, "urn:x:z": {}, "urn:x": 7}), [USER, "urn:x:y"]),
        (scim.Resource(), None),
    ],
)
def test_schemas_at_path_has_extensions_with_values(
    user: scim.Resource, expected: list[str] | None
) -> None:
    assert user.at("Schemas") == expected
    for urn in expected or ():
        schemas = scim.parse_filter(f'schemas eq "{urn}"')
        assert schemas.matches(user)
        assert schemas.compile(scim.User)(user)
        assert schemas.matches(user.to_wire())
    enterprise = scim.parse_filter(f'schemas eq "{ENTERPRISE}"')
    assert enterprise.matches(user) is (ENTERPRISE in (expected or ()))


def test_schemas_invalid_list_is_read_unchanged() -> None:
    user: Any = scim.User()
    for invalid in ("urn:x", [7]):
        user.schemas = invalid
        assert user.at("schemas") == invalid


def test_schemas_new_resource_has_urn_of_class() -> None:
    assert scim.User().schemas == [USER]
    assert Person().schemas == [USER]
    assert scim.Group().schemas == [GROUP]
    assert Device().schemas == [Device.__schema__]
    assert scim.Resource().schemas == []
    assert scim.Resource().to_wire() == {}
    assert scim.User().schemas is not scim.User().schemas


# ----------------------------------------------------------------------------- custom attributes


def test_custom_user_has_any_attribute() -> None:
    user = scim.User.from_wire({CUSTOM: {"costCode": "R-17", "levels": [1, 2]}})
    assert isinstance(user.custom, scim.CustomUser)
    assert user.custom.costCode == "R-17"
    user.custom.costCode = "R-18"
    assert user.to_wire()[CUSTOM] == {"costCode": "R-18", "levels": [1, 2]}
    assert scim.User(custom=scim.CustomUser(costCode="R-17")).to_wire()[CUSTOM] == {
        "costCode": "R-17"
    }


def test_custom_parameter_types_attributes() -> None:
    user = scim.User[AcmeAttributes].from_wire({CUSTOM: {"costCode": 17, "clearance": "3", "x": 1}})
    assert isinstance(user.custom, AcmeAttributes)
    assert (user.custom.cost_code, user.custom.clearance) == ("17", 3)
    assert user.to_wire()[CUSTOM] == {"costCode": "17", "clearance": 3, "x": 1}
    assert user.to_wire()["schemas"] == [USER, CUSTOM]


def test_custom_default_parameter_is_open_extension() -> None:
    assert scim.User(user_name="a") == scim.User[scim.CustomUser](user_name="a")


def test_custom_derived_open_extension_has_typed_fields() -> None:
    class OpenAcme(scim.CustomUser):
        cost_code: str | None = None

    user = scim.User(user_name="a")
    user.custom = OpenAcme(cost_code="R-17")
    assert user.to_wire()[CUSTOM] == {"costCode": "R-17"}


# ----------------------------------------------------------------------------- extensions


def test_extensions_urn_in_any_case_is_found() -> None:
    user = Person.from_wire({**WIRE, "urn:x:Y": {"z": 1}})
    assert user.extensions[ENTERPRISE.upper()] is user.enterprise
    assert user.extensions[BADGE] is user.badge
    assert user.extensions["URN:X:y"] == {"z": 1}
    assert list(user.extensions) == [ENTERPRISE, CUSTOM, BADGE, "urn:x:Y"]
    assert len(user.extensions) == 4
    assert "urn:other" not in user.extensions
    assert (
        repr(scim.User.from_wire({"urn:x": {"password": "secret"}}).extensions)
        == "extensions('urn:x')"
    )


def test_schemas_of_other_data_are_those_it_has() -> None:
    class Door(scim.Extension):
        schemas: list[str] | None = None

    class Person(scim.User):
        door: Door | None = scim.extension("urn:acme:door")

    person = Person(user_name="ann", door=Door(schemas=["urn:q"]))
    assert person.at("urn:acme:door:schemas") == ["urn:q"]
    assert scim.parse_filter('urn:acme:door:schemas eq "urn:q"').matches(person)
    person.schemas = [7]  # type: ignore[list-item]  # as from a caller without a type checker
    assert person.at("schemas") == [7]


def test_extensions_is_live_view() -> None:
    user = Person(user_name="ada")
    user.extensions["urn:x"] = {"a": 1}
    user.extensions["URN:x"]["b"] = [2]
    user.extensions[BADGE] = {"Number": 7}
    user.extensions[ENTERPRISE] = scim.EnterpriseUser(department="R&D")
    assert user.badge == Badge(number="7")
    assert user.to_wire() == {
        "schemas": [USER, ENTERPRISE, BADGE, "urn:x"],
        "userName": "ada",
        ENTERPRISE: {"department": "R&D"},
        BADGE: {"number": "7"},
        "urn:x": {"a": 1, "b": [2]},
    }
    del user.extensions["URN:X"]
    del user.extensions[BADGE]
    assert user.badge is None
    assert list(user.extensions) == [ENTERPRISE]
    with pytest.raises(KeyError):
        del user.extensions[BADGE]
    with pytest.raises(KeyError):
        del user.extensions["urn:x"]
    with pytest.raises(KeyError):
        user.extensions["urn:x"]


def test_extensions_undeclared_model_is_written() -> None:
    user = scim.User()
    user.extensions[BADGE] = Badge(number="7", valid_until=datetime(2027, 1, 1, tzinfo=UTC))
    assert user.to_wire()[BADGE] == {"number": "7", "validUntil": "2027-01-01T00:00:00Z"}
    assert user.to_wire()["schemas"] == [USER, BADGE]


def test_extensions_pydantic_model_is_written_by_alias() -> None:
    class Pass(BaseModel):
        pass_number: int | None = Field(default=None, serialization_alias="passNumber")
        since: datetime | None = None

    user = scim.User()
    user.extensions[BADGE] = Pass(pass_number=7)
    assert user.to_wire() == {"schemas": [USER, BADGE], BADGE: {"passNumber": 7}}
    user.extensions[BADGE] = {"held": [Pass(since=datetime(2027, 1, 1, tzinfo=UTC))]}
    assert user.to_wire()[BADGE] == {"held": [{"since": "2027-01-01T00:00:00Z"}]}


def test_extensions_name_must_be_uri() -> None:
    with pytest.raises(
        ValueError, match="urn must be the URI of the extension's schema, got 'badge'"
    ):
        scim.extension("badge")
    with pytest.raises(
        ValueError, match="urn must be the URI of the extension's schema, got 'badge'"
    ):
        scim.User().extensions["badge"] = {}
    with pytest.raises(InvalidResource):
        Person().extensions[BADGE] = 7


def test_extensions_http_uri_is_accepted() -> None:
    class Worker(scim.User):
        site: Badge | None = scim.extension("https://acme.example/schemas/site")

    wire = {
        "schemas": [USER, "https://acme.example/schemas/site"],
        "https://acme.example/schemas/site": {"number": "1"},
    }
    worker = Worker.from_wire(wire)
    assert worker.site == Badge(number="1")
    assert worker.to_wire() == wire


def test_extensions_declaration_needs_class() -> None:
    class Broken(scim.User):
        badge: str | None = scim.extension(BADGE)

    with pytest.raises(TypeError, match=r"Broken\.badge must be annotated with an extension class"):
        Broken(user_name="a").to_wire()


def test_extensions_resource_without_extras_accepts_one() -> None:
    user = scim.User.model_construct(schemas=[USER])
    object.__setattr__(user, "__pydantic_extra__", None)
    user.extensions["urn:x"] = {"a": 1}
    assert user.to_wire()["urn:x"] == {"a": 1}


# ----------------------------------------------------------------------------- values at a path


def test_at_any_path_returns_value() -> None:
    user = full()
    assert user.at("name.familyName") == "Byron"
    assert user.at("emails[primary eq true].value") == "ada@example.com"
    assert user.at(f"{BADGE}:number") == "7"
    assert user.at("title") is None
    with pytest.raises(InvalidPath):
        user.at("name[")


# ----------------------------------------------------------------------------- as Python values


def test_equality_is_by_value() -> None:
    assert full() == full()
    assert full() != full().model_copy(update={"user_name": "bo"})
    assert scim.Email(value="a") != scim.Email(value="b")
    assert scim.User() != scim.Group()
    assert scim.User() != {"schemas": [USER]}
    assert scim.User.from_wire({"x": 1}) != scim.User()
    assert scim.User.from_wire({"active": "?"}) != scim.User()


@each_value(
    "one, other",
    [
        (scim.User(emails=[]), scim.User()),
        (scim.User(name=scim.Name()), scim.User()),
        (
            scim.User(name=scim.Name(formatted="A")),
            scim.User.from_wire({"name": {"formatted": "A", "x": None}}),
        ),
        (scim.User(schemas=[]), scim.User()),
        (
            scim.User(enterprise=scim.EnterpriseUser(department="a")),
            scim.User.from_wire({"schemas": [ENTERPRISE, USER], ENTERPRISE: {"department": "a"}}),
        ),
        (
            scim.User.from_wire({"urn:x": {"a": 1}}),
            scim.User.from_wire({"schemas": ["urn:X", USER], "urn:x": {"a": 1}}),
        ),
    ],
)
def test_equality_missing_null_and_empty_are_one_state(one: scim.User, other: scim.User) -> None:
    assert one == other
    assert one.to_wire().keys() == other.to_wire().keys()


def test_hash_of_resource_raises_error() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(scim.User())


def test_repr_is_one_short_line() -> None:
    text = repr(full())
    assert (
        text
        == "Person(user_name='ada@example.com', full_name='Ada Byron', id='1', emails=[2 values], enterprise=EnterpriseUser(1 value), …)"
    )
    assert str(full()) == text
    assert repr(scim.User[AcmeAttributes](user_name="a")) == "User(user_name='a')"
    assert (
        repr(scim.Email(value="a" * 200, type="work")) == f"Email(value='{'a' * 38}…, type='work')"
    )
    assert repr(scim.User(emails=[scim.Email(value="a")])) == "User(emails=[1 value])"
    assert (
        repr(scim.Meta(created=datetime(2026, 3, 1, tzinfo=UTC)))
        == "Meta(created=2026-03-01T00:00:00+00:00)"
    )
    assert repr(scim.User()) == "User()"


@each_value(
    "user, expected",
    [
        (scim.User(display_name="Ada"), "User(full_name='Ada')"),
        (
            scim.User.of(email="ada@x", given_name="Ada", family_name="Byron", active=False),
            "User(user_name='ada@x', full_name='Ada Byron', active=False, emails=[1 value])",
        ),
        (
            scim.User(active=True, display_name="A", name=scim.Name(formatted="Ada B")),
            "User(full_name='Ada B', active=True, display_name='A')",
        ),
        (
            scim.User(name=scim.Name(honorific_prefix="Dr."), user_name="ada"),
            "User(user_name='ada', name=Name(1 value))",
        ),
    ],
)
def test_repr_of_user_begins_with_name_and_status(user: scim.User, expected: str) -> None:
    assert repr(user) == expected


def test_repr_of_user_with_long_names_shows_status() -> None:
    user = scim.User(user_name="u" * 99, display_name="n" * 99, active=False)
    assert repr(user) == (f"User(user_name='{'u' * 38}…, full_name='{'n' * 38}…, active=False)")


def test_repr_of_user_shows_invalid_assigned_values() -> None:
    user = scim.User(user_name="ada", name=scim.Name(family_name="Byron"))
    user.name = "Ada"  # type: ignore[assignment]  # the mistake
    assert repr(user) == "User(user_name='ada', name='Ada')"
    user.name = scim.Name()
    user.name.given_name = 7  # type: ignore[assignment]  # the mistake
    assert repr(user) == "User(user_name='ada', name=Name(1 value))"


def test_repr_of_group_counts_members() -> None:
    assert (
        repr(scim.Group(display_name="Guides")) == "Group(display_name='Guides', members=unknown)"
    )
    group = scim.Group(id="7", display_name="Guides", members=[])
    assert repr(group) == "Group(display_name='Guides', members=[0 values], id='7')"
    group = scim.Group.of("Guides", members=["1", "2"])
    assert repr(group) == "Group(display_name='Guides', members=[2 values])"


def test_repr_has_no_ellipsis_for_short_value() -> None:
    for model in (full(), full().enterprise, scim.Group(), scim.User.from_wire(WIRE)):
        assert "(…)" not in repr(model)
        assert "Ellipsis" not in repr(model)


# ----------------------------------------------------------------------------- signature, iteration

MODELS = [
    value
    for value in (getattr(scim, name) for name in scim.__all__)
    if isinstance(value, type) and issubclass(value, scim.Model)
]


@each_value("model", MODELS)
def test_signature_shows_the_fields_of_every_model(model: type[scim.Model]) -> None:
    signature = inspect.signature(model)
    assert list(signature.parameters) == [*model.model_fields, "extra_data"]
    assert "Ellipsis" not in str(signature)
    assert "~" not in str(signature)


def test_signature_does_not_change_on_first_use() -> None:
    class Fresh(scim.Group):
        cost_code: str
        tags: list[str] = Field(default_factory=list)

    before = str(inspect.signature(Fresh))
    assert before.endswith(
        "cost_code: str, tags: list[str] = <factory>, **extra_data: Any) -> None"
    )
    assert "display_name: str | None = None" in before
    assert not Fresh.__pydantic_complete__
    Fresh(cost_code="R-17")
    assert Fresh.__pydantic_complete__
    assert str(inspect.signature(Fresh)) == before


def test_signature_of_a_custom_init_keeps_its_parameters() -> None:
    class Open(scim.Complex):
        extra_data: str | None = None

        def __init__(self, badge: str, **data: Any) -> None:
            super().__init__(extra_data=badge, **data)

    class Closed(scim.Complex):
        badge: str | None = None

        def __init__(self, number: int) -> None:
            super().__init__(badge=str(number))

    class Strict(scim.Complex):
        model_config = ConfigDict(extra="forbid")
        badge: str | None = None

    assert list(inspect.signature(Open).parameters) == ["badge", "extra_data", "extra_data_"]
    assert list(inspect.signature(Closed).parameters) == ["number"]
    assert list(inspect.signature(Strict).parameters) == ["badge"]


def test_signature_type_variables_use_default() -> None:
    class Box(scim.Complex, Generic[T]):
        content: list[T] | None = None

    fields = inspect.signature(scim.User).parameters
    assert fields["custom"].annotation == scim.CustomUser | None
    fields = inspect.signature(scim.User[AcmeAttributes]).parameters
    assert fields["custom"].annotation == AcmeAttributes | None
    assert inspect.signature(Box).parameters["content"].annotation == list[T] | None


@pytest.mark.parametrize("convert", [iter, list, tuple, dict])
@pytest.mark.parametrize("model", [full(), scim.Group(), scim.Name(), scim.Error()])
def test_iteration_raises_error_that_names_to_wire(model: Any, convert: Any) -> None:
    name = type(model).__name__
    with pytest.raises(
        TypeError, match=rf"^{name} is not iterable; use to_wire\(\) for a dict, scim.table"
    ):
        convert(model)


def test_pydantic_does_not_iterate_models() -> None:
    user = full()
    assert Person(**user.model_dump()) == user
    assert Person.model_validate_json(user.model_dump_json()) == user
    assert Person.model_validate(user) == user
    assert TypeAdapter(list[Person]).validate_python([user]) == [user]
    assert list(user.__pretty__(repr))
    assert dict(user.__rich_repr__())  # type: ignore[arg-type]  # pairs alone, here


def test_password_is_never_shown() -> None:
    user = scim.User(user_name="ada", password="secret")
    assert "secret" not in repr(user) + str(user) + repr(user.__rich_repr__)
    assert "secret" not in repr(list(user.__repr_args__())) + "".join(
        map(str, user.__pretty__(repr))
    )
    with pytest.raises(ValidationError) as caught:
        scim.User(password=["secret"])
    assert "secret" not in str(caught.value) + repr(caught.value)
    assert user.to_wire()["password"] == "secret"


@pytest.mark.parametrize(
    "resource",
    [
        full(),
        scim.User(user_name="a", custom=scim.CustomUser(x=1)),
        scim.User[AcmeAttributes](custom=AcmeAttributes(cost_code="a")),
        scim.User.from_wire({"active": "?", "roles": [True, {"value": "a"}], "urn:x": {"a": [1]}}),
        scim.ListResponse[scim.User[AcmeAttributes]](resources=[scim.User[AcmeAttributes](id="1")]),
        scim.ListResponse[scim.User | scim.Group](resources=[scim.Group(id="1")]),
        scim.ListResponse[Any](resources=[scim.Group(id="1")]),
        scim.Group(members=[scim.Member(value="1")]),
        scim.Error(status="404"),
    ],
    ids=repr,
)
def test_resource_survives_copy_and_pickle(resource: scim.Model) -> None:
    for twin in (
        copy.copy(resource),
        copy.deepcopy(resource),
        resource.model_copy(deep=True),
        pickle.loads(pickle.dumps(resource)),
    ):
        assert twin == resource
        assert type(twin) is type(resource)
        assert twin.to_wire() == resource.to_wire()
        assert twin.unread == resource.unread


def test_local_class_is_a_parameter_but_not_picklable() -> None:
    class Local(scim.Extension):
        a: str | None = None

    user = scim.User[Local](custom=Local(a="1"))
    assert copy.deepcopy(user) == user
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(user)


def test_constructor_accepts_python_and_wire_names() -> None:
    assert scim.User(userName="a") == scim.User(user_name="a")
    assert scim.UserGroup(**{"$ref": "x"}) == scim.UserGroup(ref="x")


@each_value("wrong", [{"active": "true"}, {"active": 1}, {"user_name": 7}, {"emails": {}}])
def test_constructor_wrong_type_raises_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scim.User(**wrong)


def test_from_wire_python_names_are_undeclared() -> None:
    user = scim.User.from_wire({"user_name": "x"})
    assert user.user_name is None
    assert user.to_wire()["user_name"] == "x"


def test_json_schema_of_model_is_available() -> None:
    schema = scim.User.model_json_schema(by_alias=True)
    assert schema["properties"]["userName"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_repr_undeclared_attributes_shown_without_secrets() -> None:
    sent = {
        "userName": "ada",
        "shoeSize": 38,
        "apiToken": "s3cret",
        "Pass-Word": "s3cret",
        "passwordHash": "s3cret",
        "password": ["s3cret"],
        "active": "perhaps",
        "nothing": None,
        "urn:x:y": {"clientSecret": "s3cret"},
        CUSTOM: {"costCode": "R-17", "client_secret": "s3cret"},
    }
    user = scim.User.from_wire({k: v for k, v in sent.items() if k != "Pass-Word"})
    assert repr(user) == (
        "User(user_name='ada', custom=CustomUser(1 value), shoeSize=38, 'urn:x:y': {1 value})"
    )
    assert repr(user.custom) == "CustomUser(costCode='R-17')"
    assert "s3cret" not in user._repr_html_()
    assert "<td>costCode: R-17</td>" in user._repr_html_()


def test_repr_keys_that_are_not_strings_are_shown() -> None:
    assert repr(scim.User(custom={"x": {1: 2}})) == "User(custom=CustomUser(1 value))"  # type: ignore[arg-type]  # plain data
    assert repr(scim.User(foo={1: 2})) == "User(foo={1 value})"  # type: ignore[call-arg]  # undeclared
    secret = scim.User(foo={7: {"password": "s3cret"}, "name": "pin", "value": {1: "s3cret"}})  # type: ignore[call-arg]  # undeclared
    assert "s3cret" not in secret._repr_html_()


def test_repr_html_is_table() -> None:
    user = scim.User.of(
        email="ada@example.com", given_name="<Ada>", family_name="Byron", password="s3cret"
    )
    user.roles = [scim.Role(value=str(number)) for number in range(7)]
    html = user._repr_html_()
    assert "<caption>User ada@example.com · &lt;Ada&gt; Byron · active</caption>" in html
    assert "<td>given_name: &lt;Ada&gt;, family_name: Byron" in html or "&lt;Ada&gt;" in html
    assert "<td>value: ada@example.com, type: work, primary: True</td>" in html
    assert "value: 4; … (7 in all)</td>" in html
    assert "s3cret" not in html
    assert "<td>Guides</td>" in scim.Group(display_name="Guides")._repr_html_()


def test_to_wire_values_without_values_are_unassigned() -> None:
    """RFC 7643 §2.5."""
    user = scim.User(emails=[scim.Email(), scim.Email(value="a@x")], roles=[scim.Role()])
    assert user.to_wire() == {"schemas": [USER], "emails": [{"value": "a@x"}]}
    assert user == scim.User(emails=[scim.Email(value="a@x")])
    assert "roles" not in repr(user)
    assert scim.Group(members=[scim.Member()]).to_wire() == {"schemas": [GROUP]}
    page = scim.ListResponse[scim.Resource](resources=[scim.Resource()])
    assert page.to_wire()["Resources"] == [{}]


def test_schemas_invalid_list_is_unchanged_until_assigned() -> None:
    class Narrow(scim.Resource):
        schemas: Annotated[list[str], Field(default_factory=list, max_length=1)]

    narrow = Narrow.from_wire({"schemas": ["urn:a:b", "urn:c:d"]})
    assert [one.path for one in narrow.unread] == ["schemas"]
    assert narrow.to_wire()["schemas"] == ["urn:a:b", "urn:c:d"]
    narrow.schemas = ["urn:a:b"]
    assert narrow.to_wire()["schemas"] == ["urn:a:b"]


# ----------------------------------------------------------------------------- deletion


def test_deleted_attribute_is_unassigned() -> None:
    person = full()
    person.__pydantic_extra__ = {"seen": 1}
    del person.id
    del person.seen
    assert person.id is None
    assert not hasattr(person, "seen")
    assert "id" not in person.to_wire()
    assert scim.diff(full(), person).operations == ()
