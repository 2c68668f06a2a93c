"""Attributes, parameters and paths by what their values are; names are in lower case.

Values that are protocol keywords stay in a recording; `redaction` replaces all others.
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
"""Attributes and parameters whose values are protocol keywords."""

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
"""Attributes and parameters whose values are attribute paths; comparison values in brackets are replaced."""

KEYWORD_LIST_PATHS = frozenset(
    ["data-types", "fields", "identity-types", "operators", "scim-attributes", "types"]
)
"""Last path segments of endpoints whose responses contain protocol keywords only."""

NUMERIC_ID_FIELDS = frozenset({"id", "idpid"})
"""Ids that may be numbers: counters of a tenant without personal meaning."""

PERSONAL_NUMBER_FIELDS = frozenset(
    {"phone", "mobile", "phonenumbers", "phonenumber", "employeenumber"}
)
"""Attributes whose values are personal, also if they are JSON numbers."""

FREE_TEXT_FIELDS = frozenset({"detail", "message", "error", "error_description", "details"})
"""Messages of the server; known values in them are replaced."""

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
"""URL path segments without personal meaning, in lower case."""

KEYWORD_SEGMENTS = frozenset({"TOTP", "WEB_AUTHN"})
"""Protocol keywords in the position of an id."""
