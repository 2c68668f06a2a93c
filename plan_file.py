"""Plans as JSON documents and files, with a digest that finds damage and edits."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from britive_scim import scim
from britive_scim._private_file import check_path, resolve_output_path, write_private_file
from britive_scim.errors import InputError
from britive_scim.provisioning.plans.change import ACTIONS, STAGES, Change
from britive_scim.provisioning.plans.plan_content import PlanContent
from britive_scim.provisioning.plans.plan_parts import ExceededLimit, PlanTarget, Unchanged
from britive_scim.provisioning.plans.policy import Limits, Policy
from britive_scim.provisioning.plans.rendering import format_summary

__all__ = ["FORMAT", "build_document", "compute_digest", "format_document", "load", "save"]

T = TypeVar("T")

FORMAT = 1
"""Version of the format; a file with a higher one is refused."""

_CONTENT = ("target", "policy", "numbers", "changes", "excluded", "withheld", "exceeded", "warnings")
"""Keys of the document that the digest covers, besides `format`."""


def _build_content(plan: PlanContent) -> dict[str, Any]:
    """Return all that the digest covers."""
    target = plan.target
    return {
        "format": FORMAT,
        "target": {
            "scim_url": target.scim_url,
            "provider": target.provider,
            "digest": target.digest,
            "read_at": None if target.read_at is None else target.read_at.isoformat(),
            "known_ids": list(target.known_ids),
        },
        "policy": _policy_to_dict(plan.policy),
        "numbers": dict(plan.numbers),
        "changes": [_to_dict(change) for change in plan.changes],
        "excluded": [_to_dict(item) for item in plan.excluded],
        "withheld": list(plan.withheld),
        "exceeded": [_to_dict(limit) for limit in plan.exceeded],
        "warnings": list(plan.warnings),
    }


def _to_dict(value: Change | Unchanged | ExceededLimit) -> dict[str, Any]:
    return {item.name: getattr(value, item.name) for item in fields(value)}


def _policy_to_dict(policy: Policy) -> dict[str, Any]:
    return {item.name: _rule_to_json(getattr(policy, item.name)) for item in fields(policy)}


def _rule_to_json(value: Any) -> Any:
    """Return a value of a policy as JSON data: a filter as `filter:` text, a duration in seconds."""
    if isinstance(value, scim.Filter):
        return f"filter:{value}"
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Limits):
        return {item.name: getattr(value, item.name) for item in fields(value)}
    if isinstance(value, Mapping):
        return {
            key: _rule_to_json(item) for key, item in cast("Mapping[str, Any]", value).items()
        }
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_rule_to_json(item) for item in cast("Iterable[Any]", value)]
    return value


def compute_digest(plan: PlanContent) -> str:
    """Return the SHA-256 of the content of a plan."""
    return _compute_digest(_build_content(plan))


def _compute_digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
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
    """Return a plan as JSON text, ASCII only."""
    return json.dumps(build_document(plan), indent=1, allow_nan=False) + "\n"


def save(plan: PlanContent, path: str | os.PathLike[str]) -> None:
    """Write a plan to a file with mode 0600."""
    write_private_file(resolve_output_path(path), format_document(plan))


# ---------------------------------------------------------------------------------------- reading


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the arguments of a plan that was saved."""
    document = read_document(path, kind="plan", title="a saved plan")
    content = {name: document.get(name) for name in ("format", *_CONTENT)}
    if document.get("digest") != _compute_digest(content):
        raise InputError(
            f"path must be a saved plan without changes, got {str(path)!r:.120}, which is damaged or was edited; make the "
            "plan again"
        )
    try:
        return _parse_content(content)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"path must be a saved plan, got {str(path)!r:.120} with invalid content ({type(error).__name__}); make the "
            "plan again"
        ) from None


def read_document(path: str | os.PathLike[str], *, kind: str, title: str) -> dict[str, Any]:
    """Return the JSON document of a file of this package.

    Args:
        path: the file.
        kind: expected value of `kind`.
        title: name of the kind in messages.

    Raises:
        InputError: the file is missing, no JSON object, of another kind, or of a newer format.
    """
    check_path(path)
    shown = f"{str(path)!r:.120}"
    try:
        document: object = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputError(
            f"path must be {title}, got {shown}, which cannot be read: {error.strerror or type(error).__name__}"
        ) from None
    except (ValueError, RecursionError):
        raise InputError(
            f"path must be {title}, got {shown}, which is not JSON, or is cut off"
        ) from None
    if not isinstance(document, dict):
        raise InputError(f"path must be {title}, got {shown} with a {type(document).__name__}")
    fields_ = cast("dict[str, Any]", document)
    if fields_.get("kind") != kind:
        raise InputError(
            f"path must be {title}, got {shown} with {fields_.get('kind', 'something else')!r:.60}"
        )
    version = fields_.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"path must be {title}, got {shown} with format {version!r:.40}")
    if version > FORMAT:
        raise InputError(
            f"path must be {title} of format {FORMAT}, got {shown} with format {version}; install a newer version of "
            "britive-scim"
        )
    return fields_


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
        "excluded": _parse_all(lambda **values: Unchanged(**values), content["excluded"]),
        "withheld": tuple(content["withheld"]),
        "exceeded": _parse_all(lambda **values: ExceededLimit(**values), content["exceeded"]),
        "warnings": tuple(content["warnings"]),
    }


def _parse_all(build: Callable[..., T], items: Iterable[Mapping[str, Any]]) -> tuple[T, ...]:
    return tuple(build(**item) for item in items)


def _parse_change(values: Mapping[str, Any]) -> Change:
    if values["action"] not in ACTIONS or values["stage"] not in STAGES:
        raise ValueError(values["action"])
    return Change(**{**values, "operations": tuple(values["operations"])})


def _parse_policy(values: Mapping[str, Any]) -> Policy:
    arguments = dict(values)
    arguments["limits"] = Limits(**arguments["limits"])
    arguments["match"] = tuple(arguments["match"])
    if arguments["grace"] is not None:
        arguments["grace"] = timedelta(seconds=arguments["grace"])
    return Policy(**arguments)
