"""Models: reading and writing pages of 100 users.

    python benchmarks/models.py [NUMBER OF USERS]

Beside ours: the least a typed SCIM user can be, pydantic models with aliases and not one validator;
and scim2-models, where it is installed. The odd pages hold one user in twenty with what servers are
known to send: a boolean as text, a number for an id, names in another case, one value for a list, a
date without zone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import measuring
from least import LeastPage
from people import user

from britive_scim import scim

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

# ----------------------------------------------------------------------------- what is read


def page(count: int, *, odd: bool = False, custom: bool = False) -> bytes:
    """Return a page of users as JSON text."""
    users = [user(number) for number in range(count)]
    for number in range(0, count, 20) if odd else ():
        one = users[number]
        match number // 20 % 5:
            case 0:
                one["active"] = str(one["active"])
            case 1:
                one["id"] = number
            case 2:
                one["meta"] = {name[0].upper() + name[1:]: v for name, v in one["meta"].items()}
            case 3:
                one["emails"] = one["emails"][0]
            case _:
                one["meta"]["created"] = "2026-03-01 10:15:30"
    for one in users if custom else ():
        one["urn:ietf:params:scim:schemas:extension:custom:2.0:User"] = {
            "costCode": "R-17",
            "level": 3,
        }
    message = {
        "schemas": [LIST],
        "totalResults": count,
        "startIndex": 1,
        "itemsPerPage": count,
        "Resources": users,
    }
    return json.dumps(message, separators=(",", ":")).encode()


def scim2_page() -> tuple[Callable[[bytes], Any], Callable[[Any], Any]]:
    from scim2_models import Context, EnterpriseUser, ListResponse, User

    pages, context = ListResponse[User[EnterpriseUser]], Context.RESOURCE_QUERY_RESPONSE
    return (
        lambda text: pages.model_validate_json(text, scim_ctx=context),
        lambda read: read.model_dump(scim_ctx=context),
    )


def main(count: int) -> None:
    plain, odd, custom = page(count), page(count, odd=True), page(count, custom=True)
    ours = scim.ListResponse[scim.User]
    peers, missing = measuring.available({"scim2-models": scim2_page})
    for name, why in missing.items():
        print(f"{name}: {why}")

    least_read = LeastPage.__pydantic_validator__.validate_json
    reading: dict[str, measuring.Subject] = {
        "the least": lambda: least_read(plain),
        "ours": lambda: ours.from_wire(plain),
        "ours, 5 % odd": lambda: ours.from_wire(odd),
        "ours, with custom attributes": lambda: ours.from_wire(custom),
        "json.loads": lambda: json.loads(plain),
    }
    least, read, bare = (
        LeastPage.model_validate_json(plain),
        ours.from_wire(plain),
        json.loads(plain),
    )
    least_text = LeastPage.__pydantic_serializer__.to_json
    writing: dict[str, measuring.Subject] = {
        "the least, to dicts": lambda: least.model_dump(
            mode="json", by_alias=True, exclude_none=True
        ),
        "ours, to dicts": read.to_wire,
        "the least, to text": lambda: least_text(least, by_alias=True, exclude_none=True),
        "ours, to text": lambda: json.dumps(read.to_wire(), separators=(",", ":")).encode(),
        "json.dumps of dicts": lambda: json.dumps(bare, separators=(",", ":")).encode(),
    }
    for name, (read_page, write_page) in peers.items():
        made = read_page(plain)
        reading[name] = lambda read_page=read_page: read_page(plain)
        writing[f"{name}, to dicts"] = lambda write_page=write_page, made=made: write_page(made)

    goals = {"ours": 1.5, "ours, 5 % odd": 2.0}
    measuring.show(
        f"reading a page of {count} users ({len(plain)} bytes)",
        measuring.compare(reading),
        "the least",
        goals,
    )
    measuring.show(
        f"writing a page of {count} users",
        measuring.compare(writing),
        "the least, to dicts",
        {"ours, to dicts": 1.5},
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
