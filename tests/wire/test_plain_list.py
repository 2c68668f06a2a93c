"""Pages of JSON objects for tables: exact ones as they are, deviating ones as models."""

from __future__ import annotations

import json
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import ApiError, UnexpectedResponse
from britive_scim.wire.decoding.plain_list import decode_plain_list
from britive_scim.wire.response import Response

USER = {"id": "1", "userName": "ana"}
EXACT: dict[str, Any] = {
    "schemas": [], "totalResults": 7, "startIndex": 1, "itemsPerPage": 1, "Resources": [USER],
}  # fmt: skip


def read(body: Any, status: int = 200, **options: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode_plain_list(scim.User, **options)(Response(status, {}, data))


def test_exact_page_has_its_objects() -> None:
    page = read(EXACT)
    assert page.items == (USER,)
    assert (page.total, page.size, page.cursor, page.skipped) == (7, 1, None, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"totalResults": "7"},
        {"totalResults": -1},
        {"itemsPerPage": "1"},
        {"nextCursor": "abc"},
        {"Resources": [USER, 5]},
        {"Resources": [{"userName": "ana"}]},
        {"Resources": [{**USER, "id": 1}]},
        {"Resources": USER},
    ],
)
def test_deviating_page_has_models(change: dict[str, Any]) -> None:
    page = read(EXACT | change)
    assert [type(item) for item in page.items] == [scim.User]
    assert page.items[0].user_name == "ana"


def test_error_is_that_of_every_list() -> None:
    with pytest.raises(ApiError):
        read({"detail": "no"}, 500)
    for body in (b"<html>", b"[1]", b"{"):
        with pytest.raises(UnexpectedResponse):
            read(body)
    error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}
    assert read(error, 404, is_filtered=True).items == ()
