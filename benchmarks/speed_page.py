"""Write `docs/explanation/speed.md` from tables that were measured.

python benchmarks/clients.py --save FOLDER
python benchmarks/paging.py --save FOLDER --sniffio FOLDER
python benchmarks/creating.py --save FOLDER --sniffio FOLDER
python benchmarks/speed_page.py FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs/explanation/speed.md"

BEFORE = """# Speed

<!-- written by benchmarks/speed_page.py; measure again rather than edit -->

What the clients cost beside HTTP by hand and beside other packages. Every row of a table was measured in one run,
each time in a process of its own and turn by turn, so that what else the machine did hit all of them alike. **Only
ratios within one table mean something**; the seconds are those of a small and busy machine.

"least models" are pydantic models with aliases and not one validator, the least that a typed user can be. "sockets" are
bare connections without an HTTP library, the floor. MB is how far the resident memory of the process rose above what
it was when the client was ready; rows that are not "streamed" keep all users in a list. `britive`, the vendor's package,
reads the users of the admin API, which are less than half as long.

httpx by hand was measured with the package `sniffio` and without: where it is absent, httpcore 1.0 searches for it
several times a request. The clients here spare these searches. A goal counts against the faster of the two.
"""


ORDER = ["One get-user", "on loopback", "8 pages", "Memory", "Create"]
"""What the titles of the tables have in them, first to last."""


def table(kept: dict[str, Any]) -> str:
    rows: list[tuple[str, dict[str, float]]] = [(name, taken) for name, taken in kept["rows"]]
    whole = any(taken["cpu"] for _, taken in rows)
    lines = [f"## {kept['title']}", ""]
    lines += (
        ["| | seconds | on a processor | MB |", "|---|---:|---:|---:|"]
        if whole
        else ["| | |", "|---|---:|"]
    )
    for name, taken in sorted(rows, key=lambda row: row[1]["seconds"]):
        label = f"**{name}**" if name.startswith("ours") else name
        more = f" {taken['cpu']:.2f} | {taken['megabytes']:.1f} |" if whole else ""
        lines.append(f"| {label} | {taken['seconds']:.2f} |{more}")
    lines.append("")
    lines += [f"- {line}" for line in kept["goals"]]
    return "\n".join(lines)


def main(folder: Path) -> None:
    kept = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    kept.sort(key=lambda one: [word in one["title"] for word in ORDER].index(True))
    machine = kept[0]["machine"]
    told = (
        f"Measured on {machine['date']} with Python {machine['python']} on {machine['processors']} "
        f"processors, shared with other work (load {machine['load']}).\n{machine['packages']}."
    )
    PAGE.write_text("\n".join([BEFORE, told, "", "\n\n".join(map(table, kept)), ""]), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
