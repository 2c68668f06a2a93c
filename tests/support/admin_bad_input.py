"""Bad values for every parameter of every method of the admin client, and the rule that the error message names.

A parameter is identified by its name, or by method and name if the name alone is ambiguous. The tests read the
parameters from the client: a parameter that is not listed here fails.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any

from britive_scim import admin, scim
from support.admin_calls import ATTRIBUTES, CALLS, IDP, OTHER_CALLS, TAG, USER, Call
from support.admin_operations import public_methods

BadValues = tuple[tuple[Any, str], ...]
"""Values, each with a pattern of the error message."""

WITHOUT_OFFSET = datetime(2026, 5, 6)  # deliberately without an offset
BEFORE_ANY_EVENT = datetime(1990, 1, 1, tzinfo=UTC)

UNCHECKED: BadValues = ()
"""No value is refused: a type checker finds a wrong type, which does no silent harm."""
NAME: BadValues = (
    ("", "empty"),
    ("  ", "empty"),
    (" x", "begin or end with whitespace"),
    ("a\nb", "control character"),
    (5, "a string"),
)
IDP_NAME: BadValues = (*NAME, ("a--b", "two hyphens in a row"), ("x" * 256, "255"))
ID: BadValues = (
    ("", "empty"),
    (" ", "empty"),
    ("..", "the dot segment"),
    ("a/b", "one path segment, got 'a/b'"),
    ("a\nb", "one path segment"),
    ("x" * 257, "256"),
    (7, "id, got int"),
    (["u1"], "id, got list"),
)
REQUIRED: BadValues = ((None, "None"),)
USER_ID: BadValues = (
    *ID,
    *REQUIRED,
    (TAG, "User, got"),
    (IDP, "User, got"),
    (admin.User(), "User without one"),
)
TAG_ID: BadValues = (
    *ID,
    *REQUIRED,
    (USER, "Tag, got"),
    (IDP, "Tag, got"),
    (admin.Tag(), "Tag without one"),
)
IDP_ID: BadValues = (
    *ID,
    (USER, "IdentityProvider, got"),
    (admin.WorkloadProvider(id="7"), "IdentityProvider, got"),
    (admin.IdentityProvider(name="Okta"), "without one"),
)
ATTRIBUTE_ID: BadValues = (
    *ID,
    *REQUIRED,
    (USER, "IdentityAttribute, got"),
    (admin.IdentityAttribute(name="x"), "without one"),
)
TOKEN_ID: BadValues = (
    *ID,
    *REQUIRED,
    (admin.ScimToken(id="k1"), "ApiToken, got"),
    (admin.IdentityToken(id="k1"), "ApiToken, got"),
    (admin.ApiToken(name="x"), "without one"),
)
WORKLOAD_PROVIDER_ID: BadValues = (
    ("", "empty"),
    (None, "None"),
    ("seven", "number"),
    (True, "number"),
    (-7, "number"),
    (7.0, "id, got float"),
    (IDP, "WorkloadProvider, got"),
    (admin.WorkloadProvider(name="ci"), "without one"),
)
DAYS: BadValues = (
    (0, "1 to 90"),
    (91, "1 to 90"),
    (-1, "1 to 90"),
    (True, "1 to 90"),
    ("30", "1 to 90"),
    (30.0, "1 to 90"),
)
BOOLEAN: BadValues = (("no", "True or False"), (1, "True or False"), ("", "True or False"))
NAMES: BadValues = (("x", "list"), ([], "empty"), ([""], "empty"), ([5], "a string"))
SEVERAL: BadValues = (
    ("x", "several|list"),
    (5, "several|list"),
    ([""], "empty"),
    ([5], "text|int"),
)
USERS: BadValues = (*SEVERAL, *REQUIRED, (USER, "list"), ([TAG], "User, got"), ([None], "None"))
TAGS: BadValues = (*SEVERAL, *REQUIRED, (TAG, "list"), ([USER], "Tag, got"), ([None], "None"))
FILTER: BadValues = (("", "empty"), (5, "int"), (scim.attr("userName").eq("ana"), "SCIM"))
DOCUMENTED_FILTER: BadValues = (*FILTER, (admin.where("emial").eq("x"), "field in a filter"))
SORT: BadValues = (("name", "name,asc"), ("name,up", "name,asc"), ("", "name,asc"))
SIZE: BadValues = ((0, "page_size"), (-1, "page_size"))
PASSWORD: BadValues = (("", "empty"), (5, "string"))
STATUS: BadValues = (("Active", "active or inactive"), ("", "active or inactive"), (None, "active"))
IDENTITY_TYPE: BadValues = (("user", "did you mean|must be"), ("", "must be"), (5, "must be"))
PROVIDER: BadValues = (
    ("azure", "Generic or Azure"),
    ("Okta", "Generic or Azure"),
    (5, "Generic or"),
)
RULES: BadValues = (
    ("x", "list"),
    (("Department", "is", "x"), "rule must be"),
    (admin.MembershipRule(attribute_id="a1", operator="is", value="x"), "list"),
    (["x"], "rule must be"),
    ([("Department", "is")], "rule must be"),
    ([("Deparment", "is", "x")], "did you mean 'Department'"),
    ([("Department", "eq", "x")], "is or contains"),
    ([("Department", "is", "")], "empty"),
    ([("", "is", "x")], "empty"),
    ([("hired", "is", "x")], "String or Number"),
    ([admin.MembershipRule(operator="is", value="x")], "attribute_id"),
    ([admin.MembershipRule(attribute_id="a1", operator="eq", value="x")], "is or contains"),
)
VALUES: BadValues = (({"": "x"}, "empty"), ({"Deparment": "x"}, "did you mean 'Department'"))
WITHIN: BadValues = ((timedelta(-1), "negative"),)
DATETIME: BadValues = ((WITHOUT_OFFSET, "offset"),)

BY_NAME: dict[str, BadValues] = {
    "admin_roles": NAMES,
    "attribute": ATTRIBUTE_ID,
    "business_use": UNCHECKED,
    "category": UNCHECKED,
    "job_function": UNCHECKED,
    "relationships": UNCHECKED,
    "data_type": (("Text", "String or Number"), ("string", "did you mean"), (None, "String or")),
    "days": DAYS,
    "deliver": ((None, "function"), ("vault", "function")),
    "description": UNCHECKED,
    "dynamic": BOOLEAN,
    "email": NAME,
    "email_list": NAMES,
    "enabled": (*BOOLEAN, (None, "True or False")),
    "expected": (
        (USER, "IdentityProvider"),
        (admin.IdentityProvider(), "empty"),
    ),
    "external": BOOLEAN,
    "factor": (
        ("SMS", "TOTP or WEB_AUTHN"),
        ("", "TOTP"),
        ("totp", "did you mean"),
        (None, "TOTP"),
    ),
    "filter": FILTER,
    "first_name": NAME,
    "identity": USER_ID,
    "identity_provider": IDP_ID,
    "identity_providers": (*SEVERAL, ([USER], "IdentityProvider, got")),
    "identity_type": IDENTITY_TYPE,
    "identity_types": NAMES,
    "idp_type": (("GCP", "OIDC or AWS"), ("oidc", "did you mean"), ("", "OIDC"), (5, "OIDC")),
    "include_tags": BOOLEAN,
    "last_name": NAME,
    "metadata": BOOLEAN,
    "mobile": UNCHECKED,
    "multi_valued": BOOLEAN,
    "name": NAME,
    "page": UNCHECKED,
    "concurrency": ((0, "concurrency"), (65, "concurrency")),
    "page_size": SIZE,
    "password": PASSWORD,
    "phone": UNCHECKED,
    "policy": ((admin.PasswordPolicy(), "empty"),),
    "provider": WORKLOAD_PROVIDER_ID,
    "recipients": NAMES,
    "root_user": BOOLEAN,
    "rotate_token": BOOLEAN,
    "create_token": BOOLEAN,
    "rules": RULES,
    "scim_attribute": ((None, "empty"), ("", "empty"), (5, "a string")),
    "scim_provider": PROVIDER,
    "search": (("", "empty"), (" ", "empty")),
    "settings": ((admin.AccessRequestSettings(), "empty"),),
    "share_password_to_user": BOOLEAN,
    "since": (
        *DATETIME,
        *((value, "since must be a timedelta") for value in ("7 days", 7, None, date(2026, 5, 6))),
        (timedelta.max, "calendar"),
        (timedelta(-1), "before until"),
        (timedelta(0), "before until"),
    ),
    "sort": SORT,
    "sso_provider": PROVIDER,
    "status": STATUS,
    "tag": TAG_ID,
    "tags": TAGS,
    "token": TOKEN_ID,
    "token_days": DAYS,
    "token_duration": ((0, "1 second"), (-5, "1 second")),
    "type": (("saml", "did you mean 'SAML'"), ("OIDC", "SAML or DEFAULT"), (None, "SAML")),
    "until": (*DATETIME, ("now", "until must be a datetime"), (BEFORE_ANY_EVENT, "before until")),
    "user": USER_ID,
    "username": NAME,
    "users": USERS,
    "values": VALUES,
    "within": WITHIN,
}

NEW_PROVIDER: BadValues = (
    (admin.WorkloadProvider(name="ci"), "AWS or OIDC or SPIFFE"),
    (admin.WorkloadProvider(name="ci", idp_type="GCP"), "AWS or OIDC or SPIFFE"),
    (admin.WorkloadProvider(name="ci", idp_type="OIDC"), "issuer_url"),
    (admin.WorkloadProvider(idp_type="AWS"), "must have name"),
    (admin.WorkloadProvider(idp_type="SPIFFE", name="x"), "trust_domain, bundle_endpoint"),
)
MAPPINGS: BadValues = (
    ({"Department": 5}, "a string"),
    ({"": "title"}, "empty"),
    ({"Department": ""}, "empty"),
    ({"Deparment": "title"}, "did you mean 'Department'"),
)
IDP_WITH_NAME: BadValues = (
    *(row for row in NAME if row[0] != 5),
    ("a--b", "two hyphens in a row"),
    (USER, "IdentityProvider, got"),
    (admin.IdentityProvider(id="i1"), "name"),
)

BY_METHOD: dict[tuple[str, str], BadValues] = {
    ("identity_providers.create", "name"): IDP_NAME,
    ("identity_providers.saml_metadata.upload", "metadata"): (
        ("no xml", "XML"),
        (b"", "XML"),
    ),
    ("identity_providers.update", "name"): IDP_NAME,
    ("identity_providers.find_by_name", "name"): IDP_NAME,
    ("identity_providers.get_by_name", "name"): IDP_NAME,
    ("identity_providers.rules", "name"): IDP_NAME,
    ("identity_providers.preview", "user"): (
        (None, "user"),
        ("ana", "user"),
        (5, "user"),
        (scim.Group(), "user"),
    ),
    ("identity_providers.mappings.add", "mappings"): (
        *MAPPINGS,
        ({}, "mappings must not be empty"),
    ),
    ("identity_providers.mappings.remove", "names"): (
        ("", "empty"),
        (5, "a string"),
        ("Deparment", "not mapped"),
    ),
    ("users.custom_attributes.update", "values"): (
        *VALUES,
        ({"Username": "x"}, "built-in"),
        ({"Department": ["x", "y"]}, "at most one value"),
    ),
    ("set_up_provisioning", "name"): IDP_NAME,
    ("set_up_provisioning", "mappings"): MAPPINGS,
    ("set_up_provisioning", "custom_attributes"): (
        ("costCode", "list"),
        ([""], "empty"),
        ([5], "names or definitions"),
    ),
    ("set_up_provisioning", "token"): ((5, "token"), ("a b", "a space"), ("", "empty")),
    ("tags.set_owners", "tags"): (*SEVERAL, ([USER], "Tag, got")),
    ("tags.set_owners", "users"): (*SEVERAL, ([TAG], "User, got")),
    ("users.find_by_username", "username"): (*NAME, ('a"b', "quotation")),
    ("tags.find_by_name", "name"): (*NAME, ('a"b', "quotation")),
    ("users.list_by_tag", "tag"): (*(row for row in TAG_ID if row[0] != "a\nb"),),
    ("workload.identity_providers.create", "provider"): NEW_PROVIDER,
    ("workload.identity_providers.replace", "provider"): (
        *NEW_PROVIDER,
        (admin.WorkloadProvider(idp_type="AWS", name="x"), "without one"),
    ),
    ("workload.identity_providers.list", "name"): UNCHECKED,
    ("read_directory", "identity_provider"): IDP_WITH_NAME,
    ("read_directory", "attributes"): (*BOOLEAN, (None, "True or False")),
    ("read_directory", "progress"): (("yes", "progress must be a function"), (1, "progress")),
    ("workload.scim_users.designate", "identity_provider"): IDP_WITH_NAME,
    ("workload.scim_users.find", "identity_provider"): IDP_WITH_NAME,
    ("workload.scim_users.remove", "identity_provider"): IDP_WITH_NAME,
    ("list_any", "path"): tuple(
        (path, "path of the admin API")
        for path in (
            "",
            "api/users",
            "/users",
            "https://acme.britive-app.com/api/users",
            "//x/api",
            "/api/../x",
            "/api/users?a=b",
            "/api/users/",
            "/api/a b",
        )
    ),
    ("list_any", "ids"): (),
    ("list_any", "model"): UNCHECKED,
    ("list_any", "query"): UNCHECKED,
    ("identity_attributes.list", "identity_type"): (("", "empty"), (5, "a string")),
    **{
        (method, "filter"): DOCUMENTED_FILTER
        for method in (
            "users.list",
            "service_identities.list",
            "tags.list",
            "tags.members.list",
            "audit_logs.query",
            "audit_logs.csv",
        )
    },
}

CLIENT_METHODS = {
    "aclose",
    "close",
    "dry_run",
    "from_env",
    "operations",
    "record",
    "send",
}
"""Methods of every client, which have their own tests."""

KNOWN_ATTRIBUTES = [
    *ATTRIBUTES,
    {"id": "a3", "name": "hired", "dataType": "Date", "builtIn": False},
    {"id": "a4", "name": "Username", "dataType": "String", "builtIn": True},
]
ALLOWED_READS: dict[str, Any] = {
    "GET /api/users/attributes": (200, KNOWN_ATTRIBUTES),
    "GET /api/access/users/attributes": (200, KNOWN_ATTRIBUTES),
    "GET /api/users/u1/custom-attributes": (200, []),
    "GET /api/identity-providers": (200, []),
    "GET /api/identity-providers/i1": (200, {"id": "i1", "userAttributeScimMappings": []}),
}
"""Responses to the only reads allowed before an error: those that look up names."""

LOOKUP_RULES = (
    "did you mean 'Department'",
    "built-in",
    "at most one value",
    "String or Number",
    "not mapped",
)
"""Rules that need a look-up in the tenant; all others are checked before a request is sent."""


def list_bad_inputs(client: Any, kind: type) -> Iterator[tuple[Call, str, Any, str]]:
    """Yield a valid call, one of its parameters, a bad value for it, and the rule."""
    calls = {call.name: call for call in [*CALLS, *OTHER_CALLS]}
    for method in public_methods(client, kind):
        if method in CLIENT_METHODS:
            continue
        for parameter in list_parameters(client, method):
            bad = BY_METHOD.get((method, parameter.name), BY_NAME.get(parameter.name, ()))
            optional = parameter.default is None
            for value, rule in bad:
                if not (optional and value is None):
                    yield calls[method], parameter.name, value, rule


def list_parameters(client: Any, method: str) -> list[inspect.Parameter]:
    """Return the parameters of a method besides `timeout` and `retry`."""
    all_parameters = inspect.signature(attrgetter(method)(client)).parameters.values()
    return [p for p in all_parameters if p.name not in {"timeout", "retry"}]


def replace_argument(
    client: Any, call: Call, name: str, value: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call with one of them replaced."""
    args, options = list(call.args), dict(call.options)
    order = [p.name for p in list_parameters(client, call.name) if p.kind is not p.KEYWORD_ONLY]
    if name in order:
        position = order.index(name)
        args[position : position + 1] = [value]
        if name == "mappings" and isinstance(value, dict | int):
            del args[position + 1 :]
    else:
        options[name] = value
    return tuple(args), options
