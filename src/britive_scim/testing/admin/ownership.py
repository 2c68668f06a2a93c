"""What the admin API may change: users and tags that no identity provider has pushed."""

from __future__ import annotations

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.state.state import Tag, User

__all__ = ["own_tag", "own_user"]


def own_user(user: User) -> User:
    """Return the user if the admin API may change it.

    Raises:
        Problem: 400 with U-0003.
    """
    if user.scim:
        raise Problem(
            400,
            "U-0003",
            f"user {user.id} is provisioned from {user.provider.name} and is changed there",
        )
    return user


def own_tag(tag: Tag) -> Tag:
    """Return the tag if the admin API may change it.

    Raises:
        Problem: 400 with UT-0002.
    """
    if tag.scim:
        raise Problem(
            400,
            "UT-0002",
            f"tag {tag.id} is provisioned from {tag.provider.name} and is changed there",
        )
    return tag
