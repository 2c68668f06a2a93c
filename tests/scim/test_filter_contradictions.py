"""Contradictions of a response to the filter of its request, in three-valued logic."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

from hypothesis import given
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.scim.definitions.attribute import NEVER_RETURNED, WRITE_ONLY
from britive_scim.scim.filters.contradiction import ContradictionFinder, list_paths
from support.each_value import each_value
from support.filter_strategies import CUSTOM, ENTERPRISE, LAB_USER, users, valid_filters

ANA: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    "id": "Ab12",
    "userName": "Ana@Example.com",
    "externalId": "00uAna",
    "title": "CTO",
    "active": True,
    "nickName": "",
    "preferredLanguage": None,
    "name": {"familyName": "Straße"},
    "emails": [{"value": "ana@example.com", "type": "work"}, {"value": "a@home.org"}],
    "phoneNumbers": [],
    "roles": [{"value": "admin"}, {"value": "Admin"}],
    "x509Certificates": [{"value": "AQIDBA=="}],
    "groups": [{"value": "g1"}],
    "meta": {"lastModified": "2024-02-29T12:00:00Z", "resourceType": "User"},
    ENTERPRISE: {"department": "R&D", "manager": {"value": "m7"}},
    CUSTOM: {"shoe": "42"},
}

PASSES = [
    'userName eq "ana@example.com"',
    'externalId eq "00UANA"',  # a server that folds
    'externalId ne "00UANA"',  # and one that does not
    'userName ne "ANA@example.com"',
    'not (externalId eq "00UANA")',
    'id sw "aB"',
    'name.familyName eq "STRASSE"',
    'name.givenName eq "Bo"',  # not returned
    'not (name.givenName eq "Bo")',
    'preferredLanguage eq "de"',  # null, or an empty list: as if not returned
    'preferredLanguage eq null and phoneNumbers.value eq "1"',
    "nickName pr and displayName pr and phoneNumbers pr",
    "not (nickName pr)",
    "displayName eq null",
    "title ne null",
    'shoeSize eq "9" or shoeSize ne "9" or not (shoeSize pr)',  # undeclared
    f'{CUSTOM}:shoe eq "43"',
    f'{CUSTOM} pr and not ({CUSTOM}:size pr) and urn:x:y:z eq "1"',
    f'{ENTERPRISE}:manager.displayName eq "Bo" and {ENTERPRISE} pr',
    'groups.value eq "g9"',  # lists cut memberships
    'groups[value eq "g9"]',
    "not (groups pr)",
    'password eq "x"',
    'emails.type eq "home"',  # one of them has no type
    'emails.value ne "ana@example.com"',
    'not (emails.value ne "ana@example.com")',  # of several values, servers read ne in two ways
    'roles.value ne "admin"',
    'not (roles.value ne "admin")',
    'emails[type eq "work" and primary eq true]',
    'emails[type eq "home" and value co "home"]',
    'phoneNumbers[type eq "work"]',
    'name[givenName eq "Bo"]',
    'meta.lastModified eq "2024-02-29T12:00:01Z"',
    'meta.lastModified gt "2024-02-29T12:00:00.9Z"',
    'not (meta.lastModified ge "2024-02-29T13:00:00+01:00")',
    'meta.lastModified lt "2024-02-29T12:00:02Z"',
    'userName gt "ana"',
    'userName gt "bo" or title eq "CTO"',
    'title gt "c" and title lt "d"',  # the case decides
    'name.familyName gt "straß"',  # collations differ
    'userName lt "ana-b"',
    'userName gt "anab"',
    'title lt "C-"',
    'x509Certificates eq "aqidba"',
    'active eq "true"',
    "active ne false",
    'schemas eq "urn:ietf:params:scim:schemas:core:2.0:USER"',
]
CONTRADICTED: dict[str, tuple[str, ...]] = {
    'userName eq "bo@example.com"': ("userName",),
    'externalId sw "01"': ("externalId",),
    'userName ne "Ana@Example.com"': ("userName",),
    'not (userName co "Ana")': ("userName",),
    "active eq false": ("active",),
    "not (title pr)": ("title",),
    "title eq null": ("title",),
    'title pr and userName ew ".org" and active eq false': ("userName",),
    'displayName eq "x" and title eq "CEO"': ("title",),
    'title eq "CEO" or active eq false or userName eq "bo"': ("title", "active", "userName"),
    'not (title eq "CTO" or displayName pr)': ("title", "displayName"),
    'emails.value eq "bo@example.com"': ("emails.value",),
    'emails eq "bo@example.com"': ("emails",),
    'emails[value eq "bo@example.com"]': ("emails",),
    'emails[type eq "home" and value co "work"]': ("emails",),
    'emails[not (value co "a")]': ("emails",),
    'roles.value ne "admin" and roles.value eq "boss"': ("roles.value",),
    f'{ENTERPRISE}:department eq "Sales"': (f"{ENTERPRISE}:department",),
    f'{ENTERPRISE}:manager eq "m8"': (f"{ENTERPRISE}:manager",),
    'meta.lastModified gt "2024-02-29T12:00:02Z"': ("meta.lastModified",),
    'meta.lastModified eq "2024-02-29T12:00:01.5Z"': ("meta.lastModified",),
    'x509Certificates eq "AQID"': ("x509Certificates",),
    'title gt "d"': ("title",),
    'title lt "B"': ("title",),
    'title gt "CTOs"': ("title",),
    'schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group"': ("schemas",),
}


def find(text: str, resource: scim.Resource) -> tuple[str, ...]:
    return ContradictionFinder(
        scim.parse_filter(text), scim.ResourceSchema.of(type(resource))
    ).find(resource)


@each_value("text", PASSES)
def test_filter_unknown_or_satisfied_has_no_contradiction(text: str) -> None:
    assert find(text, scim.User.from_wire(ANA)) == ()


@each_value("text, attributes", CONTRADICTED.items())
def test_filter_certainly_false_names_attributes(text: str, attributes: tuple[str, ...]) -> None:
    assert find(text, scim.User.from_wire(ANA)) == attributes


def test_unread_values_are_unknown() -> None:
    user = scim.User.from_wire(
        {**ANA, "active": "perhaps", "title": {"en": "CTO"}, "emails": [*ANA["emails"], ["x"]]}
    )
    assert len(user.unread) == 3
    for text in ("active eq false", 'title eq "x"', 'emails.value eq "bo@example.com"'):
        assert find(text, user) == ()
    assert find('userName eq "x"', user) == ("userName",)


def test_members_of_listed_group_are_unknown() -> None:
    group = scim.Group.of("Doors", ["u1"])
    assert find('members.value eq "u2" or members[value eq "u3"]', group) == ()
    assert find('displayName eq "Gates" and members.value eq "u1"', group) == ("displayName",)


class Shape(Enum):
    ROUND = "round"


class Device(scim.Resource):
    """Resource with every type of attribute."""

    __schema__ = "urn:example:params:scim:schemas:core:2.0:Device"

    shape: Shape | None = None
    floor: int | None = None
    weight: Decimal | None = None
    load: float | None = None
    seen: datetime | None = None
    pin: Annotated[str | None, WRITE_ONLY] = None
    secret: Annotated[str | None, NEVER_RETURNED] = None


@each_value(
    "text, attributes",
    [
        ('shape eq "ROUND"', ()),
        ('shape eq "flat"', ("shape",)),
        ("floor gt 2", ()),
        ("floor gt 3", ("floor",)),
        ("floor eq 3.0 and floor le 3 and floor ne 4", ()),
        ("weight eq 1.5", ()),
        ("weight lt 1.5", ("weight",)),
        ("load ge 0.1", ()),
        ("load ne 0.1", ("load",)),
        ("not (load gt 0.05)", ("load",)),
        ('pin eq "9999" and secret eq "x"', ()),
        ('seen lt "2020-01-01T00:00:00Z"', ("seen",)),
        ('floor co "3"', ()),  # unchecked: it cannot apply
        ('floor eq "3"', ()),
        ("floor eq true", ()),
        ("floor co 3", ()),
        ("shape gt 1", ()),
    ],
)
def test_types_of_attributes_are_compared(text: str, attributes: tuple[str, ...]) -> None:
    device = Device.from_wire(
        {
            "schemas": [Device.__schema__],
            "shape": "round",
            "floor": 3,
            "weight": 1.5,
            "load": 0.1,
            "seen": "2024-01-01T00:00:00Z",
            "pin": "1234",
            "secret": "***",
        }
    )
    assert not device.unread
    assert find(text, device) == attributes


def test_number_that_is_not_finite_is_unknown() -> None:
    device = Device.model_construct(weight=Decimal("NaN"))
    assert find("weight gt 1", device) == ()


def test_paths_of_filter_are_listed() -> None:
    text = 'a.b eq 1 and not (c pr or d[e eq "f"]) and urn:x:y:g sw "h"'
    assert list(map(str, list_paths(scim.parse_filter(text)))) == ["a.b", "c", "d", "urn:x:y:g"]


@given(valid_filters, users, st.sets(st.sampled_from(sorted(ANA))))
def test_resource_that_matches_is_never_contradicted(
    filter_: scim.Filter, user: dict[str, Any], hidden: set[str]
) -> None:
    """This holds for every subset of the attributes in the response."""
    full = scim.User.from_wire(user)
    shown = scim.User.from_wire({k: v for k, v in user.items() if k not in hidden})
    finder = ContradictionFinder(filter_, LAB_USER)
    for resource in (full, shown):
        if finder.find(resource):
            assert not filter_.matches(full, LAB_USER, strict=False)
            assert not filter_.matches(resource, LAB_USER, strict=False)
