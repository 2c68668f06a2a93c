"""Decoding of admin responses in all their shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from britive_scim import admin
from britive_scim.errors import ApiError, Forbidden, NotFound, UnexpectedResponse
from britive_scim.wire.decoding.admin import (
    decode_list,
    decode_new_token,
    decode_optional,
    decode_page,
    decode_required,
    decode_strings,
)
from britive_scim.wire.response import Response
from support.each_value import each_value

ANA = {"userTagId": "t1", "name": "Admins"}


def make_response(body: Any = None, status: int = 200) -> Response:
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    return Response(status, {}, content, method="GET", path="/api/user-tags", api="admin")


@each_value(
    "body",
    [
        [ANA],
        ANA,
        {"count": 1, "page": 0, "size": "20", "data": [ANA]},
        {"count": 1, "userTags": [ANA]},
        {"count": "1", "users": [ANA]},
        {"result": [ANA], "pagination": {"next": ""}},
    ],
)
def test_decode_list_reads_array_envelope_and_object(body: Any) -> None:
    assert [tag.name for tag in decode_list(admin.Tag)(make_response(body))] == ["Admins"]


def test_decode_list_object_with_lists_is_one_item() -> None:
    user = {"userId": "u1", "userTags": [ANA], "users": []}
    assert [item.id for item in decode_list(admin.User)(make_response(user))] == ["u1"]


@each_value(
    "body, status",
    [(None, 200), (None, 204), ([], 200), ({"count": 0}, 200), ({"count": 0, "data": None}, 200)],
)
def test_decode_page_empty_bodies_have_no_items(body: Any, status: int) -> None:
    page = decode_page(admin.Tag)(make_response(body, status))
    assert page.items == ()
    assert not page.total


def test_decode_page_reads_numbers_in_strings() -> None:
    page = decode_page(admin.Tag)(
        make_response({"count": "41", "page": 0, "size": "20", "data": [ANA, None]})
    )
    assert (len(page), page.total, page.size, page.skipped) == (1, 41, 20, 1)


@each_value("body", [b"5", b'"text"', b"{", b"<html>", b'[{"a":'])
def test_decode_page_not_a_list_raises(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        decode_page(admin.Tag)(make_response(body))


@pytest.mark.parametrize("status", [200, 204])
def test_decode_empty_body_is_missing_object(status: int) -> None:
    with pytest.raises(NotFound) as caught:
        decode_required(admin.Tag)(make_response(None, status))
    assert caught.value.status == 404
    assert decode_optional(admin.Tag)(make_response(None, status)) is None


def test_decode_optional_null_or_404_returns_none() -> None:
    assert decode_optional(admin.Tag)(make_response(b"null")) is None
    assert decode_optional(admin.Tag)(make_response({"message": "no"}, 404)) is None


def test_decode_object_returns_model() -> None:
    for reader in (decode_required(admin.Tag), decode_optional(admin.Tag)):
        read = reader(make_response(ANA, 201))
        assert read is not None
        assert read.id == "t1"


@each_value(
    "reader",
    [
        decode_required(admin.Tag),
        decode_optional(admin.Tag),
        decode_list(admin.Tag),
        decode_strings,
    ],
)
def test_decode_error_status_raises(reader: Any) -> None:
    with pytest.raises(Forbidden):
        reader(make_response({"status": 403, "message": "no"}, 403))


def test_decode_strings_skips_other_types() -> None:
    assert decode_strings(make_response(["userName", None, 5, "active"])) == ["userName", "active"]
    with pytest.raises(ApiError, match="list of strings"):
        decode_strings(make_response({"a": 1}))
    with pytest.raises(ApiError, match="list of strings"):
        decode_strings(make_response())


def test_decode_new_token_returns_secret() -> None:
    token = decode_new_token(admin.ScimToken)(
        make_response({"id": "k1", "token": "s3cr3t"}, 201)
    ).token
    assert token is not None
    assert token.get_secret_value() == "s3cr3t"


@each_value("body", [b'{"token": "s3cr3t", "na', b'["s3cr3t"]', b'{"secret": "s3cr3t"}', None])
def test_decode_new_token_error_hides_token(body: bytes | None) -> None:
    with pytest.raises(UnexpectedResponse, match="create another token") as caught:
        decode_new_token(admin.ScimToken)(make_response(body, 201))
    message = (
        repr(caught.value.to_dict()) + repr(vars(caught.value)) + repr(caught.value.__context__)
    )
    assert "s3cr3t" not in message


def test_decode_list_unreadable_entry_raises() -> None:
    with pytest.raises(UnexpectedResponse, match="expected entries of type"):
        decode_list(admin.MappingChange)(make_response([{"op": "add"}]))
