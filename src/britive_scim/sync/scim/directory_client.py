# Generated from aio/scim/directory_client.py by tools/unasync.py; edit that file instead.
"""Synchronization by the SCIM client: reading a directory, and applying a plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from britive_scim import provisioning, scim
from britive_scim.sync import scim as api
from britive_scim.sync.api_resource import APIResourceAttribute
from britive_scim.sync.base_client import BaseClient
from britive_scim.errors import InputError
from britive_scim.wire.operation import CallOptions
from britive_scim.wire.requests.scim import validate_integer
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["DirectoryClient"]


class DirectoryClient(BaseClient):
    """Base of the SCIM client: the calls that concern all users and groups of an identity provider together."""

    users: APIResourceAttribute[api.Users[scim.User[scim.CustomUser]]]
    groups: APIResourceAttribute[api.Groups[scim.Group]]
    _service_provider: APIResourceAttribute[api.ServiceProvider]
    _provider: str | None
    _applied_plans: set[str]

    def read_directory(
        self,
        *,
        only: provisioning.Directory | None = None,
        concurrency: int = 8,
        progress: Callable[[int, int, str], object] | bool | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> provisioning.Directory:
        """Read all users, all groups and the members of each group, and return them as a directory.

        Its `completeness` states which parts are proven to be complete. Lists are read to their end, and each group on
        its own, as lists may show only some members. The members of a group that the provider does not show are
        unknown, and a group deleted meanwhile is left out. A provider without groups (404, 501) results in `groups` of
        `None`.

        Args:
            only: wanted directory whose users and groups alone are looked up, for a few among many. The result is not
                complete, so that no removals are planned from it.
            concurrency: pages, look-ups, and later groups, read at a time, from 1 to 64.
            progress: function of (done, total, text), of the users and groups read, then of the members of groups;
                `True` for a bar of tqdm if it is installed, else for one line on standard error; `None` for that in a
                notebook or terminal; `False` for no output.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            TransportError: no response was received.
            ApiError: a response is an error, or not a list.

        Example:
            ```python
            found = client.read_directory()
            if not found.complete:
                print(found.completeness.reasons)
            ```
        """
        from britive_scim.sync.provisioning.reading import DirectoryReader

        given: object = only
        if given is not None and not isinstance(given, provisioning.Directory):
            raise InputError(f"only must be a Directory, or None, got {type(given).__name__}")
        reader = DirectoryReader(
            self.users,
            self.groups,
            self._service_provider,
            provider=self._provider,
            concurrency=validate_integer("concurrency", concurrency, 64),
            progress=progress,
            call=CallOptions(timeout=timeout, retry=retry),
        )
        return reader.read_all() if only is None else reader.read_named(only)

    def apply(
        self,
        plan: provisioning.Plan,
        *,
        allow: Mapping[str, int] | None = None,
        admin: object = None,
        memory: provisioning.Memory | None = None,
        journal: str | os.PathLike[str] | None = None,
        concurrency: int = 8,
        rate: float | None = 25.0,
        progress: Callable[[int, int, str], object] | bool | None = None,
        deadline: float | None = None,
        limit: int | None = None,
        only: str | Iterable[str] | None = None,
        replan: bool = False,
    ) -> provisioning.ApplyReport:
        """Make the changes of a plan, and return a report.

        A change that fails is in the report, and the others are still made. The run stops at a rejected token, at a
        403 for the first change, under maintenance, and after ten transport errors, 5xx or 403 in a row: see `stopped`
        of the report. The same plan can be applied again: changes that are done are skipped.

        Where the client or the plan has no `provider`, up to three users of the plan are read first. If one is not
        found, the token is another identity provider's; if they cannot be read, the run stops.

        Before a change, its target is read again if the plan was loaded from a file, is older than 15 minutes or was
        applied before, and always before a deactivation, a deletion, or the removal of the last members of a group. If
        the target has changed since the plan was made, the change is skipped.

        20 or more users are created by bulk requests, at most 100 in one, if the provider supports them. The users of
        a request without a response are looked up, and never created twice; a refused bulk request is replaced by
        single ones. Where the responses do not contain the users, inactive ones are read, and one of each set of
        attributes, to find values that are not stored; all of the set, if a value of that one was altered.

        Args:
            plan: plan made by `provisioning.plan` for this client's SCIM URL and identity provider.
            allow: limits to raise for this run, by name: `{"deactivations": 431, "members of Finance": 30}`.
            admin: reserved for ending sessions; must be `None`.
            memory: memory to update: known ids, users deactivated by this synchronization, attributes that are not
                kept.
            journal: file that records each change before it is sent, so that a run which ended early, even without
                warning, can be continued with the same plan. It belongs to one plan, and only its owner can read it.
            concurrency: number of objects that are changed at a time, from 1 to 64.
            rate: maximum requests per second; `None` for no limit.
            progress: function of (done, total, text); `True` for a bar of tqdm if it is installed, else for one line
                on standard error; `None` for that in a notebook or terminal, from 11 changes on; `False` for no
                output.
            deadline: seconds after which no further change is started.
            limit: maximum number of changes to send.
            only: keys, names or ids of the objects to change; `None` for all.
            replan: compute the changes of changed targets again instead of skipping them.

        Raises:
            PlanRefused: the plan is for another tenant or identity provider, exceeds a limit, or the journal belongs
                to another plan; nothing was sent.
            ConfigurationError: an argument is out of its range, or the journal is damaged or in use; nothing was sent.
            ReadOnly: this client is read-only.
            KeyboardInterrupt: Ctrl-C, after the requests in flight have ended, within 30 s; it has the `report`. In
                the async client the `CancelledError` of the task has it.

        Example:
            ```python
            report = okta.apply(plan, journal="run.jsonl")
            print(report)
            report.raise_for_failures()
            ```
        """
        from britive_scim.sync.provisioning.apply import PlanApplier  # needed for plans only

        applier = PlanApplier(
            self._session,
            self.users,
            self.groups,
            self._service_provider,
            self._provider,
            self._applied_plans,
        )
        return applier.apply(
            plan,
            allow=allow,
            admin=admin,
            memory=memory,
            journal=journal,
            concurrency=concurrency,
            rate=rate,
            progress=progress,
            deadline=deadline,
            limit=limit,
            only=only,
            replan=replan,
        )
