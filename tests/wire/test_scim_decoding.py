"""Decoding of SCIM responses: error classes, messages and hints."""

import json
import pickle
import re
from typing import Any

import pytest

from britive_scim import errors, scim
from britive_scim.wire.decoding.json_fields import parse_integer
from britive_scim.wire.decoding.scim import (
    decode_array,
    decode_json,
    decode_list_response,
    decode_model,
    decode_optional_body,
    decode_text,
    ignore_body,
)
from britive_scim.wire.response import Api, Response
from support.each_value import each_value

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def make_response(
    status: int, body: Any = None, *, api: Api = "scim", method: str = "GET", **headers: str
) -> Response:
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, content, method, "/Users/1", api)


CLASSES = [
    (400, errors.BadRequest),
    (401, errors.Unauthorized),
    (403, errors.Forbidden),
    (404, errors.NotFound),
    (405, errors.BadRequest),
    (409, errors.Conflict),
    (412, errors.PreconditionFailed),
    (413, errors.PayloadTooLarge),
    (422, errors.BadRequest),
    (429, errors.RateLimited),
    (500, errors.ServerError),
    (501, errors.ServerError),
    (503, errors.ServerError),
    (599, errors.ServerError),
    (304, errors.UnexpectedResponse),
]


@each_value("status, kind", CLASSES)
@each_value("api", ["scim", "admin"])
def test_status_selects_error_class(status: int, kind: type[errors.ApiError], api: Api) -> None:
    for body in (
        None,
        {"schemas": [ERROR], "detail": "why"},
        b"<html>x</html>",
        b"{",
        b"\xff\xfe",
        [],
    ):
        with pytest.raises(errors.ApiError) as caught:
            ignore_body(make_response(status, body, api=api))
        assert type(caught.value) is kind
        assert caught.value.status == status
        assert (caught.value.method, caught.value.path) == ("GET", "/Users/1")
        assert pickle.loads(pickle.dumps(caught.value)).to_dict() == caught.value.to_dict()


@each_value(
    "body, kind",
    [
        ({"errorCode": "U-0003", "message": "m"}, errors.ExternallyManaged),
        ({"errorCode": "UT-0002", "message": "m"}, errors.ExternallyManaged),
        ({"errorCode": "U-0009", "message": "m"}, errors.Conflict),
        ({"errorCode": "U-0001", "message": "m"}, errors.BadRequest),
        ({"scimType": "uniqueness"}, errors.Conflict),
        ({"scimType": "Uniqueness"}, errors.Conflict),
        ({"scimType": "invalidFilter"}, errors.BadRequest),
        ({"scimType": 7, "detail": ["x"]}, errors.BadRequest),
    ],
)
def test_scim_type_of_400_selects_error_class(body: Any, kind: type[errors.ApiError]) -> None:
    with pytest.raises(errors.ApiError) as caught:
        ignore_body(make_response(400, body))
    assert type(caught.value) is kind


def test_maintenance_code_raises_maintenance() -> None:
    with pytest.raises(errors.Maintenance, match="retry later"):
        ignore_body(
            make_response(
                503,
                {"status": 503, "errorCode": "MAINT0001", "message": "Tenant is in maintenance"},
            )
        )


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"detail": "a"}, "a"),
        ({"Detail": "a"}, "a"),
        ({"message": "b"}, "b"),
        ({"detail": "", "message": "b"}, "b"),
        ({"error": {"message": "c"}}, "c"),
        ({"response": {"detail": "d", "scimType": "noTarget"}}, "d"),
        ({"errors": [{"detail": "e"}]}, "e"),
        ({"errorMessageList": ["f", "g"]}, "f; g"),
        ({"error": "h"}, "h"),
        ({"status": {"code": 400}}, None),
        ("plain json text", "plain json text"),
        ([1, 2], None),
        (b"just words", "just words"),
        (b"<html><title>Gate &amp; way</title><p>x</html>", "Gate & way"),
        (b"<p>no <b>title</b></p>", "no title"),
        (b"   ", None),
        (None, None),
    ],
    ids=repr,
)
def test_detail_is_read_from_every_body_format(body: Any, detail: str | None) -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(make_response(400, body))
    assert caught.value.detail == detail


def test_error_body_is_not_in_to_dict() -> None:
    body = {"schemas": [ERROR], "detail": "x", "urn:acme:Error": {"fields": ["mail"]}}
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(make_response(400, body))
    assert caught.value.body == body
    assert "body" not in caught.value.to_dict()


def test_long_error_body_is_truncated() -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(make_response(400, b"x" * 200_000))
    assert len(caught.value.body) == 64 * 1024
    assert len(str(caught.value)) < 600


def test_control_characters_in_detail_are_escaped() -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(make_response(400, {"detail": "a\x1b[31m\nb\x00"}))
    assert str(caught.value).isprintable()
    assert caught.value.detail == "a\x1b[31m\nb\x00"


@each_value("name", ["x-request-id", "x-amzn-requestid", "x-correlation-id"])
def test_request_id_header_is_in_message(name: str) -> None:
    with pytest.raises(errors.BadRequest, match="r-17") as caught:
        ignore_body(Response(400, {name: "r-17"}, b""))
    assert caught.value.request_id == "r-17"


def test_request_id_in_body_is_in_message() -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(make_response(400, {"exceptionRequestId": "r-18", "detail": "x"}))
    assert caught.value.request_id == "r-18"


@each_value(
    "status, api, says",
    [
        (401, "scim", "SCIM token"),
        (401, "admin", "API token"),
        (403, "scim", "TenantSCIMPolicy"),
        (403, "admin", "permissions"),
        (409, "scim", "existing resource"),
        (412, "scim", "read it and repeat"),
        (413, "scim", "send fewer"),
        (429, "scim", "fewer requests"),
        (500, "scim", "retry later"),
        (404, "scim", "base URL"),
    ],
)
def test_message_has_hint(status: int, api: Api, says: str) -> None:
    with pytest.raises(errors.ApiError, match=says):
        ignore_body(make_response(status, api=api))


def test_scim_404_message_has_no_url_hint() -> None:
    with pytest.raises(errors.NotFound) as caught:
        ignore_body(make_response(404, {"schemas": [ERROR], "detail": "User not found"}))
    assert "base URL" not in str(caught.value)


def test_retry_after_is_in_message() -> None:
    with pytest.raises(errors.RateLimited, match=r"wait 1\.5 s") as caught:
        ignore_body(make_response(429, retry_after="1.5"))
    assert caught.value.retry_after == 1.5


@each_value(
    "body, says",
    [
        ({"error": "quota"}, "an error (quota)"),
        ({"errors": [{"message": "locked"}]}, "an error (locked)"),
        ({"error": {"code": 7, "message": "locked"}, "timestamp": 1}, "an error (locked)"),
        ({"success": False}, "an error"),
        ({"status": "failed", "message": "locked"}, "an error (locked)"),
        ({"status": 400, "error": "quota"}, "an error with status 400 (quota)"),
    ],
)
def test_error_with_200_is_no_success(body: Any, says: str) -> None:
    with pytest.raises(errors.UnexpectedResponse, match=re.escape(says)) as caught:
        ignore_body(make_response(200, body, method="DELETE"))
    assert caught.value.may_have_happened


@each_value(
    "body",
    [
        {},
        {"message": "deleted"},
        {"success": True, "errors": []},
        {"status": "ok", "error": None},
        {"id": "1", "error": "an attribute"},
        {"status": "failed", "tagId": "t1"},
    ],
)
def test_object_without_error_is_a_success(body: Any) -> None:
    ignore_body(make_response(200, body, method="DELETE"))


def test_failed_write_may_have_happened() -> None:
    with pytest.raises(errors.ServerError) as caught:
        ignore_body(make_response(502, method="POST"))
    assert caught.value.may_have_happened
    with pytest.raises(errors.ServerError) as caught:
        ignore_body(make_response(502))
    assert not caught.value.may_have_happened


def test_redirect_message_has_origin_only() -> None:
    with pytest.raises(errors.UnexpectedResponse) as caught:
        ignore_body(make_response(301, location="https://user:pw@evil.example/login?token=abc"))
    assert "https://evil.example" in str(caught.value)
    assert "abc" not in str(caught.value)
    assert "pw" not in str(caught.value)


@each_value("location", ["/Users", "", "http://[", "x"])
def test_redirect_with_invalid_location_raises(location: str) -> None:
    with pytest.raises(errors.UnexpectedResponse, match="redirect"):
        ignore_body(make_response(302, location=location))


# ---------------------------------------------------------------------------------- successes


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html><body>Sign in</body></html>", "HTML"),
        (b"", "empty"),
        (b"   ", "empty"),
        (b'{"id": "1", "userNa', "an invalid body"),
        (b"[]", "a list"),
        (b"null", "null"),
        (b"7", "a number"),
        (b"true", "a boolean"),
        (b'"x"', "got a string"),
        (b'{"ok": true}', "neither id nor schemas"),
        (b"{}", "neither id nor schemas"),
        (b'{"schemas": ["%s"], "detail": "broken"}' % ERROR.encode(), "SCIM Error: broken"),
        (b'{"schemas": "%s", "id": "1"}' % ERROR.encode(), "SCIM Error"),
        (
            b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[]}',
            "SCIM ListResponse",
        ),
        (b'{"id":"1","x":' + b"[" * 70 + b"]" * 70 + b"}", "deeper than 64"),
        (b'{"id":"1","x":NaN}', "an invalid body"),
    ],
    ids=ascii,
)
def test_200_without_user_raises_with_reason(body: bytes, says: str) -> None:
    with pytest.raises(errors.UnexpectedResponse) as caught:
        decode_model(scim.User)(make_response(200, body))
    assert says in str(caught.value)
    assert caught.value.status == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html><body>Sign in</body></html>", "HTML"),
        (b"", "empty"),
        (b"[]", "a list"),
        (b"null", "null"),
        (b'{"ok": true}', "ListResponse"),
        (b'{"Resources": [', "an invalid body"),
        (
            b'{"id":"1","userName":"a","schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}',
            "ListResponse",
        ),
        (b'{"schemas": ["%s"], "detail": "broken"}' % ERROR.encode(), "ListResponse"),
    ],
    ids=ascii,
)
def test_200_without_list_raises_with_reason(body: bytes, says: str) -> None:
    with pytest.raises(errors.UnexpectedResponse) as caught:
        decode_list_response(scim.User)(make_response(200, body))
    assert says in str(caught.value)


def test_decode_list_returns_counters() -> None:
    page = decode_list_response(scim.User)(
        make_response(
            200,
            {
                "totalResults": "7",
                "itemsPerPage": 2,
                "nextCursor": "c",
                "Resources": [{"id": "1"}, "x", None, {"id": 2}],
            },
        )
    )
    assert [u.id for u in page.items] == ["1", "2"]
    assert (page.total, page.size, page.skipped, page.cursor) == (7, 2, 1, "c")
    assert len(page) == 2


def test_scim_404_for_list_is_empty() -> None:
    read = decode_list_response(scim.User, is_filtered=True)
    assert read(make_response(404, {"schemas": [ERROR], "detail": "none"})).total == 0
    for body in (b"<html>404</html>", None, [], {"x": 1}):
        with pytest.raises(errors.NotFound):
            read(make_response(404, body))
    with pytest.raises(errors.NotFound):
        decode_list_response(scim.User)(make_response(404, {"schemas": [ERROR], "detail": "none"}))


def test_empty_success_without_body_is_none() -> None:
    assert decode_optional_body(scim.User)(make_response(204)) is None
    assert decode_optional_body(scim.User)(make_response(200, b" \n")) is None
    result = decode_optional_body(scim.User)(make_response(200, {"id": "1"}))
    assert result is not None
    assert result.id == "1"


def test_decode_sparse_configuration() -> None:
    config = decode_model(scim.ServiceProviderConfig)(
        make_response(200, {"patch": {"supported": True}})
    )
    assert config.patch is not None
    assert config.patch.supported is True
    assert config.bulk is None


def test_arrays_are_read_bare_or_in_member() -> None:
    read = decode_array(scim.Group, key="data")
    for body in ([{"id": "g"}], {"data": [{"id": "g"}]}, {"Data": [{"id": "g"}]}):
        assert [g.id for g in read(make_response(200, body, api="admin"))] == ["g"]
    for empty in (None, {"data": None}, {}, b"null"):
        assert read(make_response(200, empty, api="admin")) == []
    with pytest.raises(errors.UnexpectedResponse, match="expected a list"):
        read(make_response(200, {"data": 7}, api="admin"))
    with pytest.raises(errors.UnexpectedResponse, match="expected a Group"):
        read(make_response(200, ["x"], api="admin"))


def test_text_and_json_are_returned_unchanged() -> None:
    assert decode_text(make_response(200, b"\xef\xbb\xbfhello")) == "hello"
    assert decode_json(make_response(200, {"a": [1]})) == {"a": [1]}


@each_value(
    "method, status, message, absent",
    [
        ("POST", 503, ("check before repeating", "wait before retrying"), ()),
        ("PATCH", 500, ("check before repeating",), ("retry later", "wait")),
        ("GET", 503, ("wait before retrying",), ("check before",)),
        ("GET", 502, ("retry later",), ("check before",)),
    ],
)
def test_server_error_for_write_message_says_unknown(
    method: str, status: int, message: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    with pytest.raises(errors.ServerError) as caught:
        ignore_body(make_response(status, method=method))
    assert all(words in str(caught.value) for words in message)
    assert not any(words in str(caught.value) for words in absent)
    assert caught.value.may_have_happened is ("check before" in str(caught.value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (5.0, 5),
        ("5", 5),
        (" -5 ", -5),
        (5.5, None),
        ("5.0", None),
        (True, None),
        (None, None),
    ],
    ids=repr,
)
def test_integer_is_read_from_number_and_string(value: Any, expected: int | None) -> None:
    assert parse_integer(value) == expected
    assert type(parse_integer(value)) is type(expected)
