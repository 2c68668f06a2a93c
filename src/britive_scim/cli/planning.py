"""Planning for commands: read the source and the tenant, and make or load the plan."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from britive_scim import ScimClient, provisioning
from britive_scim.cli.arguments import CommandParser
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_progress
from britive_scim.cli.source import (
    SOURCE_OPTIONS,
    add_rules_option,
    read_config,
    read_rules,
    read_wanted_directory,
)
from britive_scim.provisioning import Directory, Memory, Plan

__all__ = [
    "add_concurrency_option",
    "add_planning_options",
    "get_concurrency",
    "get_plan_status",
    "is_plan_file",
    "load_memory",
    "make_plan",
    "read_tenant",
    "refuse_source_options",
]

_PLAN_KIND = re.compile(r'"kind"\s*:\s*"plan"')
_HEAD = 2000
"""Characters at the start of a saved plan that contain its `kind`."""


def add_planning_options(parser: CommandParser) -> None:
    """Add the options of reading and planning."""
    parser.add_variable(
        "--memory",
        metavar="FILE",
        help="file of the memory between runs, created if missing; required by grace",
    )
    add_concurrency_option(parser)
    add_rules_option(parser)


def add_concurrency_option(parser: CommandParser) -> None:
    """Add `--concurrency`."""
    parser.add_variable("--concurrency", type=int, help="requests at a time, 1 to 64; default 8")


def is_plan_file(path: str | Path | None) -> bool:
    """Return whether a file is a saved plan, whatever its name; a source is read by its own rules."""
    if path is None:
        return False
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return head.lstrip().startswith("{") and _PLAN_KIND.search(head) is not None


def refuse_source_options(parser: CommandParser, arguments: Sequence[str]) -> None:
    """Refuse options of a source and of the policy for a saved plan, which was made with its own.

    Args:
        parser: the parser of the command.
        arguments: the arguments of the command; variables of the environment are not among them.

    Raises:
        SystemExit: an option is given (status 1).
    """
    for argument in arguments:
        name = argument.partition("=")[0]
        if name in (*SOURCE_OPTIONS, "--rules"):
            parser.error(
                f"{name} cannot be used with a saved plan, which is applied as it was made; make a new plan with it"
            )


def read_tenant(client: ScimClient, options: argparse.Namespace) -> Directory:
    """Return the directory of the tenant.

    Raises:
        BritiveScimError: a request failed.
    """
    print_progress("reading users and groups of the tenant")
    return client.read_directory(concurrency=get_concurrency(options))


def make_plan(
    client: ScimClient, options: argparse.Namespace, memory: Memory | None = None
) -> Plan:
    """Return the plan for the source of a command.

    Raises:
        DirectoryError: the source has problems; nothing was sent.
        BritiveScimError: a request failed, or the plan is refused.
    """
    config = read_config(options, options.source)
    wanted = read_wanted_directory(config)
    rules = read_rules(options)
    if rules is not None:
        wanted.check(rules).raise_for_errors()
    found = read_tenant(client, options)
    return provisioning.plan(wanted, found, policy=config.policy, memory=memory, rules=rules)


def load_memory(options: argparse.Namespace) -> Memory | None:
    """Return the memory of `--memory`, or `None`.

    Raises:
        InputError: the file is no memory.
    """
    return Memory.load(options.memory) if options.memory else None


def get_concurrency(options: argparse.Namespace) -> int:
    """Return the number of requests at a time."""
    return 8 if options.concurrency is None else options.concurrency


def get_plan_status(plan: Plan) -> ExitStatus:
    """Return the exit status of a plan that is shown."""
    if plan.exceeded or plan.withheld:
        return ExitStatus.REFUSED
    return ExitStatus.FOUND if plan else ExitStatus.DONE
