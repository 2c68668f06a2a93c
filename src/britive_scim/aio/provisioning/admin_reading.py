"""Reading of a whole directory by the admin API: users, tags and their members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from britive_scim import admin
from britive_scim.admin.validation import check_bool
from britive_scim.aio.admin.identity_attributes import AsyncIdentityAttributes
from britive_scim.aio.admin.identity_providers import AsyncIdentityProviders
from britive_scim.aio.admin.tags import AsyncTags
from britive_scim.aio.admin.users import AsyncAdminUsers
from britive_scim.aio.admin.workload import resolve_provider_name
from britive_scim.aio.concurrent_iteration import InnerGenerator, ordered_map
from britive_scim.aio.provisioning.reading_progress import AsyncReadingProgress
from britive_scim.errors import NotFound
from britive_scim.progress import Progress, ProgressOption
from britive_scim.provisioning.admin_records import build_group_values, build_user_record
from britive_scim.provisioning.directory.directory import Directory
from britive_scim.provisioning.directory.records import Completeness, GroupRecord, MemberRecord
from britive_scim.scim.definitions.attribute import Attribute
from britive_scim.wire.operation import CallOptions

__all__ = ["AsyncAdminDirectoryReader"]


@dataclass(frozen=True, slots=True)
class _ReadTag:
    """Tag with its members.

    Attributes:
        record: the tag as a group, with its members.
        is_linked: it belongs to the identity provider that is read.
        problem: why members may be missing, or `None`.
    """

    record: GroupRecord
    is_linked: bool
    problem: str | None

    def has_member(self, ids: AbstractSet[str | None]) -> bool:
        """Return whether a user with one of the ids is a member, or may be one."""
        members = self.record.members or ()
        return self.problem is not None or any(member.value in ids for member in members)


class AsyncAdminDirectoryReader:
    """One reading of the users and tags of a tenant, or of one of its identity providers.

    Args:
        users: users of the client.
        tags: tags of the client.
        identity_providers: identity providers of the client.
        identity_attributes: definitions of identity attributes of the client.
        tenant_url: URL of the tenant.
        concurrency: tags, and later users, read at a time.
        progress: progress of the lists, and of the requests for each tag and user.
        call: timeout and retry policy of each request.
    """

    def __init__(
        self,
        users: AsyncAdminUsers,
        tags: AsyncTags,
        identity_providers: AsyncIdentityProviders,
        identity_attributes: AsyncIdentityAttributes,
        *,
        tenant_url: str,
        concurrency: int,
        progress: ProgressOption,
        call: CallOptions,
    ) -> None:
        self._users = users
        self._tags = tags
        self._identity_providers = identity_providers
        self._identity_attributes = identity_attributes
        self._tenant_url = tenant_url
        self._progress = AsyncReadingProgress(progress)
        self._concurrency = concurrency
        self._call = call

    async def read(
        self, identity_provider: str | admin.IdentityProvider | None, *, has_attributes: bool
    ) -> Directory:
        """Read the users, then the tags, the members of each tag, and the attributes of each user.

        Args:
            identity_provider: the identity provider or its name; `None` for the whole tenant.
            has_attributes: read the custom attributes of users, if the list does not show them.
        """
        check_bool(has_attributes, label="attributes")
        with self._progress:
            return await self._read(identity_provider, has_attributes=has_attributes)

    async def _read(
        self, identity_provider: str | admin.IdentityProvider | None, *, has_attributes: bool
    ) -> Directory:
        provider = None
        if identity_provider is not None:
            provider = await self._find_provider(identity_provider)
        read_at, reasons = datetime.now(UTC), list[str]()
        user_pager = self._users.list(**self._call)
        async with InnerGenerator(self._progress.iter_pages(user_pager, "users")) as pages:
            users = [
                user
                async for page in pages
                for user in page.items
                if _belongs_to(user.identity_provider, provider)
            ]
        tag_pager = self._tags.list(**self._call)
        async with InnerGenerator(self._progress.iter_pages(tag_pager, "tags")) as tag_pages:
            tags = [tag async for page in tag_pages for tag in page.items if tag.id]
        names = await self._read_attribute_names() if has_attributes else None
        total = len(tags) + (len(users) if names else 0)
        progress = self._progress.begin(total, unit="request")
        ids = {user.id for user in users}
        groups = [
            tag
            for tag in await self._read_tags(tags, provider, progress)
            if tag.is_linked or tag.has_member(ids)
        ]
        if names is not None:
            users = await self._read_attributes(users, names, progress)
        for label, pager in (("users", user_pager), ("tags", tag_pager)):
            if not pager.complete:
                reasons.append(f"{label}: {pager.why_incomplete}")
        unproven = [tag for tag in groups if tag.problem is not None]
        reasons += [f"members of tag {tag.record.id}: {tag.problem}" for tag in unproven]
        return Directory.found(
            map(build_user_record, users),
            [tag.record for tag in groups],
            completeness=Completeness(
                users=user_pager.complete is True,
                groups=tag_pager.complete is True,
                unproven_groups=frozenset(tag.record.id or "" for tag in unproven),
                reasons=tuple(reasons),
            ),
            scim_url=None,
            provider=None if provider is None else provider.name,
            read_at=read_at,
            format="admin API",
            tenant_url=self._tenant_url,
            custom_attributes=[Attribute(name=name) for name in (names or {}).values() if name],
        )

    async def _read_tags(
        self,
        tags: Sequence[admin.Tag],
        provider: admin.IdentityProvider | None,
        progress: Progress,
    ) -> list[_ReadTag]:
        """Read the members of each tag; tags deleted meanwhile are left out."""

        async def read_tag(tag: admin.Tag) -> _ReadTag | None:
            read = await self._read_tag(tag, provider)
            progress.advance("members of tags")
            return read

        async with InnerGenerator(ordered_map(read_tag, tags, self._concurrency)) as read:
            return [tag async for tag in read if tag is not None]

    async def _read_attribute_names(self) -> dict[str | None, str | None]:
        """Return the names of the custom attributes by id."""
        attributes = await self._identity_attributes.list(**self._call)
        return {attribute.id: attribute.name for attribute in attributes if not attribute.built_in}

    async def _read_attributes(
        self,
        users: Sequence[admin.User],
        names: Mapping[str | None, str | None],
        progress: Progress,
    ) -> list[admin.User]:
        """Return users with their custom attributes; those deleted meanwhile are left out.

        Without custom attributes in the tenant, and for a user whose attributes the list showed, nothing is sent.
        """

        async def read_user(user: admin.User) -> admin.User | None:
            if not names:
                return user.model_copy(update={"attributes": []})
            complete = (
                user if user.attributes is not None else await self._add_attributes(user, names)
            )
            progress.advance("attributes of users")
            return complete

        async with InnerGenerator(ordered_map(read_user, users, self._concurrency)) as read:
            return [user async for user in read if user is not None]

    async def _add_attributes(
        self, user: admin.User, names: Mapping[str | None, str | None]
    ) -> admin.User | None:
        try:
            values = await self._users.custom_attributes.list(user, **self._call)
        except NotFound:
            return None
        named = [
            value
            if value.attribute_name
            else value.model_copy(
                update={"attribute_name": names.get(value.attribute_id) or value.attribute_id}
            )
            for value in values
        ]
        return user.model_copy(update={"attributes": named})

    async def _find_provider(
        self, identity_provider: str | admin.IdentityProvider
    ) -> admin.IdentityProvider:
        name = resolve_provider_name(identity_provider)
        if isinstance(identity_provider, admin.IdentityProvider) and identity_provider.id:
            return identity_provider
        return await self._identity_providers.get_by_name(name, **self._call)

    async def _read_tag(
        self, tag: admin.Tag, provider: admin.IdentityProvider | None
    ) -> _ReadTag | None:
        """Return a tag with its members, or `None` if it was deleted meanwhile."""
        pager = self._tags.members.list(tag, dynamic=True, **self._call)
        kind: Literal["User"] = "User"
        try:
            members = tuple([MemberRecord(user.id, kind) async for user in pager if user.id])
        except NotFound:
            return None
        links = tag.identity_providers or ()
        own = [link for link in links if _belongs_to(link.identity_provider, provider)]
        external_id = own[0].external_id if len(own) == 1 else None
        record = GroupRecord(
            build_group_values(tag, external_id=external_id),
            members,
            admin={"identity_providers": [*_iter_provider_names(links, provider)]},
        )
        problem = None if pager.complete else pager.why_incomplete
        return _ReadTag(record, provider is None or bool(own), problem)


def _iter_provider_names(
    links: Iterable[admin.TagIdentityProvider], provider: admin.IdentityProvider | None
) -> Iterator[str]:
    """Yield the names of identity providers of a tag, else their ids; `provider` is named as it names itself."""
    for link in links:
        found = link.identity_provider
        if provider is not None and provider.name and _belongs_to(found, provider):
            yield provider.name
        elif found is not None and (name := found.name or found.id):
            yield name


def _belongs_to(
    found: admin.IdentityProvider | None, provider: admin.IdentityProvider | None
) -> bool:
    """Return whether two references name one identity provider; `None` names the whole tenant."""
    if provider is None:
        return True
    if found is None:
        return False
    if found.id and provider.id:
        return found.id == provider.id
    return found.name is not None and found.name == provider.name
