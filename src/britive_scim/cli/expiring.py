"""`britive-scim expiring`: tokens that expire soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from britive_scim.cli.arguments import CommandParser, add_admin_options, add_json_option
from britive_scim.cli.clients import create_admin_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json

__all__ = ["main"]

_DAYS = 14


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim expiring` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim expiring",
        description="List SCIM, API and service identity tokens that expire soon, or have expired. "
        "Exit status 2 if there are any.",
    )
    parser.add_argument(
        "--days", type=float, default=_DAYS, help=f"number of days from now; default {_DAYS}"
    )
    add_admin_options(parser)
    add_json_option(parser)
    options = parser.parse_all(arguments)
    try:
        within = timedelta(days=options.days)
    except (OverflowError, ValueError):
        parser.error(f"argument --days: must be a number of days, got {options.days}")
    with create_admin_client(options, read_only=True) as client:
        tokens = client.expiring(within)
    if options.json:
        print_json(
            {
                "tokens": [
                    {
                        "type": token.token_type,
                        "owner": token.owner,
                        "expiry": token.expiry,
                        "remaining_seconds": round(token.remaining.total_seconds()),
                    }
                    for token in tokens
                ]
            }
        )
    else:
        for token in tokens:
            print(token)
    return ExitStatus.FOUND if tokens else ExitStatus.DONE
