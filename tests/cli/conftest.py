"""A served tenant, and the command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from britive_scim.__main__ import main
from britive_scim.testing import Tenant
from britive_scim.testing.server import TenantServer

_VARIABLES = (
    "BRITIVE_SCIM_URL", "BRITIVE_SCIM_TOKEN", "BRITIVE_SCIM_TOKEN_FILE", "BRITIVE_TENANT",
    "BRITIVE_API_TOKEN", "BRITIVE_API_TOKEN_FILE",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """A command that ended: exit status, standard output and standard error."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        document = json.loads(self.out)
        assert document["format"] == 1
        return document


Run = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory of the commands; no variable of the machine reaches them."""
    monkeypatch.chdir(tmp_path)
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `britive-scim` with these arguments."""

    def run_command(*arguments: str) -> Ended:
        capsys.readouterr()
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        captured = capsys.readouterr()
        return Ended(status, captured.out, captured.err)

    return run_command


@pytest.fixture
def tenant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """Serve a tenant on the loopback address; the environment names it and has its tokens."""
    tenant = Tenant("acme")
    with TenantServer(tenant) as server:
        for name, value in server.environment("Okta").items():
            monkeypatch.setenv(name, value)
        yield tenant
