"""Meanings of parameters and attributes whose docstrings do not repeat them, for the reference.

Those of SCIM are from RFC 7643 §4 and RFC 7644 §3.4.
"""

from __future__ import annotations

import re

MEANINGS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        r".*\.from_env$",
        dict.fromkeys(
            ("retry", "timeout", "transport", "http_client", "read_only", "settings"),
            "as of the constructor.",
        ),
    ),
    (
        r"Pager\.to_(polars|arrow)$",
        dict.fromkeys(("columns", "progress", "options"), "see `to_pandas`."),
    ),
    (
        r"Pager\.to_excel$",
        dict.fromkeys(("path", "columns", "raw", "progress", "options"), "see `to_csv`."),
    ),
    (
        r"scim\.User$",
        {
            "active": "whether the user may sign in.",
            "addresses": "postal addresses.",
            "custom": "attributes of Britive's custom extension.",
            "display_name": "name for display.",
            "emails": "e-mail addresses.",
            "enterprise": "attributes of the enterprise extension.",
            "entitlements": "things that the user is entitled to.",
            "ims": "addresses of instant messaging.",
            "locale": "locale, such as `en-US`.",
            "name": "the parts of the name.",
            "nick_name": "casual name.",
            "phone_numbers": "phone numbers.",
            "photos": "URLs of photos.",
            "preferred_language": "language, as in `Accept-Language`.",
            "roles": "roles of the user.",
            "timezone": "time zone, such as `America/Los_Angeles`.",
            "title": "title, such as `Vice President`.",
            "user_type": "relation to the organization, such as `Contractor`.",
            "x509_certificates": "certificates.",
        },
    ),
    (r"scim\.Group$", {"members": "users and groups in the group; `None` if they are not known."}),
    (
        r"scim\.EnterpriseUser$",
        {
            "cost_center": "name of a cost center.",
            "department": "name of a department.",
            "division": "name of a division.",
            "employee_number": "identifier that the organization assigns.",
            "manager": "manager of the user.",
            "organization": "name of an organization.",
        },
    ),
    (
        r"scim\.Name$",
        {
            "family_name": "last name.",
            "formatted": "the complete name for display.",
            "given_name": "first name.",
            "honorific_prefix": "title before the name, such as `Ms.`.",
            "honorific_suffix": "suffix of the name, such as `III`.",
            "middle_name": "middle names.",
        },
    ),
    (
        r"scim\.Address$",
        {
            "country": "country, as a code of ISO 3166-1 alpha-2.",
            "formatted": "the complete address for display.",
            "locality": "city.",
            "postal_code": "postal code.",
            "region": "state or region.",
            "street_address": "street, house number and the like.",
        },
    ),
    (
        r"scim\.(ListResponse|SearchRequest|Error)$",
        {
            "attributes": "attributes to return.",
            "count": "maximum number of resources on a page.",
            "detail": "explanation for people.",
            "excluded_attributes": "attributes to leave out.",
            "items_per_page": "number of resources on this page.",
            "resources": "the resources; `Resources` on the wire.",
            "scim_type": "keyword of the error, such as `uniqueness`.",
            "sort_by": "attribute to sort by.",
            "start_index": "position of the first resource, from 1.",
        },
    ),
    (
        r"britive\.",
        {
            "description": "free text.",
            "email": "e-mail address.",
            "first_name": "first name.",
            "last_name": "last name.",
            "mobile": "mobile number.",
            "phone": "phone number.",
            "policy": "the complete policy.",
            "provider": "the workload identity provider, or its id.",
            "settings": "the settings.",
            "tags": "the tags, or their ids.",
            "filter": "condition of the API: a string, or [`admin.where(...)`](admin-models.md#where).",
            "identity_type": "type of the identities, such as `User`.",
            "factor": "type of the factor, such as `TOTP`.",
            "name": "name of the object.",
            "page_size": "objects per page; `None` for the client's.",
            "rules": "triples of attribute name, operator (`is`, `contains`) and value, or `MembershipRule`s.",
            "search": "words anywhere in the objects.",
            "sort": "field and direction, such as `name,asc`.",
            "username": "name to sign in with.",
            "users": "the users, or their ids.",
        },
    ),
    (
        r"scim\.",
        {
            "display": "name for display.",
            "primary": "whether it is the preferred value.",
            "ref": "URI of the resource; `$ref` on the wire.",
            "type": "label, such as `work`.",
            "value": "the value itself.",
        },
    ),
    (
        r"wire\.operation\.",
        {
            "body": "JSON value, or `None` for no body.",
            "destructive": "mark the operation as one that invalidates something.",
            "headers": "additional request headers.",
            "ids": "ids, or resources, for the `{}` of the template.",
            "query": "query parameters; those that are `None` are left out.",
            "safe": "mark the operation as one that changes nothing at the server.",
            "returns": "class of the result, or a decoder of the response.",
            "template": "path below the base URL, with `{}` for each id.",
        },
    ),
)
"""Pattern of keys -> meanings by name, for entries whose docstrings do not repeat them."""


def find_meaning(key: str, name: str) -> str:
    """Return the meaning of a name in an entry, or an empty string.

    Args:
        key: key of the entry, such as `scim.User`.
        name: name of the parameter or attribute.
    """
    for pattern, meanings in MEANINGS:
        if re.match(pattern, key) and name in meanings:
            return meanings[name]
    return ""
