"""Clients of a command: addresses from options or the environment, tokens from the environment or a file."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from pathlib import Path

from pydantic import SecretStr

from britive_scim import AdminClient, ScimClient
from britive_scim.cli.output import print_warning
from britive_scim.errors import ConfigurationError

__all__ = ["create_admin_client", "create_scim_client"]

_MAX_TOKEN_LENGTH = 65_536


def create_scim_client(arguments: argparse.Namespace, *, read_only: bool = False) -> ScimClient:
    """Return a SCIM client for the options of `add_scim_options`.

    Args:
        arguments: the parsed arguments.
        read_only: refuse every call that changes something.

    Raises:
        ConfigurationError: the URL or the token is missing, or unusable.
    """
    if not arguments.url:
        raise ConfigurationError(
            "url must be given; set BRITIVE_SCIM_URL to the SCIM URL of the identity provider, or add --url"
        )
    token = _read_token("BRITIVE_SCIM_TOKEN", "--token-file", arguments.token_file)
    return ScimClient(
        arguments.url, token, provider=arguments.provider or None, read_only=read_only
    )


def create_admin_client(arguments: argparse.Namespace, *, read_only: bool = False) -> AdminClient:
    """Return an admin client for the options of `add_admin_options`.

    Args:
        arguments: the parsed arguments.
        read_only: refuse every call that changes something.

    Raises:
        ConfigurationError: the tenant or the token is missing, or unusable.
    """
    if not arguments.tenant:
        raise ConfigurationError(
            "tenant must be given; set BRITIVE_TENANT to the name or URL of the tenant, or add --tenant"
        )
    token = _read_token("BRITIVE_API_TOKEN", "--api-token-file", arguments.api_token_file)
    return AdminClient(arguments.tenant, token, read_only=read_only)


def _read_token(variable: str, option: str, path: str | None) -> SecretStr:
    """Return the token in a file, else that in the environment.

    Raises:
        ConfigurationError: there is no token, or its file is unusable.
    """
    if path is None and (value := os.environ.get(variable, "").strip()):
        return SecretStr(value)
    if path is None:
        path = os.environ.get(f"{variable}_FILE", "").strip() or None
    if path is None:
        raise ConfigurationError(
            f"a token must be given; set {variable}, or add {option} PATH ({option} - reads standard input)"
        )
    try:
        text = sys.stdin.readline() if path == "-" else _read_private_file(Path(path), option)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ConfigurationError(
            f"{option} must be a readable file, got {path!r}: {reason}"
        ) from None
    token = SecretStr(text.strip())
    del text
    if not token.get_secret_value():
        where = "standard input" if path == "-" else repr(path)
        raise ConfigurationError(f"{option} must contain a token, got an empty one from {where}")
    return token


def _read_private_file(path: Path, option: str) -> str:
    with path.open(encoding="utf-8") as file:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & (stat.S_IRGRP | stat.S_IROTH):
            print_warning(f"other users may read {str(path)!r} of {option}; chmod 600 it")
        return file.read(_MAX_TOKEN_LENGTH)
