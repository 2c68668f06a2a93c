"""No recorded request is left out, and none is sent without its outcome being looked at."""

from typing import Any

import pytest

from support.tenant_replays import WIRE, Expected, do_nothing, load_cases
from tenant import test_replay_okta as okta
from tenant import test_replay_others as others

TABLES: dict[str, Expected] = {
    "okta-users.json": okta.USERS,
    "okta-groups.json": okta.GROUPS,
    "entra-users.json": others.ENTRA_USERS,
    "entra-groups.json": others.ENTRA_GROUPS,
    "entra-validator.json": others.VALIDATOR,
    "other-idps.json": others.OTHERS,
}
IN_ORDER = "okta-spec-test.json"
"""The only file whose cases build on each other: one test sends all of them."""


def test_every_file_of_requests_is_sent() -> None:
    requests = {path.name for path in WIRE.glob("*.json") if not path.name.startswith("quirks-")}
    assert requests == {*TABLES, IN_ORDER}
    assert all("expected_response" in case for file in requests for case in load_cases(file))
    answers = {path.name for path in WIRE.glob("*.json")} - requests
    assert not any("expected_response" in case for file in answers for case in load_cases(file))


@pytest.mark.parametrize("file", TABLES)
def test_every_case_has_an_expectation(file: str) -> None:
    names = [case["name"] for case in load_cases(file)]
    assert len(set(names)) == len(names)
    assert set(names) == TABLES[file].keys()
    assert not [name for name, (_, check) in TABLES[file].items() if check is do_nothing]


@pytest.mark.parametrize(
    ("module", "test", "file"),
    [
        (okta, "test_users", "okta-users.json"),
        (okta, "test_groups", "okta-groups.json"),
        (others, "test_entra_users", "entra-users.json"),
        (others, "test_entra_groups", "entra-groups.json"),
        (others, "test_entra_validator", "entra-validator.json"),
        (others, "test_other_identity_providers", "other-idps.json"),
    ],
)
def test_every_case_is_run(module: Any, test: str, file: str) -> None:
    (mark,) = getattr(module, test).pytestmark
    assert list(mark.args[1]) == load_cases(file)
