"""Checks of a source that may be an edited export: numbers of groups, identity providers, types of identities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from britive_scim.provisioning.directory.headers import GROUPS, IDENTITY_PROVIDER, IDENTITY_TYPE
from britive_scim.provisioning.directory.problems import Problem

__all__ = ["ExportChecks"]

_WAY_OUT = (
    "an export has numbers of groups; write names in all rows, or ignore the column with columns={'groups': None},"
    " or take numbers as names with columns={'groups': 'groups'}"
)


@dataclass(slots=True)
class ExportChecks:
    """Values of the columns that the tables of users of this package write, by line.

    Attributes:
        numbers: bare numbers in the column of groups.
        names: other values in the column of groups.
        providers: line of the first user of each identity provider.
        identities: types of identities that are not people.
    """

    numbers: dict[int, str] = field(default_factory=dict[int, str])
    names: dict[int, str] = field(default_factory=dict[int, str])
    providers: dict[str, int] = field(default_factory=dict[str, int])
    identities: dict[int, str] = field(default_factory=dict[int, str])

    def add_groups(self, cell: Any, line: int, *, is_number: bool) -> None:
        """Add a cell of the column of groups."""
        (self.numbers if is_number else self.names)[line] = str(cell)

    def add_identity(self, role: str, cell: Any, line: int) -> None:
        """Add a cell of the column of identity providers, or of types of identities."""
        if role == IDENTITY_PROVIDER:
            self.providers.setdefault(str(cell), line)
        elif cell != "User":
            self.identities[line] = str(cell)

    def list_problems(self) -> Iterator[Problem]:
        """Yield the problems; of names and numbers of groups, the rarer ones are named."""
        if self.numbers and self.names:
            if len(self.names) <= len(self.numbers):
                rule, lines = (
                    f"groups must be numbers or names, got a name beside numbers; {_WAY_OUT}",
                    self.names,
                )
            else:
                rule, lines = (
                    f"groups must be names, got a number beside names; {_WAY_OUT}",
                    self.numbers,
                )
            for line, value in lines.items():
                yield Problem(rule, line, GROUPS, value)
        for provider, line in list(self.providers.items())[1:]:
            rule = "users must be of one identity provider, got another one; keep the rows of one"
            yield Problem(rule, line, IDENTITY_PROVIDER, provider)
        for line, value in self.identities.items():
            rule = "users must be people, got another type of identity; leave the row out"
            yield Problem(rule, line, IDENTITY_TYPE, value)
