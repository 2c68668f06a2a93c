"""Bad input for every parameter of every method of the admin client, and the rule its message must say.

A parameter is known by its name, or by method and name where the name alone does not say what it takes. The
tests read parameters from the client itself: one that is not here fails.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from britive_scim import admin, scim
from support.admin_calls import ATTRIBUTES, CALLS, IDP, OTHER_CALLS, TAG, USER, Call
from support.admin_operations import public_methods

Bad = tuple[tuple[Any, str], ...]
"""Values, and what the message says of each."""

UNDATED = datetime(2026, 5, 6)  # that it has no offset is the point
NEVER = datetime(1990, 1, 1, tzinfo=UTC)

TYPED: Bad = ()
"""Nothing is refused: a wrong type is found by a type checker, and does no silent harm."""
NAME: Bad = (
    ("", "empty"),
    ("  ", "empty"),
    (" x", "begin or end with whitespace"),
    ("a\nb", "control character"),
    (5, "a string"),
)
IDP_NAME: Bad = (*NAME, ("a--b", "two hyphens in a row"), ("x" * 256, "255"))
ID: Bad = (
    ("", "empty"),
    (" ", "empty"),
    ("..", "the dot segment"),
    ("a/b", "one path segment, got 'a/b'"),
    ("a\nb", "one path segment"),
    ("x" * 257, "256"),
    (7, "id, got int"),
    (["u1"], "id, got list"),
)
NEEDED: Bad = ((None, "None"),)
OF_USER: Bad = (
    *ID,
    *NEEDED,
    (TAG, "User, got"),
    (IDP, "User, got"),
    (admin.User(), "User without one"),
)
OF_TAG: Bad = (
    *ID,
    *NEEDED,
    (USER, "Tag, got"),
    (IDP, "Tag, got"),
    (admin.Tag(), "Tag without one"),
)
OF_IDP: Bad = (
    *ID,
    (USER, "IdentityProvider, got"),
    (admin.WorkloadProvider(id="7"), "IdentityProvider, got"),
    (admin.IdentityProvider(name="Okta"), "without one"),
)
OF_ATTRIBUTE: Bad = (
    *ID,
    *NEEDED,
    (USER, "IdentityAttribute, got"),
    (admin.IdentityAttribute(name="x"), "without one"),
)
OF_TOKEN: Bad = (
    *ID,
    *NEEDED,
    (admin.ScimToken(id="k1"), "ApiToken, got"),
    (admin.IdentityToken(id="k1"), "ApiToken, got"),
    (admin.ApiToken(name="x"), "without one"),
)
OF_WORKLOAD_PROVIDER: Bad = (
    ("", "empty"),
    (None, "None"),
    ("seven", "number"),
    (True, "number"),
    (-7, "number"),
    (7.0, "id, got float"),
    (IDP, "WorkloadProvider, got"),
    (admin.WorkloadProvider(name="ci"), "without one"),
)
DAYS: Bad = (
    (0, "1 to 90"),
    (91, "1 to 90"),
    (-1, "1 to 90"),
    (True, "1 to 90"),
    ("30", "1 to 90"),
    (30.0, "1 to 90"),
)
SWITCH: Bad = (("no", "True or False"), (1, "True or False"), ("", "True or False"))
NAMES: Bad = (("x", "list"), ([], "empty"), ([""], "empty"), ([5], "a string"))
SEVERAL: Bad = (("x", "several|list"), (5, "several|list"), ([""], "empty"), ([5], "text|int"))
USERS: Bad = (*SEVERAL, *NEEDED, (USER, "list"), ([TAG], "User, got"), ([None], "None"))
TAGS: Bad = (*SEVERAL, *NEEDED, (TAG, "list"), ([USER], "Tag, got"), ([None], "None"))
FILTER: Bad = (("", "empty"), (5, "int"), (scim.attr("userName").eq("ana"), "SCIM"))
DOCUMENTED_FILTER: Bad = (*FILTER, (admin.where("emial").eq("x"), "field in a filter"))
SORT: Bad = (("name", "name,asc"), ("name,up", "name,asc"), ("", "name,asc"))
SIZE: Bad = ((0, "page_size"), (-1, "page_size"))
PASSWORD: Bad = (("", "empty"), (5, "string"))
STATUS: Bad = (("Active", "active or inactive"), ("", "active or inactive"), (None, "active"))
IDENTITY_TYPE: Bad = (("user", "did you mean|must be"), ("", "must be"), (5, "must be"))
PROVIDER: Bad = (("azure", "Generic or Azure"), ("Okta", "Generic or Azure"), (5, "Generic or"))
RULES: Bad = (
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
VALUES: Bad = (({"": "x"}, "empty"), ({"Deparment": "x"}, "did you mean 'Department'"))
WITHIN: Bad = ((timedelta(-1), "negative"),)
MOMENT: Bad = ((UNDATED, "offset"),)

BY_NAME: dict[str, Bad] = {
    "admin_roles": NAMES,
    "attribute": OF_ATTRIBUTE,
    "business_use": TYPED,
    "category": TYPED,
    "job_function": TYPED,
    "relationships": TYPED,
    "data_type": (("Text", "String or Number"), ("string", "did you mean"), (None, "String or")),
    "days": DAYS,
    "deliver": ((None, "function"), ("vault", "function")),
    "description": TYPED,
    "dynamic": SWITCH,
    "email": NAME,
    "email_list": NAMES,
    "enabled": (*SWITCH, (None, "True or False")),
    "expected": (
        (USER, "IdentityProvider"),
        (admin.IdentityProvider(), "empty"),
    ),
    "external": SWITCH,
    "factor": (
        ("SMS", "TOTP or WEB_AUTHN"),
        ("", "TOTP"),
        ("totp", "did you mean"),
        (None, "TOTP"),
    ),
    "filter": FILTER,
    "first_name": NAME,
    "identity": OF_USER,
    "identity_provider": OF_IDP,
    "identity_providers": (*SEVERAL, ([USER], "IdentityProvider, got")),
    "identity_type": IDENTITY_TYPE,
    "identity_types": NAMES,
    "idp_type": (("GCP", "OIDC or AWS"), ("oidc", "did you mean"), ("", "OIDC"), (5, "OIDC")),
    "include_tags": SWITCH,
    "last_name": NAME,
    "metadata": SWITCH,
    "mobile": TYPED,
    "multi_valued": SWITCH,
    "name": NAME,
    "page": TYPED,
    "page_size": SIZE,
    "password": PASSWORD,
    "phone": TYPED,
    "policy": ((admin.PasswordPolicy(), "empty"),),
    "provider": OF_WORKLOAD_PROVIDER,
    "recipients": NAMES,
    "root_user": SWITCH,
    "rotate_token": SWITCH,
    "rules": RULES,
    "scim_attribute": ((None, "empty"), ("", "empty"), (5, "a string")),
    "scim_provider": PROVIDER,
    "search": (("", "empty"), (" ", "empty")),
    "settings": ((admin.AccessRequestSettings(), "empty"),),
    "share_password_to_user": SWITCH,
    "since": (*MOMENT, (timedelta(-1), "before until"), (timedelta(0), "before until")),
    "sort": SORT,
    "sso_provider": PROVIDER,
    "status": STATUS,
    "tag": OF_TAG,
    "tags": TAGS,
    "token": OF_TOKEN,
    "token_days": DAYS,
    "token_duration": ((0, "1 second"), (-5, "1 second")),
    "type": (("saml", "did you mean 'SAML'"), ("OIDC", "SAML or DEFAULT"), (None, "SAML")),
    "until": (*MOMENT, (NEVER, "before until")),
    "user": OF_USER,
    "username": NAME,
    "users": USERS,
    "values": VALUES,
    "within": WITHIN,
}

NEW_PROVIDER: Bad = (
    (admin.WorkloadProvider(name="ci"), "AWS or OIDC or SPIFFE"),
    (admin.WorkloadProvider(name="ci", idp_type="GCP"), "AWS or OIDC or SPIFFE"),
    (admin.WorkloadProvider(name="ci", idp_type="OIDC"), "issuer_url"),
    (admin.WorkloadProvider(idp_type="AWS"), "must have name"),
    (admin.WorkloadProvider(idp_type="SPIFFE", name="x"), "trust_domain, bundle_endpoint"),
)
MAPPINGS: Bad = (
    ({"Department": 5}, "a string"),
    ({"": "title"}, "empty"),
    ({"Department": ""}, "empty"),
    ({"Deparment": "title"}, "did you mean 'Department'"),
)
NAMED_IDP: Bad = (
    *(one for one in NAME if one[0] != 5),
    ("a--b", "two hyphens in a row"),
    (USER, "IdentityProvider, got"),
    (admin.IdentityProvider(id="i1"), "name"),
)

OF_METHOD: dict[tuple[str, str], Bad] = {
    ("identity_providers.create", "name"): IDP_NAME,
    ("identity_providers.saml_metadata.upload", "metadata"): (
        ("no xml", "XML"),
        (b"", "XML"),
    ),
    ("identity_providers.update", "name"): IDP_NAME,
    ("identity_providers.find_by_name", "name"): IDP_NAME,
    ("identity_providers.get_by_name", "name"): IDP_NAME,
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
    ("users.list_by_tag", "tag"): (*(one for one in OF_TAG if one[0] != "a\nb"),),
    ("workload.identity_providers.create", "provider"): NEW_PROVIDER,
    ("workload.identity_providers.replace", "provider"): (
        *NEW_PROVIDER,
        (admin.WorkloadProvider(idp_type="AWS", name="x"), "without one"),
    ),
    ("workload.identity_providers.list", "name"): TYPED,
    ("workload.scim_users.designate", "identity_provider"): NAMED_IDP,
    ("workload.scim_users.find", "identity_provider"): NAMED_IDP,
    ("workload.scim_users.remove", "identity_provider"): NAMED_IDP,
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
    ("list_any", "model"): TYPED,
    ("list_any", "query"): TYPED,
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

UNCHECKED = {
    "aclose",
    "close",
    "dry_run",
    "from_env",
    "operations",
    "record",
    "send",
}
"""Methods of every client, tested with them."""

KNOWN = [
    *ATTRIBUTES,
    {"id": "a3", "name": "hired", "dataType": "Date", "builtIn": False},
    {"id": "a4", "name": "Username", "dataType": "String", "builtIn": True},
]
READS: dict[str, Any] = {
    "GET /api/users/attributes": (200, KNOWN),
    "GET /api/access/users/attributes": (200, KNOWN),
    "GET /api/users/u1/custom-attributes": (200, []),
    "GET /api/identity-providers": (200, []),
    "GET /api/identity-providers/i1": (200, {"id": "i1", "userAttributeScimMappings": []}),
}
"""What may be read before something is refused: nothing but what names are looked up in."""

LOOKED_UP = (
    "did you mean 'Department'",
    "built-in",
    "at most one value",
    "String or Number",
    "not mapped",
)
"""Rules that take a look at the tenant; all others are told before anything is sent."""


def cases(client: Any, kind: type) -> Iterator[tuple[Call, str, Any, str]]:
    """Yield a call with success, one of its parameters, a bad value for it, and the rule."""
    known = {call.name: call for call in [*CALLS, *OTHER_CALLS]}
    for method in public_methods(client, kind):
        if method in UNCHECKED:
            continue
        for parameter in parameters(client, method):
            bad = OF_METHOD.get((method, parameter.name), BY_NAME.get(parameter.name, ()))
            optional = parameter.default is None
            for value, rule in bad:
                if not (optional and value is None):
                    yield known[method], parameter.name, value, rule


def parameters(client: Any, method: str) -> list[inspect.Parameter]:
    """Return the parameters of a method besides `timeout` and `retry`."""
    found = inspect.signature(attrgetter(method)(client)).parameters.values()
    return [one for one in found if one.name not in {"timeout", "retry"}]


def spoiled(
    client: Any, call: Call, name: str, value: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call with one of them replaced."""
    args, options = list(call.args), dict(call.options)
    order = [one.name for one in parameters(client, call.name) if one.kind is not one.KEYWORD_ONLY]
    if name in order:
        place = order.index(name)
        args[place : place + 1] = [value]
        if name == "mappings" and isinstance(value, dict | int):
            del args[place + 1 :]
    else:
        options[name] = value
    return tuple(args), options
