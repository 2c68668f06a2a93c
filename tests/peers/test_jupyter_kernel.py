"""Interrupts in a Jupyter kernel: a cell that is interrupted leaves its client usable."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.socket_server import run_socket_server

pytest.importorskip("ipykernel")
jupyter_client = pytest.importorskip("jupyter_client")

pytestmark = [
    pytest.mark.proof,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the kernel's libraries
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

INTERRUPTS = 30

PREPARATION = """
import itertools
from britive_scim import AsyncScimClient, RetryPolicy, ScimClient, Settings
options = {{"timeout": 5, "retry": RetryPolicy.none(), "settings": Settings(max_connections=1)}}
client = ScimClient({url!r}, "t" * 20, **options)
later = AsyncScimClient({url!r}, "t" * 20, **options)
"""
LOOPS = {
    "client": "for number in itertools.count():\n    print(number, client.users.get('1').id, flush=True)",
    "later": "for number in itertools.count():\n    print(number, (await later.users.get('1')).id, flush=True)",
}
NEXT_CALLS = {
    "client": "print(client.users.get('1').id)",
    "later": "print((await later.users.get('1')).id)",
}


class Kernel:
    """Kernel whose cells are run and interrupted."""

    def __init__(self, manager: Any, client: Any) -> None:
        self._manager = manager
        self._client = client

    def run(self, code: str, *, lines: int | None = None) -> tuple[str, str]:
        """Run a cell, and return its output and the name of its exception.

        IPython prints the traceback instead of sending it if a frame has no line number, as in Python 3.11 after an
        interrupt at the start of a comprehension.

        Args:
            code: code of the cell.
            lines: interrupt the cell after so many lines of output.
        """
        request = self._client.execute(code)
        output = exception = printed = ""
        while True:
            message = self._client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                output += content["text"]
                if lines is not None and output.count("\n") >= lines:
                    lines = None
                    self._manager.interrupt_kernel()
            elif message["msg_type"] == "stream":
                printed += content["text"]
            elif message["msg_type"] == "error":
                exception = content["ename"]
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                if not exception and "\nKeyboardInterrupt\n" in printed:
                    exception = "KeyboardInterrupt"
                return output, exception


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    from jupyter_client.manager import start_new_kernel

    source = Path(__file__).parents[2] / "src"
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120)
    try:
        started = Kernel(manager, client)
        assert started.run(f"import sys; sys.path.insert(0, {str(source)!r})") == ("", "")
        yield started
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("name", ["client", "later"])
def test_client_of_interrupted_cell_goes_on_working(kernel: Kernel, name: str) -> None:
    with run_socket_server(delay=0.002) as server:
        assert kernel.run(PREPARATION.format(url=server.url)) == ("", "")
        for number in range(INTERRUPTS):
            _, exception = kernel.run(LOOPS[name], lines=1 + number % 7)
            assert exception in ("KeyboardInterrupt", "CancelledError")
            assert kernel.run(NEXT_CALLS[name]) == ("1\n", "")
