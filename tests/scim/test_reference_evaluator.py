"""Random filters, evaluated by the package and by a second evaluator written from the rules."""

import json
from pathlib import Path
from random import Random

import pytest

from britive_scim import errors, scim
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


@pytest.mark.parametrize("seed", range(3))
def test_evaluators_agree(seed: int) -> None:
    assert compare_evaluators(seed, 150) == {True, False, None}


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 104))
def test_evaluators_agree_on_many_filters(seed: int) -> None:
    assert compare_evaluators(seed, 2_000) == {True, False, None}
