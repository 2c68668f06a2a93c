"""Models: parsing and serialization of pages of 100 users.

    python benchmarks/models.py [NUMBER OF USERS]

Compared: minimal models, i.e. pydantic models with aliases and no validators; and scim2-models, if installed. In the
irregular pages one user in twenty deviates as real servers do: a boolean as a string, a number as id, names in another
case, one value instead of a list, a date without an offset.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import harness
from fixtures import build_user
from minimal_models import MinimalPage

from britive_scim import scim

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def build_page(count: int, *, irregular: bool = False, custom: bool = False) -> bytes:
    """Return a page of users as JSON."""
    users = [build_user(number) for number in range(count)]
    for number in range(0, count, 20) if irregular else ():
        user = users[number]
        match number // 20 % 5:
            case 0:
                user["active"] = str(user["active"])
            case 1:
                user["id"] = number
            case 2:
                user["meta"] = {name[0].upper() + name[1:]: v for name, v in user["meta"].items()}
            case 3:
                user["emails"] = user["emails"][0]
            case _:
                user["meta"]["created"] = "2026-03-01 10:15:30"
    for user in users if custom else ():
        user["urn:ietf:params:scim:schemas:extension:custom:2.0:User"] = {
            "costCode": "R-17",
            "level": 3,
        }
    message = {
        "schemas": [LIST_RESPONSE],
        "totalResults": count,
        "startIndex": 1,
        "itemsPerPage": count,
        "Resources": users,
    }
    return json.dumps(message, separators=(",", ":")).encode()


def scim2_models() -> tuple[Callable[[bytes], Any], Callable[[Any], Any]]:
    """Return functions that parse and serialize a page."""
    from scim2_models import Context, EnterpriseUser, ListResponse, User

    model, context = ListResponse[User[EnterpriseUser]], Context.RESOURCE_QUERY_RESPONSE
    return (
        lambda text: model.model_validate_json(text, scim_ctx=context),
        lambda page: page.model_dump(scim_ctx=context),
    )


def main(count: int) -> None:
    regular = build_page(count)
    irregular, custom = build_page(count, irregular=True), build_page(count, custom=True)
    ours = scim.ListResponse[scim.User]
    peers, missing = harness.create_subjects({"scim2-models": scim2_models})
    for name, reason in missing.items():
        print(f"{name}: {reason}")

    parse_minimal = MinimalPage.__pydantic_validator__.validate_json
    parsers: dict[str, harness.Subject] = {
        "minimal models": lambda: parse_minimal(regular),
        "ours": lambda: ours.from_wire(regular),
        "ours, 5 % irregular": lambda: ours.from_wire(irregular),
        "ours, with custom attributes": lambda: ours.from_wire(custom),
        "json.loads": lambda: json.loads(regular),
    }
    minimal_page = MinimalPage.model_validate_json(regular)
    page, document = ours.from_wire(regular), json.loads(regular)
    minimal_to_json = MinimalPage.__pydantic_serializer__.to_json
    serializers: dict[str, harness.Subject] = {
        "minimal models, to dicts": lambda: minimal_page.model_dump(
            mode="json", by_alias=True, exclude_none=True
        ),
        "ours, to dicts": page.to_wire,
        "minimal models, to JSON": lambda: minimal_to_json(
            minimal_page, by_alias=True, exclude_none=True
        ),
        "ours, to JSON": lambda: json.dumps(page.to_wire(), separators=(",", ":")).encode(),
        "json.dumps of dicts": lambda: json.dumps(document, separators=(",", ":")).encode(),
    }
    for name, (parse, serialize) in peers.items():
        peer_page = parse(regular)
        parsers[name] = lambda parse=parse: parse(regular)
        serializers[f"{name}, to dicts"] = lambda serialize=serialize, peer_page=peer_page: (
            serialize(peer_page)
        )

    goals = {"ours": 1.5, "ours, 5 % irregular": 2.0}
    harness.print_table(
        f"parsing a page of {count} users ({len(regular)} bytes)",
        harness.compare_medians(parsers),
        "minimal models",
        goals,
    )
    harness.print_table(
        f"serializing a page of {count} users",
        harness.compare_medians(serializers),
        "minimal models, to dicts",
        {"ours, to dicts": 1.5},
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
