"""Identity attributes of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from britive_scim.admin import IdentityAttribute
from britive_scim.admin.lookup import find_unique_by_name, get_attribute_by_name
from britive_scim.admin.model_list import ModelList
from britive_scim.admin.params import body_without_none, build_change_body
from britive_scim.admin.validation import check_name, check_names, check_one_of
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.session import AsyncSession
from britive_scim.wire.decoding.admin import decode_list, decode_required, decode_strings
from britive_scim.wire.decoding.scim import decode_json, ignore_body
from britive_scim.wire.ids import validate_path_id
from britive_scim.wire.operation import DELETE, GET, PATCH, POST
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["NON_ADMIN_PATH", "AsyncIdentityAttributes"]

_PATH = "/api/users/attributes"
NON_ADMIN_PATH = "/api/access/users/attributes"
"""Path of the same list for callers who are not administrators."""
_DATA_TYPES = ("String", "Number", "Boolean", "Date")


class AsyncIdentityAttributes(AsyncAPIResource):
    """Definitions of identity attributes: `/api/users/attributes`."""

    def __init__(self, session: AsyncSession, *, list_path: str = _PATH) -> None:
        super().__init__(session)
        self._list_path = list_path
        self._cache: tuple[IdentityAttribute, ...] = ()

    async def list(
        self,
        *,
        identity_type: str | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> ModelList[IdentityAttribute]:
        """Return the identity attributes of the tenant, built in and custom.

        Args:
            identity_type: `User`, `ServiceIdentity` or `AIIdentity` (inferred); all if not given.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Source: apidocs/get-list-of-all-custom-attributes-in-the-system (documented).
        """
        if identity_type is not None:
            check_name(identity_type, label="identity_type")
        query = {"type": identity_type}
        attributes = await self._send(
            GET(self._list_path, query=query, returns=decode_list(IdentityAttribute)),
            timeout,
            retry,
        )
        if identity_type is None:
            self._cache = tuple(attributes)
        return attributes

    async def get(
        self,
        attribute: str | IdentityAttribute,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> IdentityAttribute:
        """Return the identity attribute with this id.

        Raises:
            NotFound: no such identity attribute.

        Source: apidocs/get-details-of-a-specified-identity-attribute (documented).
        """
        return await self._send(
            GET(_PATH + "/{}", attribute, returns=decode_required(IdentityAttribute)),
            timeout,
            retry,
        )

    async def find_by_name(
        self, name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> IdentityAttribute | None:
        """Return the identity attribute with exactly this name, or `None`.

        Raises:
            Ambiguous: several have this name.

        Source: apidocs/get-list-of-all-custom-attributes-in-the-system (documented).
        """
        check_name(name)
        return find_unique_by_name(
            name, await self.list(timeout=timeout, retry=retry), label="identity attributes"
        )

    async def create(
        self,
        name: str,
        *,
        description: str | None = None,
        data_type: str = "String",
        multi_valued: bool = False,
        identity_types: Sequence[str] = ("User",),
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> IdentityAttribute:
        """Create a custom identity attribute.

        Args:
            name: the name it has at the identity provider.
            description: the API needs one; the name if not given.
            data_type: `String`, `Number`, `Boolean` or `Date`.
            multi_valued: whether an identity may have several values.
            identity_types: types of identities that have it.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an empty name, or an unknown data type.
            Conflict: the name is taken.

        Source: apidocs/create-an-identity-attribute-in-the-system (documented; `identity_types` is sent since
        version 4.5.0 of the vendor's package).
        """
        check_one_of(data_type, _DATA_TYPES, label="data_type")
        body = body_without_none(
            name=name,
            description=description or name,
            data_type=data_type,
            multi_valued=multi_valued,
            identity_types=check_names(identity_types, label="identity_types"),
        )
        attribute = await self._send(
            POST(_PATH, body=body, returns=IdentityAttribute), timeout, retry
        )
        if attribute.id and attribute.name:
            self._cache = (*self._cache, attribute)
        return attribute

    async def update(
        self,
        attribute: str | IdentityAttribute,
        *,
        name: str | None = None,
        description: str | None = None,
        identity_types: Sequence[str] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change a custom identity attribute; fields that are not given do not change.

        The API documents the same body as for creation, so the other fields are read first. `data_type`
        and `multi_valued` cannot be changed.

        Args:
            attribute: the attribute or its id.
            name: the new name.
            description: the new description.
            identity_types: types of identities that have it; types can be added but not removed.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: nothing to change.
            NotFound: no such identity attribute.

        Source: apidocs/update-specified-identity-attribute-details (documented).
        """
        change = build_change_body(
            name=name,
            description=description,
            identity_types=None
            if identity_types is None
            else check_names(identity_types, label="identity_types"),
        )
        current = await self.get(attribute, timeout=timeout, retry=retry)
        present = body_without_none(
            name=current.name,
            description=current.description,
            data_type=current.data_type,
            multi_valued=current.multi_valued,
            identity_types=current.identity_types,
        )
        self._cache = ()
        await self._send(
            PATCH(_PATH + "/{}", attribute, body=present | change, returns=ignore_body),
            timeout,
            retry,
        )

    async def delete(
        self,
        attribute: str | IdentityAttribute,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Delete a custom identity attribute; built-in ones cannot be deleted.

        Raises:
            NotFound: no such identity attribute.

        Source: apidocs/delete-a-specified-identity-attribute (documented).
        """
        attribute_id = validate_path_id(attribute, "attributes")
        await self._send(DELETE(_PATH + "/{}", attribute_id, returns=ignore_body), timeout, retry)
        self._cache = tuple(cached for cached in self._cache if cached.id != attribute_id)

    async def data_types(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Any:
        """Return the data types of identity attributes, as decoded JSON (shape not documented).

        Source: apidocs/get-data-types-of-identity-attribute (documented).
        """
        return await self._send(GET(_PATH + "/data-types", returns=decode_json), timeout, retry)

    async def identity_types(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[str]:
        """Return the types of identities that may have an attribute.

        Source: the vendor's package.
        """
        return await self._send(
            GET(_PATH + "/identity-types", returns=decode_strings), timeout, retry
        )

    async def list_readable(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> ModelList[IdentityAttribute]:
        """Return the identity attributes that every user may read.

        Source: OpenAPI `getAccessUserAttributes` (documented).
        """
        return await self._send(
            GET(NON_ADMIN_PATH, returns=decode_list(IdentityAttribute)), timeout, retry
        )

    async def _get_by_names(
        self,
        names: Iterable[str],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[IdentityAttribute]:
        """Return the attributes with these names, from the cache or, if one is missing, from the API."""
        wanted = [check_name(name, label="identity attribute") for name in names]
        if not {attribute.name for attribute in self._cache} >= set(wanted):
            await self.list(timeout=timeout, retry=retry)
        return [get_attribute_by_name(name, self._cache) for name in wanted]
