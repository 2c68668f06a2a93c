"""Table of changes that may be sent twice, for the tests and for `docs/reference/retries.md`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from britive_scim import scim
from support.fake_scim_server import Step, make_error, make_group, make_response, make_user
from support.fault_table import Api, broken_response


@dataclass(frozen=True)
class LostChange:
    """One change whose response is lost, and the reading that shows whether it is in effect.

    Attributes:
        api: API of the client.
        call: calls the method; the result is awaitable in the async client.
        write: method and path of the change.
        reading: method and path of the reading.
        before: body read while the change is not in effect, or a status.
        after: body read once it is, or a status.
        preparation: requests before the change, with the bodies of their responses.
    """

    api: Api
    call: Callable[..., Awaitable[Any]]
    write: str
    reading: str
    before: Any
    after: Any
    preparation: tuple[tuple[str, Any], ...] = field(default=())

    def make_reading(self, *, is_in_effect: bool) -> httpx.Response:
        """Return the response to the reading."""
        body = self.after if is_in_effect else self.before
        return make_error(body) if isinstance(body, int) else make_response(200, body)

    def make_preparation(self) -> list[httpx.Response]:
        """Return the responses to the requests before the change."""
        return [make_response(200, body) for _, body in self.preparation]

    @property
    def prepared(self) -> list[str]:
        """Method and path of the requests before the change."""
        return [line for line, _ in self.preparation]


def _promote(user: scim.User[Any]) -> None:
    user.title = "CTO"


def _drop_title(user: scim.User[Any]) -> None:
    user.title = None


def _user(name: str, call: Callable[..., Any], before: Any, after: Any) -> tuple[str, LostChange]:
    return name, LostChange("scim", call, "PATCH /Users/1", "GET /Users/1", before, after)


def _group(name: str, call: Callable[..., Any], before: Any, after: Any) -> tuple[str, LostChange]:
    return name, LostChange("scim", call, "PATCH /Groups/g1", "GET /Groups/g1", before, after)


def _members(*ids: str) -> dict[str, Any]:
    return make_group(1, members=[{"value": id_, "display": id_.upper()} for id_ in ids])


_WORK, _HOME = {"type": "work", "value": "a@b.example"}, {"type": "home", "value": "h@b.example"}

SCIM_CHANGES: dict[str, LostChange] = dict(
    [
        _user(
            "users.deactivate",
            lambda c, **k: c.users.deactivate("1", **k),
            make_user(1, active=True),
            make_user(1, active=False),
        ),
        _user(
            "users.reactivate",
            lambda c, **k: c.users.reactivate("1", **k),
            make_user(1, active=False),
            make_user(1, active=True),
        ),
        _user(
            "users.patch, a new value",
            lambda c, **k: c.users.patch("1", {"title": "CTO", "name.givenName": "Ana"}, **k),
            make_user(1, title="CTO"),
            make_user(1, title="CTO", name={"givenName": "Ana", "familyName": "Diaz"}),
        ),
        _user(
            "users.patch, a part of a value",
            lambda c, **k: c.users.patch("1", {'emails[type eq "work"].value': "a@b.example"}, **k),
            make_user(1, emails=[{"type": "work", "value": "old@b.example"}]),
            make_user(1, emails=[_HOME, _WORK]),
        ),
        _user(
            "users.patch without fetch",
            lambda c, **k: c.users.patch("1", {"title": "CTO"}, fetch=False, **k),
            make_user(1, title="CEO"),
            make_user(1, title="CTO"),
        ),
        (
            "users.edit, an addition",
            LostChange(
                "scim",
                lambda c, **k: c.users.edit("1", _promote, **k),
                "PATCH /Users/1",
                "GET /Users/1",
                make_user(1),
                make_user(1, title="CTO"),
                (("GET /Users/1", make_user(1)),),
            ),
        ),
        (
            "users.edit, a removal",
            LostChange(
                "scim",
                lambda c, **k: c.users.edit("1", _drop_title, **k),
                "PATCH /Users/1",
                "GET /Users/1",
                make_user(1, title="CTO"),
                make_user(1),
                (("GET /Users/1", make_user(1, title="CTO")),),
            ),
        ),
        _group(
            "groups.rename",
            lambda c, **k: c.groups.rename("g1", "Doors", **k),
            make_group(1, displayName="doors"),
            make_group(1, displayName="Doors"),
        ),
        _group(
            "groups.add_members",
            lambda c, **k: c.groups.add_members("g1", ["a", "b"], **k),
            _members("a", "c"),
            _members("a", "b", "c"),
        ),
        _group(
            "groups.remove_members",
            lambda c, **k: c.groups.remove_members("g1", ["a", "b"], **k),
            _members("a", "c"),
            _members("c"),
        ),
        _group(
            "groups.set_members",
            lambda c, **k: c.groups.set_members("g1", ["a", "b"], **k),
            _members("a", "c"),
            _members("b", "a"),
        ),
        _group(
            "groups.patch, members by id",
            lambda c, **k: c.groups.patch(
                "g1", [scim.PatchOperation("remove", 'members[value eq "a"]')], **k
            ),
            _members("a", "c"),
            _members("c"),
        ),
        (
            "me.patch",
            LostChange(
                "scim",
                lambda c, **k: c.me.patch({"title": "CTO"}, **k),
                "PATCH /Me",
                "GET /Me",
                make_user(1),
                make_user(1, title="CTO"),
            ),
        ),
    ]
)

CHANGES: dict[str, LostChange] = {**SCIM_CHANGES}

LOSSES: dict[str, Callable[[], Step]] = {
    "no response": lambda: httpx.ReadError("reset"),
    "incomplete response": broken_response,
    "time-out": lambda: httpx.ReadTimeout("slow"),
    "500": lambda: make_error(500),
    "503": lambda: make_error(503),
    "520": lambda: make_response(520, b"<html>"),
}
"""Uncertain outcomes of a change."""
