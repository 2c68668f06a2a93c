"""Password policy of the tenant's own identity provider."""

from __future__ import annotations

from britive_scim.admin.base import LenientBool, LenientInt, Model

__all__ = ["AccountLockoutPolicy", "PasswordExpirationPolicy", "PasswordPolicy"]


class PasswordExpirationPolicy(Model):
    """Expiration of passwords after a number of days."""

    days: LenientInt | None = None
    enabled: LenientBool | None = None


class AccountLockoutPolicy(Model):
    """Lockout of an account after failed attempts, for a number of minutes."""

    min_attempts: LenientInt | None = None
    lockout_duration_in_minutes: LenientInt | None = None


class PasswordPolicy(Model):
    """Requirements on passwords (`PasswordPolicyBean`).

    Source: apidocs/get-password-policy-details (documented).
    """

    min_length: LenientInt | None = None
    required_upper_case: LenientBool | None = None
    required_lower_case: LenientBool | None = None
    required_numbers: LenientBool | None = None
    required_symbols: LenientBool | None = None
    password_expiration_policy: PasswordExpirationPolicy | None = None
    account_lockout_policy: AccountLockoutPolicy | None = None
