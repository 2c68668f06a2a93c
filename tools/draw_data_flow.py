"""Draw the way of the data: from a source of users, through the clients, to Britive or an emulated tenant.

python tools/draw_data_flow.py            write docs/img/data-flow-light.svg and data-flow-dark.svg
python tools/draw_data_flow.py --check    write nothing; exit 1 if a picture is stale
"""

from __future__ import annotations

import argparse
import html
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "docs/img"

WIDTH, HEIGHT = 620, 466
TITLE = "Users and groups come from HR, a directory or Okta; ScimClient pushes them to Britive, and AdminClient manages Britive"


@dataclass(frozen=True)
class Scheme:
    """Fills and lines of one picture."""

    text: str
    soft: str
    line: str
    client: str
    other: str
    frame: str


SCHEMES = {
    "light": Scheme("#1f2933", "#47535f", "#52606d", "#e3f2fd", "#f5f7fa", "#9aa5b1"),
    "dark": Scheme("#f0f4f8", "#c3ccd5", "#9fb3c8", "#123a5a", "#262f3a", "#61707f"),
}


@dataclass(frozen=True)
class Box:
    """One box of the picture, with its name and a line below it."""

    x: int
    y: int
    name: str
    purpose: str
    style: str = "other"


BOX = (270, 76)
BOXES = (
    Box(20, 16, "HR, LDAP, CSV or Okta", "users and groups"),
    Box(330, 16, "Your program", "set-up, checks and audits"),
    Box(20, 156, "ScimClient", "push, change, deactivate", "client"),
    Box(330, 156, "AdminClient", "providers, tokens, audit logs", "client"),
    Box(36, 330, "Britive", "acme.britive-app.com"),
    Box(314, 330, "Tenant, emulated", "in your process, for tests", "emulated"),
)

ARROWS = (
    (155, 92, 156, ""),
    (465, 92, 156, ""),
    (155, 232, 300, "SCIM 2.0"),
    (465, 232, 300, "admin API"),
)
"""Arrows downwards: x, top, bottom and label."""


def draw(scheme: Scheme) -> str:
    """Return one picture."""
    style = (
        f"text{{font-family:system-ui,sans-serif;fill:{scheme.text}}}"
        ".name{font-size:18px;font-weight:600}"
        f".purpose{{font-size:16px;fill:{scheme.soft}}}"
        f"rect{{fill:{scheme.other};stroke:{scheme.line};stroke-width:1.5}}"
        f".client{{fill:{scheme.client};stroke-width:2.5}}"
        ".emulated{stroke-dasharray:6 4}"
        f".frame{{fill:none;stroke:{scheme.frame}}}"
        f"path{{fill:none;stroke:{scheme.line};stroke-width:2}}"
        f".tip{{fill:{scheme.line};stroke:none}}"
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{html.escape(TITLE)}</title>",
        f"<style>{style}</style>",
        f'<rect class="frame" x="20" y="300" width="{WIDTH - 40}" height="150" rx="10"/>',
    ]
    for x, top, bottom, label in ARROWS:
        lines += [
            f'<path d="M{x},{top} V{bottom - 9}"/>',
            f'<path class="tip" d="M{x - 6},{bottom - 10} h12 l-6,10 z"/>',
        ]
        if label:
            lines.append(
                f'<text class="purpose" x="{x + 12}" y="{(top + bottom) // 2 + 3}">{label}</text>'
            )
    for box in BOXES:
        lines += [
            f'<rect class="{box.style}" x="{box.x}" y="{box.y}" width="{BOX[0]}" height="{BOX[1]}" rx="8"/>',
            f'<text class="name" x="{box.x + 16}" y="{box.y + 32}">{html.escape(box.name)}</text>',
            f'<text class="purpose" x="{box.x + 16}" y="{box.y + 57}">{html.escape(box.purpose)}</text>',
        ]
    lines += [
        f'<text class="purpose" x="{WIDTH // 2}" y="434" text-anchor="middle">one or the other: the same calls, the same results</text>',
        "</svg>\n",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    stale = []
    for name, scheme in SCHEMES.items():
        path = FOLDER / f"data-flow-{name}.svg"
        picture = draw(scheme)
        if not path.exists() or path.read_text("utf-8") != picture:
            stale.append(path)
            if not check:
                path.write_text(picture, "utf-8")
    if check and stale:
        print(f"stale: {', '.join(map(str, stale))}; run python tools/draw_data_flow.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
