"""Tokens of workload federation: issuing them, and authenticating their senders.

The header is known from the vendor SDK: `WorkloadToken AWS::<token>` or `WorkloadToken OIDC::<token>`. The
checks are documented: issuer, audiences, attributes of the token and of the identity. The tenant issues and
signs the tokens itself, without any external service.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from britive_scim.testing.state.attribute_mapping import build_profile
from britive_scim.testing.state.state import ProviderRecord, State, UserRecord

__all__ = [
    "SCHEME",
    "WorkloadTokenRejected",
    "authenticate",
    "find_designated_provider",
    "issue_token",
]

SCHEME = "workloadtoken"
"""Scheme of the `Authorization` header, in lower case."""

_SUPPORTED_TYPES = ("AWS", "OIDC")
"""Types of identity providers whose header format is known."""

_RESERVED_CLAIMS = frozenset({"iss", "iat", "exp"})


class WorkloadTokenRejected(Exception):
    """A workload token was rejected.

    Attributes:
        error_code: Britive's errorCode.
        message: the error message.
    """

    def __init__(self, error_code: str, message: str) -> None:
        super().__init__(message)
        self.error_code = error_code
        self.message = message


def issue_token(
    state: State, provider: str, claims: Mapping[str, Any], now: datetime, lifetime: float
) -> str:
    """Return a token of a workload identity provider, prefixed with the provider type and `::`.

    Args:
        state: state of the tenant.
        provider: name of the workload identity provider.
        claims: claims of the token.
        now: time of issue.
        lifetime: validity in seconds.

    Raises:
        LookupError: there is no such provider.
        ValueError: the header format of its type is not published, or a claim is reserved.
    """
    record = next(
        (item for item in _get_workload_providers(state).values() if item["name"] == provider), None
    )
    if record is None:
        raise LookupError(f"no workload identity provider is named {provider!r}")
    type_ = record["idpType"]
    if type_ not in _SUPPORTED_TYPES:
        raise ValueError(f"type must be AWS or OIDC, got {type_}, whose header is not published")
    if reserved := _RESERVED_CLAIMS & claims.keys():
        raise ValueError(
            f"claims must not contain {', '.join(sorted(reserved))}, which is set here"
        )
    audiences = _to_strings(record.get("allowedAudiences"))
    all_claims = {
        **({"iss": record["issuerUrl"]} if "issuerUrl" in record else {}),
        **({"aud": audiences[0]} if audiences else {}),
        "iat": now.timestamp(),
        "exp": now.timestamp() + lifetime,
        **claims,
    }
    header = {"alg": "HS256", "typ": "JWT", "kid": str(record["id"])}
    signing_input = f"{_encode_json(header)}.{_encode_json(all_claims)}"
    return f"{type_}::{signing_input}.{_sign(state, signing_input)}"


def authenticate(state: State, secret: str, now: datetime) -> UserRecord:
    """Return the identity that a workload token stands for.

    Raises:
        WorkloadTokenRejected: the token is invalid, or stands for no single identity.
    """
    type_, _, token = secret.partition("::")
    provider, claims = _parse_token(state, token)
    if provider is None or provider["idpType"] != type_:
        raise WorkloadTokenRejected("AU-0018", "the workload token is invalid")
    skew: int = provider.get("validationWindow", 0)
    if now.timestamp() >= claims["exp"] + skew or now.timestamp() < claims["iat"] - skew:
        raise WorkloadTokenRejected(
            "AU-0017", "the workload token has expired, or is not valid yet"
        )
    if claims.get("iss") != provider.get("issuerUrl"):
        raise WorkloadTokenRejected("AU-0018", "the workload token has another issuer")
    audiences = _to_strings(provider.get("allowedAudiences"))
    if audiences and not set(_to_strings(claims.get("aud"))) & set(audiences):
        raise WorkloadTokenRejected("AU-0018", "the workload token is for another audience")
    identities = [
        state.users[id_]
        for id_, assignment in _get_settings(state, "workloadAssignments").items()
        if assignment["idp"] == provider["id"]
        and _matches_assignment(state, provider, claims, assignment, now)
    ]
    if len(identities) != 1:
        raise WorkloadTokenRejected(
            "AU-0018", f"the workload token must match one identity, got {len(identities)}"
        )
    (identity,) = identities
    if build_profile(identity)["status"] != "active":
        raise WorkloadTokenRejected("AU-0004", f"user {identity.name} is disabled")
    return identity


def find_designated_provider(state: State, identity: UserRecord) -> ProviderRecord:
    """Return the identity provider that a service identity is designated for.

    Raises:
        WorkloadTokenRejected: it is designated for no provider, or for several.
    """
    provider_ids = [
        id_ for id_, user in _get_settings(state, "scimCallers").items() if user == identity.id
    ]
    if len(provider_ids) != 1:
        raise WorkloadTokenRejected(
            "AU-0018",
            f"{identity.name} must be designated for one identity provider, got {len(provider_ids)}",
        )
    return state.providers[provider_ids[0]]


def _matches_assignment(
    state: State,
    provider: Mapping[str, Any],
    token_claims: Mapping[str, Any],
    assignment: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Return whether a token has the claims that an assignment requires, and is recent enough."""
    if now.timestamp() >= token_claims["iat"] + assignment["tokenDuration"]:
        return False
    maps = cast("list[dict[str, str]]", provider.get("attributesMap", []))
    for required in assignment["mappingAttributes"]:
        names = {required["attrId"], state.attributes[required["attrId"]].name}
        claims = [item["idpAttr"] for item in maps if item["userAttr"] in names]
        if not any(
            set(_to_strings(token_claims.get(claim))) & set(required["values"]) for claim in claims
        ):
            return False
    return True


def _parse_token(state: State, token: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the provider (`None` if the signature is wrong) and the claims of a token."""
    signing_input, _, signature = token.rpartition(".")
    encoded = signature.encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(encoded, _sign(state, signing_input).encode()):
        return None, {}
    header, claims = map(_decode_json, signing_input.split("."))
    return _get_workload_providers(state).get(header["kid"]), claims


def _sign(state: State, signing_input: str) -> str:
    """Return the signature with the tenant's own key."""
    key = state.settings.setdefault("workloadKey", secrets.token_hex(32))
    data = signing_input.encode("utf-8", "surrogateescape")
    return _encode_base64url(hmac.digest(key.encode(), data, hashlib.sha256))


def _encode_json(value: Mapping[str, Any]) -> str:
    return _encode_base64url(json.dumps(value, separators=(",", ":")).encode())


def _encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode_json(text: str) -> dict[str, Any]:
    return cast(
        "dict[str, Any]", json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    )


def _to_strings(value: Any) -> list[str]:
    """Return one value or a list of values as strings; `None` yields an empty list."""
    if isinstance(value, list):
        return [str(item) for item in cast("list[object]", value)]
    return [] if value is None else [str(value)]


def _get_workload_providers(state: State) -> dict[str, dict[str, Any]]:
    return _get_settings(state, "workloadProviders")


def _get_settings(state: State, name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", state.settings.get(name, {}))
