"""Actions of Britive's web console that no published API offers."""

from __future__ import annotations

import threading

from pydantic import SecretStr

from britive_scim.testing.admin.mfa import FACTORS
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import TagRecord, UserRecord

__all__ = ["Console"]


class Console:
    """The web console of a tenant.

    Users are identified by id or user name (case-insensitive), tags by id or name, which must be unique.

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
        """Create an API token owned by a user; calls with it are the user's.

        Args:
            user: id or user name.
            days: days of validity since the last use.

        Raises:
            LookupError: there is no such user.
        """
        with self._lock:
            return SecretStr(
                self._context.create_api_token(None, days, self._find_user(user)).secret
            )

    def request_membership(self, tag: str, user: str) -> None:
        """Request and approve the membership of a user in an internal tag.

        Args:
            tag: id or name.
            user: id or user name.

        Raises:
            LookupError: there is no such tag or user.
            ValueError: an identity provider owns the tag, or the user is a member already.
        """
        with self._lock:
            record, member = self._find_tag(tag), self._find_user(user)
            if record.is_scim_managed:
                raise ValueError(f"tag must be internal, got {tag} of {record.provider.name}")
            if member.id in record.members:
                raise ValueError(f"user {user} is already a member of tag {tag}")
            added = {"value": member.id, "type": "User"}
            self._context.state.change_members(record, [added], (), self._context.now())
            record.requested_member_ids[member.id] = None

    def register_factor(self, user: str, factor: str, status: str = "REGISTERED") -> None:
        """Register a second factor of a user.

        Args:
            user: id or user name.
            factor: `TOTP` or `WEB_AUTHN`.
            status: `REGISTERED`, or `CHALLENGE` or `CHALLENGE_FAILED` before that.

        Raises:
            LookupError: there is no such user.
            ValueError: an unknown factor or status.
        """
        if factor not in FACTORS:
            raise ValueError(f"factor must be TOTP or WEB_AUTHN, got {factor!r}")
        if status not in ("CHALLENGE", "REGISTERED", "CHALLENGE_FAILED"):
            raise ValueError(
                f"status must be CHALLENGE, REGISTERED or CHALLENGE_FAILED, got {status!r}"
            )
        with self._lock:
            self._find_user(user).mfa_factors[factor] = status

    def set_banner(self, message: str | None, message_type: str = "INFO") -> None:
        """Set the banner shown at login; `None` removes it.

        Args:
            message: text of the banner.
            message_type: `INFO`, `WARNING` or `CAUTION`.

        Raises:
            ValueError: an unknown message type.
        """
        if message_type not in ("INFO", "WARNING", "CAUTION"):
            raise ValueError(f"message_type must be INFO, WARNING or CAUTION, got {message_type!r}")
        with self._lock:
            settings = self._context.state.settings
            settings.pop("banner", None)
            if message is not None:
                settings["banner"] = {"messageType": message_type, "message": message}

    def set_feature(self, name: str, *, enabled: bool) -> None:
        """Enable or disable a feature of the tenant; an unknown one is added."""
        with self._lock:
            settings = self._context.state.settings
            others = [
                feature for feature in settings.get("features", []) if feature["name"] != name
            ]
            settings["features"] = [*others, {"name": name, "enabled": enabled}]

    def _find_user(self, id_or_name: str) -> UserRecord:
        users = self._context.state.users
        matches = (
            [users[id_or_name]]
            if id_or_name in users
            else [u for u in users.values() if u.name.casefold() == id_or_name.casefold()]
        )
        if len(matches) != 1:
            raise LookupError(
                f"user must match one user, got {id_or_name!r}, which matches {len(matches)}"
            )
        return matches[0]

    def _find_tag(self, id_or_name: str) -> TagRecord:
        tags = self._context.state.tags
        matches = (
            [tags[id_or_name]]
            if id_or_name in tags
            else [t for t in tags.values() if t.name == id_or_name]
        )
        if len(matches) != 1:
            raise LookupError(
                f"tag must match one tag, got {id_or_name!r}, which matches {len(matches)}"
            )
        return matches[0]
