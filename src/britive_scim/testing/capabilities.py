"""Capabilities of an emulated tenant: optional features, limits, and deviations from the standard."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

__all__ = ["Capabilities"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Options of an emulated tenant. Requests for a feature that is off get SCIM's status 501.

    The defaults are a complete SCIM service with Britive's documented rules. Each option covers behaviour
    that Britive does not publish, so that code can be tested against every alternative.

    Attributes:
        patch: PATCH is supported.
        sort: `sortBy` is supported.
        search: POST to `/.search` and queries of the root are supported.
        bulk: `/Bulk` is supported.
        etag: resources have versions, and `If-Match` and `If-None-Match` are evaluated.
        cursor: cursor paging (RFC 9865) is supported in addition to index paging.
        me: id or userName of the user behind `/Me`; `None` turns it off, because the token of an identity
            provider has no user.
        page_size: default number of resources on a page.
        max_page_size: maximum number of resources on a page, published as `filter.maxResults`.
        max_operations: maximum number of operations in a bulk request.
        max_bulk_body: maximum size of a bulk request in bytes.
        max_body: maximum size of a request body in bytes.
        mandatory_attributes: creating a user requires Britive's five mandatory attributes.
        filters: `honoured`; `ignored` returns all resources, as some servers do; `refused` is 400
            `invalidFilter` for every filter; `wildcard` compares names like SQL's LIKE, without anchors.
        filterable: the attributes that filters may name, such as `("userName", "displayName")`; a filter
            with another one is 400 `invalidFilter`. `emails` includes its sub-attributes. `None` for all.
        total_results: `totalResults` of a list is the number of `all` results, or that of its `page`, as
            some servers send it.
        unmapped_attributes: `kept`, or `dropped`: attributes without an attribute mapping of the identity
            provider are not stored.
        user_name_case: `kept`, or `lower`: userName is stored in lower case.
        members_in_lists: groups in lists include their members.
        members_in_get: members in every response with a group: `shown`; `absent`, as if they were not
            supported; or `empty`, always an empty list, as AWS sends it.
        replace_members: PATCH may replace the members of a group; `False` is status 400, as AWS responds.
            Adding and removing members, and PUT, work as before.
        members_must_exist: a member must be a user or group of the identity provider; `False` stores any
            id, as servers do that expect members before their users.
        max_member_changes: maximum number of members that one PATCH may add or remove; `None` for no limit.
        max_created_members: maximum number of members of a new group. A POST with more stores the group
            with the first ones and then fails with status 500. `None` for no limit.
        visible_after: seconds until lists and filters return a new resource.
        unique_display_names: the displayName of a group is unique within its identity provider.
        last_page: lists return their last page; `False` omits it from lists of several pages.
        group_patch_body: status of a PATCH of a group: 200 with the group (`True`) or 204 (`False`). `None`
            follows the dialect: 204 for Azure, which requires it, and for groups of more than 200 members,
            to limit the cost; otherwise 200.
        put_keeps_omitted: PUT keeps attributes that the body leaves out, and sub-attributes of complex
            values and extensions, as RFC 7644 §3.5.1 allows; null and `[]` clear them.
        delete_deactivates: DELETE of a user sets it inactive instead of removing it.
        deactivate_deletes: setting `active` of a user to false removes it after the response.
        bearer_api_tokens: the admin API accepts static tokens as `Bearer`, too, as its OpenAPI document
            says; `False` accepts only `TOKEN`, which every vendor client sends.
        identity_provider_by_name: type of the response to `GET /identity-providers?name=`: an `object`, as
            vendor clients expect, or an `array`, as the OpenAPI document says.
        max_admin_page: maximum number of entries on a page of the admin API.
        password_policy: the password policy applies to passwords that the admin API sets.
    """

    patch: bool = True
    sort: bool = True
    search: bool = True
    bulk: bool = True
    etag: bool = True
    cursor: bool = True
    me: str | None = None
    page_size: int = 100
    max_page_size: int = 200
    max_operations: int = 1000
    max_bulk_body: int = 1024 * 1024
    max_body: int = 10 * 1024 * 1024
    mandatory_attributes: bool = True
    filters: Literal["honoured", "ignored", "refused", "wildcard"] = "honoured"
    filterable: tuple[str, ...] | None = None
    total_results: Literal["all", "page"] = "all"
    unmapped_attributes: Literal["kept", "dropped"] = "kept"
    user_name_case: Literal["kept", "lower"] = "kept"
    members_in_lists: bool = True
    members_in_get: Literal["shown", "absent", "empty"] = "shown"
    replace_members: bool = True
    members_must_exist: bool = True
    max_member_changes: int | None = None
    max_created_members: int | None = None
    visible_after: float = 0
    unique_display_names: bool = True
    last_page: bool = True
    group_patch_body: bool | None = None
    put_keeps_omitted: bool = False
    delete_deactivates: bool = False
    deactivate_deletes: bool = False
    bearer_api_tokens: bool = True
    identity_provider_by_name: Literal["object", "array"] = "object"
    max_admin_page: int = 100
    password_policy: bool = False

    def __post_init__(self) -> None:
        """Check the values, which may come from a command line.

        Raises:
            ValueError: a value has the wrong type.
        """
        if isinstance(self.filterable, list):  # JSON of a command line
            object.__setattr__(self, "filterable", tuple(cast("list[Any]", self.filterable)))
        for name, hint in _field_types().items():
            value = getattr(self, name)
            if name == "filterable":
                is_valid, expected = _is_names(value), "a list of attribute names, or None"
            elif get_origin(hint) is Literal:
                is_valid, expected = value in get_args(hint), " or ".join(map(repr, get_args(hint)))
            else:
                types = get_args(hint) or (hint,)
                is_valid = type(value) in types or (type(value) is int and float in types)
                expected = " or ".join(map(_describe_type, types))
            if not is_valid:
                raise ValueError(f"{name} must be {expected}, got {value!r}")


def _is_names(value: object) -> bool:
    """Return whether a value is a tuple of strings, or `None`."""
    if not isinstance(value, tuple):
        return value is None
    return all(isinstance(item, str) for item in cast("tuple[object, ...]", value))


def _describe_type(type_: type) -> str:
    """Return the name of a type in error messages, for Python and the command line."""
    names = {bool: "true or false", int: "a whole number", float: "a number", NoneType: "None"}
    return names.get(type_) or type_.__name__


@functools.cache
def _field_types() -> dict[str, Any]:
    return get_type_hints(Capabilities)
