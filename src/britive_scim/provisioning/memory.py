"""Memory of a synchronization between its runs: one per tenant and identity provider."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self, cast

from britive_scim._private_file import check_path, resolve_output_path, write_private_file
from britive_scim.errors import ConfigurationError, InputError
from britive_scim.provisioning.documents import read_document

__all__ = ["Memory", "check_owner"]

FORMAT = 1
"""Version of the format; a file with a higher one is refused."""


@dataclass(kw_only=True)
class Memory:
    """Memory of a synchronization between its runs.

    `plan(memory=…)` reads it, `apply(memory=…)` writes it. It belongs to one tenant and identity provider. Losing it
    only restarts grace periods, and values that the provider does not keep are sent once more.

    Attributes:
        scim_url: SCIM URL of the tenant; `None` before the first `bind`.
        provider: name of the identity provider, where known.
        grace: time at which a user was first missing, by key, aware.
        grace_counted_until: time of the last run; time up to a run that cannot prove who is missing is no grace.
        known_ids: id of a user at the target by key, so that a changed name keeps its account.
        known_group_ids: id of a group at the target by `externalId`, so that a renamed group is not created again.
        deactivated: ids of the users that this synchronization deactivated, or deleted while they were active, and who
            have not become active since.
        deleted: ids of the users that it deleted; some providers keep them as inactive ones.
        unkept: paths that the provider does not keep, by resource type.
        unkept_values: digests of values that it did not keep as they were sent, by id and path.
        members: ids of the members whose addition it accepted, by id of a group that does not show its members.
        path: file that `save()` writes.

    Examples:
        >>> memory = Memory()
        >>> memory.unkept["User"] = {"title"}
        >>> memory.to_dict()["unkept"]
        {'User': ['title']}
    """

    scim_url: str | None = None
    provider: str | None = None
    grace: dict[str, datetime] = field(default_factory=dict[str, datetime])
    grace_counted_until: datetime | None = None
    known_ids: dict[str, str] = field(default_factory=dict[str, str])
    known_group_ids: dict[str, str] = field(default_factory=dict[str, str])
    deactivated: set[str] = field(default_factory=set[str])
    deleted: set[str] = field(default_factory=set[str])
    unkept: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    unkept_values: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    members: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the memory in a file; an empty one, which `save()` writes there, if the file does not exist yet.

        Raises:
            InputError: the file is damaged, not a memory, or written by a newer version.
        """
        check_path(path)
        target = Path(path).absolute()
        try:
            document = read_document(
                path, kind="memory", title="a memory of synchronizations", format=FORMAT
            )
        except FileNotFoundError:
            return cls(path=resolve_output_path(path))
        try:
            return cls(path=target, **_parse(document))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise InputError(
                f"path must be a memory of synchronizations, got {str(path)!r:.120} with invalid content; delete it to start "
                "with an empty one, which restarts grace periods"
            ) from None

    def save(self, path: str | os.PathLike[str] | None = None) -> None:
        """Write the memory to a file that only its owner can read (mode 0600).

        Args:
            path: the file; by default that of `load`.

        Raises:
            ConfigurationError: `path` is missing, and the memory was not loaded from a file.
            InputError: `path` is a directory, or its directory does not exist.
        """
        if path is not None:
            self.path = resolve_output_path(path)
        if self.path is None:
            raise ConfigurationError("path must be a file; Memory.load(path) sets it")
        write_private_file(self.path, json.dumps(self.to_dict(), indent=1) + "\n")

    def bind(self, scim_url: str | None, provider: str | None) -> None:
        """Bind an unbound memory to a tenant and identity provider, and refuse those of others.

        Args:
            scim_url: SCIM URL of the target; `None` if unknown.
            provider: name of the identity provider; `None` if unknown.

        Raises:
            ConfigurationError: the memory belongs to another SCIM URL or identity provider.
        """
        check_owner(self, scim_url, provider)
        self.scim_url = self.scim_url or scim_url
        self.provider = self.provider or provider

    def to_dict(self) -> dict[str, Any]:
        """Return the memory as JSON data, `format` 1, sorted; times in ISO 8601."""
        return {
            "format": FORMAT,
            "kind": "memory",
            "scim_url": self.scim_url,
            "provider": self.provider,
            "grace": {key: at.isoformat() for key, at in sorted(self.grace.items())},
            "grace_counted_until": self.grace_counted_until
            and self.grace_counted_until.isoformat(),
            "known_ids": dict(sorted(self.known_ids.items())),
            "known_group_ids": dict(sorted(self.known_group_ids.items())),
            "deactivated": sorted(self.deactivated),
            "deleted": sorted(self.deleted),
            "unkept": {type_: sorted(paths) for type_, paths in sorted(self.unkept.items())},
            "unkept_values": {
                id_: dict(sorted(digests.items()))
                for id_, digests in sorted(self.unkept_values.items())
            },
            "members": {id_: sorted(members) for id_, members in sorted(self.members.items())},
        }


def check_owner(memory: Memory, scim_url: str | None, provider: str | None) -> None:
    """Check that a memory is unbound, or belongs to a tenant and identity provider; `None` if they are unknown.

    Raises:
        ConfigurationError: it belongs to others.
    """
    for label, own, other in (
        ("SCIM URL", memory.scim_url, scim_url),
        ("identity provider", memory.provider, provider),
    ):
        if own is not None and other is not None and own != other:
            raise ConfigurationError(
                f"memory must belong to the {label} {other!r:.200}, got one of {own!r:.200}; use one file for each tenant "
                "and identity provider"
            )


def _parse(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a memory; a value of a wrong type raises an error."""
    counted = document.get("grace_counted_until")
    return {
        "scim_url": _check_text(document["scim_url"], is_optional=True),
        "provider": _check_text(document["provider"], is_optional=True),
        "grace": {key: _parse_time(text) for key, text in document["grace"].items()},
        "grace_counted_until": None if counted is None else _parse_time(counted),
        "known_ids": {key: _check_text(id_) for key, id_ in document["known_ids"].items()},
        "known_group_ids": {
            key: _check_text(id_) for key, id_ in document.get("known_group_ids", {}).items()
        },
        "deactivated": _check_texts(document["deactivated"]),
        "deleted": _check_texts(document.get("deleted", [])),
        "unkept": {type_: _check_texts(paths) for type_, paths in document["unkept"].items()},
        "unkept_values": {
            id_: {path: _check_text(digest) for path, digest in digests.items()}
            for id_, digests in document.get("unkept_values", {}).items()
        },
        "members": {
            id_: _check_texts(members) for id_, members in document.get("members", {}).items()
        },
    }


def _parse_time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(text)
    return time


def _check_text(value: object, *, is_optional: bool = False) -> str | None:
    if isinstance(value, str) or (value is None and is_optional):
        return value
    raise TypeError(type(value).__name__)


def _check_texts(values: object) -> set[str]:
    if not isinstance(values, list):
        raise TypeError(type(values).__name__)
    return {str(_check_text(value)) for value in cast("list[object]", values)}
