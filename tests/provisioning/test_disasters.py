"""Disasters: sources, targets and plans that would do harm are stopped before the first write.

Each message names the cause, and the option or step that lets the change pass if it is meant.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from britive_scim import ScimClient, errors, scim
from britive_scim.provisioning import Directory, Memory, Plan, Policy, plan
from britive_scim.testing import Capabilities, Tenant

HEADERS = [
    "external_id", "user_name", "given_name", "family_name", "email", "department", "title", "active", "groups",
]  # fmt: skip
COUNT = 30
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
STRICT = Policy(missing="deactivate", missing_groups="delete")
Rows = list[list[str]]


def make_rows(count: int = COUNT) -> Rows:
    return [
        [
            f"E{n:03}",
            f"user{n}@example.com",
            "Given",
            f"Müller{n}",
            f"user{n}@example.com",
            ("Sales", "Finance")[n % 2],
            f"Title {n}",
            "yes",
            f"Team {n % 4}",
        ]
        for n in range(count)
    ]


def change(column: str, edit: Callable[[int, str], str]) -> Rows:
    """Return the rows with other values in one column."""
    rows, place = make_rows(), HEADERS.index(column)
    for number, row in enumerate(rows):
        row[place] = edit(number, row[place])
    return rows


def format_csv(rows: Rows | None = None, headers: list[str] | None = None) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headers or HEADERS)
    writer.writerows(make_rows() if rows is None else rows)
    return text.getvalue()


@dataclass
class Company:
    """Tenant with thirty people and four groups from a file, and the folder of that file."""

    tenant: Tenant
    client: ScimClient
    folder: Path

    def read(self, content: str | bytes, **options: Any) -> Directory:
        path = self.folder / "people.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Directory.read(path, **options)

    def read_rows(self, rows: Rows, **options: Any) -> Directory:
        return self.read(format_csv(rows), **options)

    def plan(self, wanted: Directory, policy: Policy = STRICT) -> Plan:
        return plan(wanted, self.client.read_directory(), policy=policy)

    def synchronize(self, wanted: Directory, policy: Policy = STRICT) -> None:
        self.client.apply(self.plan(wanted, policy), rate=None)


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Company:
    tenant = Tenant("acme")
    company = Company(tenant, tenant.scim_client("Okta"), tmp_path_factory.mktemp("source"))
    company.synchronize(company.read(format_csv()))
    return company


@pytest.fixture
def company(populated: Company) -> Iterator[Company]:
    """Yield the company, and check that nothing was written to its tenant."""
    tenant = populated.tenant
    before, count = tenant.snapshot(), len(tenant.requests)
    yield Company(tenant, tenant.scim_client("Okta"), populated.folder)
    tenant.capabilities = Capabilities()
    writes = [exchange for exchange in tenant.requests[count:] if exchange.method != "GET"]
    tenant.restore(before)
    assert not writes


def assert_message(error: BaseException, *parts: str) -> None:
    text = str(error)
    assert not [part for part in parts if part not in text], text


# ------------------------------------------------------------------------------------- sources


SHORT = make_rows()[: COUNT // 2]
SPLIT = make_rows()
SPLIT[7] = [*SPLIT[7][:3], "Müller", "7", *SPLIT[7][4:]]

Read = Callable[[Company], Directory]

SOURCES: dict[str, tuple[Read, tuple[str, ...]]] = {
    "empty file": (lambda c: c.read(""), ("people.csv", "headers", "empty file")),
    "headers only": (
        lambda c: c.read_rows([]),
        ("source must have users, got none, but the target has 30", "check the export", 'Policy(users="reference")'),
    ),
    "wrong column for the name": (
        lambda c: c.read(format_csv(), columns={"department": "userName", "user_name": None}),
        ("column userName: userName must be unique, got that of line 2",),
    ),
    "wrong column for a value": (
        lambda c: c.read(
            format_csv(), columns={"department": "title", "title": "enterprise.department"}
        ),
        ("updates: 30 planned, 15 allowed (half of 30 users)", "--allow updates=30"),
    ),
    "shifted headers": (
        lambda c: c.read(format_csv(headers=HEADERS[1:])),
        ("lines 2, 3, 4, 5, 6 … and 25 more lines: row must have as many cells as there are headers, 8, got 9",),
    ),
    "shifted cells": (
        lambda c: c.read_rows([row[1:] + row[:1] for row in make_rows()]),
        ("column active: must be a status word", "inactive=", "are the cells of this row shifted?"),
    ),
    "cell with a delimiter": (
        lambda c: c.read_rows(SPLIT),
        ("line 9: row must have as many cells as there are headers", "quote cells that contain the delimiter"),
    ),
    "renamed key column": (
        lambda c: c.read(format_csv(headers=["Personalnummer", *HEADERS[1:]])),
        ("column Personalnummer: header must be a known column", "columns={'Personalnummer': None}"),
    ),
    "keys without leading zeros": (
        lambda c: c.read_rows(change("external_id", lambda n, _: f"E{n}")),
        ("people.csv:2 matches resource", "by userName, which has another externalId", "adopt='all'"),
    ),
    "everyone is new": (
        lambda c: c.read_rows([["X" + row[0], "x" + row[1], *row[2:]] for row in make_rows()]),
        ("deactivations: 30 planned", "creates: 30 planned", "--allow deactivations=30 --allow creates=30"),
    ),
    "everyone renamed": (
        lambda c: c.read_rows(change("user_name", lambda _, name: name.replace("example", "acme"))),
        ("renames: 30 planned, 15 allowed (half of 30 users)", "--allow renames=30"),
    ),
    "half of the source": (
        lambda c: c.read_rows(SHORT),
        ("deactivations: 15 planned, 10 allowed", "'deactivations': 15", "--allow deactivations=15"),
    ),
    "status column inverted": (
        lambda c: c.read_rows(change("active", lambda *_: "no")),
        ("deactivations: 30 planned", "--allow deactivations=30"),
    ),
    "status words exchanged": (
        lambda c: c.read(format_csv(), active=["no"], inactive=["yes"]),
        ("deactivations: 30 planned", "--allow deactivations=30"),
    ),
    "unknown status word": (
        lambda c: c.read_rows(change("active", lambda n, _: "X" if n == 3 else "yes")),
        ("line 5, column active: must be a status word, got 'X'", "inactive=['X']"),
    ),
    "CSV cut in a quoted cell": (
        lambda c: c.read(format_csv() + 'E031,"user31@exam'),
        ("line 32: row must be valid CSV, got unexpected end of data",),
    ),
    "CSV cut in a row": (
        lambda c: c.read(format_csv()[:-30]),
        ("line 31: row must have as many cells as there are headers, 9, got",),
    ),
    "twin names": (
        lambda c: c.read_rows(change("user_name", lambda n, name: "USER1@example.com" if n == 5 else name)),
        ("line 7, column userName: userName must be unique, got that of line 3",),
    ),
    "all group names changed": (
        lambda c: c.read_rows(change("groups", lambda _, name: "New " + name)),
        ("group_deletions: 4 planned, 2 allowed", "--allow group_deletions=4"),
    ),
    "no group names": (
        lambda c: c.read_rows(change("groups", lambda *_: "")),
        ("source must have groups, got an empty list", "omit it to leave groups unchanged"),
    ),
    "members of all groups exchanged": (
        lambda c: c.read_rows(change("groups", lambda n, _: f"Team {(n + 1) % 4}")),
        ("members_out: 30 planned, 20 allowed", "--allow members_out=30"),
    ),
    "another encoding": (
        lambda c: c.read(format_csv().encode("latin-1")),
        ("people.csv must be UTF-8", "got byte 0xfc in line 2", "encoding='cp1252'"),
    ),
    "UTF-8 read as another encoding": (
        lambda c: c.read(format_csv(), encoding="latin-1"),
        ("updates: 30 planned", "--allow updates=30"),
    ),
    "values cleared by an empty column": (
        lambda c: c.read_rows(change("title", lambda *_: ""), empty="clear"),
        ("updates: 30 planned", "--allow updates=30"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_harmful_source_is_stopped(company: Company, name: str) -> None:
    """R1, R2, R21, R23, R36: problems of a source, or the limits of the plan, stop it."""
    read, parts = SOURCES[name]
    with pytest.raises((errors.DirectoryError, errors.PlanRefused, errors.Ambiguous)) as caught:
        company.synchronize(read(company))
    assert_message(caught.value, *parts)


def test_unharmed_source_changes_nothing(company: Company) -> None:
    planned = company.plan(company.read(format_csv()))
    assert not planned
    assert not planned.warnings


def test_two_sources_of_one_target_are_stopped(company: Company) -> None:
    """R33: another source would remove the people of the first one; a scope keeps them apart."""
    rows = [[f"B{n}", f"b{n}@other.com", *row[2:]] for n, row in enumerate(make_rows(12))]
    wanted = company.read_rows(rows)
    planned = company.plan(wanted)
    with pytest.raises(errors.PlanRefused) as caught:
        company.client.apply(planned)
    assert_message(caught.value, "deactivations: 30 planned", "--allow deactivations=30")
    scope = Policy(missing="deactivate", scope={"users": "*@other.com"})
    assert {c.action for c in company.plan(wanted, scope).changes} == {"create", "add_members"}


def test_swapped_arguments_are_refused(company: Company) -> None:
    wanted = company.read(format_csv())
    with pytest.raises(errors.InputError) as caught:
        plan(company.client.read_directory(), wanted)
    assert_message(caught.value, "read from a tenant", "swapped", "as_wanted()")


def test_scope_that_matches_nobody_is_refused(company: Company) -> None:
    wanted = company.read(format_csv())
    with pytest.raises(errors.InputError) as caught:
        company.plan(wanted, Policy(missing="deactivate", scope={"users": "*@exmaple.com"}))
    assert_message(caught.value, "scope", "*@exmaple.com")


def test_broken_line_of_an_export_is_refused(company: Company) -> None:
    path = company.folder / "export.jsonl"
    company.client.read_directory().as_wanted().save(path)
    lines = path.read_text().splitlines(keepends=True)
    for broken in (lines[:-3], [*lines[:5], lines[5][:20] + "\n", *lines[6:]]):
        path.write_text("".join(broken))
        with pytest.raises(errors.DirectoryError) as caught:
            Directory.read(path)
        assert_message(caught.value, "export.jsonl")


# ------------------------------------------------------------------------------------- targets


def test_capped_pages_withhold_creations_and_removals(company: Company) -> None:
    """R4: who was not read is neither created again nor removed."""
    wanted = company.read_rows(make_rows()[1:])
    company.tenant.capabilities = Capabilities(page_size=20, max_page_size=20, last_page=False)
    planned = company.plan(wanted)
    assert not planned
    text = "\n".join(planned.withheld)
    assert "users not created" in text
    assert "the server announced 30 items and sent 20" in text
    assert "upsert_many" in text


def test_capped_groups_withhold_creations_and_deletions(company: Company) -> None:
    """R4, R23: a group that was not read is not created a second time."""
    company.tenant.capabilities = Capabilities(page_size=3, max_page_size=3)
    company.tenant.faults.add(
        path="*/Groups",
        body=json.dumps({"schemas": [LIST], "totalResults": 4, "Resources": []}),
        times=None,
    )
    planned = company.plan(company.read(format_csv()))
    company.tenant.faults.clear()
    assert not planned
    assert "4 groups not created" in "\n".join(planned.withheld)


def test_totals_of_pages_are_no_end(company: Company) -> None:
    """R4: the number of one page as `totalResults` does not end the reading."""
    company.tenant.capabilities = Capabilities(
        page_size=7, max_page_size=7, total_results="page", filters="ignored"
    )
    assert not company.plan(company.read(format_csv()))


def test_ignored_filter_finds_the_right_user(company: Company) -> None:
    """R24: a server that ignores filters answers with everybody."""
    company.tenant.capabilities = Capabilities(filters="ignored")
    row = make_rows()[7]
    user = scim.User(external_id=row[0], user_name=row[1], title=row[6])
    assert company.client.users.upsert(user).action == "unchanged"


def test_hidden_members_are_never_removed(company: Company) -> None:
    """R12: no members in the response is not the same as no members."""
    for variant in ("absent", "empty"):
        company.tenant.capabilities = Capabilities(members_in_get=variant)
        company.client = company.tenant.scim_client("Okta")
        planned = company.plan(company.read_rows(change("groups", lambda *_: "Team 0")))
        assert "remove_members" not in {change.action for change in planned.changes}
        assert any("members" in warning for warning in planned.warnings)


# ------------------------------------------------------------------------------------- plans


def test_token_of_another_provider_is_refused(company: Company) -> None:
    planned = company.plan(company.read_rows(change("title", lambda n, t: t + "!" * (n < 3))))
    with pytest.raises(errors.PlanRefused) as caught:
        company.tenant.scim_client("Entra").apply(planned)
    assert_message(caught.value, "token of the same identity provider", "nothing was sent")


def test_plan_of_another_tenant_is_refused(company: Company) -> None:
    planned = company.plan(company.read_rows(change("title", lambda n, t: t + "!" * (n < 3))))
    other = Tenant("other")
    with pytest.raises(errors.PlanRefused) as caught:
        other.scim_client("Okta").apply(planned)
    assert_message(
        caught.value, "acme.britive-app.com", "other.britive-app.com", "nothing was sent"
    )
    assert not other.requests


def test_memory_of_another_tenant_is_refused(company: Company) -> None:
    memory = Memory(scim_url="https://other.britive-app.com/api/scim/v2")
    found = company.client.read_directory()
    with pytest.raises(errors.ConfigurationError) as caught:
        plan(company.read(format_csv()), found, memory=memory)
    assert_message(caught.value, "memory", "other.britive-app.com", "one file for each tenant")


def test_edited_plan_file_is_refused(company: Company) -> None:
    path = company.folder / "plan.json"
    company.plan(company.read_rows(change("title", lambda n, t: t + "!" * (n < 3)))).save(path)
    document = json.loads(path.read_text())
    document["changes"][0]["after"] = {"title": "Owner"}
    path.write_text(json.dumps(document))
    with pytest.raises(errors.InputError) as caught:
        Plan.load(path)
    assert_message(caught.value, "plan.json", "plan")


def test_stale_plan_is_stopped(company: Company) -> None:
    """R16: a target that has changed is skipped and named, and many of them stop the run."""
    path = company.folder / "plan.json"
    company.plan(company.read_rows(change("title", lambda n, t: t + "!" * (n < 10)))).save(path)
    before = company.tenant.snapshot()
    for user in company.client.users.list():
        company.client.users.patch(user, {"title": "Changed by hand"})
    moved, count = company.tenant.snapshot(), len(company.tenant.requests)
    report = company.tenant.scim_client("Okta").apply(Plan.load(path), rate=None)
    assert not [x for x in company.tenant.requests[count:] if x.method != "GET"]
    assert report.stopped is not None
    assert "changed since" in str(report)
    assert "replan" in str(report)
    assert moved != before
    company.tenant.requests.clear()


def test_plan_with_another_journal_is_refused(company: Company) -> None:
    journal = company.folder / "run.jsonl"
    tenant = Tenant("acme")
    first = Company(tenant, tenant.scim_client("Okta"), company.folder)
    first.client.apply(first.plan(first.read(format_csv())), rate=None, journal=journal, limit=3)
    planned = company.plan(company.read_rows(change("title", lambda n, t: t + "!" * (n < 3))))
    with pytest.raises((errors.PlanRefused, errors.ConfigurationError)) as caught:
        company.client.apply(planned, journal=journal)
    assert_message(caught.value, "journal", "another plan")
