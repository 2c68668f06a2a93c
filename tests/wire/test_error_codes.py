"""Meanings of the documented error codes in messages."""

from __future__ import annotations

import json

import pytest

from britive_scim.errors import ApiError
from britive_scim.wire.decoding.error_codes import MEANINGS, describe_error_code
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.response import Response
from support.each_value import each_value

DOCUMENTED = [
    *(f"AT-{n:04}" for n in range(1, 4)),
    *(f"U-{n:04}" for n in range(1, 12)),
    *(f"UT-{n:04}" for n in range(1, 11)),
    *(f"AU-{n:04}" for n in range(19)),
    "IDP-0001",
    "G-0001",
    "R-0001",
]


def parse_error(code: str) -> ApiError:
    body = json.dumps(
        {"status": 400, "message": "message of the server", "errorCode": code}
    ).encode()
    with pytest.raises(ApiError) as caught:
        ignore_body(Response(400, {}, body, method="POST", path="/api/users", api="admin"))
    return caught.value


@each_value("code", DOCUMENTED)
def test_documented_code_meaning_is_in_message(code: str) -> None:
    error = parse_error(code)
    assert f"({code}: {MEANINGS[code]}): message of the server" in str(error)
    assert error.error_code == code


def test_unknown_code_has_no_meaning_in_message() -> None:
    assert "(X-0001): message of the server" in str(parse_error("X-0001"))
    assert describe_error_code(None) is None
