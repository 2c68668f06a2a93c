"""The snapshot of the public API, and the recipe for mocking requests with respx."""

import public_api


def test_public_api_is_that_of_the_snapshot() -> None:
    expected = public_api.SNAPSHOT.read_text("utf-8")
    assert public_api.describe() == expected, "renew it with `python tools/public_api.py`"
