"""Bodies of requests to the SCIM service, read as JSON."""

from __future__ import annotations

import json
from typing import Any, NoReturn, cast

from britive_scim.testing.http.messages import TenantRequest
from britive_scim.testing.scim.problem import ScimHttpError

__all__ = ["read_body"]


def read_body(request: TenantRequest, limit: int) -> dict[str, Any]:
    """Return the body of a request, which must be a JSON object, whatever its content type says.

    Args:
        request: with the body.
        limit: most bytes it may have.

    Raises:
        Problem: 413 for a body over the limit, 400 `invalidSyntax` for one that is no JSON object.
    """
    if len(request.body) > limit:
        raise ScimHttpError(
            413, f"the body has {len(request.body)} bytes: at most {limit} are taken"
        )
    try:
        text = request.body.decode("utf-8-sig")
        body: Any = json.loads(text, parse_constant=_reject_constant)
        if "\\u" in text:
            json.dumps(body, ensure_ascii=False).encode()  # half a character cannot be stored
    except (ValueError, RecursionError):
        raise ScimHttpError.invalid_syntax("the body is not JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise ScimHttpError.invalid_syntax("the body must be a JSON object")
    return cast("dict[str, Any]", body)


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
