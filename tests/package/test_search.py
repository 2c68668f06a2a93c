"""Queries that users type into the search box of the built site, and the page that each must lead to."""

import json
from html.parser import HTMLParser
from pathlib import Path

import project_urls
import pytest

from support.each_value import each_value
from support.site import site_folder

lunr = pytest.importorskip("lunr")

from support.site_search import SiteSearch  # noqa: E402 - it imports lunr

pytestmark = pytest.mark.proof
__all__ = ["site_folder"]

README = Path(__file__).parents[2] / "README.md"

QUERIES = {
    "add_members": ("how-to/push-users-and-groups/", "reference/groups/", "explanation/members/"),
    "active directory": ("guides/ldap/",),
    "async": ("how-to/async/",),
    "audit log": ("how-to/look-after-a-tenant/",),
    "bulk": ("how-to/push-users-and-groups/", "how-to/provision-from-a-file/"),
    "certificate": ("how-to/environment/",),
    "changelog": ("changelog/",),
    "command line": ("how-to/run-from-the-command-line/", "reference/command-line/"),
    "compare alternatives": ("comparison/",),
    "cron": ("how-to/schedule/",),
    "CSV": ("how-to/provision-from-a-file/",),
    "cursor": ("how-to/pagination/",),
    "DataFrame": ("how-to/make-tables/",),
    "deactivate user": ("how-to/push-users-and-groups/",),
    "cyberark": ("guides/cyberark/",),
    "docker": ("how-to/environment/",),
    "entra": ("guides/entra/",),
    "environment variables": ("how-to/environment/",),
    "error 401": ("troubleshooting/", "errors/"),
    "excel": ("how-to/make-tables/",),
    "filter parser": ("how-to/filter-read-and-patch/",),
    "find_by_user_name": (
        "how-to/push-users-and-groups/",
        "reference/clients/",
        "reference/users/",
    ),
    "getting started": ("tutorial/",),
    "google workspace": ("guides/google-workspace/",),
    "group members": ("explanation/members/",),
    "idempotent": ("how-to/handle-errors/", "how-to/prepare-a-tenant/"),
    "install": ("",),
    "jupyter": ("how-to/explore-in-a-notebook/",),
    "ldap": ("guides/ldap/",),
    "license": ("versioning/",),
    "list users": ("how-to/pagination/", "reference/users/"),
    "logging": ("how-to/handle-errors/",),
    "migrate": ("how-to/come-from-the-vendors-package/", "how-to/migrate-from-scim2-client/"),
    "mock": ("how-to/test-without-an-account/",),
    "notebook": ("how-to/explore-in-a-notebook/",),
    "okta group push": ("guides/okta/", "how-to/push-users-and-groups/"),
    "pagination": ("how-to/pagination/",),
    "pandas": ("how-to/make-tables/",),
    "patch": ("how-to/filter-read-and-patch/",),
    "proxy": ("how-to/environment/",),
    "pytest fixture": ("how-to/pytest-plugin/",),
    "rate limit": ("how-to/handle-errors/",),
    "retry": ("how-to/handle-errors/", "reference/retries/"),
    "scim2-client": ("how-to/migrate-from-scim2-client/",),
    "security vulnerability": ("security/",),
    "speed benchmark": ("explanation/speed/",),
    "timeout": ("how-to/handle-errors/",),
    "token rotation": ("how-to/look-after-a-tenant/",),
    "test connection": ("guides/okta/", "guides/entra/"),
    "unused accounts": ("how-to/explore-users-and-groups/",),
    "webhook": ("troubleshooting/",),
}
"""Query and the pages that may be the first result."""


@pytest.fixture(scope="module")
def search(site_folder: Path) -> SiteSearch:
    return SiteSearch(site_folder)


@each_value("query", QUERIES, label=str)
def test_query_leads_to_the_right_page(query: str, search: SiteSearch) -> None:
    found = search.find(query)
    assert found[:1], "no result"
    assert found[0] in QUERIES[query], found[:4]


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


def test_each_page_has_its_own_title_and_description(site_folder: Path, search: SiteSearch) -> None:
    addresses = {location.partition("#")[0] for location in search.sections}
    heads = {
        address: Head((site_folder / address / "index.html").read_text("utf-8"))
        for address in addresses
    }
    assert len(addresses) > 40
    assert [address for address, head in heads.items() if len(head.description) < 30] == []
    for values in ({h.title for h in heads.values()}, {h.description for h in heads.values()}):
        assert len(values) == len(heads)


def test_llms_txt_names_each_page(site_folder: Path, search: SiteSearch) -> None:
    text = (site_folder / "llms.txt").read_text("utf-8")
    assert text.startswith("# britive-scim\n\n> SCIM 2.0 client")
    for location in search.sections:
        assert f"]({location.partition('#')[0] or './'})" in text


def test_links_of_the_readme_lead_to_pages_of_the_site(site_folder: Path) -> None:
    base = "https://docs.example.com/"
    text = project_urls.absolute_links(README.read_text("utf-8"), base)
    links = [link for link in project_urls.find_links(text) if link.startswith(base)]
    assert len(links) > 15
    for link in links:
        path = site_folder / link.removeprefix(base).partition("#")[0]
        assert (path / "index.html" if path.suffix == "" else path).exists(), link


def test_index_of_the_browser_is_that_of_the_site(site_folder: Path, search: SiteSearch) -> None:
    config = json.loads((site_folder / "search/search_index.json").read_text("utf-8"))["config"]
    boosts = {name: field["boost"] for name, field in config["fields"].items()}
    assert boosts["tags"] > boosts["title"] > boosts["text"]
    assert not any(entry["location"].endswith(".html") for entry in search.sections.values())
