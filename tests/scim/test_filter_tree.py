"""Filter nodes as Python values."""

import copy
import pickle

import pytest
from hypothesis import given

from britive_scim import errors, scim
from britive_scim.scim.filters.tokens import MAX_NESTING
from support.each_value import each_value
from support.filter_strategies import filters, value_filters

PATH = scim.Path(None, "a")
A, B, C = (scim.parse_filter(f"{name} pr") for name in "abc")


@given(filters)
def test_filter_printed_parses_to_same_filter(filter_: scim.Filter) -> None:
    text = str(filter_)
    read = scim.parse_filter(text, max_depth=max(filter_.nesting, 1))

    assert read == filter_
    assert hash(read) == hash(filter_)
    assert str(read) == text
    assert read.to_sexpr() == filter_.to_sexpr()
    text.encode()  # must be encodable to be sent


@given(filters)
def test_filter_survives_pickle_and_copy(filter_: scim.Filter) -> None:
    assert pickle.loads(pickle.dumps(filter_)) == filter_
    assert copy.copy(filter_) is filter_
    assert copy.deepcopy(filter_) is filter_
    assert (
        eval(repr(filter_), {"parse_filter": lambda text: scim.parse_filter(text, max_depth=99)})
        == filter_
    )


@given(filters)
def test_filter_depth_is_that_of_parser(filter_: scim.Filter) -> None:
    if filter_.nesting > 0:
        with pytest.raises(errors.InvalidFilter, match="brackets must nest at most"):
            scim.parse_filter(str(filter_), max_depth=filter_.nesting - 1)


@given(filters, filters)
def test_filter_operators_join_filters(one: scim.Filter, other: scim.Filter) -> None:
    assert one & other == scim.And((one, other))
    assert one | other == scim.Or((one, other))
    assert ~one == scim.Not(one)


@given(value_filters)
def test_filter_inside_brackets_has_no_brackets(inner: scim.Filter) -> None:
    assert inner.is_value_filter()
    path = scim.ValuePath(PATH, inner)
    assert not path.is_value_filter()
    assert not (path & A).is_value_filter()
    assert not (~path).is_value_filter()
    with pytest.raises(errors.InvalidFilter, match="must not contain brackets"):
        scim.ValuePath(PATH, A | path)


def test_filter_literals_differ_by_type() -> None:
    nodes = [
        scim.Compare(PATH, "eq", value) for value in (True, 1, 1.0, "1", None, False, 0, 0.0, "")
    ]

    assert len(set(nodes)) == len(nodes)
    assert all(one != other for one in nodes for other in nodes if one is not other)
    assert len({scim.And((A, node)) for node in nodes}) == len(nodes)
    assert scim.Or((A, nodes[0])) != scim.Or((A, nodes[1]))
    assert scim.parse_filter("a eq 1") != scim.parse_filter("a eq 1.0")
    assert scim.parse_filter("a eq true") != scim.parse_filter("a eq 1")


def test_filter_nodes_differ_by_type_operator_and_path() -> None:
    assert scim.And((A, B)) != scim.Or((A, B))
    assert scim.parse_filter("a eq 1") != scim.parse_filter("a ne 1")
    assert scim.parse_filter("a eq 1") != scim.parse_filter("b eq 1")
    assert scim.parse_filter("a eq 1") != A
    assert scim.parse_filter("a pr") != scim.parse_filter("A pr"), "the spelling is preserved"


def test_filter_chain_of_one_operator_is_flat() -> None:
    assert ((A & B) & C).items == (A & (B & C)).items == (A, B, C)
    assert ((A | B) | C).items == (A | (B | C)).items == (A, B, C)
    assert scim.And(iter((A, B | C))).items == (A, scim.Or((B, C)))


@each_value(
    "filter_, text",
    [
        (A & (B | C), "a pr and (b pr or c pr)"),
        (A | (B & C), "a pr or b pr and c pr"),
        (~(A & B), "not (a pr and b pr)"),
        (~~A, "not (not (a pr))"),
        (scim.ValuePath(PATH, A | B) & C, "a[a pr or b pr] and c pr"),
        (
            scim.Compare(PATH, "eq", 'x"\\\n\x00\x7fé\ud800'),
            'a eq "x\\"\\\\\\n\\u0000\x7fé\\ud800"',
        ),
        (scim.Compare(PATH, "eq", "\ud83d\ude00"), 'a eq "😀"'),
        (scim.Compare(PATH, "eq", 1e300), "a eq 1e+300"),
        (scim.Compare(PATH, "eq", -0.0), "a eq -0.0"),
        (scim.Compare(PATH, "eq", 10**30), f"a eq 1{'0' * 30}"),
        (scim.Compare(PATH, "ne", None), "a ne null"),
        (scim.Compare(PATH, "ne", False), "a ne false"),
    ],
)
def test_filter_str_is_canonical(filter_: scim.Filter, text: str) -> None:
    assert str(filter_) == text
    assert repr(filter_) == f"parse_filter({text!r})"


@each_value(
    "value, text",
    [
        (1000.0, "1000.0"),
        (1e22, "10000000000000000000000.0"),
        (1.5e-7, "0.00000015"),
        (3.25, "3.25"),
    ],
)
def test_filter_sexpr_number_has_no_exponent(value: float, text: str) -> None:
    assert scim.Compare(PATH, "eq", value).to_sexpr() == f"(eq a {text})"


@pytest.mark.parametrize("node_type", [scim.And, scim.Or])
def test_filter_chain_needs_two_filters(node_type: type[scim.And]) -> None:
    for items in ((), (A,)):
        with pytest.raises(
            errors.InvalidFilter, match=f"{node_type.__name__} must have at least two filters"
        ):
            node_type(items)


@each_value("value", [float("nan"), float("inf"), 10**600, -(10**600), b"x", [], A])
def test_filter_invalid_literal_raises_error(value: object) -> None:
    with pytest.raises(errors.InvalidFilter):
        scim.Compare(PATH, "eq", value)


@each_value("op", ["EQ", "pr", "=", "eq 1 or a eq"])
def test_filter_unknown_operator_raises_error(op: str) -> None:
    with pytest.raises(errors.InvalidFilter, match="op must be one of"):
        scim.Compare(PATH, op, 1)


@pytest.mark.parametrize("text", ["emails[a pr]", "urn:a:2.0"])
def test_filter_condition_needs_attribute(text: str) -> None:
    with pytest.raises(errors.InvalidFilter):
        scim.Present(scim.parse_path(text))


def test_filter_deepest_can_be_walked() -> None:
    deep = A
    for _ in range(MAX_NESTING):
        deep = ~deep
    assert pickle.loads(pickle.dumps(deep)) == deep
    assert scim.parse_filter(str(deep), max_depth=MAX_NESTING) == deep
    deep.compile()({})

    for one_more in (
        lambda: ~deep,
        lambda: scim.ValuePath(PATH, deep),
        lambda: scim.And((A, scim.Or((A, ~deep)))),
    ):
        with pytest.raises(errors.InvalidFilter, match="nest at most 128 brackets"):
            one_more()


# More than 10,000 conditions are not compiled.
@pytest.mark.parametrize("size", [10_001, pytest.param(20_000, marks=pytest.mark.proof)])
def test_filter_large_flat_is_ordinary_value(size: int) -> None:
    large = scim.Or(scim.Compare(PATH, "eq", number) for number in range(size))
    again = scim.parse_filter(str(large))

    assert again == large
    assert hash(again) == hash(large)
    assert pickle.loads(pickle.dumps(large)) == large
    assert large.to_sexpr().startswith("(or (eq a 0) (eq a 1)")
    large.check(scim.User)
    assert not large.matches({"a": size - 1}), "the attribute is not declared"


def test_filter_joins_only_filters() -> None:
    with pytest.raises(TypeError):
        A & "b pr"
    with pytest.raises(TypeError):
        A | True


def test_filter_base_class_is_abstract() -> None:
    nothing = scim.Filter()
    for attempt in (nothing.to_sexpr, nothing.__str__):
        with pytest.raises(NotImplementedError):
            attempt()
