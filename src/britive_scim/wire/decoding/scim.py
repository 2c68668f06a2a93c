"""From an answer to a value, or to one error of the tree. Pure: same answer, same outcome.

Bodies are judged by what they are, never by their label: SCIM servers send JSON as `text/html`, and
login pages as JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol, Self, TypeVar

from britive_scim.errors import InputError
from britive_scim.scim.models.base import Meta, Resource
from britive_scim.scim.models.discovery import ServiceProviderConfig
from britive_scim.scim.models.messages import ListResponse
from britive_scim.wire.decoding.error_body import mistaken_success, speaks_scim
from britive_scim.wire.decoding.error_mapping import expect_success, unexpected
from britive_scim.wire.decoding.json_fields import (
    is_list,
    is_object,
    kind_of,
    member,
    schemas_of,
    shown,
)
from britive_scim.wire.paging.index import Page
from britive_scim.wire.requests.etags import entity_tag, is_entity_tag
from britive_scim.wire.response import Answer

__all__ = [
    "FromWire",
    "Reader",
    "document",
    "listing",
    "many",
    "nothing",
    "one",
    "optional",
    "refuse_failure",
    "remark",
    "stating",
    "text",
]

T = TypeVar("T")
M = TypeVar("M", bound="FromWire")
R = TypeVar("R", bound=Resource)

Reader = Callable[[Answer], T]
"""Turns an answer into a value, or raises one error of the tree."""


class FromWire(Protocol):
    """A model of either language."""

    @classmethod
    def from_wire(cls, data: Any, /) -> Self:
        """Return the model that wire-form `data` says."""
        ...


# -------------------------------------------------------------------------------------------- readers


def one(model: type[M]) -> Reader[M]:
    """Return a reader of one `model`."""
    return _reader_of_one(model)


def optional(model: type[M]) -> Reader[M | None]:
    """Return a reader of one `model`, or of `None` where the answer has no body (204, empty 200)."""
    return _reader_of_optional(model)


def many(model: type[M], *, key: str | None = None) -> Reader[list[M]]:
    """Return a reader of a JSON array of `model`; of the array under `key` where there is an object.

    An empty body and a missing or null array are no models.
    """
    return _reader_of_many(model, key)


def listing(model: type[R], *, miss: bool = False) -> Reader[Page[R]]:
    """Return a reader of a SCIM ListResponse of `model` (RFC 7644 §3.4.2).

    Args:
        model: class of the resources.
        miss: the query has a filter, so that a 404 in SCIM's own words means "nothing found"; a 404
            of another kind still means a wrong address.
    """
    return _reader_of_listing(model, miss)


# Readers are made once a class. The functions that keep them say `Any`, because a cache forgets which
# type goes with which; the functions above say it.


@cache
def _reader_of_one(model: type[Any]) -> Reader[Any]:
    def read(answer: Answer) -> Any:
        expect_success(answer)
        return _one(answer, model)

    return read


@cache
def _reader_of_optional(model: type[Any]) -> Reader[Any]:
    def read(answer: Answer) -> Any:
        expect_success(answer)
        return None if answer.empty else _one(answer, model)

    return read


@cache
def _reader_of_many(model: type[Any], key: str | None) -> Reader[Any]:
    def read(answer: Answer) -> Any:
        expect_success(answer)
        if answer.empty:
            return []
        value = document(answer)
        refuse_failure(answer, value)
        if is_object(value) and key is not None:
            value = member(value, key)
        if value is None:
            return []
        if not is_list(value):
            raise unexpected(answer, f"a list was expected, not {kind_of(value)}")
        return [_model(answer, model, item) for item in value]

    return read


@cache
def _reader_of_listing(model: type[Any], miss: bool) -> Reader[Any]:
    page_of: Any = ListResponse[model]  # type: ignore[valid-type]  # a class made at run time

    def read(answer: Answer) -> Any:
        if miss and answer.status == 404 and speaks_scim(answer):
            nobody: Page[Any] = Page((), total=0)
            return nobody
        expect_success(answer)
        return _page(answer, page_of)

    return read


def nothing(answer: Answer) -> None:
    """Read an answer of which only the success matters: no body, or one that a success may hold.

    Raises:
        UnexpectedAnswer: the body is no JSON, a failure told with a 2xx, or in SCIM no object.
    """
    _acknowledgement(answer)


def stating(**values: object) -> Reader[None]:
    """Return a reader like `nothing`, of an answer that may show the resource as it was asked to become.

    Args:
        values: attributes in wire form and the values they were given.

    Raises:
        UnexpectedAnswer: also where the answer shows one of them with another value.
    """

    def read(answer: Answer) -> None:
        body = _acknowledgement(answer)
        if not is_object(body):
            return
        for name, value in values.items():
            found = member(body, name)
            if found is not None and str(found).lower() != str(value).lower():
                raise unexpected(
                    answer,
                    f"it shows {name} as {shown(str(found), 40)}, and {value} was asked: "
                    "the server did not do it",
                )

    return read


def remark(answer: Answer) -> None:
    """Read an answer like `nothing`, where the server may say so in plain text as well."""
    expect_success(answer)
    start = answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[", b"<")):
        nothing(answer)


def text(answer: Answer) -> str:
    """Read the body as text."""
    expect_success(answer)
    return answer.text()


def document(answer: Answer) -> Any:
    """Read the body as a JSON value.

    Raises:
        UnexpectedAnswer: it is empty, cut short, HTML, or no JSON for another reason.
    """
    expect_success(answer)
    if answer.empty:
        if answer.rehearsed:
            return {}
        raise unexpected(answer, "JSON was expected, and the body is empty")
    try:
        return answer.json()
    except ValueError as error:
        problem = str(error).split("\n", 1)[0]
    start = answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<"):
        raise unexpected(answer, "JSON was expected, and this is HTML or XML")
    if answer.too_deep:
        raise unexpected(answer, f"the body is {problem}")
    raise unexpected(answer, f"the body is no complete JSON: {problem}")


# ---------------------------------------------------------------------------------- parts of readers


def _acknowledgement(answer: Answer) -> Any:
    """Return the JSON value of an answer to a change, `None` where there is none."""
    expect_success(answer)
    if answer.empty:
        return None
    value = document(answer)
    refuse_failure(answer, value)
    if answer.api == "scim" and value is not None and not is_object(value):
        raise unexpected(answer, f"a resource or nothing was expected, not {kind_of(value)}")
    return value


def refuse_failure(answer: Answer, value: Any) -> None:
    """Refuse a JSON value that tells of a failure although the status says success."""
    told = mistaken_success(value)
    if told is not None:
        raise unexpected(answer, f"the body is {told}")


def _object(answer: Answer) -> dict[str, Any]:
    value = document(answer)
    if is_object(value):
        return value
    raise unexpected(answer, f"an object was expected, not {kind_of(value)}")


def _model(answer: Answer, model: type[M], value: Any) -> M:
    try:
        return model.from_wire(value)
    except InputError as error:
        problem = error.message
    raise unexpected(answer, f"it does not read as {model.__name__}: {problem}")


def _one(answer: Answer, model: type[M]) -> M:
    if not issubclass(model, Resource):
        value = _object(answer)
        refuse_failure(answer, value)
        if not value:
            raise unexpected(answer, f"a {model.__name__} was expected, and this object is empty")
        return _model(answer, model, value)
    if not answer.too_deep:
        try:
            found = model.from_wire(
                answer.body
            )  # straight from the text: no detour over plain data
        except InputError:
            pass  # told below
        else:
            if found.model_fields_set & _TELL_TALES or _sparse(found):
                return _with_version(found, answer)
    value = _object(answer)
    _refuse_message(answer, model, value)
    return _with_version(_model(answer, model, value), answer)


def _with_version(found: M, answer: Answer) -> M:
    """Return the resource with the version its `ETag` header says, where its own is none to send back."""
    tag = answer.headers.get("etag")
    if tag is None or not isinstance(found, Resource):
        return found
    if is_entity_tag(tag) and entity_tag(found) is None:
        found.meta = found.meta or Meta()
        found.meta.version = tag
    return found


_TELL_TALES = frozenset({"id", "schemas", "meta"})


def _sparse(found: Resource) -> bool:
    """Return whether this is a configuration without anything but its facts."""
    return isinstance(found, ServiceProviderConfig) and bool(found.model_fields_set)


def _refuse_message(answer: Answer, model: type[Any], value: dict[str, Any]) -> None:
    """Refuse JSON that is no SCIM resource, such as `{"ok": true}` or an error in a 200."""
    messages = [urn for urn in schemas_of(value) if ":scim:api:messages:" in urn.lower()]
    if messages:
        detail = member(value, "detail")
        told = f": {shown(detail, 200)}" if isinstance(detail, str) else ""
        name = messages[0].rpartition(":")[2]
        raise unexpected(answer, f"a {model.__name__} was expected, not a SCIM {name}{told}")
    if not any(key.lower() in _TELL_TALES for key in value):
        raise unexpected(
            answer,
            f"a {model.__name__} was expected, and this is no SCIM resource: it has neither id nor schemas",
        )


def _page(answer: Answer, page_of: type[ListResponse[R]]) -> Page[R]:
    problem = "a SCIM ListResponse was expected, and the body is empty"
    start = answer.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"[") or answer.too_deep:
        problem = f"a SCIM ListResponse was expected, not {kind_of(document(answer))}"
    elif start:
        try:
            page = page_of.from_wire(answer.body)
        except InputError as error:
            problem = f"a SCIM ListResponse was expected: {error.message}"
        else:
            return Page(
                tuple(page.resources),
                total=page.total_results
                if page.total_results is None
                else max(page.total_results, 0),
                size=page.items_per_page,
                skipped=_skipped(page),
                cursor=_cursor(answer, page),
            )
    if start:
        document(answer)  # says it better where it is no JSON at all
    raise unexpected(answer, problem)


def _cursor(answer: Answer, page: ListResponse[Any]) -> str | None:
    """Return the cursor of the next page, or `None` on the last one.

    Raises:
        UnexpectedAnswer: there is one that cannot be sent back: no text, or a monster.
    """
    cursor: Any = page.next_cursor
    if cursor is None:
        cursor = member(page.model_extra or {}, "nextCursor")
    if cursor is None or cursor == "":
        return None
    if isinstance(cursor, str) and len(cursor) <= _CURSOR_LENGTH and cursor.isprintable():
        return cursor
    raise unexpected(
        answer, "its nextCursor cannot be used: it is no text, or longer than 2048 characters"
    )


_CURSOR_LENGTH = 2048


def _skipped(page: ListResponse[Any]) -> int:
    """Return how many entries of a page were no objects."""
    return sum(
        len(value)
        for name, value in (page.model_extra or {}).items()
        if name.lower() == "resources" and is_list(value)
    )
