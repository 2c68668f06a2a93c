"""`britive-scim apply`: make the changes of a source, or of a saved plan."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from britive_scim import ScimClient
from britive_scim.cli.arguments import CommandParser, add_json_option, add_scim_options
from britive_scim.cli.clients import create_scim_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_note, print_text
from britive_scim.cli.planning import (
    add_planning_options,
    get_concurrency,
    is_plan_file,
    load_memory,
    make_plan,
    refuse_source_options,
)
from britive_scim.cli.source import add_source_argument, add_source_options, read_config
from britive_scim.cli.wording import translate, translate_values
from britive_scim.errors import ConfigurationError, PlanRefused
from britive_scim.provisioning import ApplyInterrupted, ApplyReport, Memory, Plan
from britive_scim.provisioning.plans.limits import check_allowed
from britive_scim.provisioning.report import NUMBER_NAMES
from britive_scim.provisioning.run_lock import RunLock
from britive_scim.scim.names import fold

__all__ = ["main"]

_RATE = 25.0
_JOURNAL_HEAD = b'{"n":0,"kind":"header",'


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim apply` with these arguments and return its exit status."""
    parser = _build_parser()
    options = parser.parse_all(arguments)
    options.rate = _parse_rate(parser, options.rate)
    options.allow = _parse_allowance(parser, options.allow)
    is_saved = is_plan_file(options.source)
    if is_saved:
        refuse_source_options(parser, arguments)
    else:
        read_config(options, options.source)  # a missing file is reported before the confirmation
    is_confirmed = options.yes or is_saved
    if not is_confirmed and not _is_terminal():
        parser.error(
            "applying a source needs a confirmation, and standard input is not a terminal; add --yes"
        )
    memory = load_memory(options)
    with create_scim_client(options) as client:
        plan = Plan.load(options.source) if is_saved else make_plan(client, options, memory)
        if not options.json:
            print_text(plan.summary if is_saved else plan.to_text(max_rows=None))
        try:
            check_allowed(plan, options.allow)
        except PlanRefused as error:
            print_note(f"britive-scim apply: {error}")
            if options.json:
                print_json({"ok": False, "refused": translate(str(error)), "plan": plan.to_dict()})
            return ExitStatus.REFUSED
        if plan and not is_confirmed and not _confirm(plan if options.json else None):
            print_note("Nothing was changed.")
            if options.json:
                refusal = {"ok": False, "stopped": "the changes were not confirmed"}
                print_json({**refusal, "plan": plan.to_dict()})
            return ExitStatus.STOPPED
        if options.only and not is_saved:
            options.only = _select_changed(plan, options.only)
        if options.only == []:
            report, is_interrupted = _build_empty_report(plan), False
        else:
            report, is_interrupted = _apply(client, plan, memory, options, is_saved=is_saved)
    if options.json:
        print_json({**translate_values(report.to_dict()), "withheld": list(plan.withheld)})
    else:
        print_text(report)
    return _get_status(plan, report, is_interrupted=is_interrupted)


def _build_parser() -> CommandParser:
    parser = CommandParser(
        prog="britive-scim apply",
        description="Make the changes of a source, after a confirmation, or those of a saved plan.\n"
        "Exit status 0 done, 3 some changes failed, 4 a limit is exceeded or removals are withheld, 5 stopped.",
    )
    add_source_argument(
        parser, "file of the users, or a saved plan; by default the file of the configuration"
    )
    parser.add_argument("--yes", action="store_true", help="apply a source without confirmation")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="LIMIT=NUMBER",
        help="raise a limit for this run, such as deactivations=431; may be repeated",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="make the first N changes only")
    parser.add_argument(
        "--only",
        action="append",
        metavar="WHO",
        help="change only this user or group; may be repeated",
    )
    parser.add_variable("--rate", help=f"maximum requests per second, or none; default {_RATE:g}")
    parser.add_variable(
        "--deadline",
        type=float,
        metavar="SECONDS",
        help="number of seconds after which no further change is started",
    )
    parser.add_variable(
        "--journal",
        metavar="FILE",
        help="journal, with which an interrupted run continues; by default SOURCE.journal, beside SOURCE; removed after "
        "success",
    )
    parser.add_argument(
        "--replan",
        action="store_true",
        help="if a target has changed since the plan was made, compute its change again instead of skipping it",
    )
    add_source_options(parser)
    add_planning_options(parser)
    add_scim_options(parser)
    add_json_option(parser)
    return parser


def _apply(
    client: ScimClient,
    plan: Plan,
    memory: Memory | None,
    options: argparse.Namespace,
    *,
    is_saved: bool,
) -> tuple[ApplyReport, bool]:
    """Return the report of the run, and whether Ctrl-C ended it."""
    journal = _choose_journal(options)
    if not is_saved:
        _discard_journal(journal)
    try:
        report = client.apply(
            plan,
            allow=options.allow,
            memory=memory,
            journal=journal,
            concurrency=get_concurrency(options),
            rate=options.rate,
            progress=sys.stderr.isatty(),
            deadline=options.deadline,
            limit=options.limit,
            only=options.only,
            replan=options.replan,
        )
    except ApplyInterrupted as interrupt:
        return interrupt.report, True
    if report.ok and not (is_saved and report.remaining):
        journal.unlink(missing_ok=True)
    return report, False


def _select_changed(plan: Plan, only: Sequence[str]) -> list[str]:
    """Return the names of `--only`, without those of users and groups that need no change, which are reported.

    Raises:
        InputError: neither the source nor the tenant has such a user or group.
        Ambiguous: there are several.
    """
    known = {
        fold(name)
        for change in plan.changes
        for name in (change.key, change.id, change.name)
        if name
    }
    selected: list[str] = []
    for name in only:
        if fold(name) in known:
            selected.append(name)
        elif changes := plan.explain(name).changes:
            selected.append(changes[0].id)
        else:
            print_note(f"{name} needs no change.")
    return selected


def _build_empty_report(plan: Plan) -> ApplyReport:
    """Return the report of a run in which `--only` names nothing that changes."""
    return ApplyReport(
        numbers={name: plan.numbers.get(name, 0) for name in NUMBER_NAMES},
        failures=(),
        skipped=(),
        notes=(),
        remaining=plan,
        stopped=None,
        left_out=len(plan.changes),
    )


def _choose_journal(options: argparse.Namespace) -> Path:
    """Return the path of the journal: that of `--journal`, or one beside the source."""
    if options.journal is not None:
        return Path(options.journal)
    return Path(f"{options.source or read_config(options).source}.journal")


def _discard_journal(path: Path) -> None:
    """Delete the journal that an earlier run of a source left behind, as the tenant was read after it.

    Raises:
        ConfigurationError: another run uses it, or the file is no journal.
    """
    if not path.exists():
        return
    lock = RunLock(path.with_name(f"{path.name}.lock"))
    try:
        with path.open("rb") as file:
            if not file.read(len(_JOURNAL_HEAD)).startswith(_JOURNAL_HEAD[: path.stat().st_size]):
                raise ConfigurationError(
                    f"--journal must be a new file or a journal, got {str(path)!r}, which is neither"
                )
        path.unlink()
        print_note(f"{path} of an earlier run is replaced, because the tenant was read again.")
    finally:
        lock.release()


def _get_status(plan: Plan, report: ApplyReport, *, is_interrupted: bool) -> ExitStatus:
    if is_interrupted or report.stopped is not None:
        return ExitStatus.STOPPED
    if not report.ok:
        return ExitStatus.FAILED
    return ExitStatus.REFUSED if plan.withheld else ExitStatus.DONE


def _parse_rate(parser: CommandParser, text: str | None) -> float | None:
    if text is None:
        return _RATE
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        parser.error(
            f"argument --rate: must be a number of requests per second or none, got {text!r:.60}"
        )


def _parse_allowance(parser: CommandParser, options: Sequence[str]) -> dict[str, int]:
    allowance: dict[str, int] = {}
    for option in options:
        name, _, number = option.rpartition("=")
        if not name or not number.isascii() or not number.isdigit():
            parser.error(
                f"argument --allow: must be LIMIT=NUMBER, such as deactivations=431, got {option!r:.80}"
            )
        allowance[name] = int(number)
    return allowance


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _confirm(plan: Plan | None) -> bool:
    """Ask on standard error, as standard output has the result; show a plan that is not printed there yet."""
    if plan is not None:
        print_note(plan.to_text(max_rows=None))
    print("Apply these changes? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")
