"""Tokens of workload federation: what a provider outside Britive would issue, and who sends it.

Known (vendor SDK) is how they are sent: `WorkloadToken AWS::<token>` or `WorkloadToken OIDC::<token>`. What is
compared with what is documented: issuer, audiences, attributes of the token and of the identity. In place
of the providers the tenant issues and signs the tokens itself; nothing outside is asked.
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
"""Of the `Authorization` header, in lower case."""

_SUPPORTED_TYPES = ("AWS", "OIDC")
"""Types whose way to be sent is known."""

_RESERVED_CLAIMS = frozenset({"iss", "iat", "exp"})


class WorkloadTokenRejected(Exception):
    """A workload token is not taken.

    Attributes:
        error_code: Britive's errorCode.
        message: text for people.
    """

    def __init__(self, error_code: str, message: str) -> None:
        super().__init__(message)
        self.error_code = error_code
        self.message = message


def issue_token(
    state: State, provider: str, claims: Mapping[str, Any], now: datetime, lifetime: float
) -> str:
    """Return a token as a workload identity provider would issue it, its kind and `::` in front.

    Args:
        state: of the tenant.
        provider: name of the workload identity provider.
        claims: what the token says.
        now: when it is issued.
        lifetime: seconds it is good for.

    Raises:
        LookupError: there is no such provider.
        ValueError: it is of a type whose tokens nobody knows, or a claim that is set here is given.
    """
    found = next(
        (one for one in _get_workload_providers(state).values() if one["name"] == provider), None
    )
    if found is None:
        raise LookupError(f"there is no workload identity provider named {provider!r}")
    if found["idpType"] not in _SUPPORTED_TYPES:
        raise ValueError(f"how tokens of type {found['idpType']} are sent is not published")
    if taken := _RESERVED_CLAIMS & claims.keys():
        raise ValueError(f"{', '.join(sorted(taken))} is set by the provider: leave it out")
    audiences = _to_strings(found.get("allowedAudiences"))
    said = {
        **({"iss": found["issuerUrl"]} if "issuerUrl" in found else {}),
        **({"aud": audiences[0]} if audiences else {}),
        "iat": now.timestamp(),
        "exp": now.timestamp() + lifetime,
        **claims,
    }
    head = {"alg": "HS256", "typ": "JWT", "kid": str(found["id"])}
    signed = f"{_encode_json(head)}.{_encode_json(said)}"
    return f"{found['idpType']}::{signed}.{_sign(state, signed)}"


def authenticate(state: State, secret: str, now: datetime) -> UserRecord:
    """Return the identity that a workload token proves.

    Raises:
        Refused: it proves none.
    """
    kind, _, token = secret.partition("::")
    provider, said = _parse_token(state, token)
    if provider is None or provider["idpType"] != kind:
        raise WorkloadTokenRejected("AU-0018", "the workload token is invalid")
    skew: int = provider.get("validationWindow", 0)
    if now.timestamp() >= said["exp"] + skew or now.timestamp() < said["iat"] - skew:
        raise WorkloadTokenRejected(
            "AU-0017", "the workload token has expired, or is not valid yet"
        )
    if said.get("iss") != provider.get("issuerUrl"):
        raise WorkloadTokenRejected("AU-0018", "the workload token is of another issuer")
    audiences = _to_strings(provider.get("allowedAudiences"))
    if audiences and not set(_to_strings(said.get("aud"))) & set(audiences):
        raise WorkloadTokenRejected("AU-0018", "the workload token is for another audience")
    found = [
        state.users[id_]
        for id_, one in _get_settings(state, "workloadAssignments").items()
        if one["idp"] == provider["id"] and _matches_assignment(state, provider, said, one, now)
    ]
    if len(found) != 1:
        raise WorkloadTokenRejected(
            "AU-0018", f"the workload token proves {len(found)} identities, not one"
        )
    if build_profile(found[0])["status"] != "active":
        raise WorkloadTokenRejected("AU-0004", f"user {found[0].name} is disabled")
    return found[0]


def find_designated_provider(state: State, identity: UserRecord) -> ProviderRecord:
    """Return the identity provider that a service identity is designated to push for.

    Raises:
        Refused: there is none, or more than one.
    """
    found = [
        id_ for id_, user in _get_settings(state, "scimCallers").items() if user == identity.id
    ]
    if len(found) != 1:
        raise WorkloadTokenRejected(
            "AU-0018", f"{identity.name} may push for {len(found)} identity providers"
        )
    return state.providers[found[0]]


def _matches_assignment(
    state: State,
    provider: Mapping[str, Any],
    token_claims: Mapping[str, Any],
    assignment: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Return whether a token says everything an assignment asks for, and is young enough for it."""
    if now.timestamp() >= token_claims["iat"] + assignment["tokenDuration"]:
        return False
    maps = cast("list[dict[str, str]]", provider.get("attributesMap", []))
    for wanted in assignment["mappingAttributes"]:
        names = {wanted["attrId"], state.attributes[wanted["attrId"]].name}
        claims = [one["idpAttr"] for one in maps if one["userAttr"] in names]
        if not any(
            set(_to_strings(token_claims.get(claim))) & set(wanted["values"]) for claim in claims
        ):
            return False
    return True


def _parse_token(state: State, token: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the provider that a token is of, `None` where it is none of ours, and what it says."""
    signed, _, signature = token.rpartition(".")
    given = signature.encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, _sign(state, signed).encode()):
        return None, {}
    head, said = map(_decode_json, signed.split("."))
    return _get_workload_providers(state).get(head["kid"]), said


def _sign(state: State, signing_input: str) -> str:
    """Return what only this tenant can make of a text."""
    key = state.settings.setdefault("workloadKey", secrets.token_hex(32))
    text = signing_input.encode("utf-8", "surrogateescape")
    return _encode_base64url(hmac.digest(key.encode(), text, hashlib.sha256))


def _encode_json(value: Mapping[str, Any]) -> str:
    return _encode_base64url(json.dumps(value, separators=(",", ":")).encode())


def _encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode_json(text: str) -> dict[str, Any]:
    return cast(
        "dict[str, Any]", json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    )


def _to_strings(value: Any) -> list[str]:
    """Return one value or several as texts; of nothing none."""
    if isinstance(value, list):
        return [str(one) for one in cast("list[object]", value)]
    return [] if value is None else [str(value)]


def _get_workload_providers(state: State) -> dict[str, dict[str, Any]]:
    return _get_settings(state, "workloadProviders")


def _get_settings(state: State, name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", state.settings.get(name, {}))
