"""Hints for names that do not exist but that people try first, in one table."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

__all__ = [
    "HINTS",
    "KEYWORD_HINTS",
    "build_attribute_error",
    "build_keyword_error",
    "build_module_attribute_error",
    "find_hint",
]

_CHANGE = "use patch() to change attributes, replace() for a whole resource, edit() to read, change and write"
_RESOURCES = {
    "update": _CHANGE,
    "modify": _CHANGE,
    "put": "use replace()",
    "save": "use create() for a new resource, replace() or patch() for an existing one",
    "get_or_create": "use ensure()",
    "add": "use create()",
    "remove": "use delete()",
    "find": "use the find_by_… methods, or list(filter=…).first()",
    "filter": "use list(filter=…)",
    "all": "use list(), which reads every page",
    "exists": "use a find_by_… method, which returns None if there is no match",
    "count": "use list().count()",
}
_UPSERTS = {
    "create_or_update": "use upsert()",
    "bulk_upsert": "use upsert_many()",
}
_CA_FILE = (
    "use settings=Settings(tls=ssl.create_default_context(cafile=…)), or the variable SSL_CERT_FILE"
)

HINTS: dict[str, dict[str, str]] = {
    "Resources": _RESOURCES,
    "Users": {
        **_UPSERTS,
        "disable": "use deactivate()",
        "enable": "use reactivate()",
        "activate": "use reactivate()",
        "suspend": "use deactivate()",
        "deprovision": "use deactivate(), or delete() to remove the user",
        "set_active": "use deactivate() or reactivate()",
        "rename": "use patch(user, {'userName': …})",
        "get_by_name": "use find_by_user_name(), which returns None if there is no match",
        "get_by_user_name": "use find_by_user_name(), which returns None if there is no match",
        "find_by_username": "use find_by_user_name()",
        "find_by_name": "use find_by_user_name()",
        "find_by_email": "use list(filter='emails.value eq \"…\"').first()",
    },
    "Groups": {
        **_UPSERTS,
        "get_by_name": "use find_by_display_name(), which returns None if there is no match",
        "find_by_name": "use find_by_display_name()",
        "add_member": "use add_members(group, [user])",
        "remove_member": "use remove_members(group, [user])",
        "delete_member": "use remove_members(group, [user])",
        "set_member": "use add_members(group, [user]), or set_members() for exactly these",
        "members": "use get(group).members",
        "replace_members": "use set_members()",
    },
    "AdminUsers": {
        "find": "use find_by_username(), or search=… of list()",
        "exists": "use find_by_username(), which returns None if there is no match",
        "get_by_name": "use find_by_username(), which returns None if there is no match",
        "find_by_name": "use find_by_username()",
        "find_by_user_name": "use find_by_username()",
        "suspend": "use disable()",
        "deactivate": "use disable()",
        "save": "use create() for a new user, update() for an existing one",
    },
    "Tags": {
        "get_by_name": "use find_by_name(), which returns None if there is no match",
        "find": "use find_by_name()",
        "add_user": "use members.add(tag, user)",
        "add_member": "use members.add(tag, user)",
        "remove_user": "use members.remove(tag, user)",
        "remove_member": "use members.remove(tag, user)",
    },
    "Pager": {
        "limit": "use head(n), or itertools.islice(pager, n)",
        "take": "use head(n), or itertools.islice(pager, n)",
        "to_frame": "use to_pandas(), to_polars() or to_arrow()",
        "to_df": "use to_pandas(), to_polars() or to_arrow()",
        "to_dicts": "use scim.table(pager), or to_table()",
        "all": "use list(pager), or await an async pager",
        "items": "iterate over the pager",
        "next": "use first(), or iterate",
        "[]": "use head(n) for the first items, first(), or to_list()[index]",
        "len()": "use count(), which asks the server, or len(pager.to_list())",
        "array()": "use to_pandas(), to_polars() or to_arrow() for a table",
        "stream()": "use await to_pandas(), to_polars() or to_arrow() for a table",
    },
    "User": {
        "email": "use primary_email, or emails",
        "mail": "use primary_email, or emails",
        "username": "use user_name",
        "login": "use user_name",
        "status": "use active",
        "department": "use at('enterprise.department')",
        "first_name": "use name.given_name",
        "last_name": "use name.family_name",
        "manager": "use at('enterprise.manager')",
    },
    "Group": {
        "name": "use display_name",
        "users": "use members",
    },
    "Model": {
        "to_dict": "use to_wire() for the form of SCIM, model_dump() for Python names",
        "to_json": "use json.dumps(resource.to_wire())",
    },
    "admin.Model": {
        "to_dict": "use to_wire() for the form of the API, model_dump() for Python names",
        "to_json": "use json.dumps(model.to_wire())",
    },
    "admin.User": {
        "user_name": "use username",
        "login": "use username",
        "given_name": "use first_name",
        "family_name": "use last_name",
        "display_name": "use name",
        "emails": "use email",
        "primary_email": "use email",
        "active": "use is_active",
        "tags": "use user_tags, or users.get(user)",
        "groups": "use user_tags, or users.get(user)",
        "department": "use users.custom_attributes.get(user), if it is an identity attribute of the tenant",
    },
    "admin.Tag": {
        "display_name": "use name",
        "active": "use is_active",
        "members": "use tags.members.list(tag)",
    },
    "britive_scim": {
        "User": "use scim.User for a SCIM resource, admin.User for a user of the admin API",
        "Group": "use scim.Group",
        "Tag": "use admin.Tag",
        "Client": "use ScimClient or AdminClient",
        "SCIMClient": "use ScimClient",
        "Tenant": "use britive_scim.testing.Tenant",
    },
}
"""`{class or module: {name that does not exist: the remedy}}`. `Async` classes share the entry of their twin.

Names of models of the admin API begin with `admin.`, since models of SCIM have the same ones.
"""

KEYWORD_HINTS: dict[str, str] = {
    "max_retries": "use retry=RetryPolicy(attempts=…)",
    "retries": "use retry=RetryPolicy(attempts=…)",
    "backoff_factor": "use retry=RetryPolicy(first_wait=…)",
    "verify": "use settings=Settings(tls=…)",
    "verify_ssl": "use settings=Settings(tls=…)",
    "cert": "use settings=Settings(tls=…)",
    "ssl_context": "use settings=Settings(tls=…)",
    "ssl": "use settings=Settings(tls=…)",
    "tls": "use settings=Settings(tls=…)",
    "ca_bundle": _CA_FILE,
    "ca_cert": _CA_FILE,
    "ca_certs": _CA_FILE,
    "ca_file": _CA_FILE,
    "cafile": _CA_FILE,
    "ssl_ca_cert": _CA_FILE,
    "allow_http": "use settings=Settings(allow_http=…)",
    "http2": "use settings=Settings(http2=…)",
    "log_bodies": "use settings=Settings(log_bodies=…)",
    "max_connections": "use settings=Settings(max_connections=…)",
    "proxies": "use settings=Settings(proxy=…)",
    "proxy": "use settings=Settings(proxy=…)",
    "headers": "use http_client=… with headers of its own",
    "page_size": "use settings=Settings(page_size=…)",
    "rate_limit": "use settings=Settings(rate_limit=…)",
    "user_agent": "use settings=Settings(user_agent=…)",
    "session": "use http_client=…",
    "api_token": "use token=…",
    "api_key": "use token=…",
    "url": "use base_url=…",
}
"""`{keyword that no constructor has: the remedy}`."""


def find_hint(owner: object, name: str) -> str | None:
    """Return the hint for an attribute that `owner` does not have, or `None`."""
    for cls in type(owner).__mro__:
        package = "admin." if cls.__module__.startswith("britive_scim.admin.") else ""
        hints = HINTS.get(package + cls.__name__.partition("[")[0].removeprefix("Async"), {})
        if name in hints:
            return hints[name]
    return None


def build_attribute_error(owner: object, name: str) -> AttributeError:
    """Return the error for an attribute that `owner` does not have."""
    hint = find_hint(owner, name)
    message = f"{type(owner).__name__} has no {name!r}" + (f"; {hint}" if hint else "")
    return AttributeError(message, name=name, obj=owner)


def build_module_attribute_error(module: str, name: str) -> AttributeError:
    """Return the error for a name that a module does not have."""
    hint = HINTS.get(module.rpartition(".")[2], {}).get(name)
    return AttributeError(
        f"module {module!r} has no attribute {name!r}" + (f"; {hint}" if hint else ""), name=name
    )


def build_keyword_error(owner: type, keywords: Iterable[str]) -> TypeError | None:
    """Return the error for the first keyword that the constructor does not have, `None` if it has all."""
    parameters = inspect.signature(owner).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for keyword in keywords:
        hint = KEYWORD_HINTS.get(keyword)
        if keyword not in parameters and (hint or not takes_any):
            return TypeError(
                f"{owner.__name__}() got an unexpected keyword argument {keyword!r}"
                + (f"; {hint}" if hint else "")
            )
    return None
