"""Strings in place of complex values, in filters on mappings, as models read them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.scim.names import ENTERPRISE_USER, GROUP
from support.each_value import each_value
from support.filter_strategies import freeze

USER: dict[str, Any] = {
    "userName": "u",
    "emails": ["a@x", {"value": "b@x", "type": "home"}, ""],
    "phoneNumbers": "123",
    "addresses": ["High St"],
    "photos": [""],
    ENTERPRISE_USER: {"manager": "77"},
}

FILTERS = [
    ('emails eq "A@X"', True),
    ('emails.value eq "a@x"', True),
    ('emails.value ne "a@x"', True),
    ('emails[value eq "a@x"]', True),
    ('emails[value eq "a@x" and not (type pr)]', True),
    ('emails[value eq "a@x" and type eq "home"]', False),
    ('emails[value sw "a" and primary eq false]', True),
    ("emails.primary eq true", False),
    ("emails.type pr", True),
    ('emails[value eq ""]', False),
    ('emails[not (value eq "a@x" or value eq "b@x")]', False),
    ('phoneNumbers.value eq "123"', True),
    ('phoneNumbers[value eq "123"]', True),
    ("addresses pr", True),
    ('addresses[streetAddress eq "High St"]', False),
    ("photos pr", False),
    ("photos eq null", True),
    (f'{ENTERPRISE_USER}:manager eq "77"', True),
    (f'{ENTERPRISE_USER}:manager.value eq "77"', True),
    (f'{ENTERPRISE_USER}:manager[value eq "77"]', True),
    (f"{ENTERPRISE_USER}:manager.displayName pr", False),
    (f'{ENTERPRISE_USER}[manager eq "77"]', True),
    (f'{ENTERPRISE_USER}:manager.value ne "77"', False),
]


@each_value("text, expected", FILTERS)
def test_string_stands_for_complex_value(text: str, expected: bool) -> None:
    filter_ = scim.parse_filter(text)
    assert filter_.matches(USER) is expected
    assert filter_.matches(freeze(USER)) is expected
    assert filter_.compile()(USER) is expected
    if "addresses" not in text:  # the type has no `value`, so a model does not read it
        assert filter_.matches(scim.User.from_wire(USER)) is expected


_strings = st.sampled_from(["a", "B", ""])
_elements = _strings | st.fixed_dictionaries({}, optional={"value": _strings, "type": _strings})


@given(
    st.lists(_elements, max_size=3) | _strings,
    st.sampled_from(["value", "type", "primary"]),
    st.sampled_from(["eq", "ne", "sw", "in", "not in"]),
    st.sampled_from(["plain", "brackets", "negated"]),
)
def test_mapping_matches_as_model_that_read_it(emails: Any, name: str, op: str, form: str) -> None:
    attribute = scim.attr(name)
    literal: Any = True if name == "primary" else "b"
    if op in ("in", "not in"):
        condition = attribute.eq(literal) | attribute.eq(None)
        condition = condition if op == "in" else ~condition
    elif name == "primary":
        condition = attribute.ne(literal) if op == "ne" else attribute.eq(literal)
    else:
        condition = getattr(attribute, op)(literal)
    filter_: scim.Filter = scim.attr("emails")[condition]
    if form == "negated":
        filter_ = scim.attr("emails")[~condition]
    elif form == "plain" and isinstance(condition, scim.Compare):
        filter_ = scim.Compare(scim.parse_path(f"emails.{name}"), condition.op, condition.value)
    user = {"userName": "u", "emails": emails}
    assert filter_.matches(user) is filter_.matches(scim.User.from_wire(user))


def test_path_with_filter_selects_string() -> None:
    group = {"schemas": [GROUP], "displayName": "g", "members": ["1", {"value": "2"}, "3"]}

    def apply(op: str, path: str, *value: Any) -> Any:
        return scim.PatchRequest([scim.PatchOperation(op, path, *value)]).apply(group)["members"]

    for path in (
        'members[value eq "1"]',
        'members[value sw "1"]',
        'members[value eq "1" or type pr]',
    ):
        assert apply("remove", path) == [{"value": "2"}, "3"]
    assert apply("remove", "members", [{"value": "1", "type": "User"}, {"value": "2"}]) == ["3"]
    assert apply("add", "members", [{"value": "3"}]) == group["members"]
    assert apply("replace", 'members[value eq "3"].display', "C") == [
        "1",
        {"value": "2"},
        {"value": "3", "display": "C"},
    ]
    many = [{"value": str(n)} for n in (3, 1, 9, 8, 7)]
    assert apply("remove", "members", many) == [{"value": "2"}]


def test_operations_reach_strings_as_models_do() -> None:
    emails, manager = {"userName": "u", "emails": ["a@x"]}, f"{ENTERPRISE_USER}:manager"
    for path in (manager, f'{manager}[value eq "77"]', f"{manager}.value"):
        request = scim.PatchRequest([scim.PatchOperation("remove", path)])
        assert ENTERPRISE_USER not in request.apply(USER)
    removed = scim.PatchRequest([scim.PatchOperation("remove", "emails.value")]).apply(emails)
    assert "emails" not in removed
    replaced = scim.PatchRequest([scim.PatchOperation("replace", "emails.type", "work")])
    assert replaced.apply(emails)["emails"] == [{"value": "a@x", "type": "work"}]


def test_read_of_value_finds_strings() -> None:
    assert scim.read(USER, "emails.value") == ["a@x", "b@x"]
    assert scim.read(USER, 'emails[value eq "a@x"].value') == "a@x"
    assert scim.read(USER, f"{ENTERPRISE_USER}:manager.value") == "77"
    assert scim.read(USER, "addresses.streetAddress") is None


def test_diff_takes_strings_as_values() -> None:
    group = {"schemas": [GROUP], "displayName": "g"}
    for before in (group, {**group, "members": []}, {**group, "members": ["1"]}):
        after = {**group, "members": ["2"]}
        assert scim.diff(before, after).apply(before)["members"] == [{"value": "2"}]
    assert not scim.diff({**group, "members": ["1"]}, {**group, "members": [{"value": "1"}]})
    objects = {**USER, "emails": [{"value": "a@x"}, {"value": "b@x", "type": "home"}]}
    objects |= {"phoneNumbers": [{"value": "123"}], ENTERPRISE_USER: {"manager": {"value": "77"}}}
    assert scim.equal(USER, objects)
    assert not scim.diff(USER, objects)
    changed = {**USER, ENTERPRISE_USER: {"manager": "78"}}
    assert scim.equal(scim.diff(USER, changed).apply(USER), changed)
