"""Draft of a configuration for a source, from its headers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from britive_scim.cli.output import print_note
from britive_scim.errors import ConfigurationError
from britive_scim.provisioning import Config, Directory, Policy
from britive_scim.provisioning.counts import format_count
from britive_scim.provisioning.directory.headers import WORK_EMAIL, suggest_path

__all__ = ["write_config_draft"]


def write_config_draft(config: Config, path: str) -> tuple[str, ...]:
    """Write a configuration for the source of `config`, and return the headers without a known path.

    Args:
        config: the source, and how it is read.
        path: a new file.

    Raises:
        ConfigurationError: no source is named, the file exists, or a header or the configuration cannot be written to it.
    """
    target = Path(path)
    policy = _list_policy(config)
    directory = config.read_source()
    columns = directory.source.columns
    unknown = tuple(
        dict.fromkeys(
            problem.column
            for problem in directory.problems
            if problem.column is not None
            and problem.line in (None, 1)
            and problem.column not in columns
        )
    )
    named = _name_users(columns)
    lines = [*_list_lines(config, directory, target, named or columns, unknown), *policy]
    try:
        data = ("\n".join(lines) + "\n").encode()
        with target.open("xb") as file:
            file.write(data)
    except UnicodeEncodeError:
        raise ConfigurationError(
            "headers and names of files must be Unicode for --write-config, got a lone surrogate; rename it"
        ) from None
    except FileExistsError:
        raise ConfigurationError(
            f"--write-config must be a new file, got {path!r}, which exists; it is never overwritten"
        ) from None
    others = ""
    if unknown:
        noun = "other" if len(unknown) == 1 else "others"
        others = f"; decide on {len(unknown)} {noun} before a plan: {', '.join(unknown)}"
    print_note(f"Wrote {path} with {format_count(len(columns), 'column')}{others}.")
    if named is not None:
        header = next(header for header, paths in named.items() if "userName" in paths)
        print_note(
            f"{header} states the userName as well, because no other column does; change it if users have other names."
        )
    elif not any("userName" in paths for paths in columns.values()):
        print_note("No column states the userName, which every user must have: set its path.")
    return unknown


def _name_users(columns: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]] | None:
    """Return the columns with one of addresses as userName too, or `None`: a userName is stated, or no single address."""
    if any("userName" in paths for paths in columns.values()):
        return None
    headers = [header for header, paths in columns.items() if paths == (WORK_EMAIL,)]
    if len(headers) != 1:
        return None
    return {**columns, headers[0]: ("userName", WORK_EMAIL)}


def _list_lines(
    config: Config,
    directory: Directory,
    target: Path,
    columns: Mapping[str, tuple[str, ...]],
    unknown: tuple[str, ...],
) -> Iterator[str]:
    yield "[source]"
    for name, file in (("path", config.source), ("groups", config.groups)):
        if file is not None:
            relative = os.path.relpath(file.resolve(), target.parent.resolve())
            yield f"{name} = {_format_string(Path(relative).as_posix())}"
    for name, value in (
        ("encoding", directory.source.encoding),
        ("delimiter", directory.source.delimiter),
        ("time_zone", config.time_zone),
        ("nested", None if config.nested == "refuse" else config.nested),
        ("empty", None if config.empty == "keep" else config.empty),
    ):
        if value is not None:
            yield f"{name} = {_format_string(value)}"
    yield ""
    yield "[columns]  # SCIM path or paths by header; false ignores a column on purpose"
    for header, paths in columns.items():
        yield f"{_format_string(header)} = {_format_paths(paths)}"
    for header in unknown:
        path = suggest_path(header)
        # A comment, so that a plan refuses the header until somebody has decided.
        value = "false" if path is None else _format_path(path)
        yield f"# {_format_string(header)} = {value}  # unknown header: its SCIM path, or false"
    yield ""
    yield "[status]  # words of the column `active`, in place of true, yes, 1, false, no, 0"
    for name, words, example in (
        ("active", config.active, '# active = ["A"]'),
        ("inactive", config.inactive, '# inactive = ["X"]'),
    ):
        yield f"{name} = [{', '.join(map(_format_string, words))}]" if words else example
    yield ""


def _list_policy(config: Config) -> list[str]:
    """Return the table of the policy: options of the command line, and simple values of a configuration.

    Raises:
        ConfigurationError: the policy has more.
    """
    policy, default = config.policy, Policy()
    comment = '  # users that the source does not have: "keep", "deactivate" or "delete"'
    lines = ["[policy]", f"missing = {_format_string(policy.missing)}{comment}"]
    for item in fields(Policy):
        value: object = getattr(policy, item.name)
        if item.name == "missing" or value == getattr(default, item.name):
            continue
        if not isinstance(value, str | bool):
            raise ConfigurationError(
                f"--write-config must draft a new configuration, got {item.name} of an existing one; edit that file"
            )
        lines.append(f"{item.name} = {json.dumps(value)}")
    return [
        *lines,
        '# protected.users = ["admin*"]  # never deactivated, deleted or removed from a group',
    ]


def _format_paths(paths: tuple[str, ...]) -> str:
    if len(paths) == 1:
        return _format_path(paths[0])
    return f"[{', '.join(map(_format_path, paths))}]" if paths else "false"


def _format_path(path: str) -> str:
    """Return a path in single quotes if it contains double ones, as a person would write it."""
    is_literal = '"' in path and "'" not in path and path.isprintable()
    return f"'{path}'" if is_literal else _format_string(path)


def _format_string(text: str) -> str:
    """Return a string of TOML, which differs from one of JSON in DEL alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
