"""Digest of the changes of a plan and its target, which a journal is bound to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from britive_scim.provisioning.plans.plan import Plan

__all__ = ["compute_plan_digest", "compute_policy_digest"]


def compute_plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of the target and the changes of a plan, in hexadecimal digits."""
    target = plan.target
    return _hash(
        [
            target.scim_url,
            target.provider,
            target.digest,
            [asdict(change) for change in plan.changes],
        ]
    )


def compute_policy_digest(plan: Plan) -> str:
    """Return the SHA-256 of the policy of a plan."""
    return _hash(repr(plan.policy))


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
