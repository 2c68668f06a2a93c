"""Random filters, evaluated by the package and by a second evaluator written from the rules."""

import contextlib
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from britive_scim import errors, scim
from support.costs import count_instructions
from support.each_value import each_value
from support.reference_evaluator import InvalidFilterError, draw_filter, draw_resource, matches

LAB = json.loads(
    (Path(__file__).parents[1] / "data" / "vectors" / "test-extension.schema.json").read_text(
        "utf-8"
    )
)
SCHEMA = scim.ResourceSchema.of(scim.User, extensions=[LAB])


def compare_evaluators(seed: int, count: int) -> set[bool | None]:
    """Compare `count` filters on three users each, and return the set of results."""
    chance = Random(seed)
    seen: set[bool | None] = set()
    for _ in range(count):
        node = draw_filter(chance)
        filter_ = scim.parse_filter(str(node))
        for _ in range(3):
            data = draw_resource(chance)
            try:
                expected = matches(node, data)
            except InvalidFilterError:
                with pytest.raises(errors.InvalidFilter):
                    filter_.compile(SCHEMA, strict=False)
                seen.add(None)
                break
            predicate = filter_.compile(SCHEMA, strict=False)
            message = f"seed {seed}: {node} on {json.dumps(data, ensure_ascii=False)}"
            assert predicate(data) is expected, message
            assert predicate(scim.User.from_wire(data)) is expected, message
            seen.add(expected)
    return seen


def draw_large_filter(chance: Random, valid: list[str], size: int) -> scim.Filter:
    """Return a filter of many small ones, nested at random."""
    items = [scim.parse_filter(text) for text in chance.choices(valid, k=size)]
    while len(items) > 1:
        group = items[: chance.choice((2, 3, 30))]
        del items[: len(group)]
        joined = chance.choice((scim.And, scim.Or))(group) if len(group) > 1 else group[0]
        items.append(~joined if chance.random() < 0.3 else joined)
    return items[0]


@each_value("seed", range(3))
def test_evaluators_agree(seed: int) -> None:
    assert compare_evaluators(seed, 150) == {True, False, None}


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 104))
def test_evaluators_agree_on_many_filters(seed: int) -> None:
    assert compare_evaluators(seed, 2_000) == {True, False, None}


def compare_large_filters(seed: int, count: int) -> set[bool]:
    """Compare large filters, which are compiled in parts, with the evaluation of the same in small ones."""
    chance = Random(seed)
    users = [draw_resource(chance) for _ in range(6)]
    valid: list[str] = []
    while len(valid) < 40:
        filter_ = scim.parse_filter(str(draw_filter(chance)))
        with contextlib.suppress(errors.InvalidFilter):
            filter_.compile(SCHEMA, strict=False)
            valid.append(str(filter_))
    seen: set[bool] = set()
    for _ in range(count):
        filter_ = draw_large_filter(chance, valid, chance.choice((70, 200)))
        predicate = filter_.compile(SCHEMA, strict=False)
        values = [value for data in users for value in (data, scim.User.from_wire(data))]
        general = [predicate(value) for value in values]  # the first evaluations are general
        for _ in range(6):
            compiled = [predicate(value) for value in values]
            assert compiled == general, f"seed {seed}: {filter_}"
        seen.update(general)
    return seen


@each_value("seed", range(2))
def test_large_filters_agree_with_general_evaluation(seed: int) -> None:
    assert compare_large_filters(seed, 8) == {True, False}


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(200, 204))
def test_many_large_filters_agree_with_general_evaluation(seed: int) -> None:
    assert compare_large_filters(seed, 100) == {True, False}


@each_value(
    "form",
    [
        "{}",
        "not ({})",
        "emails[{}]",
        'userName pr and ({}) and not (title eq "x")',
    ],
)
def test_large_filter_in_any_place_is_compiled_in_parts(form: str) -> None:
    names = ("type", "value", "display") if "[" in form else ("title", "nickName", "locale")
    for operator, word in (("co", "or"), ("ne", "and"), ("sw", "or")):
        text = f" {word} ".join(f'{name} {operator} "{n}"' for n in range(60) for name in names)
        filter_ = scim.parse_filter(form.format(text))
        predicate = filter_.compile(scim.User)
        users = [
            {"userName": "u", "title": "t 59", "emails": [{"value": "59", "type": "home"}]},
            {"userName": "u", "NICKNAME": "7"},
            {"userName": "u", "emails": [{"VALUE": "x"}, {"value": None}, "5"]},
            {"userName": "u", "emails": {"value": "x 3"}, "title": 5},
        ]
        values = [value for user in users for value in (user, scim.User.from_wire(user))]
        general = [predicate(value) for value in values]
        for _ in range(9):
            assert [predicate(value) for value in values] == general


@pytest.mark.parametrize("kind", ["dicts", "models"])
def test_cost_of_one_condition_is_constant(kind: str) -> None:
    user = {"userName": "u", "title": "t", "emails": [{"value": "a@b.example"}]}
    value: Any = user if kind == "dicts" else scim.User.from_wire(user)

    def count(size: int) -> float:
        words = [f'title co "{n}"' for n in range(size)]
        predicate = scim.parse_filter(" or ".join(words)).compile(scim.User)
        for _ in range(60):
            predicate(value)
        return count_instructions(lambda: predicate(value)) / size

    assert 1 < count(2_000) < 1.5 * count(50)
