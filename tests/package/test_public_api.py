"""Snapshot of the public API."""

import public_api


def test_public_api_matches_snapshot() -> None:
    expected = public_api.SNAPSHOT.read_text("utf-8")
    assert public_api.describe() == expected, "renew it with `python tools/public_api.py`"
