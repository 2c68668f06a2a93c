"""A new tenant: its content and its repr."""

import pickle

from britive_scim.testing import Tenant
from support.tenant_callers import Caller


def test_tenant_base_url_follows_name() -> None:
    assert Tenant().base_url == "https://acme.britive-app.com"
    assert Tenant(name="globex").base_url == "https://globex.britive-app.com"
    assert Tenant(base_url="http://127.0.0.1:8000/").base_url == "http://127.0.0.1:8000"


def test_tenant_new_has_three_identity_providers(tenant: Tenant, admin: Caller) -> None:
    assert list(tenant.identity_providers) == ["Britive", "Okta", "Entra"]
    assert len(tenant.identity_providers) == 3
    shown = {idp["name"]: idp for idp in admin.get("/identity-providers").json()}
    assert {name: (idp["type"], idp["scimProvider"]) for name, idp in shown.items()} == {
        "Britive": ("DEFAULT", "Generic"),
        "Okta": ("SAML", "Generic"),
        "Entra": ("SAML", "Azure"),
    }
    assert shown["Britive"]["ssoConfig"] is None
    assert shown["Okta"]["ssoConfig"]["scimUrl"] == "https://acme.britive-app.com/api/scim/v2"


def test_identity_providers_are_found_by_name(tenant: Tenant) -> None:
    okta = tenant.identity_providers["Okta"]
    assert okta.name == "Okta"
    assert okta.scim_url == "https://acme.britive-app.com/api/scim/v2"
    assert len(okta.id) == 20
    assert okta.id.isalnum()
    assert "Ping" not in tenant.identity_providers


def test_api_token_is_shorter_than_vendor_limit(tenant: Tenant) -> None:
    assert len(tenant.api_token.get_secret_value()) < 50


def test_repr_contains_no_token(tenant: Tenant, okta: Caller) -> None:
    okta.get("/Users")
    secrets = [
        tenant.api_token.get_secret_value(),
        tenant.identity_providers["Okta"].scim_token.get_secret_value(),
    ]
    provider = tenant._context.state.providers[tenant.identity_providers["Okta"].id]
    shown = [
        repr(tenant),
        repr(tenant.identity_providers["Okta"]),
        repr(tenant.requests),
        repr(tenant.requests[-1]),
        str(tenant.requests),
        str(dict(tenant.requests[-1].request_headers)),
        repr(provider.token),
        repr(provider),
    ]
    assert not [text for text in shown for secret in secrets if secret in text]
    assert not [
        secret for secret in secrets if secret.encode() in pickle.dumps(tenant.requests[-1])
    ]


def test_two_tenants_have_separate_state() -> None:
    one, other = Tenant(), Tenant()
    one.identity_providers["Okta"].add_user({"userName": "ada"})
    assert len(one.identity_providers["Okta"].users) == 1
    assert other.identity_providers["Okta"].users == []
    assert one.api_token != other.api_token
    assert one.identity_providers["Okta"].id != other.identity_providers["Okta"].id


def test_seed_repeats_ids_but_not_tokens() -> None:
    one, other = Tenant(seed=7), Tenant(seed=7)
    assert one.identity_providers["Okta"].id == other.identity_providers["Okta"].id
    assert one.api_token != other.api_token


def test_tenant_repr_counts_users_and_tags(tenant: Tenant) -> None:
    tenant.identity_providers["Okta"].add_user({"userName": "ada"})
    assert repr(tenant) == "<Tenant https://acme.britive-app.com: 1 user, 0 tags>"
    assert repr(tenant.identity_providers["Okta"]) == "<TenantIdentityProvider Okta>"
