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
from britive_scim.wire.decoding.error_body import find_error_in_success, is_scim_error
from britive_scim.wire.decoding.error_mapping import build_unexpected_response, expect_success
from britive_scim.wire.decoding.json_fields import (
    describe_json_type,
    format_one_line,
    get_field,
    get_schemas,
    is_list,
    is_object,
)
from britive_scim.wire.paging.index import Page
from britive_scim.wire.requests.etags import get_entity_tag, is_entity_tag
from britive_scim.wire.response import Response

__all__ = [
    "Decoder",
    "WireModel",
    "decode_array",
    "decode_json",
    "decode_list_response",
    "decode_model",
    "decode_optional_body",
    "decode_text",
    "expect_fields",
    "ignore_body",
    "ignore_text",
    "reject_error_body",
]

T = TypeVar("T")
M = TypeVar("M", bound="WireModel")
R = TypeVar("R", bound=Resource)

Decoder = Callable[[Response], T]
"""Turns an answer into a value, or raises one error of the tree."""


class WireModel(Protocol):
    """A model of either language."""

    @classmethod
    def from_wire(cls, data: Any, /) -> Self:
        """Return the model that wire-form `data` says."""
        ...


# -------------------------------------------------------------------------------------------- readers


def decode_model(model: type[M]) -> Decoder[M]:
    """Return a reader of one `model`."""
    return _build_model_decoder(model)


def decode_optional_body(model: type[M]) -> Decoder[M | None]:
    """Return a reader of one `model`, or of `None` where the answer has no body (204, empty 200)."""
    return _build_optional_body_decoder(model)


def decode_array(model: type[M], *, key: str | None = None) -> Decoder[list[M]]:
    """Return a reader of a JSON array of `model`; of the array under `key` where there is an object.

    An empty body and a missing or null array are no models.
    """
    return _build_array_decoder(model, key)


def decode_list_response(model: type[R], *, is_filtered: bool = False) -> Decoder[Page[R]]:
    """Return a reader of a SCIM ListResponse of `model` (RFC 7644 §3.4.2).

    Args:
        model: class of the resources.
        is_filtered: the query has a filter, so that a 404 in SCIM's own words means "nothing found"; a 404
            of another kind still means a wrong address.
    """
    return _build_list_response_decoder(model, is_filtered)


# Readers are made once a class. The functions that keep them say `Any`, because a cache forgets which
# type goes with which; the functions above say it.


@cache
def _build_model_decoder(model: type[Any]) -> Decoder[Any]:
    def read(response: Response) -> Any:
        expect_success(response)
        return _parse_model(response, model)

    return read


@cache
def _build_optional_body_decoder(model: type[Any]) -> Decoder[Any]:
    def read(response: Response) -> Any:
        expect_success(response)
        return None if response.is_empty else _parse_model(response, model)

    return read


@cache
def _build_array_decoder(model: type[Any], key: str | None) -> Decoder[Any]:
    def read(response: Response) -> Any:
        expect_success(response)
        if response.is_empty:
            return []
        value = decode_json(response)
        reject_error_body(response, value)
        if is_object(value) and key is not None:
            value = get_field(value, key)
        if value is None:
            return []
        if not is_list(value):
            raise build_unexpected_response(
                response, f"a list was expected, not {describe_json_type(value)}"
            )
        return [_build_model(response, model, item) for item in value]

    return read


@cache
def _build_list_response_decoder(model: type[Any], is_filtered: bool) -> Decoder[Any]:
    page_of: Any = ListResponse[model]  # type: ignore[valid-type]  # a class made at run time

    def read(response: Response) -> Any:
        if is_filtered and response.status == 404 and is_scim_error(response):
            nobody: Page[Any] = Page((), total=0)
            return nobody
        expect_success(response)
        return _parse_list_response(response, page_of)

    return read


def ignore_body(response: Response) -> None:
    """Read an answer of which only the success matters: no body, or one that a success may hold.

    Raises:
        UnexpectedResponse: the body is no JSON, a failure told with a 2xx, or in SCIM no object.
    """
    _parse_acknowledgement(response)


def expect_fields(**values: object) -> Decoder[None]:
    """Return a reader like `ignore_body`, of an answer that may show the resource as it was asked to become.

    Args:
        values: attributes in wire form and the values they were given.

    Raises:
        UnexpectedResponse: also where the answer shows one of them with another value.
    """

    def read(response: Response) -> None:
        body = _parse_acknowledgement(response)
        if not is_object(body):
            return
        for name, value in values.items():
            found = get_field(body, name)
            if found is not None and str(found).lower() != str(value).lower():
                raise build_unexpected_response(
                    response,
                    f"it shows {name} as {format_one_line(str(found), 40)}, and {value} was asked: "
                    "the server did not do it",
                )

    return read


def ignore_text(response: Response) -> None:
    """Read an answer like `ignore_body`, where the server may say so in plain text as well."""
    expect_success(response)
    start = response.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[", b"<")):
        ignore_body(response)


def decode_text(response: Response) -> str:
    """Read the body as text."""
    expect_success(response)
    return response.text()


def decode_json(response: Response) -> Any:
    """Read the body as a JSON value.

    Raises:
        UnexpectedResponse: it is empty, cut short, HTML, or no JSON for another reason.
    """
    expect_success(response)
    if response.is_empty:
        if response.is_dry_run:
            return {}
        raise build_unexpected_response(response, "JSON was expected, and the body is empty")
    try:
        return response.json()
    except ValueError as error:
        problem = str(error).split("\n", 1)[0]
    start = response.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<"):
        raise build_unexpected_response(response, "JSON was expected, and this is HTML or XML")
    if response.is_too_deep:
        raise build_unexpected_response(response, f"the body is {problem}")
    raise build_unexpected_response(response, f"the body is no complete JSON: {problem}")


# ---------------------------------------------------------------------------------- parts of readers


def _parse_acknowledgement(response: Response) -> Any:
    """Return the JSON value of an answer to a change, `None` where there is none."""
    expect_success(response)
    if response.is_empty:
        return None
    value = decode_json(response)
    reject_error_body(response, value)
    if response.api == "scim" and value is not None and not is_object(value):
        raise build_unexpected_response(
            response, f"a resource or nothing was expected, not {describe_json_type(value)}"
        )
    return value


def reject_error_body(response: Response, value: Any) -> None:
    """Refuse a JSON value that tells of a failure although the status says success."""
    told = find_error_in_success(value)
    if told is not None:
        raise build_unexpected_response(response, f"the body is {told}")


def _parse_object(response: Response) -> dict[str, Any]:
    value = decode_json(response)
    if is_object(value):
        return value
    raise build_unexpected_response(
        response, f"an object was expected, not {describe_json_type(value)}"
    )


def _build_model(response: Response, model: type[M], value: Any) -> M:
    try:
        return model.from_wire(value)
    except InputError as error:
        problem = error.message
    raise build_unexpected_response(response, f"it does not read as {model.__name__}: {problem}")


def _parse_model(response: Response, model: type[M]) -> M:
    if not issubclass(model, Resource):
        value = _parse_object(response)
        reject_error_body(response, value)
        if not value:
            raise build_unexpected_response(
                response, f"a {model.__name__} was expected, and this object is empty"
            )
        return _build_model(response, model, value)
    if not response.is_too_deep:
        try:
            found = model.from_wire(
                response.body
            )  # straight from the text: no detour over plain data
        except InputError:
            pass  # told below
        else:
            if found.model_fields_set & _COMMON_ATTRIBUTES or _is_sparse_config(found):
                return _set_version_from_etag(found, response)
    value = _parse_object(response)
    _reject_non_resource(response, model, value)
    return _set_version_from_etag(_build_model(response, model, value), response)


def _set_version_from_etag(resource: M, response: Response) -> M:
    """Return the resource with the version its `ETag` header says, where its own is none to send back."""
    tag = response.headers.get("etag")
    if tag is None or not isinstance(resource, Resource):
        return resource
    if is_entity_tag(tag) and get_entity_tag(resource) is None:
        resource.meta = resource.meta or Meta()
        resource.meta.version = tag
    return resource


_COMMON_ATTRIBUTES = frozenset({"id", "schemas", "meta"})


def _is_sparse_config(resource: Resource) -> bool:
    """Return whether this is a configuration without anything but its facts."""
    return isinstance(resource, ServiceProviderConfig) and bool(resource.model_fields_set)


def _reject_non_resource(response: Response, model: type[Any], value: dict[str, Any]) -> None:
    """Refuse JSON that is no SCIM resource, such as `{"ok": true}` or an error in a 200."""
    messages = [urn for urn in get_schemas(value) if ":scim:api:messages:" in urn.lower()]
    if messages:
        detail = get_field(value, "detail")
        told = f": {format_one_line(detail, 200)}" if isinstance(detail, str) else ""
        name = messages[0].rpartition(":")[2]
        raise build_unexpected_response(
            response, f"a {model.__name__} was expected, not a SCIM {name}{told}"
        )
    if not any(key.lower() in _COMMON_ATTRIBUTES for key in value):
        raise build_unexpected_response(
            response,
            f"a {model.__name__} was expected, and this is no SCIM resource: it has neither id nor schemas",
        )


def _parse_list_response(response: Response, list_response_class: type[ListResponse[R]]) -> Page[R]:
    problem = "a SCIM ListResponse was expected, and the body is empty"
    start = response.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"[") or response.is_too_deep:
        problem = (
            f"a SCIM ListResponse was expected, not {describe_json_type(decode_json(response))}"
        )
    elif start:
        try:
            page = list_response_class.from_wire(response.body)
        except InputError as error:
            problem = f"a SCIM ListResponse was expected: {error.message}"
        else:
            return Page(
                tuple(page.resources),
                total=page.total_results
                if page.total_results is None
                else max(page.total_results, 0),
                size=page.items_per_page,
                skipped=_count_skipped(page),
                cursor=_parse_next_cursor(response, page),
            )
    if start:
        decode_json(response)  # says it better where it is no JSON at all
    raise build_unexpected_response(response, problem)


def _parse_next_cursor(response: Response, page: ListResponse[Any]) -> str | None:
    """Return the cursor of the next page, or `None` on the last one.

    Raises:
        UnexpectedResponse: there is one that cannot be sent back: no text, or a monster.
    """
    cursor: Any = page.next_cursor
    if cursor is None:
        cursor = get_field(page.model_extra or {}, "nextCursor")
    if cursor is None or cursor == "":
        return None
    if isinstance(cursor, str) and len(cursor) <= _MAX_CURSOR_LENGTH and cursor.isprintable():
        return cursor
    raise build_unexpected_response(
        response, "its nextCursor cannot be used: it is no text, or longer than 2048 characters"
    )


_MAX_CURSOR_LENGTH = 2048


def _count_skipped(page: ListResponse[Any]) -> int:
    """Return how many entries of a page were no objects."""
    return sum(
        len(value)
        for name, value in (page.model_extra or {}).items()
        if name.lower() == "resources" and is_list(value)
    )
