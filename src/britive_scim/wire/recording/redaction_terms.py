"""Words of the protocol: names of attributes and parameters, in lower case, by what their values are.

A recording keeps such values and replaces all others; see `pseudonyms`.
"""

from __future__ import annotations

__all__ = [
    "ATTRIBUTE_PATH_FIELDS",
    "ENDPOINT_SEGMENTS",
    "EXPRESSION_FIELDS",
    "FREE_TEXT_FIELDS",
    "KEYWORD_FIELDS",
    "KEYWORD_LIST_PATHS",
    "KEYWORD_SEGMENTS",
    "NUMERIC_ID_FIELDS",
    "PERSONAL_NUMBER_FIELDS",
]

KEYWORD_FIELDS = frozenset(
    [
        "algorithm",
        "authenticationschemes",
        "authority",
        "bulkid",
        "bundleprofile",
        "condition",
        "count",
        "datatype",
        "errorcode",
        "eventtype",
        "factor",
        "identitytypes",
        "idptype",
        "locale",
        "mappedtype",
        "messagetype",
        "method",
        "mutability",
        "op",
        "operator",
        "page",
        "preferredlanguage",
        "referencetypes",
        "relatedentitytype",
        "relationtype",
        "resourcetype",
        "returned",
        "role",
        "scimprovider",
        "scimtype",
        "size",
        "sortorder",
        "ssoprovider",
        "startindex",
        "state",
        "status",
        "timezone",
        "type",
        "uniqueness",
        "usertype",
        "version",
        "view",
    ]
)
"""Names of attributes and parameters, in lower case, whose values are words of the protocol."""

ATTRIBUTE_PATH_FIELDS = frozenset(
    [
        "attributename",
        "attributes",
        "excludedattributes",
        "idpattr",
        "schemas",
        "scimattributename",
        "sort",
        "sortby",
    ]
)
"""The same, where the values name attributes: what they compare with within brackets is replaced."""

KEYWORD_LIST_PATHS = frozenset(
    ["data-types", "fields", "identity-types", "operators", "scim-attributes", "types"]
)
"""Ends of paths that are answered with words of the protocol alone."""

NUMERIC_ID_FIELDS = frozenset({"id", "idpid"})
"""Ids that may be numbers, which count what a tenant has and tell nobody."""

PERSONAL_NUMBER_FIELDS = frozenset(
    {"phone", "mobile", "phonenumbers", "phonenumber", "employeenumber"}
)
"""Those whose values are numbers of people, even where they are written as numbers."""

FREE_TEXT_FIELDS = frozenset({"detail", "message", "error", "error_description", "details"})
"""Texts for people, written by the server: what is known is replaced within them."""

EXPRESSION_FIELDS = frozenset({"filter", "path"})
"""Filters and paths."""

ENDPOINT_SEGMENTS = frozenset(
    [
        "api",
        "scim",
        "v2",
        "users",
        "groups",
        "me",
        "bulk",
        "schemas",
        "resourcetypes",
        "serviceproviderconfig",
        "logs",
    ]
)
"""Segments of addresses that are nobody's, in lower case."""

KEYWORD_SEGMENTS = frozenset({"TOTP", "WEB_AUTHN"})
"""Segments of paths in the place of an id that are words of the protocol."""
