"""SCIM messages: list responses, errors, search and bulk requests (RFC 7644 §3)."""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Self, cast

from pydantic import Field
from typing_extensions import TypeVar

from britive_scim.scim import names
from britive_scim.scim.codec import list_response
from britive_scim.scim.definitions.attribute import CASE_EXACT, REQUIRED, canonical, reference
from britive_scim.scim.models.base import Complex, Dumpable, Message, Resource

__all__ = [
    "BulkOperation",
    "BulkRequest",
    "BulkResponse",
    "BulkResult",
    "BulkStatus",
    "Error",
    "ListResponse",
    "SearchRequest",
]

T = TypeVar("T", bound=Resource, default=Resource)


class ListResponse(Message, Generic[T]):
    """Response to a query: one page of resources (RFC 7644 §3.4.2, RFC 9865).

    `ListResponse[User]` contains users. Each element of a `ListResponse[User | Group]` is decoded as the
    type in its `schemas` or `meta.resourceType`.
    """

    __schema__ = names.LIST_RESPONSE
    __always__ = frozenset({"resources"})

    total_results: Annotated[int | None, REQUIRED] = None
    """Number of matching resources on all pages; optional with cursor paging."""

    start_index: int | None = None
    """Index of the first resource of this page among all matching ones, from 1."""

    items_per_page: int | None = None
    """Number of resources on this page; some servers send the requested number instead."""

    next_cursor: Annotated[str | None, CASE_EXACT] = None
    """Cursor of the next page; `None` on the last page (RFC 9865)."""

    previous_cursor: Annotated[str | None, CASE_EXACT] = None
    """Cursor of the previous page."""

    resources: list[T] = Field(
        default_factory=list[T], validation_alias="Resources", serialization_alias="Resources"
    )
    """Resources of this page; empty if the response has none."""

    @classmethod
    def from_wire(cls, data: str | bytes | bytearray | Mapping[str, Any] | Dumpable) -> Self:
        """Decode a page; each resource is decoded independently of the others.

        Beyond `Model.from_wire` these deviations are tolerated: `Resources` missing, null, a single
        object, or in another case; counters as strings; a bare JSON array of resources.

        Args:
            data: as in `Model.from_wire`; JSON text may be a bare array.

        Raises:
            InvalidResource: the data is not a JSON object, or an object without any member of a list
                response, which would decode to an empty page.
        """
        return cast("Self", list_response.decode_list_response(cls, data))


class Error(Message):
    """Body of an error response (RFC 7644 §3.12)."""

    __schema__ = names.ERROR

    status: Annotated[str | None, REQUIRED] = None
    """HTTP status code as a string; the status of the response takes precedence."""

    scim_type: str | None = None
    """SCIM error keyword, such as `uniqueness`; compare case-insensitively."""

    detail: str | None = None
    """Human-readable description of the error."""


class SearchRequest(Message):
    """Query sent by POST to `/.search` (RFC 7644 §3.4.3)."""

    __schema__ = names.SEARCH_REQUEST

    attributes: list[str] | None = None
    """Attributes to return besides those always returned; not together with `excluded_attributes`."""

    excluded_attributes: list[str] | None = None
    """Attributes to exclude."""

    filter: Annotated[str | None, CASE_EXACT] = None
    """Filter of the resources to return."""

    sort_by: str | None = None
    """Path of the attribute to sort by."""

    sort_order: Annotated[str | None, canonical("ascending", "descending")] = None
    """`ascending` (the default) or `descending`."""

    start_index: int | None = None
    """Index of the first resource to return, from 1."""

    count: int | None = None
    """Maximum number of resources to return."""

    cursor: Annotated[str | None, CASE_EXACT] = None
    """Cursor of the page to return; the empty string requests the first page (RFC 9865)."""


class BulkOperation(Complex):
    """Operation of a bulk request (RFC 7644 §3.7)."""

    method: Annotated[str | None, REQUIRED, canonical("POST", "PUT", "PATCH", "DELETE")] = None
    """HTTP method."""

    bulk_id: Annotated[str | None, CASE_EXACT] = None
    """Client-assigned id of a resource to create; other operations refer to it as `bulkId:…`."""

    version: Annotated[str | None, CASE_EXACT] = None
    """Required version of the resource, as in If-Match."""

    path: Annotated[str | None, REQUIRED, CASE_EXACT] = None
    """Endpoint or resource, relative to the base URL, such as `/Users`."""

    data: dict[str, Any] | None = None
    """Body of the operation, in wire form."""


class BulkRequest(Message):
    """Bulk request (RFC 7644 §3.7)."""

    __schema__ = names.BULK_REQUEST
    __always__ = frozenset({"operations"})

    fail_on_errors: int | None = None
    """Number of errors after which the server stops; by default it processes all operations."""

    operations: list[BulkOperation] = Field(
        default_factory=list[BulkOperation],
        validation_alias="Operations",
        serialization_alias="Operations",
    )
    """Operations, in order."""


class BulkStatus(Complex):
    """Status of an operation in the form that the prose of RFC 7644 §3.7.3 describes."""

    code: str | None = None
    """HTTP status code as a string."""

    description: str | None = None
    """Human-readable description of the status."""


class BulkResult(Complex):
    """Result of an operation of a bulk request (RFC 7644 §3.7.3)."""

    location: Annotated[str | None, reference("uri")] = None
    """URI of the resource; `None` for a failed POST."""

    method: Annotated[str | None, REQUIRED] = None
    """HTTP method of the operation."""

    bulk_id: Annotated[str | None, CASE_EXACT] = None
    """Client-assigned id of the resource, as in the request."""

    version: Annotated[str | None, CASE_EXACT] = None
    """Version of the resource after the operation."""

    status: Annotated[str | int | BulkStatus | None, REQUIRED] = None
    """HTTP status code: a string in the RFC's examples, an object in its prose; see `status_code`."""

    response: dict[str, Any] | None = None
    """Body of the response; an `Error` in wire form if the operation failed."""

    @property
    def status_code(self) -> int | None:
        """HTTP status code as a number, or `None`."""
        status = self.status.code if isinstance(self.status, BulkStatus) else self.status
        digits = str(status).strip()
        return int(digits) if digits.isdecimal() else None


class BulkResponse(Message):
    """Response to a bulk request: one result per processed operation (RFC 7644 §3.7.3)."""

    __schema__ = names.BULK_RESPONSE
    __always__ = frozenset({"operations"})

    operations: list[BulkResult] = Field(
        default_factory=list[BulkResult],
        validation_alias="Operations",
        serialization_alias="Operations",
    )
    """Results of the processed operations."""
