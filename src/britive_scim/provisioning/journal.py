r"""Journal of one `apply`: its records, their check sums, and the state that they prove.

A journal is a file of JSON lines, in ASCII. Each line has `n` (position from 0), `kind`, and as its last member `crc`,
the CRC-32 of all bytes before it. The first line is the header, which binds the journal to one plan. An `intent` is on
disk before its change is sent; an `outcome` follows. An intent without an outcome is in doubt, and the server decides.

A line that was not written to its end, because the machine or the process stopped, is torn: the rest before it is
valid. A complete line with a wrong check sum or position is damage, and such a journal is refused.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from britive_scim.errors import ConfigurationError, PlanRefused
from britive_scim.provisioning.plans.plan import Plan

__all__ = [
    "JOURNAL_FORMAT",
    "JournalHeader",
    "JournalState",
    "check_header",
    "compute_policy_digest",
    "encode_record",
    "parse_journal",
]

JOURNAL_FORMAT = 1
"""Version of the format; a newer one is refused."""

_CRC = b',"crc":"'
_CRC_LENGTH = len(_CRC) + 8 + len(b'"}')


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHeader:
    """First record of a journal.

    Attributes:
        scim_url: SCIM URL of the client.
        provider: name of the identity provider, if known.
        plan: digest of the plan.
        policy: digest of the policy.
        library: version of the library.
        format: version of the format.
    """

    scim_url: str
    provider: str | None
    plan: str
    policy: str
    library: str
    format: int = JOURNAL_FORMAT

    def to_record(self) -> dict[str, Any]:
        """Return the members of the record."""
        return {
            "format": self.format,
            "library": self.library,
            "scim_url": self.scim_url,
            "provider": self.provider,
            "plan": self.plan,
            "policy": self.policy,
        }


@dataclass(slots=True)
class JournalState:
    """State that the records of a journal prove.

    Attributes:
        header: the first record; `None` in an empty journal.
        done: ids of the objects by position of the change that is done.
        in_doubt: positions of the changes that may have been sent.
        sent: positions of the changes that may have been sent, or were sent and did not fail.
        rest: members that are still to be added or removed, by position of a change that is done but for these.
        records: number of valid records.
        valid_size: bytes up to the end of the last valid record.
        is_torn: whether an incomplete record follows.
    """

    header: JournalHeader | None = None
    done: dict[int, str] = field(default_factory=dict[int, str])
    in_doubt: set[int] = field(default_factory=set[int])
    sent: set[int] = field(default_factory=set[int])
    rest: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    records: int = 0
    valid_size: int = 0
    is_torn: bool = False


def encode_record(n: int, kind: str, values: Mapping[str, Any]) -> bytes:
    r"""Return a record as one line.

    Args:
        n: position of the record, from 0.
        kind: `header`, `intent`, `outcome` or `end`.
        values: further members.

    Example:
        >>> encode_record(1, "intent", {"change": 7})
        b'{"n":1,"kind":"intent","change":7,"crc":"3e3affb5"}\n'
    """
    text = json.dumps({"n": n, "kind": kind, **values}, separators=(",", ":"), ensure_ascii=True)
    body = text.encode("ascii")[:-1]
    return b'%b%b%08x"}\n' % (body, _CRC, zlib.crc32(body))


def parse_journal(data: bytes) -> JournalState:
    """Return the state of a journal.

    Raises:
        ConfigurationError: a complete record is damaged, or the format is newer.
    """
    state = JournalState()
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        if end < 0:
            if _is_record(data[start:-1]):  # complete, so that its line end was overwritten
                raise _build_damage_error(state.records)
            state.is_torn = True
            break
        line = data[start:end]
        if not _is_record(line):
            raise _build_damage_error(state.records)
        record = cast("dict[str, Any]", json.loads(line))
        if record.get("n") != state.records:
            raise _build_damage_error(state.records)
        _add_record(state, record)
        state.records += 1
        start = state.valid_size = end + 1
    return state


def _is_record(line: bytes) -> bool:
    """Return whether a line ends with the check sum of what is before it."""
    body, check_sum = line[:-_CRC_LENGTH], line[-_CRC_LENGTH:]
    return check_sum == b'%b%08x"}' % (_CRC, zlib.crc32(body))


def _build_damage_error(n: int) -> ConfigurationError:
    return ConfigurationError(
        f"journal must be undamaged, got a wrong check sum or position in line {n + 1}; nothing was sent; make a new "
        "plan and use another file"
    )


def _add_record(state: JournalState, record: Mapping[str, Any]) -> None:
    kind = record["kind"]
    if state.header is None:
        if kind != "header":
            raise _build_damage_error(0)
        if record["format"] > JOURNAL_FORMAT:
            raise ConfigurationError(
                f"journal must have format {JOURNAL_FORMAT} or lower, got {record['format']}; use version "
                f"{record['library']} of britive-scim or a later one"
            )
        state.header = JournalHeader(
            scim_url=record["scim_url"],
            provider=record["provider"],
            plan=record["plan"],
            policy=record["policy"],
            library=record["library"],
            format=record["format"],
        )
        return
    change = record.get("change")
    if kind == "intent":
        state.in_doubt.add(cast("int", change))
        state.sent.add(cast("int", change))
    elif kind == "outcome":
        position = cast("int", change)
        if record["result"] == "uncertain":
            return
        state.in_doubt.discard(position)
        if record["result"] == "failed":
            state.sent.discard(position)
        if record["result"] == "done":
            state.done[position] = record["id"]
            state.rest.pop(position, None)
        if record.get("rest"):
            state.rest[position] = record["rest"]


def check_header(found: JournalHeader, expected: JournalHeader) -> None:
    """Check that a journal belongs to a plan and its target.

    Raises:
        PlanRefused: it belongs to another one.
    """
    for name, label in (
        ("scim_url", "SCIM URL"),
        ("provider", "identity provider"),
        ("plan", "plan"),
        ("policy", "policy"),
    ):
        old, new = getattr(found, name), getattr(expected, name)
        if old != new and not (name == "provider" and None in (old, new)):
            shown = f" {old!r}" if name in ("scim_url", "provider") else ""
            raise PlanRefused(
                f"journal must belong to this {label}, got one of another {label}{shown}; nothing was sent; use "
                "another file, or the plan that it belongs to"
            )


def compute_policy_digest(plan: Plan) -> str:
    """Return the SHA-256 of the policy of a plan, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(plan.to_dict()["policy"], sort_keys=True).encode()).hexdigest()
