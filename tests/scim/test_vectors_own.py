"""Vectors of this project: selections, differences, lenient decoding."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidSelection
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data" / "vectors"
LAB = json.loads((DATA / "test-extension.schema.json").read_text("utf-8"))
LAB_USER = scim.ResourceSchema.of(scim.User, extensions=[LAB])


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / "own" / name).read_text("utf-8"))
    return found


# ----------------------------------------------------------------------------- selections

SHOWN, *SELECTIONS = rows("selections.json")
SELECTION_SCHEMA = scim.ResourceSchema.of(scim.User, extensions=[SHOWN["extension"]])
OPTIONS = ("attributes", "excluded", "requested")


@pytest.mark.parametrize("as_model", [False, True])
@each_value("vector", SELECTIONS, label=lambda vector: json.dumps(vector)[:60])
def test_select_vector_gives_attributes(vector: dict[str, Any], as_model: bool) -> None:
    given = {name: vector[name] for name in OPTIONS if name in vector}
    resource = scim.User.from_wire(SHOWN["resource"]) if as_model else SHOWN["resource"]
    if "error" in vector:
        with pytest.raises(InvalidSelection):
            scim.select(resource, schema=SELECTION_SCHEMA, **given)
    else:
        assert scim.select(resource, schema=SELECTION_SCHEMA, **given) == vector["answer"]


# ----------------------------------------------------------------------------- differences

DIFFERENCES = rows("diffs.json")


@each_value("vector", DIFFERENCES, label=lambda vector: vector["name"])
def test_diff_vector_gives_operations_that_reach_target(vector: dict[str, Any]) -> None:
    before, after = vector["before"], vector["after"]
    options = vector.get("options", {})
    schema = scim.Group if before["schemas"][0].endswith("Group") else LAB_USER
    request = scim.diff(before, after, schema=schema, **options)
    assert request.to_wire()["Operations"] == vector["operations"]
    if request:
        sent = scim.PatchRequest.parse(json.dumps(request.to_wire()))
        assert not scim.diff(sent.apply(before, schema=schema), after, schema=schema, **options)


@each_value(
    "vector",
    [v for v in DIFFERENCES if v.get("options", {}).get("unset") != "keep"],
    label=lambda vector: vector["name"],
)
def test_diff_vector_of_models_equals_wire_form(vector: dict[str, Any]) -> None:
    is_group = vector["before"]["schemas"][0].endswith("Group")
    model, schema = (scim.Group, scim.Group) if is_group else (scim.User, LAB_USER)
    before, after = model.from_wire(vector["before"]), model.from_wire(vector["after"])
    request = scim.diff(before, after, schema=schema, **vector.get("options", {}))
    assert request.to_wire()["Operations"] == vector["operations"]


# ----------------------------------------------------------------------------- reading


class Lab(scim.Extension):
    badge_number: int | None = None
    score: float | None = None
    hired_at: datetime | None = None
    tags: list[str] | None = None
    remote: bool | None = None


class Scientist(scim.User):
    lab: Lab | None = scim.extension(LAB["id"])


@pytest.mark.parametrize("as_text", [True, False])
@each_value("vector", rows("reading.json"), label=lambda vector: json.dumps(vector)[:60])
def test_decoding_vector_gives_value_and_unread(vector: dict[str, Any], as_text: bool) -> None:
    body = vector["body"]
    user = Scientist.from_wire(json.dumps(body) if as_text else body)
    found, value = user.at(vector["path"]), vector["value"]
    assert found == (datetime.fromisoformat(value) if isinstance(found, datetime) else value)
    assert [unread.path for unread in user.unread] == vector.get("unread", [])
    assert Scientist.from_wire(user.to_wire()) == user
