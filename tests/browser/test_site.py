"""The documentation in a browser: accessible, readable on a phone and in the dark, with all pictures."""

from typing import TYPE_CHECKING

import pytest
from built_site import PAGES

from support.browser import (
    DESKTOP,
    PHONE,
    OpenPage,
    find_serious_violations,
    measure_overflow,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.proof

LIST_BROKEN_IMAGES = """
async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.allSettled([...document.images].map(image => image.decode()));
  return [...document.images].filter(image => !image.naturalWidth).map(image => image.src);
}
"""

LIST_WIDE_IMAGES = """
() => [...document.images].filter(image => image.getBoundingClientRect().right > innerWidth + 1)
  .map(image => image.src)
"""

READ_LIGHTNESS = """
() => {
  const lightness = value => value.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
  const body = getComputedStyle(document.body);
  return [lightness(body.backgroundColor), lightness(getComputedStyle(document.querySelector("article p")).color)];
}
"""


def open_site(open_page: OpenPage, url: str, width: int, dark: bool) -> "Page":
    page = open_page(url, width=width, dark=dark)
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(PHONE, True), (DESKTOP, False)])
def test_page_has_no_serious_violation(
    open_page: OpenPage, axe_source: str, site_url: str, name: str, width: int, dark: bool
) -> None:
    page = open_site(open_page, site_url + name, width, dark)
    assert find_serious_violations(page, axe_source) == []
    assert measure_overflow(page) <= 0
    assert page.evaluate(LIST_BROKEN_IMAGES) == []
    assert page.evaluate(LIST_WIDE_IMAGES) == []


@pytest.mark.parametrize("dark", [False, True])
def test_scheme_of_the_system_is_followed(open_page: OpenPage, site_url: str, dark: bool) -> None:
    page = open_site(open_page, site_url + "tutorial/", DESKTOP, dark)
    background, text = page.evaluate(READ_LIGHTNESS)
    assert (background < 0.3 < 0.6 < text) if dark else (text < 0.3 < 0.6 < background)


@pytest.mark.parametrize("dark", [False, True])
def test_picture_of_the_scheme_alone_is_shown(
    open_page: OpenPage, site_url: str, dark: bool
) -> None:
    page = open_site(open_page, site_url + "how-to/serve-a-tenant/", PHONE, dark)
    shown = page.evaluate(
        """() => [...document.querySelectorAll("article img")].filter(image => image.checkVisibility())
          .map(image => image.src.split("/").pop().split("#")[0])"""
    )
    assert shown == [f"live-page-{'dark' if dark else 'light'}.png"]


def test_wide_tables_can_be_reached_by_keyboard(open_page: OpenPage, site_url: str) -> None:
    page = open_site(open_page, site_url + "reference/users/", PHONE, False)
    unreachable = page.evaluate(
        """() => [...document.querySelectorAll(".md-typeset__scrollwrap")].filter(
            area => area.scrollWidth > area.clientWidth && area.tabIndex < 0 && !area.querySelector("a, button")
        ).length"""
    )
    assert unreachable == 0
    assert page.locator(".md-typeset__scrollwrap[tabindex='0']").count() > 0
