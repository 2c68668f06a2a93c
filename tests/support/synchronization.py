"""Synchronization of an emulated tenant with a random company, with the true state before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from britive_scim import ScimClient
from britive_scim.provisioning import ApplyReport, Directory, Memory, Plan, Policy, plan
from britive_scim.testing import Capabilities, Tenant
from britive_scim.testing.transport import TenantTransport
from support.altering_transport import AlteringTransport
from support.companies import Company, Person

__all__ = ["ENTERPRISE", "State", "Synchronization", "make_client", "make_company", "start"]

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@dataclass(frozen=True)
class State:
    """True state of a tenant, read without the deviations of its provider.

    Attributes:
        users: users by id, in wire form.
        groups: ids of the members by name of the group.
        group_ids: id of each group by name.
    """

    users: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, frozenset[str]]
    group_ids: Mapping[str, str]

    @classmethod
    def of(cls, tenant: Tenant) -> State:
        provider, tenant.capabilities = tenant.capabilities, Capabilities()
        client = tenant.scim_client("Okta")
        users = [user.to_wire() for user in client.users.list()]
        groups = [client.groups.get(group) for group in client.groups.list()]
        tenant.capabilities = provider
        return cls(
            {user["id"]: user for user in users},
            {g.display_name or "": frozenset(m.value for m in g.members or ()) for g in groups},
            {g.display_name or "": g.id or "" for g in groups},
        )

    @property
    def ids(self) -> dict[str, str]:
        """Id of each user by `externalId`."""
        return {user["externalId"]: id_ for id_, user in self.users.items() if "externalId" in user}


@dataclass
class Synchronization:
    """One client, perhaps with a memory, which brings a tenant to the state of a company."""

    tenant: Tenant
    client: ScimClient
    memory: Memory | None
    policy: Policy

    def plan(self, company: Company) -> Plan:
        wanted = Directory.of(company.list_users(), company.list_groups())
        found = self.client.read_directory()
        return plan(wanted, found, policy=self.policy, memory=self.memory)

    def run(self, company: Company, *, concurrency: int = 8) -> ApplyReport:
        planned = self.plan(company)
        allow = {limit.name: limit.planned for limit in planned.exceeded}
        return self.client.apply(
            planned, allow=allow, rate=None, memory=self.memory, concurrency=concurrency
        )


def start(
    provider: Capabilities,
    policy: Policy | None = None,
    *,
    remembers: bool = True,
    alters: bool = False,
) -> Synchronization:
    tenant = Tenant("acme", capabilities=provider, seed=1)
    client = make_client(tenant, alters=alters)
    return Synchronization(tenant, client, Memory() if remembers else None, policy or Policy())


def make_client(tenant: Tenant, *, alters: bool = False) -> ScimClient:
    """Return a client that knows its identity provider, as `Connection.client()` returns it."""
    okta = tenant.identity_providers["Okta"]
    # delays move the clock only
    transport = AlteringTransport(tenant) if alters else TenantTransport(tenant, tenant.clock)
    return ScimClient(okta.scim_url, okta.scim_token, transport=transport, provider="Okta")


def make_company(people: int = 4, teams: int = 2) -> Company:
    return Company(
        {key: Person(key, "user", "Guide", "Sales", True) for key in range(people)},
        {f"Team {n}": frozenset(range(n, people, teams)) for n in range(teams)},
    )
