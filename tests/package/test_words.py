"""The word list of the style guide."""

import check_words
import pytest


def test_repository_uses_no_listed_word() -> None:
    assert check_words.report(check_words.list_files()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("it is told", ["told"]),
        ("if x is None and that is none", ["is none"]),
        ("Untold; a text, anew", ["Untold", "a text", "anew"]),
        ("it retold a context to a texture", []),
        ("an id is asked\nIS ASKED", ["is asked", "IS ASKED"]),
        ("<!-- words: off -->\ntold\n<!-- words: on -->\ntold", ["told"]),
        ("colour, colors; discoloured", ["colour", "colors"]),
    ],
)
def test_find_words_returns_whole_words(text: str, words: list[str]) -> None:
    assert [word for _, word, _ in check_words.find_words(text)] == words
