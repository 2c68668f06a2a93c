"""Hypothesis strategies for PATCH: resources in wire form, operations that fit them, and any JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.scim.names import CUSTOM_USER, ENTERPRISE_USER, GROUP, USER
from britive_scim.scim.schemas.resource_schema import ResourceSchema

LAB_DOCUMENT = json.loads(
    (Path(__file__).parent.parent / "data" / "vectors" / "test-extension.schema.json").read_text(
        "utf-8"
    )
)
LAB: str = LAB_DOCUMENT["id"]
USER_SCHEMA = ResourceSchema.of(scim.User, extensions=[LAB_DOCUMENT])
GROUP_SCHEMA = ResourceSchema.of(scim.Group)

WORDS = ["a", "b", "A", "work", "home", "x@example.com", "é", "Straße", "K", 'it\'s "q"', "", " a "]
words = st.sampled_from(WORDS)
ids = st.sampled_from(["m1", "m2", "m3", "m4", "M1"])
datetimes = st.sampled_from(
    ["2024-01-02T03:04:05Z", "2024-01-02T04:04:05+01:00", "2025-06-07T08:09:10.5Z"]
)
binaries = st.sampled_from(["AQID", "AQ==", "AQ"])

# Any JSON value.
any_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2, width=16) | words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "Type", "primary", "x", "name.givenName"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def simple_value(attribute: Attribute) -> st.SearchStrategy[Any]:
    if attribute.name in {"value", "id"} and attribute.case_exact:
        return ids
    return {
        "boolean": st.booleans(),
        "integer": st.integers(-2, 2),
        "decimal": st.sampled_from([0, 1, 1.5, -2.25]),
        "dateTime": datetimes,
        "binary": binaries,
    }.get(attribute.type, words.filter(bool) if attribute.required else words)


def one_value(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Return a strategy for one value of an attribute in wire form."""
    if attribute.type != "complex":
        return simple_value(attribute)
    return st.fixed_dictionaries(
        {},
        optional={
            sub.name: one_value(sub)
            for sub in attribute.sub_attributes
            if sub.mutability != "readOnly"
        },
    )


def keep_one_primary(values: list[Any]) -> list[Any]:
    """Set `primary` on at most one value."""
    seen = False
    for value in values:
        if isinstance(value, dict) and value.get("primary"):
            value["primary"] = not seen
            seen = True
    return values


def whole_value(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Return a strategy for the complete value of an attribute in wire form."""
    if attribute.multi_valued:
        return st.lists(one_value(attribute), max_size=4).map(keep_one_primary)
    return one_value(attribute)


USER_ATTRIBUTES = [
    "userName",
    "title",
    "active",
    "name",
    "emails",
    "addresses",
    "roles",
    "x509Certificates",
]
ENTERPRISE_ATTRIBUTES = ["department", "manager"]
LAB_ATTRIBUTES = [
    "badgeNumber",
    "score",
    "hiredAt",
    "remote",
    "tags",
    "fingerprint",
    "employeeCode",
    "location",
    "licences",
]


def _object(
    schema: ResourceSchema, urn: str | None, names: list[str]
) -> st.SearchStrategy[dict[str, Any]]:
    attributes = [schema.find_attribute(urn, name) for name in names]
    return st.fixed_dictionaries(
        {}, optional={a.name: whole_value(a) for a in attributes if a is not None}
    )


def _user(
    parts: tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]],
) -> dict[str, Any]:
    core, enterprise, lab, custom = parts
    user: dict[str, Any] = {"schemas": [USER], "id": "u1", "userName": "ann"}
    user.update(core)
    for urn, content in ((ENTERPRISE_USER, enterprise), (LAB, lab), (CUSTOM_USER, custom)):
        if content:
            user["schemas"].append(urn)
            user[urn] = content
    return user


custom_values = (
    words
    | st.integers(0, 2)
    | st.booleans()
    | st.lists(words, max_size=3)
    | st.dictionaries(st.sampled_from(["p", "q"]), words, max_size=2)
    | st.lists(
        st.dictionaries(st.sampled_from(["value", "q"]), words, min_size=1, max_size=2), max_size=2
    )
)
users = st.tuples(
    _object(USER_SCHEMA, None, USER_ATTRIBUTES),
    _object(USER_SCHEMA, ENTERPRISE_USER, ENTERPRISE_ATTRIBUTES),
    _object(USER_SCHEMA, LAB, LAB_ATTRIBUTES),
    st.dictionaries(
        st.sampled_from(["costCentre", "Shoe Size", "skills"]), custom_values, max_size=2
    ),
).map(_user)

groups = st.builds(
    lambda name, members: {"schemas": [GROUP], "id": "g1", "displayName": name, "members": members},
    words.filter(bool),
    st.lists(
        st.fixed_dictionaries(
            {"value": ids}, optional={"type": st.sampled_from(["User", "Group"]), "display": words}
        ),
        max_size=5,
        unique_by=lambda member: member["value"],
    ),
)


def _paths() -> list[tuple[str, Attribute, bool]]:
    """Return paths, each with its attribute, and whether it selects single values of it."""
    paths: list[tuple[str, Attribute, bool]] = []
    for urn, names in (
        (None, USER_ATTRIBUTES),
        (ENTERPRISE_USER, ENTERPRISE_ATTRIBUTES),
        (LAB, LAB_ATTRIBUTES),
    ):
        for name in names:
            attribute = USER_SCHEMA.find_attribute(urn, name)
            assert attribute is not None
            path = name if urn is None else f"{urn}:{name}"
            paths.append((path, attribute, False))
            for sub in attribute.sub_attributes:
                paths.append((f"{path}.{sub.name}", sub, False))
            if attribute.multi_valued:
                filters = ['value eq "a"'] if attribute.type != "complex" else [
                    'type eq "work"', 'value eq "a" and type eq "home"', "primary eq true",
                    'not (type pr)', 'type eq "work" or value sw "b"',
                ]  # fmt: skip
                for text in filters:
                    paths.append((f"{path}[{text}]", attribute, True))
                    for sub in attribute.sub_attributes:
                        paths.append((f"{path}[{text}].{sub.name}", sub, False))
    return paths


PATHS = _paths()


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an operation on a user, valid in most cases."""
    op = draw(st.sampled_from(["add", "replace", "remove"]))
    if op != "remove" and draw(st.integers(0, 4)) == 0:
        return {
            "op": op,
            "value": draw(users.map(lambda user: {k: v for k, v in user.items() if k != "id"})),
        }
    path, attribute, item = draw(st.sampled_from(PATHS))
    operation: dict[str, Any] = {"op": op, "path": path}
    if op != "remove":
        valid = one_value(attribute) if item else whole_value(attribute)
        operation["value"] = draw(valid | valid | valid | st.none() | any_json)
    elif draw(st.integers(0, 5)) == 0:
        operation["value"] = draw(any_json)
    return operation
