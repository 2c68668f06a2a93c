"""Provisioning without I/O: the wanted set-up, the found set-up, their difference, and the steps taken.

The clients read and write; this package compares and reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from britive_scim._lazy import export_lazily

if TYPE_CHECKING:
    from britive_scim.provisioning.config import Config
    from britive_scim.provisioning.directory.comparison import (
        ChangedRecord,
        Comparison,
        ComparisonPart,
        Membership,
    )
    from britive_scim.provisioning.directory.directory import Directory
    from britive_scim.provisioning.directory.finding_rules import FINDING_RULES, FindingRule
    from britive_scim.provisioning.directory.findings import Finding, Findings, UncheckedRule
    from britive_scim.provisioning.directory.lists import DirectoryGroups, DirectoryUsers
    from britive_scim.provisioning.directory.problems import Problem, Problems
    from britive_scim.provisioning.directory.records import (
        Completeness,
        GroupRecord,
        MemberRecord,
        UserRecord,
    )
    from britive_scim.provisioning.directory.source import Source
    from britive_scim.provisioning.memory import Memory
    from britive_scim.provisioning.plans.change import Change
    from britive_scim.provisioning.plans.explanation import Explanation
    from britive_scim.provisioning.plans.limits import check_allowed
    from britive_scim.provisioning.plans.plan import Plan
    from britive_scim.provisioning.plans.plan_parts import ExceededLimit, ExcludedObject, PlanTarget
    from britive_scim.provisioning.plans.planner import plan
    from britive_scim.provisioning.plans.policy import Limits, Policy
    from britive_scim.provisioning.report import (
        ApplyFailure,
        ApplyInterrupted,
        ApplyReport,
        SkippedChange,
        Stop,
    )
    from britive_scim.provisioning.rules import ProvisioningRules
    from britive_scim.provisioning.setup_report import ConsoleField, ManualStep, SetupReport
    from britive_scim.provisioning.upserted import Upserted, UpsertFailure, UpsertReport
    from britive_scim.provisioning.wanted import CustomAttribute
    from britive_scim.steps import Step

__all__ = [
    "FINDING_RULES",
    "ApplyFailure",
    "ApplyInterrupted",
    "ApplyReport",
    "Change",
    "ChangedRecord",
    "Comparison",
    "ComparisonPart",
    "Completeness",
    "Config",
    "ConsoleField",
    "CustomAttribute",
    "Directory",
    "DirectoryGroups",
    "DirectoryUsers",
    "ExceededLimit",
    "ExcludedObject",
    "Explanation",
    "Finding",
    "FindingRule",
    "Findings",
    "GroupRecord",
    "Limits",
    "ManualStep",
    "MemberRecord",
    "Membership",
    "Memory",
    "Plan",
    "PlanTarget",
    "Policy",
    "Problem",
    "Problems",
    "ProvisioningRules",
    "SetupReport",
    "SkippedChange",
    "Source",
    "Step",
    "Stop",
    "UncheckedRule",
    "UpsertFailure",
    "UpsertReport",
    "Upserted",
    "UserRecord",
    "check_allowed",
    "plan",
]

_EXPORTS = {
    "britive_scim.provisioning.rules": ("ProvisioningRules",),
    "britive_scim.provisioning.directory.findings": (
        "Finding",
        "Findings",
        "UncheckedRule",
    ),
    "britive_scim.provisioning.directory.finding_rules": ("FINDING_RULES", "FindingRule"),
    "britive_scim.provisioning.directory.lists": ("DirectoryGroups", "DirectoryUsers"),
    "britive_scim.provisioning.directory.comparison": (
        "ChangedRecord",
        "Comparison",
        "ComparisonPart",
        "Membership",
    ),
    "britive_scim.provisioning.config": ("Config",),
    "britive_scim.provisioning.directory.directory": ("Directory",),
    "britive_scim.provisioning.directory.problems": ("Problem", "Problems"),
    "britive_scim.provisioning.directory.records": (
        "Completeness",
        "GroupRecord",
        "MemberRecord",
        "UserRecord",
    ),
    "britive_scim.provisioning.directory.source": ("Source",),
    "britive_scim.provisioning.memory": ("Memory",),
    "britive_scim.provisioning.plans.change": ("Change",),
    "britive_scim.provisioning.plans.explanation": ("Explanation",),
    "britive_scim.provisioning.plans.limits": ("check_allowed",),
    "britive_scim.provisioning.plans.plan": ("Plan",),
    "britive_scim.provisioning.plans.plan_parts": ("ExceededLimit", "ExcludedObject", "PlanTarget"),
    "britive_scim.provisioning.plans.planner": ("plan",),
    "britive_scim.provisioning.plans.policy": ("Limits", "Policy"),
    "britive_scim.provisioning.report": (
        "ApplyFailure",
        "ApplyInterrupted",
        "ApplyReport",
        "SkippedChange",
        "Stop",
    ),
    "britive_scim.provisioning.setup_report": ("ConsoleField", "ManualStep", "SetupReport"),
    "britive_scim.provisioning.upserted": ("UpsertFailure", "UpsertReport", "Upserted"),
    "britive_scim.provisioning.wanted": ("CustomAttribute",),
    "britive_scim.steps": ("Step",),
}

if not TYPE_CHECKING:  # so that checkers refuse a name that does not exist
    __getattr__, __dir__ = export_lazily(__name__, _EXPORTS)
