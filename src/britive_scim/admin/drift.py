"""How an identity provider differs from what it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from britive_scim.admin.attribute_mapping import AttributeMapping
from britive_scim.admin.identity_provider import IdentityProvider

__all__ = ["Difference", "differences"]

_FIELDS = (
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
        what: a field such as `scim_provider`, or `mapping of Mobile`.
        expected: what should be; `None` for nothing.
        found: what is; `None` for nothing.
    """

    what: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected!r}, found {self.found!r}"


def differences(expected: IdentityProvider, found: IdentityProvider | None) -> list[Difference]:
    """Return where `found` is not as expected; what `expected` leaves open (`None`) is not compared.

    Mappings are compared by the name of the identity attribute, and only if `expected` has some: then one
    that is found and not expected is a difference, too.

    Examples:
        >>> saved = IdentityProvider(name="Okta", scim_provider="Generic")
        >>> differences(saved, IdentityProvider(name="Okta", scim_provider="Azure"))
        [Difference(what='scim_provider', expected='Generic', found='Azure')]
    """
    if found is None:
        return [Difference("identity provider", expected.name or expected.id, None)]
    result = [
        Difference(name, want, have)
        for name in _FIELDS
        if (want := getattr(expected, name)) is not None and want != (have := getattr(found, name))
    ]
    if expected.user_attribute_scim_mappings is not None:
        wanted, present = _by_name(expected.mappings), _by_name(found.mappings)
        result += [
            Difference(f"mapping of {name}", wanted.get(name), present.get(name))
            for name in dict.fromkeys([*wanted, *present])
            if wanted.get(name) != present.get(name)
        ]
    return result


def _by_name(mappings: Iterable[AttributeMapping]) -> dict[str, str | None]:
    return {one.attribute_name or "": one.scim_attribute_name for one in mappings}
