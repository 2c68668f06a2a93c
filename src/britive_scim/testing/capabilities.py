"""What a tenant can do, and how it differs from the best one: every switch in one value."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

__all__ = ["Capabilities"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The switches of an emulated tenant. What is switched off is answered with SCIM's 501.

    The defaults are a complete SCIM service with Britive's documented rules. Everything Britive does
    not publish is a switch here, so that code can be tried against either reading.

    Attributes:
        patch: PATCH is offered.
        sort: `sortBy` is honoured.
        search: POST to `/.search` and queries on the root are offered.
        bulk: `/Bulk` is offered.
        etag: resources have versions and conditions are honoured.
        cursor: cursor paging (RFC 9865) is offered beside index paging.
        me: whom `/Me` stands for, by id or userName; `None` does not offer it: the token of an identity
            provider has no user behind it.
        page_size: resources on a page when the client does not say.
        max_page_size: most resources on a page, whatever is asked; `filter.maxResults` announces it.
        max_operations: most operations of a bulk request.
        max_bulk_body: most bytes of a bulk request.
        max_body: most bytes of a request body.
        mandatory_attributes: creating a user without Britive's five mandatory attributes is refused.
        filters: `honoured`; `ignored` answers everybody, as some servers do; `wildcard` compares names
            as SQL's LIKE does, without anchors.
        unmapped_attributes: `kept`, or `dropped`: what no attribute mapping of the identity provider
            reads is forgotten on storing.
        user_name_case: `kept`, or `lower`: userName is stored in lower case.
        members_in_lists: groups in lists carry their members.
        members_must_exist: a member that is neither user nor group of the identity provider is refused;
            `False` keeps any id, as servers do that expect members before their users.
        max_member_changes: most members one PATCH may add or remove; `None` for no limit.
        visible_after: seconds after which a new resource is found by lists and filters.
        unique_display_names: a group's displayName may occur once per identity provider.
        last_page: the last page of a list longer than one page is delivered; `False` loses it.
        group_patch_body: a PATCH of a group answers 200 with the group (`True`) or 204 (`False`);
            `None` follows the dialect: 200 for Generic, 204 for Azure, which asks for that, and for
            groups of more than 200 members, so that a change of one costs the same in all of them.
        delete_deactivates: DELETE of a user sets it inactive instead of removing it.
        bearer_api_tokens: the admin API takes its static tokens as `Bearer`, too, as its OpenAPI
            document says; `False` takes `TOKEN` alone, as every vendor client sends.
        identity_provider_by_name: `GET /identity-providers?name=` answers an `object`, as vendor
            clients expect, or an `array`, as the OpenAPI document says.
        max_admin_page: most entries on a page of the admin API.
        password_policy: the password policy is applied to passwords that the admin API sets.
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
    filters: Literal["honoured", "ignored", "wildcard"] = "honoured"
    unmapped_attributes: Literal["kept", "dropped"] = "kept"
    user_name_case: Literal["kept", "lower"] = "kept"
    members_in_lists: bool = True
    members_must_exist: bool = True
    max_member_changes: int | None = None
    visible_after: float = 0
    unique_display_names: bool = True
    last_page: bool = True
    group_patch_body: bool | None = None
    delete_deactivates: bool = False
    bearer_api_tokens: bool = True
    identity_provider_by_name: Literal["object", "array"] = "object"
    max_admin_page: int = 100
    password_policy: bool = False

    def __post_init__(self) -> None:
        """Refuse a value that is none for its switch.

        Raises:
            ValueError: a value that is none for its switch.
        """
        for name, hint in _field_types().items():
            value = getattr(self, name)
            if get_origin(hint) is Literal:
                fits, wanted = value in get_args(hint), " or ".join(map(repr, get_args(hint)))
            else:
                types = get_args(hint) or (hint,)
                fits = type(value) in types or (type(value) is int and float in types)
                wanted = " or ".join(map(_describe_type, types))
            if not fits:
                raise ValueError(f"{name} is {value!r}: it must be {wanted}")


def _describe_type(type_: type) -> str:
    """Return what a value of a type is called, in code and on a command line alike."""
    words = {bool: "true or false", int: "a whole number", float: "a number", NoneType: "None"}
    return words.get(type_) or type_.__name__


@functools.cache
def _field_types() -> dict[str, Any]:
    return get_type_hints(Capabilities)
