"""Decoders of SCIM responses: a value, or an exception.

The `Content-Type` is ignored: SCIM servers send JSON as `text/html`, and login pages as JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol, Self, TypeVar

from britive_scim import scim
from britive_scim.errors import InputError
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.wire.decoding.error_body import find_error_in_success, is_scim_error
from britive_scim.wire.decoding.error_mapping import build_unexpected_response, expect_success
from britive_scim.wire.decoding.json_fields import (
    BEFORE_MARKUP,
    format_one_line,
    get_field,
    get_schemas,
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
R = TypeVar("R", bound="scim.Resource")

Decoder = Callable[[Response], T]
"""Function that returns the value of a response, or raises an `ApiError`."""


class WireModel(Protocol):
    """Model class of either API."""

    @classmethod
    def from_wire(cls, data: Any, /) -> Self:
        """Return the model of wire-form `data`."""
        ...


# ------------------------------------------------------------------------------------------- decoders


def decode_model(model: type[M]) -> Decoder[M]:
    """Return a decoder of one `model`."""
    return _build_model_decoder(model)


def decode_optional_body(model: type[M]) -> Decoder[M | None]:
    """Return a decoder of one `model`, or of `None` for a response without a body (204, empty 200)."""
    return _build_optional_body_decoder(model)


def decode_array(model: type[M], *, key: str | None = None) -> Decoder[list[M]]:
    """Return a decoder of a JSON array of `model`; in an object, of the array under `key`.

    An empty body and a missing or null array are an empty list.
    """
    return _build_array_decoder(model, key)


def decode_list_response(model: type[R], *, is_filtered: bool = False) -> Decoder[Page[R]]:
    """Return a decoder of a SCIM ListResponse of `model` (RFC 7644 §3.4.2).

    Args:
        model: class of the resources.
        is_filtered: the query has a filter, so that a 404 with a SCIM Error is an empty result. Any other 404
            means a wrong URL.
    """
    return _build_list_response_decoder(model, is_filtered)


# Decoders are cached per class. The cached functions are typed with `Any`, because a cache loses the relation
# of argument and result type; the functions above restore it.


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
                response, f"expected a list, got {describe_json_type(value)}"
            )
        return [_build_model(response, model, item) for item in value]

    return read


@cache
def _build_list_response_decoder(model: type[Any], is_filtered: bool) -> Decoder[Any]:
    page_of: Any = scim.ListResponse[model]  # type: ignore[valid-type]  # a class created at run time

    def read(response: Response) -> Any:
        if is_filtered and response.status == 404 and is_scim_error(response):
            empty: Page[Any] = Page((), total=0)
            return empty
        expect_success(response)
        return _parse_list_response(response, page_of)

    return read


def ignore_body(response: Response) -> None:
    """Check that a response is a success, and ignore its body.

    Raises:
        ApiError: the response is not a success.
        UnexpectedResponse: the body is not JSON, reports an error, or in SCIM is not an object.
    """
    _parse_acknowledgement(response)


def expect_fields(**values: object) -> Decoder[None]:
    """Return a decoder like `ignore_body` that also compares fields of the body with the values sent.

    Args:
        values: the values sent, by attribute name in wire form.

    Raises:
        UnexpectedResponse: the body has another value for one of them.
    """

    def read(response: Response) -> None:
        body = _parse_acknowledgement(response)
        if not is_object(body):
            return
        for name, value in values.items():
            actual = get_field(body, name)
            if actual is not None and str(actual).lower() != str(value).lower():
                raise build_unexpected_response(
                    response,
                    f"expected {name} to be {value}, got {format_one_line(str(actual), 40)}: "
                    "the server did not apply the change",
                )

    return read


def ignore_text(response: Response) -> None:
    """Check that a response is a success like `ignore_body`; its body may also be plain text."""
    expect_success(response)
    start = response.body[:200].lstrip(BEFORE_MARKUP)
    if start.startswith((b"{", b"[", b"<")):
        ignore_body(response)


def decode_text(response: Response) -> str:
    """Return the body of a successful response as text."""
    expect_success(response)
    return response.text()


def decode_json(response: Response) -> Any:
    """Return the body of a successful response as a JSON value.

    Raises:
        ApiError: the response is not a success.
        UnexpectedResponse: the body is empty, incomplete, HTML, or not JSON for another reason.
    """
    expect_success(response)
    if response.is_empty:
        if response.is_dry_run:
            return {}
        raise build_unexpected_response(response, "expected JSON, got an empty body")
    try:
        return response.json()
    except ValueError as error:
        problem = str(error).split("\n", 1)[0]
    start = response.body[:200].lstrip(BEFORE_MARKUP).lower()
    if start.startswith(b"<"):
        raise build_unexpected_response(response, "expected JSON, got HTML or XML")
    if response.is_too_deep:
        raise build_unexpected_response(response, f"expected JSON, got a body {problem}")
    raise build_unexpected_response(response, f"expected JSON, got an invalid body: {problem}")


# ---------------------------------------------------------------------------------- parts of decoders


def _parse_acknowledgement(response: Response) -> Any:
    """Return the JSON value of the response to a change, or `None` for an empty body."""
    expect_success(response)
    if response.is_empty:
        return None
    value = decode_json(response)
    reject_error_body(response, value)
    if response.api == "scim" and value is not None and not is_object(value):
        raise build_unexpected_response(
            response, f"expected a resource or an empty body, got {describe_json_type(value)}"
        )
    return value


def reject_error_body(response: Response, value: Any) -> None:
    """Raise if the JSON body of a success reports an error.

    Raises:
        UnexpectedResponse: it does.
    """
    error = find_error_in_success(value)
    if error is not None:
        raise build_unexpected_response(response, f"the body is {error}")


def _reject_large_non_object(response: Response) -> None:
    """Raise for a large body that is not an object, without parsing it, which takes five times its size.

    Raises:
        UnexpectedResponse: the body is not an object.
    """
    if len(response.body) <= _MAX_PARSED_NON_OBJECT:
        return
    start = response.body[:256].lstrip(BEFORE_MARKUP)
    if start and not start.startswith(b"{"):
        found = "a list" if start.startswith(b"[") else "other data"
        raise build_unexpected_response(response, f"expected an object, got {found}")


_MAX_PARSED_NON_OBJECT = 1024 * 1024
"""Size up to which a body that is not an object is parsed for the error message."""


def _parse_object(response: Response) -> dict[str, Any]:
    value = decode_json(response)
    if is_object(value):
        return value
    raise build_unexpected_response(
        response, f"expected an object, got {describe_json_type(value)}"
    )


def _build_model(response: Response, model: type[M], value: Any) -> M:
    try:
        return model.from_wire(value)
    except InputError as error:
        problem = error.message
    raise build_unexpected_response(response, f"expected a {model.__name__}: {problem}")


def _parse_model(response: Response, model: type[M]) -> M:
    _reject_large_non_object(response)
    if not issubclass(model, scim.Resource):
        value = _parse_object(response)
        reject_error_body(response, value)
        if not value:
            raise build_unexpected_response(
                response, f"expected a {model.__name__}, got an empty object"
            )
        return _build_model(response, model, value)
    if not response.is_too_deep:
        try:
            resource = model.from_wire(response.body)  # faster than parsing the JSON first
        except InputError:
            pass  # reported below
        else:
            if resource.model_fields_set & _COMMON_ATTRIBUTES or _is_sparse_config(resource):
                return _complete_resource(resource, response)
    value = _parse_object(response)
    _reject_non_resource(response, model, value)
    return _complete_resource(_build_model(response, model, value), response)


def _complete_resource(resource: M, response: Response) -> M:
    """Return the resource with the version of the `ETag` header, if its own is missing or invalid."""
    if not isinstance(resource, scim.Resource):
        return resource
    if resource.__none_is_unknown__:
        from britive_scim.scim.values.notes import note_empty_lists

        note_empty_lists(resource)
    tag = response.headers.get("etag")
    if tag is not None and is_entity_tag(tag) and get_entity_tag(resource) is None:
        resource.meta = resource.meta or scim.Meta()
        resource.meta.version = tag
    return resource


_COMMON_ATTRIBUTES = frozenset({"id", "schemas", "meta"})


def _is_sparse_config(resource: scim.Resource) -> bool:
    """Return whether a resource is a ServiceProviderConfig without the common attributes."""
    return isinstance(resource, scim.ServiceProviderConfig) and bool(resource.model_fields_set)


def _reject_non_resource(response: Response, model: type[Any], value: dict[str, Any]) -> None:
    """Raise for JSON that is not a SCIM resource, such as `{"ok": true}` or an error in a 200.

    Raises:
        UnexpectedResponse: it is not.
    """
    messages = [urn for urn in get_schemas(value) if ":scim:api:messages:" in urn.lower()]
    if messages:
        detail = get_field(value, "detail")
        suffix = f": {format_one_line(detail, 200)}" if isinstance(detail, str) else ""
        name = messages[0].rpartition(":")[2]
        raise build_unexpected_response(
            response, f"expected a {model.__name__}, got a SCIM {name}{suffix}"
        )
    if not any(key.lower() in _COMMON_ATTRIBUTES for key in value):
        raise build_unexpected_response(
            response,
            f"expected a {model.__name__}, got an object with neither id nor schemas",
        )


def _parse_list_response(
    response: Response, list_response_class: type[scim.ListResponse[R]]
) -> Page[R]:
    _reject_large_non_object(response)
    problem = "expected a SCIM ListResponse, got an empty body"
    start = response.body[:64].lstrip(BEFORE_MARKUP)
    if start.startswith(b"[") or response.is_too_deep:
        problem = f"expected a SCIM ListResponse, got {describe_json_type(decode_json(response))}"
    elif start:
        try:
            page = list_response_class.from_wire(response.body)
        except InputError as error:
            problem = f"expected a SCIM ListResponse: {error.message}"
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
        decode_json(response)  # raises a better error for a body that is not JSON
    raise build_unexpected_response(response, problem)


def _parse_next_cursor(response: Response, page: scim.ListResponse[Any]) -> str | None:
    """Return the cursor of the next page, or `None` on the last one.

    Raises:
        UnexpectedResponse: the cursor is not a printable string of at most 2048 characters.
    """
    cursor: Any = page.next_cursor
    if cursor is None:
        cursor = get_field(page.model_extra or {}, "nextCursor")
    if cursor is None or cursor == "":
        return None
    if isinstance(cursor, str) and len(cursor) <= _MAX_CURSOR_LENGTH and cursor.isprintable():
        return cursor
    raise build_unexpected_response(
        response, "expected nextCursor to be a printable string of at most 2048 characters"
    )


_MAX_CURSOR_LENGTH = 2048


def _count_skipped(page: scim.ListResponse[Any]) -> int:
    """Return the number of entries of a page that are not objects."""
    return sum(
        len(value)
        for name, value in (page.model_extra or {}).items()
        if name.lower() == "resources" and is_list(value)
    )
