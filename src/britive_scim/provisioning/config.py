"""Configuration of a synchronization in a file: `sync.toml`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast, get_args, get_type_hints

from britive_scim._private_file import check_path
from britive_scim.errors import ConfigurationError, InputError
from britive_scim.provisioning.plans.policy import MAX_GRACE, Limits, Policy
from britive_scim.suggestions import format_known_names, format_suggestion

if TYPE_CHECKING:
    from britive_scim.provisioning.directory.directory import Directory

__all__ = ["Config"]

Nested = Literal["refuse", "flatten", "keep"]
Empty = Literal["keep", "clear"]

_TABLES = ("source", "columns", "status", "policy")
_SELECTIONS = ("scope", "exclude", "protected")
_UNITS = {"day": "days", "days": "days", "hour": "hours", "hours": "hours", "week": "weeks", "weeks": "weeks"}  # fmt: skip
_DURATION = re.compile(r"(\d+(?:\.\d+)?) *([a-z]+)")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Configuration of a synchronization: the source, its columns, its status words, and the policy.

    The file has up to four tables. `[source]` has `path`, `groups` and the reading options, `[columns]` a
    SCIM path or paths for each column and `false` for one that is ignored, `[status]` the words `active` and
    `inactive`, and `[policy]` the attributes of `Policy`.

    ```toml
    [source]
    path = "people.csv"

    [columns]
    Mail = ["userName", 'emails[type eq "work"].value']
    Born = false

    [status]
    inactive = ["left"]

    [policy]
    missing = "deactivate"
    grace = "7 days"
    protected.users = ["admin*"]
    ```

    Attributes:
        source: file of the users; `None` if the configuration names none. A relative path of the file is
            relative to its directory.
        groups: file of the groups.
        columns: SCIM path or paths by column, `None` for an ignored one; `None` for the default headers.
        active: words that mean that a user is active.
        inactive: words that mean that a user is inactive.
        encoding: encoding of the source.
        delimiter: delimiter of the source.
        time_zone: time zone of dates without one.
        nested: treatment of groups in groups.
        empty: meaning of an empty cell.
        policy: rules of the synchronization.
    """

    source: Path | None = None
    groups: Path | None = None
    columns: Mapping[str, str | tuple[str, ...] | None] | None = None
    active: tuple[str, ...] | None = None
    inactive: tuple[str, ...] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    time_zone: str | None = None
    nested: Nested = "refuse"
    empty: Empty = "keep"
    policy: Policy = field(default_factory=Policy)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Config:
        """Return the configuration in a TOML file.

        Args:
            path: the file.

        Raises:
            ConfigurationError: the file cannot be read, or has an unknown name or an invalid value; the message
                has the name and its table.
        """
        check_path(path)
        file = Path(path)
        try:
            document = tomllib.loads(
                file.read_text("utf-8-sig")
            )  # Notepad writes a byte order mark
        except OSError as error:
            raise ConfigurationError(
                f"config must be a readable file, got {str(file)!r}: {error.strerror or error}"
            ) from None
        except UnicodeDecodeError:
            raise ConfigurationError(
                f"config must be UTF-8, got {str(file)!r} in another encoding; save it as UTF-8"
            ) from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"config must be TOML, got {str(file)!r}: {error}") from None
        return _Reader(file).read(document)

    def read_source(self, path: str | os.PathLike[str] | None = None) -> Directory:
        """Return the wanted directory: the users of the source, and its groups.

        Args:
            path: file in place of `source`; a groups file of the configuration is still read.

        Raises:
            ConfigurationError: neither `path` nor `source` is given.
            DirectoryError: the file cannot be read as a directory.
        """
        source = self.source if path is None else path
        if source is None:
            raise ConfigurationError(
                'path must be given, as the configuration names no source; add path = "people.csv" to [source]'
            )
        from britive_scim.provisioning.directory.directory import Directory  # has many modules

        return Directory.read(source, **self.get_reading_options())

    def get_reading_options(self) -> dict[str, Any]:
        """Return the keyword arguments of `Directory.read` that the configuration contains.

        Examples:
            >>> Config(delimiter=";", active=("A",)).get_reading_options()
            {'active': ('A',), 'delimiter': ';'}
        """
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        defaults = {item.name: item.default for item in fields(self)}
        return {
            name: value
            for name, value in values.items()
            if name not in ("source", "policy") and value != defaults[name]
        }


class _Reader:
    """Reading of one file: every value is checked, and every message has the table and the file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self, document: Mapping[str, Any]) -> Config:
        self._check_names(document, _TABLES, "")
        tables = {name: self._read_table(document, name, "") for name in _TABLES}
        source = tables["source"]
        self._check_names(
            source,
            ("path", "groups", "encoding", "delimiter", "time_zone", "nested", "empty"),
            "[source]",
        )
        self._check_names(tables["status"], ("active", "inactive"), "[status]")
        options: dict[str, Any] = {
            name: self._check_string(source[name], name, "[source]")
            for name in ("encoding", "delimiter", "time_zone")
            if name in source
        }
        for name, choices in (("nested", get_args(Nested)), ("empty", get_args(Empty))):
            if name in source:
                options[name] = self._check_choice(source[name], choices, name, "[source]")
        return Config(
            source=self._read_path(source, "path"),
            groups=self._read_path(source, "groups"),
            columns=self._read_columns(tables["columns"]) if "columns" in document else None,
            active=self._read_words(tables["status"], "active"),
            inactive=self._read_words(tables["status"], "inactive"),
            policy=self._read_policy(tables["policy"]),
            **options,
        )

    # ------------------------------------------------------------------------------------- tables

    def _read_columns(self, table: Mapping[str, Any]) -> dict[str, str | tuple[str, ...] | None]:
        columns: dict[str, str | tuple[str, ...] | None] = {}
        for name, value in table.items():
            if value is False:
                columns[name] = None
            elif isinstance(value, str) and value:
                columns[name] = value
            elif _to_list(value):
                columns[name] = self._check_strings(value, name, "[columns]")
            else:
                self._refuse(
                    name, "[columns]", "a SCIM path, a list of paths, or false to ignore it", value
                )
        return columns

    def _read_policy(self, table: Mapping[str, Any]) -> Policy:
        types = get_type_hints(Policy)
        self._check_names(table, types, "[policy]")
        readers: dict[str, Callable[[str, object], object]] = {
            "match": lambda name, value: self._check_strings(value, name, "[policy]"),
            "grace": self._read_duration,
            "limits": self._read_limits,
            **dict.fromkeys(_SELECTIONS, self._read_selection),
        }
        values: dict[str, Any] = {}
        for name, value in table.items():
            if name in readers:
                values[name] = readers[name](name, value)
            elif types[name] is bool:
                if not isinstance(value, bool):
                    self._refuse(name, "[policy]", "true or false", value)
                values[name] = value
            else:
                values[name] = self._check_choice(value, get_args(types[name]), name, "[policy]")
        try:
            return Policy(**values)
        except InputError as error:
            first, end, rest = str(error).partition("\n")  # a filter is shown below its error
            raise ConfigurationError(f"{first}; in [policy] of {self._file}{end}{rest}") from None

    def _read_duration(self, name: str, value: object) -> timedelta:
        match = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        if match is None or match[2] not in _UNITS:
            self._refuse(name, "[policy]", 'a number with its unit, such as "7 days"', value)
        try:
            return timedelta(**{_UNITS[match[2]]: float(match[1])})
        except OverflowError:
            self._refuse(name, "[policy]", f"{MAX_GRACE.days} days at most", value)

    def _read_limits(self, name: str, value: object) -> Limits:
        known = [item.name for item in fields(Limits)]
        table = self._check_table(value, name, "[policy]")
        self._check_names(table, known, "[policy.limits]")
        for limit, number in table.items():
            if type(number) is not int or number < 0:
                self._refuse(limit, "[policy.limits]", "a number of changes, 0 or more", number)
        return Limits(**table)

    def _read_selection(self, name: str, value: object) -> dict[str, str | tuple[str, ...]]:
        place = f"[policy.{name}]"
        table = self._check_table(value, name, "[policy]")
        self._check_names(table, ("users", "groups"), place)
        return {
            kind: chosen if isinstance(chosen, str) else self._check_strings(chosen, kind, place)
            for kind, chosen in table.items()
        }

    # ------------------------------------------------------------------------------------- values

    def _read_path(self, table: Mapping[str, Any], name: str) -> Path | None:
        if name not in table:
            return None
        return self._file.parent / self._check_string(table[name], name, "[source]")

    def _read_words(self, table: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
        return self._check_strings(table[name], name, "[status]") if name in table else None

    def _read_table(self, document: Mapping[str, Any], name: str, place: str) -> dict[str, Any]:
        return self._check_table(document.get(name, {}), name, place)

    def _check_table(self, value: object, name: str, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._refuse(name, place, f"a table, [{name}]", value)
        return cast("dict[str, Any]", value)

    def _check_names(self, table: Mapping[str, Any], known: Iterable[str], place: str) -> None:
        known = list(known)
        for name in table:
            if name not in known:
                hint = format_suggestion(name, known) or format_known_names(known)
                raise ConfigurationError(
                    f"{place or 'config'} must have known names, got {name!r} in {self._file}{hint}"
                )

    def _check_string(self, value: object, name: str, place: str) -> str:
        if not isinstance(value, str) or not value:
            self._refuse(name, place, "a string", value)
        return value

    def _check_strings(self, value: object, name: str, place: str) -> tuple[str, ...]:
        items = _to_list(value)
        strings = tuple(item for item in items if isinstance(item, str) and item)
        if not strings or len(strings) != len(items):
            self._refuse(name, place, 'a list of strings, such as ["A"]', value)
        return strings

    def _check_choice(
        self, value: object, choices: tuple[object, ...], name: str, place: str
    ) -> str:
        if not isinstance(value, str) or value not in choices:
            hint = format_suggestion(str(value), map(str, choices))
            self._refuse(name, place, " or ".join(map(repr, choices)), value, hint)
        return value

    def _refuse(
        self, name: str, place: str, expectation: str, value: object, hint: str = ""
    ) -> NoReturn:
        where = f"{name} in {place} of" if place else f"{name} in"
        raise ConfigurationError(
            f"{where} {self._file} must be {expectation}, got {value!r:.60}{hint}"
        )


def _to_list(value: object) -> list[object]:
    """Return an array of TOML as it is, and an empty list for every other value."""
    return cast("list[object]", value) if isinstance(value, list) else []
