"""Decoders of the admin API's responses.

Responses vary by endpoint, query and version: an envelope, a bare array, one object, or no body. "Not found"
is a 404, an empty 200 or a 204.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from britive_scim import admin
from britive_scim.errors import InputError, NotFound, UnexpectedResponse
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.wire.decoding.error_mapping import build_unexpected_response, expect_success
from britive_scim.wire.decoding.json_fields import get_field, parse_integer
from britive_scim.wire.decoding.scim import (
    Decoder,
    WireModel,
    decode_json,
    decode_model,
    reject_error_body,
)
from britive_scim.wire.paging.index import Page
from britive_scim.wire.response import Response

__all__ = [
    "decode_list",
    "decode_new_token",
    "decode_optional",
    "decode_page",
    "decode_required",
    "decode_strings",
]

M = TypeVar("M", bound=WireModel)
A = TypeVar("A", bound="admin.Model")
K = TypeVar("K", bound="admin.Token")

_LIST_KEYS = ("data", "result", "users", "userTags")
"""Names of the list in an envelope; `data` nearly everywhere."""


def decode_required(model: type[M]) -> Decoder[M]:
    """Return a decoder of one `model`; a response without a body raises `NotFound`."""

    def read(response: Response) -> M:
        expect_success(response)
        if response.is_empty:
            raise _build_not_found(response)
        value: M = decode_model(model)(response)
        return value

    return read


def decode_optional(model: type[M]) -> Decoder[M | None]:
    """Return a decoder of one `model`, or of `None` for a 404, an empty body, null or `{}`."""

    def read(response: Response) -> M | None:
        if response.status == 404:
            return None
        expect_success(response)
        if response.is_empty or decode_json(response) in (None, {}):
            return None
        value: M = decode_model(model)(response)
        return value

    return read


def decode_list(model: type[A]) -> Decoder[admin.ModelList[A]]:
    """Return a decoder of a list of `model` from an envelope, an array, one object, or an empty body."""

    def read(response: Response) -> admin.ModelList[A]:
        page: Page[A] = decode_page(model)(response)
        return admin.ModelList(page.items, model)

    return read


def decode_page(model: type[M]) -> Decoder[Page[M]]:
    """Return a decoder of one page from the envelope `{count, page, size, data}` or a shorter form.

    `count` and `size` may be strings.
    """

    def read(response: Response) -> Page[M]:
        expect_success(response)
        value = None if response.is_empty else decode_json(response)
        if value is None:
            return Page((), total=0)
        if is_list(value):
            return _build_page(response, model, value, total=None)  # it may be one page of several
        reject_error_body(response, value)
        if not is_object(value) or not value:
            raise build_unexpected_response(
                response,
                f"expected a list or an object, got {'an empty object' if value == {} else describe_json_type(value)}",
            )
        total = parse_integer(get_field(value, "count"))
        # A single user without an envelope has `userTags`.
        names = _LIST_KEYS if total is not None else _LIST_KEYS[:2]
        name = next((name for name in names if is_list(get_field(value, name))), None)
        if name is not None:
            size = parse_integer(get_field(value, "size"))
            return _build_page(response, model, get_field(value, name), total=total, size=size)
        if total == 0:
            return Page((), total=0)
        return _build_page(response, model, [value], total=1)

    return read


def decode_new_token(model: type[K]) -> Decoder[K]:
    """Return a decoder of a new token, which must contain its secret.

    Errors do not show the body, because it may contain the secret.
    """

    def read(response: Response) -> K:
        expect_success(response)
        try:
            token: K = decode_model(model)(response)
            if token.token is not None or response.is_dry_run:
                return token  # a dry run invents no secret, which could be mistaken for a real one
            problem = "expected a token, got none"
        except UnexpectedResponse as error:
            problem = error.detail or "the body cannot be decoded"
        raise UnexpectedResponse(
            f"{response.method} {response.path}: HTTP {response.status}, but {problem} (body not shown, it may "
            "contain the secret); create another token, the former one is invalid",
            status=response.status,
            detail=problem,
            request_id=response.request_id,
            method=response.method,
            path=response.path,
            attempts=response.attempts,
        )

    return read


def decode_strings(response: Response) -> list[str]:
    """Return the strings of a JSON array; other items are skipped."""
    expect_success(response)
    value = None if response.is_empty else decode_json(response)
    reject_error_body(response, value)
    if not is_list(value):
        raise build_unexpected_response(
            response, f"expected a list of strings, got {describe_json_type(value)}"
        )
    return [item for item in value if isinstance(item, str)]


def _build_page(
    response: Response,
    model: type[M],
    entries: Iterable[Any],
    *,
    total: int | None,
    size: int | None = None,
) -> Page[M]:
    items: list[M] = []
    skipped = 0
    for item in entries:
        if is_object(item):
            try:
                items.append(model.from_wire(item))
            except InputError as error:
                raise build_unexpected_response(
                    response, f"expected entries of type {model.__name__}: {error.message}"
                ) from None
        else:
            skipped += 1
    return Page(tuple(items), total=total, size=size, skipped=skipped)


def _build_not_found(response: Response) -> NotFound:
    return NotFound(
        f"{response.method} {response.path}: not found: the response has no body",
        status=404,
        request_id=response.request_id,
        method=response.method,
        path=response.path,
        attempts=response.attempts,
    )
