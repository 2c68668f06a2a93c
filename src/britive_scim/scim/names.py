"""URNs of schemas and messages, and the syntax of attribute names and schema URIs."""

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
"""Core schema of User (RFC 7643 §4.1)."""

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
"""Core schema of Group (RFC 7643 §4.2)."""

ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
"""Enterprise extension of User (RFC 7643 §4.3)."""

CUSTOM_USER = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
"""Extension of User with the identity attributes that a Britive tenant defines."""

SERVICE_PROVIDER_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
"""Schema of ServiceProviderConfig (RFC 7643 §5)."""

RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
"""Schema of ResourceType (RFC 7643 §6)."""

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
"""Schema of Schema (RFC 7643 §7)."""

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
"""Response to a query (RFC 7644 §3.4.2)."""

SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
"""Query sent by POST (RFC 7644 §3.4.3)."""

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
"""PATCH request (RFC 7644 §3.5.2)."""

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
"""Bulk request (RFC 7644 §3.7)."""

BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
"""Response to a bulk request (RFC 7644 §3.7.3)."""

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
"""Body of an error response (RFC 7644 §3.12)."""

ATTRIBUTE_NAME_PATTERN = r"\$?[A-Za-z][A-Za-z0-9$_-]*+"
"""Pattern of an attribute name: RFC 7643 §2.1, plus the leading `$` of `$ref`."""

_URI_CHARACTER = r"[A-Za-z0-9._~:/?\#@!$&'*+,;=%-]"
# RFC 3986 without brackets, which are tokens of the filter grammar.

URN_PATTERN = rf"[uU][rR][nN]:{_URI_CHARACTER}+"
"""Pattern of a schema URN, greedy; a parser backtracks to the colon before the attribute name."""

URL_PATTERN = rf"(?![uU][rR][nN]:)[A-Za-z][A-Za-z0-9+.-]*+://{_URI_CHARACTER}+"
"""Pattern of a schema URI other than a URN, which the grammar of RFC 7644 §3.4.2.2 also allows."""

_ATTRIBUTE_NAME_REGEX = re.compile(ATTRIBUTE_NAME_PATTERN)
_SCHEMA_URI_REGEX = re.compile(f"(?:{URN_PATTERN}|{URL_PATTERN})")


def fold(name: str) -> str:
    """Return the case-folded form of an attribute name or URN, for comparison (RFC 7643 §2.1).

    Not cached: folding a short string is faster than a cache lookup.

    Args:
        name: attribute name or URN.

    Examples:
        >>> fold("userName") == fold("USERNAME")
        True
    """
    return name.casefold()


def is_attribute_name(name: str) -> bool:
    """Return whether `name` is a valid attribute name: a letter, then letters, digits, `-`, `_`, `$`.

    A leading `$` is allowed, as in `$ref` (RFC 7643 §2.1, erratum 8924).

    Examples:
        >>> is_attribute_name("x509Certificates"), is_attribute_name("name.familyName")
        (True, False)
    """
    return _ATTRIBUTE_NAME_REGEX.fullmatch(name) is not None


def is_schema_uri(uri: str) -> bool:
    """Return whether `uri` is a valid schema id: a URN or a URL.

    Examples:
        >>> is_schema_uri(ENTERPRISE_USER), is_schema_uri("https://example.com/badge"), is_schema_uri("User")
        (True, True, False)
    """
    return _SCHEMA_URI_REGEX.fullmatch(uri) is not None
