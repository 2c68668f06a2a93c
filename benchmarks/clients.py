"""One get-user with the network taken out: what a client costs beside what is sent.

    python benchmarks/clients.py [--save FOLDER]

Beside ours: httpx, httpx2 and requests as one would use them by hand, with `json.loads`, without retries,
limits or checks; and, where they are installed, scim2-client and britive (the vendor's).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
from collections.abc import Callable
from typing import Any

import measuring
from people import id_of, user

BODY = json.dumps(user(1), separators=(",", ":")).encode()
HEADERS = {"Content-Type": "application/scim+json"}
URL = "http://localhost/scim/v2"
ID = id_of(1)
CALLS = 50
"""Calls of an async client in one run of its loop, so that starting the loop does not count."""

BY_HAND, BY_HAND_ASYNC = "httpx, json.loads", "httpx async, json.loads"


def httpx_client() -> measuring.Subject:
    import httpx

    client = httpx.Client(base_url=URL, transport=httpx.MockTransport(_httpx_answer))
    return lambda: json.loads(client.get(f"/Users/{ID}").content)


def httpx_client_least() -> measuring.Subject:
    import httpx
    from least import LeastUser

    client = httpx.Client(base_url=URL, transport=httpx.MockTransport(_httpx_answer))
    read = LeastUser.__pydantic_validator__.validate_json
    return lambda: read(client.get(f"/Users/{ID}").content)


def _httpx_answer(_: Any) -> Any:
    import httpx

    return httpx.Response(200, content=BODY, headers=HEADERS)


def _httpx2_answer(_: Any) -> Any:
    import httpx2

    return httpx2.Response(200, content=BODY, headers=HEADERS)


def httpx2_client() -> measuring.Subject:
    import httpx2

    client = httpx2.Client(base_url=URL, transport=httpx2.MockTransport(_httpx2_answer))
    return lambda: json.loads(client.get(f"/Users/{ID}").content)


def requests_session() -> measuring.Subject:
    import requests

    session = requests.Session()
    session.mount("http://", _adapter())
    return lambda: json.loads(session.get(f"{URL}/Users/{ID}").content)


def _adapter() -> Any:
    import requests
    from requests.adapters import BaseAdapter
    from urllib3 import HTTPResponse

    class Adapter(BaseAdapter):
        def send(self, request: Any, *_: Any, **__: Any) -> Any:
            answer = requests.Response()
            answer.status_code, answer.request, answer.url = 200, request, request.url
            answer.headers.update(HEADERS)
            answer.raw = HTTPResponse(
                body=io.BytesIO(BODY), headers=HEADERS, status=200, preload_content=False
            )
            return answer

        def close(self) -> None:
            """Nothing is open."""

    return Adapter()


def ours() -> measuring.Subject:
    import httpx

    from britive_scim import ScimClient

    client = ScimClient(URL, "token", transport=httpx.MockTransport(_httpx_answer))
    return lambda: client.users.get(ID)


def scim2_client() -> measuring.Subject:
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_models import EnterpriseUser, ResourceType, ScimProvider, User

    model: Any = User[EnterpriseUser]
    provider = ScimProvider(
        models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(model)]
    )
    http = httpx2.Client(base_url=URL, transport=httpx2.MockTransport(_httpx2_answer))
    client = SyncSCIMClient(http, provider=provider)
    return lambda: client.query(model, ID)


def britive() -> measuring.Subject:
    from paging import britive_at

    client = britive_at(1)
    client.session.mount("http://", _adapter())
    return lambda: client.identity_management.users.get(ID)


def repeated(ask: Callable[[], Any]) -> measuring.Subject:
    """Return what makes a number of async calls in one run of a loop."""
    loop = asyncio.new_event_loop()

    async def main() -> None:
        for _ in range(CALLS):
            await ask()

    return lambda: loop.run_until_complete(main())


def httpx_async() -> measuring.Subject:
    import httpx

    client = httpx.AsyncClient(base_url=URL, transport=httpx.MockTransport(_httpx_answer))

    async def ask() -> Any:
        return json.loads((await client.get(f"/Users/{ID}")).content)

    return repeated(ask)


def ours_async() -> measuring.Subject:
    import httpx

    from britive_scim import AsyncScimClient

    client = AsyncScimClient(URL, "token", transport=httpx.MockTransport(_httpx_answer))
    return repeated(lambda: client.users.get(ID))


ONE_CALL = {
    BY_HAND: httpx_client,
    "httpx, least models": httpx_client_least,
    "httpx2, json.loads": httpx2_client,
    "requests, json.loads": requests_session,
    "ours": ours,
    "scim2-client": scim2_client,
    "britive": britive,
}
ASYNC = {BY_HAND_ASYNC: httpx_async, "ours async": ours_async}


def main() -> None:
    given = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    given.add_argument("--save", help="folder to write the table to")
    asked = given.parse_args()
    subjects, missing = measuring.available({**ONE_CALL, **ASYNC})
    for name, why in missing.items():
        print(f"left out: {name}: {why}")
    medians = measuring.compare(subjects, rounds=7)
    samples = {
        name: measuring.Sample(seconds / (CALLS if name in ASYNC else 1) * 1000)
        for name, seconds in medians.items()
    }
    goals = [
        measuring.Goal("ours", 1.5, (BY_HAND,)),
        measuring.Goal("ours async", 1.5, (BY_HAND_ASYNC,)),
    ]
    title = "One get-user, no network (thousandths of a second)"
    measuring.report(title, samples, goals, asked.save)


if __name__ == "__main__":
    main()
