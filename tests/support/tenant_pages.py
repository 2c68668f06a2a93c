"""All pages of a tenant at once, to search them for what they must not contain."""

from collections.abc import Iterator

from britive_scim.testing import Tenant

PATHS = ("/", "/requests", "/users", "/tags", "/identity-providers", "/audit-log", "/faults")
"""The pages of the navigation."""


def list_paths(tenant: Tenant) -> Iterator[str]:
    """Yield the path of every page: lists, requests, and users and groups of each identity provider."""
    yield from PATHS
    latest = tenant.requests.total
    for number in range(latest - len(tenant.requests) + 1, latest + 1):
        yield f"/requests/{number}"
    for provider in tenant.identity_providers.values():
        yield from (f"/users/{user['id']}" for user in provider.users)
        yield from (f"/tags/{group['id']}" for group in provider.groups)


def render_all_pages(tenant: Tenant) -> str:
    """Return the HTML of every page."""
    return "\n".join(tenant.pages.render(path).body.decode() for path in list_paths(tenant))
