# Generated from aio/admin/tags.py by tools/unasync.py; edit that file instead.
"""Tags of a tenant."""

from __future__ import annotations

from typing import Unpack

from britive_scim.admin import Condition, Tag
from britive_scim.admin.condition import TAGS, render
from britive_scim.sync.admin.paged import admin_pager
from britive_scim.sync.noun import Noun
from britive_scim.sync.pager import Pager
from britive_scim.wire.answers import existing
from britive_scim.wire.operation import GET, CallOptions

__all__ = ["Tags"]


class Tags(Noun):
    """Tags, Britive's groups: `/api/user-tags`. Those an identity provider owns are changed there alone."""

    def list(
        self,
        *,
        filter: str | Condition | None = None,  # noqa: A002  # the API's own word
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        **call: Unpack[CallOptions],
    ) -> Pager[Tag]:
        """Return a lazy list of tags; nothing is sent before it is looped over.

        Args:
            filter: `admin.where("name").co("Admins")`, or text in the API's language; fields name, status,
                operators eq, co.
            search: text anywhere in a tag.
            sort: such as `name,asc`.
            page_size: tags a page; the settings' if not given.
            **call: `timeout=` and `retry=` of each request.

        Raises:
            InputError: a filter this list does not document.

        Source: apidocs/get-details-of-all-user-tags (documented).
        """
        query = {"filter": render(filter, TAGS), "searchText": search, "sort": sort}
        return admin_pager(
            self._sender, "/api/user-tags", model=Tag, query=query, call=call, page_size=page_size
        )

    def get(self, tag: str | Tag, **call: Unpack[CallOptions]) -> Tag:
        """Return the tag with this id.

        Raises:
            NotFound: no such tag.

        Source: apidocs/get-details-of-a-specified-tag (documented).
        """
        return self._send(GET("/api/user-tags/{}", tag, returns=existing(Tag)), **call)
