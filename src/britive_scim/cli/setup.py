"""`britive-scim setup`: prepare a tenant for provisioning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from britive_scim.cli.arguments import CommandParser, add_admin_options, add_json_option
from britive_scim.cli.clients import create_admin_client
from britive_scim.cli.exit_status import ExitStatus
from britive_scim.cli.output import print_json, print_note
from britive_scim.errors import ConfigurationError
from britive_scim.provisioning.consoles import CONSOLES

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run `britive-scim setup` with these arguments and return its exit status."""
    parser = _build_parser()
    options = parser.parse_all(arguments)
    mappings = _parse_mappings(parser, options.map)
    token_file = _TokenFile(Path(options.token_file)) if options.token_file else None
    try:
        with create_admin_client(options) as client:
            connection = client.set_up_provisioning(
                options.name,
                description=options.description,
                scim_provider=options.scim_provider,
                token_days=options.token_days,
                mappings=mappings,
                custom_attributes=options.custom_attribute,
                create_token=token_file is not None,
            )
        report = connection.report(options.console)
        is_written = token_file is not None and connection.token_created
        if token_file is not None and is_written:
            token_file.write(connection.token)
    finally:
        if token_file is not None:
            token_file.close()
    if options.json:
        print_json(
            {
                "name": connection.identity_provider.name,
                "id": connection.identity_provider.id,
                "scim_url": connection.scim_url,
                "changed": connection.changed,
                "token_file": options.token_file if is_written else None,
                "steps": [
                    {"step": step.name, "outcome": step.outcome, "detail": step.detail}
                    for step in connection.steps
                ],
                **report.to_dict(),
            }
        )
    else:
        print(connection)
        print(f"\nSCIM URL: {connection.scim_url}")
        if options.console or report.console != CONSOLES["other"].title:
            print(f"\n{report}")
    print_note(_describe_token(options.token_file, is_written=is_written))
    return ExitStatus.DONE


def _build_parser() -> CommandParser:
    parser = CommandParser(
        prog="britive-scim setup",
        description="Prepare a tenant for provisioning by an identity provider: its identity provider, SCIM\n"
        "provider, custom attributes, mappings and token. Only what is missing is written.",
    )
    parser.add_argument("name", metavar="NAME", help="name of the identity provider")
    parser.add_argument("--description", help="description of a new identity provider")
    parser.add_argument(
        "--scim-provider", default="Generic", help="Generic (default), or Azure for Entra ID"
    )
    parser.add_argument(
        "--token-days",
        type=int,
        default=90,
        help="validity of the SCIM token in days from each use, 1 to 90 (default)",
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="ATTRIBUTE=SCIM",
        help="mapping of an identity attribute, such as 'Mobile=phoneNumbers[type eq \"mobile\"].value'; "
        "may be repeated",
    )
    parser.add_argument(
        "--custom-attribute",
        action="append",
        default=[],
        metavar="NAME",
        help="identity attribute that must exist; may be repeated",
    )
    parser.add_argument(
        "--token-file",
        metavar="PATH",
        help="new file for the SCIM token, readable by its owner only; without it no token is created",
    )
    parser.add_argument(
        "--console",
        choices=list(CONSOLES),
        help="console whose fields are listed; by default that of the product in NAME, or Entra ID for Azure; none for other names",
    )
    add_admin_options(parser)
    add_json_option(parser)
    return parser


def _parse_mappings(parser: CommandParser, options: Sequence[str]) -> dict[str, str]:
    mappings: dict[str, str] = {}
    for option in options:
        name, equals, path = option.partition("=")
        if not (name.strip() and equals and path.strip()):
            parser.error(f"argument --map: must be ATTRIBUTE=SCIM, got {option!r:.60}")
        if name.strip() in mappings:
            parser.error(f"argument --map: must not repeat a name, got {name.strip()!r:.60} twice")
        mappings[name.strip()] = path.strip()
    return mappings


def _describe_token(path: str | None, *, is_written: bool) -> str:
    if is_written:
        return f"The SCIM token is in {path}, which only its owner may read. Britive does not show it again."
    if path is None:
        return "No SCIM token was created; add --token-file PATH to create a missing one."
    return f"The SCIM token existed before, and Britive shows a token once; nothing was written to {path}."


class _TokenFile:
    """New file for a token, created before the token is, so that the secret cannot be lost.

    Raises:
        ConfigurationError: the file exists, or cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise ConfigurationError(
                f"--token-file must be a new file, got {str(path)!r}, which exists; it is never overwritten,"
                " and not needed if the SCIM token exists"
            ) from None
        except OSError as error:
            raise ConfigurationError(
                f"--token-file must be a new file in a writable directory, got {str(path)!r}: {error.strerror}"
            ) from None
        self._is_written = False

    def write(self, token: SecretStr | None) -> None:
        """Write the token and make it durable."""
        secret = token.get_secret_value() if token is not None else ""
        os.write(self._handle, f"{secret}\n".encode())
        os.fsync(self._handle)
        self._is_written = True

    def close(self) -> None:
        """Close the file, and delete it if no token was written."""
        os.close(self._handle)
        if not self._is_written:
            self._path.unlink(missing_ok=True)
