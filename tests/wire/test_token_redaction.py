"""Masking of tokens in responses: plain, escaped in every way that servers use, and in base64."""

import base64
import html
import json
import pickle
import random
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from britive_scim.wire.token_redaction import TokenRedactor
from support.costs import check_growth, count_calls
from support.each_value import each_value

TOKENS = (
    "CANARYrotatingtoken00000001",
    "cAn/arY+5f2d==&9c<x>",
    "eyJhbGciOi.eyJzdWIi.abc-_x" + "q" * 900,
    "a\\b\"c%d&e'f~g|{}^`x-nightly",
    "".join(map(chr, range(33, 127))),
)


def redactor_of(*tokens: str) -> TokenRedactor:
    redactor = TokenRedactor()
    for token in tokens:
        redactor.add_header(SecretStr(f"Bearer {token}"))
    return redactor


def redact(token: str, text: str) -> str:
    return redactor_of(token).redact_body(text.encode()).decode()


def escape_each(token: str, form: str) -> str:
    return "".join(form.format(ord(character)) for character in token)


ESCAPES = {
    "nothing": lambda t: t,
    "JSON": lambda t: json.dumps(t)[1:-1],
    "JSON slashes": lambda t: json.dumps(t)[1:-1].replace("/", "\\/"),
    "JSON in JSON": lambda t: json.dumps(json.dumps(t)[1:-1])[1:-1],
    "every character in JSON": lambda t: escape_each(t, "\\u{:04x}"),
    "every character in JSON in JSON": lambda t: escape_each(t, "\\\\u{:04X}"),
    "every character in JavaScript": lambda t: escape_each(t, "\\x{:02x}"),
    "HTML": html.escape,
    "every character in decimal": lambda t: escape_each(t, "&#{};"),
    "every character in hexadecimal": lambda t: escape_each(t, "&#x{:X};"),
    "decimal without semicolons": lambda t: escape_each(t, "&#{}"),
    "hexadecimal without semicolons": lambda t: escape_each(t, "&#x{:X}"),
    "decimal with zeros": lambda t: escape_each(t, "&#{:050};"),
    "hexadecimal with zeros": lambda t: escape_each(t, "&#X{:050x};"),
    "HTML without semicolons twice": lambda t: escape_each(t, "&amp#{}"),
    "every character in HTML twice": lambda t: escape_each(t, "&amp;#{};"),
    "every character in HTML in JSON": lambda t: escape_each(t, "\\u0026#0{};"),
    "URL": lambda t: quote(t, safe=""),
    "every character in URL": lambda t: escape_each(t, "%{:02x}"),
    "every character in URL twice": lambda t: escape_each(t, "%25{:02X}"),
}


@each_value("token", TOKENS, label=lambda token: token[:9])
def test_escaped_token_is_masked(token: str) -> None:
    for name, escape in ESCAPES.items():
        shown = redact(token, f'{{"detail":"bad {escape(token)}!"}}')
        assert shown == '{"detail":"bad ***!"}', name


@given(st.sampled_from(TOKENS), st.randoms())
def test_token_with_mixed_escapes_is_masked(token: str, chance: random.Random) -> None:
    forms = ("\\u{:04x}", "&#{};", "%{:02X}", "&#x{:x};")
    mixed = "".join(
        character
        if character.isalnum() and chance.random() < 0.5
        else chance.choice(forms).format(ord(character))
        for character in token
    )
    assert redact(token, f"<p>{mixed}</p>") == "<p>***</p>"


@pytest.mark.parametrize("before", ["", "a", "ab", "Bearer ", '{"Authorization": "Bearer '])
@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:9])
def test_token_in_base64_is_masked(token: str, before: str) -> None:
    plain = f"{before}{token}".encode()
    encoded = base64.b64encode(plain).decode()
    forms = (
        encoded,
        encoded.rstrip("="),
        base64.urlsafe_b64encode(plain).decode(),
        encoded.replace("/", "\\/"),
        quote(encoded, safe=""),
        base64.encodebytes(plain).decode(),
        json.dumps(base64.encodebytes(plain).decode())[1:-1],
    )
    for form in forms:
        kept, mask, rest = redact(token, f'echo "{form}"').removeprefix('echo "').partition("***")
        assert (mask, form.startswith(kept)) == ("***", True), form
        assert len(kept) * 3 // 4 <= len(before), form
        assert rest.rstrip('\n"') in ("", "=", "==", "%3D", "%3D%3D", "\\n"), form


def test_every_token_of_a_call_is_masked() -> None:
    redactor = redactor_of("first-token-of-the-call", "second-token-of-the-call")
    body = b'"first-token-of-the-call" and "second-token-of-the-call"'
    assert redactor.redact_body(body) == b'"***" and "***"'


@each_value("token", ["t", "tok", "token"])
def test_short_token_is_masked_as_whole_word_only(token: str) -> None:
    """Masking a short token within words would make responses unreadable."""
    body = '{"status":"404","detail":"no tokens, no total"}'
    assert redact(token, body) == body
    echo = f'{{"detail":"Bearer {token}","a":"{token}","b":"Bearer%20{token}\\n{token}"}}'
    expected = '{"detail":"Bearer ***","a":"***","b":"Bearer%20***\\n***"}'
    assert redact(token, echo) == expected


def test_body_without_token_is_returned_itself() -> None:
    redactor = redactor_of(TOKENS[0])
    for body in (b"", b"x", b'{"a":"\\"CANARY"}', b"CANARYrotatingtoken0000000\\u0032"):
        assert redactor.redact_body(body) is body
    headers = {"location": "https://acme.example/Users/%41?x=CANARY&y", "etag": 'W/"1"'}
    assert redactor.redact_headers(headers) == headers


def test_token_in_headers_is_masked() -> None:
    token = TOKENS[0]
    encoded = base64.b64encode(f"Bearer {token}".encode()).decode()
    for form in (token, escape_each(token, "%{:02x}"), encoded):
        headers = redactor_of(token).redact_headers({"location": f"https://x.example/?t={form}"})
        assert headers["location"].startswith("https://x.example/?t=")
        assert headers["location"].endswith("***")


def test_redactor_shows_and_pickles_no_token() -> None:
    redactor = redactor_of(TOKENS[0])
    assert repr(redactor) == "<TokenRedactor of 1 tokens>"
    assert TOKENS[0].encode() not in pickle.dumps(redactor)
    assert pickle.loads(pickle.dumps(redactor)).redact_body(b"x") == b"x"


UNITS = ("\\", "%", "&amp;", "CANARY\\", "%43", "&#67;", "Q0FO%")
"""Signs that begin an escape, and beginnings of the token."""


def redact_repeated(unit: str, size: int) -> Callable[[], object]:
    redactor, body = redactor_of(TOKENS[0]), (unit * size)[:size].encode()
    return lambda: redactor.redact_body(body)


@each_value("unit", UNITS)
def test_redaction_work_is_linear(unit: str) -> None:
    redact_repeated(unit, 1000)()  # fills the caches
    short, long = (count_calls(redact_repeated(unit, size)) for size in (2000, 4000))
    assert long <= 2.2 * short + 50


@pytest.mark.proof
@pytest.mark.parametrize("unit", UNITS)
def test_redaction_takes_linear_time(unit: str) -> None:
    check_growth(redact_repeated(unit, 50_000), redact_repeated(unit, 200_000), factor=10)
