"""Plan: counts, text in the manner of Terraform, HTML, table, and data frame."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import polars as pl
from hypothesis import given

from britive_scim.provisioning import ExceededLimit, Plan
from britive_scim.provisioning.plans.change import ACTIONS
from britive_scim.provisioning.plans.policy import Limits, Policy
from support.each_value import each_value
from support.plan_values import PLANS, TARGET, build_change, build_plan

CHANGES = (
    build_change("deactivate", "User", "u4", key="dan@acme.com", reason="not in the source"),
    build_change("deactivate", "User", "u5", key="eve@acme.com", reason='status word "X"'),
    build_change("create", "User", "new:E1", key="E1", name="ana@acme.com", source="people.csv:2"),
    build_change("create", "User", "new:E2", key="E2"),
    build_change("create", "Group", "new:group:Ops", key="Ops"),
    build_change(
        "rename",
        "User",
        "u3",
        key="E3",
        name="carl@acme.com",
        before={"userName": "karl@acme.com", "name": {"givenName": "Karl"}},
        after={"userName": "carl@acme.com", "name": {"givenName": "Carl"}},
    ),
)


def test_summary_is_that_of_terraform() -> None:
    plan = build_plan(*CHANGES, numbers={"excluded": 4, "protected": 1})
    expected = "Plan: 3 to add, 1 to change (1 rename), 2 to deactivate; 4 excluded, 1 protected"
    assert plan.summary == expected
    assert str(plan).splitlines()[-1] == expected
    assert repr(plan) == f"<{expected}>"


def test_summary_counts_everything_else() -> None:
    plan = build_plan(
        build_change("adopt", id_="a"),
        build_change("adopt", id_="b"),
        build_change("reactivate", id_="a"),
        build_change("update", id_="c"),
        build_change("create", id_="new:d"),
        build_change("update", id_="new:d", stage="references"),
        build_change("delete", id_="e"),
        build_change("add_members", "Group", "g", after={"members": ["1", "2"]}),
        build_change("remove_members", "Group", "g", before={"members": ["3"]}),
    )
    assert plan.summary == (
        "Plan: 1 to add, 3 to change (2 adoptions, 1 reactivation), 0 to deactivate, 1 to delete, "
        "2 members in, 1 member out"
    )


def test_empty_plan_is_false_and_says_so() -> None:
    plan = build_plan(numbers={"protected": 2})
    assert not plan
    assert plan.summary == "Plan: nothing to do; 2 protected"
    assert build_plan(CHANGES[0])


def test_counts_are_by_action_and_type() -> None:
    plan = build_plan(*CHANGES)
    assert plan.counts["create"] == {"User": 2, "Group": 1}
    assert plan.counts["delete"] == {"User": 0, "Group": 0}
    assert tuple(plan.counts) == ACTIONS


def test_requests_are_summed() -> None:
    assert build_plan(CHANGES[0], replace(CHANGES[1], requests=3)).requests == 4


def test_text_has_signs_names_and_values() -> None:
    text = str(build_plan(*CHANGES))
    assert "  - deactivate user dan@acme.com, not in the source\n" in text
    assert "  + create user ana@acme.com (E1)  [people.csv:2]\n" in text
    assert "  ~ rename user carl@acme.com (E3)\n" in text
    assert '      userName: "karl@acme.com" -> "carl@acme.com"\n' in text
    assert '      name.givenName: "Karl" -> "Carl"\n' in text


def test_text_counts_members() -> None:
    text = str(
        build_plan(
            build_change("add_members", "Group", "g", key="Ops", after={"members": ["1", "2"]}),
            build_change("remove_members", "Group", "g", key="Ops", before={"members": ["3"]}),
        )
    )
    assert "  + add members group Ops: 2 members\n" in text
    assert "  - remove members group Ops: 1 member\n" in text


def test_first_line_says_why_removals_are_withheld() -> None:
    """R1, R3: a reader sees at once that a side is incomplete."""
    plan = build_plan(withheld=("3 groups not deleted: page 2 failed",))
    assert str(plan).splitlines()[0] == "Removals withheld: 3 groups not deleted: page 2 failed"


def test_head_states_target_rules_and_kept_people() -> None:
    policy = Policy(
        protected={"users": ["admin@*"]},
        limits=Limits(deactivations=3),
        grace=timedelta(days=7),
        adopt="all",
    )
    lines = str(build_plan(policy=policy, numbers={"kept": 7})).splitlines()
    assert lines[0] == (
        "Target: Okta, https://acme.example/api/scim/v2, read at 2026-11-30T06:00:00+00:00"
    )
    assert lines[1].startswith('Rules: missing="keep", missing_groups="keep"')
    for rule in ('adopt="all"', "users: admin@*", "limit of deactivations 3", "grace=7 days,"):
        assert rule in lines[1]
    assert lines[2] == '7 users are not in the source and kept by missing="keep"'
    unknown = replace(TARGET, scim_url=None, provider=None, read_at=None)
    lines = str(build_plan(numbers={"kept": 1}, target=unknown)).splitlines()
    assert lines[0] == "Target: unknown identity provider, unknown SCIM URL"
    assert lines[2].startswith("1 user is")


@each_value(
    "policy, reason",
    [
        (Policy(), ' by missing="keep"'),
        (Policy(users="reference"), ' by users="reference"'),
        (Policy(users="reference", missing="deactivate"), ' by users="reference"'),
        (Policy(users="reference", missing="delete"), ' by users="reference"'),
        (Policy(missing="deactivate"), ", because it states no users"),
        (Policy(missing="delete"), ", because it states no users"),
    ],
)
def test_head_states_why_people_are_kept(policy: Policy, reason: str) -> None:
    lines = str(build_plan(policy=policy, numbers={"kept": 2})).splitlines()
    assert lines[2] == f"2 users are not in the source and kept{reason}"


def test_users_created_inactive_are_annotated() -> None:
    plan = build_plan(
        build_change("create", id_="new:1", after={"userName": "a", "active": False}),
        build_change("create", id_="new:2", after={"userName": "b", "active": True}),
        build_change("create", "Group", "new:3", after={"displayName": "g"}),
    )
    assert [line.rpartition(" ")[2] for line in str(plan).splitlines() if "create" in line] == [
        "(inactive)", "key-new:2", "key-new:3",
    ]  # fmt: skip
    assert plan._repr_html_().count("(inactive)") == 1


def test_exceeded_limits_come_with_the_option() -> None:
    limit = ExceededLimit(name="deactivations", planned=431, limit=12, rule="max(10, 1 %)")
    text = str(build_plan(exceeded=(limit,), warnings=("look at it",)))
    assert "Warning: look at it\n" in text
    assert "Limit exceeded: deactivations: 431 planned, 12 allowed (max(10, 1 %))\n" in text
    assert "--allow deactivations=431" in text


def test_long_plan_is_shortened_with_counts() -> None:
    plan = build_plan(*(build_change("create", id_=f"new:{n}") for n in range(60)))
    text = str(plan)
    assert text.count("+ create") == 50
    assert "… 10 more changes: 10 create User" in text
    assert plan.to_text(max_rows=None).count("+ create") == 60
    assert plan.to_text(max_rows=0).count("+ create") == 0


def test_passwords_are_not_shown() -> None:
    change = build_change("update", before={"password": None}, after={"password": "s3cret"})
    text = str(build_plan(change))
    assert "password: (hidden)" in text
    assert "s3cret" not in text + build_plan(change)._repr_html_()


def test_missing_values_and_extensions_are_readable() -> None:
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    change = build_change(
        "update",
        before={urn: {"department": "A"}, "title": "T"},
        after={urn: {"department": None}, "title": "T"},
    )
    text = str(build_plan(change))
    assert f'{urn}:department: "A" -> (none)' in text
    assert "title" not in text


@given(plan=PLANS)
def test_text_of_any_plan_has_no_control_characters(plan: Plan) -> None:
    lines = plan.to_text(max_rows=None).split("\n")
    assert all(line.isprintable() for line in lines)
    assert lines[-1].startswith("Plan: ")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)


@given(plan=PLANS)
def test_html_of_any_plan_has_only_own_tags(plan: Plan) -> None:
    parser = _Tags()
    parser.feed(plan._repr_html_())
    allowed = {"div", "p", "strong", "table", "thead", "tbody", "tfoot", "tr", "th", "td"}
    assert parser.tags <= allowed


def test_html_is_escaped() -> None:
    plan = build_plan(build_change("create", key="<script>"), warnings=("<b>",))
    html = plan._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html
    assert "<table>" not in build_plan()._repr_html_()


def test_table_has_one_row_a_change() -> None:
    table = build_plan(*CHANGES).table()
    rows = [dict(zip(table.columns, row, strict=True)) for row in table]
    assert len(rows) == len(list(table)) == len(CHANGES)
    assert rows[2]["name"] == "ana@acme.com"
    assert rows[5]["changes"] == (
        'userName: "karl@acme.com" -> "carl@acme.com"; name.givenName: "Karl" -> "Carl"'
    )


def test_plan_is_a_data_frame() -> None:
    frame = build_plan(*CHANGES).to_pandas()
    assert len(frame) == len(CHANGES)
    assert list(frame.columns)[:3] == ["action", "type", "key"]
    assert str(frame.dtypes["requests"]) == "Int64"
    assert pl.DataFrame(build_plan(*CHANGES))["key"].to_list() == frame["key"].to_list()
