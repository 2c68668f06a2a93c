"""Plans and changes for tests of plans, files and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.provisioning import Change, ExceededLimit, ExcludedObject, Plan, PlanTarget
from britive_scim.provisioning.plans.change import ACTIONS, STAGES
from britive_scim.provisioning.plans.policy import Limits, Policy

TARGET = PlanTarget(
    scim_url="https://acme.example/api/scim/v2",
    provider="Okta",
    digest="0" * 64,
    read_at=datetime(2026, 11, 30, 6, 0, tzinfo=UTC),
    known_ids=("u1", "u2"),
)


def build_change(action: str, type_: str = "User", id_: str = "u1", **values: Any) -> Change:
    """Return a change, in a stage that suits its action."""
    stages = {
        "deactivate": "removals",
        "remove_members": "members_out",
        "add_members": "members_in",
        "delete": "deletions",
    }
    default = "users" if type_ == "User" else "groups"
    arguments: dict[str, Any] = {
        "action": action,
        "type": type_,
        "id": id_,
        "key": f"key-{id_}",
        "stage": stages.get(action, default),
    }
    return Change(**(arguments | values))


def build_plan(*changes: Change, policy: Policy | None = None, **values: Any) -> Plan:
    """Return a plan of these changes for `TARGET`."""
    return Plan(**({"changes": changes, "policy": policy or Policy(), "target": TARGET} | values))


_TEXT = st.text(max_size=12)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_VALUES: st.SearchStrategy[Mapping[str, Any]] = st.dictionaries(_TEXT, _JSON, max_size=3)
_MEMBERS = st.fixed_dictionaries({"members": st.lists(_TEXT, max_size=3)})

CHANGES = st.builds(
    Change,
    action=st.sampled_from(ACTIONS),
    type=st.sampled_from(("User", "Group")),
    key=_TEXT,
    id=_TEXT,
    stage=st.sampled_from(STAGES),
    source=st.none() | _TEXT,
    before=_VALUES | _MEMBERS,
    after=_VALUES | _MEMBERS,
    operations=st.lists(_VALUES, max_size=2).map(tuple),
    assumes=_VALUES,
    requests=st.integers(1, 3),
    reason=st.none() | _TEXT,
    name=st.none() | _TEXT,
)

POLICIES = st.sampled_from(
    [
        Policy(),
        Policy(missing="deactivate", missing_groups="delete", grace=timedelta(days=7, seconds=1)),
        Policy(
            scope={"users": 'filter:userType eq "Employee"', "groups": ["a*", "b*"]},
            exclude={"users": scim.parse_filter('title eq "x"')},
            protected={"users": ["admin@*"]},
            limits=Limits(deactivations=3, group_creates=1),
            match=("external_id",),
        ),
    ]
)

PLANS = st.builds(
    Plan,
    changes=st.lists(CHANGES, max_size=4).map(tuple),
    policy=POLICIES,
    target=st.builds(
        PlanTarget,
        scim_url=st.none() | _TEXT,
        provider=st.none() | _TEXT,
        digest=_TEXT,
        read_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        known_ids=st.lists(_TEXT, max_size=3).map(tuple),
    ),
    numbers=st.dictionaries(
        st.sampled_from(["excluded", "protected", "kept", "read"]), st.integers(0, 5)
    ),
    excluded=st.lists(
        st.builds(
            ExcludedObject,
            type=st.sampled_from(("User", "Group")),
            key=_TEXT,
            id=_TEXT,
            reason=_TEXT,
        ),
        max_size=2,
    ).map(tuple),
    withheld=st.lists(_TEXT, max_size=2).map(tuple),
    exceeded=st.lists(
        st.builds(
            ExceededLimit, name=_TEXT, planned=st.integers(0), limit=st.integers(0), rule=_TEXT
        ),
        max_size=2,
    ).map(tuple),
    warnings=st.lists(_TEXT, max_size=2).map(tuple),
)
