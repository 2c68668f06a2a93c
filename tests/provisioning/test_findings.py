"""Findings of a directory, rule by rule, and the rules that cannot be checked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim import errors
from britive_scim.provisioning import (
    FINDING_RULES,
    Completeness,
    Directory,
    Finding,
    Findings,
    MemberRecord,
    ProvisioningRules,
    UserRecord,
)
from support.each_value import each_value

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
READ_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def found(people: Any, groups: Any = (), **options: Any) -> Directory:
    completeness = Completeness(**options.pop("completeness", {}))
    facts = {"scim_url": None, "provider": None, "read_at": READ_AT, **options}
    return Directory.found(people, groups, completeness=completeness, **facts)


def person(name: str, **values: Any) -> dict[str, Any]:
    return {"id": f"id-{name}", "userName": name, "active": True, **values}


def admin_user(name: str, *, active: bool = True, **facts: Any) -> UserRecord:
    values = person(name, active=active, meta={"created": "2026-01-01T00:00:00Z"})
    return UserRecord(values, admin=facts)


def group(name: str, *members: str) -> tuple[dict[str, Any], list[MemberRecord]]:
    return {"id": f"id-{name}", "displayName": name}, [
        MemberRecord(f"id-{m}", "User") for m in members
    ]


def check(
    directory: Directory, rule: str, **options: Any
) -> list[tuple[str | None, str | None, str]]:
    findings = directory.findings(rules=[rule], **options)
    assert {finding.rule for finding in findings} <= {rule}
    assert {finding.action for finding in findings} <= {FINDING_RULES[rule].action}
    return [(finding.user, finding.group, finding.detail) for finding in findings]


def why_unchecked(directory: Directory, rule: str, **options: Any) -> str:
    (unchecked,) = directory.findings(rules=[rule], **options).not_checked
    assert unchecked.rule == rule
    return unchecked.reason


def test_inactive_in_group() -> None:
    people = [person("ana", active=False), person("bo"), {"id": "id-cy", "userName": "cy"}]
    directory = found(
        people, [group("Ops", "ana", "bo", "cy"), group("Finance", "ana"), group("IT", "bo")]
    )
    assert check(directory, "inactive-in-group") == [
        ("ana", "Finance", "the user is inactive"),
        ("ana", "Ops", "the user is inactive"),
    ]


def test_active_without_group() -> None:
    directory = found(
        [person("ana"), person("bo"), person("cy", active=False)], [group("Ops", "ana")]
    )
    assert check(directory, "active-without-group") == [("bo", None, "in no group")]
    assert (
        why_unchecked(found([person("ana")], None), "active-without-group")
        == "groups were not read"
    )
    nameless = found([{"userName": "ana"}], [group("Ops")])
    assert why_unchecked(nameless, "active-without-group") == "the status of users is not shown"
    lost = found([person("ana")], [group("Ops")], completeness={"groups": False})
    assert why_unchecked(lost, "active-without-group") == "not all groups were read"
    assert check(lost, "active-without-group") == []
    partly = found(
        [person("ana")], [group("Ops")], completeness={"unproven_groups": frozenset({"id-Ops"})}
    )
    assert why_unchecked(partly, "active-without-group") == "members of 1 group are not known"
    assert check(partly, "active-without-group") == []


def test_duplicate_email() -> None:
    emails = [{"value": "Ana@acme.com"}, {"value": "ANA@acme.com"}]
    people = [person(f"u{n}", emails=emails) for n in range(5)] + [
        person("bo", emails=["bo@acme.com"])
    ]
    assert check(found(people), "duplicate-email") == [
        ("u0", None, "ana@acme.com, also of u1, u2, u3 and 1 more"),
        ("u1", None, "ana@acme.com, also of u0, u2, u3 and 1 more"),
        ("u2", None, "ana@acme.com, also of u0, u1, u3 and 1 more"),
        ("u3", None, "ana@acme.com, also of u0, u1, u2 and 1 more"),
        ("u4", None, "ana@acme.com, also of u0, u1, u2 and 1 more"),
    ]
    assert (
        why_unchecked(found([person("ana")]), "duplicate-email") == "no user has an e-mail address"
    )
    assert not found([]).findings(rules=["duplicate-email"]).not_checked


RULES = ProvisioningRules(
    identity_provider="Okta",
    mappings={
        "Username": "userName",
        "Email": 'emails[type eq "work"].value',
        "First Name": "name.givenName",
        "Status": "active",
    },
)


def test_missing_mandatory_needs_mappings_by_scim() -> None:
    full = {
        **person("ana"),
        "name": {"givenName": "Ana"},
        "emails": [{"value": "a@x", "type": "work"}],
    }
    directory = found([full, person("bo", emails=[{"value": "b@x", "type": "home"}])])
    findings = directory.findings(RULES)
    assert [(f.user, f.detail) for f in findings.of("missing-mandatory")] == [
        ("bo", "without Email, First Name")
    ]
    reasons = {unchecked.rule: unchecked.reason for unchecked in findings.not_checked}
    assert reasons["missing-mandatory"] == "Okta has no mapping of Last Name"
    assert "mappings of the identity provider are required" in why_unchecked(
        directory, "missing-mandatory"
    )


def test_missing_mandatory_is_known_by_the_admin_api() -> None:
    full = {
        **person("ana"),
        "name": {"givenName": "A", "familyName": "D"},
        "emails": [{"value": "a@x"}],
    }
    users = [
        UserRecord(full, admin={"status": "active"}),
        UserRecord({"id": "2", "userName": "bo"}, admin={}),
    ]
    assert check(found(users), "missing-mandatory") == [
        ("bo", None, "without Status, Email, First Name, Last Name")
    ]


def test_dangling_manager() -> None:
    def managed(name: str, manager: Any) -> dict[str, Any]:
        return person(name, **{ENTERPRISE: {"manager": manager}})

    people = [
        managed("ana", {"value": "id-bo"}),
        managed("bo", {"value": "gone"}),
        managed("cy", "id-ana"),
    ]
    assert check(found(people), "dangling-manager") == [
        ("bo", None, "manager gone is not among the users")
    ]
    assert why_unchecked(found([person("ana")]), "dangling-manager") == "no user has a manager"
    admin_reason = why_unchecked(found([admin_user("ana")]), "dangling-manager")
    assert admin_reason == "the admin API shows no managers; read the directory by SCIM"
    lost = found(people, completeness={"users": False})
    assert why_unchecked(lost, "dangling-manager") == "not all users were read"
    wanted = Directory.of([{"userName": "ana", "manager": "BO"}, {"userName": "bo"}])
    assert check(wanted, "dangling-manager") == []


def test_empty_group() -> None:
    left_out = ({"id": "g", "displayName": "Left out"}, None)
    directory = found([person("ana")], [group("Ops", "ana"), group("Empty"), left_out])
    assert check(directory, "empty-group") == [
        (None, "Empty", "no members"),
        (None, "Left out", "no members"),
    ]
    unproven = found(
        [], [group("Empty"), left_out], completeness={"unproven_groups": frozenset({"g"})}
    )
    assert check(unproven, "empty-group") == [(None, "Empty", "no members")]
    assert (
        why_unchecked(unproven, "empty-group")
        == "members of 1 group are not known; the other groups were checked"
    )
    assert why_unchecked(found([], None), "empty-group") == "groups were not read"


def test_identical_groups() -> None:
    groups = [
        group("A", "u1", "u2"),
        group("B", "u2", "u1"),
        group("C", "u1"),
        group("D"),
        group("E"),
    ]
    assert check(found([], groups), "identical-groups") == [
        (None, "A", "same 2 members as B"),
        (None, "B", "same 2 members as A"),
    ]
    assert why_unchecked(found([], None), "identical-groups") == "groups were not read"


def test_logins() -> None:
    users = [
        admin_user("never", last_login=None),
        admin_user("stale", last_login="2026-01-31T11:00:00+00:00"),
        admin_user("edge", last_login="2026-01-31T12:00:00+00:00"),
        admin_user("fresh", last_login="2026-04-30T12:00:00Z"),
        admin_user("left", active=False, last_login=None),
        admin_user("unknown"),
    ]
    directory = found(users)
    assert check(directory, "never-logged-in") == [("never", None, "created 2026-01-01")]
    assert check(directory, "stale-login") == [
        ("stale", None, "last login 2026-01-31, 90 days ago")
    ]
    later = READ_AT + timedelta(days=2)
    stale = check(directory, "stale-login", now=later, stale_after=timedelta(days=1))
    assert [name for name, _, _ in stale] == ["edge", "fresh", "stale"]


def test_login_out_of_the_range_of_times_costs_no_table_and_no_finding() -> None:
    odd = admin_user("odd", last_login="0001-01-01T00:00:00+05:00")
    late = admin_user("late", last_login="9999-12-31T23:59:59-05:00")
    directory = found([odd, late, admin_user("never", last_login=None)], format="admin API")
    assert [*directory.to_table().select(["last_login"])] == [(None,), (None,), (None,)]
    assert ("never", None, "created 2026-01-01") in check(directory, "never-logged-in")
    assert check(directory, "stale-login") == []


def test_never_logged_in_is_more_serious_for_old_accounts() -> None:
    old = admin_user("ana", last_login=None)
    new = UserRecord({**old.values, "meta": {"created": "2026-04-30T00:00:00Z"}}, admin=old.admin)
    unknown = UserRecord({**old.values, "meta": {}}, admin=old.admin)
    (first, second, third) = found([old, new, unknown]).findings(rules=["never-logged-in"])
    assert {(f.severity, f.detail) for f in (first, second, third)} == {
        ("medium", "created 2026-01-01"), ("low", "created 2026-04-30"), ("low", ""),
    }  # fmt: skip


def test_external_without_provider() -> None:
    users = [
        admin_user("ana", external=True, identity_provider="Okta"),
        admin_user("bo", external=True, identity_provider=None),
        admin_user("cy", external=False, identity_provider=None),
    ]
    assert check(found(users), "external-without-provider") == [
        ("bo", None, "external, without an identity provider")
    ]
    hidden = found([admin_user("ana", external=True)])
    assert (
        why_unchecked(hidden, "external-without-provider")
        == "the list of users does not show identity providers"
    )


@each_value("rule", ["never-logged-in", "stale-login", "external-without-provider"])
def test_facts_of_the_admin_api_are_missing_by_scim(rule: str) -> None:
    assert "SCIM does not show" in why_unchecked(found([person("ana")]), rule)
    assert why_unchecked(found([admin_user("ana")]), rule).startswith(
        "the list of users does not show"
    )
    assert not found([]).findings(rules=[rule]).not_checked


def test_stale_login_needs_a_time() -> None:
    directory = found([admin_user("ana", last_login="2026-01-01T00:00:00Z")], read_at=None)
    assert (
        why_unchecked(directory, "stale-login")
        == "the time of reading is unknown; name it: findings(now=…)"
    )
    assert check(directory, "stale-login", now=READ_AT)


def test_names_differ_in_case() -> None:
    people = [person("ana"), person("Ana"), person("\uff21na"), person("bo"), person("bo")]
    directory = found(people, [group("Ops  team"), group("ops TEAM"), group("Finance")])
    assert check(directory, "names-differ-in-case") == [
        (None, "Ops  team", "differs only in case or blanks from ops TEAM"),
        (None, "ops TEAM", "differs only in case or blanks from Ops  team"),
        ("Ana", None, "differs only in case or width from ana, \uff21na"),
        ("ana", None, "differs only in case or width from Ana, \uff21na"),
        ("\uff21na", None, "differs only in case or width from ana, Ana"),
    ]


def test_every_rule_is_checked_or_listed() -> None:
    for directory in (found([person("ana")], None), found([admin_user("ana")], [group("Ops")])):
        findings = directory.findings()
        touched = {f.rule for f in findings} | {
            unchecked.rule for unchecked in findings.not_checked
        }
        assert touched <= set(FINDING_RULES)
    names = [name for name, rule in FINDING_RULES.items() if rule.name == name]
    assert names == [
        "inactive-in-group", "active-without-group", "duplicate-email", "missing-mandatory", "dangling-manager",
        "empty-group", "identical-groups", "never-logged-in", "stale-login", "external-without-provider",
        "names-differ-in-case",
    ]  # fmt: skip


def test_rules_and_names_can_be_ignored() -> None:
    directory = found(
        [person("svc-a"), person("SVC-b"), person("ana")], [group("Old"), group("Empty")]
    )
    ignored = [
        "never-logged-in",
        "active-without-group:svc-*",
        "empty-group:OLD",
        "empty-group: nothing ",
    ]
    findings = directory.findings(ignore=ignored)
    assert [(f.rule, f.user or f.group) for f in findings] == [
        ("active-without-group", "ana"),
        ("empty-group", "Empty"),
    ]
    assert "never-logged-in" not in {unchecked.rule for unchecked in findings.not_checked}
    assert directory.findings(ignore=FINDING_RULES) == ()
    with pytest.raises(errors.InputError, match="got 'empty-groups'; did you mean 'empty-group'"):
        findings.of("empty-groups")


@each_value(
    "options, message",
    [
        ({"rules": ["empty-groups"]}, "rules must have names of rules, got 'empty-groups'; did you mean 'empty-group'"),
        ({"rules": "empty-group"}, r"rules must be a list of names of rules, got 'empty-group'; write \['empty-group'\]"),
        ({"rules": 7}, "rules must be a list of names of rules, got 7"),
        ({"ignore": ["xyz"]}, "got 'xyz'; known rules: inactive-in-group, "),
        ({"ignore": [7]}, "ignore must have names of rules, got int"),
        ({"ignore": ["stale-login: "]}, "ignore must have a name or glob after the colon.*write 'stale-login:svc-"),
        ({"stale_after": 90}, "stale_after must be a positive timedelta .*got 90"),
        ({"stale_after": timedelta()}, "stale_after must be a positive timedelta"),
        ({"now": datetime(2026, 1, 1)}, "now must be a datetime with a UTC offset"),  # refused
        ({"now": "today"}, "now must be a datetime with a UTC offset, got 'today'"),
    ],
)  # fmt: skip
def test_findings_refuse_invalid_arguments(options: Any, message: str) -> None:
    with pytest.raises(errors.InputError, match=message):
        found([]).findings(**options)


def test_findings_are_shown_as_small_tables(tmp_path: Path) -> None:
    people = [person(f"u{n}<b>", emails=["a@x"]) for n in range(1_000)]
    lost = {"users": False, "reasons": ("users: page <2> is missing",)}
    findings = found(people, completeness=lost).findings()
    assert findings.counts == {"duplicate-email": 1_000, "active-without-group": 1_000}
    page = findings._repr_html_()
    assert len(page) < 8_000
    assert "u0&lt;b&gt;" in page
    assert "page &lt;2&gt; is missing" in page
    assert "not checked: stale-login" in page
    assert repr(findings) == "<2,000 findings of 2 rules>"
    assert not findings.complete
    assert [f.severity for f in findings[:1]] + [f.severity for f in findings[-1:]] == [
        "medium",
        "low",
    ]
    few = found([person("ana")]).findings(rules=["active-without-group"])
    assert str(few) == (
        "rule                  severity  user  group  detail       action\n"
        "active-without-group  low       ana          in no group  add the user to a group, or deactivate the user"
    )
    assert [*few.to_table()] == [("active-without-group", "low", "ana", None, "in no group", FINDING_RULES["active-without-group"].action)]  # fmt: skip
    few.to_csv(tmp_path / "findings.csv")
    assert (
        (tmp_path / "findings.csv")
        .read_text()
        .startswith("rule,severity,user,group,detail,action\n")
    )
    none = found([]).findings(rules=["empty-group"])
    assert str(none) == "no findings"
    assert "no findings" in none._repr_html_()
    assert none.complete
    assert isinstance(none, Findings)
    assert isinstance(few[0], Finding)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from("abcd"), "userName": st.sampled_from(["ana", "Ana", "bo", 7, None])},
            optional={"active": st.sampled_from([True, False, "x", None]), "emails": st.sampled_from([["A@x"], [{"value": "a@x"}], "a", None, [3]]), ENTERPRISE: st.sampled_from([{"manager": {"value": "a"}}, {"manager": "zz"}, {"manager": 4}, None, 3])},
        ),
        max_size=5,
    ),
    st.lists(st.tuples(st.sampled_from("ghi"), st.none() | st.lists(st.sampled_from("abcdg"), max_size=3)), max_size=4),
)  # fmt: skip
def test_findings_take_any_values_and_any_order(people: list[Any], groups: list[Any]) -> None:
    """Findings are the same set in every order, and never raise for what a server sends."""

    def build(people: list[Any], groups: list[Any]) -> Directory:
        records = [({"id": id_, "displayName": id_.upper()}, None if members is None else [MemberRecord(m, None) for m in members]) for id_, members in groups]  # fmt: skip
        return found(people, records)

    def summarize(findings: Findings) -> list[tuple[str, str, str]]:
        return sorted((f.rule, f.user or "", f.group or "") for f in findings)

    rules = [name for name in FINDING_RULES if name != "inactive-in-group"]
    forward, backward = build(people, groups), build(people[::-1], groups[::-1])
    if len({person["id"] for person in people}) == len(people):
        assert summarize(forward.findings(rules)) == summarize(backward.findings(rules))
    assert forward.findings() == forward.findings()
    assert forward.findings().not_checked == forward.findings().not_checked
