"""Sets of literals: an `or` of `eq` and an `and` of `ne` are one look-up, with the same result."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.errors import InvalidResource
from britive_scim.scim.names import GROUP
from support.costs import count_instructions
from support.each_value import each_value
from support.filter_strategies import (
    ATTRIBUTES,
    LAB,
    LAB_USER,
    invalid_resources,
    users,
    valid_filters,
)


def unoptimised(filter_: scim.Filter) -> scim.Filter:
    """Return an equivalent filter whose comparisons cannot be joined: each is negated twice."""
    if isinstance(filter_, scim.And | scim.Or):
        return type(filter_)(unoptimised(item) for item in filter_.items)
    if isinstance(filter_, scim.Not):
        return scim.Not(unoptimised(filter_.item))
    if isinstance(filter_, scim.ValuePath):
        return replace(filter_, filter=unoptimised(filter_.filter))
    return scim.Not(scim.Not(filter_)) if isinstance(filter_, scim.Compare) else filter_


@st.composite
def comparisons(draw: st.DrawFn) -> scim.Filter:
    """Draw an `or` of `eq`, or an `and` of `ne`, on one attribute, with other conditions between."""
    name = draw(st.sampled_from(sorted(ATTRIBUTES)))
    values, _ = ATTRIBUTES[name]
    is_or = draw(st.booleans())
    path, op = scim.parse_path(name), "eq" if is_or else "ne"
    literals = draw(st.lists(st.sampled_from([*values, None]), min_size=2, max_size=6))
    items: list[scim.Filter] = [scim.Compare(path, cast("Any", op), value) for value in literals]
    items += draw(st.lists(valid_filters, max_size=2))
    items = draw(st.permutations(items))
    return scim.Or(items) if is_or else scim.And(items)


@given(comparisons() | valid_filters, users | invalid_resources)
def test_sets_equal_unoptimised_evaluation(filter_: scim.Filter, resource: dict[str, Any]) -> None:
    expected = unoptimised(filter_).matches(resource, LAB_USER, strict=False)
    assert filter_.matches(resource, LAB_USER, strict=False) is expected
    try:
        model = scim.User.from_wire(resource)
    except InvalidResource:  # no JSON, such as an infinity
        return
    expected = unoptimised(filter_).matches(model, LAB_USER, strict=False)
    assert filter_.matches(model, LAB_USER, strict=False) is expected


@given(
    st.lists(st.sampled_from(["a", "A", "b", "é", "e\u0301", None]), min_size=2, max_size=4),
    st.sampled_from(["value", "display", "type"]),
    st.booleans(),
    st.lists(
        st.fixed_dictionaries(
            {}, optional={n: st.sampled_from(["a", "B", "é", None]) for n in ("value", "type")}
        ),
        max_size=3,
    ),
)
def test_sets_in_brackets_equal_unoptimised_evaluation(
    literals: list[Any], name: str, is_or: bool, members: list[Any]
) -> None:
    attribute = scim.attr(name)
    compares = [attribute.eq(value) if is_or else attribute.ne(value) for value in literals]
    inner = scim.Or(compares) if is_or else scim.And(compares)
    group = {"schemas": [GROUP], "members": members}
    for filter_ in (scim.attr("members")[inner], scim.attr("members")[~inner]):
        expected = unoptimised(filter_).matches(group)
        assert filter_.matches(group) is expected
        assert filter_.matches(scim.Group.from_wire(group)) is expected
    selected = scim.PatchRequest(
        [scim.PatchOperation("remove", scim.parse_path(f"members[{inner}]"))]
    ).apply(group)
    kept = scim.PatchRequest(
        [scim.PatchOperation("remove", scim.parse_path(f"members[{unoptimised(inner)}]"))]
    ).apply(group)
    assert selected == kept


@each_value(
    "text, resource, expected",
    [
        ('userName eq "a" or userName eq "B"', {"userName": "b"}, True),
        ('id eq "a" or id eq "B"', {"id": "b"}, False),
        ('title eq "a" or title eq null', {}, True),
        ('title ne "a" and title ne "b"', {}, True),
        ('title ne "a" and title ne "b"', {"title": "B"}, False),
        ('title ne "a" and title ne "b"', {"title": ["a", "b"]}, True),
        ('title ne "a" and title ne "b"', {"title": ["a", "A"]}, False),
        ('title ne "a" and title ne "b"', {"title": 5}, True),
        ('title ne "a" and title ne "b" and active eq true', {"title": "c"}, False),
        ('emails.value ne "a" and emails.value ne "b"', {"emails": [{"value": "a"}, {"value": "b"}]}, True),
        ('emails.value ne "a" and emails.value ne "b"', {"emails": [{"value": "a"}]}, False),
        ('emails eq "a" or emails.value eq "b"', {"emails": [{"value": "b"}]}, True),
        (
            'meta.created eq "2020-01-01T00:00:00Z" or meta.created eq "2021-01-01T00:00:00Z"',
            {"meta": {"created": "2021-01-01T01:00:00+01:00"}},
            True,
        ),
        ('id eq "a" or title eq "x" or id eq "b"', {"title": "X"}, True),
        ("active eq true or active eq false", {"active": True}, True),
        ("active ne true and active ne false", {"active": True}, False),
        ("emails.primary eq true or emails.primary eq false", {"emails": [{"value": "a"}]}, True),
    ],
)  # fmt: skip
def test_joined_comparisons_match(text: str, resource: dict[str, Any], expected: bool) -> None:
    filter_ = scim.parse_filter(text)
    assert filter_.matches(resource) is expected
    assert unoptimised(filter_).matches(resource) is expected


@each_value("value", [1, 1.0, True, "1", "TRUE", "x", 2])
def test_literals_of_several_types_stay_apart(value: Any) -> None:
    custom = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
    text = f'{custom}:x eq 1 or {custom}:x eq true or {custom}:x eq "x"'
    filter_, resource = scim.parse_filter(text), {custom: {"x": value}}
    expected = value in ("x", "TRUE") or (value == 1 and not isinstance(value, str))
    assert filter_.matches(resource) is expected
    assert unoptimised(filter_).matches(resource) is expected


def test_instants_of_model_are_found() -> None:
    filter_ = scim.parse_filter(
        f'{LAB}:hiredAt ne "2020-01-01T00:00:00Z" and {LAB}:hiredAt ne "2021-01-01T00:00:00Z"'
    )
    user = scim.User(meta=scim.Meta(created=datetime(2021, 1, 1, tzinfo=UTC)))
    created = scim.parse_filter(str(filter_).replace(f"{LAB}:hiredAt", "meta.created"))
    assert created.compile()(user) is False
    assert created.compile()(scim.User()) is True


def test_path_with_many_ids_selects_them() -> None:
    inner = " or ".join(f'value eq "{number}"' for number in range(0, 400, 2))
    group = {"schemas": [GROUP], "members": [{"value": str(number)} for number in range(400)]}
    request = scim.PatchRequest([scim.PatchOperation("remove", f"members[{inner}]")])
    for resource in (group, scim.Group.from_wire(group)):
        after: Any = request.apply(resource)
        after = after if isinstance(after, dict) else after.to_wire()
        assert [int(member["value"]) for member in after["members"]] == list(range(1, 400, 2))


def test_look_up_work_does_not_grow_with_conditions() -> None:
    user = {"userName": "nobody"}

    def count(size: int) -> int:
        filter_ = scim.parse_filter(" or ".join(f'userName eq "u{n}"' for n in range(size)))
        predicate = filter_.compile()
        for _ in range(60):  # compiled by then
            predicate(user)
        return count_instructions(lambda: predicate(user))

    assert 0 < count(2_000) <= count(10)
