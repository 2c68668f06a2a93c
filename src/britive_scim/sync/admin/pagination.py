# Generated from aio/admin/pagination.py by tools/unasync.py; edit that file instead.
"""Lists of the admin API by `page` and `size`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from britive_scim.admin import Model
from britive_scim.admin.params import query_params
from britive_scim.admin.validation import (
    check_api_path,
    check_mapping,
    check_model_class,
    check_page_size,
)
from britive_scim.sync.pager import Pager
from britive_scim.sync.session import Session
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import decode_page
from britive_scim.wire.ids import IdLike, validate_path_id
from britive_scim.wire.operation import GET, CallOptions, Operation
from britive_scim.wire.paging.index import Page, PageNumberCursor
from britive_scim.wire.paging.links import AutoCursor, build_next_page_operation, decode_linked_page

__all__ = ["build_admin_pager", "build_auto_pager"]

M = TypeVar("M", bound=Model)


def build_admin_pager(
    sender: Session,
    template: str,
    *slots: IdLike,
    model: type[M],
    query: dict[str, Any],
    call: CallOptions,
    page_size: int | None = None,
) -> Pager[M]:
    """Return a lazy list of `model`; pages are counted from 0, and none is asked for fewer than one item.

    Raises:
        InputError: an id, a parameter of the query or a size of pages that cannot be.
    """
    for place, slot in zip(template.split("{}"), slots, strict=False):
        validate_path_id(slot, place)
    query = query_params(query)

    def build_operation(page: int, size: int) -> Operation[Page[M]]:
        parameters = {**query, "page": page, "size": max(size, 1)}
        return GET(template, *slots, query=parameters, returns=decode_page(model))

    def create_cursor(size: int) -> PageNumberCursor[M]:
        return PageNumberCursor(size, lambda item: getattr(item, "id", None))

    size = sender.settings.page_size if page_size is None else check_page_size(page_size)
    return Pager(
        sender, build_operation, create_cursor, page_size=size, label=template, call=call
    )


def build_auto_pager(
    sender: Session,
    template: str,
    *slots: IdLike,
    model: type[M],
    query: Mapping[str, object],
    call: CallOptions,
    page_size: int | None = None,
) -> Pager[M]:
    """Return a lazy list of `model` that is paged as its first page tells.

    Raises:
        InputError: a path, an id or a size of pages that cannot be.
    """
    check_model_class(model, label="model")
    check_api_path(template)
    query = check_mapping(query, label="query")
    if template.count("{}") != len(slots):
        raise InputError(
            f"{template} takes {template.count('{}')} ids, and {len(slots)} are given."
        )
    for place, slot in zip(template.split("{}"), slots, strict=False):
        validate_path_id(slot, place)
    if page_size is not None:
        check_page_size(page_size)
    links: dict[int, str] = {}

    def build_operation(page: int, size: int) -> Operation[Page[M]]:
        def store_link(link: str) -> None:
            links[page + 1] = link

        returns = decode_linked_page(model, sender.base_url, store_link)
        if page in links:
            return build_next_page_operation(links[page], sender.base_url, returns)
        parameters = dict(query)
        if page or page_size is not None:
            parameters |= {"page": page, "size": max(size, 1)}
        return GET(template, *slots, query=parameters, returns=returns)

    def create_cursor(size: int) -> AutoCursor[M]:
        links.clear()
        return AutoCursor(size, lambda item: getattr(item, "id", None))

    size = page_size or sender.settings.page_size
    return Pager(
        sender, build_operation, create_cursor, page_size=size, label=template, call=call
    )
