"""Guides of identity providers: they name what the reports of a set-up name."""

from __future__ import annotations

from pathlib import Path

import pytest

from britive_scim.provisioning.consoles import CONSOLES, ProviderConsole
from britive_scim.testing import Tenant

GUIDES = Path(__file__).parents[2] / "docs/guides"
NAMED = [name for name in CONSOLES if name != "other"]


def read_guide(name: str) -> str:
    return (GUIDES / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMED)
def test_guide_links_the_pages_of_the_vendors(name: str) -> None:
    links = [guide for guide in CONSOLES[name].guides if f"]({guide})" in read_guide(name)]
    assert links == list(CONSOLES[name].guides)


@pytest.mark.parametrize("name", NAMED)
def test_guide_names_the_fields_of_the_report(name: str) -> None:
    console = CONSOLES[name]
    text = read_guide(name)
    for _, field in (console.url_field, console.token_field):
        assert field in text
    for _, field, value in console.settings:
        assert field in text
        assert value in text
    assert "Allow tag name and description to be editable" in read_guide("okta")


def test_overview_names_every_guide_and_field() -> None:
    overview = (GUIDES / "index.md").read_text("utf-8")
    pages = {page.name for page in GUIDES.glob("*.md")} - {"index.md"}
    assert {page for page in pages if f"]({page})" in overview} == pages
    for name in NAMED:
        console = CONSOLES[name]
        assert describe_row(console) in overview.replace(f"[{console.title}]({name}.md)", "")


def describe_row(console: ProviderConsole) -> str:
    default = ProviderConsole(title="")
    url, token = console.url_field[1], console.token_field[1]
    if console.url_field == default.url_field:
        url, token = "the SCIM base URL", "the bearer token"
    return f"|  | {url} | {token} | {console.scim_provider} |"


def test_okta_guide_shows_the_default_mappings_of_a_new_provider() -> None:
    britive = Tenant("acme").admin_client()
    provider = britive.identity_providers.create("New")
    mappings = britive.identity_providers.mappings.list(provider)
    shown = read_guide("okta")
    assert len(mappings) == 7
    for mapping in mappings:
        assert f"{mapping.attribute_name:<11} {mapping.scim_attribute_name}\n" in shown
