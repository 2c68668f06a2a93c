"""How an identity provider differs from what it should be."""

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
    """One thing that is not as it should be.

    Attributes:
        field: a field such as `scim_provider`, or `mapping of Mobile`.
        expected: what should be; `None` for nothing.
        actual: what is; `None` for nothing.
    """

    field: str
    expected: object
    actual: object

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected!r}, found {self.actual!r}"


def compare_identity_providers(
    expected: IdentityProvider, actual: IdentityProvider | None
) -> list[Difference]:
    """Return where `actual` is not as expected; what `expected` leaves open (`None`) is not compared.

    Mappings are compared by the name of the identity attribute, and only if `expected` has some: then one
    that is found and not expected is a difference, too.

    Examples:
        >>> saved = IdentityProvider(name="Okta", scim_provider="Generic")
        >>> compare_identity_providers(saved, IdentityProvider(name="Okta", scim_provider="Azure"))
        [Difference(field='scim_provider', expected='Generic', actual='Azure')]
    """
    if actual is None:
        return [Difference("identity provider", expected.name or expected.id, None)]
    result = [
        Difference(name, want, have)
        for name in _COMPARED_FIELDS
        if (want := getattr(expected, name)) is not None and want != (have := getattr(actual, name))
    ]
    if expected.user_attribute_scim_mappings is not None:
        wanted, present = (
            _index_by_attribute_name(expected.mappings),
            _index_by_attribute_name(actual.mappings),
        )
        result += [
            Difference(f"mapping of {name}", wanted.get(name), present.get(name))
            for name in dict.fromkeys([*wanted, *present])
            if wanted.get(name) != present.get(name)
        ]
    return result


def _index_by_attribute_name(mappings: Iterable[AttributeMapping]) -> dict[str, str | None]:
    return {one.attribute_name or "": one.scim_attribute_name for one in mappings}
