"""The page about errors: a section for each class, at the address that `help_url` names."""

import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import errors as errors_page
import public_api
import pytest
from project_urls import project_urls

from britive_scim import errors
from britive_scim.errors.help_url import Documented, find_help_url, read_docs_url
from support.each_value import each_value

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs/errors.md").read_text("utf-8")
CLASSES = {
    name: value
    for module in public_api.MODULES
    for name, value in inspect.getmembers(importlib.import_module(module), inspect.isclass)
    if name in importlib.import_module(module).__all__ and issubclass(value, BaseException)
}
"""Public exceptions and warnings of the package, by name."""


def find_section(name: str) -> str:
    """Return the section of the page about a class."""
    found = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


def test_page_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert errors_page.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_page_has_a_section_for_each_public_class() -> None:
    assert set(errors.__all__) < CLASSES.keys()
    assert sorted(re.findall(r"^### (.+)$", PAGE, re.MULTILINE)) == sorted(CLASSES)


@each_value("name", sorted(CLASSES))
def test_section_has_cause_remedy_and_example(name: str) -> None:
    section = find_section(name)
    for title in ("Raised", "Cause", "Remedy"):
        assert re.search(rf"^\*\*{title}:\*\* [A-Z].{{20}}", section, re.MULTILINE), title
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code
    assert "#> " in code[1]
    assert re.search(rf"\b{name}\b", code[1])


@each_value("name", sorted(CLASSES))
def test_help_url_is_an_anchor_of_the_page(name: str) -> None:
    cls = CLASSES[name]
    anchors = [heading.lower() for heading in re.findall(r"^### (.+)$", PAGE, re.MULTILINE)]
    assert issubclass(cls, Documented)
    page, _, anchor = find_help_url(cls).partition("#")
    assert (page, anchors.count(anchor)) == ("errors/", 1)
    assert cls.__new__(cls).help_url == f"errors/#{name.lower()}"


def test_links_within_the_page_lead_to_sections() -> None:
    anchors = {
        re.sub(r"[^\w ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= anchors


def test_class_of_a_caller_has_the_help_of_its_base() -> None:
    class UserNotFound(errors.NotFound):
        """Error of an application."""

    class Conflict(UserNotFound):
        """Class with the name of another one of the package."""

    for cls in (UserNotFound, Conflict):
        assert cls("no such user", status=404).help_url == "errors/#notfound"


def test_message_has_no_address() -> None:
    error = errors.NotFound("no such user", status=404)
    assert str(error) == "no such user"
    assert "help_url" not in error.to_dict()


PRINT_HELP = """
from britive_scim import errors
error = errors.Conflict("taken", status=409)
print(error.help_url)
print(error._render_traceback_()[-1])
"""


def install(folder: Path, name: str, entries: list[str]) -> None:
    """Write the metadata of an installed distribution with these entries of `Project-URL`."""
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0"]
    lines += [f"Project-URL: {entry}" for entry in entries]
    metadata = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("\n".join(lines) + "\n", "utf-8")


def list_url_entries(docs_url: str) -> list[str]:
    """Return the entries that a build writes for an address of the documentation."""
    return [f"{label}, {url}" for label, url in project_urls(docs_url).items()]


@each_value(
    "entries, expected",
    [
        (list_url_entries("https://docs.example.com"), "https://docs.example.com/"),
        (list_url_entries("https://x.example.com/scim/"), "https://x.example.com/scim/"),
        (["Documentation, https://x.example.com/scim"], "https://x.example.com/scim/"),
        (["Changelog, https://docs.example.com/changelog/", "Documentation"], ""),
        (list_url_entries(""), ""),
    ],
)
def test_address_of_documentation_is_read_from_metadata(
    entries: list[str], expected: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("site-packages")
    name = f"example-{folder.name}"
    install(folder, name, entries)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        assert read_docs_url(name) == expected


def test_address_of_documentation_is_empty_without_metadata() -> None:
    assert read_docs_url("no-such-distribution") == ""


def test_installed_package_names_absolute_addresses(tmp_path: Path) -> None:
    """A process without other packages imports ours, with the metadata of an installation."""
    install(tmp_path, "britive-scim", list_url_entries("https://docs.example.com"))
    done = subprocess.run(
        [sys.executable, "-S", "-c", PRINT_HELP],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(PROJECT / "src")])},
        capture_output=True,
        text=True,
        check=True,
    )
    url = "https://docs.example.com/errors/#conflict"
    assert done.stdout.splitlines() == [url, f"help: {url}"]


def test_classes_belong_to_the_public_module() -> None:
    for name in errors.__all__:
        cls = getattr(errors, name)
        assert (cls.__module__, cls.__qualname__) == ("britive_scim.errors", name)
