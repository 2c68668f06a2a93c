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
    def losses(self) -> dict[str, Callable[[], Step]]:
        """Uncertain outcomes that are not retried because of the method alone."""
        if self.write.startswith(("PUT", "DELETE")):
            return {name: LOSSES[name] for name in ("500", "520")}
        return LOSSES

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
            "users.patch, without fetch",
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

_DAYS_30, _DAYS_60 = ({"id": "t1", "name": "ci", "tokenExpirationDays": days} for days in (30, 60))


def _status(name: str, path: str, call: Callable[..., Any], word: str) -> tuple[str, LostChange]:
    """Return the row of a method that enables or disables."""
    states = [
        {"id": "1", "name": "n", "username": "u", "status": s} for s in ("inactive", "active")
    ]
    if word == "disabled":
        states.reverse()
    return name, LostChange(
        "admin", call, f"POST {path}/1/{word}-statuses", f"GET {path}/1", *states
    )


def _validity(name: str, path: str, call: Callable[..., Any]) -> tuple[str, LostChange]:
    """Return the row of a method that changes the validity of a token."""
    return name, LostChange("admin", call, f"PATCH {path}", f"GET {path}", _DAYS_30, _DAYS_60)


def _provider(*pairs: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """Return an identity provider with mappings of attributes."""
    mappings = [
        {"attributeId": id_, "attributeName": "Department", "scimAttributeName": name}
        for id_, name in pairs
    ]
    return {"id": "1", "name": "Okta", "userAttributeScimMappings": mappings, **fields}


_PROVIDER = "GET /api/identity-providers/1"
_MEMBER = "/api/user-tags/1/users/2"
_OWNED_MEMBERS = "/api/access/user-tags/1/users"
_SOMEBODY = {"id": "2", "username": "ana"}
_ATTRIBUTES = [{"id": "a1", "name": "Department", "dataType": "String"}]

ADMIN_CHANGES: dict[str, LostChange] = dict(
    [
        _status("users.enable", "/api/users", lambda c, **k: c.users.enable("1", **k), "enabled"),
        _status(
            "users.disable", "/api/users", lambda c, **k: c.users.disable("1", **k), "disabled"
        ),
        _status("tags.enable", "/api/user-tags", lambda c, **k: c.tags.enable("1", **k), "enabled"),
        _status(
            "tags.disable", "/api/user-tags", lambda c, **k: c.tags.disable("1", **k), "disabled"
        ),
        _status(
            "service_identities.enable",
            "/api/users",
            lambda c, **k: c.service_identities.enable("1", **k),
            "enabled",
        ),
        _status(
            "service_identities.disable",
            "/api/users",
            lambda c, **k: c.service_identities.disable("1", **k),
            "disabled",
        ),
        (
            "users.disable_many",
            LostChange(
                "admin",
                lambda c, **k: c.users.disable_many(["1"], **k),
                "POST /api/users/disabled-statuses",
                "GET /api/users/1",
                {"id": "1", "status": "active"},
                {"id": "1", "status": "inactive"},
            ),
        ),
        (
            "users.enable_many",
            LostChange(
                "admin",
                lambda c, **k: c.users.enable_many(["1"], **k),
                "POST /api/users/enabled-statuses",
                "GET /api/users/1",
                {"id": "1", "status": "inactive"},
                {"id": "1", "status": "active"},
            ),
        ),
        (
            "tags.members.add",
            LostChange(
                "admin",
                lambda c, **k: c.tags.members.add("1", "2", **k),
                f"POST {_MEMBER}",
                f"GET {_MEMBER}",
                404,
                _SOMEBODY,
            ),
        ),
        (
            "tags.members.remove",
            LostChange(
                "admin",
                lambda c, **k: c.tags.members.remove("1", "2", **k),
                f"DELETE {_MEMBER}",
                f"GET {_MEMBER}",
                _SOMEBODY,
                404,
            ),
        ),
        (
            "my_tags.add_member",
            LostChange(
                "admin",
                lambda c, **k: c.my_tags.add_member("1", "2", **k),
                f"POST {_OWNED_MEMBERS}/2",
                f"GET {_OWNED_MEMBERS}",
                {"count": 0, "data": []},
                {"count": 1, "data": [_SOMEBODY]},
            ),
        ),
        (
            "my_tags.remove_member",
            LostChange(
                "admin",
                lambda c, **k: c.my_tags.remove_member("1", "2", **k),
                f"DELETE {_OWNED_MEMBERS}/2",
                f"GET {_OWNED_MEMBERS}",
                {"count": 1, "data": [_SOMEBODY]},
                {"count": 0, "data": []},
            ),
        ),
        (
            "identity_providers.mappings.add",
            LostChange(
                "admin",
                lambda c, **k: c.identity_providers.mappings.add("1", "Department", "title", **k),
                "PATCH /api/identity-providers/1/scim-attribute-mappings",
                _PROVIDER,
                _provider(("a1", "department")),
                _provider(("a2", "x"), ("a1", "title")),
                (("GET /api/users/attributes", _ATTRIBUTES),),
            ),
        ),
        (
            "identity_providers.mappings.remove",
            LostChange(
                "admin",
                lambda c, **k: c.identity_providers.mappings.remove("1", "Department", **k),
                "PATCH /api/identity-providers/1/scim-attribute-mappings",
                _PROVIDER,
                _provider(("a1", "department")),
                _provider(),
                ((_PROVIDER, _provider(("a1", "department"))),),
            ),
        ),
        (
            "identity_providers.set_mfa",
            LostChange(
                "admin",
                lambda c, **k: c.identity_providers.set_mfa("1", enabled=True, **k),
                "PATCH /api/identity-providers/1/mfa",
                _PROVIDER,
                _provider(mfaEnabled=False),
                _provider(mfaEnabled=True),
            ),
        ),
        _validity(
            "identity_providers.scim_token.update",
            "/api/identity-providers/1/scim-token",
            lambda c, **k: c.identity_providers.scim_token.update("1", days=60, **k),
        ),
        _validity(
            "service_identities.token.update",
            "/api/users/1/tokens",
            lambda c, **k: c.service_identities.token.update("1", days=60, **k),
        ),
        _validity(
            "api_tokens.update, the validity",
            "/api/token/t1",
            lambda c, **k: c.api_tokens.update("t1", days=60, **k),
        ),
        (
            "api_tokens.update, the label",
            LostChange(
                "admin",
                lambda c, **k: c.api_tokens.update("t1", name="ci", days=60, **k),
                "PUT /api/token/t1",
                "GET /api/token/t1",
                {**_DAYS_60, "name": "old"},
                _DAYS_60,
            ),
        ),
    ]
)

CHANGES: dict[str, LostChange] = {**SCIM_CHANGES, **ADMIN_CHANGES}

LOSSES: dict[str, Callable[[], Step]] = {
    "no response": lambda: httpx.ReadError("reset"),
    "incomplete response": broken_response,
    "time-out": lambda: httpx.ReadTimeout("slow"),
    "500": lambda: make_error(500),
    "503": lambda: make_error(503),
    "520": lambda: make_response(520, b"<html>"),
}
"""Uncertain outcomes of a change."""
