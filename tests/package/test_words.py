"""The word list of the style guide."""

from pathlib import Path

import check_words
import pytest

from support.each_value import each_value


def test_repository_uses_no_listed_word() -> None:
    assert check_words.report(check_words.list_files()) == []


@each_value(
    "text, words",
    [
        ("it is told", ["told"]),
        ("if x is None and that is none", ["is none"]),
        ("Untold; a text, anew", ["Untold", "a text", "anew"]),
        ("it retold a context to a texture", []),
        ("an id is asked\nIS ASKED", ["is asked", "IS ASKED"]),
        ("<!-- words: off -->\ntold\n<!-- words: on -->\ntold", ["told"]),
        ("stand-in ids and stand-ins", ["stand-in", "stand-ins"]),
        ("colour, colors; discoloured", ["colour", "colors"]),
    ],
)
def test_find_words_returns_whole_words(text: str, words: list[str]) -> None:
    assert [word for _, word, _ in check_words.find_words(text)] == words


def test_color_is_allowed_in_files_about_pictures_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, other = tmp_path / check_words.PICTURES[0] / "a.py", tmp_path / "src/a.py"
    for path in (picture, other):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("the color is told", "utf-8")
    monkeypatch.setattr(check_words, "PROJECT", tmp_path)
    assert [line.partition("; ")[0] for line in check_words.report([picture, other])] == [
        "src/britive_scim/charts/a.py:1: 'told'",
        "src/a.py:1: 'color'",
        "src/a.py:1: 'told'",
    ]
