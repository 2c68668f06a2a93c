"""The admin API's answers change shape from call to call; every shape reads."""

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

ANA = {"userTagId": "t1", "name": "Admins"}


def answer(body: Any = None, status: int = 200) -> Response:
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    return Response(status, {}, content, method="GET", path="/api/user-tags", api="admin")


@pytest.mark.parametrize(
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
def test_array_envelope_and_single_object_read_alike(body: Any) -> None:
    assert [tag.name for tag in decode_list(admin.Tag)(answer(body))] == ["Admins"]


def test_a_single_object_with_lists_in_it_is_no_envelope() -> None:
    user = {"userId": "u1", "userTags": [ANA], "users": []}
    assert [one.id for one in decode_list(admin.User)(answer(user))] == ["u1"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(None, 200), (None, 204), ([], 200), ({"count": 0}, 200), ({"count": 0, "data": None}, 200)],
)
def test_nothing_comes_in_several_shapes(body: Any, status: int) -> None:
    page = decode_page(admin.Tag)(answer(body, status))
    assert page.items == ()
    assert not page.total


def test_a_page_tells_its_numbers_even_as_text() -> None:
    page = decode_page(admin.Tag)(
        answer({"count": "41", "page": 0, "size": "20", "data": [ANA, None]})
    )
    assert (len(page), page.total, page.size, page.skipped) == (1, 41, 20, 1)


@pytest.mark.parametrize("body", [b"5", b'"text"', b"{", b"<html>", b'[{"a":'])
def test_what_is_no_list_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        decode_page(admin.Tag)(answer(body))


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_to_a_get_says_that_nothing_is_there(status: int) -> None:
    with pytest.raises(NotFound) as caught:
        decode_required(admin.Tag)(answer(None, status))
    assert caught.value.status == 404
    assert decode_optional(admin.Tag)(answer(None, status)) is None


def test_null_and_404_say_that_nothing_is_there() -> None:
    assert decode_optional(admin.Tag)(answer(b"null")) is None
    assert decode_optional(admin.Tag)(answer({"message": "no"}, 404)) is None


def test_what_is_there_reads() -> None:
    for reader in (decode_required(admin.Tag), decode_optional(admin.Tag)):
        read = reader(answer(ANA, 201))
        assert read is not None
        assert read.id == "t1"


@pytest.mark.parametrize(
    "reader",
    [
        decode_required(admin.Tag),
        decode_optional(admin.Tag),
        decode_list(admin.Tag),
        decode_strings,
    ],
)
def test_another_status_is_its_error(reader: Any) -> None:
    with pytest.raises(Forbidden):
        reader(answer({"status": 403, "message": "no"}, 403))


def test_texts_are_read_and_others_left_out() -> None:
    assert decode_strings(answer(["userName", None, 5, "active"])) == ["userName", "active"]
    with pytest.raises(ApiError, match="list of strings"):
        decode_strings(answer({"a": 1}))
    with pytest.raises(ApiError, match="list of strings"):
        decode_strings(answer())


def test_a_new_token_reads_with_its_secret() -> None:
    token = decode_new_token(admin.ScimToken)(answer({"id": "k1", "token": "s3cr3t"}, 201)).token
    assert token is not None
    assert token.get_secret_value() == "s3cr3t"


@pytest.mark.parametrize(
    "body", [b'{"token": "s3cr3t", "na', b'["s3cr3t"]', b'{"secret": "s3cr3t"}', None]
)
def test_a_new_token_that_does_not_read_is_not_shown(body: bytes | None) -> None:
    with pytest.raises(UnexpectedResponse, match="create another token") as caught:
        decode_new_token(admin.ScimToken)(answer(body, 201))
    told = repr(caught.value.to_dict()) + repr(vars(caught.value)) + repr(caught.value.__context__)
    assert "s3cr3t" not in told


def test_an_entry_that_cannot_be_read_makes_the_answer_unexpected() -> None:
    with pytest.raises(UnexpectedResponse, match="expected entries of type"):
        decode_list(admin.MappingChange)(answer([{"op": "add"}]))
