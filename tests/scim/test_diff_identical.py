"""`scim.diff` and `scim.equal` of unchanged states, and of values that are equal only in Python."""

import copy
from typing import Any

import pytest
from hypothesis import given

from britive_scim import scim
from britive_scim.errors import InvalidPath, PatchError
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, USER
from support.patch_strategies import USER_SCHEMA, users

ANA: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE_USER, CUSTOM_USER],
    "userName": "ana@acme.com",
    "name": {"givenName": "Ana", "familyName": "Diaz"},
    "emails": [{"value": "ana@acme.com", "type": "work", "primary": True}],
    "active": True,
    ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "u2"}},
    CUSTOM_USER: {"floor": 1, "remote": False, "ratio": 0.5, "shift": None},
}


def with_custom(value: Any, name: str = "floor") -> dict[str, Any]:
    return {**ANA, CUSTOM_USER: {**ANA[CUSTOM_USER], name: value}}


@given(users)
def test_diff_of_copy_is_empty(resource: dict[str, Any]) -> None:
    other = copy.deepcopy(resource)
    # `meta` is ignored; here it makes the states differ, so that attributes are compared.
    stamped = {**other, "meta": {"resourceType": "User", "version": "2"}}
    for after in (other, stamped):
        assert not scim.diff(resource, after, schema=USER_SCHEMA)
        assert scim.equal(resource, after, schema=USER_SCHEMA)


@pytest.mark.parametrize("read", [dict, scim.User.from_wire])
def test_diff_value_of_other_json_type_is_change(read: Any) -> None:
    ana = read(ANA)
    for value in (True, "1", [1], {"value": 1}, 2, None):
        other = read(with_custom(value))
        assert scim.diff(ana, other), value
        assert not scim.equal(ana, other), value
    for name, value in (("remote", 0), ("shift", 1), ("desk", 7)):
        assert not scim.equal(ana, read(with_custom(value, name))), name
        assert not scim.equal(read(with_custom(value, name)), ana), name


@pytest.mark.parametrize("read", [dict, scim.User.from_wire])
def test_equal_null_and_missing_value_are_equal(read: Any) -> None:
    without = {**ANA, CUSTOM_USER: {k: v for k, v in ANA[CUSTOM_USER].items() if k != "shift"}}
    renamed = {**without, CUSTOM_USER: {**without[CUSTOM_USER], "desk": None}}
    assert scim.equal(read(ANA), read(without))
    assert scim.equal(read(ANA), read(renamed))
    assert not scim.diff(read(ANA), read(renamed))


def test_diff_of_model_with_itself_is_empty() -> None:
    ana = scim.User.from_wire(ANA)
    request = scim.diff(ana, ana)
    assert not request
    assert request.apply(ana) == ana


def test_diff_of_identical_states_checks_arguments() -> None:
    with pytest.raises(InvalidPath):
        scim.diff(ANA, ANA, ignore=["titel"])
    with pytest.raises(InvalidPath):
        scim.equal(ANA, ANA, ignore=["titel"])
    with pytest.raises(ValueError, match="unset must be"):
        scim.diff(ANA, ANA, unset="drop")  # type: ignore[arg-type]  # the error is tested
    with pytest.raises(PatchError, match="resource must be a model or a mapping"):
        scim.diff(7, 7)  # type: ignore[arg-type]  # the error is tested


def test_equal_tuples_of_values_are_compared_by_schema() -> None:
    ana, other = ({**ANA, "emails": tuple(copy.deepcopy(ANA["emails"]))} for _ in range(2))
    assert scim.equal(ana, other)
    assert not scim.diff(ana, other)
    assert not scim.equal(ana, {**other, "emails": ()})
