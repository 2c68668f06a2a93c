"""The names SCIM speaks in: URNs of schemas and messages, and the rules for names of attributes."""

from __future__ import annotations

import re

__all__ = [
    "BULK_REQUEST",
    "BULK_RESPONSE",
    "CUSTOM_USER",
    "ENTERPRISE_USER",
    "ERROR",
    "GROUP",
    "LIST_RESPONSE",
    "PATCH_OP",
    "RESOURCE_TYPE",
    "SCHEMA",
    "SEARCH_REQUEST",
    "SERVICE_PROVIDER_CONFIG",
    "USER",
    "fold",
    "is_attribute_name",
    "is_schema_uri",
]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
"""Core schema of a user (RFC 7643 §4.1)."""

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
"""Core schema of a group (RFC 7643 §4.2)."""

ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
"""The extension of users that RFC 7643 §4.3 defines."""

CUSTOM_USER = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
"""The extension that carries the identity attributes a Britive tenant defines itself."""

SERVICE_PROVIDER_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
"""What a service offers (RFC 7643 §5)."""

RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
"""A kind of resource and its endpoint (RFC 7643 §6)."""

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
"""The description of a schema (RFC 7643 §7)."""

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
"""Answer to a query (RFC 7644 §3.4.2)."""

SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
"""A query sent by POST (RFC 7644 §3.4.3)."""

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
"""Operations that change a resource (RFC 7644 §3.5.2)."""

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
"""Several requests in one (RFC 7644 §3.7)."""

BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
"""Answer to a bulk request (RFC 7644 §3.7.3)."""

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
"""Body of an answer that reports a failure (RFC 7644 §3.12)."""

ATTRIBUTE_NAME_PATTERN = r"\$?[A-Za-z][A-Za-z0-9$_-]*+"
"""Pattern of one attribute name: RFC 7643 §2.1, with the `$` that `$ref` needs."""

_URI_CHARACTER = r"[A-Za-z0-9._~:/?\#@!$&'*+,;=%-]"
# RFC 3986 without brackets, which are tokens of a filter.

URN_PATTERN = rf"[uU][rR][nN]:{_URI_CHARACTER}+"
"""Pattern of a schema's URN, greedy: what follows it decides where it ends."""

URL_PATTERN = rf"(?![uU][rR][nN]:)[A-Za-z][A-Za-z0-9+.-]*+://{_URI_CHARACTER}+"
"""Pattern of a schema's URI that is no URN: rare, and allowed by the grammar of RFC 7644 §3.4.2.2."""

_ATTRIBUTE_NAME_REGEX = re.compile(ATTRIBUTE_NAME_PATTERN)
_SCHEMA_URI_REGEX = re.compile(f"(?:{URN_PATTERN}|{URL_PATTERN})")


def fold(name: str) -> str:
    """Return the form in which attribute names and URNs are compared: they have no case (RFC 7643 §2.1).

    Not cached: folding a short text takes less time than a look-up in a cache.

    Args:
        name: attribute name or URN, in any case.

    Examples:
        >>> fold("userName") == fold("USERNAME")
        True
    """
    return name.casefold()


def is_attribute_name(name: str) -> bool:
    """Return whether `name` can be the name of one attribute: a letter, then letters, digits, `-`, `_`, `$`.

    One `$` may lead, as in `$ref` (RFC 7643 §2.1 and its erratum 8924).

    Examples:
        >>> is_attribute_name("x509Certificates"), is_attribute_name("name.familyName")
        (True, False)
    """
    return _ATTRIBUTE_NAME_REGEX.fullmatch(name) is not None


def is_schema_uri(uri: str) -> bool:
    """Return whether `uri` can be the id of a schema: a URN, or a URL.

    Examples:
        >>> is_schema_uri(ENTERPRISE_USER), is_schema_uri("https://example.com/badge"), is_schema_uri("User")
        (True, True, False)
    """
    return _SCHEMA_URI_REGEX.fullmatch(uri) is not None
