"""Start-up of a process: import with construction of both clients, and the first typed response.

    python benchmarks/startup.py [--rounds 12] [--save FOLDER]

Every subject runs in a new process, all of them once a round. Measured is the CPU time of the whole process, including
Python's own start. Compared: the import of httpx and pydantic alone, and one get-user with httpx and minimal models.
No network: the responses come from `httpx.MockTransport`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

import harness

FOLDER = str(Path(__file__).resolve().parent)

PREPARATION = "import sys; sys.modules['click'] = None\n"
"""httpx imports its command line where the packages of that are installed, which an installation has not."""

URL = "https://acme.britive-app.com/api/scim/v2"

RESPONSE = f"""
sys.path.insert(0, {FOLDER!r})
import json
import httpx
from fixtures import build_user
body = json.dumps(build_user(1)).encode()
transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
"""
"""Preparation of both first responses, so that it counts for both."""

IMPORT_BASE = "import pydantic, httpx"
FIRST_BASE = "httpx, minimal models"

IMPORTS = {
    IMPORT_BASE: "import pydantic, httpx",
    "import pydantic, httpx, pydantic.BaseModel": "import pydantic, httpx; pydantic.BaseModel",
    "ours, both clients": (
        "from britive_scim import AdminClient, ScimClient\n"
        f"ScimClient({URL!r}, 'token' * 8)\n"
        "AdminClient('acme', 'token' * 5)"
    ),
}

FIRST_RESPONSES = {
    FIRST_BASE: (
        f"{RESPONSE}\n"
        "from minimal_models import MinimalUser\n"
        f"client = httpx.Client(base_url={URL!r}, transport=transport)\n"
        "assert MinimalUser.model_validate_json(client.get('/Users/1').content).user_name"
    ),
    "ours": (
        f"{RESPONSE}\n"
        "from britive_scim import ScimClient\n"
        f"client = ScimClient({URL!r}, 'token' * 8, transport=transport)\n"
        "assert client.users.get('1').user_name"
    ),
    "ours async": (
        f"{RESPONSE}\n"
        "import asyncio\n"
        "from britive_scim import AsyncScimClient\n"
        "async def main():\n"
        f"    async with AsyncScimClient({URL!r}, 'token' * 8, transport=transport) as client:\n"
        "        assert (await client.users.get('1')).user_name\n"
        "asyncio.run(main())"
    ),
}


def measure_process(code: str) -> float:
    """Return the CPU seconds of a process that runs `code`."""
    process = subprocess.Popen([sys.executable, "-c", PREPARATION + code])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, code
    return usage.ru_utime + usage.ru_stime


def sample_processes(codes: dict[str, str], rounds: int) -> dict[str, harness.Sample]:
    """Return the median milliseconds of each process; a first round writes the compiled modules."""
    times: dict[str, list[float]] = {name: [] for name in codes}
    for round_number in range(rounds + 1):
        for name, code in codes.items():
            seconds = measure_process(code)
            if round_number:
                times[name].append(seconds * 1000)
    return {name: harness.Sample(statistics.median(each)) for name, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--save", help="folder to write the tables to")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    harness.report_goals(
        "Start-up: import, and construct both clients (CPU milliseconds)",
        sample_processes(IMPORTS, options.rounds),
        [harness.Goal("ours, both clients", 1.5, (IMPORT_BASE,))],
        options.save,
    )
    harness.report_goals(
        "Start-up: first typed response of a process (CPU milliseconds)",
        sample_processes(FIRST_RESPONSES, options.rounds),
        [harness.Goal("ours", 1.3, (FIRST_BASE,))],
        options.save,
    )


if __name__ == "__main__":
    main()
