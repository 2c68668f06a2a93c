"""State of `upsert` that a client keeps, which is bounded."""

from britive_scim.aio.scim import upsert_state
from britive_scim.aio.scim.upsert_state import AsyncUpsertState


def test_unkept_values_are_those_of_same_values() -> None:
    state = AsyncUpsertState()
    state.record_unkept("1", 7, ("title",))
    assert state.get_unkept("1", 7) == ("title",)
    assert state.get_unkept("1", 8) == ()
    assert state.get_unkept("2", 7) == ()
    state.record_unkept("1", 8, ())
    assert state.get_unkept("1", 7) == ()


def test_state_forgets_oldest_resource() -> None:
    state = AsyncUpsertState()
    count = upsert_state.MAX_REMEMBERED
    for number in range(count + 1):
        state.record_unkept(str(number), 1, ("title",))
    assert state.get_unkept("0", 1) == ()
    assert state.get_unkept("1", 1) == ("title",)
    assert state.get_unkept(str(count), 1) == ("title",)
