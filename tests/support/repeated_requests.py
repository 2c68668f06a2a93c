"""Rounds of equal requests, and the resources that the process holds after each round.

As a program, it prints them as JSON: in a process that has run other tests, the memory tells nothing.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import threading
from pathlib import Path

from britive_scim import AsyncScimClient, ScimClient, Settings
from support.socket_server import SocketServer, run_socket_server

Usage = dict[str, int]
"""Number of objects, threads, open files, tasks and connections, and bytes of memory."""

TASKS = 16
CONNECTIONS = 8


def measure_usage(server: SocketServer, tasks: int = 0) -> Usage:
    """Return the resource usage; memory and files only if the system reports them."""
    gc.collect()
    usage = {
        "objects": len(gc.get_objects()),
        "threads": threading.active_count(),
        "tasks": tasks,
        "connections": server.connections,
    }
    own = Path("/proc/self")
    if own.exists():
        usage["files"] = len(list((own / "fd").iterdir()))
        usage["bytes"] = int((own / "statm").read_text().split()[1]) * 4096
    return usage


def send_from_thread(number: int, rounds: int) -> list[Usage]:
    """Return the usage after the first requests of a client, and after each round of further ones."""
    usages: list[Usage] = []
    with run_socket_server() as server, ScimClient(server.url, "t") as client:
        for _ in range(rounds + 1):
            for _ in range(number):
                client.users.get("1")
            usages.append(measure_usage(server))
    return usages


def send_from_tasks(number: int, rounds: int) -> list[Usage]:
    """Return the same for requests of tasks that share the connections of an async client."""

    async def main(server: SocketServer) -> list[Usage]:
        settings, usages = Settings(max_connections=CONNECTIONS), list[Usage]()
        async with AsyncScimClient(server.url, "t", settings=settings) as client:

            async def send() -> None:
                for _ in range(number // TASKS):
                    await client.users.get("1")

            for _ in range(rounds + 1):
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(TASKS):
                        tasks.create_task(send())
                usages.append(measure_usage(server, len(asyncio.all_tasks())))
        return usages

    with run_socket_server() as server:
        return asyncio.run(main(server))


SENDERS = {"thread": send_from_thread, "tasks": send_from_tasks}


if __name__ == "__main__":
    logging.getLogger("britive_scim").setLevel(logging.WARNING)
    name, number, rounds = sys.argv[1:]
    sys.stdout.write(json.dumps(SENDERS[name](int(number), int(rounds))))
