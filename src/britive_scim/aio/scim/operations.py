"""Changes of resources as values: what would be sent, for bulk requests and for raw sending."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from britive_scim.aio.scim.resource_reader import AsyncResourceReader
from britive_scim.errors import InputError
from britive_scim.scim.models.base import Resource
from britive_scim.wire.decoding.scim import decode_optional_body, ignore_body
from britive_scim.wire.ids import IdLike, validate_id
from britive_scim.wire.operation import DELETE, PATCH, POST, PUT, Operation
from britive_scim.wire.requests.etags import IfMatch, build_if_match_header
from britive_scim.wire.requests.scim import build_create_body, build_replace_body
from britive_scim.wire.requests.scim_changes import Changes, build_patch_request

__all__ = ["AsyncOperationBuilder"]

R = TypeVar("R", bound=Resource)


class AsyncOperationBuilder(AsyncResourceReader[R]):
    """Resources of one type whose changes can be had as values. Nothing here sends anything."""

    __slots__ = ()

    def creation(self, resource: R, *, bulk_id: str | None = None) -> Operation[R | None]:
        """Return the operation that creates a resource, as a value for `client.bulk` or `client.send`.

        Args:
            resource: what to create.
            bulk_id: name by which other operations refer to it before it has an id: `bulkId:NAME` stands
                for its id, in members and wherever an id is asked.

        Raises:
            InvalidResource: a mandatory attribute is missing.
        """
        body = build_create_body(resource, self._schema)
        made = POST(self._endpoint, body=body, returns=decode_optional_body(self._model))
        return made if bulk_id is None else replace(made, bulk_id=validate_id(bulk_id))

    def replacement(self, resource: R, *, if_match: IfMatch = None) -> Operation[R | None]:
        """Return the operation that puts a resource in place of the one with its id, as a value.

        Args:
            resource: the new state, with its id.
            if_match: which version it replaces.
        """
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
        """Return the operation that changes parts of a resource, as a value.

        Args:
            target: the id, `bulkId:NAME`, or a resource that has an id.
            changes: as in `patch`.
            if_match: which version is changed.

        Raises:
            InvalidPath: a path does not parse, or names nothing.
            InputError: there is nothing to change.
        """
        request = build_patch_request(changes, self._schema)
        if not request:
            raise InputError("there is nothing to change: no operation was given")
        return PATCH(
            f"{self._endpoint}/{{}}",
            target,
            body=request.to_wire(),
            returns=decode_optional_body(self._model),
            headers=build_if_match_header(if_match, target),
        )

    def deletion(self, target: IdLike, *, if_match: IfMatch = None) -> Operation[None]:
        """Return the operation that deletes a resource, as a value.

        Args:
            target: the id, or a resource that has it.
            if_match: which version is deleted.
        """
        headers = build_if_match_header(if_match, target)
        return DELETE(f"{self._endpoint}/{{}}", target, returns=ignore_body, headers=headers)
