"""Differences between an identity provider and its expected state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from britive_scim.admin.attribute_mapping import AttributeMapping
from britive_scim.admin.identity_provider import IdentityProvider

__all__ = ["Difference", "compare_identity_providers"]

_COMPARED_FIELDS = (
    "name",
    "description",
    "type",
    "scim_provider",
    "sso_provider",
    "scim_enabled",
    "mfa_enabled",
    "mfa_root_user_enabled",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between the expected and the actual state.

    Attributes:
        field: a field such as `scim_provider`, or `mapping of Mobile`.
        expected: the expected value, or `None`.
        actual: the actual value, or `None`.
    """

    field: str
    expected: object
    actual: object

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected!r}, found {self.actual!r}"


def compare_identity_providers(
    expected: IdentityProvider, actual: IdentityProvider | None
) -> list[Difference]:
    """Return the differences of `actual` from `expected`; fields that `expected` leaves `None` are ignored.

    Mappings are compared by the name of the identity attribute, and only if `expected` has a list of
    them: then an additional mapping is a difference, too.

    Examples:
        >>> saved = IdentityProvider(name="Okta", scim_provider="Generic")
        >>> compare_identity_providers(saved, IdentityProvider(name="Okta", scim_provider="Azure"))
        [Difference(field='scim_provider', expected='Generic', actual='Azure')]
    """
    if actual is None:
        return [Difference("identity provider", expected.name or expected.id, None)]
    differences = [
        Difference(name, want, have)
        for name in _COMPARED_FIELDS
        if (want := getattr(expected, name)) is not None and want != (have := getattr(actual, name))
    ]
    if expected.user_attribute_scim_mappings is not None:
        wanted = _index_by_attribute_name(expected.mappings)
        present = _index_by_attribute_name(actual.mappings)
        differences += [
            Difference(f"mapping of {name}", wanted.get(name), present.get(name))
            for name in dict.fromkeys([*wanted, *present])
            if wanted.get(name) != present.get(name)
        ]
    return differences


def _index_by_attribute_name(mappings: Iterable[AttributeMapping]) -> dict[str, str | None]:
    return {mapping.attribute_name or "": mapping.scim_attribute_name for mapping in mappings}
