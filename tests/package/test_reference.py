"""The reference has an entry for everything public, which reads on its own in the repository.

The entries are compared with signatures and with the table of requests, not with the tool that writes them.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import public_api
import pytest
import site_metadata
from pydantic import BaseModel

import britive_scim
from britive_scim import (
    AdminClient,
    AsyncAdminClient,
    AsyncScimClient,
    RetryPolicy,
    ScimClient,
    Settings,
)
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.sync.api_resource import APIResource
from support.admin_operations import public_methods
from support.each_value import each_value

FOLDER = Path(__file__).parents[2] / "docs/reference"
PAGES = sorted(FOLDER.glob("*.md"))
MODULES = (*public_api.MODULES, "britive_scim.charts")

MAX_HEADINGS = 45
"""About one and a half screens of contents."""

COLLECTIONS = {"Users": "okta.users", "Groups": "okta.groups", "Resources": "devices"}
"""Exported class of a collection -> its name in the entries."""

CLIENTS: dict[str, tuple[Any, Any]] = {
    "okta": (
        ScimClient("https://acme.example/scim", "token"),
        AsyncScimClient("https://acme.example/scim", "token"),
    ),
    "britive": (AdminClient("acme", "token"), AsyncAdminClient("acme", "token")),
}


@dataclasses.dataclass(frozen=True)
class Section:
    """Heading of a page, and the text below it."""

    page: str
    title: str
    text: str

    @property
    def calls(self) -> str:
        """The block of signatures, or an empty string."""
        match = re.search(r"^```pyi\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        return match[1] if match else ""


@cache
def read_sections() -> tuple[Section, ...]:
    sections: list[Section] = []
    for page in PAGES:
        parts = re.split(r"^#{2,4} (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
        for title, text in zip(parts[1::2], parts[2::2], strict=True):
            sections.append(Section(page.name, title.strip("`"), text))
    return tuple(sections)


@cache
def entries() -> dict[str, Section]:
    """Return the sections that begin with a signature, by the name in it."""
    found: dict[str, Section] = {}
    for section in read_sections():
        for line in section.calls.splitlines():
            match = re.match(r"(?:class |await )?([A-Za-z][\w.]*)(?=[(:]|$)", line)
            if match:
                found.setdefault(match[1], section)
    return found


def public_names() -> Iterator[tuple[str, Any]]:
    """Yield (name in an entry, object) of everything that the packages export."""
    for module_name in MODULES:
        if module_name == "britive_scim.errors":
            continue
        module = importlib.import_module(module_name)
        package = module_name.removeprefix("britive_scim").removeprefix(".")
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.ismodule(value) or name == "BritiveScimError":
                continue
            is_collection = name.removeprefix("Async") in COLLECTIONS
            if not is_collection:
                yield (f"{package}.{name}" if package else name), value


def test_every_public_name_has_an_entry() -> None:
    assert [name for name, _ in public_names() if name not in entries()] == []


def test_every_public_member_has_an_entry() -> None:
    missing = []
    for name, value in public_names():
        if not isinstance(value, type) or name.endswith("Client"):
            continue
        section = entries()[name]
        for line in public_api.iter_members(value):
            member, _, kind = line.removeprefix("async ").partition("(" if "(" in line else ":")
            title = f"{value.__name__.removeprefix('Async')}.{member}"
            is_listed = (
                f"| `{member}` |" in section.text
                if kind == " property"
                else (title in {s.title for s in read_sections() if s.page == section.page})
            )
            if not is_listed:
                missing.append(f"{name}.{member}")
    assert missing == []


def test_every_field_is_listed_with_its_class() -> None:
    missing = []
    for name, value in public_names():
        if not isinstance(value, type):
            continue
        fields = list[str]()
        if dataclasses.is_dataclass(value):
            fields = [field.name for field in dataclasses.fields(value)]
        elif issubclass(value, BaseModel):
            fields = [*inspect.get_annotations(value)]
        missing += [
            f"{name}.{field}"
            for field in fields
            if not field.startswith(("_", "model_"))
            and f"| `{field}` |" not in entries()[name].text
        ]
    assert missing == []


def client_methods() -> Iterator[tuple[str, Any, Any]]:
    """Yield (name in an entry, sync method, async method) of both clients and of `collection`."""
    for client, (one, other) in CLIENTS.items():
        names = {*public_methods(one, APIResource)} - {"close"}
        assert names == {*public_methods(other, AsyncAPIResource)} - {"aclose"}
        for name in sorted(names):
            yield f"{client}.{name}", attrgetter(name)(one), attrgetter(name)(other)
    for name, _ in inspect.getmembers(britive_scim.Resources, inspect.isfunction):
        if not name.startswith("_"):
            one, other = britive_scim.Resources, britive_scim.AsyncResources
            yield f"devices.{name}", getattr(one, name), getattr(other, name)


METHODS = {name: (one, other) for name, one, other in client_methods()}


def test_clients_have_more_than_160_methods() -> None:
    assert len(METHODS) > 160


def client_of(name: str) -> str:
    """Return the collection of a method."""
    return name.rpartition(".")[0]


@each_value("name", METHODS, group=client_of)
def test_client_method_shows_both_calls_and_its_parameters(name: str) -> None:
    section = entries()[name]
    one, other = METHODS[name]
    joined = " ".join(section.calls.split())
    assert joined.startswith(f"{name}(")
    if inspect.iscoroutinefunction(other):
        assert f"await {name}(...)" in joined
    for parameter in inspect.signature(one).parameters.values():
        if parameter.name == "self":
            continue
        default = r"(?:=\S|[,) ])" if parameter.default is parameter.empty else r"=\S"
        assert re.search(rf"\b{parameter.name}{default}", joined), parameter.name
        if parameter.name not in ("timeout", "retry"):
            assert f"| `{parameter.name}` |" in section.text


@each_value("name", METHODS, group=client_of)
def test_client_method_has_an_example(name: str) -> None:
    text = entries()[name].text
    method = name.rpartition(".")[2]
    blocks = re.findall(r"^```(?:python|pycon)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert any(f".{method}(" in block for block in blocks)


def test_every_entry_has_an_example() -> None:
    missing = []
    for section in read_sections():
        blocks = re.findall(
            r"^```(?:python|pycon)\n(.*?)^```$", section.text, re.MULTILINE | re.DOTALL
        )
        member = section.title.rpartition(".")[2]
        wanted = member if "." in section.title and member.islower() else ""
        if section.calls and not any(wanted in block for block in blocks):
            missing.append(f"{section.page}: {section.title}")
    assert missing == []


def recorded_requests() -> Iterator[tuple[str, list[str]]]:
    """Yield (name in an entry, requests) of each row of the table of requests."""
    admin, scim = (FOLDER / "endpoints.md").read_text("utf-8").split("\n## SCIM\n")
    for client, part in (("britive", admin), ("okta", scim)):
        for match in re.finditer(r"^\| `([\w.]+)` \| ([^|]+) \|", part, re.MULTILINE):
            yield f"{client}.{match[1]}", re.sub(r"`", "", match[2]).split("<br>")


def test_client_methods_show_the_recorded_requests() -> None:
    rows = dict(recorded_requests())
    assert len(rows) > 150
    for name, requests in rows.items():
        match = re.search(r"^\*\*Requests?:\*\* (.+) \(\[", entries()[name].text, re.MULTILINE)
        assert match, name
        assert match[1].replace("`", "").split(", ") == requests, name


@pytest.mark.parametrize("settings", [Settings, RetryPolicy])
def test_settings_show_their_defaults(settings: type[Any]) -> None:
    text = entries()[settings.__name__].text
    for field in dataclasses.fields(settings):
        row = re.search(rf"^\| `{field.name}` \| .+? \| `(.+?)` \| .+ \|$", text, re.MULTILINE)
        assert row, field.name
        assert row[1].strip('"') == str(field.default)


@each_value("page", PAGES, label=lambda page: page.name)
def test_page_reads_on_its_own(page: Path) -> None:
    text = page.read_text("utf-8")
    assert ":::" not in text
    titles = re.findall(
        r"^#{1,4} (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
    )
    assert len(titles) <= MAX_HEADINGS
    anchors = [slugify(title) for title in titles]
    assert len(anchors) == len(set(anchors))
    assert len(re.sub(r"<!--.*?-->|^---.*?^---$", "", text, flags=re.DOTALL | re.MULTILINE)) > 500


def slugify(title: str) -> str:
    return re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")


@cache
def anchors_of(page: Path) -> set[str]:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return {slugify(title) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@each_value("page", PAGES, label=lambda page: page.name)
def test_links_of_the_reference_have_targets(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for address in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        if re.match(r"https?://", address) or path.endswith(".json"):
            continue
        assert target.exists(), address
        if anchor:
            assert anchor in anchors_of(target), address


@each_value("page", PAGES, label=lambda page: page.name)
def test_page_has_a_description(page: Path) -> None:
    if page.name == "command-line.md":
        return  # its first paragraph is the description
    match = re.match(r'---\n(?:title: .+\n)?description: "?(.+?)"?\n', page.read_text("utf-8"))
    assert match
    assert 40 <= len(match[1]) <= site_metadata.MAX_DESCRIPTION


def test_index_lists_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)", (FOLDER / "index.md").read_text("utf-8")))
    assert linked == {page.name for page in PAGES} - {"index.md"}
