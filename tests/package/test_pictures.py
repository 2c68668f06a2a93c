"""Pictures of the documentation: current, small, described, and free of outside resources."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import speed_picture

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
SVG = "{http://www.w3.org/2000/svg}"

PNG_LIMITS = {"notebook": 80_000, "live-page": 120_000}
"""Largest size in bytes, by the beginning of the name."""

SECTION = """# Speed

## One get-user, no network (milliseconds)

| | |
|---|---:|
| **ours** | 0.50 |
| httpx, json.loads | 0.40 |
| britive | 0.80 |
| scim2-client | 2.00 |

## Another table
"""


def test_bars_of_the_speed_page_are_current() -> None:
    picture = (DOCS / "img/speed.svg").read_text("utf-8")
    assert picture == speed_picture.draw_speed(speed_picture.PAGE.read_text("utf-8"))


def test_ratio_compares_a_row_with_the_baseline() -> None:
    comparison = speed_picture.COMPARISONS[0]
    ratios = speed_picture.find_ratios(SECTION, comparison)
    assert ratios == {
        "britive_scim": pytest.approx(1.25),
        "httpx by hand": 1,
        "britive": 2,
        "scim2-client": 5,
    }


def test_missing_row_or_table_of_speeds_is_refused() -> None:
    without_row = SECTION.replace("| britive |", "| other |")
    with pytest.raises(LookupError, match="'One get-user' has no row 'britive'"):
        speed_picture.find_ratios(without_row, speed_picture.COMPARISONS[0])
    with pytest.raises(LookupError, match=r"speed.md has no table 'List 20,000 users on loopback'"):
        speed_picture.draw_speed(SECTION)


def test_drawings_are_described_and_load_nothing() -> None:
    drawings = sorted((DOCS / "img").glob("*.svg"))
    assert {"demo.svg", "layers.svg", "plan.svg", "speed.svg"} <= {path.name for path in drawings}
    for path in drawings:
        text = path.read_text("utf-8")
        root = ET.fromstring(text)
        title = root.find(f"{SVG}title")
        described = root.get("aria-label") or (title.text if title is not None else "")
        assert described, path.name
        assert root.get("role") == "img", path.name
        outside = re.sub(r'xmlns(?::\w+)?="[^"]*"', "", re.sub(r">[^<]*<", "><", text))
        assert not re.search(r"https?:|<script|@import|url\((?!#)", outside), path.name
        assert len(text) < 40_000, path.name


def test_drawings_follow_the_dark_scheme() -> None:
    names = {path.name for path in (DOCS / "img").glob("*.svg")}
    for name in names - {"demo.svg"}:  # a terminal is dark in both
        if name.endswith(("-light.svg", "-dark.svg")):
            assert {name.replace("-dark", "-light"), name.replace("-light", "-dark")} <= names
        else:
            assert "prefers-color-scheme: dark" in (DOCS / "img" / name).read_text("utf-8"), name


def test_photographs_of_pages_are_small_and_come_in_both_schemes() -> None:
    sizes = {path.stem: path.stat().st_size for path in (DOCS / "img").glob("*.png")}
    expected = {f"{name}-{scheme}" for name in PNG_LIMITS for scheme in ("light", "dark")}
    assert expected <= sizes.keys()
    for name, size in sizes.items():
        limit = next(limit for start, limit in PNG_LIMITS.items() if name.startswith(start))
        assert 5_000 < size < limit, name


def test_every_image_of_a_page_exists_and_has_a_description() -> None:
    count = 0
    for page in [PROJECT / "README.md", *DOCS.rglob("*.md")]:
        for text, target in re.findall(r"!\[([^\]]*)\]\(([^)#\s]+)", page.read_text("utf-8")):
            count += 1
            assert len(text) > 10, f"{page.name}: {target}"
            assert target.startswith("http") or (page.parent / target).exists(), target
    assert count >= 2
