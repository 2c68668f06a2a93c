"""Validation, headers and masking of tokens."""

import copy
import pickle
from typing import Any

import pytest
from pydantic import SecretStr

from britive_scim import admin, errors
from britive_scim.wire.credentials import Credential
from britive_scim.wire.tenant_url import AdminCredential
from support.each_value import each_value

CANARY = "s3cret-c4nary"


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (f"{CANARY}\n", "line break at position 13 of 14"),
        (f"{CANARY}\r\nX: y", "line break"),
        ("", "empty"),
        ("  ", "empty"),
        (f"{CANARY} {CANARY}", "a space at position 13"),
        (f"{CANARY}\x00", "not visible ASCII"),
        (f"{CANARY}ü", "not visible ASCII"),
        (f"{CANARY}\u2028", "a space"),
        ("x" * 20_000, "20000 characters"),
        (f"Authorization:{CANARY}", "name of a header"),
        (SecretStr(f"{CANARY}\n"), "line break"),
    ],
    ids=ascii,
)
def test_token_invalid_in_header_raises_without_token(token: Any, says: str) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        Credential(token)
    assert says in str(caught.value)
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value.__dict__)


@pytest.mark.parametrize("token", [None, 7, b"abc", ["abc"]], ids=repr)
def test_token_of_other_type_raises(token: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match=type(token).__name__):
        Credential(token)


SCIM_TOKEN = admin.ScimToken.from_wire({"id": "k1", "token": CANARY})
API_TOKEN = admin.ApiToken.from_wire({"id": "k2", "token": CANARY})
IDENTITY_TOKEN = admin.IdentityToken.from_wire({"id": "k3", "token": CANARY})


@pytest.mark.parametrize(
    ("kind", "token", "says"),
    [
        (AdminCredential, SCIM_TOKEN.token, r"ScimClient\(scim_url, token\)"),
        (AdminCredential, SCIM_TOKEN, "SCIM token"),
        (AdminCredential, API_TOKEN, "give its secret"),
        (AdminCredential, admin.ApiToken(id="k2"), "returns the secret once"),
        (Credential, API_TOKEN.token, r"AdminClient\(tenant, token\)"),
        (Credential, API_TOKEN, "admin API"),
        (Credential, SCIM_TOKEN, "give its secret"),
        (Credential, "https://acme.britive-app.com/api/scim/v2", "give the URL first"),
    ],
    ids=repr,
)
def test_token_of_other_api_raises(kind: Any, token: Any, says: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=says) as caught:
        kind(token)
    assert CANARY not in str(caught.value)
    if isinstance(token, SecretStr):
        credential = kind(lambda: token)
        with pytest.raises(errors.ConfigurationError, match=says):
            credential.build_header(credential.get_token())


@each_value(
    "kind, token, word",
    [
        (AdminCredential, API_TOKEN.token, "TOKEN"),
        (AdminCredential, IDENTITY_TOKEN.token, "TOKEN"),
        (Credential, SCIM_TOKEN.token, "Bearer"),
        (Credential, IDENTITY_TOKEN.token, "Bearer"),
    ],
)
def test_token_of_same_api_is_sent_unchanged(kind: Any, token: Any, word: str) -> None:
    credential = kind(token)
    assert credential.build_header(credential.get_token()).get_secret_value() == f"{word} {CANARY}"
    assert token == SecretStr(CANARY)
    assert SecretStr(CANARY) == token
    assert len({token, SecretStr(CANARY)}) == 1


@each_value("token", [CANARY, SecretStr(CANARY), f" {CANARY}\t", lambda: CANARY])
def test_header_has_scheme_and_token(token: Any) -> None:
    credential = Credential(token, scheme="TOKEN")
    requested = credential.get_token()
    assert isinstance(requested, str | SecretStr)
    assert credential.build_header(requested).get_secret_value() == f"TOKEN {CANARY}"


def test_token_function_is_called_each_time() -> None:
    tokens = iter(["one", "two"])
    credential = Credential(lambda: next(tokens))
    assert [
        credential.build_header(credential.get_token()).get_secret_value() for _ in range(2)
    ] == [
        "Bearer one",
        "Bearer two",
    ]


@pytest.mark.parametrize("returned", ["", "a b", None, 7], ids=repr)
def test_token_function_result_is_checked(returned: Any) -> None:
    credential = Credential(lambda: returned)
    with pytest.raises(errors.ConfigurationError):
        credential.build_header(credential.get_token())


@each_value("scheme", ["", "Bearer x", "a\nb"])
def test_scheme_not_one_word_raises(scheme: str) -> None:
    with pytest.raises(errors.ConfigurationError, match="one word"):
        Credential(CANARY, scheme=scheme)


def test_credential_repr_and_pickle_hide_token() -> None:
    credential = Credential(CANARY)
    assert CANARY not in repr(credential)
    assert CANARY not in str(credential)
    assert repr(Credential.__new__(Credential)) == "Credential(unset **********)"
    for give_away in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            give_away(credential)
