"""Saved plans: round trip, mode of the file, refusal of damage, edits and other files."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from britive_scim.errors import InputError
from britive_scim.provisioning import Memory, Plan
from support.plan_values import PLANS, build_change, build_plan


@given(plan=PLANS)
def test_plan_survives_save_and_load(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "plan.json"
    plan.save(path)
    loaded = Plan.load(path)
    assert loaded.digest == plan.digest
    assert loaded.to_dict() == plan.to_dict()
    assert loaded.changes == plan.changes
    assert (loaded.target, loaded.excluded, loaded.exceeded) == (
        plan.target,
        plan.excluded,
        plan.exceeded,
    )
    assert str(loaded) == str(plan)


def test_file_is_private(tmp_path: Path) -> None:
    """R39: the file has personal data, and only its owner reads it."""
    path = tmp_path / "plan.json"
    build_plan(build_change("create", name="ana@acme.com")).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().isascii()


def test_document_is_that_of_format_1() -> None:
    plan = build_plan(build_change("create", name="ana@acme.com"))
    document = plan.to_dict()
    assert list(document) == [
        "format", "kind", "digest", "summary", "counts", "requests", "target", "policy", "numbers", "changes",
        "excluded", "withheld", "exceeded", "warnings",
    ]  # fmt: skip
    assert (document["format"], document["kind"]) == (1, "plan")
    assert document["changes"][0]["name"] == "ana@acme.com"
    assert json.loads(plan.to_json()) == json.loads(json.dumps(document))


def test_digest_differs_with_each_change() -> None:
    plans = [
        build_plan(),
        build_plan(build_change("create")),
        build_plan(build_change("create", id_="u9")),
    ]
    assert len({plan.digest for plan in plans}) == 3
    assert build_plan().digest == build_plan().digest


def damage(path: Path, **values: Any) -> None:
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(document | values), "utf-8")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    build_plan(build_change("create", name="ana@acme.com")).save(path)
    return path


def test_edited_plan_is_refused(saved: Path) -> None:
    damage(saved, changes=[])
    with pytest.raises(InputError, match="damaged or was edited; make the plan again"):
        Plan.load(saved)


def test_each_flipped_byte_of_the_content_is_noticed(saved: Path) -> None:
    data = saved.read_bytes()
    original = Plan.load(saved)
    for position in range(0, len(data), 7):
        flipped = bytes([data[position] ^ 1])
        saved.write_bytes(data[:position] + flipped + data[position + 1 :])
        try:
            loaded = Plan.load(saved)
        except InputError:
            continue
        assert loaded == original


def test_cut_plan_is_refused(saved: Path) -> None:
    data = saved.read_bytes()
    for length in range(0, len(data) - 2, 13):
        saved.write_bytes(data[:length])
        with pytest.raises(InputError, match="path must be a saved plan"):
            Plan.load(saved)


def test_newer_format_is_refused(saved: Path) -> None:
    damage(saved, format=2)
    with pytest.raises(InputError, match="with format 2; install a newer version"):
        Plan.load(saved)


@pytest.mark.parametrize("version", [None, True, 0, "1"])
def test_unknown_format_is_refused(saved: Path, version: object) -> None:
    damage(saved, format=version)
    with pytest.raises(InputError, match="with the format"):
        Plan.load(saved)


def test_other_files_are_refused(tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    Memory().save(memory)
    with pytest.raises(InputError, match="with 'memory'"):
        Plan.load(memory)
    for text, message in (
        ("[]", "with a list"),
        ("{}", "something else"),
        ("x", "no complete JSON"),
    ):
        (tmp_path / "other").write_text(text, "utf-8")
        with pytest.raises(InputError, match=message):
            Plan.load(tmp_path / "other")
    with pytest.raises(InputError, match="does not exist"):
        Plan.load(tmp_path / "missing")
    with pytest.raises(InputError, match="cannot be read"):
        Plan.load(tmp_path)


def test_content_of_another_shape_is_refused(saved: Path) -> None:
    """A file whose digest is right, but whose content this version does not know."""
    import hashlib

    keys = ("format", "target", "policy", "numbers", "changes", "excluded", "withheld", "exceeded", "warnings")  # fmt: skip
    for name, value in (
        ("changes", [{"action": "explode", "stage": "users"}]),
        ("changes", [{"action": "create"}]),
        ("target", {"read_at": "today"}),
        ("policy", {}),
        ("numbers", 3),
    ):
        document = json.loads(saved.read_text("utf-8")) | {name: value}
        content = json.dumps(
            {key: document[key] for key in keys}, sort_keys=True, separators=(",", ":")
        )
        digest = hashlib.sha256(content.encode("ascii")).hexdigest()
        other = saved.with_name("other.json")
        other.write_text(json.dumps(document | {"digest": digest}), "utf-8")
        with pytest.raises(InputError, match="with invalid content"):
            Plan.load(other)


def test_plan_is_not_written_into_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="existing directory"):
        build_plan().save(tmp_path / "missing" / "plan.json")
