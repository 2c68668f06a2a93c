"""CPU of one response of 31 MiB: a user with a long name, and an array instead of a user.

    python benchmarks/large_response.py [--save FOLDER]

Compared with `json.loads` of the same body, which a response is received with in chunks of 64 KiB.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import harness

MIB = 1024 * 1024
HEAD = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"'
BODIES = {
    "long string": HEAD + b"a" * 31 * MIB + b'"}',
    "string of escapes": HEAD + b'\\u00e9\\"' * (31 * MIB // 8) + b'"}',
    "array of numbers": b"[" + b"1," * (31 * MIB // 2) + b"1]",
}
BY_HAND = "json.loads"


def read_by_hand(body: bytes) -> harness.Subject:
    return lambda: json.loads(body)


def read_by_client(body: bytes) -> harness.Subject:
    import httpx

    from britive_scim import ScimClient, errors

    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for start in range(0, len(body), 65_536):
                yield body[start : start + 65_536]

    def respond(_: Any) -> httpx.Response:
        return httpx.Response(200, stream=Stream())

    client = ScimClient("http://localhost/scim/v2", "token", transport=httpx.MockTransport(respond))

    def call() -> Any:
        try:
            return client.users.get("1")
        except errors.UnexpectedResponse as error:
            return error

    return call


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--save", help="folder to write the tables to")
    options = parser.parse_args()
    for name, body in BODIES.items():
        subjects = {BY_HAND: read_by_hand(body), "ours": read_by_client(body)}
        medians = harness.compare_medians(subjects, rounds=3)
        samples = {row: harness.Sample(seconds * 1000) for row, seconds in medians.items()}
        title = f"A response of 31 MiB: {name} (milliseconds)"
        harness.report_goals(title, samples, [harness.Goal("ours", 4, (BY_HAND,))], options.save)


if __name__ == "__main__":
    main()
