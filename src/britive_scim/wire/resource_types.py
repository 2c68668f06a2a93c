"""Which kind of object an id in a path belongs to, so that one of another kind is refused before sending."""

from __future__ import annotations

from britive_scim import admin, scim
from britive_scim.errors import InputError

__all__ = ["check_resource_type"]

_EXPECTED_TYPES = {
    "Users": "User",
    "Groups": "Group",
    "users": "User",
    "requested-memberships": "User",
    "user-tags": "Tag",
    "tags": "Tag",
    "by-tag": "Tag",
    "identity-providers": "IdentityProvider",
    "identity_providers": "IdentityProvider",
    "token": "ApiToken",
    "attributes": "IdentityAttribute",
    "workload-providers": "WorkloadProvider",
}
"""By the part of a path before an id, or the name of a parameter: the class whose id is asked."""

_TYPE_NAMES: dict[type, str] = {
    scim.User: "User",
    scim.Group: "Group",
    admin.User: "User",
    admin.Tag: "Group",
    admin.IdentityProvider: "IdentityProvider",
    admin.IdentityAttribute: "IdentityAttribute",
    admin.WorkloadProvider: "WorkloadProvider",
    admin.ApiToken: "ApiToken",
    admin.ScimToken: "ScimToken",
    admin.IdentityToken: "IdentityToken",
}
"""What an object stands for. A user is one in both languages, and a tag is a group."""

_EQUIVALENT_TYPES = {"Tag": "Group"}


def check_resource_type(context: str, resource: object) -> None:
    """Check that an object may stand where an id is asked; one of a class nobody knows here may.

    Args:
        context: the part of a path before the id, such as `Users`, or the name of a parameter.
        resource: the object.

    Raises:
        InputError: it is known to be of another kind.
    """
    asked = _EXPECTED_TYPES.get(context)
    if asked is None:
        return
    for kind in type(resource).__mro__:
        concept = _TYPE_NAMES.get(kind)
        if concept is not None:
            if concept != _EQUIVALENT_TYPES.get(asked, asked):
                raise InputError(
                    f"{_with_article(asked)} is asked, and this is {_with_article(kind.__name__)}"
                )
            return


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AI' else 'a'} {name}"
