"""The built site: titles and descriptions of its pages, `llms.txt`, its address, and the links of the README to it."""

import json
from html.parser import HTMLParser
from pathlib import Path

import project_urls
import pytest
import site_metadata

from support.site import site_folder

pytestmark = pytest.mark.proof
__all__ = ["site_folder"]

config_defaults = pytest.importorskip("mkdocs.config.defaults")

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def addresses(site_folder: Path) -> set[str]:
    """Return the addresses of all pages, relative to the home page."""
    index = json.loads((site_folder / "search/search_index.json").read_text("utf-8"))
    found = {section["location"].partition("#")[0] for section in index["docs"]}
    assert len(found) > 50
    return found


class Head(HTMLParser):
    """Title and description of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.description = self.title = ""
        self._is_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_title = tag == "title" and not self.title
        if dict(attrs).get("name") == "description":
            self.description = dict(attrs)["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.title += data
            self._is_title = False


def test_each_page_has_its_own_title_and_description(
    site_folder: Path, addresses: set[str]
) -> None:
    heads = {
        address: Head((site_folder / address / "index.html").read_text("utf-8"))
        for address in addresses
    }
    assert [address for address, head in heads.items() if len(head.description) < 30] == []
    for values in ({h.title for h in heads.values()}, {h.description for h in heads.values()}):
        assert len(values) == len(heads)


def test_llms_txt_names_each_page(site_folder: Path, addresses: set[str]) -> None:
    text = (site_folder / "llms.txt").read_text("utf-8")
    assert text.startswith("# britive-scim\n\n> SCIM 2.0 client")
    lines = text.splitlines()
    base = project_urls.read_docs_url(README.parent)
    for address in addresses:
        link = f"{base}/{address}" if base else address or "./"
        (line,) = [line for line in lines if f"]({link}): " in line]
        assert line.startswith("- [")
    assert lines.index("## How-to guides") < lines.index("## Reference")


def test_links_of_the_readme_lead_to_pages_of_the_site(site_folder: Path) -> None:
    base = "https://docs.example.com/"
    text = project_urls.absolute_links(README.read_text("utf-8"), base)
    links = [link for link in project_urls.find_links(text) if link.startswith(base)]
    assert len(links) > 15
    for link in links:
        path = site_folder / link.removeprefix(base).partition("#")[0]
        assert (path / "index.html" if path.suffix == "" else path).exists(), link


@pytest.mark.parametrize(
    ("docs_url", "expected"),
    [("", None), ("https://docs.example.com/scim", "https://docs.example.com/scim/")],
)
def test_address_of_the_site_is_that_of_the_project(
    docs_url: str, expected: str | None, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.britive-scim]\nDOCS_URL = "{docs_url}"\n')
    config = config_defaults.MkDocsConfig(config_file_path=str(tmp_path / "mkdocs.yml"))
    config.load_dict({"site_name": "britive-scim"})
    assert site_metadata.on_config(config).site_url == expected
