# Generated from aio/admin/users.py by tools/unasync.py; edit that file instead.
"""Users of a tenant."""

from __future__ import annotations

from typing import Unpack

from britive_scim.admin import Condition, User
from britive_scim.admin.condition import USERS, render
from britive_scim.sync.admin.paged import admin_pager
from britive_scim.sync.noun import Noun
from britive_scim.sync.pager import Pager
from britive_scim.wire.answers import existing
from britive_scim.wire.operation import GET, CallOptions

__all__ = ["Users"]


class Users(Noun):
    """Identities of the tenant: `/api/users`. Those an identity provider owns are changed there alone."""

    def list(
        self,
        *,
        filter: str | Condition | None = None,  # noqa: A002  # the API's own word
        search: str | None = None,
        identity_type: str = "User",
        include_tags: bool = False,
        sort: str | None = None,
        page_size: int | None = None,
        **call: Unpack[CallOptions],
    ) -> Pager[User]:
        """Return a lazy list of users; nothing is sent before it is looped over.

        Args:
            filter: `admin.where("name").co("Smith")`, or text in the API's language; fields name, status, role
                (and username, which the vendor's Terraform provider uses), operators eq, co.
            search: text anywhere in a user.
            identity_type: `User`, `ServiceIdentity` or `AIIdentity`.
            include_tags: fill `user_tags`.
            sort: such as `name,asc`.
            page_size: users a page; the settings' if not given.
            **call: `timeout=` and `retry=` of each request.

        Raises:
            InputError: a filter this list does not document.

        Source: apidocs/get-a-list-of-all-identities (documented).
        """
        query = {
            "type": identity_type,
            "filter": render(filter, USERS),
            "searchText": search,
            "includeTags": include_tags or None,
            "sort": sort,
        }
        return admin_pager(
            self._sender, "/api/users", model=User, query=query, call=call, page_size=page_size
        )

    def get(self, user: str | User, **call: Unpack[CallOptions]) -> User:
        """Return the user with this id.

        Raises:
            NotFound: no such user.

        Source: apidocs/get-details-of-a-specified-user (documented).
        """
        return self._send(GET("/api/users/{}", user, returns=existing(User)), **call)
