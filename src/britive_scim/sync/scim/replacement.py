# Generated from aio/scim/replacement.py by tools/unasync.py; edit that file instead.
"""Sending of PUT requests that write emptied attributes as `null`."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from britive_scim.sync.session import Session
from britive_scim.errors import ApiError, BadRequest, TransportError
from britive_scim.scim.json_values import is_object
from britive_scim.wire.operation import CallOptions, Operation
from britive_scim.wire.requests.scim import remove_nulls
from britive_scim.wire.retry.uncertainty import inherit_uncertainty

__all__ = ["send_replacement"]

T = TypeVar("T")


def send_replacement(session: Session, put: Operation[T], call: CallOptions) -> T:
    """Send a PUT request, and once more without `null` if the server refuses it with 400.

    Raises:
        BadRequest: the server refuses the request, even without `null`.
    """
    try:
        return session.send(put, **call)
    except BadRequest as error:
        body = remove_nulls(put.body) if is_object(put.body) else put.body
        if error.status != 400 or body == put.body:
            raise
        refusal = error
    try:
        return session.send(replace(put, body=body), **call)
    except (ApiError, TransportError) as error:
        inherit_uncertainty(error, refusal)
        raise
