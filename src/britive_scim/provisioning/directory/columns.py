"""Columns of a source: header to SCIM paths, compiled once into setters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from britive_scim.errors import InputError
from britive_scim.provisioning.directory.cells import CellError, parse_complex_text
from britive_scim.provisioning.directory.headers import (
    ACTIVE_UNTIL,
    ADMIN_TABLE_HEADERS,
    GROUPS,
    IDENTITY_PROVIDER,
    IDENTITY_TYPE,
    KNOWN_HEADERS,
    OTHER,
    TABLE_HEADERS,
    find_default_paths,
    suggest_path,
)
from britive_scim.provisioning.directory.options import ReadingOptions
from britive_scim.provisioning.directory.paths import ColumnTarget, build_target, list_known_names
from britive_scim.provisioning.directory.problems import Problem
from britive_scim.scim.names import fold
from britive_scim.scim.schemas.resource_schema import ResourceSchema
from britive_scim.suggestions import format_suggestion

__all__ = ["ColumnSet", "SourceColumn", "compile_columns"]

Role = Literal["attribute", "groups", "active_until", "identity_provider", "identity_type"]
Numbers = Literal["names", "names alone", "counts"]

_CHECKED: dict[str, Role] = {IDENTITY_PROVIDER: "identity_provider", IDENTITY_TYPE: "identity_type"}
"""Roles of the columns of the table of users of the admin API whose values are checked, and not stated."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """Column that is read.

    Attributes:
        index: position of the cell in a row.
        header: header of the column.
        role: `attribute`, or one of the columns that state no attribute themselves.
        targets: attributes that the column states.
        numbers: meaning of numbers in a column of groups: `names`; `names alone`, refused beside other names; or
            `counts`, as in the table of users of this package, refused beside names too.
    """

    index: int
    header: str
    role: Role
    targets: tuple[ColumnTarget, ...] = ()
    numbers: Numbers = "names"


@dataclass(slots=True)
class ColumnSet:
    """Columns of a source, compiled.

    Attributes:
        columns: columns that are read.
        paths: SCIM paths by header, for the description of the source.
        problems: problems of the headers.
        ids: position of the ids of users, in the table of users of this package; else `None`.
        partial_attributes: lists of which columns state single values.
        other: position of the column `other`; `None` without one.
    """

    columns: list[SourceColumn] = field(default_factory=list[SourceColumn])
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    problems: list[Problem] = field(default_factory=list[Problem])
    ids: int | None = None
    other: int | None = None

    @property
    def partial_attributes(self) -> set[str]:
        """Lists of which columns state single values."""
        return {
            target.partial_attribute
            for column in self.columns
            for target in column.targets
            if target.partial_attribute is not None
        }


def compile_columns(
    headers: Sequence[str], schema: ResourceSchema, options: ReadingOptions, line: int | None
) -> ColumnSet:
    """Return the columns of these headers, with the problems that they have.

    Args:
        headers: headers in the order of the cells.
        schema: schema of users.
        options: options of reading; its `columns` win over the default headers.
        line: line of the headers in the source.
    """
    result = ColumnSet()
    given = _match_given(headers, options.columns)
    seen: set[str] = set()
    is_table = set(headers) >= TABLE_HEADERS
    for index, header in enumerate(headers):
        if not header:
            continue  # reported where a row has a value below it
        if header in seen:
            result.problems.append(Problem("header must be unique, got it twice", line, header))
            continue
        seen.add(header)
        paths = given.get(header)
        is_given = paths is not None
        if paths is None:
            paths = find_default_paths(header)
            if paths is None and is_table and _is_of_admin_table(header):
                paths = ()
                if header in _CHECKED:
                    result.columns.append(SourceColumn(index, header, _CHECKED[header]))
        try:
            roles = _build_column(index, header, paths, schema, options, is_given=is_given)
        except InputError as error:
            result.problems.append(
                _describe_unknown(error, header, line, schema, is_given=is_given)
            )
            continue
        result.paths[header] = tuple(
            name
            for column in roles
            for name in ([target.path for target in column.targets] or [column.role])
        )
        if not is_given:
            numbers: Numbers = "counts" if is_table and header == GROUPS else "names alone"
            roles = [replace(column, numbers=numbers) for column in roles]
        result.columns += roles
        if any(target.path == OTHER for column in roles for target in column.targets):
            result.other = index
    if is_table:
        result.ids = list(headers).index("id")
    _check_overlaps(result, line)
    return result


def list_missing_columns(
    headers: Iterable[str], options: ReadingOptions, line: int | None
) -> list[Problem]:
    """Return a problem for each column that the caller names and the source does not have."""
    known = list(headers)
    folded = {fold(header) for header in known}
    return [
        Problem(
            f"columns must name headers of the source, got {header!r:.60}{format_suggestion(header, known)}",
            line,
        )
        for header in options.columns
        if fold(header) not in folded
    ]


def _match_given(
    headers: Sequence[str], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the paths that the caller gives, by header of the source; case may differ."""
    folded = {fold(name): paths for name, paths in columns.items()}
    return {
        header: columns.get(header, folded.get(fold(header), ()))
        for header in headers
        if fold(header) in folded
    }


def _is_of_admin_table(header: str) -> bool:
    """Return whether the table of users of the admin API writes a header that no source can state."""
    return header in ADMIN_TABLE_HEADERS or header.startswith("attributes.")


def _build_column(
    index: int,
    header: str,
    paths: tuple[str, ...] | None,
    schema: ResourceSchema,
    options: ReadingOptions,
    *,
    is_given: bool,
) -> list[SourceColumn]:
    """Return the column, once for each role that it has; nothing for an ignored one."""
    columns: list[SourceColumn] = []
    targets: list[ColumnTarget] = []
    for path in (header,) if paths is None else paths:
        if path in (GROUPS, ACTIVE_UNTIL):
            role: Role = "groups" if path == GROUPS else "active_until"
            columns.append(SourceColumn(index, header, role))
        elif path == OTHER:
            targets.append(ColumnTarget(OTHER, (OTHER,), OtherSetter(schema, options)))
        elif path == "manager" and is_given:
            targets.append(build_target("enterprise.manager.value", schema, options))
        else:
            targets.append(build_target(path, schema, options))
    if targets:
        columns.append(SourceColumn(index, header, "attribute", tuple(targets)))
    return columns


def _describe_unknown(
    error: InputError, header: str, line: int | None, schema: ResourceSchema, *, is_given: bool
) -> Problem:
    """Return the problem of a header without a usable path."""
    if (
        "password" in header.casefold()
        or "password" in str(error).partition(" must not")[0].casefold()
    ):
        rule = f"a password must not be synchronized; ignore the column with columns={{{header!r}: None}}"
        return Problem(rule, line, header)
    if is_given:
        return Problem(str(error).partition("\n")[0], line, header)
    suggestion = suggest_path(header)
    if str(error).endswith("only the server sets it"):
        rule = str(error)
    elif suggestion is not None:
        return Problem(
            f"header must be a known column or a SCIM path; did you mean columns={{{header!r:.60}: {suggestion!r}}}? else "
            f"ignore it with columns={{{header!r:.60}: None}}",
            line,
            header,
        )
    else:
        hint = format_suggestion(header, [*KNOWN_HEADERS, *list_known_names(schema)])
        rule = f"header must be a known column or a SCIM path{hint}"
    return Problem(
        f"{rule}; name its path in columns=, or ignore it with columns={{{header!r:.60}: None}}",
        line,
        header,
    )


def _check_overlaps(result: ColumnSet, line: int | None) -> None:
    """Add a problem for each pair of columns that state the same attribute."""
    stated: list[tuple[SourceColumn, ColumnTarget]] = []
    roles: dict[str, SourceColumn] = {}
    for column in result.columns:
        if column.role != "attribute" and roles.setdefault(column.role, column) is not column:
            first = roles[column.role].header
            rule = f"{column.role} must be stated by one column, got also {first!r:.60}"
            result.problems.append(Problem(rule, line, column.header))
        for target in column.targets:
            for other_column, other in stated:
                if target.overlaps(other):
                    rule = (
                        f"{target.path} must be stated by one column, got also {other_column.header!r:.60};"
                        f" ignore one with columns={{{column.header!r:.60}: None}}"
                    )
                    result.problems.append(Problem(rule, line, column.header))
                    break
            stated.append((column, target))


class OtherSetter:
    """Setter of the column `other`: a JSON object with further attributes in wire form."""

    def __init__(self, schema: ResourceSchema, options: ReadingOptions) -> None:
        self._schema = schema
        self._options = options
        self._setters: dict[str, Callable[[dict[str, Any], Any], None]] = {}

    def __call__(self, values: dict[str, Any], cell: Any) -> None:
        if cell is None:
            return
        if isinstance(cell, str):
            cell = parse_complex_text(cell)
        if not isinstance(cell, Mapping):
            raise CellError("must be a JSON object with attributes in wire form")
        stated: dict[str, Any] = {}
        for name, value in cast("Mapping[str, Any]", cell).items():
            setter = self._setters.get(name)
            if setter is None:
                try:
                    setter = build_target(name, self._schema, self._options).set
                except InputError as error:
                    raise CellError(str(error).partition("\n")[0]) from None
                self._setters[name] = setter
            setter(stated, value)
        _merge(values, stated)


def _merge(values: dict[str, Any], stated: dict[str, Any]) -> None:
    """Add what is stated; parts of the same object are put together."""
    for name, value in stated.items():
        known = values.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(cast("dict[str, Any]", known), cast("dict[str, Any]", value))
        else:
            values[name] = value
