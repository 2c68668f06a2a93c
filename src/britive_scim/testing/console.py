"""What people do in Britive's console, and no published API does: a test does it here."""

from __future__ import annotations

import threading

from pydantic import SecretStr

from britive_scim.testing.admin.mfa import FACTORS
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import TagRecord, UserRecord

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

    __slots__ = ("_context", "_lock")

    def __init__(self, context: TenantContext, lock: threading.RLock) -> None:
        self._context = context
        self._lock = lock

    def create_api_token(self, user: str, *, days: int = 90) -> SecretStr:
        """Make an API token as this user would, and return it; calls with it are the user's.

        Args:
            user: id or user name.
            days: of validity, counted from the last use.

        Raises:
            LookupError: there is no such user.
        """
        with self._lock:
            return SecretStr(
                self._context.create_api_token(None, days, self._find_user(user)).secret
            )

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
            found, member = self._find_tag(tag), self._find_user(user)
            if found.is_scim_managed:
                raise ValueError(f"tag {tag} is filled by {found.provider.name}: nobody can ask")
            if member.id in found.members:
                raise ValueError(f"{user} is a member of tag {tag}")
            joining = {"value": member.id, "type": "User"}
            self._context.state.change_members(found, [joining], (), self._context.now())
            found.requested_member_ids[member.id] = None

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
            self._find_user(user).mfa_factors[factor] = status

    def set_banner(self, message: str | None, message_type: str = "INFO") -> None:
        """Show a notice to everybody who logs in; `None` takes it away.

        Args:
            message: the text.
            message_type: `INFO`, `WARNING` or `CAUTION`.

        Raises:
            ValueError: another kind.
        """
        if message_type not in ("INFO", "WARNING", "CAUTION"):
            raise ValueError(f"{message_type!r} is none of INFO, WARNING, CAUTION")
        with self._lock:
            settings = self._context.state.settings
            settings.pop("banner", None)
            if message is not None:
                settings["banner"] = {"messageType": message_type, "message": message}

    def set_feature(self, name: str, *, enabled: bool) -> None:
        """Switch a feature of the tenant; one that is not known is added."""
        with self._lock:
            settings = self._context.state.settings
            others = [one for one in settings.get("features", []) if one["name"] != name]
            settings["features"] = [*others, {"name": name, "enabled": enabled}]

    def _find_user(self, id_or_name: str) -> UserRecord:
        users = self._context.state.users
        found = (
            [users[id_or_name]]
            if id_or_name in users
            else [u for u in users.values() if u.name.casefold() == id_or_name.casefold()]
        )
        if len(found) != 1:
            raise LookupError(f"{len(found)} users are named {id_or_name!r}, not one")
        return found[0]

    def _find_tag(self, id_or_name: str) -> TagRecord:
        tags = self._context.state.tags
        found = (
            [tags[id_or_name]]
            if id_or_name in tags
            else [t for t in tags.values() if t.name == id_or_name]
        )
        if len(found) != 1:
            raise LookupError(f"{len(found)} tags are named {id_or_name!r}, not one")
        return found[0]
