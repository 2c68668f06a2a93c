"""Membership rules of tags: `/api/user-tags/{id}/attribute-criteria` and the users they match (docs/tags)."""

from __future__ import annotations

from typing import Any

from britive_scim.testing.admin import user_view, users
from britive_scim.testing.admin.listing import paged, select
from britive_scim.testing.admin.ownership import own_tag
from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.admin.request import Call, Routes, answer, nothing, text_field
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.membership_rules import COMPARABLE, OPERATORS, matched
from britive_scim.testing.state.state import State, Tag, User

__all__ = ["ROUTES", "internal", "read_rules"]


def _list(call: Call) -> Answer:
    return answer(call.tag().rules)


def _add(call: Call) -> Answer:
    tag = internal(call.tag())
    first = 1 + max((one["id"] for one in tag.rules), default=0)
    tag.rules = [*tag.rules, *read_rules(call.world.state, call.items(), first=first)]
    call.world.state.touch(tag, call.world.now())
    return answer(tag.rules)


def _replace(call: Call) -> Answer:
    tag = internal(call.tag())
    tag.rules = read_rules(call.world.state, call.items())
    call.world.state.touch(tag, call.world.now())
    return nothing()


def _matched(call: Call) -> Answer:
    return _shown(call, matched(call.world.state, call.tag().rules))


def _preview(call: Call) -> Answer:
    return _shown(call, matched(call.world.state, read_rules(call.world.state, call.items())))


def _shown(call: Call, found: list[User]) -> Answer:
    def show(user: User) -> dict[str, Any]:
        return user_view.view(call.world, user, tags=False)

    return answer(paged(call, select(call, found, show, users.FILTER_FIELDS), show))


def internal(tag: Tag) -> Tag:
    """Return the tag if rules may make members of it.

    Raises:
        Problem: 400 with UT-0002, or it is external.
    """
    own_tag(tag)
    if not tag.provider.is_default:
        raise Problem.invalid("membership rules are for internal tags")
    return tag


def read_rules(
    state: State, items: list[dict[str, Any]], *, first: int = 1
) -> list[dict[str, Any]]:
    """Return the rules of a body as they are kept.

    Args:
        state: has the identity attributes.
        items: rules as they were sent.
        first: number of the first of them.

    Raises:
        Problem: an attribute that no rule may use, another operator, or no value.
    """
    rules: list[dict[str, Any]] = []
    for number, item in enumerate(items, first):
        id_ = text_field(item, "attributeId", required=True) or ""
        attribute = state.attributes.get(id_)
        if attribute is None or attribute.data_type not in COMPARABLE:
            raise Problem.invalid("attributeId must be the id of a String or Number attribute")
        if item.get("operator") not in OPERATORS:
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
