"""`sync.toml`: the source, its columns, its status words and the policy."""

from datetime import timedelta
from pathlib import Path

import pytest

from britive_scim.errors import ConfigurationError
from britive_scim.provisioning import Config
from britive_scim.provisioning.plans.policy import Limits, Policy

COMPLETE = """
[source]
path = "people.csv"
groups = "teams.csv"
encoding = "cp1252"
delimiter = ";"
time_zone = "Europe/Madrid"
nested = "flatten"
empty = "clear"

[columns]
Mail = ["userName", 'emails[type eq "work"].value']
First = "given_name"
Born = false

[status]
active = ["A", "B"]
inactive = ["X"]

[policy]
missing = "deactivate"
missing_groups = "delete"
match = ["external_id"]
swaps = true
grace = "7 days"
scope.users = 'filter: enterprise.department eq "Sales"'
protected = {users = ["admin*"], groups = ["Britive*"]}

[policy.limits]
deactivations = 5
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sync.toml"
    path.write_text(text, "utf-8")
    return path


def test_complete_file_is_read(tmp_path: Path) -> None:
    config = Config.read(write(tmp_path, COMPLETE))
    assert config.source == tmp_path / "people.csv"
    assert config.get_reading_options() == {
        "groups": tmp_path / "teams.csv",
        "columns": {
            "Mail": ("userName", 'emails[type eq "work"].value'),
            "First": "given_name",
            "Born": None,
        },
        "active": ("A", "B"),
        "inactive": ("X",),
        "encoding": "cp1252",
        "delimiter": ";",
        "time_zone": "Europe/Madrid",
        "nested": "flatten",
        "empty": "clear",
    }
    assert config.policy == Policy(
        missing="deactivate",
        missing_groups="delete",
        match=("external_id",),
        swaps=True,
        grace=timedelta(days=7),
        scope={"users": 'filter: enterprise.department eq "Sales"'},
        protected={"users": ("admin*",), "groups": ("Britive*",)},
        limits=Limits(deactivations=5),
    )


def test_empty_file_has_the_defaults(tmp_path: Path) -> None:
    config = Config.read(write(tmp_path, ""))
    assert config == Config()
    assert config.get_reading_options() == {}


def test_absolute_path_of_the_source_is_kept(tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "people.csv"
    config = Config.read(write(tmp_path, f"[source]\npath = '{other}'\n"))
    assert config.source == other


@pytest.mark.parametrize(
    ("text", "expected"),
    [("36 hours", timedelta(hours=36)), ("1 week", timedelta(weeks=1)), ("0.5 days", timedelta(hours=12))],
)  # fmt: skip
def test_grace_has_a_unit(text: str, expected: timedelta, tmp_path: Path) -> None:
    path = write(tmp_path, f'[policy]\ngrace = "{text}"\n')
    assert Config.read(path).policy.grace == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[polcy]", r"config must have known names, got 'polcy' .*did you mean 'policy'"),
        ("[target]", r"got 'target' .*known names: columns, policy, source, status"),
        ("[source]\nfile = 'a'", r"\[source\] must have known names, got 'file' .*known names"),
        ("[source]\nnested = 'keeps'", r"nested in \[source\] .*got 'keeps'; did you mean 'keep'"),
        ("[source]\npath = 3", r"path in \[source\] of .* must be a string, got 3"),
        ("[source]\nencoding = ''", "encoding in .* must be a string, got ''"),
        ("source = 'people.csv'", r"source in .* must be a table, \[source\], got 'people.csv'"),
        ("[columns]\nMail = true", "Mail in .* must be a SCIM path, .* or false to ignore it"),
        ("[columns]\nMail = []", r"Mail in .*, got \[\]"),
        ("[columns]\nMail = ['a', 2]", r"Mail in \[columns\] .* must be a list of strings"),
        ("[status]\nactiv = ['A']", "got 'activ' .*did you mean 'active'"),
        ("[status]\nactive = 'A'", r"active in \[status\] .* must be a list of strings"),
        ("[policy]\nmising = 'keep'", "got 'mising' .*did you mean 'missing'"),
        ("[policy]\nmissing = 'off'", "missing in .* must be 'keep' or 'deactivate' or 'delete', got 'off'"),
        ("[policy]\nswaps = 'yes'", r"swaps in \[policy\] .* must be true or false"),
        ("[policy]\nscope.users = 'filter: a eq'", "got the end; in .policy. of .*sync.toml\n  a eq\n"),
        ("[policy]\ngrace = 7", r'grace in .* must be a number with its unit, such as "7 days", got 7'),
        ("[policy]\ngrace = '7 dogs'", "grace in .*got '7 dogs'"),
        ("[policy]\nlimits = 3", r"limits in \[policy\] .* must be a table"),
        ("[policy.limits]\ndeactivation = 3", "got 'deactivation' .*did you mean 'deactivations'"),
        ("[policy.limits]\ncreates = -1", "creates in .* must be a number of changes, 0 or more"),
        ("[policy.limits]\ncreates = true", "creates in .* must be a number of changes"),
        ("[policy.protected]\nuser = ['a']", r"\[policy.protected\] .*got 'user' .*did you mean"),
        ("[policy.scope]\nusers = 3", r"users in \[policy.scope\] .* must be a list of strings"),
        ("[policy\n", "config must be TOML, got .*line 1"),
    ],
)  # fmt: skip
def test_mistake_is_refused_by_name(text: str, said: str, tmp_path: Path) -> None:
    """R36: a misspelled name of a mapping is no silently ignored one."""
    path = write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=said) as refused:
        Config.read(path)
    assert str(path) in str(refused.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"config must be a readable file, got .*none\.toml"
    ):
        Config.read(tmp_path / "none.toml")


def test_other_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sync.toml"
    path.write_bytes("[columns]\nN\u00e1me = 'title'".encode("cp1252"))
    with pytest.raises(ConfigurationError, match="config must be UTF-8"):
        Config.read(path)


def test_read_source_without_a_source_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="the configuration names no source"):
        Config().read_source()


def test_read_source_uses_the_configuration(tmp_path: Path) -> None:
    """R36: columns are named, and one that is ignored is ignored on purpose."""
    (tmp_path / "people.csv").write_text("Mail;Shoes;status\nana@acme.com;38;left\n", "utf-8")
    text = """
    [source]
    path = "people.csv"
    [columns]
    Mail = ["userName", 'emails[type eq "work"].value']
    Shoes = false
    [status]
    active = ["here"]
    inactive = ["left"]
    """
    directory = Config.read(write(tmp_path, text)).read_source()
    assert directory.problems == ()
    (record,) = directory.user_records
    assert record.user_name == "ana@acme.com"
    assert record.values["active"] is False
    (tmp_path / "other.csv").write_text("Mail,status,Shoes\nbo@acme.com,here,1\n", "utf-8")
    other = Config.read(write(tmp_path, text)).read_source(tmp_path / "other.csv")
    assert [user.user_name for user in other.users] == ["bo@acme.com"]
