"""Coverage of the recorded requests: each one is sent, and each one has an expectation."""

from typing import Any

from support.each_value import each_value
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
"""The only file whose cases depend on each other: one test sends all of them."""


def test_recorded_request_files_are_all_sent() -> None:
    requests = {path.name for path in WIRE.glob("*.json") if not path.name.startswith("quirks-")}
    assert requests == {*TABLES, IN_ORDER}
    assert all("expected_response" in case for file in requests for case in load_cases(file))
    responses = {path.name for path in WIRE.glob("*.json")} - requests
    assert not any("expected_response" in case for file in responses for case in load_cases(file))


@each_value("file", TABLES)
def test_recorded_cases_all_have_expectations(file: str) -> None:
    names = [case["name"] for case in load_cases(file)]
    assert len(set(names)) == len(names)
    assert set(names) == TABLES[file].keys()
    assert not [name for name, (_, check) in TABLES[file].items() if check is do_nothing]


@each_value(
    "module, test, file",
    [
        (okta, "test_okta_user_request_has_expected_effect", "okta-users.json"),
        (okta, "test_okta_group_request_has_expected_effect", "okta-groups.json"),
        (others, "test_entra_user_request_has_expected_effect", "entra-users.json"),
        (others, "test_entra_group_request_has_expected_effect", "entra-groups.json"),
        (others, "test_entra_validator_request_has_expected_effect", "entra-validator.json"),
        (others, "test_other_provider_request_has_expected_effect", "other-idps.json"),
    ],
)
def test_recorded_cases_are_all_parametrized(module: Any, test: str, file: str) -> None:
    (mark,) = getattr(module, test).pytestmark
    assert list(mark.args[1]) == load_cases(file)
