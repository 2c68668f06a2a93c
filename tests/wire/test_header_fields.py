"""Header fields that callers add to a request: names, values, and those that the client sets itself."""

from typing import Any

import pytest

from britive_scim import ScimClient, errors
from britive_scim.wire.decoding.scim import decode_json, ignore_body
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, PUT, RawBody
from support.each_value import each_value
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response

SECRET = "t0p-s3cret"


@each_value("build", [GET, POST, PUT, PATCH, DELETE])
def test_invalid_header_raises_without_its_value(build: Any) -> None:
    for name, value in [
        ("", SECRET),
        ("X Key", SECRET),
        ("X-Key:", SECRET),
        ("X-Key\r\nHost", SECRET),
        ("Ключ", SECRET),
        (7, SECRET),
        ("X-Key", f"{SECRET}\r\nHost: evil.example"),
        ("X-Key", f"{SECRET}\n"),
        ("X-Key", f"{SECRET}\0"),
        ("X-Key", f"{SECRET}ü"),
        ("X-Key", f" {SECRET}"),
        ("X-Key", f"{SECRET}\t"),
        ("X-Key", SECRET.encode()),
        ("X-Key", None),
        ("X-Key", 5),
    ]:
        with pytest.raises(errors.InputError) as caught:
            build("/x", returns=ignore_body, headers={name: value})
        assert SECRET not in str(caught.value)
    with pytest.raises(errors.InputError, match="must be a mapping"):
        build("/x", returns=ignore_body, headers=[("X-Key", SECRET)])


@each_value("case", [str.lower, str.upper, str.title])
def test_header_of_the_client_raises(case: Any) -> None:
    for name in ("host", "authorization", "content-length", "transfer-encoding", "accept-encoding"):
        with pytest.raises(errors.InputError, match=r"which the client sets itself; remove it"):
            GET("/x", returns=ignore_body, headers={case(name): "evil.example"})


def test_valid_headers_are_sent() -> None:
    headers = {"X-Key": "a b\tc", "If-Match": 'W/"1"', "X-Empty": "", "x!#$%&'*+.^_`|~": "~"}
    server = FakeScimServer(make_response(200, {}))
    with ScimClient(URL, TOKEN, transport=server) as client:
        client.send(GET("/x", returns=decode_json, headers=headers))
    sent = server.sent[0].headers
    assert {name: sent[name] for name in headers} == headers


def test_header_replaces_that_of_the_client() -> None:
    server = FakeScimServer(make_response(200, {}))
    headers = {"accept": "text/csv", "CONTENT-TYPE": "text/plain", "User-Agent": "nightly"}
    body = RawBody(b"x", "text/xml")
    with ScimClient(URL, TOKEN, transport=server) as client:
        client.send(POST("/x", returns=decode_json, headers=headers, body=body))
    sent = server.sent[0].headers
    assert {name: sent.get_list(name) for name in headers} == {
        name: [value] for name, value in headers.items()
    }


@each_value("template", ["x", "@evil.example/x", ".evil.example", ":443@evil.example"])
def test_template_without_slash_raises(template: str) -> None:
    """Appended to a base URL without a path, it would change the host."""
    with pytest.raises(errors.InputError, match="path must begin with a slash"):
        GET(template, returns=decode_json)
