"""Descriptions of Britive's error codes.

Sources: apidocs/api-error-codes and docs/restapi-errorcodes (documented). The codes that begin with E, PE, MFA
and MAINT, and AU-0019 to AU-0021, come from the vendor's package.
"""

from __future__ import annotations

__all__ = ["MEANINGS", "describe_error_code"]

_LOGIN_STEP_PENDING = (
    "a login step is pending: change of password, one-time password, second factor, temporary or forgotten "
    "password, SSO"
)
"""AU-0008 to AU-0013, which the source describes only together."""

MEANINGS = {
    "AT-0001": "the API token could not be created",
    "AT-0002": "the API token could not be changed",
    "AT-0003": "the API token could not be deleted",
    "U-0001": "the form of the user name is not accepted",
    "U-0002": "the user could not be read",
    "U-0003": "the user was provisioned from outside",
    "U-0004": "the user could not be created",
    "U-0005": "the user could not be changed",
    "U-0006": "the user could not be deleted",
    "U-0007": "the user could not be disabled",
    "U-0008": "the user could not be enabled",
    "U-0009": "the user exists",
    "U-0010": "the password could not be reset",
    "U-0011": "the second factor could not be reset",
    "UT-0001": "the tag could not be created",
    "UT-0002": "the tag was provisioned from outside",
    "UT-0003": "the tag could not be read",
    "UT-0004": "the user could not be added to the tag",
    "UT-0005": "the user reaches a profile through this tag already",
    "UT-0006": "the user could not be removed from the tag",
    "UT-0007": "the tag could not be disabled",
    "UT-0008": "the tag could not be enabled",
    "UT-0009": "the tag could not be deleted",
    "UT-0010": "the tag could not be changed",
    "IDP-0001": "the second factor could not be switched off for all users",
    "G-0001": "an error without a code of its own",
    "R-0001": "the report could not be loaded",
    "AU-0000": "authentication failed",
    "AU-0001": "bad challenge parameter",
    "AU-0002": "bad SSO provider",
    "AU-0003": "no such user",
    "AU-0004": "the user is disabled",
    "AU-0005": "the user is a service identity",
    "AU-0006": "the user is not valid",
    "AU-0007": "bad OAuth token",
    **{f"AU-{number:04}": _LOGIN_STEP_PENDING for number in range(8, 14)},
    "AU-0014": "no such tenant",
    "AU-0015": "no such API token",
    "AU-0016": "the API token was revoked",
    "AU-0017": "the API token has expired",
    "AU-0018": "the API token is not valid",
    "AU-0019": "the authentication of the command line failed",
    "AU-0020": "the token of the command line is not valid",
    "AU-0021": "the account is locked",
    "E1000": "a general exception",
    "E1001": "a general error",
    "E1003": "something in the request is not valid",
    "E1004": "it does not exist",
    "E1005": "it exists already",
    "E1006": "the user is inactive",
    "E1008": "the user is assigned to the profile directly",
    "E1009": "the user has access through a tag",
    "E1010": "the account is linked already",
    "E1011": "the profile has conflicting tags",
    "E1012": "the feature is not supported",
    "E1013": "accounts that are mapped automatically cannot be unmapped",
    "E1014": "the e-mail address is not valid",
    "PE-0002": "the policy could not be evaluated",
    "PE-0010": "the approval is pending",
    "PE-0011": "an approval is required",
    "PE-0028": "a step-up authentication is required",
    "MFA-0001": "the second factor is registered already",
    "MAINT0001": "the tenant is under maintenance",
}
"""Description by error code."""


def describe_error_code(code: str | None) -> str | None:
    """Return the description of an error code, or `None` for an unknown one.

    Examples:
        >>> describe_error_code("U-0009")
        'the user exists'
    """
    return MEANINGS.get(code or "")
