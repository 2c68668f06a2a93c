"""Filter syntax vectors: valid filters with their tree, invalid filters with the error position."""

import json
from pathlib import Path
from typing import Any

import pytest

from britive_scim import errors, scim
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data"
VECTORS = [
    {**vector, "file": name}
    for name in ("filters.json", "own/filters.json")
    for vector in json.loads((DATA / "vectors" / name).read_text("utf-8"))
]
RFC_FILTERS = json.loads((DATA / "rfc" / "7644-3.4.2.2-filters.json").read_text("utf-8"))
RFC_PATHS = json.loads((DATA / "rfc" / "7644-3.5.2-paths.json").read_text("utf-8"))["body"]


def file(vector: dict[str, Any]) -> str:
    return vector["file"]


def label(vector: dict[str, Any]) -> str:
    return f"{vector['filter']!a} ({vector['rule']})"


@each_value("vector", [v for v in VECTORS if v["valid"]], label=label, group=file)
def test_vector_valid_filter_gives_tree(vector: dict[str, Any]) -> None:
    parsed = scim.parse_filter(vector["filter"])

    assert parsed.to_sexpr() == vector["ast"]
    assert scim.parse_filter(str(parsed)) == parsed


@each_value("vector", [v for v in VECTORS if not v["valid"]], label=label, group=file)
def test_vector_invalid_filter_gives_position(vector: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidFilter) as caught:
        scim.parse_filter(vector["filter"])

    assert caught.value.position == vector["error_position"]
    assert caught.value.text == vector["filter"]
    assert caught.value.scim_type == "invalidFilter"


@each_value("text", [*RFC_FILTERS["body"], *RFC_FILTERS["case_pair"]])
def test_rfc_filter_is_parsed_and_printed_unchanged(text: str) -> None:
    assert str(scim.parse_filter(text)) == text.replace(" Eq ", " eq ").replace(
        '(emails.type eq "work")', 'emails.type eq "work"'
    )


@each_value("key", [key for key in RFC_FILTERS if key.endswith("not valid")])
def test_rfc_filter_against_its_grammar_raises_error(key: str) -> None:
    with pytest.raises(errors.InvalidFilter):
        scim.parse_filter(RFC_FILTERS[key])


@each_value("text", RFC_PATHS)
def test_rfc_path_is_parsed_and_printed_unchanged(text: str) -> None:
    assert str(scim.parse_path(text)) == text
