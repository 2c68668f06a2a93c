"""Exception classes of the package, in one tree.

```
BritiveScimError
├── InputError (also ValueError)                 raised before sending
│   ├── InvalidFilter                            .position  .scim_type = "invalidFilter"
│   ├── InvalidPath                              .position  .scim_type = "invalidPath"
│   ├── PatchError                               .scim_type  .operation_index
│   ├── InvalidSelection                         .scim_type = "invalidValue"
│   ├── InvalidResource                          .problems; data that does not match its model
│   ├── ConfigurationError                       settings, credentials, addresses
│   ├── Ambiguous                                .candidates
│   ├── ReadOnly                                 a write through a read-only client
│   ├── DirectoryError                           .problems; all problems of a source at once
│   └── PlanRefused                              a plan beyond its limits, or for another target
├── TokenNotDelivered                            .token: created, but not delivered
├── TransportError                               .sent .method .path .attempts .may_have_happened .uncertain_request
│   │                                            .done .remaining .refusals .resource
│   ├── ConnectionFailed (also ConnectionError)
│   └── TimedOut (also TimeoutError)
└── ApiError                                     .status .detail .scim_type .error_code .request_id .method .path .retry_after
    │                                            .attempts .may_have_happened .uncertain_request .body
    │                                            .done .remaining .refusals .resource
    ├── BadRequest                               400 and every 4xx without a class of its own
    │   └── ExternallyManaged                    Britive's U-0003 and UT-0002
    ├── Unauthorized  Forbidden  NotFound  Conflict  PreconditionFailed  PayloadTooLarge  RateLimited
    ├── ServerError                              5xx
    │   └── Maintenance                          503 with MAINT0001
    └── UnexpectedResponse                       a response that cannot be decoded
```

Every error survives `pickle` and `copy` and has `to_dict()`. No error contains a token or an object of the
HTTP library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim.errors.base import (
    BritiveScimError,
)
from britive_scim.errors.input_errors import (
    Ambiguous,
    ConfigurationError,
    DirectoryError,
    InputError,
    InvalidFilter,
    InvalidPath,
    InvalidResource,
    InvalidSelection,
    PatchError,
    PlanRefused,
    ReadOnly,
)
from britive_scim.errors.request_errors import ApiError
from britive_scim.errors.response_errors import (
    BadRequest,
    Conflict,
    ExternallyManaged,
    Forbidden,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    RateLimited,
    Unauthorized,
    UnexpectedResponse,
)
from britive_scim.errors.server_errors import Maintenance, ServerError
from britive_scim.errors.token_errors import (
    TokenNotDelivered,
)
from britive_scim.errors.transport_errors import ConnectionFailed, TimedOut, TransportError

__all__ = [
    "Ambiguous",
    "ApiError",
    "BadRequest",
    "BritiveScimError",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DirectoryError",
    "ExternallyManaged",
    "Forbidden",
    "InputError",
    "InvalidFilter",
    "InvalidPath",
    "InvalidResource",
    "InvalidSelection",
    "Maintenance",
    "NotFound",
    "PatchError",
    "PayloadTooLarge",
    "PlanRefused",
    "PreconditionFailed",
    "RateLimited",
    "ReadOnly",
    "ServerError",
    "TimedOut",
    "TokenNotDelivered",
    "TransportError",
    "Unauthorized",
    "UnexpectedResponse",
]

for _name in __all__:  # pickles, tracebacks and `help` name the public module
    globals()[_name].__module__ = __name__


if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist

    def __getattr__(name: str) -> object:
        """Name the class that somebody means who adds `Error`, as other packages do."""
        stem = name.removesuffix("Error").casefold()
        meant = [known for known in __all__ if known.removesuffix("Error").casefold() == stem]
        hint = f"; use errors.{meant[0]}" if meant else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}", name=name)
