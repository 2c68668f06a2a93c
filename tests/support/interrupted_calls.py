"""Program that interrupts the calls of a sync client by signals, and checks that the client still works.

Run as `python interrupted_calls.py EXCEPTION CONNECTIONS INTERRUPTS`, in a process of its own: a signal can also
arrive while a socket is being opened, and leaves it to the garbage collector.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from britive_scim import RetryPolicy, ScimClient, Settings
from support.raw_server import build_response, run_raw_server


class Stop(BaseException):
    """Exception of a signal handler that is not an `Exception`."""


EXCEPTIONS: dict[str, type[BaseException]] = {
    "KeyboardInterrupt": KeyboardInterrupt,
    "Stop": Stop,
    "LookupError": LookupError,
}
BODY = json.dumps({"schemas": [], "id": "1", "userName": "ana"}).encode()


def main(name: str, connections: int, interrupts: int) -> None:
    """Make calls until the given number of them was interrupted; each next call must succeed."""
    exception = EXCEPTIONS[name]

    def interrupt(*_: Any) -> None:
        raise exception

    chance = random.Random(7)
    signal.signal(signal.SIGALRM, interrupt)
    with run_raw_server(
        lambda connection, *_: connection.sendall(build_response(200, BODY))
    ) as server:
        settings = Settings(max_connections=connections)
        client = ScimClient(
            server.url, "t" * 20, settings=settings, timeout=5, retry=RetryPolicy.none()
        )
        client.users.get("1")
        started = time.perf_counter()
        for _ in range(10):
            client.users.get("1")
        typical = (time.perf_counter() - started) / 10
        interrupted = 0
        while interrupted < interrupts:
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.00005, typical * 1.2))
                client.users.get("1")
                signal.setitimer(signal.ITIMER_REAL, 0)
            except exception:
                interrupted += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert client.users.get("1").id == "1"
        assert client._session._connection_pool._connections.limiter.free == connections
        assert client._session._connection_pool._connections.idle
        client.close()
    sys.stdout.write("alive\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
