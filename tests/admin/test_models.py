"""Reading and writing the objects of the admin API."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta

import pydantic
import pytest

from britive_scim import admin
from britive_scim.errors import InvalidResource
from support.each_value import each_value

IDENTITY_PROVIDER = {
    "id": "1HhvrKWjoFPXvOcbJSDx",
    "name": "Okta",
    "description": None,
    "type": "SAML",
    "scimProvider": "Generic",
    "ssoProvider": "Generic",
    "scimEnabled": False,
    "samlMetadata": None,
    "ssoConfig": {
        "acsUrl": "https://acme.britive-app.com/sso/acs",
        "scimUrl": "https://acme.britive-app.com/api/scim/v2",
    },
    "mfaEnabled": False,
    "apiToken": None,
    "userAttributeScimMappings": [
        {
            "attributeId": "a1",
            "attributeName": "Username",
            "scimAttributeName": "userName",
            "identityProviderId": "1HhvrKWjoFPXvOcbJSDx",
            "builtIn": True,
        }
    ],
    "somethingNew": {"deep": [1]},
}


def test_identity_provider_reads_scim_url_and_mappings() -> None:
    idp = admin.IdentityProvider.from_wire(IDENTITY_PROVIDER)
    assert (idp.id, idp.name, idp.type) == ("1HhvrKWjoFPXvOcbJSDx", "Okta", "SAML")
    assert idp.scim_url == "https://acme.britive-app.com/api/scim/v2"
    assert idp.mappings[0].scim_attribute_name == "userName"
    assert idp.mappings[0].built_in is True
    assert idp.unread == ()


def test_unknown_fields_are_written_back() -> None:
    idp = admin.IdentityProvider.from_wire(IDENTITY_PROVIDER)
    wire = idp.to_wire()
    assert wire["somethingNew"] == {"deep": [1]}
    assert wire["ssoConfig"] == IDENTITY_PROVIDER["ssoConfig"]
    assert wire["userAttributeScimMappings"] == IDENTITY_PROVIDER["userAttributeScimMappings"]
    assert "description" not in wire


@each_value("config", [None, {}, {"scimUrl": None}, {"scimUrl": ""}, {"scimUrl": 5}])
def test_identity_provider_scim_url_missing_is_none(config: object) -> None:
    idp = admin.IdentityProvider.from_wire({"name": "Britive", "ssoConfig": config})
    assert idp.scim_url is None
    assert idp.mappings == []


def test_from_wire_reads_string_bytes_mapping_and_model() -> None:
    text = json.dumps(IDENTITY_PROVIDER)
    want = admin.IdentityProvider.from_wire(IDENTITY_PROVIDER)
    assert admin.IdentityProvider.from_wire(text) == want
    assert admin.IdentityProvider.from_wire(text.encode()) == want
    assert admin.IdentityProvider.from_wire(want) == want

    class Foreign(pydantic.BaseModel):
        name: str = "Okta"

    assert admin.IdentityProvider.from_wire(Foreign()).name == "Okta"


@each_value("data", ["[]", "nonsense", b"\xff", "3", ""])
def test_from_wire_not_an_object_raises(data: str | bytes) -> None:
    with pytest.raises(InvalidResource, match=r"data must be .*\(model Tag\)"):
        admin.Tag.from_wire(data)


def test_from_wire_bad_value_is_reported_as_unread() -> None:
    raw = {
        "userId": "u1",
        "username": "ana",
        "created": "yesterday",
        "external": "perhaps",
        "userTags": [{"userTagId": "t1", "userCount": "many"}, "not a tag", {"userTagId": "t2"}],
        "identityProvider": {"id": 7, "mfaEnabled": []},
    }
    user = admin.User.from_wire(raw)
    assert (user.id, user.username, user.created, user.external) == ("u1", "ana", None, None)
    assert [tag.id for tag in user.user_tags or []] == ["t1", "t2"]
    assert user.identity_provider is not None
    assert user.identity_provider.id == "7", "a number reads where text is meant"
    assert {item.path: item.raw for item in user.unread} == {
        "created": "yesterday",
        "external": "perhaps",
        "userTags[0].userCount": "many",
        "userTags[1]": "not a tag",
        "identityProvider.mfaEnabled": [],
    }
    assert all(item.reason for item in user.unread)
    assert user.to_wire() == {**raw, "identityProvider": {"id": "7", "mfaEnabled": []}}


def test_from_wire_value_of_other_shape_is_unchanged() -> None:
    user = admin.User.from_wire({"userId": "u1", "adminRoles": {"name": "TenantAdmin"}})
    assert user.admin_roles is None
    assert user.unread[0].location == ("adminRoles",)
    assert user.to_wire()["adminRoles"] == {"name": "TenantAdmin"}


@each_value(
    "text, moment",
    [
        ("2021-03-16T05:45:19Z", datetime(2021, 3, 16, 5, 45, 19, tzinfo=UTC)),
        ("2021-03-16T05:45:19.250+0200", datetime(2021, 3, 16, 3, 45, 19, 250000, tzinfo=UTC)),
        ("2018-10-22 18:34:58.0", datetime(2018, 10, 22, 18, 34, 58, tzinfo=UTC)),
    ],
)
def test_datetime_is_aware(text: str, moment: datetime) -> None:
    created = admin.Tag.from_wire({"created": text}).created
    assert created == moment
    assert created is not None
    assert created.tzinfo is not None


def test_datetime_is_written_in_documented_format() -> None:
    tag = admin.Tag.from_wire({"created": "2021-03-16T05:45:19Z"})
    assert tag.to_wire() == {"created": "2021-03-16T05:45:19Z"}


@each_value("value", ["20210316", "10", 5, "2021-13-16T05:45:19Z"])
def test_invalid_datetime_is_unread(value: object) -> None:
    assert admin.Tag.from_wire({"created": value}).created is None


@each_value("value", ["yes", "on", 1, "1"])
def test_boolean_of_other_type_is_unread(value: object) -> None:
    assert admin.Tag.from_wire({"external": value}).external is None
    assert admin.Tag.from_wire({"external": "True"}).external is True


def test_number_in_string_is_read() -> None:
    assert admin.Tag.from_wire({"userCount": "20"}).user_count == 20
    assert admin.Tag.from_wire({"userCount": True}).user_count is None


@each_value(
    "status, active",
    [("active", True), ("Active", True), ("Inactive", False), ("LOCKED", None), (None, None)],
)
def test_is_active_ignores_case_of_status(status: str | None, active: bool | None) -> None:
    for model in (admin.User, admin.Tag, admin.ScimToken):
        read = model.from_wire({"status": status})
        assert read.status == status
        assert read.is_active is active


def test_user_reads_both_name_forms() -> None:
    full = admin.User.from_wire({"userId": "u1", "username": "ana"})
    view = admin.User.from_wire({"id": "u1", "userName": "ana"})
    assert full == view
    assert view.to_wire() == {"userId": "u1", "username": "ana"}


def test_tag_reads_identity_providers_and_rules() -> None:
    tag = admin.Tag.from_wire(
        {
            "userTagId": "t1",
            "name": "Admins",
            "userTagIdentityProviders": [
                {"identityProvider": {"id": "i1", "name": "Okta"}, "externalId": None}
            ],
            "attributeCriteriaBeans": [{"attributeId": "a1", "operator": "is", "value": "x"}],
        }
    )
    assert tag.identity_providers is not None
    assert tag.identity_providers[0].identity_provider is not None
    assert tag.identity_providers[0].identity_provider.name == "Okta"
    assert tag.rules is not None
    assert tag.rules[0].operator == "is"
    assert "userTagIdentityProviders" in tag.to_wire()


def test_model_accepts_python_names_and_checks_types() -> None:
    attribute = admin.IdentityAttribute(name="costCode", data_type="String", multi_valued=False)
    assert attribute.to_wire() == {"name": "costCode", "dataType": "String", "multiValued": False}
    with pytest.raises(pydantic.ValidationError):
        admin.IdentityAttribute.model_validate({"multiValued": "perhaps"})


def test_models_are_immutable_and_comparable() -> None:
    tag = admin.Tag(name="Admins")
    with pytest.raises(pydantic.ValidationError):
        tag.name = "Others"  # pyright: ignore[reportAttributeAccessIssue]  # the test is that this is refused


def test_repr_omits_missing_fields() -> None:
    assert repr(admin.Tag(id="t1", name="Admins")) == "Tag(id='t1', name='Admins')"


def make_user(length: int) -> admin.User:
    return admin.User.from_wire(
        {
            "userId": "u1",
            "username": "ana",
            "name": "Ana" * length,
            "status": "active",
            "type": "User",
            "email": "ana@acme.com",
            "userTags": [{"userTagId": f"t{n}", "name": f"Tag {n}"} for n in range(length)],
            "identityProvider": {"id": "i1", "name": "Okta"},
            "apiToken": "s3cr3t",
        }
    )


def test_repr_of_user_is_short() -> None:
    assert repr(make_user(1)) == (
        "User(id='u1', username='ana', name='Ana', type='User', status='active')"
    )
    assert str(make_user(1)) == repr(make_user(1))
    assert len(repr(make_user(500))) < 200
    assert "s3cr3t" not in repr(make_user(1)) + str(make_user(1)) + make_user(1)._repr_html_()


def test_repr_of_identity_provider_omits_mappings() -> None:
    okta = admin.IdentityProvider.from_wire(
        {
            "id": "i1",
            "name": "<b>Okta</b>",
            "type": "SAML",
            "ssoConfig": {"scimUrl": "https://acme.britive-app.com/api/scim/v2"},
            "userAttributeScimMappings": [
                {"attributeName": "Mobile", "scimAttributeName": 'phoneNumbers[type eq "mobile"]'},
                {"attributeId": "a2"},
            ],
            "apiToken": {"token": "s3cr3t"},
        }
    )
    assert repr(okta) == "IdentityProvider(id='i1', name='<b>Okta</b>', type='SAML')"
    table = okta._repr_html_()
    assert "<td>mapping of Mobile</td><td>phoneNumbers[type eq &quot;mobile&quot;]</td>" in table
    assert "https://acme.britive-app.com/api/scim/v2" in table
    assert "<b>" not in table
    assert "s3cr3t" not in table
    assert "<caption>Identity provider </caption>" in admin.IdentityProvider()._repr_html_()


def test_repr_of_audit_event_names_actor_and_event() -> None:
    event = admin.AuditEvent.from_wire(
        {
            "timestamp": "2026-01-01T00:00:00Z",
            "actor": {"displayName": "Ana Diaz", "username": "ana"},
            "event": {"eventType": "User"},
            "target": {},
            "result": {"success": False},
        }
    )
    assert repr(event) == (
        "AuditEvent(timestamp='2026-01-01T00:00:00+00:00', actor='ana', event='User', result='False')"
    )
    assert "<td>displayName: Ana Diaz; username: ana</td>" in event._repr_html_()


def test_html_table_of_model_is_escaped() -> None:
    table = make_user(2)._repr_html_()
    assert table.startswith("<table><caption>User ana · AnaAna · active</caption>")
    assert "Tag(id=&#x27;t0&#x27;, name=&#x27;Tag 0&#x27;), Tag(" in table
    assert "<td>description</td>" not in table
    secret = admin.ScimToken.from_wire({"id": "k1", "token": "s3cr3t"})
    assert "s3cr3t" not in secret._repr_html_()
    assert "<i>" not in admin.Tag(name="<i>")._repr_html_()
    assert "identity_types" not in admin.IdentityAttribute(identity_types=[])._repr_html_()


class TestToken:
    secret = "s3cr3t-s3cr3t"

    @pytest.fixture
    def token(self) -> admin.ScimToken:
        return admin.ScimToken.from_wire(
            {
                "id": "k1",
                "type": "SCIM",
                "status": "Active",
                "tokenExpirationDays": 90,
                "createdOn": "2026-01-01T00:00:00Z",
                "token": self.secret,
            }
        )

    def test_token_is_a_secret(self, token: admin.ScimToken) -> None:
        assert token.token is not None
        assert token.token.get_secret_value() == self.secret
        shown = [repr(token), str(token), json.dumps(token.to_wire()), token.model_dump_json()]
        assert all(self.secret not in text for text in shown)

    def test_to_wire_writes_token_only_with_secrets(self, token: admin.ScimToken) -> None:
        assert token.to_wire(secrets=True)["token"] == self.secret
        assert "token" not in token.to_wire()

    def test_pickle_omits_token(self, token: admin.ScimToken) -> None:
        with pytest.raises(TypeError, match="secret"):
            pickle.dumps(token)
        known = token.model_copy(update={"token": None})
        assert pickle.loads(pickle.dumps(known)) == known

    def test_copy_has_token(self, token: admin.ScimToken) -> None:
        for other in (copy.copy(token), copy.deepcopy(token)):
            assert other == token

    def test_expiry_is_after_last_use(self, token: admin.ScimToken) -> None:
        created = datetime(2026, 1, 1, tzinfo=UTC)
        assert token.expiry == created + timedelta(days=90)
        used = token.model_copy(update={"last_accessed": created + timedelta(days=5)})
        assert used.expiry == created + timedelta(days=95)
        known = token.model_copy(update={"expires_on": created})
        assert known.expiry == created
        assert admin.ScimToken().expiry is None


def test_invalid_secret_is_not_in_error() -> None:
    token = admin.ScimToken.from_wire({"token": ["hidden"]})
    assert token.token is None
    assert "hidden" not in repr(token)


def test_missing_required_field_error_hides_values() -> None:
    with pytest.raises(InvalidResource, match="attributeId") as caught:
        admin.MappingChange.from_wire({"op": "add", "scimAttributeName": "hidden"})
    assert "hidden" not in str(caught.value)
