"""No token is in what a formatter with local variables shows of an error, and every `repr` holds."""

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
from support.fake_admin_api import TOKEN, SmallTenant

HOUSE = str(Path(britive_scim.__file__).parent)
BAD = "s3cret c4nary"
GOOD = "s3cretC4nary"


def shown(error: BaseException) -> str:
    """Return an error with the local variables of every frame, that of the test apart."""
    formatted = traceback.TracebackException.from_exception(error, capture_locals=True)
    seen, frames = [], [formatted]
    while frames:
        one = frames.pop()
        frames += [other for other in (one.__cause__, one.__context__) if other is not None]
        ours = [frame for frame in one.stack if frame.filename.startswith(HOUSE)]
        assert ours
        for frame in ours:
            seen += [f"{name} = {value}" for name, value in (frame.locals or {}).items()]
    assert not any("repr() failed" in line for line in seen)
    return "\n".join([str(error), *seen])


def made(*arguments: Any, **options: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        AsyncAdminClient(*arguments, **options)
    return shown(caught.value)


@pytest.mark.parametrize(
    ("tenant", "token", "options"),
    [
        ("acme", BAD, {}),
        (BAD, "acme", {}),
        ("acme", SecretStr(BAD), {}),
        (SecretStr(BAD), "acme", {}),
        (BAD * 3, "acme", {}),
        (f"acme:{BAD}", "acme", {}),
        (f"{BAD}.{BAD * 9}", "acme", {}),
        ("acme", GOOD, {"auth_scheme": "Basic"}),
        ("acme", GOOD, {"timeout": 0}),
        ("acme", GOOD, {"base_url": "ftp://acme.example"}),
        ("acme", f"Bearer={GOOD}", {}),
    ],
    ids=ascii,
)
def test_a_client_that_is_refused_shows_no_token(
    tenant: Any, token: Any, options: dict[str, Any]
) -> None:
    text = made(tenant, token, **options)
    assert "s3cret" not in text
    assert "nothing yet" in text


@pytest.mark.parametrize(
    "environment",
    [
        {"BRITIVE_TENANT": "acme", "BRITIVE_API_TOKEN": BAD},
        {"BRITIVE_TENANT": BAD, "BRITIVE_API_TOKEN": "acme"},
    ],
)
def test_neither_does_one_of_the_environment(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        AsyncAdminClient.from_env(environment)
    assert "s3cret" not in shown(caught.value)


def test_a_missing_variable_leads_to_no_frame_with_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BRITIVE_API_TOKEN", GOOD)
    monkeypatch.delenv("BRITIVE_TENANT", raising=False)
    with pytest.raises(ConfigurationError) as caught:
        AsyncAdminClient.from_env()
    assert "s3cret" not in shown(caught.value)


@pytest.mark.parametrize("token", [BAD, f" {BAD}"])
async def test_a_set_up_with_an_unusable_token_sends_nothing_and_shows_it_to_nobody(
    token: str,
) -> None:
    tenant = SmallTenant()
    async with AsyncAdminClient("acme", TOKEN, transport=tenant) as britive:
        with pytest.raises(ConfigurationError, match="a space at position") as caught:
            await britive.set_up_provisioning("Okta", token=token)
        kept = shown(caught.value)
        with pytest.raises(InputError):
            await britive.set_up_provisioning("Okta", token=5)
    assert tenant.sent == []
    assert "s3cret" not in kept


async def test_a_set_up_that_fails_shows_no_token() -> None:
    tenant = SmallTenant()
    okta = tenant.add_provider("Okta")
    tenant.tokens[okta["id"]] = {"id": "k1", "tokenExpirationDays": 9}
    tenant.replies[f"PATCH /api/identity-providers/{okta['id']}/scim-token"] = (400, None)
    once = RetryPolicy(attempts=1)
    async with AsyncAdminClient("acme", TOKEN, transport=tenant, retry=once) as britive:
        with pytest.raises(BritiveScimError) as caught:
            await britive.set_up_provisioning("Okta", token=GOOD)
    assert "s3cret" not in shown(caught.value)


@pytest.mark.parametrize(
    "kind", [AsyncAdminClient, AsyncConnection, AsyncAPIResource, admin.User, admin.AuditEvent]
)
def test_what_is_not_made_yet_can_be_shown(kind: Any) -> None:
    assert kind.__name__ in repr(kind.__new__(kind))
