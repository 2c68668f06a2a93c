"""Filter evaluation vectors: the result of each filter for each resource, as a mapping and as a model."""

import json
from pathlib import Path
from typing import Any

import pytest

from britive_scim import errors, scim
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data" / "vectors"
RESOURCES = json.loads((DATA / "own" / "resources.json").read_text("utf-8"))
VECTORS = [
    *(
        {**vector, "file": "filter-matches.json"}
        for vector in json.loads((DATA / "filter-matches.json").read_text("utf-8"))
    ),
    *(
        {**vector, "file": "own/filter-matches.json", "resource": RESOURCES[vector["resource"]]}
        for vector in json.loads((DATA / "own" / "filter-matches.json").read_text("utf-8"))
    ),
]
LAB = json.loads((DATA / "test-extension.schema.json").read_text("utf-8"))
LAB_USER = scim.ResourceSchema.of(scim.User, extensions=[LAB])
MATCHING = [v for v in VECTORS if v["matches"] is not None]


def file(vector: dict[str, Any]) -> str:
    return vector["file"]


def label(vector: dict[str, Any]) -> str:
    return f"{vector['filter']!a} ({vector['rule']})"


def find_model(vector: dict[str, Any]) -> tuple[type[scim.Resource], scim.ResourceSchema]:
    if vector["resource"]["schemas"][0].endswith("Group"):
        return scim.Group, scim.ResourceSchema.of(scim.Group)
    return scim.User, LAB_USER


@each_value("vector", MATCHING, label=label, group=file)
def test_vector_mapping_matches(vector: dict[str, Any]) -> None:
    _, schema = find_model(vector)
    filter_ = scim.parse_filter(vector["filter"])

    assert filter_.matches(vector["resource"], schema, strict=False) is vector["matches"]
    assert filter_.compile(schema, strict=False)(vector["resource"]) is vector["matches"]


@each_value("vector", MATCHING, label=label, group=file)
def test_vector_model_matches(vector: dict[str, Any]) -> None:
    model, schema = find_model(vector)
    filter_ = scim.parse_filter(vector["filter"])
    resource = model.from_wire(vector["resource"])

    assert filter_.matches(resource, schema, strict=False) is vector["matches"]
    assert filter_.compile(schema, strict=False)(resource) is vector["matches"]


@each_value("vector", [v for v in VECTORS if v["matches"] is None], label=label, group=file)
def test_vector_inapplicable_filter_raises_error_early(
    vector: dict[str, Any],
) -> None:
    _, schema = find_model(vector)
    filter_ = scim.parse_filter(vector["filter"])

    for attempt in (
        lambda: filter_.check(schema),
        lambda: filter_.compile(schema),
        lambda: filter_.matches(vector["resource"], schema),
    ):
        with pytest.raises(errors.InvalidFilter) as caught:
            attempt()
        assert caught.value.scim_type == vector["error"]["scimType"]
        assert caught.value.position is not None


@each_value("vector", [v for v in MATCHING if ":lab:" not in v["filter"]], label=label, group=file)
def test_vector_resource_type_is_detected(vector: dict[str, Any]) -> None:
    model, _ = find_model(vector)
    filter_ = scim.parse_filter(vector["filter"])

    assert filter_.matches(vector["resource"], strict=False) is vector["matches"]
    assert filter_.matches(model.from_wire(vector["resource"]), strict=False) is vector["matches"]
