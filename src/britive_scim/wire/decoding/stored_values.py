"""Comparison of the values of a request with those that the server stored.

Values are compared by the rule of their attribute, as in a filter. Differences only in case or Unicode normal form are
ignored, because servers normalize strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from britive_scim import scim
from britive_scim.errors import UnexpectedResponse
from britive_scim.scim.json_values import is_list, is_object
from britive_scim.wire.decoding.json_fields import get_field

__all__ = [
    "Deviation",
    "check_stored",
    "get_stored_member_ids",
    "has_elements",
    "has_sent_members",
    "has_unidentified_members",
    "is_entire_response",
    "iter_deviations",
]

R = TypeVar("R", bound="scim.Resource")

_UNCOMPARED = frozenset({"schemas", "id", "meta", "members"})
"""Attributes that the server sets, and `members`, which are compared as a set of ids."""

_ALWAYS_SHOWN = frozenset({"schemas", "id", "externalId", "meta", "active"})
"""Attributes of a short response, besides the required ones."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Value that the server did not store as it was sent.

    Attributes:
        path: SCIM path of the value.
        is_missing: whether the response has no value there.
    """

    path: str
    is_missing: bool


def iter_deviations(
    sent: Mapping[str, Any],
    stored: Mapping[str, Any],
    schema: scim.ResourceSchema,
) -> Iterator[Deviation]:
    """Yield the values that differ from those sent, without `members`.

    Args:
        sent: values sent, in wire form; `None` and `[]` mean that there is no value.
        stored: the resource of the response, in wire form.
        schema: schema of the resource.
    """
    for name, value in sent.items():
        if name in _UNCOMPARED:
            continue
        actual = get_field(stored, name)
        if value == actual:  # the usual case, which needs no rule
            continue
        extension = schema.find_extension(name)
        if extension is None and ":" not in name:
            yield from _compare(name, schema.find_attribute(None, name), value, actual)
        elif not is_object(value):
            if is_object(actual) and _is_assigned(actual):
                yield Deviation(name, is_missing=False)
        else:
            for sub_name, sub_value in value.items():
                attribute = None if extension is None else extension.find_attribute(sub_name)
                sub_actual = get_field(actual, sub_name) if is_object(actual) else None
                yield from _compare(f"{name}:{sub_name}", attribute, sub_value, sub_actual)


def check_stored(
    stored: R,
    sent: Mapping[str, Any],
    schema: scim.ResourceSchema,
    *,
    method: str,
    path: str,
    deviations: Iterable[Deviation] = (),
) -> R:
    """Return a stored resource with the paths of the values that the server did not keep: `unkept`.

    If the response contains the entire resource (RFC 7644 §3.5.1), a missing value was not kept. Otherwise it is
    unknown. A response with only identifiers, required attributes and `active` is not entire.

    Args:
        stored: the resource of the response; the note on it is set.
        sent: values sent, in wire form.
        schema: schema of the resource.
        method: HTTP method of the request.
        path: path of the request, for the error.
        deviations: values known to differ, besides those of `sent`.

    Raises:
        UnexpectedResponse: `active` or `members` differ from those sent. A new user may still be inactive.
    """
    from britive_scim.scim.values.notes import UNKEPT, set_note

    problem = _find_contradiction(sent, stored, is_new=method == "POST")
    if problem is not None:
        raise UnexpectedResponse(
            f"{method} {path} succeeded, but {schema.name} {stored.id!r} does not show the change: {problem}; get "
            "the resource to see its state",
            status=200,
            detail=problem,
            method=method,
            path=path,
        )
    wire = stored.to_wire()
    found = [*iter_deviations(sent, wire, schema), *deviations]
    is_entire = is_entire_response(wire, schema)
    paths = dict.fromkeys(d.path for d in found if is_entire or not d.is_missing)
    set_note(stored, UNKEPT, tuple(paths))
    return stored


def is_entire_response(wire: Mapping[str, Any], schema: scim.ResourceSchema) -> bool:
    """Return whether a response seems to contain the entire resource, so that a missing value was not kept."""
    short = _ALWAYS_SHOWN | {a.name for a in schema.attributes if a.required}
    return any(name not in short for name in wire)


def _find_contradiction(
    sent: Mapping[str, Any], stored: scim.Resource, *, is_new: bool
) -> str | None:
    """Return a description of a difference that gives or takes access, in `active` or `members`, or `None`.

    Missing values are unknown. So are lists of members that may be cut, and empty ones, which some servers return for
    every group. A new user may be inactive until an invitation is accepted.
    """
    active = sent.get("active")
    actual = getattr(stored, "active", None)
    is_invited = is_new and active is True
    if isinstance(active, bool) and actual is (not active) and not is_invited:
        return f"active is {actual}, not {active} as sent"
    if has_sent_members(sent, stored) is not False:
        return None
    wanted, found = _get_member_ids(sent["members"] or ()), get_stored_member_ids(stored)
    missing, added = sorted(wanted - found), sorted(found - wanted)
    parts = [f"without {missing[0]!r}"] if missing else []
    parts += [f"with {added[0]!r}"] if added else []
    parts = parts or ["with one that has no id"]
    return f"its members are not those sent: {len(found)} of {len(wanted)}, {' and '.join(parts)}"


def has_sent_members(sent: Mapping[str, Any], stored: scim.Resource) -> bool | None:
    """Return whether a group has exactly the members sent.

    `None` if none were sent, or if the group does not show its members, or perhaps only the first of them.
    """
    from britive_scim.wire.requests.member_reading import MemberReading

    if "members" not in sent:
        return None
    wanted, found = _get_member_ids(sent["members"] or ()), get_stored_member_ids(stored)
    if has_unidentified_members(stored):  # any of them may be one of those sent
        return False if not wanted or found - wanted else None
    if not found:
        return None if wanted or getattr(stored, "members", None) is None else True
    may_be_cut = found < wanted and MemberReading(dict.fromkeys(found)).may_be_cut
    return None if may_be_cut else wanted == found


def _get_member_ids(members: Iterable[Any]) -> set[str]:
    return {str(member.get("value")) if is_object(member) else str(member) for member in members}


def get_stored_member_ids(stored: scim.Resource) -> set[str]:
    """Return the ids of the members that a resource shows; none for other resources than groups."""
    return {member.value for member in _list_members(stored) if member.value}


def has_unidentified_members(stored: scim.Resource) -> bool:
    """Return whether a resource shows members without an id, such as a `$ref` alone."""
    return not all(member.value for member in _list_members(stored))


def _list_members(stored: scim.Resource) -> list[scim.Member]:
    members: Iterable[Any] = getattr(stored, "members", None) or ()
    return [member for member in members if isinstance(member, scim.Member)]


# ------------------------------------------------------------------------------------------- one value


def _compare(
    path: str, attribute: scim.Attribute | None, sent: Any, actual: Any
) -> Iterator[Deviation]:
    if sent == actual or (attribute is not None and not _is_comparable(attribute)):
        return
    if sent and is_object(sent) and is_object(actual):
        for name, value in sent.items():
            sub = None if attribute is None else attribute.find_sub_attribute(name)
            if name != "$ref" or "value" not in sent:  # servers derive it from `value`
                yield from _compare(f"{path}.{name}", sub, value, get_field(actual, name))
    elif not _is_assigned(sent):
        if _is_assigned(actual):
            yield Deviation(path, is_missing=False)
    elif not _is_assigned(actual):
        yield Deviation(path, is_missing=True)
    elif is_list(sent) or is_list(actual):  # some servers send one value for a list of one
        if not has_elements(attribute, _to_list(actual), _to_list(sent)):
            yield Deviation(path, is_missing=False)
    elif _build_key(attribute, sent) != _build_key(attribute, actual):
        yield Deviation(path, is_missing=False)


def _to_list(value: Any) -> list[Any]:
    return value if is_list(value) else [value]


def _is_comparable(attribute: scim.Attribute) -> bool:
    return attribute.mutability not in {"readOnly", "writeOnly"} and attribute.returned not in {
        "never",
        "request",
    }


def _is_assigned(value: Any) -> bool:
    """Return whether a value is assigned; some servers store an empty string as no value."""
    if is_object(value):
        return any(map(_is_assigned, value.values()))
    if is_list(value):
        return any(map(_is_assigned, value))
    return value is not None and value != ""


def has_elements(attribute: scim.Attribute | None, values: list[Any], wanted: list[Any]) -> bool:
    """Return whether each of the `wanted` elements is in `values`, in any order."""
    simple = {_build_key(attribute, value) for value in values if not is_object(value)}
    by_pair: dict[tuple[str, Any], list[dict[str, Any]]] = {}
    for value in values:
        for pair in _list_pairs(attribute, value):
            by_pair.setdefault(pair, []).append(value)
    for element in wanted:
        if not is_object(element):
            if _build_key(attribute, element) not in simple:
                return False
            continue
        candidates = [by_pair.get(pair, []) for pair in _list_pairs(attribute, element)]
        if candidates and not any(
            _is_element(attribute, element, value)
            for group in sorted(candidates, key=len)  # the rarest value first
            for value in group
        ):
            return False
    return True


def _list_pairs(attribute: scim.Attribute | None, element: Any) -> list[tuple[str, Any]]:
    """Return the names and keys of the compared sub-attributes of an element."""
    pairs: list[tuple[str, Any]] = []
    for name, value in element.items() if is_object(element) else ():
        sub = None if attribute is None else attribute.find_sub_attribute(name)
        if name != "$ref" and _is_assigned(value) and (sub is None or _is_comparable(sub)):
            pairs.append((name.lower(), _build_key(sub, value)))
    return pairs


def _is_element(
    attribute: scim.Attribute | None, wanted: Mapping[str, Any], element: Mapping[str, Any]
) -> bool:
    """Return whether no sub-attribute of two elements of a list differs; one that is missing does not."""
    actual = dict(_list_pairs(attribute, element))
    return all(actual.get(name, key) == key for name, key in _list_pairs(attribute, wanted))


def _build_key(attribute: scim.Attribute | None, value: Any) -> Any:
    """Return the equality key of a value, without case unless it is binary."""
    from britive_scim.scim.datatypes import normalize_caseless
    from britive_scim.scim.values.equality import build_equality_key

    key = build_equality_key(attribute or scim.Attribute(name=""), value)
    is_binary = attribute is not None and attribute.type == "binary"
    return normalize_caseless(key) if isinstance(key, str) and not is_binary else key
