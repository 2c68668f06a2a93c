"""Source of a command: configuration, options and environment, in the order of their precedence."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from britive_scim.cli.arguments import CommandParser, add_admin_options
from britive_scim.cli.clients import create_admin_client
from britive_scim.cli.output import print_warning
from britive_scim.provisioning import Config, Directory, ProvisioningRules
from britive_scim.provisioning.directory.problems import group_problems

__all__ = [
    "SOURCE_OPTIONS",
    "add_rules_option",
    "add_source_argument",
    "add_source_options",
    "read_config",
    "read_rules",
    "read_wanted_directory",
]

_READING = ("encoding", "delimiter", "time_zone", "nested", "empty")
_POLICY = ("missing", "missing_groups", "adopt")


SOURCE_OPTIONS = (
    "--config",
    "--groups",
    *(f"--{name.replace('_', '-')}" for name in (*_READING, *_POLICY)),
)
"""Options of a source and of the policy."""


def add_source_argument(parser: CommandParser, description: str) -> None:
    """Add the optional argument SOURCE."""
    parser.add_argument("source", nargs="?", metavar="SOURCE", help=description)


def add_source_options(parser: CommandParser) -> None:
    """Add the options of a source and of the policy; each overrides the configuration."""
    parser.add_variable(
        "--config", metavar="FILE", help="configuration: source, columns, status words and policy"
    )
    parser.add_variable(
        "--groups", metavar="FILE", help="file of the groups, columns group and member"
    )
    parser.add_variable("--encoding", help="encoding of the source; detected by default")
    parser.add_variable("--delimiter", help="delimiter of the source; detected by default")
    parser.add_variable(
        "--time-zone", metavar="ZONE", help="zone of dates without one, such as Europe/Berlin"
    )
    parser.add_variable(
        "--nested", choices=("refuse", "flatten", "keep"), help="nested groups; default refuse"
    )
    parser.add_variable(
        "--empty", choices=("keep", "clear"), help="an empty cell keeps (default) or clears a value"
    )
    parser.add_variable(
        "--missing",
        choices=("keep", "deactivate", "delete"),
        help="users of the tenant that the source does not have; default keep",
    )
    parser.add_variable(
        "--missing-groups",
        choices=("keep", "delete"),
        help="groups of the tenant that the source does not have; default keep",
    )
    parser.add_variable(
        "--adopt",
        choices=("never", "unclaimed", "all"),
        help="users found by name without externalId; default unclaimed",
    )


def add_rules_option(parser: CommandParser) -> None:
    """Add `--rules`, and the options of the admin API that it needs."""
    parser.add_variable(
        "--rules",
        metavar="NAME",
        help="check the source against the mandatory attributes and mappings of this identity provider, which the "
        "admin API reads",
    )
    add_admin_options(parser)


def read_rules(options: argparse.Namespace) -> ProvisioningRules | None:
    """Return the rules of the identity provider named by `--rules`, or `None`.

    Raises:
        ConfigurationError: the tenant or the token of the admin API is missing.
        BritiveScimError: a request failed.
    """
    if not options.rules:
        return None
    with create_admin_client(options, read_only=True) as client:
        return client.identity_providers.rules(options.rules)


def read_config(options: argparse.Namespace, source: str | None = None) -> Config:
    """Return the configuration of a command: options and environment override the file.

    Args:
        options: the parsed options of `add_source_options`.
        source: source named on the command line, if any.

    Raises:
        ConfigurationError: the file cannot be read, or is invalid.
        FileNotFoundError: the source, or the file of its groups, does not exist.
    """
    config = Config.read(options.config) if options.config else Config()
    given: dict[str, Any] = {
        name: getattr(options, name) for name in _READING if getattr(options, name) is not None
    }
    if options.groups is not None:
        given["groups"] = Path(options.groups)
    if source is not None:
        given["source"] = Path(source)
    rules = {name: getattr(options, name) for name in _POLICY if getattr(options, name) is not None}
    if rules:
        given["policy"] = replace(config.policy, **rules)
    config = replace(config, **given)
    for label, path in (("SOURCE", config.source), ("--groups", config.groups)):
        if path is not None and not path.exists():
            raise FileNotFoundError(f"{label} must be an existing file, got {str(path)!r}")
    return config


def read_wanted_directory(config: Config) -> Directory:
    """Return the directory of the source, without problems; its warnings are printed.

    Raises:
        ConfigurationError: no source is named.
        DirectoryError: the source has problems; the error lists all of them.
    """
    wanted = config.read_source()
    for group in group_problems(wanted.problems.warnings):
        print_warning(str(group))
    wanted.raise_for_problems()
    return wanted
