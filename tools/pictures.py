"""Draw the pictures of the documentation whose content is the library's own output.

python tools/pictures.py            write docs/img/{demo,plan,speed}.svg
python tools/pictures.py --check    write nothing; exit 1 if a picture is stale

Identifiers and durations differ between two runs of the demo, and are left out of the comparison.
`tools/draw_layers.py` draws the layers, `tools/page_pictures.py` the pictures of pages.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from speed_picture import PAGE, draw_speed
from terminal_picture import draw_terminal, run_in_terminal, select_blocks

from britive_scim import charts
from britive_scim.provisioning import Directory, Policy, plan
from britive_scim.testing import Tenant

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "docs/img"

DEMO_STEPS = ("An emulated", "1. ", "5. ", "7. ", "11. ", "Every step")
"""Beginnings of the blocks of the demo that the picture shows."""

_DIFFERS = re.compile(
    r"(?<=[/;])[0-9A-Za-z]{20}\b"
    r"|[\d.]+(?=&#160;m?s\b)"
    r'| textLength="[\d.]+"'
)
"""Identifiers, numbers before a unit of time, and widths that follow from them."""


def draw_demo() -> str:
    """Return the output of `britive-scim demo` in a terminal."""
    output = run_in_terminal("demo")
    return draw_terminal(
        select_blocks(output, DEMO_STEPS),
        columns=92,
        title="britive-scim demo",
        alternative="Output of britive-scim demo: it prepares a tenant, pushes users and groups, and verifies each step",
    )


def draw_plan() -> str:
    """Return the chart of a plan: a company of 60 users, of which some are new, changed and gone."""
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=60, groups=6)
    found = tenant.scim_client("Okta").read_directory()
    people = [user.to_wire() for user in found.as_wanted().users]
    for number, person in enumerate(people[:7]):
        person["title"] = f"Grade {number}"
    for person in people[7:9]:
        person["userName"] = f"new.{person['userName']}"
    joined = [
        {"userName": f"joiner{number}@example.com", "externalId": f"hr-1{number:05}"}
        for number in range(12)
    ]
    wanted = Directory.of(
        [*people[:-5], *joined],
        [{"displayName": "Joiners", "members": [person["externalId"] for person in joined]}],
    )
    policy = Policy(missing="deactivate")
    return charts.draw_plan(plan(wanted, found, policy=policy)).svg + "\n"


def draw_speed_page() -> str:
    """Return the bars of the speed page."""
    return draw_speed(PAGE.read_text("utf-8"))


PICTURES: dict[str, Callable[[], str]] = {
    "demo.svg": draw_demo,
    "plan.svg": draw_plan,
    "speed.svg": draw_speed_page,
}


def is_same(old: str, new: str) -> bool:
    """Return whether two pictures show the same, but for identifiers and durations."""
    return _DIFFERS.sub("", old) == _DIFFERS.sub("", new)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 if one is stale"
    )
    is_check = parser.parse_args(arguments).check
    status = 0
    for name, draw in PICTURES.items():
        path, picture = FOLDER / name, draw()
        if path.exists() and is_same(path.read_text("utf-8"), picture):
            continue
        print(("stale: " if is_check else "wrote: ") + path.relative_to(PROJECT).as_posix())
        status |= int(is_check)
        if not is_check:
            path.write_text(picture, "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
