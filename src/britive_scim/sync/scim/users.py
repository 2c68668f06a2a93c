# Generated from aio/scim/users.py by tools/unasync.py; edit that file instead.
"""Users of one identity provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.sync.concurrent_iteration import AnyIterable
from britive_scim.sync.scim.upsert import Upserts, Unset, UpsertOptions
from britive_scim.provisioning.plans.matching import Adopt
from britive_scim.provisioning.upserted import Upserted, UpsertReport
from britive_scim.wire.decoding.scim import expect_fields
from britive_scim.wire.ids import IdLike
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.scim_changes import build_attribute_patch
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["Users"]

_MATCH_KEYS = ("external_id", "user_name", "email")

U = TypeVar("U", bound="scim.User[Any]")


class Users(Upserts[U]):
    """Users of one identity provider; `client.users`."""

    __slots__ = ()

    natural_key = ("userName", "user_name")
    _index_keys = ("external_id", "user_name")

    def find_by_user_name(
        self, user_name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> U | None:
        """Return the user with this `userName`, compared case-insensitively, or `None`.

        Args:
            user_name: user name.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            Ambiguous: several users have this name.
            UnexpectedResponse: the response does not show whether there is such a user.
        """
        key = self._build_key("userName", user_name)
        return self._find_certainly(key, CallOptions(timeout=timeout, retry=retry))

    def upsert(
        self,
        resource: U,
        *,
        match: Sequence[str] = ("external_id", "user_name"),
        adopt: Adopt = "unclaimed",
        unset: Unset = "keep",
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Upserted[U]:
        """Create a user, or change the existing one by the smallest PATCH.

        The first match key by which a user is found decides, so that a renamed user keeps the account. If the
        provider cannot filter by a key, the list of users is read once, and its ids and keys are kept for this client.
        Differences that the provider introduces, such as another spelling or an added attribute, are not changes.

        Args:
            resource: the wanted user; attributes that it does not state are kept.
            match: match keys in order: `external_id`, `user_name`, and `email` only if named.
            adopt: whether a user that is found by another key than `external_id` gets the `externalId`: `never`,
                if it has none (`unclaimed`), or also if it has another one (`all`).
            unset: `keep` attributes that `resource` does not state, or `remove` them; `None` clears in both cases.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidResource: an attribute required by SCIM is missing; nothing was sent.
            Ambiguous: several users match, or the one found has another `externalId`, or may not be adopted.
            Conflict: another user has the new name.
            UnexpectedResponse: it is unknown whether there is such a user; nothing was changed.

        Example:
            ```python
            ana = scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz", external_id="E1")
            result = client.users.upsert(ana)
            print(result.action, result.changes)
            ```
        """
        options = UpsertOptions.of(match, adopt, unset, allowed=_MATCH_KEYS)
        return self._upsert(resource, options, CallOptions(timeout=timeout, retry=retry))

    def upsert_many(
        self,
        resources: AnyIterable[U],
        *,
        concurrency: int = 8,
        match: Sequence[str] = ("external_id", "user_name"),
        adopt: Adopt = "unclaimed",
        unset: Unset = "keep",
        on_result: Callable[[Upserted[U]], object] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> UpsertReport:
        """Upsert many users, and report the numbers and the failures.

        Users are taken from the input as they are worked on, so that it may be of any length. One failure does not
        stop the rest. A rejected token (401), maintenance, a refusal (403) of the first user, and ten transport
        errors, 5xx or 403 in a row do: see `stopped` of the report. A user with a match key of an earlier one is
        refused.

        Args:
            resources: the wanted users: an iterable, also an asynchronous one for an async client.
            concurrency: users worked on at a time, from 1 to 64.
            match: as in `upsert`.
            adopt: as in `upsert`.
            unset: as in `upsert`.
            on_result: called with each result, as it completes, by the caller's thread or task. The report has numbers
                only.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: `resources` is a single user, or an option is unknown; nothing was sent.

        Example:
            ```python
            report = client.users.upsert_many(build_user(row) for row in rows)
            print(report)
            ```
        """
        options = UpsertOptions.of(match, adopt, unset, allowed=_MATCH_KEYS)
        return self._upsert_many(
            resources,
            options,
            CallOptions(timeout=timeout, retry=retry),
            concurrency=concurrency,
            on_result=on_result,
        )

    def deactivate(
        self, target: IdLike, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> U:
        """Deactivate a user and return it; an inactive user stays inactive.

        If the response does not contain `active`, the user is read once.

        Args:
            target: id of the user, or the user itself.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            NotFound: there is no such user.
            UnexpectedResponse: the server acknowledged the change, and shows an active user.
        """
        return self._set_active(target, False, CallOptions(timeout=timeout, retry=retry))

    def reactivate(
        self, target: IdLike, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> U:
        """Activate a user again and return it; an active user stays active.

        If the response does not contain `active`, the user is read once.

        Args:
            target: id of the user, or the user itself.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            NotFound: there is no such user.
            UnexpectedResponse: the server acknowledged the change, and shows an inactive user.
        """
        return self._set_active(target, True, CallOptions(timeout=timeout, retry=retry))

    def _set_active(self, target: IdLike, active: bool, call: CallOptions) -> U:
        body = build_attribute_patch(self._session.settings.dialect, {"active": active})
        values, check = {"active": active}, expect_fields(active=active)
        return self._change_attributes(target, body, values, call, check=check)
