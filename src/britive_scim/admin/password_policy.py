"""The password policy of the tenant's own identity provider."""

from __future__ import annotations

from britive_scim.admin.base import Flag, Model, Whole

__all__ = ["AccountLockoutPolicy", "PasswordExpirationPolicy", "PasswordPolicy"]


class PasswordExpirationPolicy(Model):
    """Whether and after how many days a password must be changed."""

    days: Whole | None = None
    enabled: Flag | None = None


class AccountLockoutPolicy(Model):
    """After how many failed attempts an account is locked, and for how many minutes."""

    min_attempts: Whole | None = None
    lockout_duration_in_minutes: Whole | None = None


class PasswordPolicy(Model):
    """What a password must be like (`PasswordPolicyBean`).

    Source: apidocs/get-password-policy-details (documented).
    """

    min_length: Whole | None = None
    required_upper_case: Flag | None = None
    required_lower_case: Flag | None = None
    required_numbers: Flag | None = None
    required_symbols: Flag | None = None
    password_expiration_policy: PasswordExpirationPolicy | None = None
    account_lockout_policy: AccountLockoutPolicy | None = None
