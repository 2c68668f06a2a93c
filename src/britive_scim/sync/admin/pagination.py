# Generated from aio/admin/pagination.py by tools/unasync.py; edit that file instead.
"""Pagers of the admin API: by `page` and `size`, or as the first page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from britive_scim.admin import Model
from britive_scim.admin.params import query_params
from britive_scim.admin.validation import check_api_path, check_page_size
from britive_scim.sync.pager import Pager
from britive_scim.sync.session import Session
from britive_scim.errors import InputError, UnexpectedResponse
from britive_scim.wire.decoding.admin import decode_page
from britive_scim.wire.ids import IdLike, validate_path_id
from britive_scim.wire.operation import GET, CallOptions, Operation
from britive_scim.wire.paging.index import Page, PageNumberCursor
from britive_scim.wire.paging.links import AutoCursor, build_next_page_operation, decode_linked_page
from britive_scim.wire.paging.repetition import get_item_key
from britive_scim.wire.paging.table_source import ItemLayout, TableSource
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["build_admin_pager", "build_auto_pager", "build_table_source", "find_in_list"]

M = TypeVar("M", bound=Model)


def build_admin_pager(
    session: Session,
    template: str,
    *ids: IdLike,
    model: type[M],
    filter: str | None = None,
    search: str | None = None,
    sort: str | None = None,
    query: Mapping[str, Any] | None = None,
    page_size: int | None = None,
    timeout: float | None = None,
    retry: RetryPolicy | None = None,
    has_tags: bool = False,
) -> Pager[M]:
    """Return a pager of `model`; pages are counted from 0 and have at least one item.

    Args:
        session: sends the requests.
        template: path with `{}` for each id.
        *ids: ids, or objects that have one.
        model: class of the items.
        filter: filter text, checked before.
        search: text to search for.
        sort: such as `name,asc`.
        query: further query parameters.
        page_size: items a page; `None` for the client's.
        timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
        retry: retry policy for each request; `None` for the client's.
        has_tags: whether the users of the list contain their tags.

    Raises:
        InputError: an invalid id, query parameter or page size.
    """
    _check_ids(template, ids)
    parameters = query_params(
        {**(query or {}), "filter": filter, "searchText": search, "sort": sort}
    )

    def build_operation(page: int, size: int) -> Operation[Page[M]]:
        page_query = {**parameters, "page": page, "size": max(size, 1)}
        return GET(template, *ids, query=page_query, returns=decode_page(model))

    def create_cursor(size: int) -> PageNumberCursor[M]:
        return PageNumberCursor(size, get_item_key)

    return Pager(
        session,
        build_operation,
        create_cursor,
        page_size=session.settings.page_size if page_size is None else check_page_size(page_size),
        label=template,
        call=CallOptions(timeout=timeout, retry=retry),
        table_source=build_table_source(model, has_tags=has_tags),
    )


def build_auto_pager(
    session: Session,
    template: str,
    *ids: IdLike,
    model: type[M],
    query: Mapping[str, object],
    page_size: int | None = None,
    timeout: float | None = None,
    retry: RetryPolicy | None = None,
) -> Pager[M]:
    """Return a pager of `model` that detects the kind of paging from the first page.

    Raises:
        InputError: an invalid path, id or page size.
    """
    check_api_path(template)
    expected = template.count("{}")
    if expected != len(ids):
        raise InputError(f"{template} must have {expected} ids, got {len(ids)}")
    _check_ids(template, ids)
    if page_size is not None:
        check_page_size(page_size)
    links: dict[int, str] = {}

    def build_operation(page: int, size: int) -> Operation[Page[M]]:
        def store_link(link: str) -> None:
            links[page + 1] = link

        returns = decode_linked_page(model, session.base_url, store_link)
        if page in links:
            return build_next_page_operation(links[page], session.base_url, returns)
        parameters = dict(query)
        if page or page_size is not None:
            parameters |= {"page": page, "size": max(size, 1)}
        return GET(template, *ids, query=parameters, returns=returns)

    def create_cursor(size: int) -> AutoCursor[M]:
        links.clear()
        return AutoCursor(size, get_item_key)

    return Pager(
        session,
        build_operation,
        create_cursor,
        page_size=page_size or session.settings.page_size,
        label=template,
        call=CallOptions(timeout=timeout, retry=retry),
        table_source=build_table_source(model),
    )


def find_in_list(
    session: Session,
    path: str,
    model: type[M],
    filter: str | None,
    find: Callable[[Sequence[M]], M | None],
    call: CallOptions,
) -> M | None:
    """Return an object of a list by its name, or `None`; the server may ignore the filter.

    Args:
        session: sends the requests.
        path: path of the list.
        model: class of the items.
        filter: filter text, checked before.
        find: returns the object, given the items, or `None`.
        call: timeout and retry policy of each request.

    Raises:
        UnexpectedResponse: it is not in the list, and the list is incomplete.
    """
    pager = build_admin_pager(session, path, model=model, filter=filter, **call)
    found = find([item for item in pager])
    if found is None and pager.complete is False:
        problem = f"it is unknown whether a {model.__name__} has this name: {pager.why_incomplete}"
        raise UnexpectedResponse(
            f"GET {path}: {problem}", status=200, detail=problem, method="GET", path=path
        )
    return found


def build_table_source(model: type[Model], *, has_tags: bool = False) -> TableSource:
    """Return how a list of objects becomes a table.

    Args:
        model: class of the objects.
        has_tags: whether users contain their tags.
    """

    def build_layout(columns: Any, **options: Any) -> ItemLayout:
        from britive_scim.admin.table_layout import ModelLayout  # needed for tables only

        return ModelLayout(model, columns, has_tags=has_tags, **options)

    return TableSource(build_layout, options=("attributes",))


def _check_ids(template: str, ids: tuple[IdLike, ...]) -> None:
    for path_prefix, id_like in zip(template.split("{}"), ids, strict=False):
        validate_path_id(id_like, path_prefix)
