"""Memory of a synchronization: file, binding to a tenant, damage."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.errors import ConfigurationError, InputError
from britive_scim.provisioning import Memory

URL = "https://acme.example/api/scim/v2"
_TEXT = st.text(max_size=10)

MEMORIES = st.builds(
    Memory,
    scim_url=st.none() | _TEXT,
    provider=st.none() | _TEXT,
    grace=st.dictionaries(_TEXT, st.datetimes(timezones=st.just(UTC)), max_size=3),
    grace_counted_until=st.none() | st.datetimes(timezones=st.just(UTC)),
    known_ids=st.dictionaries(_TEXT, _TEXT, max_size=3),
    known_group_ids=st.dictionaries(_TEXT, _TEXT, max_size=3),
    deactivated=st.sets(_TEXT, max_size=3),
    unkept=st.dictionaries(st.sampled_from(("User", "Group")), st.sets(_TEXT, max_size=3)),
    unkept_values=st.dictionaries(_TEXT, st.dictionaries(_TEXT, _TEXT, max_size=2), max_size=2),
)


@given(memory=MEMORIES)
def test_memory_survives_save_and_load(
    memory: Memory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "memory.json"
    memory.save(path)
    assert Memory.load(path) == memory


def test_missing_file_is_an_empty_memory_that_knows_its_path(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    memory = Memory.load(path)
    assert memory == Memory()
    memory.deactivated.add("u1")
    memory.save()
    assert Memory.load(path).deactivated == {"u1"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_memory_without_file_needs_a_path() -> None:
    with pytest.raises(ConfigurationError, match="path must be a file"):
        Memory().save()


def test_memory_in_a_missing_directory_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="existing directory"):
        Memory.load(tmp_path / "missing" / "memory.json")


def test_memory_belongs_to_one_tenant_and_provider() -> None:
    """R16: the state of one tenant is not used for another one."""
    memory = Memory()
    memory.bind(URL, None)
    memory.bind(URL, "Okta")
    memory.bind(None, None)
    assert (memory.scim_url, memory.provider) == (URL, "Okta")
    with pytest.raises(ConfigurationError, match="must belong to the SCIM URL"):
        memory.bind("https://other.example/api/scim/v2", "Okta")
    with pytest.raises(ConfigurationError, match="identity provider 'Entra', got one of 'Okta'"):
        memory.bind(URL, "Entra")


@pytest.mark.parametrize(
    "values",
    [
        {"grace": {"a": "yesterday"}},
        {"grace": {"a": "2026-11-30T06:00:00"}},
        {"grace": []},
        {"known_ids": {"a": 3}},
        {"known_group_ids": {"a": 3}},
        {"deactivated": "u1"},
        {"deactivated": [None]},
        {"unkept": {"User": {"title": 1}}},
        {"unkept_values": {"1": {"title": 1}}},
        {"scim_url": 3},
    ],
)
def test_damaged_memory_is_refused(tmp_path: Path, values: dict[str, object]) -> None:
    path = tmp_path / "memory.json"
    path.write_text(json.dumps(Memory().to_dict() | values), "utf-8")
    with pytest.raises(InputError, match="invalid content; delete it"):
        Memory.load(path)


def test_memory_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    path.write_text(json.dumps(Memory().to_dict() | {"format": 2}), "utf-8")
    with pytest.raises(InputError, match="format 2"):
        Memory.load(path)


def test_incomplete_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    path.write_text('{"format": 1, "kind": "memory"}', "utf-8")
    with pytest.raises(InputError, match="invalid content"):
        Memory.load(path)


def test_times_are_aware_after_loading(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    at = datetime(2026, 11, 30, tzinfo=UTC)
    Memory(grace={"E1": at}).save(path)
    assert Memory.load(path).grace == {"E1": at}
