"""Random companies: people and groups of a source, hand edits of a tenant, providers with deviations, and policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from britive_scim.provisioning import Policy
from britive_scim.testing import Capabilities

__all__ = ["Company", "Person", "companies", "edited", "policies", "providers"]

TITLES = (None, "Guide", "=Chief", "Ärztin")
DEPARTMENTS = (None, "Sales", "Finance")
TEAMS = ("Blue", "Red", "Green")
KEYS = tuple(range(6))


@dataclass(frozen=True)
class Person:
    """Person of a source.

    Attributes:
        key: number of the person, which makes the `externalId`.
        login: first part of the userName.
        title: title, or `None` for no statement.
        department: department, or `None` for no statement.
        active: activity, or `None` for no statement.
        manager: key of the manager, or `None` for no statement.
        phone: phone number, or `None` for no statement.
    """

    key: int
    login: str
    title: str | None = None
    department: str | None = None
    active: bool | None = None
    manager: int | None = None
    phone: str | None = None

    @property
    def external_id(self) -> str:
        """Value of `externalId`."""
        return f"E{self.key}"

    @property
    def user_name(self) -> str:
        """Value of `userName`."""
        return f"{self.login}{self.key}@example.com"

    def to_wire(self) -> dict[str, Any]:
        """Return the user in wire form, with Britive's mandatory attributes."""
        values: dict[str, Any] = {
            "externalId": self.external_id,
            "userName": self.user_name,
            "name": {"givenName": "Given", "familyName": f"Family{self.key}"},
            "emails": [{"type": "work", "value": self.user_name}],
        }
        if self.title is not None:
            values["title"] = self.title
        if self.phone is not None:
            mobile = {"type": "mobile", "value": "+4917", "display": "Mobile"}
            values["phoneNumbers"] = [mobile, {"type": "work", "value": self.phone}]
        if self.active is not None:
            values["active"] = self.active
        enterprise: dict[str, Any] = {}
        if self.department is not None:
            enterprise["department"] = self.department
        if self.manager is not None:
            enterprise["manager"] = {"value": f"E{self.manager}"}
        if enterprise:
            values["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = enterprise
        return values


@dataclass(frozen=True)
class Company:
    """Source of people and groups.

    Attributes:
        people: people by key.
        teams: keys of the members by name of the group.
    """

    people: Mapping[int, Person]
    teams: Mapping[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])

    def list_users(self) -> list[dict[str, Any]]:
        """Return the users in wire form."""
        return [person.to_wire() for person in self.people.values()]

    def list_groups(self) -> dict[str, list[str]]:
        """Return the `externalId` of the members by name of the group."""
        return {
            name: [self.people[key].external_id for key in sorted(members)]
            for name, members in self.teams.items()
        }


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """Return a company of up to six people and three groups."""
    keys = draw(st.sets(st.sampled_from(KEYS), min_size=1))
    people = {key: draw(_people(key, sorted(keys))) for key in sorted(keys)}
    names = draw(st.sets(st.sampled_from(TEAMS), min_size=1))
    teams = {name: draw(st.frozensets(st.sampled_from(sorted(keys)))) for name in sorted(names)}
    return Company(people, teams)


@st.composite
def _people(draw: st.DrawFn, key: int, keys: list[int]) -> Person:
    return Person(
        key,
        login=draw(st.sampled_from(("user", "Ann.", "new"))),
        title=draw(st.sampled_from(TITLES)),
        department=draw(st.sampled_from(DEPARTMENTS)),
        active=draw(st.sampled_from((None, True, True, False))),
        manager=draw(st.none() | st.sampled_from(keys)),
        phone=draw(st.sampled_from((None, "+49 30 12", "+493012"))),
    )


@st.composite
def edited(draw: st.DrawFn, company: Company) -> Company:
    """Return the company some time later: people leave, join and change, and so do groups."""
    other = draw(companies())
    kept = draw(st.sets(st.sampled_from(sorted(company.people))))
    people = {**other.people, **{key: company.people[key] for key in kept}}
    people = dict(sorted(people.items()))
    teams = {**other.teams}
    for name in draw(st.sets(st.sampled_from(sorted(company.teams)))):
        teams[name] = company.teams[name] & people.keys()
    return Company(
        {
            key: person
            if person.manager is None or person.manager in people
            else replace(person, manager=None)
            for key, person in people.items()
        },
        teams,
    )


def policies() -> st.SearchStrategy[Policy]:
    """Return policies that may remove users and groups."""
    return st.builds(
        Policy,
        missing=st.sampled_from(("keep", "deactivate", "delete")),
        missing_groups=st.sampled_from(("keep", "delete")),
        inactive_members=st.sampled_from(("keep", "remove")),
        adopt=st.sampled_from(("unclaimed", "all")),
    )


def providers() -> st.SearchStrategy[Capabilities]:
    """Return providers that normalise, drop, hide, limit and refuse.

    One that hides members has PATCH: without it, nobody can be added to a group whose members are unknown.
    """
    return st.builds(
        _build_provider, _shown_providers(), st.sampled_from(("shown", "shown", "absent", "empty"))
    )


def _build_provider(provider: Capabilities, members: Any) -> Capabilities:
    return provider if members == "shown" else replace(provider, members_in_get=members, patch=True)


def _shown_providers() -> st.SearchStrategy[Capabilities]:
    return st.builds(
        Capabilities,
        user_name_case=st.sampled_from(("kept", "lower")),
        unmapped_attributes=st.sampled_from(("kept", "dropped")),
        members_in_lists=st.booleans(),
        max_member_changes=st.sampled_from((None, 1, 2)),
        patch=st.sampled_from((True, True, False)),
        filters=st.sampled_from(("honoured", "ignored", "refused")),
        total_results=st.sampled_from(("all", "page")),
        etag=st.booleans(),
        replace_members=st.booleans(),
        page_size=st.sampled_from((2, 100)),
        put_keeps_omitted=st.booleans(),
        group_patch_body=st.sampled_from((None, False)),
    )
