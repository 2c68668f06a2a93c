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
    with tenant.serve() as server, tenant.scim_client("Okta") as okta:
        tenant.admin_client().identity_providers.list()
        created = okta.users.create(
            scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz")
        )
        okta.users.patch(created, {"title": "Head of Research"})
        group = okta.groups.create(scim.Group(display_name="Research"))
        okta.groups.add_members(group, [created])
        okta.users.deactivate(created)
        okta.users.reactivate(created)
        with suppress(errors.Conflict):  # the page shows a refusal, too
            okta.users.create(scim.User.of(email="ana@acme.com", given_name="A", family_name="D"))
        yield server.url + "/"
