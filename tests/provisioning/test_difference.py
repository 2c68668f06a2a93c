"""Difference of a found resource and the attributes of a source; `upsert` and plans share it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.provisioning.plans.difference import ResourceDifference, compute_difference

SCHEMA = scim.ResourceSchema.of(scim.User)
CORE = SCHEMA.urn
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"

ANN: dict[str, Any] = {
    "schemas": [CORE, ENTERPRISE, CUSTOM],
    "id": "1",
    "userName": "ANN@example.com",
    "externalId": "E1",
    "active": True,
    "name": {"givenName": "Ann", "familyName": "Bee", "formatted": "Ann Bee"},
    "emails": [
        {"value": "ann@example.com", "type": "work", "primary": True},
        {"value": "ann@home.example", "type": "home"},
    ],
    ENTERPRISE: {
        "department": "IT",
        "manager": {"value": "9", "$ref": "https://x/Users/9", "displayName": "Zoe"},
    },
    CUSTOM: {"costCode": 5, "regions": ["EU", "US"], "shift": {"start": "8"}},
}


def find(
    wanted: dict[str, Any], found: dict[str, Any] = ANN, **options: Any
) -> ResourceDifference | None:
    """Return the difference, after a check that its request leaves none."""
    difference = compute_difference(found, wanted, schema=SCHEMA, **options)
    if difference is not None:
        result = difference.request.apply(found)
        assert compute_difference(result, wanted, schema=SCHEMA, **options) is None
    return difference


def operations(difference: ResourceDifference | None) -> list[dict[str, Any]]:
    assert difference is not None
    return [operation.to_wire() for operation in difference.request.operations]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"userName": "ann@example.com"},
        {"name": {"givenName": "ANN"}},
        {"name": {"middleName": None, "givenName": "Ann"}},
        {
            "emails": [
                {"value": "ann@home.example"},
                {"value": "Ann@Example.com", "type": "Work"},
            ]
        },
        {
            "emails": [
                {"value": "ann@example.com"},
                {"value": "ann@home.example", "primary": False},
            ]
        },
        {ENTERPRISE: {"manager": {"value": "9"}}},
        {ENTERPRISE: {"manager": "9"}},
        {ENTERPRISE: {"manager": {"value": "9", "$ref": "https://other/9", "displayName": "?"}}},
        {ENTERPRISE.upper(): {"DEPARTMENT": "it"}},
        {CUSTOM: {"costCode": "5", "regions": ["US", "EU"], "shift": {"start": "8"}}},
        {CUSTOM: {"unset": None, "empty": ""}},
        {f"{CORE}:userName": "ann@example.com"},
        {CORE: {"userName": "ann@example.com"}, CORE.lower(): None},
        {"title": None, "nickName": "", "phoneNumbers": [], "addresses": None},
        {"id": "2", "meta": {}, "schemas": [], "groups": [{"value": "g"}], "password": "secret"},
        {"userName": None},
        {"name": {}},
    ],
    ids=str,
)
def test_difference_of_what_is_covered_is_none(wanted: dict[str, Any]) -> None:
    """R22: what the provider spells otherwise or adds is no difference."""
    assert find(wanted) is None


def test_difference_of_unicode_forms_is_none() -> None:
    assert find({"title": "Cafe\u0301"}, {"title": "Caf\u00e9"}) is None
    assert find({"externalId": "Cafe\u0301"}, {"externalId": "Caf\u00e9"}) is None


def test_difference_of_surrounding_blanks_is_none() -> None:
    found = {"title": " Guide\t", "name": {"givenName": "Ann "}, "displayName": "  "}
    wanted = {"title": "Guide", "name": {"givenName": "Ann"}, "displayName": ""}
    assert compute_difference(found, wanted, schema=SCHEMA) is None
    assert compute_difference(found, {"title": "Gui de"}, schema=SCHEMA) is not None


def test_difference_of_case_exact_values_is_found() -> None:
    difference = find({"externalId": "e1"})
    assert operations(difference) == [{"op": "replace", "path": "externalId", "value": "e1"}]


def test_difference_has_values_before_and_after() -> None:
    difference = find({"title": "Guide", "name": {"givenName": "Eve", "familyName": "Bee"}})
    assert difference is not None
    assert difference.before == {"title": None, "name": {"givenName": "Ann"}}
    assert difference.after == {"title": "Guide", "name": {"givenName": "Eve"}}
    assert difference.paths == ("title", "name.givenName")
    assert operations(difference) == [
        {"op": "replace", "path": "name.givenName", "value": "Eve"},
        {"op": "add", "path": "title", "value": "Guide"},
    ]


def test_difference_clears_one_part_and_keeps_the_others() -> None:
    assert operations(find({"name": {"givenName": None}})) == [
        {"op": "remove", "path": "name.givenName"}
    ]
    assert operations(find({"name": None})) == [{"op": "remove", "path": "name"}]
    assert operations(find({"emails": []})) == [{"op": "remove", "path": "emails"}]


def test_difference_of_a_cleared_extension_clears_its_parts() -> None:
    difference = find({ENTERPRISE: None})
    assert difference is not None
    assert difference.after == {ENTERPRISE: {"department": None, "manager": None}}
    assert find({ENTERPRISE: None}, {"userName": "x"}) is None


def test_difference_of_a_list_replaces_it_wholly() -> None:
    difference = find({"emails": [{"value": "ann@example.com"}]})
    assert operations(difference) == [
        {"op": "remove", "path": 'emails[value eq "ann@home.example"]'}
    ]


def test_difference_of_a_vague_value_leaves_the_exact_one() -> None:
    found = {"emails": [{"value": "a", "type": "work"}, {"value": "a", "type": "home"}]}
    assert find({"emails": [{"value": "a"}, {"value": "a", "type": "work"}]}, found) is None


def test_difference_of_a_partial_list_keeps_other_values() -> None:
    wanted = {"emails": [{"value": "new@example.com", "type": "work"}]}
    difference = find(wanted, partial_attributes=["emails"])
    assert operations(difference) == [
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@example.com"}
    ]
    assert difference is not None
    assert [email["value"] for email in difference.after["emails"]] == [
        "new@example.com",
        "ann@home.example",
    ]
    assert difference.paths == ('emails[type eq "work"]',)


def test_difference_of_a_partial_list_removes_a_cleared_value() -> None:
    partial = {"partial_attributes": {"emails", "phoneNumbers"}}
    wanted = {
        "emails": [{"value": None, "type": "home"}],
        "phoneNumbers": [{"value": None, "type": "work"}],
    }
    assert operations(find(wanted, **partial)) == [
        {"op": "remove", "path": 'emails[value eq "ann@home.example"]'}
    ]
    assert find({"emails": []}, **partial) is None
    assert operations(find({"emails": None}, **partial)) == [{"op": "remove", "path": "emails"}]


def test_difference_of_a_partial_list_adds_a_new_type() -> None:
    wanted = {"emails": [{"value": "o@x", "type": "other", "primary": True, "display": None}]}
    difference = find(wanted, partial_attributes=["emails"])
    assert operations(difference) == [
        {
            "op": "add",
            "path": "emails",
            "value": [{"value": "o@x", "type": "other", "primary": True}],
        }
    ]


def test_difference_of_a_partial_primary_value_changes_it_in_place() -> None:
    difference = find(
        {"emails": [{"value": "p@x", "primary": True}]}, partial_attributes=["emails"]
    )
    assert operations(difference) == [
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "p@x"}
    ]


def test_difference_of_a_partial_value_without_type() -> None:
    found = {"emails": [{"value": "a"}, {"value": "b", "type": "work"}]}
    difference = find({"emails": [{"value": "c"}]}, found, partial_attributes=["emails"])
    assert difference is not None
    assert difference.after["emails"] == [{"value": "c"}, {"value": "b", "type": "work"}]


def test_difference_of_a_partial_type_twice_changes_the_primary_one() -> None:
    found = {
        "emails": [
            {"value": "a", "type": "work"},
            {"value": "b", "type": "work", "primary": True},
        ]
    }
    wanted = {"emails": [{"value": "c", "type": "work"}]}
    difference = find(wanted, found, partial_attributes=["emails"])
    assert difference is not None
    assert [email["value"] for email in difference.after["emails"]] == ["a", "c"]


def test_difference_moves_the_primary_value() -> None:
    wanted = {
        "emails": [
            {"value": "ann@home.example", "primary": True},
            {"value": "ann@example.com"},
        ]
    }
    difference = find(wanted)
    assert difference is not None
    result = difference.request.apply(ANN)
    assert [e["value"] for e in result["emails"] if e.get("primary")] == ["ann@home.example"]
    assert difference.paths == ("emails.primary",)


def test_difference_of_strings_in_a_list_of_objects() -> None:
    assert find({"emails": ["a@x"]}, {"emails": ["A@x"]}) is None
    assert find({"emails": {"value": "a@x"}}, {"emails": [{"value": "a@x"}]}) is None
    assert find({"name": "Ann Bee"}) is None


def test_difference_of_attributes_under_the_core_urn() -> None:
    found = {CORE: {"title": "Guide"}, "userName": "ann"}
    assert find({"title": "guide"}, found) is None
    difference = find({CORE: {"title": "Chief"}})
    assert difference is not None
    assert difference.after == {"title": "Chief"}
    difference = find({f"{ENTERPRISE}:department": "HR"})
    assert difference is not None
    assert difference.after == {ENTERPRISE: {"department": "HR"}}


@pytest.mark.parametrize(
    ("wanted", "unkept"),
    [
        ({"title": "Guide"}, "title"),
        ({"name": {"middleName": "Q"}}, "name.middleName"),
        ({ENTERPRISE: {"division": "x"}}, f"{ENTERPRISE}:division"),
        ({CUSTOM: {"Cost Code": "x"}}, f"{CUSTOM}:Cost Code"),
        ({"phoneNumbers": [{"value": "1"}]}, "phoneNumbers"),
        ({"phoneNumbers": [{"value": "1", "type": "work"}]}, 'phoneNumbers[type eq "work"]'),
        (
            {
                "emails": [
                    {"value": "ann@example.com", "display": "Ann"},
                    {"value": "ann@home.example"},
                ]
            },
            "emails.display",
        ),
    ],
    ids=str,
)
def test_difference_of_an_unkept_path_is_none(wanted: dict[str, Any], unkept: str) -> None:
    """Comes to rest: what the provider drops is named once and is no difference afterwards."""
    difference = find(wanted)
    assert difference is not None
    assert difference.paths == (unkept,)
    assert find(wanted, unkept=difference.paths) is None


def test_difference_of_an_unkept_value_keeps_what_is_there() -> None:
    unkept = ['emails[type eq "home"]']
    wanted = {"emails": [{"value": "new@example.com", "type": "work"}]}
    difference = find(wanted, unkept=unkept)
    assert difference is not None
    assert [email["value"] for email in difference.after["emails"]] == [
        "new@example.com",
        "ann@home.example",
    ]


def test_difference_of_an_immutable_value_is_none() -> None:
    badge = scim.Attribute(name="badge", mutability="immutable")
    keys = scim.Attribute(
        name="key",
        type="complex",
        sub_attributes=(
            scim.Attribute(name="value", mutability="immutable"),
            scim.Attribute(name="label", required=True),
        ),
    )
    schema = scim.ResourceSchema("urn:x:Device", "Device", (badge, keys))
    found = {"badge": "1", "key": {"value": "k", "label": "l"}}
    assert compute_difference(found, {"badge": "2"}, schema=schema) is None
    wanted = {"key": {"value": "j", "label": None}}
    assert compute_difference(found, wanted, schema=schema) is None
    assert compute_difference({}, {"badge": "2"}, schema=schema) is not None


def test_difference_refuses_unknown_attributes() -> None:
    with pytest.raises(InputError, match=r"got 'titel'; did you mean 'title'"):
        find({"titel": "Guide"})
    with pytest.raises(InputError, match="got 'depart' in urn"):
        find({ENTERPRISE: {"depart": "HR"}})
    with pytest.raises(InputError, match="got 'x:y'"):
        find({"x:y": "HR"})


def test_difference_refuses_values_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="active"):
        find({"active": {"a": 1}})


# ----------------------------------------------------------------------------- laws

words = st.sampled_from(["a", "A", "b", "é", "e\u0301"])
optional = st.none() | words
email_types = st.sampled_from(["work", "home", "Work"])


def emails(*, cleared: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    values = optional if cleared else words
    entry = st.fixed_dictionaries(
        {"value": values, "type": email_types},
        optional={"display": words, "primary": st.booleans()},
    )
    return st.lists(
        entry,
        max_size=3,
        unique_by=lambda e: e["type"].casefold() if cleared else (e["type"].casefold(), e["value"]),
    ).filter(lambda entries: sum(e.get("primary") is True for e in entries) < 2)


def resources(*, cleared: bool) -> st.SearchStrategy[dict[str, Any]]:
    value = optional if cleared else words
    return st.fixed_dictionaries(
        {},
        optional={
            "title": value,
            "externalId": value,
            "active": st.booleans(),
            "name": st.fixed_dictionaries({}, optional={"givenName": value, "familyName": value}),
            "emails": emails(cleared=cleared),
            ENTERPRISE: st.fixed_dictionaries(
                {},
                optional={
                    "department": value,
                    "manager": st.fixed_dictionaries({"value": words}),
                },
            ),
            CUSTOM: st.fixed_dictionaries({}, optional={"costCode": value, "site": value}),
        },
    )


@given(found=resources(cleared=False), wanted=resources(cleared=True), data=st.data())
def test_request_of_the_difference_makes_what_is_wanted(
    found: dict[str, Any], wanted: dict[str, Any], data: st.DataObject
) -> None:
    """R22: what is wanted holds afterwards, nothing else changed, and there is no second difference."""
    is_partial = data.draw(st.booleans())
    if not is_partial:
        wanted["emails"] = [e for e in wanted.get("emails", ()) if e["value"] is not None]
    options: dict[str, Any] = {"partial_attributes": ["emails"] if is_partial else []}
    difference = compute_difference(found, wanted, schema=SCHEMA, **options)
    result = found if difference is None else difference.request.apply(found)
    assert compute_difference(result, wanted, schema=SCHEMA, **options) is None
    # What is wanted holds, compared by other means than the code under test.
    for path, value in iter_leaves(wanted):
        holder: Any = result
        for name in path:
            holder = (holder or {}).get(name)
        is_exact = path[-1] == "externalId" or path[0] == CUSTOM or path[-1] == "value"
        assert normalize_text(holder, is_exact) == normalize_text(value, is_exact)
    for entry in wanted.get("emails", ()):
        same_type = [e for e in result.get("emails") or () if has_type(e, entry["type"])]
        if entry["value"] is not None:
            assert any(covers(email, entry) for email in same_type)
        elif entry.get("display") is None:
            assert not same_type
    # Nothing else changed.
    unstated = {name: value for name, value in found.items() if name not in wanted}
    assert {name: result.get(name) for name in unstated} == unstated
    if is_partial:
        types = [entry["type"] for entry in wanted.get("emails", ())]
        before, after = (
            [e["value"] for e in emails or () if not any(has_type(e, type_) for type_ in types)]
            for emails in (found.get("emails"), result.get("emails"))
        )
        assert before == after


def iter_leaves(node: dict[str, Any], *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path and value of everything that is stated but lists."""
    for name, value in node.items():
        if isinstance(value, dict):
            yield from iter_leaves(value, *path, name)
        elif not isinstance(value, list):
            yield (*path, name), value


def normalize_text(value: Any, is_exact: bool) -> Any:
    text = normalize("NFC", value) if isinstance(value, str) else value
    return text if is_exact or not isinstance(text, str) else text.casefold()


def has_type(email: dict[str, Any], type_: str) -> bool:
    return email["type"].casefold() == type_.casefold()


def covers(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Return whether an address has all that is wanted."""
    return all(
        normalize_text(found.get(name) or False, False) == normalize_text(value or False, False)
        for name, value in wanted.items()
    )
