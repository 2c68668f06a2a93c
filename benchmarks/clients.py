"""Overhead of a client: one get-user without a network.

    python benchmarks/clients.py [--save FOLDER]

Compared: httpx, httpx2 and requests by hand, with `json.loads`, without retries, limits or checks; and, if
installed, scim2-client and britive (the vendor's package).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
from collections.abc import Callable
from typing import Any

import harness
from fixtures import build_id, build_user

BODY = json.dumps(build_user(1), separators=(",", ":")).encode()
HEADERS = {"Content-Type": "application/scim+json"}
URL = "http://localhost/scim/v2"
ID = build_id(1)
CALLS = 50
"""Calls of an async client in one run of its loop, so that the start of the loop does not count."""

BY_HAND, BY_HAND_ASYNC = "httpx, json.loads", "httpx async, json.loads"


def httpx_client() -> harness.Subject:
    import httpx

    client = httpx.Client(base_url=URL, transport=httpx.MockTransport(_respond_httpx))
    return lambda: json.loads(client.get(f"/Users/{ID}").content)


def httpx_client_minimal() -> harness.Subject:
    import httpx
    from minimal_models import MinimalUser

    client = httpx.Client(base_url=URL, transport=httpx.MockTransport(_respond_httpx))
    read = MinimalUser.__pydantic_validator__.validate_json
    return lambda: read(client.get(f"/Users/{ID}").content)


def _respond_httpx(_: Any) -> Any:
    import httpx

    return httpx.Response(200, content=BODY, headers=HEADERS)


def _respond_httpx2(_: Any) -> Any:
    import httpx2

    return httpx2.Response(200, content=BODY, headers=HEADERS)


def httpx2_client() -> harness.Subject:
    import httpx2

    client = httpx2.Client(base_url=URL, transport=httpx2.MockTransport(_respond_httpx2))
    return lambda: json.loads(client.get(f"/Users/{ID}").content)


def requests_session() -> harness.Subject:
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
            response = requests.Response()
            response.status_code, response.request, response.url = 200, request, request.url
            response.headers.update(HEADERS)
            response.raw = HTTPResponse(
                body=io.BytesIO(BODY), headers=HEADERS, status=200, preload_content=False
            )
            return response

        def close(self) -> None:
            """Do nothing."""

    return Adapter()


def ours() -> harness.Subject:
    import httpx

    from britive_scim import ScimClient

    client = ScimClient(URL, "token", transport=httpx.MockTransport(_respond_httpx))
    return lambda: client.users.get(ID)


def scim2_client() -> harness.Subject:
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_models import EnterpriseUser, ResourceType, ScimProvider, User

    model: Any = User[EnterpriseUser]
    provider = ScimProvider(
        models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(model)]
    )
    http = httpx2.Client(base_url=URL, transport=httpx2.MockTransport(_respond_httpx2))
    client = SyncSCIMClient(http, provider=provider)
    return lambda: client.query(model, ID)


def britive() -> harness.Subject:
    from paging import create_britive_client

    client = create_britive_client(1)
    client.session.mount("http://", _adapter())
    return lambda: client.identity_management.users.get(ID)


def repeat_in_loop(call: Callable[[], Any]) -> harness.Subject:
    """Return a subject that makes `CALLS` async calls in one run of a loop."""
    loop = asyncio.new_event_loop()

    async def main() -> None:
        for _ in range(CALLS):
            await call()

    return lambda: loop.run_until_complete(main())


def httpx_async() -> harness.Subject:
    import httpx

    client = httpx.AsyncClient(base_url=URL, transport=httpx.MockTransport(_respond_httpx))

    async def call() -> Any:
        return json.loads((await client.get(f"/Users/{ID}")).content)

    return repeat_in_loop(call)


def ours_async() -> harness.Subject:
    import httpx

    from britive_scim import AsyncScimClient

    client = AsyncScimClient(URL, "token", transport=httpx.MockTransport(_respond_httpx))
    return repeat_in_loop(lambda: client.users.get(ID))


ONE_CALL = {
    BY_HAND: httpx_client,
    "httpx, minimal models": httpx_client_minimal,
    "httpx2, json.loads": httpx2_client,
    "requests, json.loads": requests_session,
    "ours": ours,
    "scim2-client": scim2_client,
    "britive": britive,
}
ASYNC = {BY_HAND_ASYNC: httpx_async, "ours async": ours_async}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--save", help="folder to write the table to")
    options = parser.parse_args()
    subjects, missing = harness.create_subjects({**ONE_CALL, **ASYNC})
    for name, reason in missing.items():
        print(f"skipped: {name}: {reason}")
    medians = harness.compare_medians(subjects, rounds=7)
    samples = {
        name: harness.Sample(seconds / (CALLS if name in ASYNC else 1) * 1000)
        for name, seconds in medians.items()
    }
    goals = [
        harness.Goal("ours", 1.5, (BY_HAND,)),
        harness.Goal("ours async", 1.5, (BY_HAND_ASYNC,)),
    ]
    title = "One get-user, no network (milliseconds)"
    harness.report_goals(title, samples, goals, options.save)


if __name__ == "__main__":
    main()
