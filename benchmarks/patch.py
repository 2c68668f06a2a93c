"""PATCH: a user as Okta and Entra change one, one member of a large group, the difference of two groups.

    python benchmarks/patch.py [NUMBER OF MEMBERS]
    python -O benchmarks/patch.py [NUMBER OF MEMBERS] differences

A request body, parsed JSON, is applied to a resource again and again; two bodies take turns, so that each
meets the same state and always has something to do. Beside ours: what a person would write by hand for
just these bodies on plain dicts, which checks nothing; the set difference of the ids; and scim2-models,
where it is installed.

A difference is checked by applying it, unless Python runs with -O: both are measured, the second in a
process of its own.
"""

from __future__ import annotations

import copy
import gc
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import measuring
from people import ENTERPRISE, id_of, user

from britive_scim import scim

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

Body = dict[str, Any]
Step = Callable[[Body], None]
Maker = Callable[[str, dict[str, Any]], Step]


def body(*operations: Body) -> Body:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def okta(active: bool) -> Body:
    return body({"op": "replace", "value": {"active": active}})


def entra(number: int) -> Body:
    return body(
        {"op": "Replace", "path": "displayName", "value": f"Display {number}"},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": f"new{number}@example.com"},
        {"op": "Replace", "path": "name.familyName", "value": f"Family{number}"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": f"Dept {number}"},
    )


def member(number: int) -> Body:
    return {"value": id_of(number), "display": f"Member {number}", "type": "User"}


def group(size: int) -> dict[str, Any]:
    return {
        "schemas": [GROUP],
        "id": "group-1",
        "displayName": "Everybody",
        "members": [member(number) for number in range(size)],
        "meta": {"resourceType": "Group"},
    }


NEW = {"value": "ffffffff-new", "display": "New Member", "type": "User"}
ADD = body({"op": "add", "path": "members", "value": [NEW]})
REMOVE = body({"op": "remove", "path": f'members[value eq "{NEW["value"]}"]'})

# ----------------------------------------------------------------------------- subjects


def by_hand(_: str, resource: dict[str, Any]) -> Step:
    def step(request: Body) -> None:
        for operation in request["Operations"]:
            path, value, op = operation.get("path"), operation.get("value"), operation["op"].lower()
            if path is None:
                resource.update(value)
            elif path == "members" and op == "add":
                there = {each["value"] for each in resource["members"]}
                resource["members"] += [each for each in value if each["value"] not in there]
            elif path.startswith("members["):
                gone = path[18:-2]
                resource["members"] = [m for m in resource["members"] if m["value"] != gone]
            elif path.startswith("emails["):
                for email in resource["emails"]:
                    if email["type"] == "work":
                        email["value"] = value
            elif path.startswith(ENTERPRISE):
                resource[ENTERPRISE][path[len(ENTERPRISE) + 1 :]] = value
            elif "." in path:
                attribute, part = path.split(".")
                resource[attribute][part] = value
            else:
                resource[path] = value

    return step


def on_mappings(_: str, resource: Any) -> Step:
    def step(request: Body) -> None:
        nonlocal resource
        resource = scim.PatchRequest.parse(request).apply(resource)

    return step


def on_models(kind: str, resource: Any) -> Step:
    return on_mappings(kind, {"user": scim.User, "group": scim.Group}[kind].from_wire(resource))


def scim2_models() -> Maker:
    from scim2_models import Context, EnterpriseUser, Group, PatchOp, User

    def make(kind: str, resource: Any) -> Step:
        model: Any = User[EnterpriseUser] if kind == "user" else Group
        patched, patch = model.model_validate(resource), PatchOp[model]

        def step(request: Body) -> None:
            read = patch.model_validate(request, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
            read.patch(patched)

        return step

    return make


# ----------------------------------------------------------------------------- measuring


def alternate(
    subjects: dict[str, Step], bodies: list[Body], seconds: float
) -> list[dict[str, float]]:
    """Return the median of seconds each body takes, for every subject; all subjects take turns."""
    samples: list[dict[str, list[float]]] = [{name: [] for name in subjects} for _ in bodies]
    for step in subjects.values():
        for each in bodies:
            step(each)
    gc.collect()
    gc.freeze()
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < 5 or time.perf_counter() < end:
        for name, step in subjects.items():
            # Several in a row where they are quick, so that one subject's data does not cool another's.
            for _ in range(1 if rounds and samples[0][name][0] > 1e-3 else 50):
                for each, taken in zip(bodies, samples, strict=True):
                    start = time.perf_counter()
                    step(each)
                    taken[name].append(time.perf_counter() - start)
        rounds += 1
    gc.unfreeze()
    return [{name: statistics.median(taken) for name, taken in each.items()} for each in samples]


def patching(size: int) -> None:
    makers, missing = measuring.available(
        {
            "by hand, mappings": lambda: by_hand,
            "ours, mappings": lambda: on_mappings,
            "ours, models": lambda: on_models,
            "scim2-models, models": scim2_models,
        }
    )

    def steps(kind: str, resource: dict[str, Any]) -> dict[str, Step]:
        return {name: make(kind, copy.deepcopy(resource)) for name, make in makers.items()}

    goals = {"ours, mappings": 10.0}
    (first, second) = alternate(steps("user", user(3)), [okta(False), okta(True)], 2)
    measuring.show("a user: Okta's one operation", _mean(first, second), "by hand, mappings", {})
    (first, second) = alternate(steps("user", user(3)), [entra(1), entra(2)], 4)
    medians = _mean(first, second)
    measuring.show("a user: Entra's four operations", medians, "by hand, mappings", goals)
    if "scim2-models, models" in medians:
        ratio = medians["scim2-models, models"] / medians["ours, models"]
        print(f"ours on models takes 1/{ratio:.0f} of scim2-models (goal: 1/25)")
    add, remove = alternate(steps("group", group(size)), [ADD, REMOVE], 8)
    goals = {"ours, mappings": 2.0}
    measuring.show(f"a group of {size:,}: add one", add, "by hand, mappings", goals)
    measuring.show(
        f"a group of {size:,}: remove one by a filter", remove, "by hand, mappings", goals
    )
    for name, why in missing.items():
        print(f"{name}: {why}")


def _mean(*medians: dict[str, float]) -> dict[str, float]:
    return {name: statistics.mean(each[name] for each in medians) for name in medians[0]}


def growing(size: int) -> None:
    """Show that adding k members to n, and removing them, is in proportion to n + k."""
    print(f"\n{'members there, and added or removed one an operation':56}{'ms':>10}")
    for number in (size // 4, size // 2, size):
        resource = group(number)
        added = [
            {"op": "add", "path": "members", "value": [member(size + n)]} for n in range(number)
        ]
        removed = [
            {"op": "remove", "path": f'members[value eq "{id_of(n)}"]'} for n in range(number)
        ]
        for what, operations in (("added", added), ("removed", removed)):
            request = scim.PatchRequest.parse(body(*operations))
            start = time.perf_counter()
            request.apply(resource)
            print(
                f"{number:8,} and {number:8,} {what:38}{(time.perf_counter() - start) * 1e3:10.1f}"
            )


def differences(size: int) -> None:
    """Show what it costs to find five members that went and five that came."""
    before, after = group(size), group(size)
    after["members"] = [*after["members"][5:], *(member(size + number) for number in range(5))]
    mixed = {**after, "members": random.Random(1).sample(after["members"], size)}
    checked = "python, checked by applying" if __debug__ else "python -O, not checked"
    for order, then in (("in the same order", after), ("in another order", mixed)):
        models = scim.Group.from_wire(before), scim.Group.from_wire(then)

        def ids(then: Any = then) -> Any:
            was = {each["value"] for each in before["members"]}
            will = {each["value"] for each in then["members"]}
            return was - will, will - was

        medians = measuring.compare(
            {
                "set difference of ids": ids,
                "ours, mappings": lambda then=then: scim.diff(before, then),
                "ours, models": lambda models=models: scim.diff(*models),
            },
            rounds=15,
        )
        goals = {"ours, mappings": 5, "ours, models": 5}
        title = f"difference of two groups of {size:,}, {order} ({checked})"
        measuring.show(title, medians, "set difference of ids", goals)


if __name__ == "__main__":
    members = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if sys.argv[2:] != ["differences"]:
        patching(members)
        growing(members)
        sys.stdout.flush()
        optimised = [sys.executable, "-O", __file__, str(members), "differences"]
        subprocess.run(optimised, check=True)
    differences(members)
