"""Report of a connection test, and capabilities of the provider."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from britive_scim import scim
from britive_scim.notebook_text import NotebookText
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
"""Identity attributes that Britive requires for every user, and the SCIM attributes that fill them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCapabilities:
    """Capabilities announced by a provider (RFC 7643 §5); `None` if not announced.

    Attributes:
        patch: PATCH requests.
        bulk: bulk requests.
        filter: filters.
        sort: sorted lists.
        etag: ETags.
        change_password: changes of passwords.
        cursor: paging by cursor (RFC 9865).
        max_page_size: maximum resources of a page by cursor; larger requests are refused.
        max_results: maximum resources of a response.
        max_operations: maximum operations of a bulk request.
        max_payload_size: maximum bytes of a bulk request.
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
        """Return each capability and its value, for display."""
        limits = {
            "bulk": (("operations", self.max_operations), ("bytes", self.max_payload_size)),
            "filter": (("results", self.max_results),),
        }
        rows: list[tuple[str, str]] = []
        for name in ("patch", "bulk", "filter", "sort", "etag", "change_password", "cursor"):
            value: bool | None = getattr(self, name)
            text = "not announced" if value is None else "yes" if value else "no"
            if value:
                text += "".join(
                    f", {limit} {unit}" for unit, limit in limits.get(name, ()) if limit
                )
            rows.append((name.replace("_", " "), text))
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionReport(NotebookText):
    """Result of `check()`, like Okta's "Test Connection".

    Attributes:
        url: base URL of the client.
        reachable: whether the server sent a response.
        authorised: whether the token was accepted; `None` if unknown.
        users: number of users according to the provider, or `None`.
        groups: number of groups according to the provider, or `None`.
        capabilities: capabilities of the provider; `None` without a `/ServiceProviderConfig`.
        mandatory: required attributes of a user in wire form: Britive's five, and those of the provider's
            schema.
        problem: the problem that prevents provisioning, or `None`.
        notes: further observations.
        seconds: duration of the first response.
        proxy: the proxy in use, without user and password, or `None`.
        trust: source of the trusted certificates: `Settings(tls=…)`, environment variables with their paths, or
            the system's store and certifi; `None` without TLS, or if a given transport or HTTP client decides.
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
    trust: str | None = None

    @property
    def ok(self) -> bool:
        """True if users can be provisioned over this connection."""
        return self.reachable and bool(self.authorised) and self.problem is None

    def __bool__(self) -> bool:
        return self.ok

    def to_rows(self) -> list[tuple[str, str]]:
        """Return the result as names and values, for display."""
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
        if self.trust:
            rows.append(("trusted certificates", self.trust))
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


def read_capabilities(config: scim.ServiceProviderConfig) -> ProviderCapabilities:
    """Return the capabilities of a `/ServiceProviderConfig`; those of a missing block are `None`."""
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


def _read_supported(block: scim.Support | None) -> bool | None:
    return block.supported if block else None


def find_mandatory_attributes(schemas: Iterable[scim.Schema]) -> tuple[str, ...]:
    """Return the required attributes of a user: Britive's five, then those of the provider's schemas."""
    names = [attribute for _, attribute in MANDATORY_ATTRIBUTES]
    for schema in schemas:
        for attribute in schema.attributes or ():
            name = attribute.name or ""
            is_listed = any(listed.casefold().startswith(name.casefold()) for listed in names)
            if attribute.required and attribute.mutability != "readOnly" and not is_listed:
                names.append(name)
    return tuple(names)
