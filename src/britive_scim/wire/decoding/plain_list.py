"""Decoder of a list of resources as JSON objects: for tables, which need no models."""

from __future__ import annotations

from typing import Any

from britive_scim import scim
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.wire.decoding.scim import Decoder, decode_list_response
from britive_scim.wire.paging.page import Page
from britive_scim.wire.response import Response

__all__ = ["decode_plain_list"]

_KEYS = frozenset({"schemas", "totalResults", "itemsPerPage", "startIndex", "Resources"})


def decode_plain_list(
    model: type[scim.Resource], *, is_filtered: bool = False
) -> Decoder[Page[Any]]:
    """Return a decoder of a SCIM ListResponse whose items are JSON objects, if it is without any deviation.

    The items of any other page are models.

    Args:
        model: class of the resources.
        is_filtered: see `decode_list_response`.
    """
    decode = decode_list_response(model, is_filtered=is_filtered)

    def read(response: Response) -> Page[Any]:
        page = _parse_exact_page(response) if response.ok and not response.is_too_deep else None
        return decode(response) if page is None else page

    return read


def _parse_exact_page(response: Response) -> Page[Any] | None:
    try:
        value = response.json()
    except ValueError:
        return None
    if not is_object(value) or not value.keys() <= _KEYS:
        return None
    items, total, size = (
        value.get("Resources"),
        value.get("totalResults"),
        value.get("itemsPerPage"),
    )
    if not is_list(items) or type(total) is not int or total < 0:
        return None
    if size is not None and type(size) is not int:
        return None
    ids: list[Any] = []
    for item in items:
        if item.__class__ is not dict:
            return None
        ids.append(item.get("id"))
    if not all(id_ and id_.__class__ is str for id_ in ids):
        return None
    return Page(tuple(items), total=total, size=size)
