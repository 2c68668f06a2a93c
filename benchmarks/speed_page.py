"""Write `docs/explanation/speed.md` from saved tables.

python benchmarks/clients.py --save FOLDER
python benchmarks/paging.py --save FOLDER --sniffio FOLDER
python benchmarks/creation.py --save FOLDER --sniffio FOLDER
python benchmarks/startup.py --save FOLDER
python benchmarks/speed_page.py FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs/explanation/speed.md"

HEAD = """---
description: Seconds, CPU time and memory of the clients, compared with httpx by hand and with other SCIM packages.
tags: [performance, benchmark, memory]
---

# Benchmarks: speed and memory

<!-- written by benchmarks/speed_page.py; measure again instead of editing -->

The cost of the clients compared with HTTP by hand and with other packages. All rows of a table were measured in one
run, alternately and each in a separate process, so that other load affected all of them alike. **Only ratios within one
table are meaningful**; the seconds are those of a small, busy machine.

![Bars of the time that britive_scim, httpx by hand, britive and scim2-client take for four tasks, as ratios to httpx by hand](../img/speed.svg){ width="480" }

"minimal models" are pydantic models with aliases and no validators. "sockets" are bare connections without an HTTP
library, the practical minimum. MB is the growth of the resident memory after the client was created; rows that are not
"streamed" keep all users in a list. `britive`, the vendor's package, reads the users of the admin API, which are less
than half as long.

httpx by hand was measured with and without the package `sniffio`: if it is missing, httpcore 1.0 searches for it several
times a request, which the clients here avoid. A goal counts against the faster of the two.

A client is imported without its models, and a call imports what it needs. So the first two tables, of start-up, belong
together: what construction avoids, the first response of a process loads. Their figures are the CPU time of a whole
process, Python's own start included. Plain `import pydantic` loads nothing of pydantic's models.
"""


ORDER = [
    "import, and construct",
    "first typed",
    "One get-user",
    "on loopback",
    "8 concurrent pages",
    "Memory",
    "Create",
]
"""Parts of the titles, in the order of the tables on the page."""


def format_table(table: dict[str, Any]) -> str:
    rows: list[tuple[str, dict[str, float]]] = [(name, sample) for name, sample in table["rows"]]
    has_memory = any(sample["cpu"] for _, sample in rows)
    lines = [f"## {table['title']}", ""]
    lines += (
        ["| | seconds | CPU seconds | MB |", "|---|---:|---:|---:|"]
        if has_memory
        else ["| | |", "|---|---:|"]
    )
    for name, sample in sorted(rows, key=lambda row: row[1]["seconds"]):
        label = f"**{name}**" if name.startswith("ours") else name
        more = f" {sample['cpu']:.2f} | {sample['megabytes']:.1f} |" if has_memory else ""
        lines.append(f"| {label} | {sample['seconds']:.2f} |{more}")
    lines.append("")
    lines += [f"- {line}" for line in table["goals"]]
    return "\n".join(lines)


def main(folder: Path) -> None:
    tables = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    tables.sort(key=lambda table: [part in table["title"] for part in ORDER].index(True))
    machine = tables[0]["machine"]
    conditions = (
        f"Measured on {machine['date']} with Python {machine['python']} on {machine['processors']} "
        f"processors, shared with other work (load {machine['load']}).\n{machine['packages']}."
    )
    sections = "\n\n".join(map(format_table, tables))
    PAGE.write_text(f"{HEAD}\n{conditions}\n\n{sections}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
