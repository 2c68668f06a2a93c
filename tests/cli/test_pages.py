"""Pages on the command line: options, settings, and the files of the schedules."""

import re
import shlex
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from britive_scim.__main__ import _COMMANDS
from cli.conftest import Run

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference/command-line.md").read_text("utf-8")
SCHEDULE = (DOCS / "how-to/schedule.md").read_text("utf-8")
SESSION = (DOCS / "how-to/run-from-the-command-line.md").read_text("utf-8")


def list_options(run: Run, command: str) -> set[str]:
    """Return the options that the help of a command shows."""
    return set(re.findall(r"^ {2,}(--[a-z-]+)", run(command, "--help").out, re.MULTILINE))


@pytest.mark.parametrize("command", _COMMANDS)
def test_reference_names_every_option(command: str, run: Run) -> None:
    section = REFERENCE.partition(f"\n## {command}\n")[2].partition("\n## ")[0]
    assert section
    named = set(re.findall(r"--[a-z][a-z-]*", section)) - {"--json"}
    assert named - {"--faults"} == list_options(run, command) - {"--json"}


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_has_json(command: str, run: Run) -> None:
    ended = run(command, "--help")
    assert ended.status == 0
    assert "--json" in ended.out


def test_reference_names_every_variable(run: Run) -> None:
    shown = {
        name
        for command in _COMMANDS
        for name in re.findall(r"BRITIVE_\w+", re.sub(r"\s+", " ", run(command, "--help").out))
    }
    missing = {name for name in shown if f"`{name}`" not in REFERENCE}
    assert missing == set()


def iter_commands(page: str) -> list[list[str]]:
    """Return the arguments of each `britive-scim` command in the code blocks of a page."""
    commands: list[list[str]] = []
    for block in re.findall(r"^```.*?\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        joined = re.sub(r"\\\n\s*", "", block)
        for line in joined.splitlines():
            if match := re.search(r"(?:^|[ /])britive-scim ([a-z]+\b.*)", line):
                text = re.split(r" (?:>>?|2>|\|\|?|&&|&) ?| # ", match[1])[0]
                commands.append(shlex.split(text))
    return commands


@pytest.mark.parametrize("page", [SCHEDULE, SESSION], ids=["schedule", "session"])
def test_commands_of_pages_have_known_options(page: str, run: Run) -> None:
    commands = [command for command in iter_commands(page) if command[0] in _COMMANDS]
    assert len(commands) >= 4
    for command in commands:
        options = {
            argument.partition("=")[0] for argument in command[1:] if argument.startswith("--")
        }
        assert options <= list_options(run, command[0]), command


def extract_file(title: str) -> str:
    """Return the file with this title on the page of schedules."""
    match = re.search(
        rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```', SCHEDULE, re.MULTILINE | re.DOTALL
    )
    assert match
    return match[1]


def test_shell_script_of_cron_parses(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "sync.sh").write_text(extract_file("/opt/provisioning/sync.sh"))
    subprocess.run(["/bin/sh", "-n", str(tmp_path / "sync.sh")], check=True)


def test_units_of_systemd_parse() -> None:
    import configparser

    for unit in ("service", "timer"):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.read_string(extract_file(f"/etc/systemd/system/britive-scim.{unit}"))
        assert parser.sections()


def test_config_of_the_page_is_valid(tmp_path: Path) -> None:
    from britive_scim.provisioning import Config

    (tmp_path / "sync.toml").write_text(extract_file("sync.toml"))
    assert Config.read(tmp_path / "sync.toml").policy.missing == "deactivate"


class FailedTask(Exception):
    """`AirflowFailException` of this test."""


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stand in for Airflow, whose tasks run at once; return their results."""
    results: list[Any] = []

    def task(function: Any) -> Any:
        return lambda: results.append(function())

    def dag(**options: Any) -> Any:
        assert options["max_active_runs"] == 1
        return lambda function: function

    for name, members in (
        ("airflow", {}),
        ("airflow.sdk", {"dag": dag, "task": task}),
        ("airflow.exceptions", {"AirflowFailException": FailedTask}),
    ):
        module = types.ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return results


PEOPLE = (
    "user_name,external_id,given_name,family_name,email,active\n"
    "ana@acme.com,1,Ana,Diaz,ana@acme.com,true\n"
)


@pytest.mark.usefixtures("tenant")
def test_dag_of_airflow_synchronizes(airflow: list[Any], folder: Path) -> None:
    text = extract_file("dags/provision.py").replace("/opt/airflow/provisioning", str(folder))
    (folder / "sync.toml").write_text('[source]\npath = "people.csv"\n')
    (folder / "people.csv").write_text(PEOPLE)
    exec(compile(text, "provision.py", "exec"), {"__name__": "provision"})
    assert airflow[0]["created"] == 1
    (folder / "people.csv").write_text("")
    with pytest.raises(FailedTask):
        exec(compile(text, "provision.py", "exec"), {"__name__": "provision"})
