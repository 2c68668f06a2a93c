"""Tags of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from britive_scim.admin import Condition, IdentityProvider, Tag, User, where
from britive_scim.admin.filter import TAG_FILTER, render_filter
from britive_scim.admin.lookup import find_unique_by_name
from britive_scim.admin.params import body_without_none, build_change_body
from britive_scim.admin.validation import check_name
from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
from britive_scim.aio.admin.pagination import build_admin_pager, find_in_list
from britive_scim.aio.admin.tag_members import AsyncTagMembers
from britive_scim.aio.admin.tag_rules import AsyncTagRules
from britive_scim.aio.api_resource import APIResourceAttribute, AsyncAPIResource
from britive_scim.aio.change_recovery import Reading
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.session import AsyncSession
from britive_scim.wire.decoding.admin import decode_list, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_ids, validate_path_id
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncTags"]


class AsyncTags(AsyncAPIResource):
    """Tags, Britive's groups: `/api/user-tags`. External tags are changed at their identity provider.

    Attributes:
        members: members of a tag.
        rules: membership rules of a tag.
    """

    members: APIResourceAttribute[AsyncTagMembers] = APIResourceAttribute(lambda: AsyncTagMembers)
    rules: APIResourceAttribute[AsyncTagRules] = APIResourceAttribute(
        lambda: AsyncTagRules, lambda tags: AsyncTagRules(tags._session, tags._attributes)
    )

    def __init__(self, session: AsyncSession, attributes: AsyncIdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes

    def list(
        self,
        *,
        filter: str | Condition | None = None,  # the API's name
        search: str | None = None,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[Tag]:
        """Return a pager of tags; iteration sends the requests.

        Args:
            filter: `admin.where("name").co("Admins")`, or a filter text; fields name, status, operators eq, co.
            search: text anywhere in a tag.
            sort: such as `name,asc`.
            page_size: tags a page; `None` for the client's.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: an undocumented filter.

        Source: apidocs/get-details-of-all-user-tags (documented).
        """
        return build_admin_pager(
            self._session,
            "/api/user-tags",
            model=Tag,
            filter=render_filter(filter, TAG_FILTER),
            search=search,
            sort=sort,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    async def find_by_name(
        self, name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Tag | None:
        """Return the tag with exactly this name, or `None`.

        Raises:
            Ambiguous: several have this name, under several identity providers.
            UnexpectedResponse: the list is incomplete, and has no such tag.

        Source: apidocs/get-details-of-all-user-tags with `name eq` (documented).
        """
        filter_text = render_filter(where("name").eq(check_name(name)), TAG_FILTER)
        find = partial(find_unique_by_name, name, label="tags")
        call = CallOptions(timeout=timeout, retry=retry)
        return await find_in_list(self._session, "/api/user-tags", Tag, filter_text, find, call)

    async def get(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Tag:
        """Return the tag with this id.

        Raises:
            NotFound: no such tag.

        Source: apidocs/get-details-of-a-specified-tag (documented).
        """
        return await self._send(
            GET("/api/user-tags/{}", tag, returns=decode_required(Tag)), timeout, retry
        )

    async def create(
        self,
        name: str,
        *,
        description: str | None = None,
        identity_providers: Sequence[str | IdentityProvider] = (),
        external: bool | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Tag:
        """Create a tag. Tags from SCIM are created at their identity provider.

        Args:
            name: unique.
            description: free text.
            identity_providers: its identity providers; the tenant's own if not given.
            external: whether an identity provider owns the tag.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an empty name.
            Conflict: the name is taken.

        Source: apidocs/create-a-user-tag (documented; `external` from the vendor's package).
        """
        provider_ids = validate_ids(identity_providers, label="identity_providers")
        body = body_without_none(
            name=name,
            description=description,
            external=external,
            user_tag_identity_providers=[{"identityProvider": {"id": id_}} for id_ in provider_ids]
            or None,
        )
        return await self._send(POST("/api/user-tags", body=body, returns=Tag), timeout, retry)

    async def update(
        self,
        tag: str | Tag,
        *,
        name: str | None = None,
        description: str | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change a tag; fields that are not given do not change.

        Raises:
            InputError: nothing to change, or an empty name.
            NotFound: no such tag.
            ExternallyManaged: an identity provider owns the tag.

        Source: apidocs/update-a-specified-user-tag-1 (documented).
        """
        body = build_change_body(name=name, description=description)
        await self._send(
            PATCH("/api/user-tags/{}", tag, body=body, returns=ignore_body), timeout, retry
        )

    async def set_owners(
        self,
        tag: str | Tag,
        *,
        users: Iterable[str | User] = (),
        tags: Iterable[str | Tag] = (),
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Set the owners of a tag to exactly these users and the members of these tags.

        Raises:
            NotFound: no such tag.

        Source: apidocs/update-a-specified-user-tag (documented; owners from the vendor's Terraform provider).
        """
        owners = [
            {"relatedEntityId": id_, "relatedEntityType": entity_type}
            for entity_type, ids in (
                ("User", validate_ids(users, label="users")),
                ("Tag", validate_ids(tags, label="tags")),
            )
            for id_ in ids
        ]
        body = {
            "userTagId": validate_path_id(tag, "user-tags"),
            "relationships": {"owners": owners},
        }
        await self._send(PATCH("/api/user-tags", body=body, returns=ignore_body), timeout, retry)

    async def delete(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Delete a tag.

        Raises:
            NotFound: no such tag.
            ExternallyManaged: an identity provider owns the tag.

        Source: apidocs/delete-a-specified-tag (documented).
        """
        await self._send(DELETE("/api/user-tags/{}", tag, returns=ignore_body), timeout, retry)

    async def enable(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Enable a tag.

        Source: apidocs/enables-a-specified-tag (documented).
        """
        await self._send_idempotent(
            POST("/api/user-tags/{}/enabled-statuses", tag, returns=ignore_body),
            partial(self._read_status, tag, True),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def disable(
        self, tag: str | Tag, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Disable a tag.

        Source: apidocs/disables-a-specified-tag (documented).
        """
        await self._send_idempotent(
            POST("/api/user-tags/{}/disabled-statuses", tag, returns=ignore_body),
            partial(self._read_status, tag, False),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def _read_status(
        self, tag: str | Tag, is_active: bool, call: CallOptions
    ) -> Reading[None]:
        """Read whether a tag has a status."""
        return Reading((await self.get(tag, **call)).is_active is is_active, None)

    async def set_members(
        self,
        tag: str | Tag,
        users: Iterable[str | User],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Set the members of a tag to exactly these users; the same as `tags.members.set`.

        Source: apidocs/add-user-to-a-specified-tag and its neighbours (documented).
        """
        await self.members.set(tag, users, timeout=timeout, retry=retry)

    async def list_minimized(
        self,
        tags: Iterable[str | Tag],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[Tag]:
        """Return a few fields of many tags with one request; the fields are not documented.

        Source: the vendor's package.
        """
        ids = list(validate_ids(tags, label="tags"))
        if not ids:
            return []
        operation = POST(
            "/api/user-tags/minimized-tag-details", body=ids, returns=decode_list(Tag), safe=True
        )
        return await self._send(operation, timeout, retry)
