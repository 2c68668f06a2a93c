"""Wanted directories of files: formats, encodings, delimiters, saved directories."""

import os
from pathlib import Path
from typing import Any

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


def rules_of(directory: Directory) -> list[str]:
    return [str(problem) for problem in directory.problems]


@pytest.mark.parametrize(
    ("data", "encoding", "shown"),
    [
        ("user_name\nžofie\n".encode("utf-8-sig"), None, "utf-8"),
        ("user_name\nžofie\n".encode("utf-16"), None, "utf-16"),
        ("user_name\nžofie\n".encode("utf-32"), None, "utf-32"),
        ("user_name\nžofie\n".encode("cp1250"), "cp1250", "cp1250"),
    ],
)
def test_encoding_is_detected_or_given(
    tmp_path: Path, data: bytes, encoding: str | None, shown: str
) -> None:
    directory = Directory.read(write(tmp_path, data), encoding=encoding)
    assert directory.user_records[0].user_name == "žofie"
    assert directory.source.encoding == shown


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        ("user_name\nžofie\n".encode("cp1250"), None, r"must be UTF-8, or begin .* line 2; .*encoding='cp1252'"),
        (b"user_name\n\xff\n", "ascii", "must be in ascii, got byte 0xff in line 2"),
        ("user_name\na\n".encode("utf-16-le"), None, "got a null character in line 1"),
        (b"PK\x03\x04....", None, "got an archive"),
        (b"", None, "must have a line of headers, got an empty file"),
        (b"{]", None, "must be valid JSON"),
        (b"[1", None, "must be valid JSON, got an error in line 1"),
        (b"{\n5\n", None, "must be valid JSON"),
        (b'{\n"users": 5}', None, "must have a list of users"),
    ],
)  # fmt: skip
def test_unreadable_file_is_refused(
    tmp_path: Path, data: bytes, encoding: str | None, message: str
) -> None:
    with pytest.raises(errors.DirectoryError, match=message):
        Directory.read(write(tmp_path, data), encoding=encoding)


def test_invalid_arguments_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "user_name\nana\n")
    with pytest.raises(errors.InputError, match="encoding must be a known encoding"):
        Directory.read(path, encoding="utf8000")
    with pytest.raises(errors.InputError, match="delimiter must be a single character"):
        Directory.read(path, delimiter="::")
    with pytest.raises(errors.InputError, match="null characters"):
        Directory.read("a\0b")
    with pytest.raises(FileNotFoundError):
        Directory.read(tmp_path / "missing.csv")


@pytest.mark.parametrize(
    ("text", "delimiter", "shown"),
    [
        ("user_name,title\na,b\n", None, ","),
        ("user_name;title\na;b,c\n", None, ";"),
        ("user_name\ttitle\na\tb\n", None, "\t"),
        ("user_name|title\na|b\n", None, "|"),
        ("user_name\na\n", None, ","),
        ("sep=;\nuser_name;title\na;b\n", None, ";"),
        ("user_name:title\na:b\n", ":", ":"),
        ('user_name;title\na;"x;y\nz"\n', None, ";"),
    ],
)
def test_delimiter_is_detected(
    tmp_path: Path, text: str, delimiter: str | None, shown: str
) -> None:
    directory = Directory.read(write(tmp_path, text), delimiter=delimiter)
    assert directory.source.delimiter == shown
    assert directory.problems == ()
    assert directory.user_records[0].user_name == "a"


def test_rows_of_other_width_are_problems(tmp_path: Path) -> None:
    """R36: shifted rows are reported with their lines."""
    text = '"user_name","title"\na\nb,c,d\ne,f,\n,\n"g\nh",i\n"j"k,l\n'
    directory = Directory.read(write(tmp_path, text))
    assert [record.line for record in directory.user_records] == [4, 6]
    assert directory.user_records[1].user_name == "g\nh"
    assert rules_of(directory) == [
        "line 2: row must have as many cells as there are headers, 2, got 1",
        "line 3: row must have as many cells as there are headers, 2, got 3; quote cells that contain the delimiter",
        "line 8: row must be valid CSV, got ',' expected after '\"'; write a quote in a quoted cell twice; the rest was not read",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"userName": "ana"}',
        '{"userName": "ana"}\n\n',
        '[{"user_name": "ana"}]',
        '{\n"userName": "ana"\n}',
        '{"users": [{"userName": "ana"}]}',
        '{"Resources": [{"userName": "ana", "id": "u1"}], "totalResults": 1}',
    ],
)
def test_json_is_read(tmp_path: Path, text: str) -> None:
    directory = Directory.read(write(tmp_path, text, "people.json"))
    assert directory.problems == ()
    assert directory.user_records[0].values == {"userName": "ana"}


def test_json_entries_that_are_no_objects_are_problems(tmp_path: Path) -> None:
    lines = Directory.read(write(tmp_path, '{"userName": "a"}\n{x\n[]\n'))
    assert rules_of(lines) == [
        "line 2: line must be a JSON object, got invalid JSON",
        "line 3: line must be a JSON object, got list",
    ]
    array = Directory.read(write(tmp_path, '[{"userName": "a"}, 5]'))
    assert rules_of(array) == ["line 2: entry of users must be an object, got int"]


def test_ambiguous_json_is_no_source(tmp_path: Path) -> None:
    """RFC 8259 §4, §8.2: parsers differ in what they read, so `active` twice may mean both."""
    twice = '{"userName": "a", "active": true, "active": false}'
    half = '{"userName": "a", "title": "\\ud800"}'
    whole = '{"userName": "a", "title": "\\ud83d\\ude00"}'
    assert rules_of(Directory.read(write(tmp_path, f"{twice}\n{half}\n{whole}\n"))) == [
        "line 1: line must be a JSON object, got 'active' twice in one object",
        "line 2: line must be a JSON object, got a string with half a surrogate pair",
    ]
    for text, got in ((twice, "'active' twice"), (half, "half a surrogate pair")):
        with pytest.raises(errors.DirectoryError, match=f"must be valid JSON, got .*{got}"):
            Directory.read(write(tmp_path, f"[{text}]", "people.json"))


ONBOARDING = """{
  "idps": [{"name": "Okta", "type": "azure", "description": ""}],
  "users": [
    {"email": "ana@x.org", "firstname": "Ana", "lastname": "Lee", "username": "ana", "idp": "Okta", "id": "9"},
    {"email": "bo@x.org", "firstname": "Bo", "lastname": "Lee", "username": "bo", "idp": "Okta", "status": "inactive"}
  ],
  "tags": [{"name": "Guides", "description": "x"}, {"name": "Staff", "members": ["ana"]}]
}"""


def test_onboarding_file_is_read(tmp_path: Path) -> None:
    directory = Directory.read(write(tmp_path, ONBOARDING, "data_input.json"))
    assert directory.problems == ()
    assert directory.source.format == "onboarding file"
    assert directory.user_records[0].values == {
        "emails": [{"type": "work", "value": "ana@x.org"}],
        "name": {"givenName": "Ana", "familyName": "Lee"},
        "userName": "ana",
    }
    assert directory.user_records[1].values["active"] is False
    assert directory.group_records
    assert [(g.display_name, g.members) for g in directory.group_records] == [
        ("Guides", None),
        ("Staff", (MemberRecord("ana", "User"),)),
    ]
    several = ONBOARDING.replace('"Okta", "status"', '"Entra", "status"')
    problems = Directory.read(write(tmp_path, several)).problems
    assert [problem.value for problem in problems] == ["Entra, Okta"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"format":1', '"format":2'), "must have format 1, got 2"),
        (lambda text: text.rsplit("\n", 2)[0], "the file was cut"),
        (lambda text: text[:-9], "must be undamaged, got an error in line 3"),
        (lambda text: text.replace('"kind":"wanted"', '"kind":"other"'), "got an error in line 1"),
        (lambda text: text.replace('"user"', '"person"'), "got an error in line 2"),
        (lambda text: "{x", "must be a saved directory"),
        (lambda text: "[1]", "must be a saved directory"),
    ],
)
def test_damaged_saved_directory_is_refused(tmp_path: Path, change: Any, message: str) -> None:
    path = tmp_path / "saved.jsonl"
    Directory.of([{"userName": "a"}, {"userName": "b"}]).save(path)
    path.write_text(change(path.read_text()))
    with pytest.raises(errors.DirectoryError, match=message):
        Directory.load(path)


def test_saved_directory_takes_no_options(tmp_path: Path) -> None:
    path = tmp_path / "saved.jsonl"
    Directory.of([{"userName": "a"}]).save(path)
    with pytest.raises(errors.InputError, match="columns must not be given"):
        Directory.read(path, columns={"a": None})
    with pytest.raises(errors.InputError, match="groups must not be given"):
        Directory.read(path, groups=path)
