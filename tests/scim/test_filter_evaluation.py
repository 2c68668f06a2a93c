"""Filter evaluation beyond the vectors: every data type, and data of every shape."""

from collections import OrderedDict
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from pydantic import AnyUrl, BaseModel, SecretStr

from britive_scim import errors, scim
from britive_scim.scim.filters.predicates import compile_value_filter
from support.each_value import each_value
from support.filter_strategies import (
    CUSTOM,
    ENTERPRISE,
    LAB,
    LAB_USER,
    any_json,
    freeze,
    invalid_resources,
    users,
    valid_filters,
)

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def matches(text: str, resource: Any, schema: scim.SchemaLike = LAB_USER) -> bool:
    """Evaluate, and check that every way to do so agrees, also when repeated."""
    predicate = scim.parse_filter(text).compile(schema, strict=False)
    result = predicate(resource)
    assert predicate(resource) is result, "the second evaluation of a model uses the fast path"
    if isinstance(resource, dict):
        assert predicate(freeze(resource)) is result, "the slow path agrees with the fast path"
    return result


class InvalidOffset(tzinfo):
    """A time zone whose offset is out of range."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(days=2)


def lab(**members: Any) -> dict[str, Any]:
    return {LAB: members}


# ----------------------------------------------------------------------------- strings


@each_value(
    "text, value, expected",
    [
        ('title eq "straße"', "STRASSE", True),
        ('title eq "STRASSE"', "straße", True),
        ('title eq "é"', "E\u0301", True),
        ('title co "É"', "cafe\u0301", True),
        ('title sw "e\u0301"', "École", True),
        ('title ew "ß"', "GROSS", True),
        ('title eq "k"', "\u212a", True),
        ('title eq "a;"', "A\u037e", True),
        ('title gt "a"', "B", True),
        ('title gt "B"', "b", False),
        ('title ge "B"', "b", True),
        ('title lt "é"', "Z", True),
        ('title le "z"', "É", False),
        ('title eq ""', "", True),
        ('title eq ""', None, False),
        ('title ne ""', None, True),
        ("title pr", "", False),
        ("title pr", " ", True),
        ("title eq null", "", False),
        ("title ne null", "", True),
        ("title eq null", None, True),
        ('id eq "é"', "e\u0301", True),
        ('id eq "É"', "é", False),
        ('id co "b"', "aBc", False),
        ('id gt "a"', "B", False),
        ('userName eq "ann"', "\uff21NN", True),
        ('userName eq "\uff21\uff2e\uff2e"', "ann", True),
        ('userName eq "\uff76"', "\u30ab", True),
        ('userName sw "\uff41"', "Ann", True),
        ('userName eq "a b"', "a\u3000b", True),
        ('title eq "ann"', "\uff21NN", False),
        ('password eq "Secret"', "Secret", True),
        ('password eq "Secret"', "secret", False),
        ('password ne "Secret"', "secret", True),
        ('profileUrl sw "https://E"', "https://example.com", False),
    ],
)
def test_string_compares_by_unicode_and_case_rule(
    text: str, value: str | None, expected: bool
) -> None:
    name = text.split(" ", maxsplit=1)[0]
    assert matches(text, {name: value}) is expected
    if value is not None and "password" not in name:
        assert matches(text, scim.User.from_wire({name: value})) is expected


@each_value(
    "text, value, expected",
    [
        ('x509Certificates eq "AQIDBA=="', "AQIDBA", True),
        ('x509Certificates eq "AQIDBA"', "AQIDBA==", True),
        ('x509Certificates eq "aqidba"', "AQIDBA==", False),
        ('x509Certificates ne "AQIDBA"', "AQIDBA==", False),
        ('x509Certificates ne "AQ"', "AQIDBA==", True),
    ],
)
def test_binary_compares_without_padding(text: str, value: str, expected: bool) -> None:
    user = {"x509Certificates": [{"value": value}]}
    assert matches(text, user) is expected
    assert matches(text, scim.User.from_wire(user)) is expected


# ----------------------------------------------------------------------------- other types


@each_value(
    "test, value, expected",
    [
        ("eq 42", 42, True),
        ("eq 42.0", 42, True),
        ("eq 42", 42.0, True),
        ("eq 42", Decimal(42), True),
        ("eq 42", Decimal("NaN"), False),
        ("ne 42", Decimal("sNaN"), True),
        ("lt 1", Decimal("1E-400"), True),
        ("eq 1", True, False),
        ("ne 1", True, True),
        ("gt 0", True, False),
        ("eq 42", "42", False),
        ("ne 42", "42", True),
        ("lt 43", "42", False),
        ("ge 42", float("nan"), False),
        ("ne 42", float("nan"), True),
        ("lt 1e308", 10**400, False),
        ("eq 42", [42], True),
        ("eq 42", {"value": 42}, False),
        ("ne 42", None, True),
        ("gt 9", None, False),
        ("pr", 0, True),
        ("pr", None, False),
        ("eq null", None, True),
        ("ne null", 0, True),
    ],
)
def test_number_compares_by_value(test: str, value: object, expected: bool) -> None:
    assert matches(f"{LAB}:badgeNumber {test}", lab(badgeNumber=value)) is expected


@each_value(
    "test, value, expected",
    [
        ("eq true", True, True),
        ('eq "True"', True, True),
        ("ne true", False, True),
        ("eq true", "true", True),
        ('ne "false"', "FALSE", False),
        ("eq true", 1, False),
        ("ne true", 1, True),
        ("eq false", 0, False),
        ("eq true", "yes", False),
        ("ne true", "yes", True),
        ("eq false", None, False),
        ("ne false", None, True),
        ("pr", False, True),
    ],
)
def test_boolean_compares_by_value(test: str, value: object, expected: bool) -> None:
    assert matches(f"active {test}", {"active": value}) is expected


@each_value(
    "test, value, expected",
    [
        ('eq "2011-05-13T04:42:34Z"', "2011-05-13T06:42:34+02:00", True),
        ('eq "2011-05-13T04:42:34Z"', "2011-05-13T04:42:34", True),
        ('eq "2011-05-13T04:42:34"', "2011-05-13T04:42:34Z", True),
        ('eq "2011-05-13T04:42:34Z"', "2011-05-13 04:42:34Z", True),
        ('eq "2011-05-13 04:42:34Z"', "2011-05-13T04:42:34.000Z", True),
        ('eq "2011-05-13T04:42:34Z"', "20110513T044234Z", True),
        ('eq "2011-05-13T04:42:00Z"', "2011-05-13T04:42Z", True),
        ('eq "2011-05-14T00:00:00Z"', "2011-05-13T24:00:00Z", True),
        ('ne "2011-05-13T04:42:34Z"', "2011-05-13T06:42:34+02:00", False),
        ('ne "2011-05-13T04:42:34Z"', "2011-05-13T04:42:35Z", True),
        ('gt "2011-05-13T04:42:34Z"', "2011-05-13T04:42:34.5Z", True),
        ('le "2011-05-13T04:42:34Z"', "2011-05-13T05:00:00+02:00", True),
        ('lt "2011-05-13T04:42:34Z"', "0001-01-01T00:00:00+14:00", True),
        ('gt "2011-05-13T04:42:34Z"', "9999-12-31T23:59:59-14:00", True),
        ('lt "2030-01-01T00:00:00Z"', "2011-05-13", False),
        ('lt "2030-01-01T00:00:00Z"', "2011-W19-5T04:42:34Z", False),
        ('lt "2030-01-01T00:00:00Z"', "2011-13-13T04:42:34Z", False),
        ('lt "2030-01-01T00:00:00Z"', "2011-05-13T04:42:34+24:00", False),
        ('lt "2030-01-01T00:00:00Z"', "2011-05-13 04:42+9999", False),
        ('lt "2030-01-01T00:00:00Z"', "yesterday", False),
        ('ne "2030-01-01T00:00:00Z"', "yesterday", True),
        ('lt "2030-01-01T00:00:00Z"', 10, False),
        ('lt "2030-01-01T00:00:00Z"', datetime(2011, 1, 1, tzinfo=UTC), True),
        ('lt "2030-01-01T00:00:00Z"', datetime(2011, 1, 1, tzinfo=InvalidOffset()), False),
        ('eq "2011-01-01T00:00:00Z"', datetime(2011, 1, 1), True),  # read as UTC
        ('lt "2030-01-01T00:00:00Z"', None, False),
        ('ne "2030-01-01T00:00:00Z"', None, True),
        ("pr", "2011-05-13T04:42:34Z", True),
    ],
)
def test_datetime_compares_by_instant(test: str, value: object, expected: bool) -> None:
    assert matches(f"meta.created {test}", {"meta": {"created": value}}) is expected
    assert matches(f"{LAB}:hiredAt {test}", lab(hiredAt=value)) is expected
    model = scim.User(meta=scim.Meta.model_construct(created=value))
    assert matches(f"meta.created {test}", model) is expected


# ----------------------------------------------------------------------------- several values


def mails(*elements: Any) -> dict[str, Any]:
    return {"emails": list(elements)}


@each_value(
    "text, elements, expected",
    [
        ('emails eq "a"', [{"value": "x"}, {"value": "A"}], True),
        ('emails ne "a"', [{"value": "a"}, {"value": "b"}], True),
        ('emails ne "a"', [{"value": "a"}], False),
        ('emails ne "a"', [{"value": "a"}, {"type": "work"}], False),
        ('emails ne "a"', [{"type": "work"}], True),
        ('emails ne "a"', [], True),
        ('emails ne "a"', [{"value": 5}], True),
        ("emails.primary eq true", [{"value": "a"}, {"primary": True}], True),
        ("emails.primary eq false", [{"primary": True}, {"value": "a"}], True),
        ("emails.primary eq false", [{"primary": True}], False),
        ("emails.primary ne true", [{"value": "a"}], True),
        ("emails.primary ne false", [{"value": "a"}], False),
        ("emails.primary ne true", [None, "a", {"primary": True}], True),
        ("emails.primary ne true", [{}, {"primary": True}], False),
        ("emails.primary ne true", [{"primary": True}, MappingProxyType({"value": "a"})], True),
        ("emails.primary eq true", [MappingProxyType({"primary": True})], True),
        ('emails.value ne "a"', [{"value": "a"}, None], False),
        ('emails[value eq "a"]', [MappingProxyType({"value": "a"})], True),
        ("emails.primary eq false", [], False),
        ("emails.primary ne true", [], True),
        ("emails.primary eq false", [{}], False),
        ("emails.primary eq false", ["a"], True),
        ("emails.primary pr", [{"value": "a"}], False),
        ("emails.primary eq null", [{"value": "a"}], True),
        ("emails[primary eq false]", [{"value": "a"}], True),
        ("emails[primary eq false]", [{"value": "a", "primary": None}], True),
        ("emails[primary ne true]", [{"value": "a"}], True),
        ("emails[primary ne false]", [{"value": "a"}], False),
        ("emails[primary ne false]", [{"primary": None}], False),
        ("emails[primary ne false]", [{"primary": None}, {"value": "a"}], False),
        ('emails[primary ne false or type eq "work"]', [{"primary": None}], False),
        ("emails[primary pr]", [{"value": "a"}], False),
        ("emails[primary eq null]", [{"value": "a"}], True),
        ("emails[primary eq false]", [{}], False),
        ("emails[not (value pr)]", [{}], False),
        ("emails[not (value pr)]", [None, {"type": None}], False),
        ("emails[not (value pr)]", [{"type": ""}], True),
        ('emails[type ne "work"]', [{"value": "a"}], True),
        ('emails[nothing ne "work"]', [{"value": "a"}], True),
        ('emails[nothing ne "work"]', [{}], False),
        ('emails[nothing ne "work"]', [], False),
        ('emails[type eq "work" or primary ne true]', [{}], False),
        ('emails[value eq "a"]', ["a"], True),
        ('emails[not (value eq "a")]', ["a"], False),
        ('emails[value eq "a" and type eq "b"]', [{"value": "a"}, {"type": "b"}], False),
        ("emails pr", [{"value": ""}], False),
        ("emails pr", [{}, None, []], False),
        ("emails pr", [{"value": "x"}], True),
        ("emails eq null", [{}], True),
        ("emails ne null", [{"value": ""}], True),
        ("emails.value pr", [{"value": ""}], False),
        ("emails.value eq null", [{"type": "work"}], True),
        ("emails.value eq null", [{"type": "work"}, {"value": "x"}], False),
    ],
)
def test_multi_valued_one_match_is_enough(text: str, elements: list[Any], expected: bool) -> None:
    assert matches(text, mails(*elements)) is expected
    if all(isinstance(element, dict) and element for element in elements):
        assert matches(text, scim.User.from_wire(mails(*elements))) is expected


@each_value(
    "test, values, expected",
    [
        ('eq "a"', ["b", "a"], True),
        ('eq "A"', ["b", "a"], False),
        ('ne "a"', ["a", "b"], True),
        ('ne "a"', ["a", 5], True),
        ('ne "a"', ["a", None], False),
        ('ne "a"', [], True),
        ("pr", ["", None], False),
        ("pr", ["", "a"], True),
        ("eq null", [None], True),
        ('co "a"', "cab", True),
        ('eq "a"', {"value": "a"}, False),
        ('eq "a"', ["b", ["a"]], False),
        ('eq "a"', ("b", "a"), True),
        ('eq "a"', {"a"}, True),
    ],
)
def test_simple_multi_valued_one_match_is_enough(test: str, values: object, expected: bool) -> None:
    assert matches(f"{LAB}:tags {test}", lab(tags=values)) is expected


@each_value(
    "inner, values, expected",
    [
        ('value eq "a"', ["a"], True),
        ('value eq "a" and value eq "b"', ["a", "b"], False),
        ('not (value eq "a")', ["a", "b"], True),
        ('other eq "a"', ["a"], False),
        ('other ne "a"', ["a"], True),
        ('value.sub eq "a"', ["a"], False),
        ("value pr", [""], False),
        ("value eq null", ["a"], False),
    ],
)
def test_simple_value_in_brackets_is_named_value(
    inner: str, values: list[str], expected: bool
) -> None:
    assert matches(f"{LAB}:tags[{inner}]", lab(tags=values)) is expected


@each_value(
    "text, resource, expected",
    [
        (
            'name[familyName eq "j" and givenName eq "b"]',
            {"name": {"familyName": "J", "givenName": "B"}},
            True,
        ),
        ('name[not (familyName eq "j")]', {"name": {"givenName": "B"}}, True),
        ('name[not (familyName eq "j")]', {"name": {}}, False),
        ('name[not (familyName eq "j")]', {"name": None}, False),
        ('name[not (familyName eq "j")]', {}, False),
        ('name[not (familyName eq "j")]', {"name": "J"}, True),
        ('name[familyName eq "j"]', {"name": [{"familyName": "J"}]}, True),
        ("name pr", {"name": {"familyName": ""}}, False),
        ("name pr", {"name": {"familyName": None}}, False),
        ("name pr", {"name": {"other": 0}}, True),
        ("name eq null", {"name": {}}, True),
        ("name.familyName pr", {"name": {"familyName": ""}}, False),
        ("name.familyName pr", {"name": {"familyName": 0}}, True),
        ('name.familyName eq "j"', {"name": 5}, False),
        (f'{ENTERPRISE}:manager eq "m"', {ENTERPRISE: {"manager": {"value": "m"}}}, True),
        (f'{ENTERPRISE}:manager eq "m"', {ENTERPRISE: {"manager": "m"}}, True),
        (
            f'{ENTERPRISE}:manager.displayName eq "m"',
            {ENTERPRISE: {"manager": {"displayName": "M"}}},
            True,
        ),
        (f"{ENTERPRISE}:manager.displayName pr", {ENTERPRISE: {}}, False),
        (f"{ENTERPRISE} pr", {ENTERPRISE: {"department": ""}}, False),
        (f"{ENTERPRISE} pr", {ENTERPRISE: {"department": "x"}}, True),
        (f"{ENTERPRISE} eq null", {}, True),
        (
            f'{ENTERPRISE}[department eq "x" and manager eq "m"]',
            {ENTERPRISE: {"department": "X", "manager": {"value": "m"}}},
            True,
        ),
        (f"{LAB}:licences[seats gt 3]", lab(licences={"seats": 5}), True),
        (f"{LAB}:licences.seats gt 3", lab(licences=[{"seats": 1}, {"seats": 5}]), True),
        (f"{LAB}:licences.seats gt 3", lab(licences=None), False),
        (f"{LAB}:licences.seats ne 3", {}, True),
        (f"{USER} pr", {"userName": "x"}, True),
        (f"{USER} pr", {}, False),
        (f"{USER} eq null", {}, True),
        (f'{USER}[userName eq "x" and title eq "y"]', {"userName": "X", "title": "Y"}, True),
        (f'{USER}:userName eq "x"', {"userName": "X"}, True),
        ('urn:other:User:userName eq "x"', {"userName": "X"}, False),
    ],
)
def test_complex_value_and_extension_match(
    text: str, resource: dict[str, Any], expected: bool
) -> None:
    assert matches(text, resource) is expected


@each_value(
    "test, value, expected",
    [
        ('eq "RED"', "red", True),
        ('co "e"', "red", True),
        ('eq "red"', ["blue", "Red"], True),
        ('ne "red"', "red", False),
        ("eq 5", 5, True),
        ("gt 4", 5.5, True),
        ("gt 4", "5", False),
        ("eq true", True, True),
        ("eq true", "true", True),
        ("ne true", False, True),
        ("eq 1", True, False),
        ('eq "red"', {"value": "red"}, False),
        ("pr", 0, True),
        ("eq null", None, True),
        ('ne "red"', None, True),
    ],
)
def test_open_extension_compares_by_literal_type(test: str, value: object, expected: bool) -> None:
    user = {CUSTOM: {"shade": value}}
    assert matches(f"{CUSTOM}:shade {test}", user) is expected
    assert matches(f"{CUSTOM}:shade {test}", scim.User.from_wire(user)) is expected


def test_open_extension_has_sub_attributes_and_brackets() -> None:
    user = {CUSTOM: {"shoe": [{"size": 42, "kind": "Boot"}, {"size": 40, "kind": "Clog"}]}}
    assert matches(f"{CUSTOM}:shoe.size eq 40", user)
    assert matches(f'{CUSTOM}:shoe[size eq 42 and kind eq "boot"]', user)
    assert not matches(f'{CUSTOM}:shoe[size eq 40 and kind eq "boot"]', user)
    assert not matches(f"{CUSTOM}:shoe[urn:x:y:size eq 40]", user)


# ----------------------------------------------------------------------------- names


@each_value(
    "text, resource, expected",
    [
        ('title eq "x"', {"TITLE": "X"}, True),
        ("title pr", {"Title": "X"}, True),
        ("title pr", {"Title": None}, False),
        ("title pr", {"title": None, "Title": "X"}, False),
        ("active eq true", {"Active": True}, True),
        ('emails.type eq "work"', {"Emails": [{"TYPE": "Work"}]}, True),
        ('emails.type ne "work"', {"Emails": [{"TYPE": "Work"}]}, False),
        ('emails[type eq "work"]', {"EMAILS": [{"Type": "work"}]}, True),
        ("emails[primary eq false]", {"emails": [{"Primary": True}]}, False),
        ('name.familyName eq "x"', {"NAME": {"FAMILYNAME": "x"}}, True),
        (f'{ENTERPRISE}:department eq "x"', {ENTERPRISE.upper(): {"Department": "x"}}, True),
        (f"{ENTERPRISE.upper()}:DEPARTMENT pr", {ENTERPRISE: {"department": "x"}}, True),
        (
            'meta.created gt "2011-01-01T00:00:00Z"',
            {"META": {"Created": "2012-01-01T00:00:00Z"}},
            True,
        ),
        ("title pr", {5: "x", None: "y", ("title",): "z"}, False),
    ],
)
def test_attribute_name_in_data_has_any_case(
    text: str, resource: dict[str, Any], expected: bool
) -> None:
    assert matches(text, resource) is expected


def test_attribute_name_in_other_case_is_found_later() -> None:
    present = scim.parse_filter("title pr").compile()

    assert not present({"userName": "x", "other": "y"})
    assert present({"userName": "x", "TITLE": "y"})
    assert not present({"userName": "x", "other": "y"})
    assert present({"other": 1, "tItLe": "y"})


def test_many_foreign_names_are_accepted() -> None:
    present = scim.parse_filter("nickName pr").compile()
    for number in range(1500):
        assert not present({f"foreign{number}": 1})
    assert present({"foreign1499": 1, "NICKNAME": "x"})


# ----------------------------------------------------------------------------- models


class Tint(StrEnum):
    RED = "Red"


class Size(Enum):
    LARGE = "Large"


class Own(scim.Extension):
    shade: Tint | None = None
    size: Size | None = None
    page: AnyUrl | None = None
    key: UUID | None = None
    secret: SecretStr | None = None
    price: Decimal | None = None


class Person(scim.User):
    own: Own | None = scim.extension("urn:example:own")


PERSON = Person(
    user_name="ann",
    own=Own(
        shade=Tint.RED,
        size=Size.LARGE,
        page=AnyUrl("https://example.com/Ann"),
        key=UUID(int=1),
        secret=SecretStr("s"),
        price=Decimal("1.50"),
    ),
)


@each_value(
    "text, expected",
    [
        ('urn:example:own:shade eq "RED"', True),
        ('urn:example:own:shade eq "blue"', False),
        ('urn:example:own:size sw "lar"', True),
        ('urn:example:own:page co "example.com/ann"', True),
        ('urn:example:own:key ew "1"', True),
        ('urn:example:own:secret eq "S"', True),
        ("urn:example:own:price gt 1", True),
        ("urn:example:own:price eq 1.5", True),
        ("urn:example:own:size pr", True),
        ("urn:example:own pr", True),
        ('userName eq "ANN"', True),
    ],
)
def test_model_of_own_class_matches(text: str, expected: bool) -> None:
    assert matches(text, PERSON, Person) is expected
    assert scim.parse_filter(text).matches(PERSON) is expected


def test_unread_value_compares_unchanged() -> None:
    wire = {"userName": "x", "active": "maybe", "meta": {"created": "never"}, "name": ["a", "b"]}
    user = scim.User.from_wire(wire)
    assert user.unread

    for text, expected in (
        ("active pr", True),
        ("active eq null", False),
        ("active ne true", True),
        ("active eq true", False),
        ("meta.created pr", True),
        ('meta.created lt "2030-01-01T00:00:00Z"', False),
        ("name pr", True),
        ("title pr", False),
        ("nickName ne null", False),
    ):
        assert matches(text, wire) is expected, text
        assert matches(text, user) is expected, text


def test_model_with_plain_data_and_mapping_with_models_match() -> None:
    mixed = scim.User(user_name="ann", name=scim.Name(family_name="Jensen"))
    mixed.__dict__["emails"] = [{"value": "a", "type": "work"}, scim.Email(value="b", type="home")]
    mixed.__dict__["name"] = {"familyName": "Jensen"}

    for holder in (mixed, {"emails": mixed.emails, "name": scim.Name(family_name="Jensen")}):
        assert matches('emails[type eq "work" and value eq "a"]', holder)
        assert matches('emails[type eq "home" and value eq "b"]', holder)
        assert not matches('emails[type eq "home" and value eq "a"]', holder)
        assert matches('name.familyName eq "jensen"', holder)
        assert matches('name[familyName sw "j"]', holder)
        assert matches('emails.value ne "a"', holder)


def test_resource_of_foreign_class_uses_its_names() -> None:
    group = scim.Group(display_name="Tour Guides")
    assert matches('displayName eq "tour guides"', group, scim.User)
    assert not matches("userName pr", group, scim.User)

    class Other(BaseModel):
        displayName: str = "x"  # noqa: N815  # a model without SCIM metadata

    assert matches('displayName eq "x"', Other(), scim.User)
    assert not matches("userName pr", Other(), scim.User)


def test_document_schema_reads_model() -> None:
    document = {
        "id": USER,
        "name": "User",
        "attributes": [
            {"name": "userName", "type": "string"},
            {
                "name": "name",
                "type": "complex",
                "subAttributes": [{"name": "familyName", "type": "string"}],
            },
        ],
    }
    schema = scim.ResourceSchema.of(document)  # a document is accepted too
    user = scim.User(user_name="Ann", name=scim.Name(family_name="J"))

    assert matches('userName eq "ann" and name.familyName eq "j"', user, schema)
    assert matches('userName eq "ann" and name.familyName eq "j"', user.to_wire(), schema)


def test_document_extension_is_found_on_model() -> None:
    user = scim.User.from_wire({"userName": "x", LAB: {"badgeNumber": 5, "tags": ["a"]}})

    assert matches(f"{LAB}:badgeNumber gt 4", user)
    assert matches(f'{LAB}:tags eq "a"', user)
    assert matches(f"{LAB} pr", user)


def test_typed_extension_is_found_on_model() -> None:
    user = scim.User.from_wire(
        {"userName": "x", ENTERPRISE: {"department": "D", "manager": {"value": "m"}}}
    )

    assert matches(f'{ENTERPRISE}:department eq "d"', user)
    assert matches(f'{ENTERPRISE}:manager eq "m" and {ENTERPRISE}:manager.value pr', user)
    assert matches(f"{ENTERPRISE} pr", user)
    assert not matches(f"{CUSTOM} pr", user)


# ----------------------------------------------------------------------------- in brackets


def inner(text: str, name: str, value: object, schema: scim.SchemaLike = LAB_USER) -> bool:
    attribute = scim.ResourceSchema.of(schema).find_attribute(None, name)
    assert attribute is not None
    return compile_value_filter(scim.parse_filter(text), attribute)(value)


def test_value_filter_is_predicate_over_single_values() -> None:
    assert inner('type eq "work"', "emails", {"type": "Work"})
    assert inner('type eq "work"', "emails", scim.Email(type="Work"))
    assert not inner('type eq "work"', "emails", {"type": "home"})
    assert inner("primary eq false", "emails", {"type": "home"})
    assert inner('value sw "urn:"', "schemas", USER)
    assert not inner('value sw "urn:"', "schemas", None)
    assert inner('familyName co "j"', "name", scim.Name(family_name="J"))


def test_value_filter_error_shows_original_path() -> None:
    emails = scim.ResourceSchema.of(scim.User).find_attribute(None, "emails")
    assert emails is not None
    for text, position in (
        ("emails[primary gt false].value", 7),
        ("emails[value pr and  primary gt false]", 21),
        ("emails[value pr and primary  gt false]", 0),
    ):
        path = scim.parse_path(text)
        assert path.filter is not None
        with pytest.raises(errors.InvalidFilter, match="primary is boolean") as caught:
            compile_value_filter(path.filter, emails, path_text=text)
        assert (caught.value.text, caught.value.position) == (text, position)


def test_undeclared_type_compares_by_literal_type() -> None:
    anything: Any = "anything"
    shoe = scim.Attribute(
        name="shoe",
        type="complex",
        multi_valued=True,
        sub_attributes=(scim.Attribute(name="size", type=anything),),
    )
    assert compile_value_filter(scim.parse_filter("size gt 41"), shoe)({"size": 42})
    assert compile_value_filter(scim.parse_filter('size eq "XL"'), shoe)({"size": "xl"})


# ----------------------------------------------------------------------------- any data


def test_predicate_accepts_any_data() -> None:
    predicate = scim.parse_filter(
        'userName eq "x" or not (title pr) and emails[primary eq false]'
    ).compile()
    irregular = (
        {"emails": 5},
        {"userName": object()},
        {"userName": b"\xff"},
        {"title": {1: object()}},
    )
    for value in (None, 5, "x", [], [{}], b"x", object(), {}, OrderedDict(), *irregular):
        assert predicate(value) is False


def test_matches_requires_resource() -> None:
    with pytest.raises(TypeError, match="resource must be a model or a mapping, got str"):
        scim.parse_filter("title pr").matches("x")


def test_deep_data_is_evaluated_without_recursion() -> None:
    deep: Any = None
    for _ in range(100_000):
        deep = [deep]
    resource = {"emails": deep, "name": {"x": deep}, "title": deep}

    assert not scim.parse_filter("emails pr or name pr or title pr").matches(resource)
    assert scim.parse_filter('emails ne "x" and title ne "x"').matches(resource)
    while deep:  # otherwise freed by recursion
        deep = deep.pop()


@given(valid_filters, invalid_resources | any_json)
def test_predicate_any_data_does_not_fail(filter_: scim.Filter, resource: Any) -> None:
    predicate = filter_.compile(LAB_USER, strict=False)
    result = predicate(resource)

    assert isinstance(result, bool)
    if isinstance(resource, dict):
        assert predicate(MappingProxyType(resource)) is result, (
            "the slow path agrees with the fast path"
        )
        assert filter_.matches(resource, LAB_USER, strict=False) is result


@given(valid_filters, users)
def test_model_matches_as_its_wire_form(filter_: scim.Filter, user: dict[str, Any]) -> None:
    predicate = filter_.compile(LAB_USER, strict=False)
    model = scim.User.from_wire(user)
    result = predicate(user)

    assert predicate(freeze(user)) is result
    assert [predicate(model), predicate(model)] == [result, result]


@given(valid_filters, valid_filters, users | invalid_resources)
def test_evaluation_obeys_de_morgan(
    one: scim.Filter, other: scim.Filter, resource: dict[str, Any]
) -> None:
    def value(filter_: scim.Filter) -> bool:
        return filter_.matches(resource, LAB_USER, strict=False)

    assert value(~(one & other)) is value(~one | ~other)
    assert value(~(one | other)) is value(~one & ~other)
    assert value(~~one) is value(one)
    assert value(one & other) is (value(one) and value(other))
    assert value(one | other) is (value(one) or value(other))


def test_filter_beyond_the_compiled_size_evaluates_as_small_ones() -> None:
    """10,000 conditions are compiled; a larger filter is evaluated as it is."""
    text = " or ".join(f'title sw "{n:05}"' for n in range(10_001))
    users = [scim.User(user_name="a", title=title) for title in ("10000x", "00000", "no")]
    matches = scim.parse_filter(text).compile()
    assert [matches(user) for user in users] == [True, True, False]
    assert matches({"title": "09999"})


def test_large_filter_evaluates_as_small_ones() -> None:
    large = scim.Or(scim.attr("userName").eq(f"user{number}") for number in range(2_000))
    predicate = large.compile()

    assert predicate({"userName": "USER1999"})
    assert not predicate({"userName": "user2000"})
    assert predicate(scim.User(user_name="user0"))

    long_text = scim.attr("title").eq("x" * 100_000)
    assert long_text.matches({"title": "X" * 100_000})


def test_compile_repeated_gives_same_predicate() -> None:
    filter_ = scim.parse_filter('userName eq "somebody"')

    assert filter_.compile() is filter_.compile()
    assert filter_.compile(scim.User) is filter_.compile(scim.User)
    assert filter_.compile(scim.User, strict=False) is not filter_.compile(scim.Group, strict=False)
    for number in range(300):  # more than the cache holds
        scim.attr("userName").eq(str(number)).compile()
    assert filter_.compile()({"userName": "somebody"})
