# Generated from aio/admin/custom_attributes.py by tools/unasync.py; edit that file instead.
"""Values of custom identity attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from britive_scim.admin import AttributeValue, User
from britive_scim.admin.attribute_values import (
    AttributeValues,
    build_value_changes,
    group_by_name,
    to_string_lists,
)
from britive_scim.sync.admin.identity_attributes import IdentityAttributes
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.session import Session
from britive_scim.wire.decoding.admin import decode_list
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.ids import validate_path_id
from britive_scim.wire.operation import GET, PATCH
from britive_scim.wire.retry.policy import RetryPolicy

__all__ = ["CustomAttributes"]

_PATH = "/api/users/{}/custom-attributes"


class CustomAttributes(APIResource):
    """Values of custom identity attributes; built-in attributes are fields of the user.

    Source: the vendor's package (`/api/users/{id}/custom-attributes`).
    """

    def __init__(self, session: Session, attributes: IdentityAttributes) -> None:
        super().__init__(session)
        self._attributes = attributes

    def list(
        self, user: str | User, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> Sequence[AttributeValue]:
        """Return the values individually.

        Raises:
            NotFound: no such user.
        """
        return self._send(
            GET(_PATH, user, returns=decode_list(AttributeValue)), timeout, retry
        )

    def get(
        self, user: str | User, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> AttributeValues:
        """Return the values as a mapping, `{attribute name: [values]}`.

        Raises:
            NotFound: no such user.
        """
        values = self.list(user, timeout=timeout, retry=retry)
        if all(value.attribute_name for value in values):
            return group_by_name(values, ())
        return group_by_name(values, self._attributes.list(timeout=timeout, retry=retry))

    def update(
        self,
        user: str | User,
        values: Mapping[str, str | Sequence[str] | None],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Set the values of the named attributes; other attributes do not change.

        Only differences are sent; without a difference there is no write request.

        Args:
            user: the user or its id.
            values: `{attribute name: value}`, several values as a list; `None` or `[]` removes all.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: an unknown or built-in attribute, or several values of a single-valued attribute.
            NotFound: no such user.
        """
        validate_path_id(user, "users")
        wanted = to_string_lists(values)
        attributes = self._attributes._get_by_names(wanted, timeout=timeout, retry=retry)
        current = self.list(user, timeout=timeout, retry=retry)
        items = build_value_changes(attributes, wanted, current)
        if items:
            self._send(PATCH(_PATH, user, body=items, returns=ignore_body), timeout, retry)
