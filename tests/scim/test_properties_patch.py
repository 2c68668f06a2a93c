"""Properties of PATCH and of differences, over generated resources and operations."""

import contextlib
import copy
import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.errors import BritiveScimError, InvalidFilter, InvalidPath, PatchError
from britive_scim.scim import names
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from support.patch_strategies import USER_SCHEMA, any_json, groups, operations, users

EXPECTED_ERRORS = (PatchError, InvalidPath, InvalidFilter)
slow = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)
dialects = st.sampled_from(["strict", "entra"])


def outcome(request: scim.PatchRequest, resource: Any, schema: ResourceSchema) -> Any:
    """Return the new resource, or the keyword of the error."""
    try:
        return request.apply(resource, schema)
    except EXPECTED_ERRORS as error:
        return error.scim_type


def parse_or_none(operations: list[Any], dialect: Any = "strict") -> scim.PatchRequest | None:
    try:
        return scim.PatchRequest.parse({"Operations": operations}, dialect)
    except EXPECTED_ERRORS:
        return None


@slow
@given(users, st.lists(operations(), min_size=1, max_size=3), dialects)
def test_apply_models_and_mappings_agree(user: Any, ops: list[Any], dialect: Any) -> None:
    request = parse_or_none(ops, dialect)
    if request is None:
        return
    on_mapping = outcome(request, user, USER_SCHEMA)
    on_model = outcome(request, scim.User.from_wire(user), USER_SCHEMA)
    if isinstance(on_mapping, str) or isinstance(on_model, str):
        assert on_mapping == on_model
    else:
        assert on_model.to_wire() == scim.User.from_wire(on_mapping).to_wire()


@slow
@given(users, st.lists(operations(), min_size=1, max_size=4), dialects)
def test_apply_leaves_resource_unchanged(user: Any, ops: list[Any], dialect: Any) -> None:
    request = parse_or_none(ops, dialect)
    if request is None:
        return
    before = json.dumps(user)
    model = scim.User.from_wire(user)
    model_before = repr(model.model_dump()), model.to_wire()
    outcome(request, user, USER_SCHEMA)
    outcome(request, model, USER_SCHEMA)
    assert json.dumps(user) == before
    assert (repr(model.model_dump()), model.to_wire()) == model_before


def first_of_each(value: Any) -> Any:
    if isinstance(value, list):
        return [first_of_each(item) for item in value[:1]]
    if isinstance(value, dict):
        return {name: first_of_each(member) for name, member in value.items()}
    return value


@slow
@given(users, operations(), dialects)
def test_add_twice_equals_add_once(user: Any, operation: Any, dialect: Any) -> None:
    # One value for each list: a second may be merged into the match of the first.
    value = first_of_each(operation.get("value", "a"))
    request = parse_or_none([{**operation, "op": "add", "value": value}], dialect)
    if request is None or "[" in operation.get("path", ""):
        return  # a filter may select other values after the change
    once = outcome(request, user, USER_SCHEMA)
    if not isinstance(once, str):
        assert request.apply(once, USER_SCHEMA) == once


@slow
@given(users, operations())
def test_remove_reverses_add(user: Any, operation: Any) -> None:
    path = operation.get("path")
    request = parse_or_none([{**operation, "op": "add", "value": operation.get("value", "a")}])
    if request is None or path is None:
        return
    after = outcome(request, user, USER_SCHEMA)
    removed = (
        outcome(scim.PatchRequest([{"op": "remove", "path": path}]), after, USER_SCHEMA)
        if not isinstance(after, str)
        else ""
    )
    if not isinstance(removed, str):
        assert scim.read(removed, path, USER_SCHEMA) is None


ids = st.sampled_from("abcdefghijklmnop")
member_operations = st.one_of(
    st.builds(lambda i: {"op": "remove", "path": f'members[value eq "{i}"]'}, ids),
    st.builds(
        lambda several: {"op": "add", "path": "members", "value": [{"value": i} for i in several]},
        st.lists(ids, min_size=1, max_size=3),
    ),
    st.builds(
        lambda i: {"op": "replace", "path": f'members[value eq "{i}"].display', "value": "New"},
        ids,
    ),
    st.builds(
        lambda several: {
            "op": "replace",
            "path": "members",
            "value": [{"value": i} for i in several],
        },
        st.lists(ids, min_size=1, max_size=3, unique=True),
    ),
    st.just({"op": "remove", "path": 'members[display eq "New"]'}),
)


@slow
@given(st.lists(ids, max_size=16), st.lists(member_operations, min_size=1, max_size=12))
@example(
    list("abcdefghijklmnop"),
    [{"op": "remove", "path": f'members[value eq "{i}"]'} for i in "bbacd"],
)
def test_apply_together_equals_apply_individually(members: Any, ops: list[Any]) -> None:
    """The index of a list between operations has no effect on the result."""
    group = {
        "schemas": [names.GROUP],
        "displayName": "G",
        "members": [{"value": i} for i in members],
    }
    for resource in (group, scim.Group.from_wire(group)):
        together = outcome(scim.PatchRequest(ops), resource, ResourceSchema.of(scim.Group))
        single: Any = resource
        for operation in ops:
            single = outcome(scim.PatchRequest([operation]), single, ResourceSchema.of(scim.Group))
            if isinstance(single, str):
                break
        assert together == single


@slow
@given(
    users,
    any_json,
    st.sampled_from(["add", "replace", "remove"]),
    dialects,
    st.sampled_from([None, "emails", "name", "active", 'emails[type eq "work"]', "manager"]),
)
def test_apply_raises_only_package_errors(
    user: Any, value: Any, op: str, dialect: Any, path: Any
) -> None:
    operation = {"op": op, "value": value} | ({} if path is None else {"path": path})
    for resource in (user, {**user, "emails": value, "name": value, "Active": value}):
        with contextlib.suppress(*EXPECTED_ERRORS):
            scim.PatchRequest.parse({"Operations": [operation]}, dialect).apply(resource)


@given(any_json)
def test_parse_raises_only_package_errors(data: Any) -> None:
    for body in (
        data,
        json.dumps(data),
        {"Operations": data},
        {"Operations": [data]},
        {"Operations": [{"op": data, "path": data}]},
    ):
        with contextlib.suppress(BritiveScimError):
            scim.PatchRequest.parse(body)


def with_custom(values: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [names.USER, names.CUSTOM_USER], "userName": "a", names.CUSTOM_USER: values}


@slow
@given(users, users)
@example(*(with_custom({"costCentre": value}) for value in ({"p": "a"}, ["a", "a"])))
def test_diff_of_users_applied_gives_other(one: Any, other: Any) -> None:
    request = scim.diff(one, other, schema=USER_SCHEMA)
    after = request.apply(one, USER_SCHEMA)
    writable = {**other}
    fixed = one.get(LAB_URN, {}).get("employeeCode")
    if fixed is not None:  # immutable: stays
        writable = {**other, LAB_URN: {**other.get(LAB_URN, {}), "employeeCode": fixed}}
    assert scim.equal(after, writable, schema=USER_SCHEMA) or is_blocked_by_required(one, other)
    models = scim.diff(scim.User.from_wire(one), scim.User.from_wire(other), schema=USER_SCHEMA)
    assert models == request


LAB_URN = "urn:example:params:scim:schemas:extension:lab:2.0:User"


def is_blocked_by_required(one: Any, other: Any) -> bool:
    """Return whether a required sub-attribute would be removed while its parent stays."""
    was, will = (user.get(LAB_URN, {}).get("location") or {} for user in (one, other))
    return "building" in was and "building" not in will


@slow
@given(groups, groups)
def test_diff_of_groups_applied_gives_other(one: Any, other: Any) -> None:
    request = scim.diff(one, other)
    assert scim.equal(request.apply(one), other)
    ops = [operation.op for operation in request.operations]
    assert ops == sorted(ops, key=["remove", "replace", "add"].index)
    assert scim.diff(scim.Group.from_wire(one), scim.Group.from_wire(other)) == request


@slow
@given(users)
def test_diff_of_equal_users_is_empty(user: Any) -> None:
    assert not scim.diff(user, copy.deepcopy(user), schema=USER_SCHEMA)
    assert not scim.diff(user, scim.User.from_wire(user), schema=USER_SCHEMA)
    assert scim.equal(user, scim.User.from_wire(user), schema=USER_SCHEMA)
