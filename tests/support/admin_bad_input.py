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

TEXT: Bad = ((5, "text"), (b"x", "text"), (["x"], "text"))
NAME: Bad = (
    ("", "empty"),
    ("  ", "empty"),
    (" x", "blanks around"),
    ("a\nb", "control character"),
    (5, "text"),
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
SEVERAL: Bad = (("x", "several|list"), (5, "several|list"), ([""], "empty"), ([5], "text|int"))
USERS: Bad = (*SEVERAL, *NEEDED, (USER, "list"), ([TAG], "User, got"), ([None], "None"))
TAGS: Bad = (*SEVERAL, *NEEDED, (TAG, "list"), ([USER], "Tag, got"), ([None], "None"))
FILTER: Bad = (("", "empty"), (5, "int"), (scim.attr("userName").eq("ana"), "SCIM"))
DOCUMENTED_FILTER: Bad = (*FILTER, (admin.where("emial").eq("x"), "field in a filter"))
SORT: Bad = (("name", "name,asc"), ("name,up", "name,asc"), ("", "name,asc"), (5, "name,asc"))
SIZE: Bad = ((0, "page_size"), (-1, "page_size"), ("5", "page_size"), (True, "page_size"))
PASSWORD: Bad = (("", "empty"), (5, "text"))
STATUS: Bad = (("Active", "active or inactive"), ("", "active or inactive"), (None, "active"))
IDENTITY_TYPE: Bad = (("user", "did you mean|it must be"), ("", "it must be"), (5, "it must be"))
PROVIDER: Bad = (("azure", "Generic or Azure"), ("Okta", "Generic or Azure"), (5, "Generic or"))
RULES: Bad = (
    ("x", "list"),
    (("Department", "is", "x"), "no membership rule"),
    (None, "list"),
    (["x"], "no membership rule"),
    ([("Department", "is")], "no membership rule"),
    ([("Deparment", "is", "x")], "did you mean 'Department'"),
    ([("Department", "eq", "x")], "is or contains"),
    ([("Department", "is", 5)], "text"),
    ([("Department", "is", "")], "empty"),
    ([("", "is", "x")], "empty"),
    ([("hired", "is", "x")], "String and Number"),
    ([admin.MembershipRule(operator="is", value="x")], "attribute_id"),
    ([admin.MembershipRule(attribute_id="a1", operator="eq", value="x")], "is or contains"),
)
VALUES: Bad = (
    ("x", "mapping"),
    (None, "mapping"),
    ({"": "x"}, "empty"),
    ({"Deparment": "x"}, "did you mean 'Department'"),
    ({"Department": 5}, "text"),
    ({"Department": ["x", None]}, "text"),
)
WITHIN: Bad = ((30, r"timedelta\(days"), (None, "timedelta"), (timedelta(-1), "ahead"))
MOMENT: Bad = ((UNDATED, "offset"), ("2026-05-06", "datetime"), (5, "datetime"))

BY_NAME: dict[str, Bad] = {
    "admin_roles": SEVERAL,
    "attribute": OF_ATTRIBUTE,
    "business_use": TEXT,
    "category": TEXT,
    "job_function": TEXT,
    "relationships": (
        ("x", "mapping"),
        (["x"], "mapping"),
        ({"owners": "u1"}, "no list"),
        ({"owners": ["u1"]}, "holds str"),
        ({"": []}, "empty"),
    ),
    "data_type": (("Text", "String or Number"), ("string", "did you mean"), (None, "String or")),
    "days": DAYS,
    "deliver": ((None, "function"), ("vault", "function")),
    "description": TEXT,
    "dynamic": SWITCH,
    "email": NAME,
    "email_list": SEVERAL,
    "enabled": (*SWITCH, (None, "True or False")),
    "expected": (
        (None, "IdentityProvider"),
        ({}, "IdentityProvider"),
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
    "identity_types": SEVERAL,
    "idp_type": (("GCP", "OIDC or AWS"), ("oidc", "did you mean"), ("", "OIDC"), (5, "OIDC")),
    "include_tags": SWITCH,
    "last_name": NAME,
    "metadata": SWITCH,
    "mobile": TEXT,
    "multi_valued": SWITCH,
    "name": NAME,
    "page": ((-1, "page is"), (True, "page is"), ("0", "page is"), (None, "page is")),
    "page_size": SIZE,
    "password": PASSWORD,
    "phone": TEXT,
    "policy": (
        (None, "PasswordPolicy"),
        ({"minLength": 8}, "PasswordPolicy"),
        (TAG, "PasswordPolicy"),
        (admin.PasswordPolicy(), "empty"),
    ),
    "provider": OF_WORKLOAD_PROVIDER,
    "recipients": SEVERAL,
    "root_user": SWITCH,
    "rotate_token": SWITCH,
    "rules": RULES,
    "scim_attribute": ((None, "text"), ("", "empty"), (5, "text")),
    "scim_provider": PROVIDER,
    "search": (*TEXT, ("", "empty")),
    "settings": (
        (None, "AccessRequestSettings"),
        ({}, "AccessRequestSettings"),
        (TAG, "AccessRequestSettings"),
        (admin.AccessRequestSettings(), "empty"),
    ),
    "share_password_to_user": SWITCH,
    "since": (*MOMENT, (None, "timedelta"), (timedelta(-1), "nothing"), (timedelta(0), "nothing")),
    "sort": SORT,
    "sso_provider": PROVIDER,
    "status": STATUS,
    "tag": OF_TAG,
    "tags": TAGS,
    "token": OF_TOKEN,
    "token_days": DAYS,
    "token_duration": (
        (0, "seconds"),
        (True, "seconds"),
        ("60", "seconds"),
        (1.5, "seconds"),
        (None, "seconds"),
    ),
    "type": (("saml", "did you mean 'SAML'"), ("OIDC", "SAML or DEFAULT"), (None, "SAML")),
    "until": (*MOMENT, (NEVER, "nothing")),
    "user": OF_USER,
    "username": NAME,
    "users": USERS,
    "values": VALUES,
    "within": WITHIN,
}

NEW_PROVIDER: Bad = (
    (None, "WorkloadProvider"),
    ({"name": "ci"}, "WorkloadProvider"),
    (IDP, "WorkloadProvider"),
    (admin.WorkloadProvider(name="ci"), "AWS or OIDC or SPIFFE"),
    (admin.WorkloadProvider(name="ci", idp_type="GCP"), "AWS or OIDC or SPIFFE"),
    (admin.WorkloadProvider(name="ci", idp_type="OIDC"), "issuer_url"),
    (admin.WorkloadProvider(idp_type="AWS"), "needs name"),
    (admin.WorkloadProvider(idp_type="SPIFFE", name="x"), "trust_domain, bundle_endpoint"),
)
MAPPINGS: Bad = (
    (5, "mapping"),
    ({"Department": 5}, "text"),
    ({"": "title"}, "empty"),
    ({"Department": ""}, "empty"),
    ({"Deparment": "title"}, "did you mean 'Department'"),
)
NAMED_IDP: Bad = (
    *(one for one in NAME if one[0] != 5),
    ("a--b", "two hyphens in a row"),
    (5, "IdentityProvider"),
    (None, "IdentityProvider"),
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
    ("identity_providers.mappings.add", "mappings"): (*MAPPINGS, ({}, "No mappings were given")),
    ("identity_providers.mappings.remove", "names"): (
        ("", "empty"),
        (5, "text"),
        ("Deparment", "mapped"),
    ),
    ("users.custom_attributes.update", "values"): (
        *VALUES,
        ({"Username": "x"}, "built in"),
        ({"Department": ["x", "y"]}, "takes one value"),
    ),
    ("set_up_provisioning", "name"): IDP_NAME,
    ("set_up_provisioning", "mappings"): MAPPINGS,
    ("set_up_provisioning", "custom_attributes"): (
        ("costCode", "list"),
        (5, "list"),
        ([""], "empty"),
        ([5], "give names"),
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
    ("workload.identity_providers.list", "name"): TEXT,
    ("workload.scim_users.designate", "identity_provider"): NAMED_IDP,
    ("workload.scim_users.find", "identity_provider"): NAMED_IDP,
    ("workload.scim_users.remove", "identity_provider"): NAMED_IDP,
    ("list_any", "path"): tuple(
        (path, "one of the admin API")
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
            5,
        )
    ),
    ("list_any", "ids"): (),
    ("list_any", "model"): ((None, "admin.Model"), (dict, "admin.Model"), ("User", "admin.Model")),
    ("list_any", "query"): ((5, "mapping"), ("a=b", "mapping")),
    ("identity_attributes.list", "identity_type"): (("", "empty"), (5, "text")),
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
    "built in",
    "takes one value",
    "String and Number",
    "mapped",
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
