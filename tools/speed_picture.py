"""Draw the ratios of the speed page as bars: the time of each package, compared with HTTP by hand."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs/explanation/speed.md"


@dataclass(frozen=True)
class Comparison:
    """One table of the page: the rows to draw, compared with one of them.

    Attributes:
        heading: beginning of the heading above the table.
        title: title in the picture.
        baseline: row whose time is 1.
        rows: row of the table → its label in the picture.
    """

    heading: str
    title: str
    baseline: str
    rows: dict[str, str]


OURS = "britive_scim"

COMPARISONS = (
    Comparison(
        "One get-user",
        "Read one user, no network",
        "httpx, json.loads",
        {
            "ours": OURS,
            "httpx, json.loads": "httpx by hand",
            "britive": "britive",
            "scim2-client": "scim2-client",
        },
    ),
    Comparison(
        "List 20,000 users on loopback",
        "List 20,000 users",
        "httpx, minimal models",
        {
            "ours": OURS,
            "httpx, minimal models": "httpx by hand",
            "scim2-client": "scim2-client",
        },
    ),
    Comparison(
        "List 20,000 users, 20 ms latency",
        "List 20,000 users, 20 ms away, 8 pages at a time",
        "httpx async 8, minimal models [sniffio]",
        {
            "ours async, 8 pages": OURS,
            "httpx async 8, minimal models [sniffio]": "httpx by hand",
            "scim2-client async, 8 by hand": "scim2-client",
        },
    ),
    Comparison(
        "Create 2,000 users, 20 ms latency",
        "Create 2,000 users, 20 ms away, 16 at a time",
        "httpx async 16 [sniffio]",
        {
            "ours async 16": OURS,
            "httpx async 16 [sniffio]": "httpx by hand",
            "scim2-client async 16, by hand": "scim2-client",
        },
    ),
)

_WIDTH, _LABEL, _VALUE = 480, 110, 60
_LINE, _BAR, _GAP = 25, 15, 20

_STYLE = """
text { font: 14px Helvetica, Arial, sans-serif; fill: #1f2933 }
.note { font-size: 13px; fill: #52606d }
.strong { font-weight: 600 }
rect { fill: #a3adba }
rect.strong { fill: #3f51b5 }
line { stroke: #52606d; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6eaf0 }
.note { fill: #b4bcc8 }
rect { fill: #6b7686 }
rect.strong { fill: #8ab4f8 }
line { stroke: #b4bcc8 }
}
"""


def read_times(page: str, heading: str) -> dict[str, float]:
    """Return the first column of numbers of the table below a heading, by row.

    Raises:
        LookupError: the page has no such table.
    """
    for section in page.split("\n## ")[1:]:
        if section.startswith(heading):
            rows = re.findall(r"^\| \**(.+?)\** \| ([\d.]+) \|", section, re.MULTILINE)
            return {name: float(number) for name, number in rows}
    raise LookupError(f"{PAGE.name} has no table {heading!r}")


def find_ratios(page: str, comparison: Comparison) -> dict[str, float]:
    """Return the time of each row divided by that of the baseline, by label.

    Raises:
        LookupError: the table or one of its rows is missing.
    """
    times = read_times(page, comparison.heading)
    missing = [row for row in comparison.rows if row not in times]
    if missing:
        raise LookupError(f"{comparison.heading!r} has no row {missing[0]!r}")
    return {
        label: times[row] / times[comparison.baseline] for row, label in comparison.rows.items()
    }


def draw_speed(page: str) -> str:
    """Return the picture of these comparisons as SVG.

    Args:
        page: text of the speed page.

    Raises:
        LookupError: a table or a row is missing.
    """
    ratios = [find_ratios(page, each) for each in COMPARISONS]
    scale = (_WIDTH - _LABEL - _VALUE) / max(max(each.values()) for each in ratios)
    body: list[str] = []
    y = 0
    for comparison, values in zip(COMPARISONS, ratios, strict=True):
        y += _GAP
        body.append(f'<text class="strong" x="0" y="{y}">{html.escape(comparison.title)}</text>')
        top = y + 10
        one = round(_LABEL + scale, 1)
        for label, value in values.items():
            y += _LINE
            emphasis = ' class="strong"' if label == OURS else ""
            width = round(value * scale, 1)
            value_x = max(_LABEL + width, one) + 6
            body += [
                f'<text{emphasis} x="0" y="{y}">{html.escape(label)}</text>',
                f'<rect{emphasis} x="{_LABEL}" y="{y - 12}" width="{width}" height="{_BAR}" rx="2"/>',
                f'<text{emphasis} x="{value_x:g}" y="{y}">{value:.2f}x</text>',
            ]
        body.append(f'<line x1="{one}" y1="{top}" x2="{one}" y2="{y + 8}"/>')
        y += _GAP
    y += _GAP
    body.append(
        f'<text class="note" x="0" y="{y}">Time compared with httpx by hand (1x); shorter is faster.</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 10}" role="img">\n'
        f"<title>{html.escape(_describe(ratios))}</title>\n<style>{_STYLE}</style>\n"
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _describe(ratios: list[dict[str, float]]) -> str:
    parts = (
        f"{comparison.title}: " + ", ".join(f"{name} {value:.2f}" for name, value in each.items())
        for comparison, each in zip(COMPARISONS, ratios, strict=True)
    )
    return "Time compared with httpx by hand. " + "; ".join(parts)
