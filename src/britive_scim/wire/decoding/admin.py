"""Readers for the admin API, whose answers change shape from call to call.

The same path answers with an value, a bare array, a single object or nothing, depending on its
query and on its version; "not found" is a 404, an empty 200 or a 204. These readers take all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard, TypeVar

from britive_scim.admin import Token
from britive_scim.errors import InputError, NotFound, UnexpectedResponse
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
K = TypeVar("K", bound=Token)

_LIST_KEYS = ("data", "result", "users", "userTags")
"""Names under which an envelope holds its list; `data` nearly everywhere."""


def decode_required(model: type[M]) -> Decoder[M]:
    """Return a reader of one `model`; an answer without a body says that it does not exist."""

    def read(response: Response) -> M:
        expect_success(response)
        if response.is_empty:
            raise _build_not_found(response)
        found: M = decode_model(model)(response)
        return found

    return read


def decode_optional(model: type[M]) -> Decoder[M | None]:
    """Return a reader of one `model`, or of `None` where it does not exist: 404, no body, null or `{}`."""

    def read(response: Response) -> M | None:
        if response.status == 404:
            return None
        expect_success(response)
        if response.is_empty or decode_json(response) in (None, {}):
            return None
        found: M = decode_model(model)(response)
        return found

    return read


def decode_list(model: type[M]) -> Decoder[list[M]]:
    """Return a reader of `model`s: of an array, an value, one object, or nothing."""

    def read(response: Response) -> list[M]:
        page: Page[M] = decode_page(model)(response)
        return list(page.items)

    return read


def decode_page(model: type[M]) -> Decoder[Page[M]]:
    """Return a reader of one page: of the envelope `{count, page, size, data}` or any shorter shape.

    `count` and `size` are read as numbers where they are sent as text.
    """

    def read(response: Response) -> Page[M]:
        expect_success(response)
        value = None if response.is_empty else decode_json(response)
        if value is None:
            return Page((), total=0)
        if _is_list(value):
            return _build_page(response, model, value, total=None)  # it may be one page of several
        reject_error_body(response, value)
        if not _is_object(value) or not value:
            raise build_unexpected_response(response, "a list or an object was expected")
        counted = parse_integer(get_field(value, "count"))
        names = (
            _LIST_KEYS if counted is not None else _LIST_KEYS[:2]
        )  # a user has `userTags`, and is no envelope
        name = next((name for name in names if _is_list(get_field(value, name))), None)
        if name is not None:
            size = parse_integer(get_field(value, "size"))
            return _build_page(response, model, get_field(value, name), total=counted, size=size)
        if counted == 0:
            return Page((), total=0)
        return _build_page(response, model, [value], total=1)

    return read


def decode_new_token(model: type[K]) -> Decoder[K]:
    """Return a reader of a token that was just made, which must come with its secret.

    What cannot be read is not shown in the error: it may hold the secret.
    """

    def read(response: Response) -> K:
        expect_success(response)
        try:
            token: K = decode_model(model)(response)
            if token.token is not None or response.is_dry_run:
                return token  # a dry run makes up no secret, lest one be kept for true
            problem = "the answer has no token in it"
        except UnexpectedResponse as error:
            problem = error.detail or "it does not read"
        raise UnexpectedResponse(
            f"{response.method} {response.path} was answered with {response.status}, but {problem}. The body is "
            "not shown, it may hold the secret. A former token is dead; make a token anew.",
            status=response.status,
            detail=problem,
            request_id=response.request_id,
            method=response.method,
            path=response.path,
            attempts=response.attempts,
        )

    return read


def decode_strings(response: Response) -> list[str]:
    """Read a JSON array of texts; what is no text is left out."""
    expect_success(response)
    value = None if response.is_empty else decode_json(response)
    reject_error_body(response, value)
    if not _is_list(value):
        raise build_unexpected_response(response, "a list of texts was expected")
    return [item for item in value if isinstance(item, str)]


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


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
        if _is_object(item):
            try:
                items.append(model.from_wire(item))
            except InputError as error:
                raise build_unexpected_response(
                    response, f"an entry does not read: {error.message}"
                ) from None
        else:
            skipped += 1
    return Page(tuple(items), total=total, size=size, skipped=skipped)


def _build_not_found(response: Response) -> NotFound:
    return NotFound(
        f"{response.method} {response.path} was answered with nothing: there is no such object, or no longer.",
        status=404,
        request_id=response.request_id,
        method=response.method,
        path=response.path,
        attempts=response.attempts,
    )
