"""Wanted directories of files: formats, encodings, delimiters, saved directories."""

import os
from pathlib import Path

import pytest

from britive_scim import errors
from britive_scim.provisioning import Directory, MemberRecord


def write(folder: Path, text: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_read_csv_gives_users_with_lines(tmp_path: Path) -> None:
    path = write(tmp_path, "User Name;First Name;E-Mail\nana;Ana;ana@x.org\n\nbo;Bo;bo@x.org\n")
    directory = Directory.read(path)
    assert [(record.line, record.values) for record in directory.user_records] == [
        (
            2,
            {
                "userName": "ana",
                "name": {"givenName": "Ana"},
                "emails": [{"type": "work", "value": "ana@x.org"}],
            },
        ),
        (
            4,
            {
                "userName": "bo",
                "name": {"givenName": "Bo"},
                "emails": [{"type": "work", "value": "bo@x.org"}],
            },
        ),
    ]
    assert directory.group_records is None
    assert directory.completeness.groups is None
    assert directory.complete
    assert directory.problems == ()
    assert directory.partial_attributes == {"emails"}
    assert str(directory.source).splitlines()[0] == (
        "people.csv: CSV, encoding utf-8, delimiter semicolon"
    )


def test_save_and_load_keep_everything(tmp_path: Path) -> None:
    path = write(tmp_path, "user_name,groups,active\nana,Guides;Staff,perhaps\nbo,,yes\n")
    directory = Directory.read(path)
    saved = tmp_path / "saved.jsonl"
    directory.save(saved)
    loaded = Directory.load(saved)
    for name in ("kind", "user_records", "group_records", "completeness", "problems", "source"):
        assert getattr(loaded, name) == getattr(directory, name), name
    if os.name == "posix":
        assert saved.stat().st_mode & 0o777 == 0o600
    assert Directory.read(saved).user_records == directory.user_records


def test_load_of_other_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.DirectoryError, match=r"must be a saved directory; read other files"):
        Directory.load(write(tmp_path, "user_name\nana\n"))


def test_groups_column_gives_members(tmp_path: Path) -> None:
    directory = Directory.read(
        write(tmp_path, "user_name,groups\nana,Guides;Staff\nbo,Staff\ncy,\n")
    )
    assert directory.group_records is not None
    assert [(group.display_name, group.members) for group in directory.group_records] == [
        ("Guides", (MemberRecord("ana", "User"),)),
        ("Staff", (MemberRecord("ana", "User"), MemberRecord("bo", "User"))),
    ]
