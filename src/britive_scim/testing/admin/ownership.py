"""What the admin API may change: users and tags that no identity provider has pushed."""

from __future__ import annotations

from britive_scim.testing.admin.problem import AdminHttpError
from britive_scim.testing.state.state import TagRecord, UserRecord

__all__ = ["require_editable_tag", "require_editable_user"]


def require_editable_user(user: UserRecord) -> UserRecord:
    """Return the user if the admin API may change it.

    Raises:
        Problem: 400 with U-0003.
    """
    if user.is_scim_managed:
        raise AdminHttpError(
            400,
            "U-0003",
            f"user {user.id} is provisioned from {user.provider.name} and is changed there",
        )
    return user


def require_editable_tag(tag: TagRecord) -> TagRecord:
    """Return the tag if the admin API may change it.

    Raises:
        Problem: 400 with UT-0002.
    """
    if tag.is_scim_managed:
        raise AdminHttpError(
            400,
            "UT-0002",
            f"tag {tag.id} is provisioned from {tag.provider.name} and is changed there",
        )
    return tag
