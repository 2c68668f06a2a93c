"""Operations: URL, query, body and annotations."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import errors, scim
from britive_scim.wire.decoding.scim import decode_json, ignore_body
from britive_scim.wire.ids import validate_id
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, PUT, RawBody
from support.each_value import each_value
from support.hostile_input import HARMLESS_IDS, HOSTILE_IDS


@each_value("bad", HOSTILE_IDS, label=ascii)
def test_id_that_changes_url_raises(bad: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        GET("/Users/{}", bad, returns=ignore_body)
    str(caught.value).encode()


@each_value("unusual, segment", HARMLESS_IDS.items())
def test_unusual_id_is_encoded(unusual: str, segment: str) -> None:
    """Sub-delimiters are allowed in a segment (RFC 3986 §3.3); a semicolon is encoded, as some servers split there."""
    assert GET("/Users/{}", unusual, returns=ignore_body).path == f"/Users/{segment}"


@pytest.mark.parametrize("bad", [None, 7, ["a"], {"id": "a"}, b"a"], ids=repr)
def test_id_of_other_type_raises(bad: object) -> None:
    with pytest.raises(errors.InputError):
        GET("/Users/{}", bad, returns=ignore_body)


def test_resource_is_replaced_by_its_id() -> None:
    assert GET("/Users/{}", scim.User(id="7"), returns=ignore_body).path == "/Users/7"


def test_resource_without_id_raises() -> None:
    with pytest.raises(errors.InputError, match="create it first"):
        GET("/Users/{}", scim.User(user_name="ana"), returns=ignore_body)


@given(st.text(min_size=1, max_size=60))
def test_accepted_id_is_one_path_segment(text: str) -> None:
    try:
        path = GET("/Users/{}/x", text, returns=ignore_body).path
    except errors.InputError:
        return
    before, segment, after = path.removeprefix("/").split("/")
    assert (before, after) == ("Users", "x")
    assert unquote(segment) == text
    assert urlsplit(f"https://h{path}").path == path


def test_ids_are_percent_encoded() -> None:
    operation = GET("/Users/{}/groups/{}", "ana@acme.com", "Ä 1", returns=ignore_body)
    assert operation.path == "/Users/ana@acme.com/groups/%C3%84%201"
    assert operation.template == "/Users/{}/groups/{}"


def test_wrong_number_of_ids_raises() -> None:
    with pytest.raises(TypeError, match="takes 1 ids, got 0"):
        GET("/Users/{}", returns=ignore_body)


def test_query_values_are_encoded_and_none_omitted() -> None:
    operation = GET(
        "/Users",
        returns=ignore_body,
        query={
            "filter": 'userName eq "a&b"',
            "count": 5,
            "x": None,
            "deep": True,
            "tag": ["a", "b"],
        },
    )
    assert operation.request_target == (
        "/Users?filter=userName%20eq%20%22a%26b%22&count=5&deep=true&tag=a&tag=b"
    )


def test_annotations_follow_http_method() -> None:
    created = {
        "GET": GET("/x", returns=ignore_body),
        "POST": POST("/x", returns=ignore_body),
        "PUT": PUT("/x", returns=ignore_body),
        "PATCH": PATCH("/x", returns=ignore_body),
        "DELETE": DELETE("/x", returns=ignore_body),
        "search": POST("/.search", returns=ignore_body, safe=True),
    }
    assert [name for name, o in created.items() if o.safe] == ["GET", "search"]
    assert [name for name, o in created.items() if o.idempotent] == [
        "GET",
        "PUT",
        "DELETE",
        "search",
    ]
    assert [name for name, o in created.items() if o.destructive] == ["DELETE"]


def test_body_is_compact_utf8_json() -> None:
    operation = POST("/Users", body={"userName": "Ä", "active": True}, returns=decode_json)
    assert operation.encode_body("application/scim+json") == (
        '{"userName":"Ä","active":true}'.encode(),
        "application/scim+json",
    )


def test_raw_body_has_its_media_type() -> None:
    operation = PATCH("/x", body=RawBody(b"<a/>", "text/xml"), returns=ignore_body)
    assert operation.encode_body("application/json") == (b"<a/>", "text/xml")


CIRCLE: list[object] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (float("nan"), r"x\[0\].y is nan"),
        (float("inf"), r"x\[0\].y is inf"),
        ("secret \ud800", r"x\[0\].y has a lone surrogate at position 7"),
        ({"\udc00": 1}, r"x\[0\].y has a name with a lone surrogate"),
        pytest.param(object(), r"x\[0\].y is of type object", id="object()"),
        (b"secret", r"x\[0\].y is of type bytes"),
        (CIRCLE, "Circular"),
    ],
    ids=ascii,
)
def test_body_not_json_raises_before_request(bad: object, message: str) -> None:
    """The message contains the position of the value, not the value."""
    body = {"a": [1, "\U0001f600", None, True, 0.5], "x": [{"y": bad}]}
    with pytest.raises(errors.InputError, match=f"must be JSON: {message}") as caught:
        POST("/Users", body=body, returns=ignore_body).encode_body("application/json")
    assert "secret" not in str(caught.value)


def test_body_with_lone_surrogate_is_sent_unchanged() -> None:
    text = rb'"id":"1","userName":"ana","title":"x\ud800","odd":[{"\udc00":"\ud801"}]'
    read = scim.User.from_wire(b"{" + text + b"}")
    content, _ = PUT("/Users/{}", "1", body=read.to_wire(), returns=ignore_body).encode_body("x")
    assert content is not None
    for escape in (rb'"title":"x\ud800"', rb'"odd":[{"\udc00":"\ud801"}]'):
        assert escape in content
    read.display_name = "é"
    body = {**read.to_wire(), "nickName": "\udcff"}
    with pytest.raises(errors.InputError, match="nickName has a lone surrogate"):
        PUT("/Users/{}", "1", body=body, returns=ignore_body).encode_body("x")


def test_query_with_lone_surrogate_raises() -> None:
    operation = GET(
        "/Users", query={"count": 1, "filter": 'title eq "\ud800"'}, returns=ignore_body
    )
    with pytest.raises(errors.InputError, match="a lone surrogate in 'filter'"):
        _ = operation.request_target


def test_operation_repr_hides_body() -> None:
    assert "secret" not in repr(POST("/Users", body={"password": "secret"}, returns=ignore_body))


def test_any_object_with_id_is_accepted() -> None:
    @dataclass
    class Thing:
        id: str | None

    assert validate_id(Thing("a-1")) == "a-1"
