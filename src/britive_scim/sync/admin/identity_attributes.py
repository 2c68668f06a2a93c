# Generated from aio/admin/identity_attributes.py by tools/unasync.py; edit that file instead.
"""Identity attributes: what the tenant keeps about an identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Unpack

from britive_scim.admin import IdentityAttribute
from britive_scim.admin.checks import attribute_named, check_name, check_several, one_of, only_named
from britive_scim.admin.model import given
from britive_scim.sync.noun import Noun
from britive_scim.sync.transport import Sender
from britive_scim.wire.answers import existing, several
from britive_scim.wire.operation import DELETE, GET, POST, CallOptions, checked_id
from britive_scim.wire.reading import nothing

__all__ = ["IdentityAttributes"]

_DATA_TYPES = ("String", "Number", "Boolean", "Date")


class IdentityAttributes(Noun):
    """Definitions of identity attributes: `/api/users/attributes`."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._known: tuple[IdentityAttribute, ...] = ()

    def list(
        self, *, identity_type: str | None = None, **call: Unpack[CallOptions]
    ) -> Sequence[IdentityAttribute]:
        """Return the identity attributes of the tenant, built in and custom.

        Args:
            identity_type: only those of `User`, `ServiceIdentity` or `AIIdentity` (inferred).
            **call: `timeout=` and `retry=` of this call.

        Source: apidocs/get-list-of-all-custom-attributes-in-the-system (documented).
        """
        query = {"type": identity_type}
        found = self._send(
            GET("/api/users/attributes", query=query, returns=several(IdentityAttribute)), **call
        )
        if identity_type is None:
            self._known = tuple(found)
        return found

    def get(
        self, attribute: str | IdentityAttribute, **call: Unpack[CallOptions]
    ) -> IdentityAttribute:
        """Return the identity attribute with this id.

        Raises:
            NotFound: no such identity attribute.

        Source: apidocs/get-details-of-a-specified-identity-attribute (documented).
        """
        return self._send(
            GET("/api/users/attributes/{}", attribute, returns=existing(IdentityAttribute)), **call
        )

    def find_by_name(
        self, name: str, **call: Unpack[CallOptions]
    ) -> IdentityAttribute | None:
        """Return the identity attribute with exactly this name, or `None`.

        Raises:
            Ambiguous: more than one has it.
        """
        check_name(name)
        return only_named(name, self.list(**call), what="identity attributes")

    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        data_type: str = "String",
        multi_valued: bool = False,
        identity_types: Sequence[str] = ("User",),
        **call: Unpack[CallOptions],
    ) -> IdentityAttribute:
        """Create a custom identity attribute.

        Args:
            name: the name it has at the identity provider.
            description: mandatory at the API; the name stands in where it is not given.
            data_type: `String`, `Number`, `Boolean` or `Date`.
            multi_valued: whether an identity may have several values.
            identity_types: kinds of identities that have it.
            **call: `timeout=` and `retry=` of this call.

        Raises:
            InputError: an empty name, or an unknown data type.
            Conflict: the name is taken.

        Source: apidocs/create-an-identity-attribute-in-the-system (documented; `identity_types` is asked since
        version 4.5.0 of the vendor's package).
        """
        check_name(name)
        one_of(data_type, _DATA_TYPES, what="data_type")
        body = given(
            name=name,
            description=description or name,
            data_type=data_type,
            multi_valued=multi_valued,
            identity_types=check_several(identity_types, what="identity_types"),
        )
        made = self._send(
            POST("/api/users/attributes", body=body, returns=IdentityAttribute), **call
        )
        self._known = (*self._known, made) if made.id and made.name and self._known else ()
        return made

    def delete(self, attribute: str | IdentityAttribute, **call: Unpack[CallOptions]) -> None:
        """Delete a custom identity attribute; built-in ones cannot be deleted.

        Raises:
            NotFound: no such identity attribute.

        Source: apidocs/delete-a-specified-identity-attribute (documented).
        """
        gone = checked_id(attribute)
        self._send(DELETE("/api/users/attributes/{}", gone, returns=nothing), **call)
        self._known = tuple(one for one in self._known if one.id != gone)

    def _named(
        self, names: Iterable[str], **call: Unpack[CallOptions]
    ) -> Sequence[IdentityAttribute]:
        """Return the attributes with these names: from memory, or read anew where one is missing."""
        wanted = [check_name(name, what="identity attribute") for name in names]
        if not {one.name for one in self._known} >= set(wanted):
            self.list(**call)
        return [attribute_named(name, self._known) for name in wanted]
