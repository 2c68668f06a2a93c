"""Command line `britive-scim`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import britive_scim
from britive_scim.__main__ import main
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer

STEPS = 11
REMOTE_STEPS = 9


def test_demo_verifies_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    message = capsys.readouterr().out
    assert f"Every step verified by reading back: {STEPS} steps" in message
    assert message.count("✓") >= 18
    assert "\x1b" not in message  # escape sequences are for terminals only
    for shown in (
        "POST /api/identity-providers ",
        "/scim-token",
        "POST /Users ",
        "POST /Groups ",
        "PATCH /Users/",
        "GET /api/user-tags ",
        " ms",
    ):
        assert shown in message


def test_demo_ends_within_time_limit() -> None:
    """Check for a hang; the benchmarks check the documented three seconds."""
    command = [sys.executable, "-m", "britive_scim", "demo"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def test_demo_on_scim_endpoint_deletes_its_objects(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = Tenant()
    with TenantServer(tenant):
        okta = tenant.identity_providers["Okta"]
        token = okta.scim_token.get_secret_value()
        monkeypatch.setenv("BRITIVE_SCIM_TOKEN", token)
        assert main(["demo", "--base-url", okta.scim_url]) == 0
        assert (okta.users, okta.groups) == ([], [])
    message = capsys.readouterr().out
    assert f"{REMOTE_STEPS} steps" in message
    assert token not in message


@pytest.mark.parametrize(
    ("method", "said", "step"),
    [
        ("PUT", "✗ the title is: expected 'Head of Research', got None", "Update a profile"),
        ("PATCH", "active is True, not False as sent", "Deactivate"),
    ],
)
def test_demo_unverified_step_fails_and_cleans_up(
    method: str,
    said: str,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tenant = Tenant()
    tenant.faults.add(
        status=204, body="", method=method, path="*/Users/*"
    )  # reports success without effect
    with TenantServer(tenant):
        okta = tenant.identity_providers["Okta"]
        monkeypatch.setenv("BRITIVE_SCIM_TOKEN", okta.scim_token.get_secret_value())
        assert main(["demo", "--base-url", okta.scim_url]) == 1
        assert (okta.users, okta.groups) == ([], [])
    message = capsys.readouterr().out
    assert said in message
    assert f"Not verified: {step}" in message


def test_demo_failed_deletion_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = Tenant()
    tenant.faults.add(status=403, method="DELETE", path="*/Groups/*")
    with TenantServer(tenant):
        okta = tenant.identity_providers["Okta"]
        monkeypatch.setenv("BRITIVE_SCIM_TOKEN", okta.scim_token.get_secret_value())
        assert main(["demo", "--base-url", okta.scim_url]) == 1
        assert okta.users == []
        assert len(okta.groups) == 1
    assert "Not verified: Delete everything the demo created" in capsys.readouterr().out


def test_demo_refused_token_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = Tenant()
    with TenantServer(tenant):
        monkeypatch.setenv("BRITIVE_SCIM_TOKEN", "wrong-token-of-somebody")
        assert main(["demo", "--base-url", tenant.identity_providers["Okta"].scim_url]) == 1
    message = capsys.readouterr().out
    assert "401" in message
    assert "wrong-token-of-somebody" not in message


@pytest.mark.parametrize(
    ("arguments", "token", "said"),
    [
        (["demo", "--base-url", "https://acme.example/scim"], None, "BRITIVE_SCIM_TOKEN"),
        (["demo", "--base-url", "http://acme.example/scim"], "t", "https"),
        (["demo", "--base-url", "nonsense"], "t", "https://"),
    ],
)
def test_invalid_settings_exit_with_status_1(
    arguments: list[str],
    token: str | None,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("BRITIVE_SCIM_TOKEN", raising=False)
    if token:
        monkeypatch.setenv("BRITIVE_SCIM_TOKEN", token)
    assert main(arguments) == 1
    assert said in capsys.readouterr().err


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"britive-scim {britive_scim.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["dance"]])
def test_wrong_arguments_exit_with_status_1(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 1
    message = capsys.readouterr().err
    assert "usage: britive-scim" in message
    assert "{check,setup," in message  # the message lists the commands


def test_wrong_option_exits_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--nonsense"])
    assert ended.value.code == 1
    assert "usage: britive-scim demo" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "option"), [("serve", "--port"), ("demo", "--base-url")])
def test_command_help_lists_its_options(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert option in capsys.readouterr().out


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert " demo " in shown
    assert "serve an emulated tenant over HTTP" in shown


def test_script_and_module_have_same_output() -> None:
    script = Path(sys.executable).parent / "britive-scim"
    for command in ([str(script)], [sys.executable, "-m", "britive_scim"]):
        done = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, env=os.environ, timeout=30
        )
        assert done.stdout == f"britive-scim {britive_scim.__version__}\n"
