"""Comparison of the id in a response with that of the request."""

from __future__ import annotations

from typing import TypeVar

from britive_scim import scim
from britive_scim.errors import UnexpectedResponse
from britive_scim.wire.ids import IdLike

__all__ = ["check_returned_id"]

R = TypeVar("R", bound="scim.Resource")


def check_returned_id(resource: R, target: IdLike, *, method: str, endpoint: str) -> R:
    """Return the resource of a response, unless it has the id of another one.

    A response without an id is accepted. Upper and lower case are not distinguished, as some servers normalize ids.

    Args:
        resource: the resource of the response.
        target: id of the request, or the resource that has it.
        method: HTTP method of the request.
        endpoint: path of the resource type.

    Raises:
        UnexpectedResponse: the response has another id.
    """
    expected = target if isinstance(target, str) else target.id
    if not resource.id or not expected or resource.id.casefold() == expected.casefold():
        return resource
    path = f"{endpoint}/{expected}"
    problem = f"the response contains another resource, with the id {resource.id!r}"
    raise UnexpectedResponse(
        f"{method} {path}: {problem}; get the resource to see its state",
        status=200,
        detail=problem,
        method=method,
        path=path,
    )
