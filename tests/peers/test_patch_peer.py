"""PATCH compared with scim2-models over generated requests: each difference is a numbered decision.

The decisions are those of the table in `docs/explanation/decisions.md`: interpretations of what
RFC 7644 §3.5.2 leaves open.
"""

import collections
import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidFilter, InvalidPath, PatchError
from britive_scim.scim.names import ENTERPRISE_USER, PATCH_OP, USER

pytestmark = pytest.mark.proof

Operation = dict[str, Any]
Resource = dict[str, Any]

FILTERS = [
    'type eq "work"',
    'type eq "home"',
    'value eq "a@example.com"',
    "primary eq true",
    'type eq "work" and value sw "b"',
    "not (type pr)",
    'value co "EXAMPLE"',
    "primary ne true",
]

# ----------------------------------------------------------------------------- generating


def random_email(rnd: random.Random) -> dict[str, Any]:
    result: dict[str, Any] = {
        "value": rnd.choice(["a@example.com", "b@example.com", "A@example.com"])
    }
    if rnd.random() < 0.7:
        result["type"] = rnd.choice(["work", "home"])
    if rnd.random() < 0.3:
        result["primary"] = rnd.random() < 0.6
    if rnd.random() < 0.3:
        result["display"] = rnd.choice(["x", "y"])
    return result


def random_address(rnd: random.Random) -> dict[str, Any]:
    result = {"type": rnd.choice(["work", "home"])}
    if rnd.random() < 0.6:
        result["locality"] = rnd.choice(["Rome", "Oslo"])
    if rnd.random() < 0.4:
        result["country"] = rnd.choice(["IT", "NO"])
    return result


def random_name(rnd: random.Random) -> dict[str, str]:
    parts = rnd.sample(["givenName", "familyName", "middleName"], rnd.randint(1, 3))
    return {part: rnd.choice(["A", "B"]) for part in parts}


def keep_one_primary(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    marked = False
    for value in values:
        if value.get("primary"):
            value["primary"] = not marked
            marked = True
    return values


def random_user(rnd: random.Random) -> Resource:
    result: Resource = {"schemas": [USER], "id": "u1", "userName": "ann"}
    if rnd.random() < 0.5:
        result["title"] = rnd.choice(["Guide", "guide"])
    if rnd.random() < 0.5:
        result["active"] = rnd.random() < 0.5
    if rnd.random() < 0.5:
        result["name"] = random_name(rnd)
    if rnd.random() < 0.6:
        result["emails"] = keep_one_primary([random_email(rnd) for _ in range(rnd.randint(1, 3))])
    if rnd.random() < 0.4:
        result["addresses"] = [random_address(rnd) for _ in range(rnd.randint(1, 2))]
    if rnd.random() < 0.4:
        result["schemas"].append(ENTERPRISE_USER)
        result[ENTERPRISE_USER] = {"department": rnd.choice(["Ops", "Dev"])}
        if rnd.random() < 0.5:
            result[ENTERPRISE_USER]["manager"] = {"value": rnd.choice(["m1", "m2"])}
    return result


def random_target(rnd: random.Random) -> tuple[str, Any]:
    """Return a path and a value that roughly fits it."""
    part = rnd.choice(["value", "type", "display", "primary"])
    of_part = {
        "value": "c@example.com",
        "type": "other",
        "display": "q",
        "primary": rnd.random() < 0.5,
    }
    return rnd.choice(
        [
            ("title", rnd.choice(["Guide", "Boss", None])),
            ("userName", rnd.choice(["bob", None])),
            ("active", rnd.choice([True, False, None])),
            ("name", rnd.choice([random_name(rnd), None, {"givenName": None}])),
            (f"name.{rnd.choice(['givenName', 'familyName'])}", rnd.choice(["A", "Z", None])),
            (
                "emails",
                rnd.choice(
                    [
                        [random_email(rnd)],
                        random_email(rnd),
                        [random_email(rnd), random_email(rnd)],
                        [],
                        None,
                    ]
                ),
            ),
            (f"emails[{rnd.choice(FILTERS)}]", rnd.choice([random_email(rnd), {"display": "q"}])),
            (f"emails[{rnd.choice(FILTERS)}].{part}", of_part[part]),
            (f"emails.{rnd.choice(['display', 'type'])}", "q"),
            ("addresses", rnd.choice([[random_address(rnd)], []])),
            (f"{ENTERPRISE_USER}:department", rnd.choice(["Ops", "X", None])),
            (f"{ENTERPRISE_USER}:manager", rnd.choice([{"value": "m3"}, None])),
            (ENTERPRISE_USER, {"division": "D"}),
            ("id", "x"),
            ("meta.version", "x"),
            ("groups", [{"value": "g"}]),
            ("nope", "x"),
            ("name.nope", "x"),
        ]
    )


def random_operation(rnd: random.Random) -> Operation:
    op = rnd.choice(["add", "replace", "remove"])
    path, value = random_target(rnd)
    if op == "remove":
        return {"op": op, "path": path} | ({"value": value} if rnd.random() < 0.1 else {})
    if path.isalpha() and rnd.random() < 0.1:
        return {"op": op, "value": {path: value}}
    return {"op": op, "path": path, "value": value}


# ----------------------------------------------------------------------------- applying


def comparable(value: Any) -> Any:
    if isinstance(value, dict):
        members = {key: comparable(member) for key, member in value.items() if key != "meta"}
        if members.get("primary") is False:
            del members["primary"]
        return {key: member for key, member in members.items() if member not in (None, [], {})}
    return [comparable(item) for item in value] if isinstance(value, list) else value


def apply_ours(resource: Resource, request: dict[str, Any]) -> Any:
    try:
        return comparable(scim.PatchRequest.parse(request).apply(resource))
    except (PatchError, InvalidPath, InvalidFilter) as error:
        return error.scim_type


def load_peer() -> Callable[[Resource, dict[str, Any]], Any]:
    models = pytest.importorskip("scim2_models")
    model_class = models.User[models.EnterpriseUser]

    def apply(resource: Resource, request: dict[str, Any]) -> Any:
        model = model_class.model_validate(copy.deepcopy(resource))
        try:
            patch = models.PatchOp[model_class].model_validate(
                request, scim_ctx=models.Context.RESOURCE_PATCH_REQUEST
            )
            patch.patch(model)
        except Exception as error:  # noqa: BLE001  # any exception of a peer is a refusal
            return f"{type(error).__name__} {error}"
        return comparable(json.loads(model.model_dump_json()))

    return apply


# ----------------------------------------------------------------------------- decisions


def contains_null(value: Any) -> bool:
    return isinstance(value, dict) and any(v is None or contains_null(v) for v in value.values())


def find_decision(resource: Resource, op: Operation, mine: Any, theirs: Any) -> str | None:
    """Return the decision that explains the difference of two results, or `None`."""
    path, value = op.get("path", ""), op.get("value")
    rejected = isinstance(theirs, str)
    if op["op"] == "remove" and value is not None and rejected:
        return "D-32: a value of remove selects values; the peer rejects it"
    if op["op"] == "add" and "[" in path and rejected and "NoTarget" in theirs:
        return (
            "D-20: an unmatched filter of equalities describes a new value; the peer has no target"
        )
    if op["op"] == "add" and (path in {"emails", "addresses"} or "emails" in (value or ())):
        return "D-24: an existing value is merged, by subset, value and type; the peer appends"
    if path.startswith("emails.") and "emails" not in resource:
        return "D-22: a sub-attribute of every value, in an empty list; the peer changes nothing"
    if mine == "invalidValue" and "emails[" in path and not rejected:
        return "D-25: one operation sets two primary values; the peer retains one of them"
    if op["op"] == "add" and contains_null(value):
        return "null within an added value is ignored, as a missing member is; the peer unassigns"
    return None


def test_patch_every_difference_is_a_decision() -> None:
    theirs = load_peer()
    seen: collections.Counter[str] = collections.Counter()
    for seed in range(6000):
        rnd = random.Random(seed)
        resource, op = random_user(rnd), random_operation(rnd)
        request = {"schemas": [PATCH_OP], "Operations": [op]}
        mine, other = apply_ours(resource, request), theirs(resource, request)
        if isinstance(mine, str) and isinstance(other, str):
            seen["both reject"] += 1
        elif mine == other:
            seen["both agree"] += 1
        else:
            why = find_decision(resource, op, mine, other)
            assert why is not None, (seed, resource, op, mine, other)
            seen[why] += 1
    assert seen["both agree"] > 3000
    assert {why[:4] for why in seen} >= {"D-20", "D-22", "D-24", "D-25", "D-32"}
