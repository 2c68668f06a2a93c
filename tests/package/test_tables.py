"""Plain rows as text and HTML."""

from britive_scim import scim
from britive_scim.tables import render_html_table, render_text_table, shorten


def test_columns_line_up_and_long_cells_are_cut() -> None:
    table = render_text_table(["name", "n"], [["Ana", 1], ["x" * 9, None]], width=6, indent="  ")
    assert table.splitlines() == ["  name    n", "  Ana     1", "  xxxxx…"]


def test_a_table_without_rows_is_its_header() -> None:
    assert render_text_table(["a", "bc"], []) == "a  bc"


def test_control_characters_are_made_visible() -> None:
    assert shorten("a\x1b[31m\n") == "a\\x1b[31m\\n"


def test_html_is_escaped_everywhere() -> None:
    page = render_html_table(["<h>"], [["<img onerror=x>"]], caption="a & b")
    assert "<img" not in page
    assert "<h>" not in page
    assert "<caption>a &amp; b</caption>" in page
    assert "<caption>" not in render_html_table(["h"], [])


def test_the_table_of_a_resource_shows_what_could_not_be_read_by_path_and_reason() -> None:
    user = scim.User.from_wire({"userName": "ana", "active": "perhaps", "meta": {"created": "<b>"}})
    table = user._repr_html_()
    assert "<td>active</td><td>unread: must be true or false, got a string</td>" in table
    assert "<td>meta.created</td><td>unread: must be a date" in table
    assert "<b>" not in table
    assert "unread" not in scim.User(user_name="ana")._repr_html_()
