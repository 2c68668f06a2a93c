"""Serve a tenant whose live page has something to show: users, groups, changes and refusals."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from britive_scim import errors, scim
from britive_scim.testing import Tenant


@contextmanager
def serve_live_tenant() -> Generator[str, None, None]:
    """Serve the tenant on a free port, and yield the address of its live page."""
    tenant = Tenant("acme", seed=1, clock=datetime(2026, 1, 5, 9, tzinfo=UTC))
    tenant.populate(users=200, groups=12)
    tenant.faults.add(503, path="*/Groups", times=1)
    with tenant.serve() as server, tenant.scim_client("Okta") as okta:
        tenant.admin_client().identity_providers.list()
        okta.check()
        people: list[scim.User] = []
        for name in ("Ana Diaz", "Bo Lund", "Cy Ono", "Dee Roy", "Eve Kim", "Fay Moss"):
            given, family = name.split()
            tenant.clock.advance(seconds=2)
            email = f"{given.lower()}@acme.com"
            new = scim.User.of(email=email, given_name=given, family_name=family)
            okta.users.find_by_user_name(email)
            people.append(okta.users.create(new))
        group = okta.groups.create(scim.Group(display_name="Research"))
        okta.groups.add_members(group, people[:3])
        tenant.clock.advance(seconds=3)
        with suppress(errors.Conflict):  # the page shows a refusal, too
            okta.users.create(scim.User.of(email="bo@acme.com", given_name="Bo", family_name="L"))
        okta.users.patch(people[0], {"title": "Head of Research"})
        okta.groups.remove_members(group, people[:1])
        okta.users.deactivate(people[1])
        yield server.url + "/"
