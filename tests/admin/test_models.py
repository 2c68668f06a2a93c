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


def test_an_identity_provider_reads_with_its_address_and_mappings() -> None:
    idp = admin.IdentityProvider.from_wire(IDENTITY_PROVIDER)
    assert (idp.id, idp.name, idp.type) == ("1HhvrKWjoFPXvOcbJSDx", "Okta", "SAML")
    assert idp.scim_url == "https://acme.britive-app.com/api/scim/v2"
    assert idp.mappings[0].scim_attribute_name == "userName"
    assert idp.mappings[0].built_in is True
    assert idp.unread == ()


def test_what_is_unknown_is_kept_and_written_back() -> None:
    idp = admin.IdentityProvider.from_wire(IDENTITY_PROVIDER)
    wire = idp.to_wire()
    assert wire["somethingNew"] == {"deep": [1]}
    assert wire["ssoConfig"] == IDENTITY_PROVIDER["ssoConfig"]
    assert wire["userAttributeScimMappings"] == IDENTITY_PROVIDER["userAttributeScimMappings"]
    assert "description" not in wire


@pytest.mark.parametrize("config", [None, {}, {"scimUrl": None}, {"scimUrl": ""}, {"scimUrl": 5}])
def test_an_identity_provider_without_a_scim_url_says_none(config: object) -> None:
    idp = admin.IdentityProvider.from_wire({"name": "Britive", "ssoConfig": config})
    assert idp.scim_url is None
    assert idp.mappings == []


def test_text_bytes_mappings_and_models_are_read_alike() -> None:
    text = json.dumps(IDENTITY_PROVIDER)
    want = admin.IdentityProvider.from_wire(IDENTITY_PROVIDER)
    assert admin.IdentityProvider.from_wire(text) == want
    assert admin.IdentityProvider.from_wire(text.encode()) == want
    assert admin.IdentityProvider.from_wire(want) == want

    class Foreign(pydantic.BaseModel):
        name: str = "Okta"

    assert admin.IdentityProvider.from_wire(Foreign()).name == "Okta"


@pytest.mark.parametrize("data", ["[]", "nonsense", b"\xff", "3", ""])
def test_what_is_no_object_is_refused(data: str | bytes) -> None:
    with pytest.raises(InvalidResource, match="cannot be read as Tag"):
        admin.Tag.from_wire(data)


def test_one_bad_value_costs_that_value_and_not_the_record() -> None:
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


def test_a_value_of_another_shape_is_kept_whole() -> None:
    user = admin.User.from_wire({"userId": "u1", "adminRoles": {"name": "TenantAdmin"}})
    assert user.admin_roles is None
    assert user.unread[0].location == ("adminRoles",)
    assert user.to_wire()["adminRoles"] == {"name": "TenantAdmin"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-03-16T05:45:19Z", datetime(2021, 3, 16, 5, 45, 19, tzinfo=UTC)),
        ("2021-03-16T05:45:19.250+0200", datetime(2021, 3, 16, 3, 45, 19, 250000, tzinfo=UTC)),
        ("2018-10-22 18:34:58.0", datetime(2018, 10, 22, 18, 34, 58, tzinfo=UTC)),
    ],
)
def test_date_times_are_aware(text: str, moment: datetime) -> None:
    created = admin.Tag.from_wire({"created": text}).created
    assert created == moment
    assert created is not None
    assert created.tzinfo is not None


def test_date_times_are_written_as_they_are_documented() -> None:
    tag = admin.Tag.from_wire({"created": "2021-03-16T05:45:19Z"})
    assert tag.to_wire() == {"created": "2021-03-16T05:45:19Z"}


@pytest.mark.parametrize("value", ["20210316", "10", 5, "2021-13-16T05:45:19Z"])
def test_what_is_no_date_time_is_not_made_one(value: object) -> None:
    assert admin.Tag.from_wire({"created": value}).created is None


@pytest.mark.parametrize("value", ["yes", "on", 1, "1"])
def test_only_true_and_false_are_booleans(value: object) -> None:
    assert admin.Tag.from_wire({"external": value}).external is None
    assert admin.Tag.from_wire({"external": "True"}).external is True


def test_a_number_sent_as_text_reads_and_a_boolean_does_not() -> None:
    assert admin.Tag.from_wire({"userCount": "20"}).user_count == 20
    assert admin.Tag.from_wire({"userCount": True}).user_count is None


@pytest.mark.parametrize(
    ("status", "active"),
    [("active", True), ("Active", True), ("Inactive", False), ("LOCKED", None), (None, None)],
)
def test_statuses_are_open_and_read_in_either_case(status: str | None, active: bool | None) -> None:
    for model in (admin.User, admin.Tag, admin.ScimToken):
        read = model.from_wire({"status": status})
        assert read.status == status
        assert read.is_active is active


def test_a_user_reads_in_both_spellings() -> None:
    full = admin.User.from_wire({"userId": "u1", "username": "ana"})
    view = admin.User.from_wire({"id": "u1", "userName": "ana"})
    assert full == view
    assert view.to_wire() == {"userId": "u1", "username": "ana"}


def test_a_tag_reads_with_its_identity_providers_and_rules() -> None:
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


def test_models_are_made_by_their_python_names_and_refuse_what_does_not_fit() -> None:
    attribute = admin.IdentityAttribute(name="costCode", data_type="String", multi_valued=False)
    assert attribute.to_wire() == {"name": "costCode", "dataType": "String", "multiValued": False}
    with pytest.raises(pydantic.ValidationError):
        admin.IdentityAttribute.model_validate({"multiValued": "perhaps"})


def test_models_are_values() -> None:
    tag = admin.Tag(name="Admins")
    with pytest.raises(pydantic.ValidationError):
        tag.name = "Others"  # pyright: ignore[reportAttributeAccessIssue]  # the test is that this is refused


def test_a_repr_is_one_line_without_what_is_missing() -> None:
    assert repr(admin.Tag(id="t1", name="Admins")) == "Tag(id='t1', name='Admins')"


def user_of(length: int) -> admin.User:
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


def test_a_repr_says_in_one_short_line_what_matters() -> None:
    assert repr(user_of(1)) == (
        "User(id='u1', username='ana', name='Ana', type='User', status='active')"
    )
    assert str(user_of(1)) == repr(user_of(1))
    assert len(repr(user_of(500))) < 200
    assert "s3cr3t" not in repr(user_of(1)) + str(user_of(1)) + user_of(1)._repr_html_()


def test_a_repr_of_an_identity_provider_leaves_its_mappings_to_the_table() -> None:
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


def test_a_repr_of_an_event_says_who_did_what() -> None:
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


def test_every_model_has_a_table_with_its_text_escaped() -> None:
    table = user_of(2)._repr_html_()
    assert table.startswith("<table><caption>User</caption>")
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

    def test_is_a_secret(self, token: admin.ScimToken) -> None:
        assert token.token is not None
        assert token.token.get_secret_value() == self.secret
        shown = [repr(token), str(token), json.dumps(token.to_wire()), token.model_dump_json()]
        assert all(self.secret not in text for text in shown)

    def test_is_written_only_when_asked(self, token: admin.ScimToken) -> None:
        assert token.to_wire(secrets=True)["token"] == self.secret
        assert "token" not in token.to_wire()

    def test_is_not_pickled_with_its_secret(self, token: admin.ScimToken) -> None:
        with pytest.raises(TypeError, match="secret"):
            pickle.dumps(token)
        known = token.model_copy(update={"token": None})
        assert pickle.loads(pickle.dumps(known)) == known

    def test_copies_keep_it(self, token: admin.ScimToken) -> None:
        for other in (copy.copy(token), copy.deepcopy(token)):
            assert other == token

    def test_ends_its_validity_after_the_last_use(self, token: admin.ScimToken) -> None:
        made = datetime(2026, 1, 1, tzinfo=UTC)
        assert token.expiry == made + timedelta(days=90)
        used = token.model_copy(update={"last_accessed": made + timedelta(days=5)})
        assert used.expiry == made + timedelta(days=95)
        known = token.model_copy(update={"expires_on": made})
        assert known.expiry == made
        assert admin.ScimToken().expiry is None


def test_a_bad_secret_is_not_shown_in_the_error() -> None:
    token = admin.ScimToken.from_wire({"token": ["hidden"]})
    assert token.token is None
    assert "hidden" not in repr(token)


def test_a_record_that_lacks_what_it_must_have_is_refused_without_showing_it() -> None:
    with pytest.raises(InvalidResource, match="attributeId") as caught:
        admin.MappingChange.from_wire({"op": "add", "scimAttributeName": "hidden"})
    assert "hidden" not in str(caught.value)
