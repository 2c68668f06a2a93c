# Generated from aio/admin/pagination.py by tools/unasync.py; edit that file instead.
"""Lists of the admin API by `page` and `size`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from britive_scim.admin import Model
from britive_scim.admin.asking import asked, check_class, check_mapping, check_page_size, check_path
from britive_scim.sync.pager import Pager
from britive_scim.sync.session import Sender
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import paged
from britive_scim.wire.members import checked_slot
from britive_scim.wire.operation import GET, CallOptions, Operation, Slot
from britive_scim.wire.paging.index import Page, PageWalk
from britive_scim.wire.paging.links import AnyWalk, follow, linked

__all__ = ["admin_pager", "any_pager"]

M = TypeVar("M", bound=Model)


def admin_pager(
    sender: Sender,
    template: str,
    *slots: Slot,
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
        checked_slot(slot, place)
    query = asked(query)

    def ask(page: int, size: int) -> Operation[Page[M]]:
        parameters = {**query, "page": page, "size": max(size, 1)}
        return GET(template, *slots, query=parameters, returns=paged(model))

    def walk(size: int) -> PageWalk[M]:
        return PageWalk(size, lambda item: getattr(item, "id", None))

    size = sender.settings.page_size if page_size is None else check_page_size(page_size)
    return Pager(sender, ask, walk, page_size=size, what=template, call=call)


def any_pager(
    sender: Sender,
    template: str,
    *slots: Slot,
    model: type[M],
    query: Mapping[str, object],
    call: CallOptions,
    page_size: int | None = None,
) -> Pager[M]:
    """Return a lazy list of `model` that is paged as its first page tells.

    Raises:
        InputError: a path, an id or a size of pages that cannot be.
    """
    check_class(model, what="model")
    check_path(template)
    query = check_mapping(query, what="query")
    if template.count("{}") != len(slots):
        raise InputError(
            f"{template} takes {template.count('{}')} ids, and {len(slots)} are given."
        )
    for place, slot in zip(template.split("{}"), slots, strict=False):
        checked_slot(slot, place)
    if page_size is not None:
        check_page_size(page_size)
    links: dict[int, str] = {}

    def ask(page: int, size: int) -> Operation[Page[M]]:
        def note(link: str) -> None:
            links[page + 1] = link

        returns = linked(model, sender.base_url, note)
        if page in links:
            return follow(links[page], sender.base_url, returns)
        parameters = dict(query)
        if page or page_size is not None:
            parameters |= {"page": page, "size": max(size, 1)}
        return GET(template, *slots, query=parameters, returns=returns)

    def walk(size: int) -> AnyWalk[M]:
        links.clear()
        return AnyWalk(size, lambda item: getattr(item, "id", None))

    size = page_size or sender.settings.page_size
    return Pager(sender, ask, walk, page_size=size, what=template, call=call)
