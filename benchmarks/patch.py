"""PATCH: user updates of Okta and Entra, one or many members of a large group, the diff of two groups.

    python benchmarks/patch.py [NUMBER OF MEMBERS]
    python -O benchmarks/patch.py [NUMBER OF MEMBERS] diffs

A request body (parsed JSON) is applied to a resource repeatedly; two bodies alternate, so that each always changes
the resource. Compared: hand-written code for these bodies on dicts, without any checks; the set difference of the
ids; and scim2-models, if installed.

`scim.diff` checks its result by applying it, unless Python runs with -O: both are measured, the second in a separate
process.
"""

from __future__ import annotations

import copy
import gc
import itertools
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import harness
from fixtures import ENTERPRISE, build_id, build_user

from britive_scim import scim

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

Body = dict[str, Any]
Step = Callable[[Body], None]
StepFactory = Callable[[str, dict[str, Any]], Step]


def build_body(*operations: Body) -> Body:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def build_okta_body(active: bool) -> Body:
    return build_body({"op": "replace", "value": {"active": active}})


def build_entra_body(number: int) -> Body:
    return build_body(
        {"op": "Replace", "path": "displayName", "value": f"Display {number}"},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": f"new{number}@example.com"},
        {"op": "Replace", "path": "name.familyName", "value": f"Family{number}"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": f"Dept {number}"},
    )


def build_member(number: int) -> Body:
    return {"value": build_id(number), "display": f"Member {number}", "type": "User"}


def build_group(size: int) -> dict[str, Any]:
    return {
        "schemas": [GROUP],
        "id": "group-1",
        "displayName": "Everybody",
        "members": [build_member(number) for number in range(size)],
        "meta": {"resourceType": "Group"},
    }


NEW_MEMBER = {"value": "ffffffff-new", "display": "New Member", "type": "User"}
ADD = build_body({"op": "add", "path": "members", "value": [NEW_MEMBER]})
REMOVE = build_body({"op": "remove", "path": f'members[value eq "{NEW_MEMBER["value"]}"]'})

# ----------------------------------------------------------------------------- subjects


def by_hand(_: str, resource: dict[str, Any]) -> Step:
    def step(request: Body) -> None:
        for operation in request["Operations"]:
            path, value, op = operation.get("path"), operation.get("value"), operation["op"].lower()
            if path is None:
                resource.update(value)
            elif path == "members" and op == "add":
                existing = {member["value"] for member in resource["members"]}
                resource["members"] += [m for m in value if m["value"] not in existing]
            elif path.startswith("members["):
                removed_id = path[18:-2]
                resource["members"] = [m for m in resource["members"] if m["value"] != removed_id]
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


def ours_with_mappings(_: str, resource: Any) -> Step:
    def step(request: Body) -> None:
        nonlocal resource
        resource = scim.PatchRequest.parse(request).apply(resource)

    return step


def ours_with_models(resource_type: str, resource: Any) -> Step:
    model = {"user": scim.User, "group": scim.Group}[resource_type]
    return ours_with_mappings(resource_type, model.from_wire(resource))


def scim2_models() -> StepFactory:
    from scim2_models import Context, EnterpriseUser, Group, PatchOp, User

    def create_step(resource_type: str, resource: Any) -> Step:
        model: Any = User[EnterpriseUser] if resource_type == "user" else Group
        patched, message = model.model_validate(resource), PatchOp[model]

        def step(request: Body) -> None:
            parsed = message.model_validate(request, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
            parsed.patch(patched)

        return step

    return create_step


# ----------------------------------------------------------------------------- measurement


def alternate(
    subjects: dict[str, Step], bodies: list[Body], seconds: float
) -> list[dict[str, float]]:
    """Return the median seconds of each body, for every subject; subjects alternate."""
    samples: list[dict[str, list[float]]] = [{name: [] for name in subjects} for _ in bodies]
    for step in subjects.values():
        for body in bodies:
            step(body)
    gc.collect()
    gc.freeze()
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < 5 or time.perf_counter() < end:
        for name, step in subjects.items():
            # Fast steps run several times in a row, so that subjects do not evict each other's CPU cache.
            for _ in range(1 if rounds and samples[0][name][0] > 1e-3 else 50):
                for body, times_by_name in zip(bodies, samples, strict=True):
                    start = time.perf_counter()
                    step(body)
                    times_by_name[name].append(time.perf_counter() - start)
        rounds += 1
    gc.unfreeze()
    return [
        {name: statistics.median(times) for name, times in times_by_name.items()}
        for times_by_name in samples
    ]


def compare_patches(size: int) -> None:
    factories, missing = harness.create_subjects(
        {
            "by hand, mappings": lambda: by_hand,
            "ours, mappings": lambda: ours_with_mappings,
            "ours, models": lambda: ours_with_models,
            "scim2-models, models": scim2_models,
        }
    )

    def create_steps(resource_type: str, resource: dict[str, Any]) -> dict[str, Step]:
        return {
            name: create_step(resource_type, copy.deepcopy(resource))
            for name, create_step in factories.items()
        }

    goals = {"ours, mappings": 10.0}
    bodies = [build_okta_body(False), build_okta_body(True)]
    first, second = alternate(create_steps("user", build_user(3)), bodies, 2)
    title = "a user: Okta's one operation"
    harness.print_table(title, _mean(first, second), "by hand, mappings", {})
    bodies = [build_entra_body(1), build_entra_body(2)]
    first, second = alternate(create_steps("user", build_user(3)), bodies, 4)
    medians = _mean(first, second)
    harness.print_table("a user: Entra's four operations", medians, "by hand, mappings", goals)
    if "scim2-models, models" in medians:
        ratio = medians["scim2-models, models"] / medians["ours, models"]
        print(f"ours on models takes 1/{ratio:.0f} of scim2-models (goal: 1/25)")
    add, remove = alternate(create_steps("group", build_group(size)), [ADD, REMOVE], 8)
    goals = {"ours, mappings": 2.0}
    harness.print_table(f"a group of {size:,}: add one", add, "by hand, mappings", goals)
    harness.print_table(
        f"a group of {size:,}: remove one by a filter", remove, "by hand, mappings", goals
    )
    for name, reason in missing.items():
        print(f"{name}: {reason}")


def _mean(*medians: dict[str, float]) -> dict[str, float]:
    return {name: statistics.mean(item[name] for item in medians) for name in medians[0]}


def compare_removals(size: int, count: int) -> None:
    """Compare the removal of many members by one filter with that by a value list."""
    resource = build_group(size)
    ids = [build_id(number * (size // count)) for number in range(count)]
    conditions = (
        " or ".join(f'value eq "{id_}"' for id_ in ids[start:] + ids[:start]) for start in range(3)
    )
    # Several bodies take turns, so that each is parsed again.
    by_filter = itertools.cycle(
        [build_body({"op": "remove", "path": f"members[{text}]"}) for text in conditions]
    )
    by_values = build_body(
        {"op": "remove", "path": "members", "value": [{"value": id_} for id_ in ids]}
    )

    def remove_by_hand() -> list[Any]:
        removed = set(ids)
        return [member for member in resource["members"] if member["value"] not in removed]

    groups = {"mappings": resource, "models": scim.Group.from_wire(resource)}
    for name, group in groups.items():
        medians = harness.compare_medians(
            {
                "by value list": lambda group=group: scim.PatchRequest.parse(by_values).apply(
                    group
                ),
                "by filter": lambda group=group: scim.PatchRequest.parse(next(by_filter)).apply(
                    group
                ),
                "by hand": remove_by_hand,
            },
            rounds=7,
        )
        title = f"a group of {size:,}: remove {count:,} by one operation ({name})"
        harness.print_table(title, medians, "by value list", {"by filter": 2.0})


def print_growth(size: int) -> None:
    """Show that the cost of adding k members to n, and of removing them, is proportional to n + k."""
    print(f"\n{'current members, and members changed, one per operation':56}{'ms':>10}")
    for count in (size // 4, size // 2, size):
        resource = build_group(count)
        add_operations = [
            {"op": "add", "path": "members", "value": [build_member(size + number)]}
            for number in range(count)
        ]
        remove_operations = [
            {"op": "remove", "path": f'members[value eq "{build_id(number)}"]'}
            for number in range(count)
        ]
        for label, operations in (("added", add_operations), ("removed", remove_operations)):
            request = scim.PatchRequest.parse(build_body(*operations))
            start = time.perf_counter()
            request.apply(resource)
            milliseconds = (time.perf_counter() - start) * 1e3
            print(f"{count:8,} and {count:8,} {label:38}{milliseconds:10.1f}")


def compare_diffs(size: int) -> None:
    """Compare the cost of finding five removed and five added members."""
    before, after = build_group(size), build_group(size)
    new_members = [build_member(size + number) for number in range(5)]
    after["members"] = [*after["members"][5:], *new_members]
    shuffled = {**after, "members": random.Random(1).sample(after["members"], size)}
    mode = "python, checked by applying" if __debug__ else "python -O, not checked"
    for order, target in (("in the same order", after), ("in another order", shuffled)):
        models = scim.Group.from_wire(before), scim.Group.from_wire(target)

        def compare_ids(target: Any = target) -> Any:
            old = {member["value"] for member in before["members"]}
            new = {member["value"] for member in target["members"]}
            return old - new, new - old

        medians = harness.compare_medians(
            {
                "set difference of ids": compare_ids,
                "ours, mappings": lambda target=target: scim.diff(before, target),
                "ours, models": lambda models=models: scim.diff(*models),
            },
            rounds=15,
        )
        goals = {"ours, mappings": 5, "ours, models": 5}
        title = f"diff of two groups of {size:,}, {order} ({mode})"
        harness.print_table(title, medians, "set difference of ids", goals)


if __name__ == "__main__":
    member_count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if sys.argv[2:] != ["diffs"]:
        compare_patches(member_count)
        compare_removals(5 * member_count, member_count // 2)
        print_growth(member_count)
        sys.stdout.flush()
        command = [sys.executable, "-O", __file__, str(member_count), "diffs"]
        subprocess.run(command, check=True)
    compare_diffs(member_count)
