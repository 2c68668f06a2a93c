"""What all tests share: how Hypothesis runs, and that no log tells a token, whatever a test is about."""

import gc
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Time belongs to the benchmarks: a busy machine must not fail a test. Every run tries other examples;
# `--hypothesis-profile=thorough` tries more of them.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", _PATIENT, max_examples=35)
settings.register_profile("thorough", _PATIENT, max_examples=300)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-texts",
        action="store_true",
        help="write the messages of today to tests/data/refusals.txt",
    )


def pytest_collection_finish() -> None:
    """Let the collector forget the thousands of tests: it would look at all of them again and again."""
    gc.collect()
    gc.freeze()


_SECRET = re.compile(r"canary-token-5f2d9c|k{32}|\b(?:Bearer|TOKEN|WorkloadToken) [A-Za-z0-9]{32,}")
"""The tokens that tests give, and what a credential looks like on its way."""

_LOGGERS = ("britive_scim", "httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")

_ALL = 1
"""A level below all others; no test sets it."""


class _Watch(logging.Filter):
    """Notes every record in which a token can be read, and lets on what is wanted besides."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        told = f"{record.getMessage()} {record.args!r} {record.exc_text or ''}"
        if _SECRET.search(told):
            self.hits.append(f"{record.name}: {_SECRET.sub('<the token>', told)[:500]}")
        # A test that sets a level has its way; else pytest would keep every record of every test.
        wanted = logging.getLogger(record.name).level
        return record.levelno >= (logging.getLogger().level if wanted == _ALL else wanted)


_watch = _Watch()


def pytest_configure() -> None:
    """Let everything that the package and its HTTP library log be made, and read it along."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(_ALL)
        logging.getLogger(name).addFilter(_watch)


@pytest.fixture(autouse=True)
def no_token_in_logs() -> Iterator[None]:
    """Fail the test during which a token was logged."""
    yield
    hits, _watch.hits = _watch.hits, []
    assert not hits
