"""Matching: the resource at the target that corresponds to an entry of the source, decided by ordered keys.

`upsert` looks candidates up and plans take them from a directory; both decide by `decide_match`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from britive_scim.errors import Ambiguous, InputError
from britive_scim.scim.datatypes import normalize_case_exact, normalize_caseless
from britive_scim.scim.values.node import find_key
from britive_scim.suggestions import format_known_names, format_suggestion

__all__ = [
    "ATTRIBUTE_NAMES",
    "MATCH_KEYS",
    "Adopt",
    "Match",
    "check_match_keys",
    "decide_match",
    "list_key_values",
]

Adopt = Literal["never", "unclaimed", "all"]


@dataclass(frozen=True, slots=True)
class Match:
    """Resource at the target that corresponds to an entry of the source.

    Attributes:
        found: the resource in wire form; `None`: it does not exist, so that it is created.
        by: match key that decided; `None` if there is no resource.
        is_adopted: the resource has no `externalId`, or with `adopt="all"` another one, and gets that of the entry.
        unclaimed: the resource that has the name but may not be adopted (`adopt="never"`); nothing is created
            beside it.
    """

    found: Mapping[str, Any] | None
    by: str | None = None
    is_adopted: bool = False
    unclaimed: Mapping[str, Any] | None = None


def _normalize_name(value: Any) -> str | None:
    return normalize_caseless(value.strip()) or None if isinstance(value, str) else None


def _normalize_exact(value: Any) -> str | None:
    return normalize_case_exact(value.strip()) or None if isinstance(value, str) else None


def _list_emails(values: Mapping[str, Any]) -> list[str]:
    emails: Any = _get(values, "emails") or ()
    if isinstance(emails, str | Mapping):
        emails = [emails]
    addresses = [
        cast("Mapping[str, Any]", email).get("value") if isinstance(email, Mapping) else email
        for email in emails
    ]
    return [name for name in map(_normalize_name, addresses) if name is not None]


def _get(values: Mapping[str, Any], name: str) -> Any:
    if name in values:
        return values[name]
    key = find_key(values, name)
    return None if key is None else values[key]


def _list_one(name: str, normalize: Callable[[Any], str | None]) -> Callable[..., list[str]]:
    def list_values(values: Mapping[str, Any]) -> list[str]:
        value = normalize(_get(values, name))
        return [] if value is None else [value]

    return list_values


MATCH_KEYS: Final[Mapping[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    "external_id": _list_one("externalId", _normalize_exact),
    "user_name": _list_one("userName", _normalize_name),
    "display_name": _list_one("displayName", _normalize_name),
    "email": _list_emails,
}
"""Match keys: the values of a resource by which it is found, in normalized form.

`externalId` is compared exactly, names and e-mail addresses in NFC and without case; outer blanks never count.
"""

ATTRIBUTE_NAMES: Final[Mapping[str, str]] = {
    "external_id": "externalId",
    "user_name": "userName",
    "display_name": "displayName",
    "email": "e-mail address",
}
"""Match keys: the attribute of each in words."""


def check_match_keys(
    match: Sequence[str], allowed: Collection[str] = tuple(MATCH_KEYS)
) -> tuple[str, ...]:
    """Return the match keys as a tuple.

    Raises:
        InputError: there is no key, an unknown one, or one twice.
    """
    if isinstance(match, str) or not match:
        raise InputError(
            f"match must be a sequence of keys such as ('external_id', 'user_name'), got {match!r:.60}"
        )
    for key in match:
        if key not in allowed:
            hint = format_suggestion(str(key), allowed) or format_known_names(allowed)
            raise InputError(f"match must contain known keys, got {key!r:.60}{hint}")
    if len(set(match)) < len(match):
        raise InputError(f"match must contain each key once, got {tuple(match)!r:.120}")
    return tuple(match)


def list_key_values(key: str, values: Mapping[str, Any]) -> list[str]:
    """Return the normalized values of a match key that a resource has."""
    return MATCH_KEYS[key](values)


def decide_match(
    wanted: Mapping[str, Any],
    candidates: Iterable[Mapping[str, Any]],
    *,
    match: Sequence[str] = ("external_id", "user_name"),
    adopt: Adopt = "unclaimed",
    known_id: str | None = None,
    label: str = "the entry",
) -> Match:
    """Return the candidate that corresponds to an entry of the source.

    The first key by which a candidate is found decides, so that a renamed user keeps the account. A candidate with the
    name, but without `externalId`, is adopted as `adopt` allows.

    Args:
        wanted: the entry in wire form.
        candidates: resources of the target in wire form that may correspond to it; those that no key finds are ignored.
        match: match keys in order.
        adopt: whether a resource that was found by another key than `externalId` gets the `externalId` of the entry:
            `never`, only if it has none (`unclaimed`), or also if it has another one (`all`).
        known_id: id that an earlier run stored for the entry; it decides after `externalId` and before the names,
            unless the resource has another `externalId`.
        label: name of the entry in errors, without personal data: `people.csv:12`.

    Raises:
        Ambiguous: a key finds several candidates, or the one found has another `externalId`.

    Examples:
        >>> ann = {"id": "1", "userName": "Ann"}
        >>> decide_match({"externalId": "E1", "userName": "ann"}, [ann])
        Match(found={'id': '1', 'userName': 'Ann'}, by='user_name', is_adopted=True, unclaimed=None)
    """
    resources = list({id(candidate): candidate for candidate in candidates}.values())
    external = _get(wanted, "externalId")
    claimed = _normalize_exact(external)
    for key in _order_keys(match, known_id):
        if key == "id":
            known = [c for c in resources if c.get("id") == known_id]
            if known and _is_same_or_missing(claimed, known[0]):
                return Match(known[0], "id")
            continue
        sought = set(MATCH_KEYS[key](wanted))
        hits = [c for c in resources if not sought.isdisjoint(MATCH_KEYS[key](c))]
        if not hits and key == "external_id" and claimed is not None:
            hits = _find_in_other_case(wanted, claimed, resources, match)
        if not hits:
            continue
        found = _choose(key, wanted, hits, label)
        if key == "external_id" or claimed is None:
            return Match(found, key)
        return _claim(found, key, claimed, adopt, label)
    return Match(None)


def _order_keys(match: Sequence[str], known_id: str | None) -> list[str]:
    """Return the match keys, with `id` before the first that is not `externalId`."""
    keys = list(match)
    if known_id is not None:
        keys.insert(1 if keys[0] == "external_id" else 0, "id")
    return keys


def _is_same_or_missing(claimed: str | None, candidate: Mapping[str, Any]) -> bool:
    other = _normalize_exact(_get(candidate, "externalId"))
    return (
        claimed is None or other is None or normalize_caseless(other) == normalize_caseless(claimed)
    )


def _find_in_other_case(
    wanted: Mapping[str, Any],
    claimed: str,
    candidates: Iterable[Mapping[str, Any]],
    match: Sequence[str],
) -> list[Mapping[str, Any]]:
    """Return the candidates whose `externalId` differs in case only and that another key finds, too.

    Some providers change the case of all strings.
    """
    folded = normalize_caseless(claimed)
    others = [key for key in match if key != "external_id"]
    return [
        candidate
        for candidate in candidates
        if (external := _normalize_exact(_get(candidate, "externalId"))) is not None
        and normalize_caseless(external) == folded
        and any(
            not set(MATCH_KEYS[key](wanted)).isdisjoint(MATCH_KEYS[key](candidate))
            for key in others
        )
    ]


def _choose(
    key: str, wanted: Mapping[str, Any], hits: list[Mapping[str, Any]], label: str
) -> Mapping[str, Any]:
    """Return the only hit, or of several the only one with exactly the wanted name."""
    if len(hits) == 1:
        return hits[0]
    name = ATTRIBUTE_NAMES[key]
    exact = [
        hit for hit in hits if _get(hit, name) is not None and _get(hit, name) == _get(wanted, name)
    ]
    if len(exact) == 1:
        return exact[0]
    ids = sorted(str(hit.get("id")) for hit in hits)
    raise Ambiguous(
        f"{label} must match one resource by {name}, got {len(ids)}: {', '.join(ids[:10])}; "
        "merge or rename them at the target, or match by another key",
        candidates=ids,
    )


def _claim(found: Mapping[str, Any], key: str, claimed: str, adopt: Adopt, label: str) -> Match:
    """Return the match of an entry with `externalId` and a resource that was found by another key."""
    other = _normalize_exact(_get(found, "externalId"))
    if other is not None and normalize_caseless(other) == normalize_caseless(claimed):
        return Match(found, key)
    if other is None and adopt == "never":
        return Match(None, unclaimed=found)
    if other is not None and adopt != "all":
        id_ = str(found.get("id"))
        raise Ambiguous(
            f"{label} matches resource {id_} by {ATTRIBUTE_NAMES[key]}, which has another externalId; "
            "correct the externalId on one side, or take the account over with adopt='all'",
            candidates=(id_,),
        )
    return Match(found, key, is_adopted=True)
