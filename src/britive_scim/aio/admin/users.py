"""Users of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from pydantic import SecretStr

from britive_scim.admin import Condition, IdentityProvider, Relationship, Tag, User, where
from britive_scim.admin.filter import USER_FILTER, render_filter
from britive_scim.admin.lookup import find_unique_by_username
from britive_scim.admin.params import body_without_none, build_change_body
from britive_scim.admin.validation import check_name, check_names, check_one_of
from britive_scim.aio.admin.custom_attributes import AsyncCustomAttributes
from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
from britive_scim.aio.admin.pagination import build_admin_pager, find_in_list
from britive_scim.aio.api_resource import APIResourceAttribute, AsyncAPIResource
from britive_scim.aio.change_recovery import Reading
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.session import AsyncSession
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import decode_list, decode_page, decode_required
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_ids, validate_path_id
from britive_scim.wire.operation import DELETE, GET, PATCH, POST, CallOptions
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["AsyncAdminUsers"]

_TYPES = ("User", "ServiceIdentity", "AIIdentity")


class AsyncAdminUsers(AsyncAPIResource):
    """Users of a tenant: `/api/users`. External users are changed at their identity provider.

    Attributes:
        custom_attributes: values of custom identity attributes.
    """

    custom_attributes: APIResourceAttribute[AsyncCustomAttributes] = APIResourceAttribute(
        lambda: AsyncCustomAttributes,
        lambda users: AsyncCustomAttributes(users._session, users._attributes),
    )

    def __init__(self, session: AsyncSession, attributes: AsyncIdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes

    def list(
        self,
        *,
        filter: str | Condition | None = None,  # the API's name
        search: str | None = None,
        identity_type: str = "User",
        include_tags: bool = False,
        sort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[User]:
        """Return a pager of users; iteration sends the requests.

        Args:
            filter: `admin.where("name").co("Smith")`, or a filter text; fields name, status, role (and username,
                which the vendor's Terraform provider uses), operators eq, co.
            search: text anywhere in a user.
            identity_type: `User`, `ServiceIdentity` or `AIIdentity`.
            include_tags: fill `user_tags`.
            sort: such as `name,asc`.
            page_size: users a page; `None` for the client's.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: an undocumented filter.

        Source: apidocs/get-a-list-of-all-identities (documented).
        """
        return build_admin_pager(
            self._session,
            "/api/users",
            model=User,
            filter=render_filter(filter, USER_FILTER),
            search=search,
            sort=sort,
            query={
                "type": check_one_of(identity_type, _TYPES, label="identity_type"),
                "includeTags": include_tags,
            },
            page_size=page_size,
            timeout=timeout,
            retry=retry,
            has_tags=include_tags,
        )

    async def get(
        self, user: str | User, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> User:
        """Return the user with this id.

        Raises:
            NotFound: no such user.

        Source: apidocs/get-details-of-a-specified-user (documented).
        """
        return await self._send(
            GET("/api/users/{}", user, returns=decode_required(User)), timeout, retry
        )

    async def find_by_username(
        self, username: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> User | None:
        """Return the user with this username, ignoring case, or `None`.

        Raises:
            Ambiguous: several have this username, under several identity providers.
            UnexpectedResponse: the list is incomplete, and has no such user.

        Source: the vendor's Terraform provider (`filter=username eq "..."`).
        """
        text = render_filter(where("username").eq(check_name(username)), USER_FILTER)
        page = await self._send(
            GET("/api/users", query={"filter": text}, returns=decode_page(User)), timeout, retry
        )
        find = partial(find_unique_by_username, username)
        found = find(page.items)
        if found is None and page.items and page.total != len(page.items):  # an ignored filter
            call = CallOptions(timeout=timeout, retry=retry)
            return await find_in_list(self._session, "/api/users", User, text, find, call)
        return found

    async def create(
        self,
        username: str,
        *,
        email: str,
        first_name: str,
        last_name: str,
        identity_provider: str | IdentityProvider | None = None,
        password: str | SecretStr | None = None,
        share_password_to_user: bool | None = None,
        email_list: Sequence[str] | None = None,
        mobile: str | None = None,
        phone: str | None = None,
        admin_roles: Sequence[str] | None = None,
        relationships: Mapping[str, Sequence[Relationship]] | None = None,
        status: str = "active",
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> User:
        """Create a user. Users from SCIM are created at their identity provider.

        Args:
            username: unique.
            email: e-mail address.
            first_name: given name.
            last_name: family name.
            identity_provider: its identity provider; the tenant's own if not given.
            password: only for the tenant's own identity provider.
            share_password_to_user: send the password to the user.
            email_list: send the password to these addresses.
            mobile: mobile phone number.
            phone: phone number.
            admin_roles: names such as `TenantAdmin`.
            relationships: related users and tags, `{name: [admin.Relationship(…)]}`.
            status: `active` or `inactive`.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an invalid name or e-mail address, or an unknown status.
            Conflict: the username is taken.

        Source: apidocs/create-a-new-user-1 (documented; mobile, phone and admin_roles from the vendor's package).
        """
        identity_provider_id = (
            None
            if identity_provider is None
            else validate_path_id(identity_provider, "identity-providers")
        )
        roles = None if admin_roles is None else check_names(admin_roles, label="admin_roles")
        body = body_without_none(
            type="User",
            username=username,
            email=email,
            first_name=first_name,
            last_name=last_name,
            status=check_one_of(status, ("active", "inactive"), label="status"),
            identity_provider=identity_provider_id and {"id": identity_provider_id},
            password=password,
            share_password_to_user=share_password_to_user,
            email_list=email_list,
            mobile=mobile,
            phone=phone,
            admin_roles=roles and [{"name": name} for name in roles],
            relationships=relationships,
        )
        return await self._send(POST("/api/users", body=body, returns=User), timeout, retry)

    async def update(
        self,
        user: str | User,
        *,
        username: str | None = None,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        mobile: str | None = None,
        phone: str | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change a user; fields that are not given do not change.

        The API needs username and e-mail address in every change; they are read first if not given.

        Raises:
            InputError: nothing to change.
            NotFound: no such user.
            ExternallyManaged: an identity provider owns the user.

        Source: apidocs/update-user-details-1 (documented; what must be sent from the vendor's package).
        """
        change = build_change_body(
            username=username,
            email=email,
            first_name=first_name,
            last_name=last_name,
            mobile=mobile,
            phone=phone,
        )
        if username is None or email is None:
            current = await self.get(user, timeout=timeout, retry=retry)
            change = body_without_none(username=current.username, email=current.email) | change
        body = {"type": "User", **change}
        await self._send(
            PATCH("/api/users/{}", user, body=body, returns=ignore_body), timeout, retry
        )

    async def delete(
        self, user: str | User, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Delete a user.

        Raises:
            NotFound: no such user.
            ExternallyManaged: an identity provider owns the user.

        Source: apidocs/delete-a-specified-user (documented).
        """
        await self._send(DELETE("/api/users/{}", user, returns=ignore_body), timeout, retry)

    async def enable(
        self, user: str | User, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Enable a user.

        Raises:
            NotFound: no such user.
            ExternallyManaged: an identity provider owns the user.

        Source: OpenAPI `enabledStatuses` (documented).
        """
        await self._send_idempotent(
            POST("/api/users/{}/enabled-statuses", user, returns=ignore_body),
            partial(self._read_status, user, True),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def disable(
        self, user: str | User, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Disable a user, who can no longer log in.

        Raises:
            NotFound: no such user.
            ExternallyManaged: an identity provider owns the user.

        Source: OpenAPI `disabledStatuses` (documented).
        """
        await self._send_idempotent(
            POST("/api/users/{}/disabled-statuses", user, returns=ignore_body),
            partial(self._read_status, user, False),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def _read_status(
        self, user: str | User, is_active: bool, call: CallOptions
    ) -> Reading[None]:
        """Read whether a user has a status."""
        return Reading((await self.get(user, **call)).is_active is is_active, None)

    async def enable_many(
        self,
        users: Iterable[str | User],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[User]:
        """Enable several users with one request; return the changed users.

        Source: the vendor's package.
        """
        if not (ids := list(validate_ids(users, label="users"))):
            return []
        return await self._send_idempotent(
            POST("/api/users/enabled-statuses", body=ids, returns=decode_list(User)),
            partial(self._read_statuses, ids, True),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def disable_many(
        self,
        users: Iterable[str | User],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[User]:
        """Disable several users with one request; return the changed users.

        Source: apidocs/disable-a-specified-user (documented).
        """
        if not (ids := list(validate_ids(users, label="users"))):
            return []
        return await self._send_idempotent(
            POST("/api/users/disabled-statuses", body=ids, returns=decode_list(User)),
            partial(self._read_statuses, ids, False),
            CallOptions(timeout=timeout, retry=retry),
        )

    async def _read_statuses(
        self, ids: Sequence[str], is_active: bool, call: CallOptions
    ) -> Reading[Sequence[User]]:
        """Read whether all of several users have a status, up to the first without it."""
        users: list[User] = []
        for id_ in ids:
            users.append(await self.get(id_, **call))
            if users[-1].is_active is not is_active:
                return Reading(False, ())
        return Reading(True, users)

    async def reset_password(
        self,
        user: str | User,
        password: str | SecretStr,
        *,
        share_password_to_user: bool | None = None,
        recipients: Sequence[str] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Set the password of a user of the tenant's own identity provider.

        Args:
            user: the user or its id.
            password: the new password.
            share_password_to_user: send the password to the user.
            recipients: send the password to these addresses.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Source: apidocs/reset-user-password (documented).
        """
        if password is None:  # pyright: ignore[reportUnnecessaryComparison]  # a reset without a password
            raise InputError("password must be a string or a SecretStr, got None")
        body = body_without_none(
            password=password,
            share_password_to_user=share_password_to_user,
            recipients=recipients,
        )
        await self._send(
            POST("/api/users/{}/resetpassword", user, body=body, returns=ignore_body),
            timeout,
            retry,
        )

    async def reset_mfa(
        self, user: str | User, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> None:
        """Reset the user's MFA registration.

        Source: apidocs/reset-user-s-multi-factor-authentication-mfa (documented).
        """
        await self._send(PATCH("/api/users/{}/resetmfa", user, returns=ignore_body), timeout, retry)

    def list_by_tag(
        self,
        tag: str | Tag,
        *,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[User]:
        """Return a pager of the members of a tag; its name is accepted, too.

        Source: apidocs/get-members-of-a-tag (documented).
        """
        return build_admin_pager(
            self._session,
            "/api/users/by-tag/{}",
            tag,
            model=User,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    def subordinates(
        self,
        user: str | User,
        *,
        page_size: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[User]:
        """Return a pager of the users managed by a user.

        Source: apidocs/get-user-subordinates (documented; the shape of the response is not, all known ones are decoded).
        """
        return build_admin_pager(
            self._session,
            "/api/access/users/{}/subordinates",
            user,
            model=User,
            page_size=page_size,
            timeout=timeout,
            retry=retry,
        )

    async def list_minimized(
        self,
        users: Iterable[str | User],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[User]:
        """Return a few fields of many users with one request; the fields are not documented.

        Source: the vendor's package.
        """
        if not (ids := list(validate_ids(users, label="users"))):
            return []
        operation = POST(
            "/api/users/minimized-user-details", body=ids, returns=decode_list(User), safe=True
        )
        return await self._send(operation, timeout, retry)
