"""Arguments, tokens, errors and exit statuses that all commands share."""

import io
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from britive_scim.__main__ import main
from britive_scim.cli.output import print_json
from britive_scim.testing import Tenant
from cli.conftest import Run

SECRET = "secret-of-somebody"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--token", SECRET], "no option takes a secret"),
        (["check", f"--token={SECRET}"], "no option takes a secret"),
        (["check", f"--tokn-file={SECRET}"], "unknown option --tokn-file; did you mean '--token-file'"),
        (["check", f"--zzz={SECRET}"], "unknown option --zzz"),
        (["expiring", SECRET], r"unexpected arguments \(1\)"),
        (["expiring", "--days", "many"], "argument --days: invalid float value"),
        (["expiring", "--days", "nan"], "argument --days: must be a number of days, got nan"),
        (["expiring", "--days", "1e300"], "argument --days: must be a number of days"),
        (["setup"], "required: NAME"),
        (["setup", "Okta", "--map", "Mobile"], "argument --map: must be ATTRIBUTE=SCIM, got 'Mobile'"),
        (["setup", "Okta", "--map", "A=b", "--map", "A=c"], "must not repeat a name, got 'A' twice"),
        (["chek"], "invalid choice: 'chek'"),
        (["--nonsense"], "required: command"),
        ([], "required: command"),
    ],
)  # fmt: skip
def test_usage_error_ends_with_status_1(arguments: list[str], said: str, run: Run) -> None:
    """The status 2 of argparse would mean that changes are pending."""
    import re

    ended = run(*arguments)
    assert ended.status == 1
    assert re.search(said, ended.err)
    assert ended.out == ""
    assert SECRET not in ended.err


def test_variable_with_unknown_value_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from britive_scim.cli.arguments import CommandParser

    monkeypatch.setenv("BRITIVE_SCIM_MISSING_USERS", "drop")
    parser = CommandParser(prog="test")
    with pytest.raises(SystemExit) as ended:
        parser.add_variable("--missing-users", choices=["keep", "delete"], help="people")
    assert ended.value.code == 1


@pytest.mark.usefixtures("tenant")
def test_missing_settings_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for command, name in (("check", "BRITIVE_SCIM_URL"), ("expiring", "BRITIVE_TENANT")):
        monkeypatch.delenv(name)
        ended = run(command)
        assert (ended.status, ended.out) == (1, "")
        assert name in ended.err


@pytest.mark.parametrize("name", ["BRITIVE_SCIM_TOKEN", "BRITIVE_API_TOKEN"])
def test_missing_token_is_named(
    name: str, run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)
    ended = run("check" if "SCIM" in name else "expiring")
    assert ended.status == 1
    assert f"set {name}, or add --" in ended.err


def test_token_is_read_from_file(
    run: Run, tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tenant.identity_providers["Okta"].scim_token.get_secret_value()
    path = folder / "token"
    path.write_text(f"{secret}\n")
    path.chmod(0o600)
    monkeypatch.setenv("BRITIVE_SCIM_TOKEN", "wrong")
    assert run("check").status == 1
    ended = run("check", "--token-file", "token")
    assert (ended.status, ended.err) == (0, "")
    monkeypatch.delenv("BRITIVE_SCIM_TOKEN")
    monkeypatch.setenv("BRITIVE_SCIM_TOKEN_FILE", str(path))
    assert run("check").status == 0
    path.chmod(0o644)
    assert "other users may read" in run("check").err


def test_token_is_read_from_standard_input(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    secret = tenant.api_token.get_secret_value()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{secret}\n"))
    assert run("expiring", "--api-token-file", "-").status == 0
    ended = run("expiring", "--api-token-file", "-")
    assert ended.status == 1
    assert "must contain a token, got an empty one from standard input" in ended.err


@pytest.mark.usefixtures("tenant")
def test_unreadable_token_file_is_refused(run: Run, folder: Path) -> None:
    assert "--token-file must be a readable file" in run("check", "--token-file", "none").err
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in run("check", "--token-file", "binary").err


def test_error_is_a_message_without_traceback_and_token(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITIVE_API_TOKEN", SECRET)
    ended = run("expiring")
    assert (ended.status, ended.out) == (1, "")
    assert "britive-scim expiring: " in ended.err
    assert "401" in ended.err
    assert "Traceback" not in ended.err
    ended = run("expiring", "--json")
    assert ended.status == 1
    assert ended.json["command"] == "expiring"
    assert ended.json["error"]["status"] == 401
    assert SECRET not in ended.out + ended.err


def test_interrupt_ends_with_status_5(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def readline(self) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    ended = run("check", "--token-file", "-")
    assert ended.status == 5
    assert "interrupted" in ended.err


def test_closed_output_is_no_traceback(tenant: Tenant) -> None:
    """`britive-scim expiring | head -0` ends quietly."""
    program = (
        "import os, sys; from britive_scim.__main__ import main; "
        "reader, writer = os.pipe(); os.close(reader); os.dup2(writer, 1); sys.exit(main(['check']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_version_imports_no_client() -> None:
    """`--version` stays fast: it imports neither httpx nor pydantic."""
    program = (
        "import sys; from britive_scim.__main__ import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: print(sorted({'httpx', 'pydantic', 'tenacity'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("value", [{"b", "a"}, frozenset({"a", "b"}), ("a", "b")])
def test_json_writes_collections_as_lists(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    print_json({"value": value})
    assert json.loads(capsys.readouterr().out) == {"format": 1, "value": ["a", "b"]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 5, 1, tzinfo=UTC), "2026-05-01T00:00:00+00:00"),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (Path("people.csv"), "people.csv"),
        ("Łódź", "Łódź"),
    ],
)
def test_json_writes_other_values(
    value: Any, expected: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    print_json({"value": value})
    text = capsys.readouterr().out
    assert json.loads(text) == {"format": 1, "value": expected}
    assert "\\u" not in text


class Terminal(io.StringIO):
    """Standard error of a person at a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal(
    run: Run, tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "reading users" not in run("export", "directory", "tenant.jsonl").err
    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        status = main(["export", "directory", "tenant.jsonl"])
    assert (status, "reading users and groups of the tenant\n" in terminal.getvalue()) == (0, True)


def test_demo_and_serve_print_json(run: Run) -> None:
    demo = run("demo", "--json")
    assert (demo.status, demo.json["ok"], demo.json["failures"]) == (0, True, [])
    assert demo.json["steps"] == 11
    with subprocess.Popen(
        [sys.executable, "-m", "britive_scim", "serve", "--json"], stdout=subprocess.PIPE, text=True
    ) as served:
        import json

        assert served.stdout is not None
        document = json.loads(served.stdout.readline())
        served.terminate()
    assert document["format"] == 1
    assert set(document) == {"format", "scim_url", "scim_token", "admin_url", "api_token"}


def test_setup_is_done_once(run: Run, tenant: Tenant, folder: Path) -> None:
    ended = run(
        "setup", "HR", "--description", "People", "--token-days", "30", "--custom-attribute", "costCode",
        "--map", 'Mobile=phoneNumbers[type eq "mobile"].value', "--token-file", "hr.token",
    )  # fmt: skip
    assert ended.status == 0
    provider = tenant.identity_providers["HR"]
    assert f"SCIM URL: {provider.scim_url}" in ended.out
    path = folder / "hr.token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = path.read_text().strip()
    assert secret == provider.scim_token.get_secret_value()
    assert secret not in ended.out + ended.err
    assert "Bearer token" not in ended.out  # the name is that of no product
    assert run("check", "--url", provider.scim_url, "--token-file", "hr.token").status == 0

    again = run("setup", "HR", "--token-file", "other.token", "--token-days", "30", "--json")
    assert (again.status, again.json["changed"], again.json["token_file"]) == (0, False, None)
    assert "existed before" in again.err
    assert again.json["fields"][0]["value"] == provider.scim_url
    assert "Base URL" in run("setup", "HR", "--console", "okta").out
    assert not (folder / "other.token").exists()


@pytest.mark.usefixtures("tenant")
def test_setup_never_overwrites_a_file(run: Run, tenant: Tenant, folder: Path) -> None:
    (folder / "hr.token").write_text("precious")
    ended = run("setup", "HR", "--token-file", "hr.token")
    assert ended.status == 1
    assert "--token-file must be a new file" in ended.err
    assert (folder / "hr.token").read_text() == "precious"
    assert "HR" not in tenant.identity_providers
    assert "in a writable directory" in run("setup", "HR", "--token-file", "none/hr.token").err


def test_setup_without_token_file_creates_no_token(run: Run, tenant: Tenant) -> None:
    ended = run("setup", "HR", "--json")
    assert (ended.status, ended.json["changed"]) == (0, True)
    assert "No SCIM token was created; add --token-file PATH" in ended.err
    with pytest.raises(LookupError):
        _ = tenant.identity_providers["HR"].scim_token


def test_setup_failure_leaves_no_file(run: Run, tenant: Tenant, folder: Path) -> None:
    tenant.faults.add(status=400, method="POST", path="*/scim-token")
    ended = run("setup", "HR", "--token-file", "hr.token")
    assert ended.status == 1
    assert "done before the failure: identity provider created" in ended.err
    assert list(folder.iterdir()) == []


def test_check_reports_the_connection(run: Run, tenant: Tenant) -> None:
    ended = run("check")
    assert (ended.status, ended.err) == (0, "")
    assert "connection" in ended.out
    document = run("check", "--json").json
    assert (document["ok"], document["connection"]["authorised"]) == (True, True)
    assert {request.method for request in tenant.requests} <= {"GET"}


def test_check_of_refused_token_ends_with_status_1(
    run: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITIVE_SCIM_TOKEN", SECRET)
    ended = run("check")
    assert ended.status == 1
    assert "failed" in ended.out
    assert SECRET not in ended.out + ended.err


def test_expiring_lists_tokens_that_end_soon(run: Run, tenant: Tenant) -> None:
    assert run("expiring").status == 0
    assert run("expiring").out == ""
    ended = run("expiring", "--days", "100")
    assert ended.status == 2
    assert "SCIM token of Okta: ends in 90.0 days" in ended.out
    tokens = run("expiring", "--days", "100", "--json").json["tokens"]
    assert {"SCIM"} <= {token["type"] for token in tokens}
    assert set(tokens[0]) == {"type", "owner", "expiry", "remaining_seconds"}


def test_error_is_printed_with_its_section_of_the_documentation(run: Run) -> None:
    ended = run("check", "--json")
    first, *_, last = ended.err.rstrip().splitlines()
    assert first.startswith("britive-scim check: ")
    assert last == "  help: errors/#configurationerror in the documentation"
    assert ended.json["error"]["type"] == "ConfigurationError"
    assert ended.json["error"]["help_url"] == "errors/#configurationerror"
