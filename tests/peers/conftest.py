"""Third-party servers, started on loopback and ended by their process id."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TOKEN = "peer-token-for-tests"


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with status {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)  # a poll of another process: it has no event to wait for
    pytest.fail("the server did not listen in time")


@contextlib.contextmanager
def run_server(command: list[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server during the block; its output goes to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_for_port(port, process)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def scim2_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the base URL of an empty `scim2-server` with the token `TOKEN`."""
    port = find_free_port()
    script = Path(sys.executable).parent / "scim2-server"
    log = tmp_path_factory.mktemp("scim2-server") / "log"
    with run_server([str(script), "--port", str(port), "--bearer-token", TOKEN], port, log):
        yield f"http://127.0.0.1:{port}/v2"
