"""Processes that apply a plan are killed at random moments; see `tools/crash_apply.py`."""

import crash_apply
import pytest


@pytest.mark.proof
def test_killed_processes_complete_the_plan() -> None:
    assert crash_apply.main(["5", "--seed", "11"]) == 0
