"""Undeclared extensions: a URN that a resource lists, or under which it has an object."""

from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath
from britive_scim.scim.names import ENTERPRISE_USER, GROUP, USER
from support.each_value import each_value

URN = "urn:acme:x:1.0:User"
LISTED = {"schemas": [USER, URN], "userName": "u"}
HELD = {"schemas": [USER], "userName": "u", URN: {"badge": "7"}}
BOTH = {**LISTED, URN: {"badge": "7"}}
CLOSED = scim.ResourceSchema.of(scim.User)


def patch(*operations: tuple[Any, ...]) -> scim.PatchRequest:
    return scim.PatchRequest([scim.PatchOperation(*operation) for operation in operations])


@each_value("schema", [None, scim.User])
def test_filter_finds_undeclared_extension(schema: Any) -> None:
    for wire in (HELD, BOTH):
        for resource in (wire, scim.User.from_wire(wire)):
            assert scim.parse_filter(f'{URN}:badge eq "7"').matches(resource, schema)
            assert not scim.parse_filter(f'{URN}:badge ne "7"').matches(resource, schema)
            assert scim.parse_filter(f"not ({URN}:shoe pr)").matches(resource, schema)
            assert scim.parse_filter(f'{URN.upper()}:Badge eq "7"').matches(resource, schema)
    assert not scim.parse_filter(f"{URN}:badge pr").matches(LISTED, schema)
    assert scim.parse_filter(f'{URN}:badge eq "7"').compile()(scim.User.from_wire(HELD))
    assert scim.parse_filter(f'{URN}:badge eq "7"').compile(scim.User, strict=False)(HELD)


def test_explicit_schema_declares_all_extensions() -> None:
    filter_ = scim.parse_filter(f'{URN}:badge eq "7"')
    assert not filter_.matches(BOTH, CLOSED, strict=False)
    for resource in (BOTH, scim.User.from_wire(BOTH)):
        with pytest.raises(InvalidFilter):
            filter_.matches(resource, CLOSED)
        with pytest.raises(InvalidPath):
            patch(("replace", f"{URN}:badge", "8")).apply(resource, CLOSED)
        kept = patch(("replace", "title", "t")).apply(resource, CLOSED)
        assert (kept if isinstance(kept, dict) else kept.to_wire())["schemas"] == [USER, URN]
    assert scim.select(BOTH, attributes=f"{URN}:badge", schema=CLOSED) == {
        "schemas": BOTH["schemas"]
    }


@each_value("schema", [None, scim.User])
def test_patch_changes_undeclared_extension(schema: Any) -> None:
    for wire in (LISTED, HELD, BOTH):
        for resource in (wire, scim.User.from_wire(wire)):
            after: Any = patch(("add", f"{URN}:badge", "8")).apply(resource, schema)
            after = after if isinstance(after, dict) else after.to_wire()
            assert (after["schemas"], after[URN]) == ([USER, URN], {"badge": "8"})
    removed = patch(("remove", f"{URN}:badge")).apply(BOTH, schema)
    assert removed == {"schemas": [USER], "userName": "u"}
    assert patch(("replace", "title", "t")).apply(LISTED, schema)["schemas"] == [USER, URN]


def test_patch_of_schemas_declares_extension() -> None:
    plain = {"schemas": [USER], "userName": "u"}
    for operations in (
        [("add", "schemas", [URN]), ("add", f"{URN}:badge", "8")],
        [("add", "schemas", URN), ("add", None, {URN: {"badge": "8"}})],
        [("replace", "schemas", [USER, URN]), ("replace", f"{URN}:badge", "8")],
        [("add", None, {f"{URN}:badge": "8", "schemas": [URN]})],
    ):
        for resource in (plain, scim.User.from_wire(plain)):
            after: Any = patch(*operations).apply(resource)
            after = after if isinstance(after, dict) else after.to_wire()
            assert after == {"schemas": [USER, URN], "userName": "u", URN: {"badge": "8"}}
    assert patch(("add", "schemas", [URN])).apply(plain) == plain
    for operations in (
        [("add", f"{URN}:badge", "8")],
        [("add", f"{URN}:badge", "8"), ("add", "schemas", [URN])],
        [("add", None, {URN: {"badge": "8"}})],
        [("add", "schemas", [URN, 7, "no URN"]), ("add", "urn:other:User:x", 1)],
    ):
        with pytest.raises(InvalidPath):
            patch(*operations).apply(plain)
    with pytest.raises(InvalidPath):
        patch(("add", "schemas", [URN]), ("add", f"{URN}:badge", "8")).apply(plain, CLOSED)


def test_select_diff_and_read_find_undeclared_extension() -> None:
    for wire in (HELD, BOTH):
        for resource in (wire, scim.User.from_wire(wire)):
            assert scim.select(resource, attributes=f"{URN}:badge")[URN] == {"badge": "7"}
            assert URN not in scim.select(resource, excluded=URN)
            assert scim.select(resource, attributes=URN, schema=scim.User)[URN] == {"badge": "7"}
            assert scim.read(resource, f"{URN}:shoe", scim.User, strict=True) is None
            assert scim.read(resource, f"{URN}:badge") == "7"
            assert scim.read(resource, f"{URN}:shoe", strict=True) is None
    changed = {**HELD, URN: {"badge": "8"}}
    request = scim.diff(HELD, changed)
    assert request.to_wire()["Operations"] == [
        {"op": "replace", "path": f"{URN}:badge", "value": "8"}
    ]
    assert scim.User.from_wire(BOTH).at(f"{URN}:shoe") is None


def test_type_of_another_resource_is_not_an_extension() -> None:
    user = {"schemas": [USER, GROUP], "userName": "u"}
    with pytest.raises(InvalidPath):
        patch(("add", f"{GROUP}:displayName", "x")).apply(user, scim.User)


def test_urn_has_one_spelling() -> None:
    odd = ENTERPRISE_USER.upper()
    wire = {"schemas": [USER, odd], "userName": "u", odd: {"department": "d"}}
    assert scim.User.from_wire(wire).to_wire() == {
        "schemas": [USER, ENTERPRISE_USER],
        "userName": "u",
        ENTERPRISE_USER: {"department": "d"},
    }
    other = URN.replace("acme", "ACME")
    wire = {"schemas": [USER.upper(), other], "userName": "u", URN: {"badge": "7"}}
    assert scim.User.from_wire(wire).to_wire()["schemas"] == [USER, URN]
    after = patch(("add", f"{URN}:shoe", 1)).apply(wire)
    (key,) = [name for name in after if ":" in name]
    assert key in after["schemas"]
    assert after[key] == {"badge": "7", "shoe": 1}
