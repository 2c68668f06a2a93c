"""`python -m britive_scim`, the same as the script `britive-scim`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from britive_scim import __version__

__all__ = ["main"]

_COMMANDS = {
    "demo": "provision an emulated tenant as Okta does, and verify each step",
    "serve": "serve an emulated tenant over HTTP on this machine",
}
"""Commands and their help; each is a module of `britive_scim.cli` with a function `main`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: arguments after `britive-scim`; by default those of the process.

    Returns:
        Exit status: 0 for success, 1 for a failure, 2 for invalid arguments or settings.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="britive-scim",
        description="Provision users and groups into Britive.",
        epilog="`britive-scim COMMAND --help` shows the options of a command.",
    )
    parser.add_argument("--version", action="version", version=f"britive-scim {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", required=True)
    for name, text in _COMMANDS.items():
        commands.add_parser(name, help=text, add_help=False)
    command: str = parser.parse_args(arguments[:1]).command
    status: int = import_module(f"britive_scim.cli.{command}").main(arguments[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
