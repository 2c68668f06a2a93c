"""Draw the house: the rooms of the package, and which room looks into which, read from the imports.

python tools/draw_house.py            write docs/img/house.svg
python tools/draw_house.py --check    write nothing; exit 1 if the picture is stale
"""

from __future__ import annotations

import argparse
import ast
import html
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/britive_scim"
PICTURE = ROOT / "docs/img/house.svg"

BOX = (190, 74)
ROOMS = {
    "sync": (20, 30, "the clients, generated"),
    "aio": (240, 30, "the clients, written once"),
    "testing": (680, 170, "a tenant in the process"),
    "wire": (130, 170, "one exchange as values"),
    "provisioning": (460, 170, "wanted, found, plan"),
    "scim": (130, 310, "the SCIM language"),
    "admin": (460, 310, "the Britive language"),
    "errors": (130, 450, "one tree, for all rooms"),
    "tables": (460, 450, "text and HTML, for all"),
}
"""Where each room stands, and its purpose in a few words."""

STYLE = """
  text { font-family: system-ui, sans-serif; fill: #1f2933 }
  .name { font-size: 17px; font-weight: 600 }
  .purpose { font-size: 12.5px; fill: #52606d }
  .room { fill: #f5f7fa; stroke: #3e4c59; stroke-width: 1.5 }
  .pure { fill: #e3f8ff }
  .made { stroke-dasharray: 5 4 }
  path { fill: none; stroke: #7b8794; stroke-width: 1.4 }
"""
PURE = {"scim", "admin", "wire", "provisioning", "errors", "tables"}


FOR_ALL = {"errors", "tables"}
"""Rooms that every room may use; arrows to them would say nothing."""


def looks() -> Iterator[tuple[str, str]]:
    """Yield (room, room it imports from), sorted; without what follows from others already."""
    pairs = set()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("britive_scim"):
                inner = (node.module or "").split(".")[1:2]
                for target in inner or [alias.name for alias in node.names]:
                    pairs.add((room, target))
    pairs = {(a, b) for a, b in pairs if a != b and a in ROOMS and b in ROOMS.keys() - FOR_ALL}
    implied = {(a, c) for a, b in pairs for b_, c in pairs if b == b_}
    yield from sorted(pairs - implied)


def arrow(room: str, target: str) -> str:
    """Return the curve from the bottom (or side) of one room to the top (or side) of another."""
    width, height = BOX
    (x1, y1, _), (x2, y2, _) = ROOMS[room], ROOMS[target]
    if y1 == y2:
        left, right = (x1 + width, x2) if x1 < x2 else (x1, x2 + width)
        return f"M{left},{y1 + height / 2:g} L{right},{y2 + height / 2:g}"
    start, end = x1 + width / 2, x2 + width / 2
    top, bottom = y1 + height, y2
    bend = (bottom - top) / 2
    return (
        f"M{start:g},{top} C{start:g},{top + bend:g} {end:g},{bottom - bend:g} {end:g},{bottom - 7}"
    )


def picture() -> str:
    """Return the whole SVG."""
    width, height = BOX
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 890 550" role="img">',
        "<title>The rooms of britive_scim; an arrow points at what a room imports</title>",
        f"<style>{STYLE}</style>",
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
            'markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" style="fill:#7b8794"/></marker></defs>'
        ),
    ]
    lines += [f'<path d="{arrow(a, b)}" marker-end="url(#tip)"/>' for a, b in looks()]
    lines.append('<path class="made" d="M240,67 L219,67" marker-end="url(#tip)"/>')
    for name, (x, y, purpose) in ROOMS.items():
        kinds = "room" + (" pure" if name in PURE else "") + (" made" if name == "sync" else "")
        lines += [
            f'<rect class="{kinds}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>',
            f'<text class="name" x="{x + 14}" y="{y + 31}">{name}</text>',
            f'<text class="purpose" x="{x + 14}" y="{y + 53}">{html.escape(purpose)}</text>',
        ]
    lines.append("</svg>\n")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if it is stale")
    check = parser.parse_args(arguments).check
    wanted = picture()
    stale = not PICTURE.exists() or PICTURE.read_text("utf-8") != wanted
    if stale:
        print(("stale: " if check else "wrote: ") + PICTURE.relative_to(ROOT).as_posix())
    if stale and not check:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(wanted, "utf-8")
    return int(stale and check)


if __name__ == "__main__":
    sys.exit(main())
