"""Set of seen keys with little memory."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.paging.seen_ids import CompactSet

keys = st.text(max_size=3) | st.integers(-3, 3) | st.tuples(st.integers(0, 3), st.text(max_size=1))


@given(st.lists(keys, max_size=60), st.sampled_from([0, 1, 5, 1000]))
def test_key_is_new_once(given_keys: list[object], exact: int) -> None:
    seen, known = CompactSet(exact), set[object]()
    for key in given_keys:
        assert seen.add(key) is (key not in known)
        known.add(key)


def test_many_keys_have_no_collision() -> None:
    seen = CompactSet(100)
    assert all(seen.add(f"user-{number}") for number in range(50_000))
    assert not any(seen.add(f"user-{number}") for number in range(50_000))


@pytest.mark.proof
def test_many_keys_use_little_memory() -> None:
    tracemalloc.start()
    try:
        seen = CompactSet()
        for number in range(150_000):
            seen.add(f"{number:08x}-7f76-453a-919d-413861904646")
        stored, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert stored < 2_500_000
    assert most < 8_000_000
