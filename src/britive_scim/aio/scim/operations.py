"""Operations that change resources, as values: for bulk requests and raw sending."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from britive_scim import scim
from britive_scim.aio.scim.lookups import AsyncLookups
from britive_scim.errors import InputError
from britive_scim.wire.decoding.scim import decode_optional_body, ignore_body
from britive_scim.wire.ids import IdLike, validate_id
from britive_scim.wire.operation import DELETE, PATCH, POST, PUT, Operation
from britive_scim.wire.requests.etags import IfMatch, build_if_match_header
from britive_scim.wire.requests.scim import build_create_body, build_replace_body
from britive_scim.wire.requests.scim_changes import Changes, build_patch_request

__all__ = ["AsyncOperationBuilder"]

R = TypeVar("R", bound="scim.Resource")


class AsyncOperationBuilder(AsyncLookups[R]):
    """Resources of one type, with methods that build operations. They send nothing."""

    __slots__ = ()

    def creation(self, resource: R, *, bulk_id: str | None = None) -> Operation[R | None]:
        """Return the operation that creates a resource, for `client.bulk` or `client.send`.

        Args:
            resource: resource to create.
            bulk_id: name of the resource in other operations before it has an id: `bulkId:NAME` stands for its
                id, in members and in place of any id.

        Raises:
            InvalidResource: a mandatory attribute is missing.
        """
        body = build_create_body(resource, self._schema)
        operation = POST(self._endpoint, body=body, returns=decode_optional_body(self._model))
        return operation if bulk_id is None else replace(operation, bulk_id=validate_id(bulk_id))

    def replacement(self, resource: R, *, if_match: IfMatch = None) -> Operation[R | None]:
        """Return the operation that replaces the resource with the id of `resource`.

        Args:
            resource: the new state, with its id.
            if_match: version to replace, as in `replace`.
        """
        return self._build_put(resource, if_match=if_match)

    def _build_put(self, resource: R, *, if_match: IfMatch) -> Operation[R | None]:
        return PUT(
            f"{self._endpoint}/{{}}",
            resource,
            body=build_replace_body(resource, self._schema),
            returns=decode_optional_body(self._model),
            headers=build_if_match_header(if_match, resource),
        )

    def change(
        self, target: IdLike, changes: Changes, *, if_match: IfMatch = None
    ) -> Operation[R | None]:
        """Return the operation that changes attributes of a resource.

        Args:
            target: id of the resource, `bulkId:NAME`, or the resource itself.
            changes: as in `patch`.
            if_match: version to change, as in `patch`.

        Raises:
            InvalidPath: a path cannot be parsed, or names no attribute.
            InputError: `changes` is empty.
        """
        request = build_patch_request(changes, self._schema)
        if not request:
            raise InputError(
                "changes must contain an operation, got none; give at least one change"
            )
        return PATCH(
            f"{self._endpoint}/{{}}",
            target,
            body=request.to_wire(),
            returns=decode_optional_body(self._model),
            headers=build_if_match_header(if_match, target),
        )

    def deletion(self, target: IdLike, *, if_match: IfMatch = None) -> Operation[None]:
        """Return the operation that deletes a resource.

        Args:
            target: id of the resource, or the resource itself.
            if_match: version to delete, as in `delete`.
        """
        headers = build_if_match_header(if_match, target)
        return DELETE(f"{self._endpoint}/{{}}", target, returns=ignore_body, headers=headers)
