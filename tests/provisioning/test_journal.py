"""Format of the journal, its repair, its damage, and its lock."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from britive_scim import errors
from britive_scim.provisioning.journal import (
    JournalHeader,
    check_header,
    encode_record,
    parse_journal,
)
from britive_scim.provisioning.journal_file import JournalFile
from support.each_value import each_value

HEADER = JournalHeader(
    scim_url="https://x/scim", provider="Okta", plan="p", policy="q", library="1"
)


def write_sample(path: Path) -> bytes:
    file = JournalFile(path, HEADER)
    for position in range(4):
        file.append("intent", {"change": position, "action": "create"})
        if position < 3:
            file.append("outcome", {"change": position, "result": "done", "id": f"u{position}"})
    file.close()
    return path.read_bytes()


def test_journal_states_what_is_done_and_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write_sample(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    file = JournalFile(path, HEADER)
    assert file.state.done == {0: "u0", 1: "u1", 2: "u2"}
    assert file.state.in_doubt == {3}
    assert file.repaired is None
    file.append("outcome", {"change": 3, "result": "uncertain", "id": "u3"})
    file.append("intent", {"change": 4, "action": "add_members"})
    file.append("outcome", {"change": 4, "result": "partial", "id": "g", "rest": ["u9"]})
    file.append("intent", {"change": 5, "action": "create"})
    file.append("outcome", {"change": 5, "result": "failed", "id": "u5"})
    file.close()
    file = JournalFile(path, HEADER)
    file.close()
    assert file.state.in_doubt == {3}
    assert file.state.rest == {4: ["u9"]}
    assert 5 not in file.state.done


@pytest.mark.parametrize(
    "step",
    [pytest.param(1, marks=pytest.mark.proof, id="each-byte"), pytest.param(7, id="sampled")],
)
def test_journal_cut_at_a_byte_is_repaired(tmp_path: Path, step: int) -> None:
    path = tmp_path / "run.jsonl"
    data = write_sample(path)
    ends = [n + 1 for n, byte in enumerate(data) if byte == 0x0A]
    for size in range(0, len(data), step):
        state = parse_journal(data[:size])
        assert state.records == sum(end <= size for end in ends)
        assert state.valid_size == max([0, *(end for end in ends if end <= size)])
        assert state.is_torn == (size not in (0, *ends))
        assert parse_journal(data[:size] + b"\0" * 40).records == state.records


@pytest.mark.parametrize(
    "step",
    [pytest.param(1, marks=pytest.mark.proof, id="each-byte"), pytest.param(11, id="sampled")],
)
def test_journal_with_a_changed_byte_is_refused(tmp_path: Path, step: int) -> None:
    data = bytearray(write_sample(tmp_path / "run.jsonl"))
    for position in range(0, len(data), step):
        for mask in (0x01, 0x20, 0x4A, 0xFF):
            data[position] ^= mask
            with pytest.raises(errors.ConfigurationError, match="journal must be undamaged"):
                parse_journal(bytes(data))
            data[position] ^= mask
    data[-1] = 0
    with pytest.raises(errors.ConfigurationError):
        parse_journal(bytes(data))


def test_records_out_of_sequence_are_refused() -> None:
    header = encode_record(0, "header", HEADER.to_record())
    intent = encode_record(1, "intent", {"change": 0})
    for data in (
        header + header,
        header + intent + intent,
        header + encode_record(2, "intent", {"change": 0}),
    ):
        with pytest.raises(errors.ConfigurationError, match="wrong check sum or position in line"):
            parse_journal(data)
    with pytest.raises(errors.ConfigurationError, match="line 1"):
        parse_journal(encode_record(0, "intent", {"change": 0}))


def test_newer_format_is_refused() -> None:
    record = HEADER.to_record() | {"format": 2, "library": "9.0"}
    with pytest.raises(
        errors.ConfigurationError, match=r"use version 9\.0 of britive-scim or a later"
    ):
        parse_journal(encode_record(0, "header", record))


@each_value(
    "change",
    [{"scim_url": "https://y/scim"}, {"provider": "Entra"}, {"plan": "z"}, {"policy": "z"}],
)
def test_header_of_other_run_is_refused(change: Any) -> None:
    values: dict[str, Any] = HEADER.to_record() | change
    with pytest.raises(errors.PlanRefused, match="journal must belong to this"):
        check_header(JournalHeader(**values), HEADER)


def test_header_with_unknown_provider_is_accepted() -> None:
    values: dict[str, Any] = HEADER.to_record() | {"provider": None}
    check_header(JournalHeader(**values), HEADER)


def test_torn_journal_is_copied_before_repair(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    data = write_sample(path)
    for number, copy in enumerate(["run.jsonl.broken", "run.jsonl.broken.1"]):
        path.write_bytes(data[:-5])
        file = JournalFile(path, HEADER)
        assert file.repaired == tmp_path / copy, number
        assert (tmp_path / copy).read_bytes() == data[:-5]
        assert stat.S_IMODE((tmp_path / copy).stat().st_mode) == 0o600
        file.append("intent", {"change": 3, "action": "create"})
        file.close()
        assert path.read_bytes() == data


def test_lock_names_its_holder_and_ends_with_the_run(tmp_path: Path) -> None:
    """R25: two runs never share a journal."""
    path = tmp_path / "run.jsonl"
    first = JournalFile(path, HEADER)
    with pytest.raises(errors.ConfigurationError, match=f"in use by process {os.getpid()} on"):
        JournalFile(path, HEADER)
    first.close()
    first.close()
    assert not path.with_name("run.jsonl.lock").exists()
    JournalFile(path, HEADER).close()


def test_lock_without_record_names_no_holder(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    first = JournalFile(path, HEADER)
    path.with_name("run.jsonl.lock").write_text("")
    with pytest.raises(errors.ConfigurationError, match="in use by another process"):
        JournalFile(path, HEADER)
    first.close()


def test_lock_of_a_dead_process_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    process = os.fork()
    if process == 0:  # ends without releasing the lock
        try:
            JournalFile(path, HEADER)
        finally:
            os._exit(0)
    os.waitpid(process, 0)
    assert path.with_name("run.jsonl.lock").exists()
    JournalFile(path, HEADER).close()


def test_failed_sync_ends_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = JournalFile(tmp_path / "run.jsonl", HEADER)
    number = file.append("intent", {"change": 0, "action": "create"})

    def fail(handle: int) -> None:
        raise OSError(errno.EIO, f"no disk for {handle}")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="no disk"):
            file.sync(number)
    with pytest.raises(OSError, match="no disk"):
        file.append("intent", {"change": 1, "action": "create"})
    with pytest.raises(OSError, match="no disk"):
        file.sync(number)
    file.close()


@each_value("written", [3, None])
def test_full_disk_ends_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: Any
) -> None:
    file = JournalFile(tmp_path / "run.jsonl", HEADER)

    def write(_: int, data: bytes) -> int:
        if written is None:
            raise OSError(errno.ENOSPC, f"no space for {len(data)} bytes")
        return int(written)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        with pytest.raises(OSError, match=r"space|disk is full"):
            file.append("intent", {"change": 0, "action": "create"})
    with pytest.raises(OSError, match=r"space|disk is full"):
        file.append("intent", {"change": 0, "action": "create"})
    file.close()
    with pytest.raises(OSError, match=r"space|disk is full"):
        file.append("intent", {"change": 0, "action": "create"})


def test_file_that_is_too_large_is_no_journal(tmp_path: Path) -> None:
    """A wrong path, such as that of a disk image, is not read into memory."""
    path = tmp_path / "run.jsonl"
    with path.open("wb") as file:
        file.truncate(2**30 + 1)  # takes no space
    with pytest.raises(
        errors.ConfigurationError, match="journal must have at most 1073741824 bytes"
    ):
        JournalFile(path, HEADER)
    assert not (tmp_path / "run.jsonl.lock").exists()


def test_synced_records_are_not_synced_again(tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "run.jsonl", HEADER)
    file.append("intent", {"change": 0, "action": "create"})
    file.sync(1)
    assert file.is_synced(1)
    file.sync(1)
    file.close()
    assert JournalFile(tmp_path / "run.jsonl", HEADER).state.in_doubt == {0}
