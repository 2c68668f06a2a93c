"""Options of reading: columns, status words, time zone, nested groups, empty cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from britive_scim.errors import InputError
from britive_scim.suggestions import format_suggestion

__all__ = ["Columns", "Empty", "Nested", "ReadingOptions", "TimeZone", "Words"]

Columns = Mapping[str, "str | Iterable[str] | None"]
"""SCIM path or paths by column; `None` for a column that is ignored on purpose."""

Words = Iterable[str]
TimeZone = str | tzinfo
Nested = Literal["refuse", "flatten", "keep"]
Empty = Literal["keep", "clear"]

_ACTIVE = ("true", "t", "yes", "y", "1", "on", "active", "enabled")
_INACTIVE = (
    "false", "f", "no", "n", "0", "off", "inactive", "disabled", "deactivated", "suspended", "terminated",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """Options of reading, checked.

    Attributes:
        columns: SCIM paths by column; empty for a column that is ignored on purpose.
        status_words: `True` or `False` by case-folded status word.
        time_zone: zone of dates without one; `None` refuses them.
        nested: treatment of groups that are members of groups.
        empty: whether an empty cell keeps or clears the value.
    """

    columns: Mapping[str, tuple[str, ...]]
    status_words: Mapping[str, bool]
    time_zone: tzinfo | None
    nested: Nested
    empty: Empty

    @classmethod
    def from_arguments(
        cls,
        columns: Columns | None = None,
        active: Words | None = None,
        inactive: Words | None = None,
        time_zone: TimeZone | None = None,
        nested: Nested = "refuse",
        empty: Empty = "keep",
    ) -> ReadingOptions:
        """Return the options of a caller's arguments.

        Raises:
            InputError: an argument is invalid.
        """
        _check_choice(nested, ("refuse", "flatten", "keep"), "nested")
        _check_choice(empty, ("keep", "clear"), "empty")
        return cls(
            columns=_check_columns({} if columns is None else columns),
            status_words=_build_status_words(active, inactive),
            time_zone=_find_time_zone(time_zone),
            nested=nested,
            empty=empty,
        )


def _check_choice(value: object, choices: tuple[str, ...], label: str) -> None:
    if value not in choices:
        hint = format_suggestion(str(value), choices)
        raise InputError(
            f"{label} must be {' or '.join(map(repr, choices))}, got {value!r:.60}{hint}"
        )


def _check_columns(columns: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(columns, Mapping):
        raise InputError(
            f"columns must be a mapping of column to SCIM path, got {type(columns).__name__}"
        )
    result: dict[str, tuple[str, ...]] = {}
    for header, paths in cast("Mapping[object, Any]", columns).items():
        if not isinstance(header, str) or not header.strip():
            raise InputError(f"columns must have names of columns as keys, got {header!r:.60}")
        listed: tuple[Any, ...] = (paths,)
        if paths is None:
            listed = ()
        elif isinstance(paths, list | tuple):
            listed = tuple(cast("Iterable[Any]", paths))
        if not all(isinstance(path, str) and path for path in listed) or paths in ([], ()):
            raise InputError(
                f"columns[{header!r:.60}] must be a SCIM path, several, or None to ignore the column,"
                f" got {paths!r:.60}"
            )
        result[header.strip()] = listed
    return result


def _build_status_words(active: Words | None, inactive: Words | None) -> dict[str, bool]:
    words: dict[str, bool] = {}
    for label, given, default, meaning in (
        ("active", active, _ACTIVE, True),
        ("inactive", inactive, _INACTIVE, False),
    ):
        for word in default if given is None else _check_words(given, label):
            folded = word.strip().casefold()
            if words.setdefault(folded, meaning) is meaning:
                continue
            if given is not None and active is not None:
                raise InputError(
                    f"active and inactive must not share words, got {word!r:.60} in both"
                )
            if given is not None:  # a word that the caller names replaces a default one
                words[folded] = meaning
    return words


def _check_words(words: object, label: str) -> tuple[str, ...]:
    if isinstance(words, str) or not isinstance(words, Iterable):
        raise InputError(
            f"{label} must be a list of words, got {words!r:.60}; write [{words!r:.60}]"
        )
    listed = tuple(cast("Iterable[object]", words))
    if not listed or not all(isinstance(word, str) and word.strip() for word in listed):
        raise InputError(f"{label} must be a list of words, got {list(listed)!r:.60}")
    return cast("tuple[str, ...]", listed)


def _find_time_zone(zone: object) -> tzinfo | None:
    if zone is None or isinstance(zone, tzinfo):
        return zone
    if not isinstance(zone, str):
        raise InputError(
            f"time_zone must be a name such as 'Europe/Berlin', got {type(zone).__name__}"
        )
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        import zoneinfo  # reads the names of all zones, for errors only

        hint = format_suggestion(zone, zoneinfo.available_timezones())
        raise InputError(
            f"time_zone must be a known zone such as 'Europe/Berlin', got {zone!r:.60}{hint}"
        ) from None
