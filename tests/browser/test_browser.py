"""The fixtures of tests in a browser, on pages with known mistakes."""

import pytest

from support.browser import PHONE, OpenPage, find_serious_violations, measure_overflow

pytestmark = pytest.mark.proof

PAGE = "data:text/html,<!doctype html><html lang='en'><title>A page</title><main><h1>A page</h1>{}</main>"


def test_serious_violations_are_found(open_page: OpenPage, axe_source: str) -> None:
    page = open_page(PAGE.format("<p>fine</p>"))
    assert find_serious_violations(page, axe_source) == []
    page = open_page(PAGE.format("<p style='color:%23ccc'>pale</p><button></button>"))
    found = find_serious_violations(page, axe_source)
    assert [line.partition(":")[0] for line in found] == ["button-name", "color-contrast"]


def test_overflow_of_a_phone_is_measured(open_page: OpenPage) -> None:
    page = open_page(PAGE.format("<p>narrow</p>"), width=PHONE)
    assert measure_overflow(page) == 0
    page = open_page(PAGE.format("<div style='width:1000px;height:1px'></div>"), width=PHONE)
    assert measure_overflow(page) >= 1000 - PHONE


def test_dark_scheme_is_preferred_on_request(open_page: OpenPage) -> None:
    query = "() => matchMedia('(prefers-color-scheme: dark)').matches"
    assert open_page(PAGE.format(""), dark=True).evaluate(query)
    assert not open_page(PAGE.format("")).evaluate(query)
