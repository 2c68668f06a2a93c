"""Readers for the admin API, whose answers change shape from call to call.

The same path answers with an value, a bare array, a single object or nothing, depending on its
query and on its version; "not found" is a 404, an empty 200 or a 204. These readers take all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard, TypeVar

from britive_scim.admin import Token
from britive_scim.errors import InputError, NotFound, UnexpectedAnswer
from britive_scim.wire.decoding.error_mapping import expect_success, unexpected
from britive_scim.wire.decoding.json_fields import member, whole
from britive_scim.wire.decoding.scim import FromWire, Reader, document, one, refuse_failure
from britive_scim.wire.paging.index import Page
from britive_scim.wire.response import Answer

__all__ = ["existing", "made", "maybe", "paged", "several", "texts"]

M = TypeVar("M", bound=FromWire)
K = TypeVar("K", bound=Token)

_LISTS = ("data", "result", "users", "userTags")
"""Names under which an envelope holds its list; `data` nearly everywhere."""


def existing(model: type[M]) -> Reader[M]:
    """Return a reader of one `model`; an answer without a body says that it does not exist."""

    def read(answer: Answer) -> M:
        expect_success(answer)
        if answer.empty:
            raise _missing(answer)
        found: M = one(model)(answer)
        return found

    return read


def maybe(model: type[M]) -> Reader[M | None]:
    """Return a reader of one `model`, or of `None` where it does not exist: 404, no body, null or `{}`."""

    def read(answer: Answer) -> M | None:
        if answer.status == 404:
            return None
        expect_success(answer)
        if answer.empty or document(answer) in (None, {}):
            return None
        found: M = one(model)(answer)
        return found

    return read


def several(model: type[M]) -> Reader[list[M]]:
    """Return a reader of `model`s: of an array, an value, one object, or nothing."""

    def read(answer: Answer) -> list[M]:
        page: Page[M] = paged(model)(answer)
        return list(page.items)

    return read


def paged(model: type[M]) -> Reader[Page[M]]:
    """Return a reader of one page: of the envelope `{count, page, size, data}` or any shorter shape.

    `count` and `size` are read as numbers where they are sent as text.
    """

    def read(answer: Answer) -> Page[M]:
        expect_success(answer)
        value = None if answer.empty else document(answer)
        if value is None:
            return Page((), total=0)
        if _is_list(value):
            return _page(answer, model, value, total=None)  # it may be one page of several
        refuse_failure(answer, value)
        if not _is_object(value) or not value:
            raise unexpected(answer, "a list or an object was expected")
        counted = whole(member(value, "count"))
        names = (
            _LISTS if counted is not None else _LISTS[:2]
        )  # a user has `userTags`, and is no envelope
        name = next((name for name in names if _is_list(member(value, name))), None)
        if name is not None:
            size = whole(member(value, "size"))
            return _page(answer, model, member(value, name), total=counted, size=size)
        if counted == 0:
            return Page((), total=0)
        return _page(answer, model, [value], total=1)

    return read


def made(model: type[K]) -> Reader[K]:
    """Return a reader of a token that was just made, which must come with its secret.

    What cannot be read is not shown in the error: it may hold the secret.
    """

    def read(answer: Answer) -> K:
        expect_success(answer)
        try:
            token: K = one(model)(answer)
            if token.token is not None or answer.rehearsed:
                return token  # a dry run makes up no secret, lest one be kept for true
            problem = "the answer has no token in it"
        except UnexpectedAnswer as error:
            problem = error.detail or "it does not read"
        raise UnexpectedAnswer(
            f"{answer.method} {answer.path} was answered with {answer.status}, but {problem}. The body is "
            "not shown, it may hold the secret. A former token is dead; make a token anew.",
            status=answer.status,
            detail=problem,
            request_id=answer.request_id,
            method=answer.method,
            path=answer.path,
            attempts=answer.attempts,
        )

    return read


def texts(answer: Answer) -> list[str]:
    """Read a JSON array of texts; what is no text is left out."""
    expect_success(answer)
    value = None if answer.empty else document(answer)
    refuse_failure(answer, value)
    if not _is_list(value):
        raise unexpected(answer, "a list of texts was expected")
    return [item for item in value if isinstance(item, str)]


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _page(
    answer: Answer,
    model: type[M],
    found: Iterable[Any],
    *,
    total: int | None,
    size: int | None = None,
) -> Page[M]:
    items: list[M] = []
    skipped = 0
    for item in found:
        if _is_object(item):
            try:
                items.append(model.from_wire(item))
            except InputError as error:
                raise unexpected(answer, f"an entry does not read: {error.message}") from None
        else:
            skipped += 1
    return Page(tuple(items), total=total, size=size, skipped=skipped)


def _missing(answer: Answer) -> NotFound:
    return NotFound(
        f"{answer.method} {answer.path} was answered with nothing: there is no such object, or no longer.",
        status=404,
        request_id=answer.request_id,
        method=answer.method,
        path=answer.path,
        attempts=answer.attempts,
    )
