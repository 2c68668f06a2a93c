"""Draw the layers of the package and the imports between them.

python tools/draw_layers.py            write docs/img/layers.svg
python tools/draw_layers.py --check    write nothing; exit 1 if the picture is stale
"""

from __future__ import annotations

import argparse
import html
import sys
from pathlib import Path

from import_graph import Edge, layer_edges

PROJECT = Path(__file__).resolve().parent.parent
PICTURE = PROJECT / "docs/img/layers.svg"

BOX = (160, 74)
LAYERS = {
    "cli": (269, 10, "the command line"),
    "sync": (8, 140, "generated from aio"),
    "aio": (182, 140, "the async clients"),
    "testing": (530, 280, "an emulated tenant"),
    "charts": (530, 140, "pictures for notebooks"),
    "wire": (95, 280, "one exchange as values"),
    "provisioning": (356, 280, "directories and plans"),
    "scim": (95, 420, "the SCIM language"),
    "admin": (356, 420, "the Britive language"),
    "steps": (8, 560, "steps of a set-up"),
    "tables": (182, 560, "text and HTML tables"),
    "suggestions": (356, 560, "did you mean"),
    "errors": (530, 560, "the exception tree"),
}
"""Position of each layer in the picture, and its purpose. An arrow must never point upwards."""

GROUND = {
    "errors",
    "tables",
    "suggestions",
    "steps",
    "_hints",
    "_lazy",
    "notebook_text",
    "_version",
}
"""Modules that every layer may use; arrows to them are left out."""

PURE = {"scim", "admin", "wire", "provisioning"} | GROUND

STYLE = """
  text { font-family: Helvetica, Arial, sans-serif; fill: #1f2933 }
  .name { font-size: 17px; font-weight: 600 }
  .purpose { font-size: 12.5px; fill: #52606d }
  .layer { fill: #f5f7fa; stroke: #3e4c59; stroke-width: 1.5 }
  .pure { fill: #e3f8ff }
  .generated { stroke-dasharray: 5 4 }
  path { fill: none; stroke: #7b8794; stroke-width: 1.4 }
  .tip { fill: #7b8794 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6eaf0 }
    .purpose { fill: #b4bcc8 }
    .layer { fill: #2b303b; stroke: #8b95a5 }
    .pure { fill: #17374a }
    path { stroke: #8b95a5 }
    .tip { fill: #8b95a5 }
  }
"""


def find_arrows() -> list[Edge]:
    """Return the arrows to draw, sorted: direct imports between layers, without those that others imply.

    Raises:
        ValueError: an arrow would point upwards.
    """
    edges = {(a, b) for a, b in layer_edges() if a in LAYERS and b in LAYERS.keys() - GROUND}
    for a, b in edges:
        if LAYERS[a][1] >= LAYERS[b][1]:
            raise ValueError(f"{a} imports {b}, which is not below it")
    implied = {(a, c) for a, b in edges for b_, c in edges if b == b_}
    return sorted(edges - implied)


def arrow_path(layer: str, target: str) -> str:
    """Return the curve from the bottom of one layer to the top of another."""
    width, height = BOX
    (x1, y1, _), (x2, y2, _) = LAYERS[layer], LAYERS[target]
    start, end = x1 + width / 2, x2 + width / 2
    top, bottom = y1 + height, y2
    bend = (bottom - top) / 2
    return (
        f"M{start:g},{top} C{start:g},{top + bend:g} {end:g},{bottom - bend:g} {end:g},{bottom - 7}"
    )


def draw() -> str:
    """Return the whole SVG."""
    width, height = BOX
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 698 646" role="img">',
        "<title>The layers of britive_scim; an arrow points from a layer to one that it imports</title>",
        f"<style>{STYLE}</style>",
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
            'markerHeight="8" orient="auto"><path class="tip" d="M0,0 L8,4 L0,8 z"/></marker></defs>'
        ),
    ]
    lines += [f'<path d="{arrow_path(a, b)}" marker-end="url(#tip)"/>' for a, b in find_arrows()]
    lines.append('<path class="generated" d="M182,177 L169,177" marker-end="url(#tip)"/>')
    for name, (x, y, purpose) in LAYERS.items():
        classes = (
            "layer" + (" pure" if name in PURE else "") + (" generated" if name == "sync" else "")
        )
        lines += [
            f'<rect class="{classes}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>',
            f'<text class="name" x="{x + 11}" y="{y + 31}">{name}</text>',
            f'<text class="purpose" x="{x + 11}" y="{y + 53}">{html.escape(purpose)}</text>',
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
    picture = draw()
    is_stale = not PICTURE.exists() or PICTURE.read_text("utf-8") != picture
    if is_stale:
        print(("stale: " if check else "wrote: ") + PICTURE.relative_to(PROJECT).as_posix())
    if is_stale and not check:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(picture, "utf-8")
    return int(is_stale and check)


if __name__ == "__main__":
    sys.exit(main())
