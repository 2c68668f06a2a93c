"""Write `docs/reference/endpoints.md`: each method of the admin client, and the requests it sends.

    python tools/endpoints.py            write the page
    python tools/endpoints.py --check    write nothing; exit 1 if the page is stale

The requests are recorded while every method is called as `tests/admin_calls.py` says; source and
certainty are read from the docstrings.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/endpoints.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from admin_calls import CALLS, Call  # type: ignore[import-not-found]  # noqa: E402  # found by the path set above
from admin_double import TOKEN, Script  # type: ignore[import-not-found]  # noqa: E402
from britive_scim import AdminClient, Settings  # noqa: E402
from britive_scim.sync.pager import Pager  # noqa: E402
from britive_scim.wire.settings import Exchange  # noqa: E402

SLOTS = {"by-tag": "tag", "registrations": "factor", "identity-provider": "idpName"}
"""What a slot holds, by the segment before it; `id` where nothing is said."""

MARKS = (
    (r"\(documented|both documented", "documented"),
    (r"vendor's", "vendor"),
    (r"inferred", "inferred"),
)
"""Words of a `Source:` line, in the order they are tried, and the certainty they stand for."""

HEAD = """\
# Endpoints of the admin API

Every method of `AdminClient` and the requests it sends, in order. `AsyncAdminClient` has the same. Written by
`python tools/endpoints.py` from what the methods really send; a test keeps it true.

Certainty: **documented** by Britive (API pages or OpenAPI document), known from a client of the **vendor**, or
**inferred**. Lists are read page by page and repeat their request. Paths are below the tenant's address.
"""


@dataclass(frozen=True)
class Row:
    """One method."""

    name: str
    requests: tuple[str, ...]
    returns: str
    source: str
    certainty: str

    def __str__(self) -> str:
        requests = "<br>".join(
            f"{verb} `{path}`" for verb, _, path in (r.partition(" ") for r in self.requests)
        )
        return f"| `{self.name}` | {requests} | {self.returns} | {self.source} | {self.certainty} |"


def rows() -> Iterator[Row]:
    """Yield a row for each call, those of one method together."""
    merged: dict[str, Row] = {}
    for call in CALLS:
        method, requests = recorded(call)
        source = source_of(method)
        row = Row(call.name, requests, returns_of(method), source, certainty_of(source))
        if call.name in merged:
            both = tuple(dict.fromkeys([*merged[call.name].requests, *requests]))
            row = Row(call.name, both, row.returns, row.source, row.certainty)
        merged[call.name] = row
    yield from merged.values()


def recorded(call: Call) -> tuple[Any, tuple[str, ...]]:
    """Return the method of a call, and the requests it sends as verb and template."""
    script = Script({line: (200, body) for line, body in call.reads.items()})
    script.replies[call.line] = (200, call.reply)
    seen: list[str] = []

    def note(exchange: Exchange) -> None:
        seen.append(f"{exchange.method} {named(exchange.template)}")

    with AdminClient("acme", TOKEN, transport=script, settings=Settings(hooks=(note,))) as britive:
        method = attrgetter(call.name)(britive)
        result = method(*call.args, **call.options)
        if isinstance(result, Pager):
            result.first()
    return method, tuple(dict.fromkeys(seen))


def named(template: str) -> str:
    """Return a path with names in its slots."""
    parts = template.split("{}")
    path, names = parts[0], set[str]()
    for part in parts[1:]:
        before = path.rstrip("/").rpartition("/")[2]
        name = SLOTS.get(before, "id")
        if name in names or (names and before == "users"):
            name = "userId"
        names.add(name)
        path += "{" + name + "}" + part
    return path


def returns_of(method: Any) -> str:
    """Return the annotation of what a method returns, as Markdown."""
    text = str(inspect.signature(method).return_annotation)
    text = re.sub(r"Sequence\[(.*)\]", r"list[\1]", text).replace("|", "or")
    return "" if text == "None" else f"`{text}`"


def source_of(method: Any) -> str:
    """Return the `Source:` of a method's docstring, or that of its class."""
    for documented in (method, type(method.__self__)):
        found = re.search(
            r"^Source: (.+?)(?:\n\n|\Z)", inspect.getdoc(documented) or "", re.MULTILINE | re.DOTALL
        )
        if found:
            return " ".join(found[1].split()).rstrip(".")
    raise SystemExit(f"{method.__qualname__} does not say its source")


def certainty_of(source: str) -> str:
    """Return how sure a source is."""
    return next(word for pattern, word in MARKS if re.search(pattern, source))


def page() -> str:
    """Return the text of the page."""
    lines = [HEAD]
    noun = ""
    for row in rows():
        head = row.name.rpartition(".")[0] or "the client itself"
        if head != noun:
            noun = head
            lines.append(
                f"\n## {noun}\n\n| method | requests | returns | source | certainty |\n|---|---|---|---|---|"
            )
        lines.append(str(row))
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 if the page is stale"
    )
    check = parser.parse_args(arguments).check
    text = page()
    stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if stale:
        print(("stale: " if check else "wrote: ") + PAGE.relative_to(ROOT).as_posix())
        if not check:
            PAGE.write_text(text, "utf-8")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
