"""Error of a token that was made, and whose delivery failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

from britive_scim.errors.base import BritiveScimError, rebuild

if TYPE_CHECKING:
    from pydantic import SecretStr

__all__ = ["TokenNotDelivered"]


class TokenNotDelivered(BritiveScimError):
    """New token whose delivery by the caller's `deliver` failed; the old token is invalid.

    Raised:
        By `scim_token.rotate` and `rotate_if_expiring`.

    Cause:
        Your function raised, after Britive had made the new token and revoked the old one. Britive does not show a
        token a second time.

    Remedy:
        Store `error.token` at once. Without it, rotate the token again: this is harmless, as the identity provider
        has no valid one.

    Attributes:
        token: the new secret. Copies keep it; messages, pickles and `to_dict()` omit it.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> tenant = Tenant("acme")
        >>> britive = tenant.admin_client()
        >>> def store(token):
        ...     raise OSError("disk full")
        >>> try:
        ...     britive.identity_providers.scim_token.rotate(
        ...         tenant.identity_providers["Okta"].id, deliver=store
        ...     )
        ... except errors.TokenNotDelivered as error:
        ...     print(error.token)
        **********
    """

    token: SecretStr | None

    def __init__(self, message: str, *, token: SecretStr | None = None) -> None:
        super().__init__(message)
        self.token = token

    def __reduce__(self) -> tuple[Any, ...]:
        return (rebuild, (type(self), self.args, {**self.__dict__, "token": None}))

    def __copy__(self) -> Self:
        return cast("Self", rebuild(type(self), self.args, self.__dict__.copy()))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()
