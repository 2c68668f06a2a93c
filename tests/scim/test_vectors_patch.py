"""PATCH vectors: tests/data/vectors/patch.json and those of this project, on mappings and on models."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data" / "vectors"
RESOURCES = json.loads((DATA / "own" / "resources.json").read_text("utf-8"))


def expand_resources(vector: dict[str, Any]) -> dict[str, Any]:
    """Replace the names of resources by the resources."""
    return {
        member: RESOURCES[value]
        if member in {"resource", "expected"} and isinstance(value, str)
        else value
        for member, value in vector.items()
    }


VECTORS: list[dict[str, Any]] = [
    {**expand_resources(vector), "file": name}
    for name in ("patch.json", "own/patch.json")
    for vector in json.loads((DATA / name).read_text("utf-8"))
]
LAB = json.loads((DATA / "test-extension.schema.json").read_text("utf-8"))
USER = ResourceSchema.of(scim.User, extensions=[LAB])


def section(vector: dict[str, Any]) -> str:
    """Return the file of a vector and its section of the RFC."""
    return f"{vector['file']} {next(iter(re.findall(r'[0-9]+(?:[.][0-9]+)+', vector['rule'])), 'other')}"


EXPECTED_ERRORS = (PatchError, InvalidPath, InvalidFilter)


def without_empty(value: Any) -> Any:
    """Drop null and empty members, `meta`, and a `primary` that is false, as the vectors do."""
    if isinstance(value, Mapping):
        members = {key: without_empty(member) for key, member in value.items() if key != "meta"}
        if members.get("primary") is False:
            del members["primary"]
        return {key: member for key, member in members.items() if member not in (None, [], {})}
    if isinstance(value, list):
        return [without_empty(item) for item in value]
    return value


def comparable(resource: Mapping[str, Any]) -> Any:
    plain = without_empty(resource)
    return {**plain, "schemas": set(plain.get("schemas", ()))}


def apply(vector: dict[str, Any], resource: Any, schema: Any) -> Any:
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": vector["operations"],
    }
    request = scim.PatchRequest.parse(body, dialect=vector.get("dialect", "strict"))
    return request.apply(resource, schema=schema)


def is_group(resource: Mapping[str, Any]) -> bool:
    return any(urn.endswith(":core:2.0:Group") for urn in resource["schemas"])


@each_value("vector", VECTORS, label=lambda vector: vector["name"], group=section)
def test_patch_vector_on_mapping(vector: dict[str, Any]) -> None:
    resource = vector["resource"]
    before = copy.deepcopy(resource)
    schema = ResourceSchema.of(scim.Group) if is_group(resource) else USER
    if "error" in vector:
        with pytest.raises(EXPECTED_ERRORS) as caught:
            apply(vector, resource, schema)
        assert caught.value.scim_type == vector["error"]["scimType"]
    else:
        after = apply(vector, resource, schema)
        assert type(after) is dict
        assert comparable(after) == comparable(vector["expected"])
    assert json.dumps(resource) == json.dumps(before)


@each_value("vector", VECTORS, label=lambda vector: vector["name"], group=section)
def test_patch_vector_on_model(vector: dict[str, Any]) -> None:
    model = scim.Group if is_group(vector["resource"]) else scim.User
    schema = ResourceSchema.of(scim.Group) if model is scim.Group else USER
    resource = model.from_wire(vector["resource"])
    before = resource.model_copy(deep=True)
    if "error" in vector:
        with pytest.raises(EXPECTED_ERRORS) as caught:
            apply(vector, resource, schema)
        assert caught.value.scim_type == vector["error"]["scimType"]
    else:
        after = apply(vector, resource, schema)
        assert type(after) is model
        assert comparable(after.to_wire()) == comparable(vector["expected"])
    assert resource == before
    assert resource.to_wire() == before.to_wire()
