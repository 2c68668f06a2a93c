"""`python -m britive_scim`, the same as the script `britive-scim`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from britive_scim import __version__
from britive_scim.errors import BritiveScimError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: as typed behind `britive-scim`; those of the process if not given.

    Returns:
        Exit status: 0 for success, 1 for a step that was not verified, 2 for arguments or settings
        that cannot work.
    """
    parser = argparse.ArgumentParser(
        prog="britive-scim", description="Provision users and groups into Britive."
    )
    parser.add_argument("--version", action="version", version=f"britive-scim {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    demo = commands.add_parser(
        "demo",
        help="run an Okta-style provisioning on an emulated tenant, each step verified",
        description="Prepare an emulated Britive tenant, push users and groups as Okta does, verify each "
        "step by reading back. Nothing leaves this process, unless --base-url is given.",
    )
    demo.add_argument(
        "--base-url",
        metavar="URL",
        help="run the SCIM half against this endpoint instead, with the token in BRITIVE_SCIM_TOKEN, "
        "and delete what was made",
    )

    serve = commands.add_parser(
        "serve", help="serve an emulated tenant over HTTP on this machine", add_help=False
    )
    serve.add_argument("rest", nargs=argparse.REMAINDER)

    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["serve"]:  # has options of its own
        from britive_scim.cli.serve import main as serve_main

        return serve_main(given[1:])
    options = parser.parse_args(given)
    from britive_scim.cli import (
        demo as story,  # brings both clients; parsing arguments does not need them
    )

    try:
        return story.run_remote(options.base_url) if options.base_url else story.run_embedded()
    except BritiveScimError as error:
        print(f"britive-scim: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
