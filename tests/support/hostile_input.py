"""Hostile values from a server or a caller: URLs of other hosts, and ids that change a URL.

`list_replacements` puts a value in each position of the arguments of a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import httpx
from pydantic import BaseModel, SecretStr

TENANT = "https://acme.britive-app.com"
_HOST = httpx.URL(TENANT).host

HOSTILE_URLS = [
    "https://evil.example/api/scim/v2",
    "https://evil.example/api/logs?x=1",
    "http://acme.britive-app.com/api/scim/v2",
    "https://acme.britive-app.com:8443/api/scim/v2",
    "https://acme.britive-app.com:80/api/logs",
    "https://acme.britive-app.com.evil.example/",
    "https://evil.acme.britive-app.com/",
    "https://britive-app.com/api/scim/v2",
    "https://acme.britive-app.com@evil.example/",
    "https://acme.britive-app.com:443@evil.example:443/",
    "https://user@acme.britive-app.com/api/scim/v2",
    "https://user:pw@acme.britive-app.com/api/logs?x=1",
    "https://evil.example\\@acme.britive-app.com/",
    "https://acme.britive-app.com\\@evil.example/",
    "https://acme.britive-app.com\\.evil.example/",
    "//evil.example/api",
    "///evil.example/api",
    "https:/evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "http://127.0.0.1:8080/",
    "http://localhost/api/scim/v2",
    "http://169.254.169.254/latest/meta-data",
    "https://[::ffff:169.254.169.254]/",
    "https://[::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[acme.britive-app.com]/",
    "https://[bad/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://\u0430cme.britive-app.com/",  # a Cyrillic letter
    "https://acme.britive-\u03b1pp.com/",  # a Greek letter
    "https://acme.britive-app\u3002com/",  # an ideographic full stop
    "https://\uff41cme.britive-app.com/",  # a wide letter
    "https://acme\u200b.britive-app.com/",
    "https://acme%2ebritive-app.com/",
    "https://acme.britive-app.com#@evil.example/",
    "https://acme.britive-app.com/api/logs#x",
    "https://acme.britive-app.com?@evil.example/",
    "https://acme.britive-app.com/../api/scim/v2",
    "https://acme.britive-app.com/%2e%2e/api/scim/v2",
    "https://acme.britive-app.com /api/scim/v2",
    " https://evil.example/",
    "https://evil.example\t/",
    "https://acme.britive-app.com/api/scim/v2\r\nHost: evil.example",
    "https://evil.example/\x00",
    "https://acme.britive-app.com:99999/api/scim/v2",
    "https://acme.britive-app.com:x/api/scim/v2",
    "ftp://acme.britive-app.com/api/scim/v2",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "nonsense",
]
"""URLs that are not at the address of the tenant `TENANT`."""

VALID_TENANT_URLS = [
    "https://evil.example/api/scim/v2",
    "https://acme.britive-app.com:8443/api/scim/v2",
    "https://acme.britive-app.com:80/api/logs",
    "https://acme.britive-app.com.evil.example/",
    "https://evil.acme.britive-app.com/",
    "https://britive-app.com/api/scim/v2",
    "http://127.0.0.1:8080/",
    "http://localhost/api/scim/v2",
    "https://[::ffff:169.254.169.254]/",
    "https://[::1]/",
    "https://[fe80::1%25eth0]/",
    " https://evil.example/",
]
"""Those `HOSTILE_URLS` that are valid as the address of a tenant."""

HOSTILE_IDS = [
    "",
    " ",
    "\t",
    ".",
    "..",
    "...",
    ".. ",
    ". .",
    "..;",
    "..;x=1",
    "..;/",
    ";",
    "../x",
    "a/../../x",
    "a/b",
    "/",
    "a\\b",
    "..\\x",
    "a?b",
    "?filter=x",
    "a#b",
    "%2e%2e",
    "%252e%252e",
    "..%2f",
    "%2F",
    "a%b",
    "%00",
    "a\nb",
    "a\r\nHost: evil.example",
    "a\x00b",
    "\x7f",
    "\x85",
    "https://evil.example/x",
    "//evil.example",
    "\uff0e\uff0e",  # wide full stops
    "\u2024\u2024",  # one dot leader, twice
    "\u2025",  # a two dot leader
    "a\uff0fb",  # a wide slash
    "a\uff3cb",
    "x" * 257,
    "x" * 100_000,
    "\ud800",
    "a\udfff",
]

HARMLESS_IDS = {
    "a;b": "a%3Bb",
    "a b": "a%20b",
    "a..b": "a..b",
    "a&b=c": "a&b=c",
    "ana@acme.com": "ana@acme.com",
    "urn:x:1": "urn:x:1",
    "a+b": "a+b",
    "a,b(c)*!'$": "a,b(c)*!'$",
    "\u00c4": "%C3%84",
    "\U0001f600": "%F0%9F%98%80",
    'a"<b>': "a%22%3Cb%3E",
    "{}": "%7B%7D",
    "a\u202eb": "a%E2%80%AEb",
    "x" * 256: "x" * 256,
}
"""Unusual but valid id -> its path segment."""

Arguments = tuple[tuple[Any, ...], dict[str, Any]]
"""Arguments of a call."""


def list_replacements(
    arguments: Arguments, replaced: type | tuple[type, ...] = (str, int, SecretStr)
) -> Iterator[Callable[[Any], Arguments]]:
    """Yield, for each string or number in the arguments of a call, a function that replaces it.

    Args:
        arguments: the arguments of the call.
        replaced: classes of the values that are replaced.
    """
    yield from _list_replacements(arguments, replaced)


def _list_replacements(value: Any, replaced: Any) -> Iterator[Callable[[Any], Any]]:
    """Yield functions that return `value` with one string or number in it replaced."""
    if isinstance(value, replaced) and not isinstance(value, bool):
        yield lambda other: other
    elif isinstance(value, list | tuple):
        for n, item in enumerate(value):
            for put in _list_replacements(item, replaced):
                yield lambda other, n=n, put=put: type(value)(
                    [*value[:n], put(other), *value[n + 1 :]]
                )
    elif isinstance(value, dict):
        for name, item in value.items():
            for put in _list_replacements(item, replaced):
                yield lambda other, name=name, put=put: {**value, name: put(other)}
    elif isinstance(value, BaseModel):
        for name in value.model_fields_set & {"id", "name", "username", "user_name", "value"}:
            for put in _list_replacements(getattr(value, name), replaced):
                yield lambda other, name=name, put=put: value.model_copy(update={name: put(other)})


Reply = Callable[[httpx.Request], httpx.Response]


class CheckedNetwork(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Transport that records every request, and checks its host, path and headers."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        assert (request.url.scheme, request.url.host, request.url.port) == ("https", _HOST, None)
        assert request.headers["host"] == _HOST
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        assert path.startswith("/api/")
        assert request.url.fragment == ""
        assert not [
            s for s in unquote(path).split("/")[1:] if s.partition(";")[0].strip(" .") == ""
        ]
        assert not [c for v in request.headers.values() for c in v if c in "\r\n\0"]
        return self.reply(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)
