"""Reactivation with `reactivate="ours"`: users whom this synchronization switched off, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from britive_scim import ScimClient
from britive_scim.provisioning import Directory, Memory, Plan, Policy, plan
from britive_scim.testing import Capabilities, Tenant
from support.plans import user_values

PEOPLE = [user_values(key) for key in ("E0", "E1", "E2")]
DEACTIVATE = Policy(missing="deactivate", reactivate="ours")
DELETE = Policy(missing="delete", delete_refused="deactivate", reactivate="ours")


@dataclass
class Company:
    """Tenant with three people; `E2` is the one whom the source omits at times."""

    tenant: Tenant
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def make(cls, **capabilities: Any) -> Company:
        company = cls(Tenant("acme", capabilities=Capabilities(**capabilities)))
        company.client.apply(company.plan(PEOPLE), rate=None)
        return company

    @property
    def client(self) -> ScimClient:
        return self.tenant.scim_client("Okta")

    @property
    def id(self) -> str:
        (user,) = (user for user in self.client.users.list() if user.external_id == "E2")
        return str(user.id)

    def plan(self, people: list[dict[str, Any]], policy: Policy = DEACTIVATE) -> Plan:
        found = self.client.read_directory()
        return plan(Directory.of(people), found, policy=policy, memory=self.memory)

    def run(self, planned: Plan, **options: Any) -> None:
        self.client.apply(planned, memory=self.memory, rate=None, **options)

    def is_reactivated(self, policy: Policy = DEACTIVATE) -> bool:
        actions = [change.action for change in self.plan(PEOPLE, policy).changes]
        assert actions in ([], ["reactivate"])
        return bool(actions)


def test_user_whom_the_run_deactivates_comes_back() -> None:
    company = Company.make()
    planned = company.plan(PEOPLE[:2])
    company.run(planned)
    assert company.is_reactivated()
    company.run(planned)  # finds it done
    assert company.is_reactivated()


def test_user_deactivated_by_others_before_the_run_stays_off() -> None:
    company = Company.make()
    planned = company.plan(PEOPLE[:2])
    company.client.users.deactivate(company.id)
    company.run(planned)
    assert company.memory.deactivated == set()
    assert not company.is_reactivated()


@pytest.mark.parametrize("is_missing", [False, True])
def test_user_deactivated_again_by_others_stays_off(is_missing: bool) -> None:
    """Whom an administrator reactivated after this synchronization, security deactivates for a reason of its own."""
    company = Company.make()
    company.run(company.plan(PEOPLE[:2]))
    company.client.users.reactivate(company.id)
    planned = company.plan(PEOPLE[:2] if is_missing else PEOPLE)
    if is_missing:
        company.client.users.deactivate(company.id)
        company.run(planned)
    else:
        company.run(planned)
        company.client.users.deactivate(company.id)
    assert not company.is_reactivated()


def test_deactivation_of_an_earlier_run_is_ours_by_its_journal(tmp_path: Path) -> None:
    """The memory of the first run is lost, as after a crash."""
    company = Company.make()
    planned = company.plan(PEOPLE[:2])
    journal = tmp_path / "run.jsonl"
    company.client.apply(planned, rate=None, journal=journal)
    assert company.memory.deactivated == set()
    company.run(planned, journal=journal)
    assert company.is_reactivated()


def test_failed_deactivation_of_an_earlier_run_is_not_ours(tmp_path: Path) -> None:
    company = Company.make()
    planned = company.plan(PEOPLE[:2])
    journal = tmp_path / "run.jsonl"
    company.tenant.faults.add(status=400, method="PATCH")
    company.run(planned, journal=journal)
    company.client.users.deactivate(company.id)
    company.run(planned, journal=journal)
    assert not company.is_reactivated()


@pytest.mark.parametrize("is_refused", [False, True])
@pytest.mark.parametrize("was_active", [False, True])
def test_user_deactivated_by_a_deletion_comes_back(is_refused: bool, was_active: bool) -> None:
    """A DELETE that is refused or that only deactivates is ours, unless the user was off before."""
    company = Company.make(delete_deactivates=not is_refused)
    if is_refused:
        company.tenant.faults.add(status=405, method="DELETE", path="*/Users/*", times=None)
    if not was_active:
        company.client.users.deactivate(company.id)
    company.run(company.plan(PEOPLE[:2], DELETE))
    assert company.is_reactivated(DELETE) is was_active
    assert not company.plan(PEOPLE[:2], DELETE)
