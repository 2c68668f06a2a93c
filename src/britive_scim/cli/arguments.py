"""Parser of the arguments of a command, and the options that several commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any, NoReturn

from britive_scim.cli.exit_status import ExitStatus
from britive_scim.suggestions import format_suggestion

__all__ = ["CommandParser", "add_admin_options", "add_json_option", "add_scim_options"]

_SECRET_OPTIONS = ("--token", "--api-token", "--scim-token", "--password", "--secret")
_ENVIRONMENT_PREFIX = "BRITIVE_SCIM_"


class CommandParser(argparse.ArgumentParser):
    """Parser whose errors end with status 1, and never repeat the value of an unknown option.

    Options cannot be abbreviated: `--token SECRET` would otherwise be read as `--token-file`.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_all(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Return the parsed arguments.

        Raises:
            SystemExit: an argument is invalid (status 1), or help was requested (status 0).
        """
        namespace, unknown = self.parse_known_args(list(arguments))
        if unknown:
            self.error(self._describe_unknown(unknown))
        return namespace

    def add_variable(self, name: str, /, **options: Any) -> None:
        """Add an option that the environment variable `BRITIVE_SCIM_<NAME>` can set as well.

        Args:
            name: the option, such as `--rate`.
            **options: as for `add_argument`.
        """
        variable = _ENVIRONMENT_PREFIX + name.lstrip("-").replace("-", "_").upper()
        value = os.environ.get(variable, "").strip() or None
        if value is not None and (choices := options.get("choices")) and value not in choices:
            self.error(f"{variable} must be {' or '.join(choices)}, got {value!r:.60}")
        options["help"] = f"{options['help']} [{variable}]"
        self.add_argument(name, default=value, **options)

    def error(self, message: str) -> NoReturn:
        """Print usage and message to standard error, and exit with status 1.

        Raises:
            SystemExit: always.
        """
        self.exit(ExitStatus.ERROR, f"{self.format_usage()}{self.prog}: {message}\n")

    def _describe_unknown(self, unknown: Sequence[str]) -> str:
        """Return the message for unknown arguments, without their values, which may be secrets."""
        options = [argument.partition("=")[0] for argument in unknown if argument.startswith("--")]
        if any(option in _SECRET_OPTIONS for option in options):
            return (
                "no option takes a secret, because other users of the machine can read arguments; set "
                "BRITIVE_SCIM_TOKEN or BRITIVE_API_TOKEN, or give the path of a file, --token-file PATH"
            )
        if not options:
            return f"unexpected arguments ({len(unknown)}); `{self.prog} --help` shows the expected ones"
        known = [option for action in self._actions for option in action.option_strings]
        return f"unknown option {options[0]}{format_suggestion(options[0], known, cutoff=0.5)}"


def add_json_option(parser: CommandParser) -> None:
    """Add `--json`."""
    parser.add_argument(
        "--json", action="store_true", help="print the result as JSON, with format: 1"
    )


def add_scim_options(parser: CommandParser) -> None:
    """Add the options of the SCIM endpoint."""
    group = parser.add_argument_group("SCIM endpoint")
    group.add_argument(
        "--url",
        default=os.environ.get("BRITIVE_SCIM_URL"),
        help="SCIM URL of the identity provider [BRITIVE_SCIM_URL]",
    )
    group.add_argument(
        "--token-file",
        metavar="PATH",
        help="file with the SCIM token, - for standard input; without it the token is that in "
        "BRITIVE_SCIM_TOKEN, or in the file named by BRITIVE_SCIM_TOKEN_FILE",
    )
    parser.add_variable(
        "--provider", metavar="NAME", help="name of the identity provider, to which a plan is bound"
    )


def add_admin_options(parser: CommandParser) -> None:
    """Add the options of the admin API."""
    group = parser.add_argument_group("admin API")
    group.add_argument(
        "--tenant",
        default=os.environ.get("BRITIVE_TENANT"),
        help="name, host or URL of the tenant [BRITIVE_TENANT]",
    )
    group.add_argument(
        "--api-token-file",
        metavar="PATH",
        help="file with the token of the admin API, - for standard input; without it the token is that in "
        "BRITIVE_API_TOKEN, or in the file named by BRITIVE_API_TOKEN_FILE",
    )
