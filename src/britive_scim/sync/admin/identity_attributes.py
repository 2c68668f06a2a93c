# Generated from aio/admin/identity_attributes.py by tools/unasync.py; edit that file instead.
"""Identity attributes: what the tenant keeps about an identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from britive_scim.admin import IdentityAttribute
from britive_scim.admin.lookup import find_unique_by_name, get_attribute_by_name
from britive_scim.admin.params import body_without_none
from britive_scim.admin.validation import check_name, check_names, check_one_of
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.session import Session
from britive_scim.errors import InputError
from britive_scim.wire.decoding.admin import decode_list, decode_required, decode_strings
from britive_scim.wire.decoding.scim import decode_json, ignore_body
from britive_scim.wire.ids import validate_path_id
from britive_scim.wire.operation import DELETE, GET, PATCH, POST
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["NON_ADMIN_PATH", "IdentityAttributes"]

_PATH = "/api/users/attributes"
NON_ADMIN_PATH = "/api/access/users/attributes"
"""The same list for those who are no administrators."""
_DATA_TYPES = ("String", "Number", "Boolean", "Date")


class IdentityAttributes(APIResource):
    """Definitions of identity attributes: `/api/users/attributes`."""

    def __init__(self, sender: Session, *, list_path: str = _PATH) -> None:
        super().__init__(sender)
        self._list_path = list_path
        self._cache: tuple[IdentityAttribute, ...] = ()

    def list(
        self,
        *,
        identity_type: str | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[IdentityAttribute]:
        """Return the identity attributes of the tenant, built in and custom.

        Args:
            identity_type: only those of `User`, `ServiceIdentity` or `AIIdentity` (inferred).
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Source: apidocs/get-list-of-all-custom-attributes-in-the-system (documented).
        """
        if identity_type is not None:
            check_name(identity_type, label="identity_type")
        query = {"type": identity_type}
        found = self._send(
            GET(self._list_path, query=query, returns=decode_list(IdentityAttribute)),
            timeout,
            retry,
        )
        if identity_type is None:
            self._cache = tuple(found)
        return found

    def get(
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
        return self._send(
            GET(_PATH + "/{}", attribute, returns=decode_required(IdentityAttribute)),
            timeout,
            retry,
        )

    def find_by_name(
        self, name: str, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> IdentityAttribute | None:
        """Return the identity attribute with exactly this name, or `None`.

        Raises:
            Ambiguous: more than one has it.

        Source: apidocs/get-list-of-all-custom-attributes-in-the-system (documented).
        """
        check_name(name)
        return find_unique_by_name(
            name, self.list(timeout=timeout, retry=retry), label="identity attributes"
        )

    def create(
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
            description: mandatory at the API; the name stands in where it is not given.
            data_type: `String`, `Number`, `Boolean` or `Date`.
            multi_valued: whether an identity may have several values.
            identity_types: kinds of identities that have it.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            InputError: an empty name, or an unknown data type.
            Conflict: the name is taken.

        Source: apidocs/create-an-identity-attribute-in-the-system (documented; `identity_types` is asked since
        version 4.5.0 of the vendor's package).
        """
        check_name(name)
        check_one_of(data_type, _DATA_TYPES, label="data_type")
        body = body_without_none(
            name=name,
            description=name if description is None or description == "" else description,
            data_type=data_type,
            multi_valued=multi_valued,
            identity_types=check_names(identity_types, label="identity_types"),
        )
        made = self._send(POST(_PATH, body=body, returns=IdentityAttribute), timeout, retry)
        if made.id and made.name:
            self._cache = (*self._cache, made)
        return made

    def update(
        self,
        attribute: str | IdentityAttribute,
        *,
        name: str | None = None,
        description: str | None = None,
        identity_types: Sequence[str] | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Change a custom identity attribute; what is not given stays as it is.

        The API documents the same body as for creation, so the rest of it is read first. Data type and
        multiplicity cannot be changed.

        Args:
            attribute: which one.
            name: a new name.
            description: a new description.
            identity_types: kinds of identities that have it; kinds can be added, not taken away.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: nothing to change.
            NotFound: no such identity attribute.

        Source: apidocs/update-specified-identity-attribute-details (documented).
        """
        change = body_without_none(
            name=name if name is None else check_name(name),
            description=description,
            identity_types=None
            if identity_types is None
            else check_names(identity_types, label="identity_types"),
        )
        if not change:
            raise InputError("Nothing to change was given.")
        found = self.get(attribute, timeout=timeout, retry=retry)
        present = body_without_none(
            name=found.name,
            description=found.description,
            data_type=found.data_type,
            multi_valued=found.multi_valued,
            identity_types=found.identity_types,
        )
        self._cache = ()
        self._send(
            PATCH(_PATH + "/{}", attribute, body=present | change, returns=ignore_body),
            timeout,
            retry,
        )

    def delete(
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
        gone = validate_path_id(attribute, "attributes")
        self._send(DELETE(_PATH + "/{}", gone, returns=ignore_body), timeout, retry)
        self._cache = tuple(one for one in self._cache if one.id != gone)

    def data_types(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Any:
        """Return the data types an identity attribute may have, as the API tells them (shape not documented).

        Source: apidocs/get-data-types-of-identity-attribute (documented).
        """
        return self._send(GET(_PATH + "/data-types", returns=decode_json), timeout, retry)

    def identity_types(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[str]:
        """Return the kinds of identities an attribute may belong to.

        Source: the vendor's package.
        """
        return self._send(
            GET(_PATH + "/identity-types", returns=decode_strings), timeout, retry
        )

    def readable(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[IdentityAttribute]:
        """Return the identity attributes as everybody may read them, administrator or not.

        Source: OpenAPI `getAccessUserAttributes` (documented).
        """
        return self._send(
            GET(NON_ADMIN_PATH, returns=decode_list(IdentityAttribute)), timeout, retry
        )

    def _get_by_names(
        self,
        names: Iterable[str],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Sequence[IdentityAttribute]:
        """Return the attributes with these names: from memory, or read anew where one is missing."""
        wanted = [check_name(name, label="identity attribute") for name in names]
        if not {one.name for one in self._cache} >= set(wanted):
            self.list(timeout=timeout, retry=retry)
        return [get_attribute_by_name(name, self._cache) for name in wanted]
