"""`britive-scim serve`: a tenant over HTTP on this machine until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import signal
import sys
import threading
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.http import fault_options
from britive_scim.testing.server import TenantServer

if TYPE_CHECKING:
    from britive_scim.testing.tenant import Tenant

__all__ = ["main", "serve"]

_MAX_LATENCY = 3600


def main(argv: Sequence[str]) -> int:
    """Run `britive-scim serve` with these arguments and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="britive-scim serve",
        description="Serve an emulated Britive tenant on the loopback address until interrupted. "
        "First its addresses and tokens are printed, one a line.",
    )
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 lets the system choose")
    parser.add_argument(
        "--identity-provider",
        default="Okta",
        metavar="NAME",
        help="whose SCIM token to print: Okta (default) or Entra",
    )
    parser.add_argument("--users", type=int, default=0, help="how many made-up users to start with")
    parser.add_argument(
        "--groups", type=int, default=0, help="how many made-up groups to start with"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of made-up users and groups, their ids, and chance"
    )
    parser.add_argument(
        "--latency", type=float, default=0, metavar="SECONDS", help="how long every answer takes"
    )
    parser.add_argument(
        "--fault",
        "--faults",
        action="append",
        default=[],
        metavar="FAULT",
        help=f"what goes wrong: {fault_options.SYNTAX}, such as 503:0.1, 'POST */Users cut-after x1', "
        "malformed:0.01 or rate=100/60; several are parted by commas, and it may be given again",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a switch of the tenant's capabilities, such as bulk=false; may be given again",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="print a line to standard error for each request"
    )
    return serve(parser.parse_args(argv))


def serve(arguments: argparse.Namespace) -> int:
    """Serve a fresh tenant until interrupted or terminated.

    Args:
        arguments: with `port`, `identity_provider` and `verbose`, and those of `main` besides.

    Returns:
        0 once it was told to end, 1 where the port cannot be had, 2 for arguments that cannot work.
    """
    try:
        tenant = _create_tenant(arguments)
    except ValueError as error:
        print(f"britive-scim serve: {error}", file=sys.stderr)
        return 2
    try:
        server = TenantServer(tenant, arguments.port, verbose=arguments.verbose)
    except (OSError, OverflowError) as error:
        print(f"britive-scim serve: port {arguments.port}: {error}", file=sys.stderr)
        return 1
    with _interrupt_on_sigterm(), contextlib.suppress(KeyboardInterrupt):
        provider = tenant.identity_providers[arguments.identity_provider]
        print(
            f"SCIM URL: {provider.scim_url}\n"
            f"SCIM token: {provider.scim_token.get_secret_value()}\n"
            f"Admin URL: {server.url}\n"
            f"API token: {tenant.api_token.get_secret_value()}",
            flush=True,
        )
        server.run()
    return 0


def _create_tenant(arguments: argparse.Namespace) -> Tenant:
    """Return the tenant the arguments describe.

    Raises:
        ValueError: they cannot work.
    """
    from britive_scim.testing.tenant import Tenant

    tenant = Tenant(
        capabilities=_parse_capabilities(getattr(arguments, "set", [])),
        seed=getattr(arguments, "seed", None),
    )
    with_token = [name for name in tenant.identity_providers if name != "Britive"]
    provider = arguments.identity_provider
    if provider not in with_token:
        raise ValueError(f"no identity provider {provider!r}: choose {' or '.join(with_token)}")
    users, groups = getattr(arguments, "users", 0), getattr(arguments, "groups", 0)
    seed = getattr(arguments, "seed", 1)
    tenant.populate(users, groups, seed=seed, identity_provider=provider)
    try:
        fault_options.add_faults(tenant.faults, getattr(arguments, "fault", []))
    except ValueError as error:
        raise ValueError(f"--fault {error}") from None
    latency = getattr(arguments, "latency", 0)
    if not 0 <= latency <= _MAX_LATENCY:
        raise ValueError(f"--latency {latency}: give seconds from 0 to {_MAX_LATENCY}")
    tenant.faults.latency = latency
    return tenant


def _parse_capabilities(switches: Sequence[str]) -> Capabilities:
    """Return the capabilities that `NAME=VALUE` texts describe.

    Raises:
        ValueError: an unknown name, or a value of another type.
    """
    known = sorted(field.name for field in dataclasses.fields(Capabilities))
    chosen: dict[str, Any] = {}
    for switch in switches:
        name, equals, text = switch.partition("=")
        if name not in known or not equals:
            raise ValueError(f"--set {switch}: no such switch; there are {', '.join(known)}")
        try:
            chosen[name] = json.loads(text)
        except ValueError:
            chosen[name] = text
    return Capabilities(**chosen)


@contextlib.contextmanager
def _interrupt_on_sigterm() -> Generator[None]:
    """Let SIGTERM end the server as Ctrl-C does, where signals can be had: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
