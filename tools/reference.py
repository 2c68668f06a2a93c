"""Write the entries of the reference into the pages of `docs/reference`.

    python tools/reference.py            write the pages
    python tools/reference.py --check    write nothing; exit 1 if a page is stale or an entry has no example

A page contains prose by hand and entries between comments, which the tool writes from signatures, docstrings and the
requests that `endpoints.py` records:

    <!-- reference: okta.users -->
    <!-- end of reference -->

A comment names a client, a collection of one, or public names below `britive_scim`, such as `scim.Filter`. The
example of an entry, in a `python` block at its end, is written by hand in the page, and kept.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/reference"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

import endpoints
from reference_entries import (
    COLLECTION,
    Entry,
    is_client_key,
    iter_object_entries,
    iter_resource_entries,
    resolve,
)
from reference_markdown import render_entry, slugify

from britive_scim import errors

SECTION = re.compile(
    r"^<!-- reference: (?P<keys>[^>]+?) -->\n(?P<body>.*?)^<!-- end of reference -->$",
    re.MULTILINE | re.DOTALL,
)
HEADING = re.compile(r"^#{2,4} (.+)$", re.MULTILINE)
EXAMPLE = re.compile(r"^```python\n.*?^```$", re.MULTILINE | re.DOTALL)

Requests = dict[str, tuple[tuple[str, ...], str]]


def read_keys(path: Path) -> list[str]:
    """Return the keys that the comments of a page name, in order."""
    text = path.read_text("utf-8")
    return [key for match in SECTION.finditer(text) for key in match["keys"].split()]


@functools.cache
def list_pages() -> tuple[Path, ...]:
    """Return the pages with entries."""
    return tuple(path for path in sorted(PAGES.glob("*.md")) if read_keys(path))


@functools.cache
def public_objects() -> dict[str, object]:
    """Return the objects with entries of their own, by key."""
    keys = [key for path in list_pages() for key in read_keys(path)]
    return {key: resolve(key) for key in keys if not is_client_key(key)}


def read_requests() -> Requests:
    """Return the requests of all methods of the clients, by key."""
    requests: Requests = {}
    for client, rows in (
        ("britive", endpoints.iter_admin_rows()),
        ("okta", endpoints.iter_scim_rows()),
    ):
        for row in rows:
            requests[f"{client}.{row.name}"] = row.requests, row.certainty
    for key, (sent, certainty) in list(requests.items()):
        if key.startswith("okta.users."):
            other = tuple(request.replace("/Users", "/{endpoint}") for request in sent)
            requests[key.replace("okta.users", COLLECTION)] = other, certainty
    return requests


def iter_entries(path: Path, requests: Requests) -> Iterator[tuple[str, Entry]]:
    """Yield (keys of the comment, entry) of each entry of a page."""
    classes = {value for value in public_objects().values() if isinstance(value, type)}
    public = frozenset[object](classes)
    titles = find_titles(path)
    first = next((key for key in read_keys(path) if is_client_key(key)), "")
    for match in SECTION.finditer(path.read_text("utf-8")):
        for key in match["keys"].split():
            if is_client_key(key):
                rows = [name for name in requests if name.rpartition(".")[0] == key]
                order = [name.rpartition(".")[2] for name in rows]
                for entry in iter_resource_entries(key, first, order):
                    yield match["keys"], entry
            else:
                for entry in iter_object_entries(key, public):
                    title = titles.get(entry.key, entry.title)
                    yield match["keys"], replace(entry, title=title)


@functools.cache
def find_titles(path: Path) -> dict[str, str]:
    """Return the headings of the public names of a page: with the package where the anchor is not unique."""
    text = path.read_text("utf-8")
    prose = re.sub(r"^```.*?^```$", "", SECTION.sub("", text), flags=re.MULTILINE | re.DOTALL)
    taken = {slugify(title) for title in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}
    keys = read_keys(path)
    first = next((key for key in keys if is_client_key(key)), "")
    for key in keys:
        if is_client_key(key):
            found = iter_resource_entries(key, first, [])
            taken |= {slugify(entry.title) for entry in found}
    titles: dict[str, str] = {}
    for key in keys:
        if not is_client_key(key):
            *package, name = key.split(".")
            titles[key] = ".".join([*package[-1:], name]) if slugify(name) in taken else name
            taken.add(slugify(titles[key]))
    return titles


class Addresses:
    """Addresses of the entries, as one page links to them."""

    def __init__(self, page: Path) -> None:
        self._page = page.name
        self._by_id: dict[int, str] = {}
        self._by_name: dict[str, str] = {}
        ambiguous = set[str]()
        for path in list_pages():
            for key in read_keys(path):
                if is_client_key(key):
                    continue
                name = key.rpartition(".")[2]
                address = f"{path.name}#{slugify(find_titles(path)[key])}"
                self._by_id[id(public_objects()[key])] = address
                if name in self._by_name:
                    ambiguous.add(name)
                self._by_name[key] = self._by_name[name] = address
        for name in ambiguous:
            del self._by_name[name]
        for name in errors.__all__:
            self._by_name[f"errors.{name}"] = f"../errors.md#{slugify(name)}"

    def find(self, value: object, name: str) -> str | None:
        """Return the address of the entry of an object, or of a name; `None` without an entry."""
        address = self._by_id.get(id(value)) if value is not None else None
        address = address or self._by_name.get(name)
        return address.removeprefix(self._page) if address else None


def read_examples(text: str) -> dict[str, str]:
    """Return the examples of a page by hand: heading -> block."""
    examples: dict[str, str] = {}
    for match in SECTION.finditer(text):
        parts = HEADING.split(match["body"])
        for title, body in zip(parts[1::2], parts[2::2], strict=True):
            blocks = EXAMPLE.findall(body)
            if blocks:
                examples[title.strip("`")] = "\n\n".join(blocks)
    return examples


def render_page(path: Path, requests: Requests) -> str:
    """Return the text of a page with current entries."""
    text = path.read_text("utf-8")
    examples = read_examples(text)
    link = Addresses(path).find
    bodies: dict[str, list[str]] = {}
    for keys, entry in iter_entries(path, requests):
        block = render_entry(entry, link, requests, examples.get(entry.title, ""))
        bodies.setdefault(keys, []).append(block)

    def fill(match: re.Match[str]) -> str:
        keys = match["keys"]
        body = "\n\n".join(bodies[keys])
        return f"<!-- reference: {keys} -->\n\n{body}\n\n<!-- end of reference -->"

    return SECTION.sub(fill, text)


def find_missing_examples(requests: Requests) -> list[str]:
    """Return the entries that have no example."""
    missing = []
    for path in list_pages():
        examples = read_examples(path.read_text("utf-8"))
        for _, entry in iter_entries(path, requests):
            if entry.title not in examples and not entry.doc.examples:
                missing.append(f"{path.name}: {entry.title}")
    return missing


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if it is stale")
    check = parser.parse_args(arguments).check
    requests = read_requests()
    stale = False
    for path in list_pages():
        text = render_page(path, requests)
        if path.read_text("utf-8") != text:
            stale = True
            print(("stale: " if check else "wrote: ") + path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(text, "utf-8")
    missing = find_missing_examples(requests)
    if missing:
        print(f"{len(missing)} entries without an example: " + ", ".join(missing))
    return int(check and (stale or bool(missing)))


if __name__ == "__main__":
    sys.exit(main())
