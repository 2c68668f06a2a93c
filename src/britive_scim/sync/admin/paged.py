# Generated from aio/admin/paged.py by tools/unasync.py; edit that file instead.
"""Lists of the admin API by `page` and `size`."""

from __future__ import annotations

from typing import Any, TypeVar

from britive_scim.admin import Model
from britive_scim.admin.asking import asked, check_page_size
from britive_scim.sync.pager import Pager
from britive_scim.sync.sender import Sender
from britive_scim.wire.answers import paged
from britive_scim.wire.members import checked_slot
from britive_scim.wire.operation import GET, CallOptions, Operation, Slot
from britive_scim.wire.paging import Page, PageWalk

__all__ = ["admin_pager"]

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
