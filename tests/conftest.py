"""Shared configuration: Hypothesis profiles, and a check that no log record of any test contains a token."""

import gc
import logging
import os
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline: benchmarks measure time, and a busy machine must not fail a test. Every run draws other examples;
# `--hypothesis-profile=gate`, as in `nox -s tests`, and `thorough` draw more of them.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default_run", _PATIENT, max_examples=20)
settings.register_profile("gate", _PATIENT, max_examples=60)
settings.register_profile("thorough", _PATIENT, max_examples=300)
settings.load_profile("default_run")

pytest_plugins = ["support.browser", "support.site"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-texts",
        action="store_true",
        help="write the current messages to tests/data/refusals.txt",
    )
    parser.addoption(
        "--part",
        metavar="N/M",
        help="run the N-th of M equal parts of the tests, and all of tests/package",
    )


# Containers often disable bytecode files. Each worker, and each process of a test, would compile all modules again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_PROOFS_ONLY = re.compile(r"^pytestmark = \[?\s*pytest\.mark\.proof\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the files of the proof tier in the default tier: the imports of their peers take seconds."""
    if config.option.markexpr != "not proof" or not collection_path.match("test_*.py"):
        return None
    return True if _PROOFS_ONLY.search(collection_path.read_text("utf-8")) else None


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Move heavy tests of the sync client to the proofs, and select the part of the tests that `--part` names.

    The part depends on the names of the tests, so that every run selects the same.
    """
    for item in items:
        if item.nodeid.startswith("tests/sync/") and item.get_closest_marker("heavy"):
            item.add_marker(pytest.mark.proof)
    part: str | None = config.getoption("--part")
    if part is None:
        return
    number, total = map(int, part.split("/"))
    left_out = [
        item
        for item in items
        if zlib.crc32(item.nodeid.encode()) % total != number - 1
        and not item.nodeid.startswith("tests/package/")
    ]
    config.hook.pytest_deselected(items=left_out)
    dropped = set(map(id, left_out))
    items[:] = [item for item in items if id(item) not in dropped]


def pytest_collection_finish() -> None:
    """Freeze the collected tests, so that the garbage collector does not scan them repeatedly."""
    gc.collect()
    gc.freeze()


_SECRET = re.compile(r"canary-token-5f2d9c|k{32}|\b(?:Bearer|TOKEN|WorkloadToken) [A-Za-z0-9]{32,}")
"""Tokens of the tests, and the pattern of a credential in a header."""

_LOGGERS = ("britive_scim", "httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")

_ALL = 1
"""Level below all others; no test sets it."""


class _TokenFilter(logging.Filter):
    """Filter that records every log record with a token, and passes records of the requested level."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        message = f"{record.getMessage()} {record.args!r} {record.exc_text or ''}"
        if _SECRET.search(message):
            self.hits.append(f"{record.name}: {_SECRET.sub('<the token>', message)[:500]}")
        # Otherwise pytest would store every record of every test.
        level = logging.getLogger(record.name).level
        return record.levelno >= (logging.getLogger().level if level == _ALL else level)


_token_filter = _TokenFilter()


def pytest_configure() -> None:
    """Enable all log records of the package and its HTTP library, and filter them."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(_ALL)
        logging.getLogger(name).addFilter(_token_filter)


@pytest.fixture(autouse=True)
def no_token_in_logs() -> Iterator[None]:
    """Fail the test during which a token was logged."""
    yield
    hits, _token_filter.hits = _token_filter.hits, []
    assert not hits
