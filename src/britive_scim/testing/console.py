"""What people do in Britive's console, and no published API does: a test does it here."""

from __future__ import annotations

import threading

from pydantic import SecretStr

from britive_scim.testing.admin.mfa import FACTORS
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import Tag, User

__all__ = ["Console"]


class Console:
    """The console of a tenant.

    Users and tags are named by id, or by user name (in any case) and tag name where one alone has it.

    Example:
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant()
        >>> tenant.console.set_banner("Maintenance on Sunday", "WARNING")
        >>> tenant.settings["banner"]
        {'messageType': 'WARNING', 'message': 'Maintenance on Sunday'}
    """

    __slots__ = ("_lock", "_world")

    def __init__(self, world: World, lock: threading.RLock) -> None:
        self._world = world
        self._lock = lock

    def api_token(self, user: str, *, days: int = 90) -> SecretStr:
        """Make an API token as this user would, and return it; calls with it are the user's.

        Args:
            user: id or user name.
            days: of validity, counted from the last use.

        Raises:
            LookupError: there is no such user.
        """
        with self._lock:
            return SecretStr(self._world.new_api_token(None, days, self._user(user)).secret)

    def request_membership(self, tag: str, user: str) -> None:
        """Let a user ask for membership of an internal tag, and everybody agree.

        Args:
            tag: id or name.
            user: id or user name.

        Raises:
            LookupError: there is no such tag or user.
            ValueError: an identity provider owns the tag, or the user is a member already.
        """
        with self._lock:
            found, member = self._tag(tag), self._user(user)
            if found.scim:
                raise ValueError(f"tag {tag} is filled by {found.provider.name}: nobody can ask")
            if member.id in found.members:
                raise ValueError(f"{user} is a member of tag {tag}")
            joining = {"value": member.id, "type": "User"}
            self._world.state.change_members(found, [joining], (), self._world.now())
            found.requested[member.id] = None

    def register_factor(self, user: str, factor: str, status: str = "REGISTERED") -> None:
        """Let a user register a second factor.

        Args:
            user: id or user name.
            factor: `TOTP` or `WEB_AUTHN`.
            status: `REGISTERED`, or `CHALLENGE` or `CHALLENGE_FAILED` on the way there.

        Raises:
            LookupError: there is no such user.
            ValueError: another factor or status.
        """
        if factor not in FACTORS:
            raise ValueError(f"{factor!r} is no factor: TOTP or WEB_AUTHN")
        if status not in ("CHALLENGE", "REGISTERED", "CHALLENGE_FAILED"):
            raise ValueError(f"{status!r} is none of CHALLENGE, REGISTERED, CHALLENGE_FAILED")
        with self._lock:
            self._user(user).factors[factor] = status

    def set_banner(self, message: str | None, kind: str = "INFO") -> None:
        """Show a notice to everybody who logs in; `None` takes it away.

        Args:
            message: the text.
            kind: `INFO`, `WARNING` or `CAUTION`.

        Raises:
            ValueError: another kind.
        """
        if kind not in ("INFO", "WARNING", "CAUTION"):
            raise ValueError(f"{kind!r} is none of INFO, WARNING, CAUTION")
        with self._lock:
            settings = self._world.state.settings
            settings.pop("banner", None)
            if message is not None:
                settings["banner"] = {"messageType": kind, "message": message}

    def set_feature(self, name: str, *, enabled: bool) -> None:
        """Switch a feature of the tenant; one that is not known is added."""
        with self._lock:
            settings = self._world.state.settings
            others = [one for one in settings.get("features", []) if one["name"] != name]
            settings["features"] = [*others, {"name": name, "enabled": enabled}]

    def _user(self, wanted: str) -> User:
        users = self._world.state.users
        found = (
            [users[wanted]]
            if wanted in users
            else [u for u in users.values() if u.name.casefold() == wanted.casefold()]
        )
        if len(found) != 1:
            raise LookupError(f"{len(found)} users are named {wanted!r}, not one")
        return found[0]

    def _tag(self, wanted: str) -> Tag:
        tags = self._world.state.tags
        found = [tags[wanted]] if wanted in tags else [t for t in tags.values() if t.name == wanted]
        if len(found) != 1:
            raise LookupError(f"{len(found)} tags are named {wanted!r}, not one")
        return found[0]
