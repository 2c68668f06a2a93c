"""Front matter of the pages: a description that search engines show, and words that the search finds."""

import re
from pathlib import Path

import root_pages
import site_metadata

from support.each_value import each_value

DOCS = Path(__file__).parents[2] / "docs"
FOLDERS = (".", "explanation", "guides", "how-to")
PAGES = [page for folder in FOLDERS for page in sorted((DOCS / folder).glob("*.md"))]
FRONT_MATTER = re.compile(
    r"---\n(?:title: .+\n)?description: (?P<description>.+)\n(?:tags: \[[^\]]+\]\n)?(?:hide: .+\n)?---\n\n# "
)


def read_description(page: Path) -> str:
    """Return the description of a page, without quotes."""
    found = FRONT_MATTER.match(page.read_text("utf-8"))
    assert found, page
    written = found["description"]
    # YAML takes the part before a colon for a name, unless the value has quotes.
    assert (written[0] == written[-1] == '"') or not re.search(r": | #|^[`\[{&*!]", written), page
    return written.strip('"')


@each_value("page", PAGES, label=lambda page: page.relative_to(DOCS).as_posix())
def test_page_has_a_description_that_search_engines_show(page: Path) -> None:
    assert 40 <= len(read_description(page)) <= site_metadata.MAX_DESCRIPTION


def test_descriptions_of_pages_differ() -> None:
    descriptions = [read_description(page) for page in PAGES]
    descriptions += [description for _, description in root_pages.ROOT_PAGES.values()]
    assert len(set(descriptions)) == len(descriptions) > 30


def test_description_is_the_first_paragraph_without_front_matter() -> None:
    assert site_metadata.find_description(
        "# Users\n\n![](a.svg)\n\nList **all** [users](b.md)."
    ) == ("List all users.")
    assert site_metadata.find_description("# Users\n\n| a | b |\n|---|---|") == ""


def test_long_first_paragraph_is_cut_after_a_sentence() -> None:
    text = "Users are people. " + "They have many attributes, " * 10
    assert site_metadata.find_description(text) == "Users are people."


def test_long_first_sentence_is_cut_after_a_word() -> None:
    cut = site_metadata.find_description("Users have many attributes, " * 10)
    assert cut.endswith((" many…", " attributes…", " have…", "Users…"))
    assert len(cut) <= site_metadata.MAX_DESCRIPTION


def test_links_of_root_pages_lead_to_pages_of_the_site() -> None:
    text = "[a](docs/how-to/schedule.md#cron), [b](SECURITY.md#reporting), [c](https://example.com/docs/)"
    assert root_pages.change_links(text) == (
        "[a](how-to/schedule.md#cron), [b](security.md#reporting), [c](https://example.com/docs/)"
    )


@each_value("section", ["explanation", "guides", "how-to"], label=str)
def test_overview_of_a_section_links_each_of_its_pages(section: str) -> None:
    overview = (DOCS / section / "index.md").read_text("utf-8")
    pages = {path.name for path in (DOCS / section).glob("*.md")} - {"index.md"}
    linked = set(re.findall(r"\]\(([\w-]+\.md)", overview))
    assert pages <= linked, pages - linked
