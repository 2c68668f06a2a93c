"""Look-ups of a resource by the value of one attribute, with one comparison for all of them.

Servers ignore filters, match by wildcard, or ignore case, so matches are compared again by the rule of the
attribute, as filters compare it: `externalId` exactly, `userName` and `displayName` in Unicode normal form C without
case (RFC 7643 §2.2, RFC 7644 §7.8).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from britive_scim import scim
from britive_scim.errors import Ambiguous, InputError
from britive_scim.scim.json_values import is_blank

__all__ = ["LookupKey", "select_match"]

R = TypeVar("R", bound="scim.Resource")


@dataclass(frozen=True, slots=True)
class LookupKey:
    """Attribute that identifies a resource, and its value.

    Attributes:
        attribute: the attribute; it declares `caseExact`.
        value: the value to look up.

    Raises:
        InputError: the value is empty.
    """

    attribute: scim.Attribute
    value: str

    def __post_init__(self) -> None:
        if is_blank(self.value):
            raise InputError(
                f"{self.name} of a look-up must be a non-empty string, got {self.value!r:.40}"
            )

    @property
    def name(self) -> str:
        """Name of the attribute on the wire."""
        return self.attribute.name

    def build_filters(self) -> list[scim.Filter]:
        """Return the filters to send in turn: the value unchanged, then in normal form C if that differs.

        A server that compares bytes finds a name only in the form in which it was created.
        """
        values = dict.fromkeys((self.value, unicodedata.normalize("NFC", self.value)))
        path = scim.Path(None, self.name)
        return [scim.Compare(path, "eq", value) for value in values]

    def matches(self, resource: scim.Resource) -> bool:
        """Return whether the attribute of a resource has the value, by the rule of the attribute."""
        if not self.attribute.case_exact:
            return self.matches_without_case(resource)
        from britive_scim.scim.datatypes import normalize_case_exact

        return self._equals(resource, normalize_case_exact)

    def matches_without_case(self, resource: scim.Resource) -> bool:
        """Return whether the attribute of a resource has the value, ignoring case."""
        from britive_scim.scim.datatypes import normalize_caseless, normalize_user_name

        is_user_name = self.name == "userName"
        return self._equals(resource, normalize_user_name if is_user_name else normalize_caseless)

    def judge(self, resource: scim.Resource) -> bool | None:
        """Return whether the attribute of a resource has the value, ignoring case; `None` if it shows no value."""
        return self.matches_without_case(resource) if self._get_value(resource) else None

    def contradicts(self, resource: scim.Resource) -> bool:
        """Return whether the attribute of a resource has another value, ignoring case."""
        return bool(self._get_value(resource)) and not self.matches_without_case(resource)

    def select_nearest(self, resources: Sequence[R]) -> Sequence[R]:
        """Return the only resource whose value is equal exactly or in normal form C, otherwise all."""
        from britive_scim.scim.datatypes import normalize_case_exact

        normalizations: tuple[Callable[[str], str], ...] = (str, normalize_case_exact)
        for normalize in normalizations:
            equal = [resource for resource in resources if self._equals(resource, normalize)]
            if len(equal) == 1:
                return equal
        return resources

    def _equals(self, resource: scim.Resource, normalize: Callable[[str], str]) -> bool:
        actual = self._get_value(resource)
        return actual is not None and normalize(actual) == normalize(self.value)

    def _get_value(self, resource: scim.Resource) -> str | None:
        value = getattr(resource, self.attribute.field, None)
        return value if isinstance(value, str) else None


def select_match(
    key: LookupKey, candidates: Iterable[R], *, label: str, other: LookupKey | None = None
) -> R | None:
    """Return the only candidate that has the value of `key`, or `None`.

    Args:
        key: attribute and value.
        candidates: resources that the server returned, and that may match.
        label: name of the resource type in the error message.
        other: another key that the resource must have. Where it agrees, a value that differs in case only matches, as
            some providers fold identifiers.

    Raises:
        Ambiguous: several candidates have the value.
    """
    similar = list(candidates)
    matches: Sequence[R] = [resource for resource in similar if key.matches(resource)]
    if not matches and other is not None:
        matches = [resource for resource in similar if other.matches_without_case(resource)]
    if len(matches) > 1:
        matches = key.select_nearest(matches)
    if len(matches) > 1:
        raise Ambiguous(
            f"{len(matches)} {label} resources have the {key.name} {key.value!r}; use the id of one",
            candidates=[resource.id or "" for resource in matches],
        )
    return matches[0] if matches else None
