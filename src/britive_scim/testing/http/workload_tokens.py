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

from britive_scim.testing.state.attribute_mapping import profile
from britive_scim.testing.state.state import Provider, State, User

__all__ = ["SCHEME", "Refused", "caller", "issue", "pushes_for"]

SCHEME = "workloadtoken"
"""Of the `Authorization` header, in lower case."""

_KINDS = ("AWS", "OIDC")
"""Types whose way to be sent is known."""

_NAMED_BY_US = frozenset({"iss", "iat", "exp"})


class Refused(Exception):
    """A workload token is not taken.

    Attributes:
        code: Britive's errorCode.
        message: text for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def issue(
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
    found = next((one for one in _providers(state).values() if one["name"] == provider), None)
    if found is None:
        raise LookupError(f"there is no workload identity provider named {provider!r}")
    if found["idpType"] not in _KINDS:
        raise ValueError(f"how tokens of type {found['idpType']} are sent is not published")
    if taken := _NAMED_BY_US & claims.keys():
        raise ValueError(f"{', '.join(sorted(taken))} is set by the provider: leave it out")
    audiences = _texts(found.get("allowedAudiences"))
    said = {
        **({"iss": found["issuerUrl"]} if "issuerUrl" in found else {}),
        **({"aud": audiences[0]} if audiences else {}),
        "iat": now.timestamp(),
        "exp": now.timestamp() + lifetime,
        **claims,
    }
    head = {"alg": "HS256", "typ": "JWT", "kid": str(found["id"])}
    signed = f"{_packed(head)}.{_packed(said)}"
    return f"{found['idpType']}::{signed}.{_signature(state, signed)}"


def caller(state: State, secret: str, now: datetime) -> User:
    """Return the identity that a workload token proves.

    Raises:
        Refused: it proves none.
    """
    kind, _, token = secret.partition("::")
    provider, said = _read(state, token)
    if provider is None or provider["idpType"] != kind:
        raise Refused("AU-0018", "the workload token is invalid")
    skew: int = provider.get("validationWindow", 0)
    if now.timestamp() >= said["exp"] + skew or now.timestamp() < said["iat"] - skew:
        raise Refused("AU-0017", "the workload token has expired, or is not valid yet")
    if said.get("iss") != provider.get("issuerUrl"):
        raise Refused("AU-0018", "the workload token is of another issuer")
    audiences = _texts(provider.get("allowedAudiences"))
    if audiences and not set(_texts(said.get("aud"))) & set(audiences):
        raise Refused("AU-0018", "the workload token is for another audience")
    found = [
        state.users[id_]
        for id_, one in _kept(state, "workloadAssignments").items()
        if one["idp"] == provider["id"] and _proves(state, provider, said, one, now)
    ]
    if len(found) != 1:
        raise Refused("AU-0018", f"the workload token proves {len(found)} identities, not one")
    if profile(found[0])["status"] != "active":
        raise Refused("AU-0004", f"user {found[0].name} is disabled")
    return found[0]


def pushes_for(state: State, identity: User) -> Provider:
    """Return the identity provider that a service identity is designated to push for.

    Raises:
        Refused: there is none, or more than one.
    """
    found = [id_ for id_, user in _kept(state, "scimCallers").items() if user == identity.id]
    if len(found) != 1:
        raise Refused("AU-0018", f"{identity.name} may push for {len(found)} identity providers")
    return state.providers[found[0]]


def _proves(
    state: State,
    provider: Mapping[str, Any],
    said: Mapping[str, Any],
    assignment: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Return whether a token says everything an assignment asks for, and is young enough for it."""
    if now.timestamp() >= said["iat"] + assignment["tokenDuration"]:
        return False
    maps = cast("list[dict[str, str]]", provider.get("attributesMap", []))
    for wanted in assignment["mappingAttributes"]:
        names = {wanted["attrId"], state.attributes[wanted["attrId"]].name}
        claims = [one["idpAttr"] for one in maps if one["userAttr"] in names]
        if not any(set(_texts(said.get(claim))) & set(wanted["values"]) for claim in claims):
            return False
    return True


def _read(state: State, token: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the provider that a token is of, `None` where it is none of ours, and what it says."""
    signed, _, signature = token.rpartition(".")
    given = signature.encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, _signature(state, signed).encode()):
        return None, {}
    head, said = map(_unpacked, signed.split("."))
    return _providers(state).get(head["kid"]), said


def _signature(state: State, signed: str) -> str:
    """Return what only this tenant can make of a text."""
    key = state.settings.setdefault("workloadKey", secrets.token_hex(32))
    text = signed.encode("utf-8", "surrogateescape")
    return _text_of(hmac.digest(key.encode(), text, hashlib.sha256))


def _packed(value: Mapping[str, Any]) -> str:
    return _text_of(json.dumps(value, separators=(",", ":")).encode())


def _text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpacked(text: str) -> dict[str, Any]:
    return cast(
        "dict[str, Any]", json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    )


def _texts(value: Any) -> list[str]:
    """Return one value or several as texts; of nothing none."""
    if isinstance(value, list):
        return [str(one) for one in cast("list[object]", value)]
    return [] if value is None else [str(value)]


def _providers(state: State) -> dict[str, dict[str, Any]]:
    return _kept(state, "workloadProviders")


def _kept(state: State, name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", state.settings.get(name, {}))
