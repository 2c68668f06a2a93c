"""Output on the page about the command line: every command runs, and prints what the page shows.

`pytest --update-texts` writes the present output into the page.
"""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from britive_scim.__main__ import main
from britive_scim.testing import Tenant

PAGE = Path(__file__).parents[2] / "docs/how-to/run-from-the-command-line.md"
BLOCK = re.compile(
    r'^```(?P<head>console|\w+ title="(?P<title>[^"]+)")\n(?P<body>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)


def run_shown(command: str, tenant: Tenant) -> str:
    """Return a command and its output, both streams, without what differs from run to run."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        main(shlex.split(command)[1:])
    text = output.getvalue().replace(tenant.base_url, "https://acme.britive-app.com")
    for identity_provider in tenant.identity_providers.values():
        text = text.replace(identity_provider.id, f"id-of-{identity_provider.name.casefold()}")
    text = re.sub(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", "2026-12-01T02:15:00+00:00", text
    )
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2027-03-01 02:15 UTC", text)
    text = re.sub(r"in \d[\d.,]* s\b", "in 1.2 s", text)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-z]{20}\b", "2819c223", text)
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join([f"$ {command}", *lines]) + "\n"


def test_page_shows_what_the_commands_print(
    tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("BRITIVE_SCIM_RATE", "none")
    page = PAGE.read_text("utf-8")

    def run_block(match: re.Match[str]) -> str:
        if title := match["title"]:
            (folder / title).unlink(missing_ok=True)
            (folder / title).write_text(match["body"], "utf-8")
            return match[0]
        commands = re.findall(r"^\$ (.*)", match["body"], re.MULTILINE)
        shown = "".join(run_shown(command, tenant) for command in commands)
        if "HR" in tenant.identity_providers:
            monkeypatch.setenv("BRITIVE_SCIM_URL", tenant.identity_providers["HR"].scim_url)
            monkeypatch.setenv("BRITIVE_SCIM_TOKEN_FILE", "scim-token")
            monkeypatch.setenv("BRITIVE_SCIM_PROVIDER", "HR")
            monkeypatch.delenv("BRITIVE_SCIM_TOKEN", raising=False)
        return f"```console\n{shown}```"

    present = BLOCK.sub(run_block, page)
    if request.config.getoption("--update-texts"):
        PAGE.write_text(present, "utf-8")
    assert drop_counts(present) == drop_counts(PAGE.read_text("utf-8"))


def drop_counts(text: str) -> str:
    """Return a page without its numbers of requests, which are no subject of the page."""
    return re.sub(r"\d+ requests", "N requests", text)
