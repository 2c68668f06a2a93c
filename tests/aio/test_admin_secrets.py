"""Errors formatted with local variables: no token in them, and no `repr` that fails."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import britive_scim
from britive_scim import AsyncAdminClient, RetryPolicy, admin
from britive_scim.aio.api_resource import AsyncAPIResource
from britive_scim.aio.provisioning import AsyncConnection
from britive_scim.errors import BritiveScimError, ConfigurationError, InputError
from support.each_value import each_value
from support.fake_admin_api import TOKEN, SmallTenant

PACKAGE = str(Path(britive_scim.__file__).parent)
INVALID_TOKEN = "s3cret c4nary"
VALID_TOKEN = "s3cretC4nary"


def format_error(error: BaseException) -> str:
    """Return an error as string, with the local variables of every frame of the package."""
    formatted = traceback.TracebackException.from_exception(error, capture_locals=True)
    seen, frames = [], [formatted]
    while frames:
        item = frames.pop()
        frames += [other for other in (item.__cause__, item.__context__) if other is not None]
        ours = [frame for frame in item.stack if frame.filename.startswith(PACKAGE)]
        assert ours
        for frame in ours:
            seen += [f"{name} = {value}" for name, value in (frame.locals or {}).items()]
    assert not any("repr() failed" in line for line in seen)
    return "\n".join([str(error), *seen])


def format_client_error(*arguments: Any, **options: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        AsyncAdminClient(*arguments, **options)
    return format_error(caught.value)


@pytest.mark.parametrize(
    ("tenant", "token", "options"),
    [
        ("acme", INVALID_TOKEN, {}),
        (INVALID_TOKEN, "acme", {}),
        ("acme", SecretStr(INVALID_TOKEN), {}),
        (SecretStr(INVALID_TOKEN), "acme", {}),
        (INVALID_TOKEN * 3, "acme", {}),
        (f"acme:{INVALID_TOKEN}", "acme", {}),
        (f"{INVALID_TOKEN}.{INVALID_TOKEN * 9}", "acme", {}),
        ("acme", VALID_TOKEN, {"auth_scheme": "Basic"}),
        ("acme", VALID_TOKEN, {"timeout": 0}),
        ("acme", VALID_TOKEN, {"base_url": "ftp://acme.example"}),
        ("acme", f"Bearer={VALID_TOKEN}", {}),
    ],
    ids=ascii,
)
def test_invalid_client_error_does_not_reveal_token(
    tenant: Any, token: Any, options: dict[str, Any]
) -> None:
    text = format_client_error(tenant, token, **options)
    assert "s3cret" not in text
    assert "nothing yet" in text


@pytest.mark.parametrize(
    "environment",
    [
        {"BRITIVE_TENANT": "acme", "BRITIVE_API_TOKEN": INVALID_TOKEN},
        {"BRITIVE_TENANT": INVALID_TOKEN, "BRITIVE_API_TOKEN": "acme"},
    ],
)
def test_from_env_error_does_not_reveal_token(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        AsyncAdminClient.from_env(environment)
    assert "s3cret" not in format_error(caught.value)


def test_missing_variable_error_does_not_reveal_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BRITIVE_API_TOKEN", VALID_TOKEN)
    monkeypatch.delenv("BRITIVE_TENANT", raising=False)
    with pytest.raises(ConfigurationError) as caught:
        AsyncAdminClient.from_env()
    assert "s3cret" not in format_error(caught.value)


@pytest.mark.parametrize("token", [INVALID_TOKEN, f" {INVALID_TOKEN}"])
async def test_set_up_invalid_token_sends_nothing_and_hides_it(
    token: str,
) -> None:
    tenant = SmallTenant()
    async with AsyncAdminClient("acme", TOKEN, transport=tenant) as britive:
        with pytest.raises(ConfigurationError, match="a space at position") as caught:
            await britive.set_up_provisioning("Okta", token=token)
        stored = format_error(caught.value)
        with pytest.raises(InputError):
            await britive.set_up_provisioning("Okta", token=5)
    assert tenant.sent == []
    assert "s3cret" not in stored


async def test_set_up_failure_does_not_reveal_token() -> None:
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta")
    tenant.tokens[okta["id"]] = {"id": "k1", "tokenExpirationDays": 9}
    tenant.replies[f"PATCH /api/identity-providers/{okta['id']}/scim-token"] = (400, None)
    once = RetryPolicy(attempts=1)
    async with AsyncAdminClient("acme", TOKEN, transport=tenant, retry=once) as britive:
        with pytest.raises(BritiveScimError) as caught:
            await britive.set_up_provisioning("Okta", token=VALID_TOKEN)
    assert "s3cret" not in format_error(caught.value)


@each_value(
    "kind", [AsyncAdminClient, AsyncConnection, AsyncAPIResource, admin.User, admin.AuditEvent]
)
def test_repr_of_uninitialized_object_does_not_fail(kind: Any) -> None:
    assert kind.__name__ in repr(kind.__new__(kind))
