"""Proof that two directories have the same ids, so that the id can join their tables."""

from __future__ import annotations

from collections import Counter

from britive_scim.provisioning.directory.contents import DirectoryContents
from britive_scim.provisioning.directory.record_values import get_key

__all__ = ["have_same_ids"]


def have_same_ids(first: DirectoryContents, second: DirectoryContents) -> bool:
    """Return whether all users with a name in both directories have the same id in both.

    A name that several users of a directory have proves nothing. Without a name in both there is no proof.
    """
    sides = [_list_ids(directory) for directory in (first, second)]
    common = sides[0].keys() & sides[1].keys()
    return bool(common) and all(
        sides[0][name] is not None and sides[0][name] == sides[1][name] for name in common
    )


def _list_ids(directory: DirectoryContents) -> dict[str, str | None]:
    users = [(key, user.id) for user in directory.user_records if (key := get_key(user))]
    counts = Counter(key for key, _ in users)
    return {key: id_ for key, id_ in users if counts[key] == 1}
