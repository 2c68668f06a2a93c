"""`python -m britive_scim`, the same as the script `britive-scim`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from britive_scim._version import __version__

__all__ = ["main"]

_COMMANDS = {
    "check": "test the connection, and a source",
    "setup": "prepare a tenant for provisioning by an identity provider",
    "plan": "show the changes that make a tenant equal to a source",
    "apply": "make the changes of a source, or of a saved plan",
    "explain": "show what a plan does with one user or group, and why",
    "export": "write the users and groups of a tenant to a file",
    "findings": "list users and groups of a tenant that need attention",
    "drift": "list differences between a source and a tenant",
    "expiring": "list tokens that expire soon",
    "demo": "provision an emulated tenant as Okta does, and verify each step",
    "serve": "serve an emulated tenant over HTTP on this machine",
}
"""Commands and their help; each is a module of `britive_scim.cli` with a function `main`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: arguments after `britive-scim`; by default those of the process.

    Returns:
        Exit status: 0 done, or nothing to do; 2 changes are pending, or something was found; 3 some changes
        failed; 4 a limit is exceeded, or removals are withheld; 5 stopped; 1 anything else.

    Raises:
        SystemExit: the arguments are invalid (status 1), or help or version was requested (status 0).
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] not in _COMMANDS:
        return _parse_top_level(arguments)
    command = arguments[0]
    from britive_scim.cli.exit_status import ExitStatus  # --version needs nothing of it
    from britive_scim.cli.output import print_error, print_error_document
    from britive_scim.errors import BritiveScimError

    try:
        status: int = import_module(f"britive_scim.cli.{command}").main(arguments[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output ended early, as `head` does
        _discard_output()
        return ExitStatus.ERROR
    except (BritiveScimError, OSError) as error:
        print_error(command, error)
        if "--json" in arguments:
            print_error_document(command, error)
        return ExitStatus.ERROR
    except KeyboardInterrupt:
        print(f"\nbritive-scim {command}: interrupted", file=sys.stderr)
        return ExitStatus.STOPPED
    return int(status)


def _parse_top_level(arguments: Sequence[str]) -> int:
    """Parse what is no command: `--help`, `--version`, or a mistake."""
    from britive_scim.cli.arguments import CommandParser

    parser = CommandParser(
        prog="britive-scim",
        description="Provision users and groups into Britive.",
        epilog="`britive-scim COMMAND --help` shows the options of a command.",
    )
    parser.add_argument("--version", action="version", version=f"britive-scim {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", required=True)
    for name, text in _COMMANDS.items():
        commands.add_parser(name, help=text, add_help=False)
    parser.parse_args(arguments[:1])
    parser.error("a command must come first")


def _discard_output() -> None:
    """Send what remains of standard output nowhere, so that its flush at exit raises nothing."""
    with contextlib.suppress(OSError, ValueError):  # ValueError: not a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
