"""An analyst's session: read, look, users by last login, memberships, findings, compare with last month, audit, export."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from britive_scim import AdminClient, errors
from britive_scim.provisioning import Directory
from britive_scim.testing import Tenant


@pytest.fixture
def tenant() -> Tenant:
    """Return a tenant of 300 users whose accounts are 120 days old; two of three have logged in since."""
    tenant = Tenant("acme", seed=1)
    tenant.clock.advance(days=-120)
    tenant.populate(users=300, groups=10)
    tenant.clock.advance(days=120)
    okta = tenant.identity_providers["Okta"]
    for number, user in enumerate(okta.users):
        if number % 3:
            okta.record_login(user["id"], tenant.clock.now() - timedelta(days=number % 119))
    return tenant


def test_analyst_session(tenant: Tenant, tmp_path: Path) -> None:
    britive = AdminClient("acme", tenant.api_token, read_only=True, transport=tenant.transport())
    with pytest.raises(errors.ReadOnly):
        britive.users.disable("anyone")

    # read: three pages of users, one of tags, and those of each tag, of which one has three
    assert len(tenant.requests) == 0
    directory = britive.read_directory()
    assert len(tenant.requests) == 3 + 1 + 9 + 3
    assert directory.complete

    # look
    everyone = directory.members_of("EVERYONE")
    assert len(everyone) == len({user.id for user in everyone}) > 200
    assert everyone[0].id in {user.id for user in directory.members_of("Everyone")}
    assert directory.groups_of(everyone[0])[0].display_name == "Everyone"

    # users by last login
    users = directory.to_pandas()
    assert users.attrs["complete"] is True
    assert users["last_login"].dtype == "datetime64[us, UTC]"
    assert users["last_login"].isna().sum() == 100
    active = users[users["status"] == "active"].sort_values("last_login")
    assert active["last_login"].dropna().is_monotonic_increasing
    assert set(users["identity_provider"]) == {"Okta"}

    # memberships, joined with users
    memberships = directory.memberships.to_pandas()
    joined = memberships.merge(users, left_on="user_id", right_on="id", validate="many_to_one")
    assert len(joined) == len(memberships)
    inactive = joined[joined["status"] == "inactive"]["user"].drop_duplicates()
    listed = directory.inactive_users_in_groups().to_pandas()
    assert set(inactive) == set(listed["username"]) != set()
    without = set(users["id"]) - set(memberships["user_id"])
    assert without == {user.id for user in directory.users_without_group()}

    # findings agree with the tables
    findings = directory.findings()
    never = users[users["last_login"].isna() & (users["status"] == "active")]
    assert {f.user for f in findings.of("never-logged-in")} == set(never["username"])
    now = directory.source.read_at
    assert now is not None
    stale = active[active["last_login"] < pd.Timestamp(now - timedelta(days=90))]
    assert {f.user for f in findings.of("stale-login")} == set(stale["username"]) != set()
    assert list(findings.to_pandas().columns) == [
        "rule",
        "severity",
        "user",
        "group",
        "detail",
        "action",
    ]
    assert [unchecked.rule for unchecked in findings.not_checked] == ["dangling-manager"]

    # compare with last month
    directory.save(tmp_path / "april.jsonl")
    hr = tenant.scim_client("Okta")
    leaver, ops = everyone[0], directory.members_of("Everyone")[1]
    hr.users.deactivate(leaver)
    hr.groups.remove_members(directory.groups_of(ops)[0], [ops])
    april, may = Directory.load(tmp_path / "april.jsonl"), britive.read_directory()
    difference = april.compare(may)
    changed = difference.users_changed.to_pandas()
    assert changed[["name", "attribute", "before", "after"]].to_numpy().tolist() == [
        [leaver.user_name, "status", "active", "inactive"]
    ]
    removed = difference.memberships_removed.to_pandas()
    assert removed[["group", "member"]].to_numpy().tolist() == [["Everyone", ops.user_name]]
    assert difference.users_added.to_pandas().empty

    # audit: who did that
    events = may.join_audit(britive.audit_logs.query(since=timedelta(days=7))).to_pandas()
    changes = events[events["target_key"].notna()].merge(
        may.to_pandas()[["key", "email"]], left_on="target_key", right_on="key"
    )
    assert changes["target"].tolist() == [leaver.user_name]
    assert changes["target_status"].tolist() == ["inactive"]

    # both APIs in one table
    okta = tenant.scim_client("Okta", read_only=True).read_directory()
    sides: list[Any] = [side.to_pandas() for side in may.align_keys(okta)]
    both = sides[0].merge(sides[1], on="key", validate="one_to_one")
    assert len(both) == 300
    assert (both["key"] == both["id_x"]).all()

    # export
    may.to_csv(tmp_path / "users.csv")
    findings.to_csv(tmp_path / "findings.csv")
    difference.to_csv(tmp_path / "difference.csv")
    assert len(pd.read_csv(tmp_path / "users.csv")) == 300
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    token = tenant.api_token.get_secret_value()
    shown = [
        directory._repr_html_(),
        findings._repr_html_(),
        difference._repr_html_(),
        repr(directory),
    ]
    assert not any(token in text for text in shown)
