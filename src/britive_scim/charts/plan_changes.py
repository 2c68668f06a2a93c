"""Chart of the changes of a plan by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from britive_scim.charts.chart import Bar, Chart
from britive_scim.charts.content import Tone

if TYPE_CHECKING:
    from britive_scim.provisioning.plans.change import Action
    from britive_scim.provisioning.plans.plan import Plan

__all__ = ["draw_plan"]

_SERIES: Final = "changes"

_TONES: Final[dict[Action, Tone]] = {
    "create": "add",
    "reactivate": "add",
    "adopt": "change",
    "update": "change",
    "rename": "change",
    "deactivate": "remove",
    "delete": "remove",
}
_MEMBER_TONES: Final[dict[Action, Tone]] = {"add_members": "add", "remove_members": "remove"}


def draw_plan(plan: Plan) -> Chart:
    """Return a chart of the changes of a plan: what is added, changed and removed, of users, groups and members.

    Args:
        plan: the plan, made or loaded.
    """
    bars = [
        Bar(f"{action} {type_.lower()}s", {_SERIES: number}, tone)
        for action, tone in _TONES.items()
        for type_, number in plan.counts[action].items()
        if number
    ]
    for action, tone in _MEMBER_TONES.items():
        members = sum(
            len((change.after or change.before).get("members", ()))
            for change in plan.changes
            if change.action == action
        )
        if members:
            bars.append(Bar(action.replace("_", " "), {_SERIES: members}, tone))
    notes = [*plan.withheld[:1], *(f"exceeds the limit of {item.name}" for item in plan.exceeded)]
    return Chart(plan.summary, bars, [_SERIES], note="; ".join(notes))
