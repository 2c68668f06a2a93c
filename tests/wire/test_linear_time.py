"""Linear time of all functions with foreign text as input."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from britive_scim import errors, scim
from britive_scim.scim.redaction import redact_body, redact_expression
from britive_scim.wire.decoding.error_mapping import build_api_error
from britive_scim.wire.recording.redaction import Pseudonymizer
from britive_scim.wire.response import Response
from britive_scim.wire.retry.headers import parse_rate_limit_headers, parse_retry_after
from support.costs import Work, check_growth
from support.each_value import each_value

RATE_LIMIT_HEADERS = ("ratelimit", "ratelimit-reset", "x-ratelimit-reset")


def respond(text: str) -> Response:
    return Response(400, {"content-type": "text/plain"}, text.encode(), "GET", "/Users/1")


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "parse_filter": scim.parse_filter,
    "parse_path": scim.parse_path,
    "redact_body": lambda text: redact_body(text.encode()),
    "redact_expression": redact_expression,
    "error response": lambda text: build_api_error(respond(text)),
    "JSON response": lambda text: respond(text).json(),
    "Retry-After": lambda text: parse_retry_after(text, now=0),
    "rate limits": lambda text: parse_rate_limit_headers(
        dict.fromkeys(RATE_LIMIT_HEADERS, text), now=0
    ),
    "recorded text": lambda text: Pseudonymizer().replace_text(text),
    "recorded value": lambda text: Pseudonymizer().replace_value(text),
    "recorded path": lambda text: Pseudonymizer().replace_path(f"/Users/{text}", "/Users/{}"),
    "recorded query": lambda text: Pseudonymizer().replace_query((("filter", text),)),
    "recorded URL": lambda text: Pseudonymizer().replace_url(f"https://acme.example/{text}"),
    "recorded JSON": lambda text: Pseudonymizer().replace_json({"detail": text, "ids": [text]}),
    "user": lambda text: scim.User.from_wire(
        {
            "userName": "a",
            "active": text,
            "meta": {"created": text},
            "photos": [{"value": text}],
            "x509Certificates": [{"value": text}],
        }
    ),
}

UNITS = (
    "a", "1", " ", '"', "\\", '\\"', "(", "[", "not (", 'a eq "x" and ', "a eq 1 or ", "urn:",
    "urn:a:b.", "a.", "x@", "x@y.z ", "<", "<title", "<title>", "&#", '{"token":"', "password",
    "+1 ", "1-", "2020-01-01T00:00:00", "http://a/", "\\u0041", "\\ud800", '{"a":', "[{",
    "a[b eq 1].", "%41", "é", "İ", "ß", "-", "//", "a-b_c:", "/Users/", "aaaaaaaa-aaaa-", ";t=1",
    "t=1;", ", ",
)  # fmt: skip
"""Beginnings of the forms that the functions search for."""

FRAMES = (("", ""), ('"', ""), ('a eq "', '"'), ("", "\0"), ('{"a":"', '"}'))


def call_with(
    function: Callable[[str], object], unit: str, frame: tuple[str, str], size: int
) -> Work:
    """Return a function that calls another with a string of about `size` characters."""
    text = frame[0] + unit * (size // len(unit)) + frame[1]

    def work() -> None:
        with suppress(errors.BritiveScimError, ValueError):
            function(text)

    return work


@pytest.mark.proof
@pytest.mark.parametrize("name", FUNCTIONS)
@each_value("unit", UNITS)
def test_function_of_foreign_text_takes_linear_time(unit: str, name: str) -> None:
    for frame in FRAMES:
        short = call_with(FUNCTIONS[name], unit, frame, 4_000)
        long = call_with(FUNCTIONS[name], unit, frame, 16_000)
        check_growth(short, long, factor=10, slack=0.02)
