"""Source of a directory: file, format, columns, or the tenant that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Source"]

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Source of a directory.

    Attributes:
        name: name of the file without its folders; `None` for values of the program and for a tenant.
        format: `CSV`, `JSON lines`, `JSON`, `saved directory`, `onboarding file`, `values`, `SCIM` or `admin API`.
        encoding: encoding of the file, detected or given; `None` for other sources.
        delimiter: delimiter of the cells; `None` for other sources.
        columns: attributes by column, in the order of the source; empty for a column that is ignored.
        groups: description of the source of the groups; `None` if it is the same, or missing.
        scim_url: SCIM URL of the tenant that was read.
        tenant_url: URL of the tenant that was read by the admin API.
        provider: name of the identity provider, where known.
        read_at: time at which the tenant was read, aware.
    """

    name: str | None = None
    format: str = "values"
    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    groups: str | None = None
    scim_url: str | None = None
    tenant_url: str | None = None
    provider: str | None = None
    read_at: datetime | None = None

    def __str__(self) -> str:
        facts = [self.format]
        if self.encoding is not None:
            facts.append(f"encoding {self.encoding}")
        if self.delimiter is not None:
            facts.append(f"delimiter {_DELIMITERS.get(self.delimiter, repr(self.delimiter))}")
        if self.provider is not None:
            facts.append(f"identity provider {self.provider}")
        if self.read_at is not None:
            facts.append(f"read at {self.read_at.isoformat(timespec='seconds')}")
        lines = [f"{self.name or self.scim_url or self.tenant_url or 'values'}: {', '.join(facts)}"]
        if self.groups is not None:
            lines.append(f"groups from {self.groups}")
        lines += [
            f"  {column} -> {', '.join(paths) or 'ignored'}"
            for column, paths in self.columns.items()
        ]
        return "\n".join(lines)
