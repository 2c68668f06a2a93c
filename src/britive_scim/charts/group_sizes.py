"""Chart of the groups of a directory by number of members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim.charts.chart import Bar, Chart
from britive_scim.errors import InputError
from britive_scim.provisioning.counts import format_count

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.directory import Directory

__all__ = ["draw_group_sizes"]

_SERIES = "members"


def draw_group_sizes(directory: Directory, *, top: int = 20) -> Chart:
    """Return a chart of the largest groups of a directory.

    Groups whose members the directory does not know are counted in the note.

    Args:
        directory: directory that was read, or that a source states.
        top: maximum number of groups shown, 1 or more.

    Raises:
        InputError: `top` is no such integer.

    Examples:
        >>> from britive_scim.provisioning import Directory
        >>> people = [{"userName": "ana@acme.com", "externalId": "1"}]
        >>> print(draw_group_sizes(Directory.of(people, [{"displayName": "Ops", "members": ["1"]}])))
        Members per group
        <BLANKLINE>
             members
        Ops  1
    """
    given: object = top
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise InputError(f"top must be an integer of 1 or more, got {given!r:.60}")
    sizes: list[tuple[int, str]] = []
    unknown = 0
    for group in directory.group_records or ():
        if group.members is None:
            unknown += 1
        else:
            sizes.append((len(group.members), group.display_name or group.id or ""))
    sizes.sort(key=lambda item: (-item[0], item[1].casefold(), item[1]))
    notes: list[str] = []
    if len(sizes) > top:
        notes.append(f"not shown: {format_count(len(sizes) - top, 'smaller group')}")
    if unknown:
        notes.append(f"members not known: {format_count(unknown, 'group')}")
    if directory.group_records is None:
        notes.append("the directory states no groups")
    return Chart(
        "Members per group",
        [Bar(name, {_SERIES: size}) for size, name in sizes[:top]],
        [_SERIES],
        note="; ".join(notes),
    )
