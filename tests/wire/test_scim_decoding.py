"""From an answer to one error of the tree, whose message says what to do."""

import json
import pickle
from typing import Any

import pytest

from britive_scim import errors, scim
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


def answer(
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
def test_the_status_decides_the_class(status: int, kind: type[errors.ApiError], api: Api) -> None:
    for body in (
        None,
        {"schemas": [ERROR], "detail": "why"},
        b"<html>x</html>",
        b"{",
        b"\xff\xfe",
        [],
    ):
        with pytest.raises(errors.ApiError) as caught:
            ignore_body(answer(status, body, api=api))
        assert type(caught.value) is kind
        assert caught.value.status == status
        assert (caught.value.method, caught.value.path) == ("GET", "/Users/1")
        assert pickle.loads(pickle.dumps(caught.value)).to_dict() == caught.value.to_dict()


@pytest.mark.parametrize(
    ("body", "kind"),
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
def test_a_400_may_say_more(body: Any, kind: type[errors.ApiError]) -> None:
    with pytest.raises(errors.ApiError) as caught:
        ignore_body(answer(400, body))
    assert type(caught.value) is kind


def test_maintenance_is_known_by_its_code() -> None:
    with pytest.raises(errors.Maintenance, match="retry later"):
        ignore_body(
            answer(
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
def test_the_detail_is_found_wherever_it_is(body: Any, detail: str | None) -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(answer(400, body))
    assert caught.value.detail == detail


def test_the_body_stays_reachable_and_out_of_the_dictionary() -> None:
    body = {"schemas": [ERROR], "detail": "x", "urn:acme:Error": {"fields": ["mail"]}}
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(answer(400, body))
    assert caught.value.body == body
    assert "body" not in caught.value.to_dict()


def test_a_long_body_is_kept_in_part() -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(answer(400, b"x" * 200_000))
    assert len(caught.value.body) == 64 * 1024
    assert len(str(caught.value)) < 600


def test_control_characters_do_not_reach_the_terminal() -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(answer(400, {"detail": "a\x1b[31m\nb\x00"}))
    assert str(caught.value).isprintable()
    assert caught.value.detail == "a\x1b[31m\nb\x00"


@pytest.mark.parametrize("name", ["x-request-id", "x-amzn-requestid", "x-correlation-id"])
def test_the_request_id_is_in_the_message(name: str) -> None:
    with pytest.raises(errors.BadRequest, match="r-17") as caught:
        ignore_body(Response(400, {name: "r-17"}, b""))
    assert caught.value.request_id == "r-17"


def test_the_request_id_may_be_in_the_body() -> None:
    with pytest.raises(errors.BadRequest) as caught:
        ignore_body(answer(400, {"exceptionRequestId": "r-18", "detail": "x"}))
    assert caught.value.request_id == "r-18"


@pytest.mark.parametrize(
    ("status", "api", "says"),
    [
        (401, "scim", "SCIM token"),
        (401, "admin", "API token"),
        (403, "scim", "TenantSCIMPolicy"),
        (403, "admin", "permissions"),
        (409, "scim", "existing resource"),
        (412, "scim", "read it and repeat"),
        (413, "scim", "send less"),
        (429, "scim", "fewer requests"),
        (500, "scim", "retry later"),
        (404, "scim", "base URL"),
    ],
)
def test_the_message_says_what_to_do(status: int, api: Api, says: str) -> None:
    with pytest.raises(errors.ApiError, match=says):
        ignore_body(answer(status, api=api))


def test_a_404_in_scims_words_does_not_doubt_the_address() -> None:
    with pytest.raises(errors.NotFound) as caught:
        ignore_body(answer(404, {"schemas": [ERROR], "detail": "User not found"}))
    assert "base URL" not in str(caught.value)


def test_a_wait_is_told_in_seconds() -> None:
    with pytest.raises(errors.RateLimited, match=r"wait 1\.5 s") as caught:
        ignore_body(answer(429, retry_after="1.5"))
    assert caught.value.retry_after == 1.5


def test_a_failed_change_may_have_happened_and_a_failed_read_may_not() -> None:
    with pytest.raises(errors.ServerError) as caught:
        ignore_body(answer(502, method="POST"))
    assert caught.value.may_have_happened
    with pytest.raises(errors.ServerError) as caught:
        ignore_body(answer(502))
    assert not caught.value.may_have_happened


def test_a_redirect_is_told_by_its_origin_alone() -> None:
    with pytest.raises(errors.UnexpectedResponse) as caught:
        ignore_body(answer(301, location="https://user:pw@evil.example/login?token=abc"))
    assert "https://evil.example" in str(caught.value)
    assert "abc" not in str(caught.value)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("location", ["/Users", "", "http://[", "x"])
def test_a_redirect_to_nowhere_known_is_told_too(location: str) -> None:
    with pytest.raises(errors.UnexpectedResponse, match="redirect"):
        ignore_body(answer(302, location=location))


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
def test_a_200_that_is_no_user_is_told_apart(body: bytes, says: str) -> None:
    with pytest.raises(errors.UnexpectedResponse) as caught:
        decode_model(scim.User)(answer(200, body))
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
def test_a_200_that_is_no_list_is_never_no_users(body: bytes, says: str) -> None:
    with pytest.raises(errors.UnexpectedResponse) as caught:
        decode_list_response(scim.User)(answer(200, body))
    assert says in str(caught.value)


def test_a_list_knows_its_facts() -> None:
    page = decode_list_response(scim.User)(
        answer(
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


def test_a_miss_told_by_404_is_an_empty_list_only_in_scims_words() -> None:
    read = decode_list_response(scim.User, is_filtered=True)
    assert read(answer(404, {"schemas": [ERROR], "detail": "none"})).total == 0
    for body in (b"<html>404</html>", None, [], {"x": 1}):
        with pytest.raises(errors.NotFound):
            read(answer(404, body))
    with pytest.raises(errors.NotFound):
        decode_list_response(scim.User)(answer(404, {"schemas": [ERROR], "detail": "none"}))


def test_an_empty_success_is_no_resource_where_none_is_needed() -> None:
    assert decode_optional_body(scim.User)(answer(204)) is None
    assert decode_optional_body(scim.User)(answer(200, b" \n")) is None
    found = decode_optional_body(scim.User)(answer(200, {"id": "1"}))
    assert found is not None
    assert found.id == "1"


def test_a_configuration_may_be_sparse() -> None:
    config = decode_model(scim.ServiceProviderConfig)(answer(200, {"patch": {"supported": True}}))
    assert config.patch is not None
    assert config.patch.supported is True
    assert config.bulk is None


def test_arrays_may_stand_bare_or_under_a_key() -> None:
    read = decode_array(scim.Group, key="data")
    for body in ([{"id": "g"}], {"data": [{"id": "g"}]}, {"Data": [{"id": "g"}]}):
        assert [g.id for g in read(answer(200, body, api="admin"))] == ["g"]
    for empty in (None, {"data": None}, {}, b"null"):
        assert read(answer(200, empty, api="admin")) == []
    with pytest.raises(errors.UnexpectedResponse, match="expected a list"):
        read(answer(200, {"data": 7}, api="admin"))
    with pytest.raises(errors.UnexpectedResponse, match="expected a Group"):
        read(answer(200, ["x"], api="admin"))


def test_text_and_documents_are_read_as_they_are() -> None:
    assert decode_text(answer(200, b"\xef\xbb\xbfhello")) == "hello"
    assert decode_json(answer(200, {"a": [1]})) == {"a": [1]}


@pytest.mark.parametrize(
    ("method", "status", "told", "untold"),
    [
        ("POST", 503, ("check before repeating", "wait before retrying"), ()),
        ("PATCH", 500, ("check before repeating",), ("retry later", "wait")),
        ("GET", 503, ("wait before retrying",), ("check before",)),
        ("GET", 502, ("retry later",), ("check before",)),
    ],
)
def test_a_change_the_server_failed_at_is_said_to_be_unknown(
    method: str, status: int, told: tuple[str, ...], untold: tuple[str, ...]
) -> None:
    with pytest.raises(errors.ServerError) as caught:
        ignore_body(answer(status, method=method))
    assert all(words in str(caught.value) for words in told)
    assert not any(words in str(caught.value) for words in untold)
    assert caught.value.may_have_happened is ("check before" in str(caught.value))
