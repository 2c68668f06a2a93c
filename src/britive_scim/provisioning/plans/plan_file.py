"""Plans as JSON documents and files, with a digest that finds damage and edits."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from britive_scim import scim
from britive_scim._private_file import resolve_output_path, write_private_file
from britive_scim.errors import InputError
from britive_scim.provisioning.documents import read_document
from britive_scim.provisioning.plans.change import ACTIONS, STAGES, Change
from britive_scim.provisioning.plans.patterns import describe_pattern
from britive_scim.provisioning.plans.plan_content import PlanContent
from britive_scim.provisioning.plans.plan_parts import ExceededLimit, ExcludedObject, PlanTarget
from britive_scim.provisioning.plans.policy import Limits, Policy
from britive_scim.provisioning.plans.rendering import format_summary

__all__ = ["FORMAT", "build_document", "compute_digest", "format_document", "load", "save"]

FORMAT = 1
"""Version of the format; a file with a higher one is refused."""

_CONTENT = (
    "format", "target", "policy", "numbers", "changes", "excluded", "withheld", "exceeded", "warnings",
)  # fmt: skip
"""Keys of the document that the digest covers; the others are computed from these."""


def _build_content(plan: PlanContent) -> dict[str, Any]:
    """Return all that the digest covers."""
    target = _to_dict(plan.target)
    target["known_ids"] = list(plan.target.known_ids)
    target["read_at"] = None if plan.target.read_at is None else plan.target.read_at.isoformat()
    return {
        "format": FORMAT,
        "target": target,
        "policy": {
            item.name: _rule_to_json(getattr(plan.policy, item.name))
            for item in fields(plan.policy)
            if item.init
        },
        "numbers": dict(plan.numbers),
        "changes": [_to_dict(change) for change in plan.changes],
        "excluded": [_to_dict(item) for item in plan.excluded],
        "withheld": list(plan.withheld),
        "exceeded": [_to_dict(limit) for limit in plan.exceeded],
        "warnings": list(plan.warnings),
    }


def _to_dict(value: PlanTarget | Change | ExcludedObject | ExceededLimit) -> dict[str, Any]:
    """Return the attributes of a part by name; the values are not copied."""
    return {name: getattr(value, name) for name in _list_fields(type(value))}


def _list_fields(
    part: type[PlanTarget | Change | ExcludedObject | ExceededLimit],
) -> tuple[str, ...]:
    return tuple(part.__dataclass_fields__)


def _rule_to_json(value: Any) -> Any:
    """Return a value of a policy as JSON data: a filter as `filter:` text, a duration in seconds."""
    if isinstance(value, scim.Filter):
        return describe_pattern(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Limits):
        return {item.name: getattr(value, item.name) for item in fields(value)}
    if isinstance(value, Mapping):
        rules = cast("Mapping[str, Any]", value)
        return {key: _rule_to_json(item) for key, item in rules.items()}
    if isinstance(value, Collection) and not isinstance(value, str):
        items = cast("Collection[Any]", value)  # type: ignore[redundant-cast]  # for pyright
        return [_rule_to_json(item) for item in items]
    return value


def compute_digest(plan: PlanContent) -> str:
    """Return the SHA-256 of the content of a plan."""
    return _compute_digest(_build_content(plan))


def _compute_digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()


def build_document(plan: PlanContent) -> dict[str, Any]:
    """Return a plan as a JSON document."""
    content = _build_content(plan)
    head = {
        "format": FORMAT,
        "kind": "plan",
        "digest": _compute_digest(content),
        "summary": format_summary(plan),
        "counts": {action: dict(types) for action, types in plan.counts.items()},
        "requests": plan.requests,
    }
    return head | content


def format_document(plan: PlanContent) -> str:
    """Return a plan as JSON text, ASCII only, with one line per change."""
    encode = json.JSONEncoder().encode  # indent= takes five times as long
    parts: list[str] = []
    for name, value in build_document(plan).items():
        text = encode(value)
        if name in ("changes", "excluded") and value:
            text = "[\n  " + ",\n  ".join(map(encode, value)) + "\n ]"
        parts.append(f' "{name}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def save(plan: PlanContent, path: str | os.PathLike[str]) -> None:
    """Write a plan to a file with mode 0600."""
    write_private_file(resolve_output_path(path), format_document(plan))


# ---------------------------------------------------------------------------------------- reading


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the arguments of a plan that was saved.

    Raises:
        InputError: the file is missing, damaged, edited, not a plan, or written by a newer version.
    """
    shown = f"{str(path)!r:.120}"
    try:
        document = read_document(path, kind="plan", title="a saved plan", format=FORMAT)
    except FileNotFoundError:
        raise InputError(f"path must be a saved plan, got {shown}, which does not exist") from None
    content = {name: document.get(name) for name in _CONTENT}
    if document.get("digest") != _compute_digest(content):
        raise InputError(
            f"path must be a saved plan without edits, got {shown}, which is damaged or was edited; make the plan again"
        )
    try:
        return _parse_content(content)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"path must be a saved plan, got {shown} with invalid content ({type(error).__name__}); make the plan again"
        ) from None


def _parse_content(content: Mapping[str, Any]) -> dict[str, Any]:
    target = dict(content["target"])
    if target["read_at"] is not None:
        target["read_at"] = datetime.fromisoformat(target["read_at"])
    target["known_ids"] = tuple(target["known_ids"])
    return {
        "changes": tuple(map(_parse_change, content["changes"])),
        "policy": _parse_policy(content["policy"]),
        "target": PlanTarget(**target),
        "numbers": dict(content["numbers"]),
        "excluded": tuple(ExcludedObject(**item) for item in content["excluded"]),
        "withheld": tuple(content["withheld"]),
        "exceeded": tuple(ExceededLimit(**item) for item in content["exceeded"]),
        "warnings": tuple(content["warnings"]),
        "is_loaded": True,
    }


def _parse_change(values: Mapping[str, Any]) -> Change:
    if values["action"] not in ACTIONS or values["stage"] not in STAGES:
        raise ValueError(values["action"])
    arguments = dict(values)
    arguments["operations"] = tuple(arguments["operations"])
    return Change(**arguments)


def _parse_policy(values: Mapping[str, Any]) -> Policy:
    arguments = dict(values)
    arguments["limits"] = Limits(**arguments["limits"])
    arguments["match"] = tuple(arguments["match"])
    if arguments["grace"] is not None:
        arguments["grace"] = timedelta(seconds=arguments["grace"])
    return Policy(**arguments)
