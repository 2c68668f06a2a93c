"""Redaction of passwords and other secrets by the names of their attributes."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.errors.secret_names import SENSITIVE_WORD, has_sensitive_word
from britive_scim.scim.redaction import (
    is_secret_name,
    redact_body,
    redact_exchange,
    redact_expression,
    redact_json,
    redact_pairs,
    redact_text,
)
from support.costs import check_growth, count_calls
from support.each_value import each_value

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
SECRET_NAMES = [
    "password",
    "PassWord",
    "userPassword",
    "user_password",
    "passwordHash",
    "passphrase",
    "passcode",
    "token",
    "scimToken",
    "tokens",
    "client_secret",
    "clientsecret",
    "secret_value",
    "secretArn",
    "secretaryToken",
    "apiKey",
    "accessKey",
    "accessKeys",
    "API-Key",
    "privateKey",
    "credentials",
    "Authorization",
    "x-authorization-token",
    "authorizationHeader",
    "Cookie",
    f"{USER}:password",
    f"{USER.upper()}:PASSWORD",
    "password.value",
    "credentials.value",
    'password[type eq "x"].value',
    "urn:acme:2.0:User:login.password",
    "x" * 300 + ".password",
    "pass",
    "newPass",
    "user_pass",
    "DB_PASS",
    "pwd",
]
PLAIN_NAMES = [
    "userName",
    "costCode",
    "key",
    "passenger",
    "bypass",
    "compass",
    "PASSENGER",
    "secretary",
    "executiveSecretary",
    "SECRETARIES",
    "secretariat",
    "secretary.value",
    "accessKeyCard",
    "access_key_card_number",
    "authorizationLevel",
    "authorization_role",
    "tokenExpirationDays",
    "tokenType",
    "tokenId",
    "passwordPolicy",
    'emails[type eq "password"].value',
    USER,
    "",
    ":",
]


def test_secret_names_are_recognized() -> None:
    assert [name for name in SECRET_NAMES if not is_secret_name(name)] == []
    assert [name for name in PLAIN_NAMES if is_secret_name(name)] == []


@each_value("value", ["t0p-s3cret", ["t0p-s3cret"], {"value": "t0p-s3cret"}, 4711])
def test_secrets_are_masked_wherever_they_are(value: Any) -> None:
    """In a resource, in an extension, in PATCH operations of every form, and in bulk requests."""
    for name in SECRET_NAMES:
        operations = [
            {"op": "replace", "path": name, "value": value},
            {"OP": "Add", "Path": name, "Value": value},
            {"op": "replace", "path": [name], "value": value},
            {"op": "add", "value": {name: value}},
            {"op": "add", "path": USER, "value": [{name: value}]},
        ]
        bodies = [
            {name: value},
            {"urn:acme:2.0:User": {"login": {name: value}}},
            *operations,
            {"Operations": operations},
            {"Operations": [{"method": "PATCH", "data": {"Operations": operations}}]},
            {"attributes": [{"attributeName": name, "attributeValue": value}]},
        ]
        for body in bodies:
            shown = redact_body(json.dumps(body).encode())
            assert b"t0p" not in shown, name
            assert b"4711" not in shown, name
            assert b"***" in shown
            json.loads(shown)


def test_escaped_names_and_nested_json_are_masked() -> None:
    assert redact_body(rb'{"p\u0061ssword":"t0p"}') == b'{"password":"***"}'
    assert redact_body(b'{"password":"t0p","password":null}') == b'{"password":null}'
    nested = json.dumps({"value": json.dumps({"password": 't"0p', "active": True})})
    assert json.loads(redact_body(nested.encode())) == {
        "value": json.dumps({"password": "***", "active": True})
    }


@each_value("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
def test_secrets_in_other_encodings_of_json_are_masked(encoding: str) -> None:
    body = '{"password":"t0p-s3cret"}'.encode(encoding)
    assert redact_body(body) == b'{"password":"***"}'
    assert redact_body(body[:-8]) == b'{"password":"***"'
    assert redact_exchange(body, b"not t0p-s3cret!")[1] == b"not ***!"


def test_values_without_secrets_are_returned_themselves() -> None:
    body = b'{"userName": "ana", "token": null, "tokens": [], "passwords": {"on": true}}'
    assert redact_body(body) is body
    assert redact_body(b"no token here") == b"no token here"
    value = {"a": [1, {"b": "c"}], "tokenId": "7"}
    assert redact_json(value) is value


def test_booleans_and_null_of_secrets_stay() -> None:
    value = {"password": {"set": True, "at": None, "hash": "x"}, "token": ""}
    assert redact_json(value) == {"password": {"set": True, "at": None, "hash": "***"}, "token": ""}


@each_value(
    "text, expected",
    [
        ('{"password": "t0', '{"password": "***"'),
        ('{"password":"a\\"b","active":true', '{"password":"***","active":true'),
        ('{"pin": 1, "token": 4711, "x": 2', '{"pin": 1, "token": "***", "x": 2'),
        ('{"token": null, "a', '{"token": null, "a'),
        ('[{"path":"password","value":"t0p"}', '[{"path":"password","value":"***"}'),
        ('[{"value":"t0p","path":"x:PASSWORD"}', '[{"value":"***","path":"x:PASSWORD"}'),
        ("user=ana&password=t0p&x=1", "user=ana&password=***&x=1"),
        ("no password here", "no password here"),
        ('{"userName": "ana"', '{"userName": "ana"'),
    ],
)
def test_text_that_is_not_json_is_masked(text: str, expected: str) -> None:
    assert redact_text(text) == expected
    assert redact_body(text.encode()) == expected.encode()


@each_value(
    "text, expected",
    [
        ('password eq "t0p"', 'password eq "***"'),
        ('userName eq "a" and PASSWORD sw "t0p"', 'userName eq "a" and PASSWORD sw "***"'),
        (f'{USER}:password eq "t\\"0p"', f'{USER}:password eq "***"'),
        ('credentials[value eq "t0p"].type', 'credentials[value eq "***"].type'),
        ("token eq t0p", 'token eq "***"'),
        ('emails[value eq "token@acme.com"]', 'emails[value eq "token@acme.com"]'),
        ('title eq "password"', 'title eq "password"'),
        ('password pr and x[y eq "token"].z', 'password pr and x[y eq "token"].z'),
        ('password is "t0p"', 'password is "***"'),
        ('password = "t0p"', 'password = "***"'),
        ("password=t0p", "password=***"),
        ("title eq 1 and password t0p", "title eq 1 and password ***"),
    ],
)
def test_comparison_values_of_secrets_are_masked(text: str, expected: str) -> None:
    assert redact_expression(text) == expected
    assert redact_json({"path": text, "filter": text}) == {"path": expected, "filter": expected}
    assert redact_pairs([("filter", text)]) == (("filter", expected),)


def test_headers_and_parameters_are_masked() -> None:
    pairs = [("X-Api-Key", "t0p"), ("access_token", "t0p"), ("count", "5"), ("token", "")]
    assert redact_pairs(pairs) == (
        ("X-Api-Key", "***"),
        ("access_token", "***"),
        ("count", "5"),
        ("token", ""),
    )


@each_value("secret", ["t0p-s3cret", 'a"b\\c-é', "x" * 5000])
def test_secret_of_request_is_masked_in_its_response(secret: str) -> None:
    for request in (
        {"userName": "ana", "password": secret},
        {"Operations": [{"op": "add", "path": "password", "value": [{"value": secret}]}]},
    ):
        content = json.dumps(request).encode()
        for response in (json.dumps({"detail": f"not {secret}!"}), f"<p>not {secret}!</p>"):
            shown = redact_exchange(content, response.encode())
            assert shown == (
                redact_body(content),
                response.replace(
                    json.dumps(secret)[1:-1] if response.startswith("{") else secret, "***"
                ).encode(),
            )


QUOTED_SECRET = 't0p-"s3cret"'


@each_value(
    "request_body, query",
    [
        ({"filter": f"password eq {json.dumps(QUOTED_SECRET)}"}, ()),
        ({"path": f"emails[password eq {json.dumps(QUOTED_SECRET)}].value", "value": "v"}, ()),
        ({"path": "custom.blob", "value": json.dumps({"password": QUOTED_SECRET})}, ()),
        (None, (("filter", f"password eq {json.dumps(QUOTED_SECRET)}"),)),
        (None, (("access_token", QUOTED_SECRET),)),
    ],
)
def test_secret_within_a_string_of_request_is_masked_in_its_response(
    request_body: Any, query: tuple[tuple[str, str], ...]
) -> None:
    request = b"" if request_body is None else json.dumps(request_body).encode()
    for quoted in (QUOTED_SECRET, json.dumps(QUOTED_SECRET)[1:-1]):
        response = json.dumps({"detail": f"not {quoted}!"}).encode()
        assert redact_exchange(request, response, query)[1] == b'{"detail": "not ***!"}'


@each_value(
    "request_body",
    [
        b"password=t0p-s3cret&user=ana",
        b'{"password":"t0p-s3cret", cut',
        b'{"password":"t0p-s3cret',
        b'{"filter": "password eq t0p-s3cret"}',
        b'{"filter": "password eq \\"t0p-s3cret"}',
    ],
)
def test_secret_of_incomplete_request_is_masked_in_its_response(request_body: bytes) -> None:
    assert redact_exchange(request_body, b"not t0p-s3cret!")[1] == b"not ***!"


@each_value(
    "number, response, expected",
    [
        (73529164, '{"detail": "not 73529164!"}', '{"detail": "not ***!"}'),
        (73529164, '{"x": 73529164, "y": [1]}', '{"x": "***", "y": [1]}'),
        (73529164, '{"x": [-73529164.5]}', '{"x": ["***"]}'),
        (-735291.5, '{"x": -735291.5}', '{"x": "***"}'),
        (73529164, '{"x": 735291640, "y": "173529164"}', '{"x": 735291640, "y": "173529164"}'),
        (73529164, "not 73529164 or 735291640", "not *** or 735291640"),
        ("73529164", '{"x": 73529164}', '{"x": "***"}'),
        (73529164, "no number", "no number"),
        (True, '{"x": true}', '{"x": true}'),
    ],
)
def test_secret_number_of_request_is_masked_in_its_response(
    number: Any, response: str, expected: str
) -> None:
    request = json.dumps({"op": "add", "path": "apiKey", "value": number}).encode()
    assert redact_exchange(request, response.encode())[1].decode() == expected


def test_short_and_plain_values_of_request_stay_in_its_response() -> None:
    for request in (b'{"password":"user","x":"not a user"}', b'{"password":"cut', b""):
        response = b'{"detail":"not a user"}'
        assert redact_exchange(request, response) == (redact_body(request), response)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from(SECRET_NAMES))
def test_every_value_below_a_secret_name_is_masked(value: Any, name: str) -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict | list):
            return [
                leaf
                for inner in (value.values() if isinstance(value, dict) else value)
                for leaf in leaves(inner)
            ]
        return [value]

    shown = redact_json({name: value})
    assert all(leaf in ("***", "", None) or isinstance(leaf, bool) for leaf in leaves(shown))
    assert redact_json(shown) == shown


@given(st.binary())
def test_any_bytes_are_redacted_without_error(body: bytes) -> None:
    redact_body(body)
    redact_body(b'{"password":"' + body)


def test_deep_json_is_redacted_as_text() -> None:
    body = b'{"password":"t0p","a":' + b"[" * 100_000
    assert b"t0p" not in redact_body(body)


UNITS = ('"', '"a', '{"token":', "[", "a=", "token eq ", '\\"', "password ")


def redact_repeated(unit: str, size: int) -> Callable[[], object]:
    text = "password " + (unit * size)[:size]
    return lambda: (redact_body(text.encode()), redact_expression(text), is_secret_name(text))


@each_value("unit", UNITS)
def test_redaction_work_of_names_is_linear(unit: str) -> None:
    redact_repeated(unit, 1000)()  # fills the caches
    short, long = (count_calls(redact_repeated(unit, size)) for size in (2000, 4000))
    assert long <= 2.2 * short + 50


@pytest.mark.proof
@pytest.mark.parametrize("unit", UNITS)
def test_redaction_of_names_takes_linear_time(unit: str) -> None:
    check_growth(redact_repeated(unit, 25_000), redact_repeated(unit, 100_000), factor=10)


@given(
    st.text()
    | st.sampled_from(["PAS\u017fWD", "to\u212aen", "Private__KEY", "api key", "compass", "pass"])
)
def test_sensitive_word_is_found_as_by_its_pattern(text: str) -> None:
    assert has_sensitive_word(text) == (re.search(SENSITIVE_WORD, text) is not None)


@pytest.mark.parametrize(
    "word",
    [
        "password",
        "PassCode",
        "passphrase",
        "SECRET",
        "Token",
        "credential",
        "Authorization",
        "cookie",
        "apiKey",
        "pwd",
        "newPass",
        "private-key",
        "access_KEY",
    ],
)
def test_each_sensitive_word_is_found(word: str) -> None:
    assert has_sensitive_word(f'{{"{word}": 1}}')
