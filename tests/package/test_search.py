"""Queries that users type into the search box of the built site, and the page that each must lead to."""

import json
from pathlib import Path

import pytest

from support.each_value import each_value
from support.site import site_folder

lunr = pytest.importorskip("lunr")

from support.site_search import SiteSearch  # noqa: E402 - it imports lunr

pytestmark = pytest.mark.proof
__all__ = ["site_folder"]

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
    "custom attributes": ("how-to/push-users-and-groups/",),
    "cyberark": ("guides/cyberark/",),
    "docker": ("how-to/environment/",),
    "entra": ("guides/entra/",),
    "duo": ("guides/duo/",),
    "environment variables": ("how-to/environment/",),
    "error 401": ("troubleshooting/", "errors/"),
    "exceptions": ("errors/", "how-to/handle-errors/"),
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
    "nested groups": ("guides/ldap/",),
    "offboarding": ("how-to/push-users-and-groups/", "guides/hr-csv/"),
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


def test_index_of_the_browser_is_that_of_the_site(site_folder: Path, search: SiteSearch) -> None:
    config = json.loads((site_folder / "search/search_index.json").read_text("utf-8"))["config"]
    boosts = {name: field["boost"] for name, field in config["fields"].items()}
    assert boosts["tags"] > boosts["title"] > boosts["text"]
    assert not any(entry["location"].endswith(".html") for entry in search.sections.values())
