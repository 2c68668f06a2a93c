"""Multi-valued sub-attributes of complex values: comparison, PATCH, differences."""

from typing import Any

import pytest

from britive_scim import scim

CREW = {
    "id": "urn:example:crew:Crew",
    "name": "Crew",
    "attributes": [
        {
            "name": "crew",
            "type": "complex",
            "multiValued": True,
            "subAttributes": [{"name": "role"}, {"name": "names", "multiValued": True}],
        },
        {
            "name": "lead",
            "type": "complex",
            "subAttributes": [
                {"name": "names", "multiValued": True},
                {"name": "since", "type": "dateTime", "multiValued": True},
            ],
        },
    ],
}
THERE = {"crew": [{"role": "x", "names": ["A", "b"]}], "lead": {"names": ["A", "b"]}}


@pytest.fixture
def schema() -> scim.ResourceSchema:
    return scim.ResourceSchema.of(CREW)


def crew(*names: str) -> dict[str, Any]:
    return {"crew": [{"role": "x", "names": list(names)}], "lead": {"names": list(names)}}


def test_equal_sub_values_in_other_order_are_equal(schema: scim.ResourceSchema) -> None:
    assert scim.equal(THERE, crew("b", "A"), schema=schema)
    assert not scim.diff(THERE, crew("b", "A"), schema=schema)
    assert not scim.equal(THERE, crew("b"), schema=schema)
    assert not scim.equal(THERE, crew("b", "a"), schema=schema)


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (("b", "a"), {"ignore_case": "crew.names,lead"}),
        (("B", "a"), {"ignore_case": ["crew", "lead.names"]}),
        (("A ", " b"), {"ignore_whitespace": ["crew.names", "lead.names"]}),
        ((" B", "a "), {"ignore_whitespace": "crew,lead", "ignore_case": "crew,lead"}),
        (("c",), {"ignore": "crew.names,lead.names"}),
    ],
)
def test_equal_options_apply_to_sub_values(
    schema: scim.ResourceSchema, names: tuple[str, ...], options: Any
) -> None:
    assert not scim.diff(THERE, crew(*names), schema=schema, **options)
    assert scim.diff(THERE, crew(*names), schema=schema)


def test_diff_sub_values_names_sub_attribute(schema: scim.ResourceSchema) -> None:
    request = scim.diff(THERE, {**THERE, "lead": {"names": ["c"]}}, schema=schema)
    assert [tuple(o.to_wire().values()) for o in request.operations] == [
        ("replace", "lead.names", ["c"])
    ]
    request = scim.diff(THERE, {**THERE, "crew": crew("c")["crew"]}, schema=schema)
    assert scim.equal(request.apply(THERE, schema), {**THERE, "crew": crew("c")["crew"]})


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (("add", "crew", [{"names": ["B", "a"], "role": "X"}]), THERE),
        (("add", "lead", {"names": ["B", "z"]}), {**THERE, "lead": {"names": ["A", "b", "z"]}}),
        (("add", "lead.names", ["z"]), {**THERE, "lead": {"names": ["A", "b", "z"]}}),
        (("replace", "lead.names", ["z"]), {**THERE, "lead": {"names": ["z"]}}),
        (("replace", "lead.names", []), {"crew": THERE["crew"]}),
        (
            ("replace", 'crew[role eq "x"].names', ["B", "z"]),
            {**THERE, "crew": [{"role": "x", "names": ["B", "z"]}]},
        ),
        (
            ("add", "crew", [{"names": ["z"]}]),
            {**THERE, "crew": [*crew("A", "b")["crew"], {"names": ["z"]}]},
        ),
        (("remove", 'crew[names eq "a"]'), {"lead": THERE["lead"]}),
        (("remove", 'crew[names eq "z"]'), THERE),
        (("remove", 'crew[names eq "a" and role eq "X"]'), {"lead": THERE["lead"]}),
        (("remove", "crew.names"), {**THERE, "crew": [{"role": "x"}]}),
        (("remove", "crew", [{"names": ["b", "a"]}]), {"lead": THERE["lead"]}),
        (("remove", "crew", [{"names": ["b"]}]), THERE),
        (("replace", None, {"lead": {"names": None}}), {"crew": THERE["crew"]}),
    ],
)
def test_patch_sub_values_are_set_as_a_whole(
    schema: scim.ResourceSchema, operation: Any, left: Any
) -> None:
    op, path, *value = operation
    given = {"op": op, "path": path} | ({"value": value[0]} if value else {})
    assert scim.PatchRequest([given]).apply(THERE, schema) == left


def test_equal_sub_datetimes_compare_as_instants(schema: scim.ResourceSchema) -> None:
    one = {"lead": {"since": ["2026-03-01T12:00:00Z"]}}
    same = {"lead": {"since": ["2026-03-01T14:00:00+02:00"]}}
    assert scim.equal(one, same, schema=schema)
    assert (
        scim.PatchRequest([{"op": "add", "path": "lead", "value": same["lead"]}]).apply(one, schema)
        == one
    )
    assert scim.parse_filter('lead.since gt "2026-03-01T13:59:59+02:00"').matches(one, schema)


class Post(scim.Complex):
    names: list[str] | None = None


class Sailor(scim.Resource):
    __schema__ = "urn:example:sailor:Sailor"

    post: Post | None = None


def test_patch_replaced_list_drops_unread_values() -> None:
    sailor = Sailor.from_wire({"post": {"names": ["a", True]}})
    assert [one.path for one in sailor.unread] == ["post.names[1]"]
    replaced = scim.PatchRequest([{"op": "replace", "path": "post.names", "value": ["b"]}])
    assert replaced.apply(sailor).to_wire()["post"] == {"names": ["b"]}
    added = scim.PatchRequest([{"op": "add", "path": "post.names", "value": ["b"]}])
    assert added.apply(sailor).to_wire()["post"] == {"names": ["a", True, "b"]}
    assert sailor.to_wire()["post"] == {"names": ["a", True]}
