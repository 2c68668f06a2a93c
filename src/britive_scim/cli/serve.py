"""`britive-scim serve`: an emulated tenant over HTTP on this machine."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import signal
import sys
import threading
from collections.abc import Generator, Sequence
from typing import Any

from britive_scim.cli.arguments import CommandParser, add_json_option
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.http import fault_options
from britive_scim.testing.server import TenantServer
from britive_scim.testing.tenant import Tenant

__all__ = ["main", "serve"]

FORMATS = ("lines", "env")
"""Formats of URLs and tokens on standard output, besides JSON."""

_MAX_LATENCY = 3600


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim serve` with these arguments and return its exit status."""
    parser = CommandParser(
        prog="britive-scim serve",
        description="Serve an emulated Britive tenant on the loopback address until interrupted.\n"
        "Its URLs and tokens are printed first, one per line.",
    )
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 lets the system choose")
    parser.add_argument(
        "--identity-provider",
        default="Okta",
        metavar="NAME",
        help="identity provider whose SCIM token is printed: Okta (default) or Entra",
    )
    parser.add_argument("--users", type=int, default=0, help="number of generated users")
    parser.add_argument("--groups", type=int, default=0, help="number of generated groups")
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        help="seed of generated users and groups, ids, and random faults",
    )
    parser.add_argument(
        "--latency", type=float, default=0, metavar="SECONDS", help="delay of every response"
    )
    parser.add_argument(
        "--fault",
        "--faults",
        action="append",
        default=[],
        metavar="FAULT",
        help=f"scripted faults: {fault_options.SYNTAX}, such as 503:0.1, 'POST */Users cut-after x1', "
        "malformed:0.01 or rate=100/60; separated by commas; may be repeated",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a capability of the tenant, such as bulk=false; may be repeated",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="print a line to standard error for each request"
    )
    add_json_option(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="lines",
        help="lines (default), or env for NAME=value lines with the variables that clients read",
    )
    parsed = parser.parse_all(arguments)
    if parsed.json and parsed.format != "lines":
        parser.error(f"--json must be given without --format, got --format {parsed.format}")
    return serve(parsed)


def serve(arguments: argparse.Namespace) -> int:
    """Serve a fresh tenant until interrupted or terminated.

    Args:
        arguments: those of `main`.

    Returns:
        Exit status: 0 after an interrupt, 1 if the port is not available or an argument is invalid.
    """
    try:
        tenant = _create_tenant(arguments)
    except ValueError as error:
        print(f"britive-scim serve: {error}", file=sys.stderr)
        return ExitStatus.ERROR
    try:
        server = TenantServer(tenant, arguments.port, verbose=arguments.verbose)
    except (OSError, OverflowError) as error:
        print(f"britive-scim serve: port {arguments.port}: {error}", file=sys.stderr)
        return ExitStatus.ERROR
    with _interrupt_on_sigterm(), contextlib.suppress(KeyboardInterrupt):
        print(_format_values(server, arguments), flush=True)
        print(f"Open {server.url}/", file=sys.stderr, flush=True)
        server.run()
    return ExitStatus.DONE


def _format_values(server: TenantServer[Tenant], arguments: argparse.Namespace) -> str:
    """Return URLs and tokens in the requested format."""
    environment = server.environment(arguments.identity_provider)
    if arguments.format == "env":
        # URLs and tokens have no character that a shell interprets
        return "\n".join(f"{name}={value}" for name, value in environment.items())
    values = {
        "SCIM URL": environment["BRITIVE_SCIM_URL"],
        "SCIM token": environment["BRITIVE_SCIM_TOKEN"],
        "Admin URL": environment["BRITIVE_TENANT"],
        "API token": environment["BRITIVE_API_TOKEN"],
    }
    if arguments.json:
        document = {name.lower().replace(" ", "_"): value for name, value in values.items()}
        return json.dumps({"format": 1, **document})  # one line, for programs
    return "\n".join(f"{name}: {value}" for name, value in values.items())


def _create_tenant(arguments: argparse.Namespace) -> Tenant:
    """Return the tenant described by the arguments.

    Raises:
        ValueError: an argument is invalid.
    """
    tenant = Tenant(capabilities=_parse_capabilities(arguments.set), seed=arguments.seed)
    with_token = [name for name in tenant.identity_providers if name != "Britive"]
    provider = arguments.identity_provider
    if provider not in with_token:
        raise ValueError(f"--identity-provider must be {' or '.join(with_token)}, got {provider!r}")
    tenant.populate(
        arguments.users, arguments.groups, seed=arguments.seed, identity_provider=provider
    )
    try:
        fault_options.add_faults(tenant.faults, arguments.fault)
    except ValueError as error:
        raise ValueError(f"--fault {error}") from None
    latency = arguments.latency
    if not 0 <= latency <= _MAX_LATENCY:
        raise ValueError(f"--latency must be 0 to {_MAX_LATENCY} seconds, got {latency}")
    tenant.faults.latency = latency
    return tenant


def _parse_capabilities(options: Sequence[str]) -> Capabilities:
    """Return the capabilities of options in the form `NAME=VALUE`.

    Raises:
        ValueError: a name is unknown, or a value has the wrong type.
    """
    known = sorted(field.name for field in dataclasses.fields(Capabilities))
    values: dict[str, Any] = {}
    for option in options:
        name, equals, text = option.partition("=")
        if name not in known or not equals:
            raise ValueError(
                f"--set must be NAME=VALUE, got {option!r}; names are {', '.join(known)}"
            )
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = text
    return Capabilities(**values)


@contextlib.contextmanager
def _interrupt_on_sigterm() -> Generator[None]:
    """Handle SIGTERM like Ctrl-C; only the main thread can handle signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    previous_handler = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous_handler)
