"""Problems of a source: keys, managers, status, and the one error with all of them."""

from typing import Any

import pytest

from britive_scim import errors
from britive_scim.provisioning import Directory, Problem, Problems, ProvisioningRules
from britive_scim.provisioning.directory.problems import build_group_table, group_problems


def problems_of(*users: dict[str, Any]) -> list[tuple[int | None, str, str]]:
    return [(p.line, p.severity, p.rule) for p in Directory.of(users).problems]


def test_repeated_keys_are_problems() -> None:
    """R22: keys are compared in NFC, case folded."""
    found = problems_of(
        {"userName": "Zoë", "externalId": "ab"},
        {"userName": "ZOE\u0308", "externalId": "AB"},
        {"userName": "x", "externalId": "ab"},
        {"externalId": "q"},
    )
    assert found == [
        (2, "error", "userName must be unique, got that of line 1"),
        (2, "warning", "externalId must be unique, got that of line 1 in other case"),
        (3, "error", "externalId must be unique, got that of line 1"),
        (4, "error", "userName must not be empty"),
    ]


def test_empty_source_is_a_problem() -> None:
    """R1: an empty source is never applied."""
    assert problems_of() == [
        (
            None,
            "error",
            "source must have users, got an empty one; an empty source is never applied",
        )
    ]


def test_unresolvable_manager_is_a_warning() -> None:
    """R27: an unresolvable manager does not fail the user."""
    found = problems_of(
        {"userName": "a", "manager": "b"},
        {"userName": "b", "manager": "nobody"},
        {"userName": "c", "externalId": "b", "manager": "b"},
    )
    assert [(line, severity) for line, severity, _ in found] == [
        (1, "warning"),
        (2, "warning"),
        (3, "warning"),
    ]
    assert "one user, got the externalId of one and the userName of another" in found[0][2]
    assert "must be the externalId or userName of a user of the source" in found[1][2]


def test_inverted_status_is_a_warning() -> None:
    users = [{"userName": f"u{n}", "active": n == 0} for n in range(30)]
    assert "got 29 inactive of 30; does the column state the opposite?" in problems_of(*users)[0][2]
    assert problems_of(*users[:19]) == []


def test_values_without_address_are_accepted_as_empty() -> None:
    assert problems_of({"userName": "a", "emails": [{"type": "work"}]}) == []
    assert len(problems_of({"userName": "a", "emails": [{"value": "a b@x"}]})) == 1


def test_error_has_all_problems_without_values() -> None:
    """R39: messages have line numbers, no names."""
    users = [{"userName": "secret@x.org", "email": "hidden"} for _ in range(60)]
    directory = Directory.of(users)
    with pytest.raises(errors.DirectoryError) as caught:
        directory.raise_for_problems()
    assert len(caught.value.problems) == 119
    text = str(caught.value)
    assert text.startswith(
        "directory must have no problems, got 119 problems\n"
        "  lines 1, 2, 3, 4, 5 … and 55 more lines, column emails: e-mail"
    )
    assert text.endswith(
        "  lines 2, 3, 4, 5, 6 … and 54 more lines, column userName: userName must be unique, got that of line 1"
    )
    assert "secret" not in text + str(caught.value.problems)
    assert "hidden" not in text + str(caught.value.problems)
    assert "hidden" in str(directory.problems)
    assert "hidden" in directory.problems._repr_html_()


def test_error_has_the_first_rules() -> None:
    users = [{"userName": f"u{n}", "active": f"word {n}"} for n in range(60)]
    with pytest.raises(errors.DirectoryError) as caught:
        Directory.of(users).raise_for_problems()
    assert len(caught.value.problems) == 60
    assert str(caught.value).endswith("… and 10 more, in .problems")


def test_groups_of_problems_are_shown_once() -> None:
    """A rule that every row violates is shown once, with the first lines."""
    problems = [
        Problem("must be text", 3, "Title", "b", source="p.csv"),
        *(Problem("must be text", n, "Title", "a", source="p.csv") for n in range(4, 10)),
        Problem("must be text", 3, "Name"),
        Problem("row is short", 3),
        Problem("row is short", 4),
        Problem("no line"),
        Problem("no line"),
    ]
    assert list(map(str, group_problems(problems))) == [
        "p.csv, lines 3, 4, 5, 6, 7 … and 2 more lines, column Title: must be text",
        "line 3, column Name: must be text",
        "lines 3, 4: row is short",
        "no line",
    ]
    assert next(iter(build_group_table(problems))) == (
        "error", "p.csv", "3, 4, 5, 6, 7 … and 2 more lines", "Title", "b", "must be text",
    )  # fmt: skip
    assert list(build_group_table(problems))[3][2] is None
    assert group_problems(problems[:6])[0].line_text.endswith("7 … and 1 more line")


def test_warnings_raise_nothing() -> None:
    problems = Problems([Problem("rule", severity="warning")])
    problems.raise_for_errors()
    assert problems.warnings == problems
    assert problems.errors == ()
    assert str(Problems()) == "no problems"
    assert str(problems[0]) == "rule"
    with pytest.raises(errors.DirectoryError, match="got 1 problem\n"):
        Problems([Problem("rule")]).raise_for_errors()


RULES = ProvisioningRules(
    identity_provider="Okta",
    mappings={
        "Username": "userName",
        "Email": 'emails[type eq "work"].value',
        "First Name": "name.givenName",
        "Last Name": "name.familyName",
        "Status": "active",
    },
)
WHOLE = {
    "email": "a@x.org", "given_name": "A", "family_name": "B", "active": True,
}  # fmt: skip


def test_check_compares_with_rules() -> None:
    """R36: mandatory attributes are checked before the first request."""
    users = [
        {"userName": "a", **WHOLE},
        {"userName": "b", **WHOLE, "title": "T", "given_name": None},
    ]
    directory = Directory.of(users)
    assert directory.problems == ()
    found = [(p.line, p.column, p.severity) for p in directory.check(RULES)]
    assert found == [(None, "title", "warning"), (2, "First Name", "error")]


def test_check_reports_missing_column_once() -> None:
    """A missing status is not reported: `plan` creates such users as active ones."""
    users = [{"userName": name, "email": f"{name}@x.org"} for name in "abc"]
    assert [(p.line, p.column) for p in Directory.of(users).check(RULES)] == [
        (None, "First Name"),
        (None, "Last Name"),
    ]


def test_check_reports_unmapped_mandatory_attribute() -> None:
    rules = ProvisioningRules(
        mappings={"Username": "userName", "Phone": 'phoneNumbers[value sw "1"].value'}
    )
    assert rules.unmapped == ("Status", "Email", "First Name", "Last Name")
    assert rules.has_value_conditions
    problems = Directory.of([{"userName": "a"}, {"userName": "b"}]).check(rules)
    assert problems[0].rule == "Status must be mapped at identity provider, as it is mandatory"
    assert len(problems) == 4


def test_check_looks_at_each_shape() -> None:
    users = [
        {"userName": "a", **WHOLE},
        {"userName": "b", **WHOLE, "email": None, "emails": [{"value": "b@x.org", "type": "home"}]},
        {"userName": "c", **WHOLE, "given_name": "C"},
    ]
    directory = Directory.of([{k: v for k, v in user.items() if v is not None} for user in users])
    found = [(p.line, p.column) for p in directory.check(RULES)]
    assert found == [(None, 'emails[type eq "home"]'), (2, "Email")]
