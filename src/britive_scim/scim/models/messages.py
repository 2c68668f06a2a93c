"""SCIM's messages: lists, errors, searches and bulk requests (RFC 7644 §3)."""

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
    """One page of an answer to a query (RFC 7644 §3.4.2, RFC 9865).

    `ListResponse[User]` reads users. Of `ListResponse[User | Group]` each element is read as what its
    `schemas` (or `meta.resourceType`) says.
    """

    __schema__ = names.LIST_RESPONSE
    __always__ = frozenset({"resources"})

    total_results: Annotated[int | None, REQUIRED] = None
    """How many resources match, over all pages; a cursor-paged answer may not tell."""

    start_index: int | None = None
    """Position of the first resource of this page among all that match, from 1."""

    items_per_page: int | None = None
    """How many resources this page holds; servers also write how many were asked for."""

    next_cursor: Annotated[str | None, CASE_EXACT] = None
    """What to send for the next page; not there on the last one (RFC 9865)."""

    previous_cursor: Annotated[str | None, CASE_EXACT] = None
    """What to send for the page before."""

    resources: list[T] = Field(
        default_factory=list[T], validation_alias="Resources", serialization_alias="Resources"
    )
    """The resources of this page; empty where the answer has none."""

    @classmethod
    def from_wire(cls, data: str | bytes | bytearray | Mapping[str, Any] | Dumpable) -> Self:
        """Read a page; what is odd about one resource costs the others nothing.

        Forgiven beside what `Model.from_wire` forgives: `Resources` missing, null, a single object, or
        in another case; counters as text; a bare JSON array of resources.

        Args:
            data: as in `Model.from_wire`; JSON text may be a bare array.

        Raises:
            InvalidResource: no JSON object, or one that has nothing of a list: read as an empty one
                it would say that nothing was found.
        """
        return cast("Self", list_response.decode_list_response(cls, data))


class Error(Message):
    """The body of an answer that reports a failure (RFC 7644 §3.12)."""

    __schema__ = names.ERROR

    status: Annotated[str | None, REQUIRED] = None
    """HTTP status code as text; trust the status of the answer itself."""

    scim_type: str | None = None
    """SCIM's keyword for the fault, such as `uniqueness`; compare without case."""

    detail: str | None = None
    """What went wrong, for people."""


class SearchRequest(Message):
    """A query sent by POST to `/.search` (RFC 7644 §3.4.3)."""

    __schema__ = names.SEARCH_REQUEST

    attributes: list[str] | None = None
    """Attributes to return, beside those returned always; excludes `excluded_attributes`."""

    excluded_attributes: list[str] | None = None
    """Attributes to leave out."""

    filter: Annotated[str | None, CASE_EXACT] = None
    """Which resources to return."""

    sort_by: str | None = None
    """Path of the attribute to sort by."""

    sort_order: Annotated[str | None, canonical("ascending", "descending")] = None
    """`ascending` where not given."""

    start_index: int | None = None
    """Position of the first resource to return, from 1."""

    count: int | None = None
    """How many resources to return at most."""

    cursor: Annotated[str | None, CASE_EXACT] = None
    """Cursor of the page to return; empty text asks for the first one (RFC 9865)."""


class BulkOperation(Complex):
    """One request within a bulk request (RFC 7644 §3.7)."""

    method: Annotated[str | None, REQUIRED, canonical("POST", "PUT", "PATCH", "DELETE")] = None
    """HTTP method."""

    bulk_id: Annotated[str | None, CASE_EXACT] = None
    """The client's name for a resource to be created; others refer to it as `bulkId:…`."""

    version: Annotated[str | None, CASE_EXACT] = None
    """Version the resource must have, as in If-Match."""

    path: Annotated[str | None, REQUIRED, CASE_EXACT] = None
    """Endpoint or resource, relative to the base URL, such as `/Users`."""

    data: dict[str, Any] | None = None
    """Body of the request, in wire form."""


class BulkRequest(Message):
    """Several requests in one (RFC 7644 §3.7)."""

    __schema__ = names.BULK_REQUEST
    __always__ = frozenset({"operations"})

    fail_on_errors: int | None = None
    """How many failures end the processing; all operations are tried where not given."""

    operations: list[BulkOperation] = Field(
        default_factory=list[BulkOperation],
        validation_alias="Operations",
        serialization_alias="Operations",
    )
    """The requests, in order."""


class BulkStatus(Complex):
    """The status of one operation in the form of RFC 7644 §3.7.3's prose."""

    code: str | None = None
    """HTTP status code as text."""

    description: str | None = None
    """What it means, for people."""


class BulkResult(Complex):
    """The outcome of one operation of a bulk request (RFC 7644 §3.7.3)."""

    location: Annotated[str | None, reference("uri")] = None
    """URI of the resource; not there for a POST that failed."""

    method: Annotated[str | None, REQUIRED] = None
    """HTTP method of the operation."""

    bulk_id: Annotated[str | None, CASE_EXACT] = None
    """The client's name for the resource, as in the request."""

    version: Annotated[str | None, CASE_EXACT] = None
    """Version of the resource afterwards."""

    status: Annotated[str | int | BulkStatus | None, REQUIRED] = None
    """HTTP status code: text in the RFC's later figures, an object in its prose; see `status_code`."""

    response: dict[str, Any] | None = None
    """Body of the answer; an `Error` in wire form where the operation failed."""

    @property
    def status_code(self) -> int | None:
        """The HTTP status code as a number, in whatever form it came; `None` where there is none."""
        status = self.status.code if isinstance(self.status, BulkStatus) else self.status
        text = str(status).strip()
        return int(text) if text.isdecimal() else None


class BulkResponse(Message):
    """The answer to a bulk request: one result an operation that was processed (RFC 7644 §3.7.3)."""

    __schema__ = names.BULK_RESPONSE
    __always__ = frozenset({"operations"})

    operations: list[BulkResult] = Field(
        default_factory=list[BulkResult],
        validation_alias="Operations",
        serialization_alias="Operations",
    )
    """The results."""
