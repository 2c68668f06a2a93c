"""Cases from public bug reports of other projects: filters, PATCH requests and selections, without a schema."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data" / "vectors" / "field" / "language.json"
CASES: list[dict[str, Any]] = json.loads(DATA.read_text("utf-8"))
EXPECTED_ERRORS = (PatchError, InvalidPath, InvalidFilter)


def select_cases(kind: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["kind"] == kind]


def label(case: dict[str, Any]) -> str:
    return f"{case['name']} ({case['source']})"


def to_model(resource: Mapping[str, Any]) -> scim.Resource:
    is_group = any(urn.endswith(":core:2.0:Group") for urn in resource.get("schemas", ()))
    return (scim.Group if is_group else scim.User).from_wire(resource)


def comparable(value: Any) -> Any:
    """Drop empty members and a `primary` that is false (RFC 7643 §2.4); `schemas` is a set."""
    if isinstance(value, Mapping):
        members = {name: comparable(member) for name, member in value.items()}
        if "schemas" in members:
            members["schemas"] = set(members["schemas"])
        if members.get("primary") is False:
            del members["primary"]
        return {name: member for name, member in members.items() if member not in (None, [], {})}
    return [comparable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("as_model", [False, True])
@each_value("case", select_cases("match"), label=label)
def test_filter_case_matches(case: dict[str, Any], as_model: bool) -> None:
    resource = to_model(case["resource"]) if as_model else case["resource"]
    filter_ = scim.parse_filter(case["filter"])

    assert filter_.matches(resource, strict=False) is case["matches"]
    assert filter_.compile(strict=False)(resource) is case["matches"]


@pytest.mark.parametrize("as_model", [False, True])
@each_value("case", select_cases("select"), label=label)
def test_selection_case_gives_attributes(case: dict[str, Any], as_model: bool) -> None:
    resource = to_model(case["resource"]) if as_model else case["resource"]
    found = scim.select(resource, attributes=case.get("attributes"), excluded=case.get("excluded"))
    assert comparable(found) == comparable(case["expected"])


@pytest.mark.parametrize("as_model", [False, True])
@each_value("case", select_cases("patch"), label=label)
def test_patch_case_gives_resource(case: dict[str, Any], as_model: bool) -> None:
    resource = to_model(case["resource"]) if as_model else case["resource"]
    request = scim.PatchRequest.parse({"Operations": case["operations"]}, dialect=case["dialect"])
    if "error" in case:
        with pytest.raises(EXPECTED_ERRORS) as caught:
            request.apply(resource)
        assert case["error"] in (None, caught.value.scim_type)
        return
    after: Any = request.apply(resource)
    found = after.to_wire() if as_model else after
    assert comparable(found) == comparable(case["expected"])
