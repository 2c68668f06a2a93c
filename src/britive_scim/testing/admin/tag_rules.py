"""Membership rules of tags: `/api/user-tags/{id}/attribute-criteria` and the users they match (docs/tags)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from britive_scim.testing import mapping
from britive_scim.testing.admin import user_view, users
from britive_scim.testing.admin.call import Call, Routes, answer, nothing, text_field
from britive_scim.testing.admin.checks import own_tag
from britive_scim.testing.admin.listing import paged, select
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.defaults import BUILT_IN
from britive_scim.testing.exchange import Answer
from britive_scim.testing.state import State, Tag, User

__all__ = ["ROUTES", "matched"]

_FIELDS = {built_in.name: built_in.field for built_in in BUILT_IN}


def matched(state: State, rules: Sequence[dict[str, Any]]) -> list[User]:
    """Return the users whom rules make members: values of one attribute are alternatives, all attributes must hold.

    Without rules nobody is a member.
    """
    by_attribute: dict[str, list[dict[str, Any]]] = {}
    for rule in rules:
        by_attribute.setdefault(rule["attributeId"], []).append(rule)
    return [
        user
        for user in state.users.values()
        if by_attribute
        and all(
            any(_holds(state, user, rule) for rule in alternatives)
            for alternatives in by_attribute.values()
        )
    ]


def _holds(state: State, user: User, rule: dict[str, Any]) -> bool:
    attribute = state.attributes.get(rule["attributeId"])
    if attribute is None:
        return False
    if attribute.built_in:
        values = [str(mapping.profile(user)[_FIELDS[attribute.name]] or "")]
    else:
        values = [value for one, value in mapping.custom_values(user) if one is attribute]
    wanted = rule["value"].casefold()
    if rule["operator"] == "is":
        return any(value.casefold() == wanted for value in values)
    return any(wanted in value.casefold() for value in values)


def _list(call: Call) -> Answer:
    return answer(call.tag().rules)


def _add(call: Call) -> Answer:
    tag = _internal(call.tag())
    tag.rules = [
        *tag.rules,
        *_read(call, first=1 + max((one["id"] for one in tag.rules), default=0)),
    ]
    call.world.state.touch(tag, call.world.now())
    return answer(tag.rules)


def _replace(call: Call) -> Answer:
    tag = _internal(call.tag())
    tag.rules = _read(call, first=1)
    call.world.state.touch(tag, call.world.now())
    return nothing()


def _matched(call: Call) -> Answer:
    return _shown(call, matched(call.world.state, call.tag().rules))


def _preview(call: Call) -> Answer:
    return _shown(call, matched(call.world.state, _read(call, first=1)))


def _shown(call: Call, found: list[User]) -> Answer:
    def show(user: User) -> dict[str, Any]:
        return user_view.view(call.world, user, tags=False)

    return answer(paged(call, select(call, found, show, users.FILTER_FIELDS), show))


def _internal(tag: Tag) -> Tag:
    own_tag(tag)
    if not tag.provider.is_default:
        raise Problem.invalid("membership rules are for internal tags")
    return tag


def _read(call: Call, *, first: int) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for number, item in enumerate(call.items(), first):
        id_ = text_field(item, "attributeId", required=True) or ""
        attribute = call.world.state.attributes.get(id_)
        if attribute is None or attribute.data_type not in ("String", "Number"):
            raise Problem.invalid("attributeId must be the id of a String or Number attribute")
        if item.get("operator") not in ("is", "contains"):
            raise Problem.invalid("operator must be is or contains")
        value = text_field(item, "value", required=True)
        rules.append(
            {"id": number, "attributeId": id_, "operator": item["operator"], "value": value}
        )
    return rules


ROUTES: Routes = {
    "user-tags/{}/attribute-criteria": {"GET": _list, "POST": _add, "PATCH": _replace},
    "user-tags/{}/matched-users": {"GET": _matched},
    "user-tags/tag-attributes/matched-users": {"POST": _preview},
}
