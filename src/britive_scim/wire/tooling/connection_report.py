"""What testing a connection found, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from britive_scim.scim.models.discovery import Schema, ServiceProviderConfig, Support
from britive_scim.tables import Table

__all__ = [
    "MANDATORY_ATTRIBUTES",
    "ConnectionReport",
    "ProviderCapabilities",
    "find_mandatory_attributes",
    "read_capabilities",
]

MANDATORY_ATTRIBUTES: tuple[tuple[str, str], ...] = (
    ("Status", "active"),
    ("Email", 'emails[type eq "work"].value'),
    ("First Name", "name.givenName"),
    ("Last Name", "name.familyName"),
    ("Username", "userName"),
)
"""The identity attributes without which Britive creates no user, and the SCIM attributes that fill them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCapabilities:
    """What a provider says that it can do (RFC 7643 §5); `None` where it does not say.

    Attributes:
        patch: change a part of a resource.
        bulk: take several requests in one.
        filter: answer to a filter.
        sort: answer in an order asked for.
        etag: know versions of a resource.
        change_password: take a new password.
        cursor: page by cursor (RFC 9865).
        max_page_size: most resources on a page by cursor; asking for more is refused.
        max_results: most resources in one answer.
        max_operations: most operations in one bulk request.
        max_payload_size: most bytes of one bulk request.
    """

    patch: bool | None = None
    bulk: bool | None = None
    filter: bool | None = None
    sort: bool | None = None
    etag: bool | None = None
    change_password: bool | None = None
    cursor: bool | None = None
    max_page_size: int | None = None
    max_results: int | None = None
    max_operations: int | None = None
    max_payload_size: int | None = None

    def to_rows(self) -> list[tuple[str, str]]:
        """Return each capability and what the provider says of it."""
        limits = {
            "bulk": (("operations", self.max_operations), ("bytes", self.max_payload_size)),
            "filter": (("results", self.max_results),),
        }
        rows: list[tuple[str, str]] = []
        for name in ("patch", "bulk", "filter", "sort", "etag", "change_password", "cursor"):
            says: bool | None = getattr(self, name)
            told = "not announced" if says is None else "yes" if says else "no"
            if says:
                told += "".join(f", {most} {what}" for what, most in limits.get(name, ()) if most)
            rows.append((name.replace("_", " "), told))
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionReport:
    """What `check()` found, in the manner of Okta's "Test Connection".

    Attributes:
        url: base URL that was asked.
        reachable: whether something answered.
        authorised: whether the token was accepted; `None` where nobody could tell.
        users: number of users as the provider counts them, `None` where it does not say.
        groups: the same of groups.
        capabilities: what the provider can do; `None` where it has no `/ServiceProviderConfig`.
        mandatory: attributes a user must have, in wire form: Britive's five, and what the provider's
            own schema demands.
        problem: what stands in the way, in words; `None` where nothing does.
        notes: what else is worth knowing.
        seconds: how long the first answer took.
        proxy: the proxy in force, without user and password, or `None`.
    """

    url: str
    reachable: bool
    authorised: bool | None
    users: int | None = None
    groups: int | None = None
    capabilities: ProviderCapabilities | None = None
    mandatory: tuple[str, ...] = tuple(attribute for _, attribute in MANDATORY_ATTRIBUTES)
    problem: str | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    proxy: str | None = None

    @property
    def ok(self) -> bool:
        """Whether users can be provisioned over this connection."""
        return self.reachable and bool(self.authorised) and self.problem is None

    def __bool__(self) -> bool:
        return self.ok

    def to_rows(self) -> list[tuple[str, str]]:
        """Return the findings as names and values, for display."""
        rows = [
            ("connection", "ok" if self.ok else "failed"),
            ("address", self.url),
            ("reachable", "yes" if self.reachable else "no"),
            (
                "authorised",
                "unknown" if self.authorised is None else "yes" if self.authorised else "no",
            ),
        ]
        if self.proxy:
            rows.append(("proxy", self.proxy))
        if self.problem:
            rows.append(("problem", self.problem))
        if self.reachable and self.authorised:
            rows.append(("users", "not counted" if self.users is None else str(self.users)))
            rows.append(("groups", "not counted" if self.groups is None else str(self.groups)))
            rows += (
                self.capabilities.to_rows()
                if self.capabilities
                else [("capabilities", "not announced")]
            )
            rows.append(("a user must have", ", ".join(self.mandatory)))
        rows += [("note", note) for note in self.notes]
        return rows

    def __str__(self) -> str:
        return self._build_table().to_text(width=400, max_rows=None)

    def _repr_html_(self) -> str:
        return self._build_table().to_html(max_rows=None)

    def _build_table(self) -> Table:
        return Table.from_rows(("Test connection", ""), self.to_rows())


def read_capabilities(config: ServiceProviderConfig) -> ProviderCapabilities:
    """Return what a `/ServiceProviderConfig` says; a missing block says nothing."""
    bulk, filter_, pages = config.bulk, config.filter, config.pagination
    return ProviderCapabilities(
        patch=_read_supported(config.patch),
        bulk=_read_supported(bulk),
        filter=_read_supported(filter_),
        sort=_read_supported(config.sort),
        etag=_read_supported(config.etag),
        change_password=_read_supported(config.change_password),
        cursor=pages.cursor if pages else None,
        max_page_size=pages.max_page_size if pages else None,
        max_results=filter_.max_results if filter_ else None,
        max_operations=bulk.max_operations if bulk else None,
        max_payload_size=bulk.max_payload_size if bulk else None,
    )


def _read_supported(block: Support | None) -> bool | None:
    return block.supported if block else None


def find_mandatory_attributes(schemas: Iterable[Schema]) -> tuple[str, ...]:
    """Return the attributes a user must have: Britive's five, then what the provider's schemas demand."""
    names = [attribute for _, attribute in MANDATORY_ATTRIBUTES]
    for schema in schemas:
        for attribute in schema.attributes or ():
            name = attribute.name
            told = any(known.casefold().startswith((name or "").casefold()) for known in names)
            if attribute.required and attribute.mutability != "readOnly" and not told:
                names.append(name or "")
    return tuple(names)
