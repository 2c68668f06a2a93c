"""Masking of many secrets of one request in an error: one pass over the body, with the result of one at a time."""

import html
import json
import random
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.token_redaction import TokenRedactor
from support.costs import check_growth, count_calls
from support.each_value import each_value

ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda c: c,
    lambda c: c,
    lambda c: json.dumps(c)[1:-1],
    lambda c: json.dumps(json.dumps(c)[1:-1])[1:-1],
    html.escape,
    lambda c: quote(c, safe=""),
    lambda c: f"\\u{ord(c):04x}",
    lambda c: f"&#{ord(c)};",
    lambda c: f"&#x{ord(c):X}",
    lambda c: f"&amp;#0{ord(c)};",
    lambda c: f"%25{ord(c):02X}",
    lambda c: f"\\u0026#{ord(c)};",
)


def redact(secrets: list[str], body: bytes) -> bytes:
    users = [{"password": secret} for secret in secrets]
    return TokenRedactor().with_request(json.dumps(users).encode()).redact_error(body)


def escape(secret: str, chance: random.Random) -> str:
    return "".join(chance.choice(ESCAPES)(character) for character in secret)


characters = st.sampled_from("ab1&;\\/%#<\"'x4 ü")
secrets = st.lists(
    st.text(characters, min_size=6, max_size=9)
    | st.from_regex(r"[1-9][0-9]{5,7}", fullmatch=True)
    | st.sampled_from(["hunter2", "hunter22", "unter2", "pass&word"]),
    min_size=1,
    max_size=6,
    unique=True,
)


@given(secrets, st.text(characters, max_size=12), st.randoms(use_true_random=False))
def test_many_secrets_are_masked_as_one_after_the_other(
    secrets: list[str], other: str, chance: random.Random
) -> None:
    text = "".join(
        escape(secret, chance) + chance.choice(["", " ", "x", other]) for secret in secrets
    )
    body = f"<p>{other}{text}</p>".encode()
    expected = body
    for secret in sorted(secrets, key=lambda secret: (-len(secret), secret)):
        expected = redact([secret], expected)
    assert redact(secrets, body) == expected


@given(st.randoms(use_true_random=False))
def test_every_escaped_secret_is_masked(chance: random.Random) -> None:
    alphabet = "abcdefghijkABC0123456789&<>\"'\\/%#+="
    every = ["".join(chance.choices(alphabet, k=12)) for _ in range(20)]
    forms = ("\\u{:04x}", "&#{};", "%{:02X}", "&#x{:x};", "&amp;#0{};")
    body = "|".join(
        "".join(
            c if c.isalnum() and chance.random() < 0.5 else chance.choice(forms).format(ord(c))
            for c in secret
        )
        for secret in every
    )
    assert redact(every, body.encode()) == b"|".join([b"***"] * 20)


def test_number_is_masked_as_whole_word_only() -> None:
    body = b'"&#52;71147 9471147 &#52;711470 %34711&#52;7x"'
    assert redact(["471147"], body) == b'"*** 9471147 &#52;711470 %34711&#52;7x"'


UNITS = ("&", "\\", "%", "&amp;", "&#", "%25", "s3cret-", "&#115;3cr", "x")
"""Signs that begin an escape, and beginnings of a secret."""


def make_redactor(number: int) -> TokenRedactor:
    """Return a redactor of similar secrets that has read them from their request."""
    users = [{"password": f"s3cret-{n:05}-of-the-night"} for n in range(number)]
    redactor = TokenRedactor().with_request(json.dumps(users).encode())
    redactor.redact_error(b"&")
    return redactor


@each_value("unit", UNITS)
def test_many_secrets_are_searched_in_one_pass(unit: str) -> None:
    def count_growth(redactor: TokenRedactor) -> int:
        """Return the calls for 400 more units of a body; those for each secret do not depend on it."""
        short, long = ((unit * number).encode() for number in (100, 500))
        redactor.redact_error(long)  # fills the caches of patterns
        return count_calls(lambda: redactor.redact_error(long)) - count_calls(
            lambda: redactor.redact_error(short)
        )

    assert count_growth(make_redactor(200)) <= 1.5 * count_growth(make_redactor(10)) + 50


@pytest.mark.proof
@pytest.mark.parametrize("unit", UNITS)
def test_time_hardly_depends_on_number_of_secrets(unit: str) -> None:
    body = (unit * 50_000)[:50_000].encode()
    few, many = make_redactor(10), make_redactor(1000)
    check_growth(
        lambda: few.redact_error(body), lambda: many.redact_error(body), factor=4, slack=0.3
    )
