"""Directory of users and groups: wanted, as a source states it, or found, as a tenant has it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from britive_scim._private_file import resolve_output_path, write_private_file
from britive_scim.errors import InputError
from britive_scim.provisioning.directory.checks import check_users
from britive_scim.provisioning.directory.compare import Incomplete, compare_directories
from britive_scim.provisioning.directory.comparison import Comparison
from britive_scim.provisioning.directory.csv_export import format_csv
from britive_scim.provisioning.directory.files import read_source_file
from britive_scim.provisioning.directory.finding_checks import find_findings
from britive_scim.provisioning.directory.findings import Findings
from britive_scim.provisioning.directory.found_to_wanted import FoundConverter, convert_completeness
from britive_scim.provisioning.directory.key_alignment import have_same_ids
from britive_scim.provisioning.directory.mapping_checks import check_rules
from britive_scim.provisioning.directory.members import UserIndex
from britive_scim.provisioning.directory.options import (
    Columns,
    Empty,
    Nested,
    ReadingOptions,
    TimeZone,
    Words,
)
from britive_scim.provisioning.directory.problems import Problems, sort_problems
from britive_scim.provisioning.directory.queries import DirectoryQueries
from britive_scim.provisioning.directory.record_values import is_of_provider
from britive_scim.provisioning.directory.records import (
    Completeness,
    GroupRecord,
    MemberRecord,
    UserRecord,
)
from britive_scim.provisioning.directory.saved import format_saved, is_saved, parse_saved
from britive_scim.provisioning.directory.shown_attributes import is_of_admin_api
from britive_scim.provisioning.directory.source import Source
from britive_scim.provisioning.directory.wanted_parts import (
    WantedParts,
    build_parts_of_file,
    build_parts_of_values,
)
from britive_scim.provisioning.provider_knowledge import ProviderKnowledge
from britive_scim.provisioning.rules import ProvisioningRules
from britive_scim.scim.definitions.attribute import Attribute

__all__ = ["Directory"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Directory(DirectoryQueries):
    """Users and groups, wanted or found.

    It can be written as a table, that of its users, and so can `users`, `groups` and `memberships`. A wanted directory is the state that a source describes, a found one the state of a tenant. Build a wanted one with
    `read` or `of`; `read_directory` of the clients returns a found one.

    Attributes:
        kind: `wanted` or `found`.
        user_records: users in wire form.
        group_records: groups in wire form; `None` if the source does not state groups, or they were not read.
        completeness: proof that everything was read, by type of resource.
        problems: problems of the source, in its order; `plan` refuses a directory with errors.
        source: the file with its format and columns, or the tenant.
        partial_attributes: multi-valued attributes of which the source states single values, by `type`.
        other_providers: ids of found users that belong to another identity provider.
        custom_attributes: custom attributes that the tenant declares, which tables have as columns, also without values.
        knowledge: what the client has learned of the provider: values that it does not keep, and members that it
            accepted and does not show.
        has_same_ids: ids are proven to be those of the other API; set by `align_keys`.
    """

    kind: Literal["wanted", "found"]
    user_records: Sequence[UserRecord]
    group_records: Sequence[GroupRecord] | None = None
    completeness: Completeness = field(default_factory=Completeness)
    problems: Problems = field(default_factory=Problems)
    source: Source = field(default_factory=Source)
    partial_attributes: frozenset[str] = frozenset()
    other_providers: frozenset[str] = field(default=frozenset(), repr=False)
    custom_attributes: tuple[Attribute, ...] = field(default=(), repr=False)
    knowledge: ProviderKnowledge = field(default_factory=ProviderKnowledge, repr=False)
    has_same_ids: bool = field(default=False, repr=False)

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        *,
        groups: str | os.PathLike[str] | None = None,
        columns: Columns | None = None,
        active: Words | None = None,
        inactive: Words | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        time_zone: TimeZone | None = None,
        nested: Nested = "refuse",
        empty: Empty = "keep",
    ) -> Directory:
        """Return the wanted directory in a file: CSV, Excel, JSON lines, JSON, Britive's onboarding file, or an export.

        Default headers are the columns of the users table, in any case, with blanks or `_`: `user_name`,
        `external_id`, `given_name`, `family_name`, `display_name`, `email`, `title`, `department`, `manager`
        (externalId or userName of a user), `employee_number`, `active`, `active_until` (the last active day),
        `groups` (names with `;` between them), `custom.<name>`, and every SCIM path. Any other header is a problem.
        In the column `other` a user has further attributes as a JSON object. If that object has the schema of groups, the
        row is that of a group, whose name is in `groups`: one without members, or with an `externalId`.

        Args:
            path: file of the users.
            groups: file of the groups: columns `group`, `member`, and optionally `type` and `external_id`, or JSON
                lines; or a table of `memberships`, or of groups with `explode="members"`. Without it and without a
                groups column groups are not synchronized.
            columns: SCIM path or paths by column; `None` for one that is ignored on purpose.
            active: words for active users, in place of the default ones (`true`, `yes`, `1`, `active`, …).
            inactive: words for inactive users, in place of the default ones.
            encoding: encoding of the files; by default the byte order mark decides, else UTF-8 is required.
            delimiter: delimiter of the cells; detected by default.
            time_zone: zone of dates without one, such as `Europe/Berlin`.
            nested: groups in groups: refused, replaced by their users, or kept.
            empty: an empty cell keeps the value, or clears it.

        Raises:
            InputError: an argument is invalid.
            DirectoryError: the file has another encoding or format. Problems of single lines are in `problems`.
            OSError: the file cannot be read.
        """
        options = ReadingOptions.from_arguments(columns, active, inactive, time_zone, nested, empty)
        file = read_source_file(path, encoding)
        if is_saved(file):
            _refuse_options(options, groups)
            saved = cls(**parse_saved(file))
            return saved if saved.kind == "wanted" else saved.as_wanted(name=file.name)
        parts = build_parts_of_file(file, groups, options, encoding, delimiter)
        return cls(kind="wanted", **_get_fields(parts))

    @classmethod
    def of(
        cls,
        users: Any,
        groups: Any = None,
        *,
        columns: Columns | None = None,
        active: Words | None = None,
        inactive: Words | None = None,
        time_zone: TimeZone | None = None,
        nested: Nested = "refuse",
        empty: Empty = "keep",
    ) -> Directory:
        """Return a wanted directory of values.

        Args:
            users: `scim.User` objects, mappings in wire form or of columns to cells, or a data frame of pandas,
                polars, Arrow or DuckDB. Missing values (`None`, NaN) are empty cells. A list or frame that is known to be
                incomplete makes an incomplete directory, as do groups: `plan` removes nobody by it.
            groups: `scim.Group` objects, mappings in wire form, `{name: members}`, rows of `group` and `member`, or
                a data frame. Members are users, or their externalId or userName. `None`: groups are not
                synchronized.
            columns: see `read`.
            active: see `read`.
            inactive: see `read`.
            time_zone: see `read`.
            nested: see `read`.
            empty: see `read`.

        Raises:
            InputError: an argument is invalid. Problems of single entries are in `problems`.

        Examples:
            >>> ana = {"userName": "ana@example.com"}
            >>> directory = Directory.of([ana], {"Guides": ["ana@example.com"]})
            >>> directory.group_records[0].members
            (MemberRecord(value='ana@example.com', type='User'),)
        """
        options = ReadingOptions.from_arguments(columns, active, inactive, time_zone, nested, empty)
        return cls(kind="wanted", **_get_fields(build_parts_of_values(users, groups, options)))

    @classmethod
    def found(
        cls,
        users: Iterable[Mapping[str, Any] | UserRecord],
        groups: Iterable[tuple[Mapping[str, Any], Sequence[MemberRecord] | None] | GroupRecord]
        | None,
        *,
        completeness: Completeness,
        scim_url: str | None,
        provider: str | None,
        read_at: datetime | None,
        other_providers: Collection[str] = (),
        knowledge: ProviderKnowledge | None = None,
        format: str = "SCIM",
        tenant_url: str | None = None,
        custom_attributes: Iterable[Attribute] = (),
    ) -> Directory:
        """Return the directory that was found in a tenant.

        Args:
            users: users as the server sent them, or records of them.
            groups: each group as the server sent it, and its members, or `None` if they are unknown; or records;
                `None` instead of the list: groups were not read.
            completeness: proof that everything was read.
            scim_url: SCIM URL of the tenant.
            provider: name of the identity provider, where known.
            read_at: time of reading, aware.
            other_providers: ids of the users that belong to another identity provider.
            knowledge: what the client has learned of the provider.
            format: `SCIM` or `admin API`.
            tenant_url: URL of the tenant, if the admin API was read.
            custom_attributes: custom attributes that the tenant declares.
        """
        return cls(
            kind="found",
            user_records=tuple(
                user if isinstance(user, UserRecord) else UserRecord(user) for user in users
            ),
            group_records=None
            if groups is None
            else tuple(
                group if isinstance(group, GroupRecord) else _build_found_group(*group)
                for group in groups
            ),
            completeness=completeness,
            source=Source(
                format=format,
                scim_url=scim_url,
                tenant_url=tenant_url,
                provider=provider,
                read_at=read_at,
            ),
            other_providers=frozenset(other_providers),
            custom_attributes=tuple(custom_attributes),
            knowledge=knowledge or ProviderKnowledge(),
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Directory:
        """Return the directory that `save` wrote, with the same contents in every part.

        Each call returns an object of its own, which equals only itself; `compare` compares contents.

        Raises:
            DirectoryError: the file is no saved directory, has another format, or is cut or damaged.
            OSError: the file cannot be read.
        """
        return cls(**parse_saved(read_source_file(path, "utf-8")))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the directory to a file that only its owner may read: JSON lines, without loss.

        The file contains personal data. `load` returns the same directory; `read` returns it as a wanted one.

        Args:
            path: the file; an existing one is replaced.

        Raises:
            InputError: `path` is a directory, or its directory does not exist.
        """
        write_private_file(resolve_output_path(path), format_saved(self))

    def as_wanted(self, *, name: str | None = None) -> Directory:
        """Return the directory as a wanted one, to apply it to another tenant or to this one later.

        Attributes that the server sets are left out: `id`, `meta`, read-only ones. Members and managers are named by
        externalId, else by userName. If the tenant has no groups endpoint, the result states no groups. Tags of other
        identity providers are left out. Parts that are not proven to be complete remain so. The admin API shows no
        displayName, one e-mail address and two phone numbers: others of a user stay as they are.

        Args:
            name: name of the source; by default that of this directory.
        """
        if self.kind == "wanted":
            return self
        provider = self.source.provider
        records = self.group_records and [
            group for group in self.group_records if is_of_provider(group, provider)
        ]
        converter = FoundConverter(
            self.user_records, records, is_of_admin_api=is_of_admin_api(self)
        )
        users, groups = converter.convert_users(), converter.convert_groups()
        problems = [*check_users(users, UserIndex(users)), *converter.problems]
        completeness = convert_completeness(
            self.completeness, records, has_groups=groups is not None
        )
        return type(self)(
            kind="wanted",
            user_records=users,
            group_records=groups,
            completeness=completeness,
            problems=sort_problems(problems),
            source=replace(self.source, name=name or self.source.name),
            partial_attributes=converter.partial_attributes,
        )

    def export(self, path: str | os.PathLike[str]) -> None:
        """Write the directory as a wanted one, to a file that only its owner may read and that `read` reads back.

        Args:
            path: the file. With the ending `.csv` it has one row per user and a groups column; groups without members, or
                with an externalId, have rows of their own. With any other ending it is the format of `save`.

        Raises:
            InputError: `path` is no file in an existing directory, or CSV cannot hold the directory.
        """
        wanted = self.as_wanted()
        target = resolve_output_path(path)
        text = format_csv(wanted) if target.suffix.casefold() == ".csv" else format_saved(wanted)
        write_private_file(target, text)

    def check(self, rules: ProvisioningRules) -> Problems:
        """Return the problems of the source, and those against the rules of an identity provider.

        Args:
            rules: mandatory attributes and mappings, as `identity_providers.rules(name)` of the admin client reads them.
        """
        return sort_problems([*self.problems, *check_rules(self.user_records, rules)])

    def compare(self, other: Directory, *, incomplete: Incomplete = "refuse") -> Comparison:
        """Return the differences from this directory to a later one.

        Users and groups are the same if their ids are equal in two readings of one tenant; elsewhere, as between two identity
        providers, externalId decides, then the name. What changes by itself is not compared: `meta`, times, the last login, the order of lists.
        Memberships are those of the users and groups that are the same, so a new name alone changes none.

        Args:
            other: the later directory.
            incomplete: `refuse` a directory that is not proven to be complete, and two that were read by different APIs;
                or `mark`: compare what was read and both show; then `complete` of the result is false, and removed
                users may still exist.

        Raises:
            InputError: a directory is incomplete, each was read by another API, or `other` is no directory.

        Examples:
            >>> before = Directory.of([{"userName": "ana", "title": "Guide"}])
            >>> print(before.compare(Directory.of([{"userName": "Ana", "title": "Lead"}, {"userName": "bo"}])))
            + 1 user, ~ 1 user
              sign  type  name  detail
              +     user  bo    bo
              ~     user  Ana   userName: ana -> Ana; title: Guide -> Lead
        """
        _check_directory(other)
        return compare_directories(self, other, incomplete=incomplete)

    def align_keys(self, other: Directory) -> tuple[Directory, Directory]:
        """Return this directory and that of the other API with the same kind of `key` in their tables.

        `key` becomes the id if every userName of both directories has the same id in both, which proves that both APIs
        use the same ids; else it remains the userName in lower case. Ids join users that were renamed between the two
        readings.

        Args:
            other: directory of the same tenant, read by the other API.

        Raises:
            InputError: `other` is no directory.
        """
        _check_directory(other)
        is_same = have_same_ids(self, other)
        return replace(self, has_same_ids=is_same), replace(other, has_same_ids=is_same)

    def findings(
        self,
        rules: ProvisioningRules | Iterable[str] | None = None,
        ignore: Iterable[str] = (),
        stale_after: timedelta = timedelta(days=90),
        *,
        now: datetime | None = None,
    ) -> Findings:
        """Return users and groups that need attention.

        A rule whose data are missing is in `not_checked` of the result, with the reason. Logins and identity providers
        are known in a directory of the admin API, managers in one read by SCIM. The page Findings explains each rule.

        Args:
            rules: names of the rules to check, all by default; or the mandatory attributes and mappings of the identity
                provider, which `missing-mandatory` needs in a directory read by SCIM.
            ignore: names of rules, or `rule:glob` for users and groups whose name matches, such as
                `stale-login:svc-*`.
            stale_after: time since the last login after which an account is stale.
            now: time of the check, aware; by default that of reading.

        Raises:
            InputError: a rule is unknown, or an argument is invalid.

        Examples:
            >>> directory = Directory.of([{"userName": "ana", "active": False}], {"Ops": ["ana"]})
            >>> directory.findings(rules=["inactive-in-group"])[0].user
            'ana'
        """
        return find_findings(self, rules, ignore, stale_after, now)

    def raise_for_problems(self) -> None:
        """Raise one error with all problems that prevent a plan; do nothing without any.

        Raises:
            DirectoryError: there are problems of severity `error`.
        """
        self.problems.raise_for_errors()


def _refuse_options(options: ReadingOptions, groups: object) -> None:
    """Refuse options for a saved directory, whose columns and groups are part of the file."""
    if options.columns or groups is not None:
        name = "columns" if options.columns else "groups"
        raise InputError(f"{name} must not be given for a saved directory, which contains them")


def _get_fields(parts: WantedParts) -> dict[str, Any]:
    return {item.name: getattr(parts, item.name) for item in fields(parts)}


def _check_directory(other: object) -> None:
    if not isinstance(other, Directory):
        raise InputError(
            f"other must be a Directory, got {type(other).__name__}; load a saved one by Directory.load(path)"
        )


def _build_found_group(
    values: Mapping[str, Any], members: Sequence[MemberRecord] | None
) -> GroupRecord:
    if "members" in values:
        values = {name: value for name, value in values.items() if name != "members"}
    return GroupRecord(values, None if members is None else tuple(members))
