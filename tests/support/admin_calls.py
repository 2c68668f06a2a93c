"""Table of the operations of the admin client: the call, and the expected request.

Each row has the dotted name on the client, the arguments and the request. The rows are our own reading of the
published API, and are compared with the requests of the client.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from britive_scim import admin


def resource_of(method: str) -> str:
    """Return the API resource of a method: `tags.members` for `tags.members.add`, `client` for `banner`."""
    return method.rpartition(".")[0] or "client"


@dataclass(frozen=True)
class Call:
    """One call and its expected request."""

    name: str
    line: str
    args: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    reply: Any = field(default_factory=lambda: {"id": "1"})
    reads: dict[str, Any] = field(default_factory=dict)
    """Responses to the requests that come before."""

    @property
    def id(self) -> str:
        return f"{self.name} {self.options}" if self.options else self.name

    @property
    def resource(self) -> str:
        return resource_of(self.name)


def store_secret(secret: object) -> None:
    """Accept a new secret, like a vault."""


ATTRIBUTES = [
    {
        "id": "a1",
        "name": "Department",
        "dataType": "String",
        "builtIn": False,
        "multiValued": False,
    },
    {"id": "a2", "name": "badges", "dataType": "Number", "builtIn": False, "multiValued": True},
]
READ_ATTRIBUTES = {"GET /api/users/attributes": ATTRIBUTES}
SECRET = {"id": "k1", "token": "s3cr3t"}
IDP = admin.IdentityProvider(id="i1", name="Okta")
USER = admin.User(id="u1", username="ana")
TAG = admin.Tag(id="t1", name="Doors")
PAGE = {"page": "0", "size": "1"}
QUERY = {"filter": 'name co "D"', "search": "ana", "sort": "name,asc"}
SENT_QUERY = {"filter": 'name co "D"', "searchText": "ana", "sort": "name,asc"}
RULE = {"attributeId": "a1", "operator": "is", "value": "Sales"}
BOUNDARY = hashlib.sha256(b"<EntityDescriptor/>").hexdigest()
OIDC = admin.WorkloadProvider(name="ci", idp_type="OIDC", issuer_url="https://ci.example")

CALLS = [
    # identity providers
    Call("identity_providers.list", "GET /api/identity-providers", reply=[]),
    Call(
        "identity_providers.find_by_name",
        "GET /api/identity-providers",
        ("Okta",),
        query={"name": "Okta"},
    ),
    Call(
        "identity_providers.get_by_name",
        "GET /api/identity-providers",
        ("Okta",),
        query={"name": "Okta"},
        reply={"id": "i1", "name": "Okta"},
    ),
    Call("identity_providers.get", "GET /api/identity-providers/i1", (IDP,)),
    Call(
        "identity_providers.create",
        "POST /api/identity-providers",
        ("Okta",),
        {"description": "HR"},
        body={"name": "Okta", "description": "HR", "type": "SAML"},
    ),
    Call(
        "identity_providers.update",
        "PATCH /api/identity-providers/i1",
        (IDP,),
        {"sso_provider": "Azure"},
        body={"name": "Okta", "scimProvider": "Generic", "ssoProvider": "Azure"},
        reads={"GET /api/identity-providers/i1": {"name": "Okta", "scimProvider": "Generic"}},
    ),
    Call("identity_providers.delete", "DELETE /api/identity-providers/i1", (IDP,)),
    Call("identity_providers.types", "GET /api/identity-providers/types"),
    Call(
        "identity_providers.set_mfa",
        "PATCH /api/identity-providers/i1/mfa",
        (IDP,),
        {"enabled": True, "root_user": False},
        body={"mfaEnabled": True, "mfaRootUserEnabled": False},
    ),
    Call(
        "identity_providers.saml_metadata.upload",
        "PATCH /api/identity-providers/i1/saml-metadata",
        (IDP, "<EntityDescriptor/>"),
        body=(
            f"--{BOUNDARY}\r\n"
            'Content-Disposition: form-data; name="file"; filename="file.xml"\r\n'
            "Content-Type: text/xml\r\n\r\n"
            f"<EntityDescriptor/>\r\n--{BOUNDARY}--\r\n"
        ).encode(),
        reply={"certificateDn": "CN=Okta"},
    ),
    Call(
        "identity_providers.signing_certificate",
        "GET /api/identity-providers/signing-certificate",
        reply=b"-----BEGIN CERTIFICATE-----",
    ),
    Call("identity_providers.password_policy.get", "GET /api/identity-providers/password-policy"),
    Call(
        "identity_providers.password_policy.replace",
        "POST /api/identity-providers/password-policy",
        (
            admin.PasswordPolicy(
                min_length=12,
                account_lockout_policy=admin.AccountLockoutPolicy(lockout_duration_in_minutes=5),
            ),
        ),
        body={"minLength": 12, "accountLockoutPolicy": {"lockoutDurationInMinutes": 5}},
    ),
    # SCIM token
    Call(
        "identity_providers.scim_token.create",
        "POST /api/identity-providers/i1/scim-token",
        (IDP,),
        {"days": 30},
        body={"tokenExpirationDays": 30},
        reply=SECRET,
    ),
    Call("identity_providers.scim_token.get", "GET /api/identity-providers/i1/scim-token", (IDP,)),
    Call("identity_providers.scim_token.find", "GET /api/identity-providers/i1/scim-token", (IDP,)),
    Call(
        "identity_providers.scim_token.update",
        "PATCH /api/identity-providers/i1/scim-token",
        (IDP,),
        {"days": 30},
        body={"tokenExpirationDays": 30},
    ),
    # mappings
    Call("identity_providers.mappings.list", "GET /api/identity-providers/i1", (IDP,)),
    Call(
        "identity_providers.mappings.list_unmapped",
        "GET /api/users/attributes",
        (IDP,),
        reads={"GET /api/identity-providers/i1": {"id": "i1"}},
        reply=[],
    ),
    Call(
        "identity_providers.mappings.scim_attributes",
        "GET /api/identity-providers/scim-attributes",
        reply=["userName"],
    ),
    Call(
        "identity_providers.mappings.add",
        "PATCH /api/identity-providers/i1/scim-attribute-mappings",
        (IDP, "Department", "title"),
        body=[
            {
                "op": "add",
                "attributeId": "a1",
                "attributeName": "Department",
                "scimAttributeName": "title",
            }
        ],
        reads=READ_ATTRIBUTES,
    ),
    Call(
        "identity_providers.mappings.remove",
        "PATCH /api/identity-providers/i1/scim-attribute-mappings",
        (IDP, "Department"),
        body=[
            {
                "op": "remove",
                "attributeId": "a1",
                "attributeName": "Department",
                "scimAttributeName": "title",
            }
        ],
        reads={
            "GET /api/identity-providers/i1": {
                "userAttributeScimMappings": [
                    {
                        "attributeId": "a1",
                        "attributeName": "Department",
                        "scimAttributeName": "title",
                    }
                ]
            }
        },
    ),
    # identity attributes
    Call(
        "identity_attributes.list",
        "GET /api/users/attributes",
        options={"identity_type": "User"},
        query={"type": "User"},
        reply=[],
    ),
    Call("identity_attributes.find_by_name", "GET /api/users/attributes", ("x",), reply=[]),
    Call("identity_attributes.get", "GET /api/users/attributes/a1", ("a1",)),
    Call(
        "identity_attributes.create",
        "POST /api/users/attributes",
        ("hired",),
        {"data_type": "Date"},
        body={
            "name": "hired",
            "description": "hired",
            "dataType": "Date",
            "multiValued": False,
            "identityTypes": ["User"],
        },
    ),
    Call(
        "identity_attributes.update",
        "PATCH /api/users/attributes/a1",
        ("a1",),
        {"description": "Team", "identity_types": ["User", "AIIdentity"]},
        body={
            "name": "Department",
            "description": "Team",
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User", "AIIdentity"],
        },
        reads={"GET /api/users/attributes/a1": ATTRIBUTES[0]},
    ),
    Call("identity_attributes.delete", "DELETE /api/users/attributes/a1", ("a1",)),
    Call("identity_attributes.data_types", "GET /api/users/attributes/data-types"),
    Call(
        "identity_attributes.identity_types",
        "GET /api/users/attributes/identity-types",
        reply=["User"],
    ),
    Call("identity_attributes.list_readable", "GET /api/access/users/attributes", reply=[]),
    # users
    Call("users.list", "GET /api/users", query={"type": "User", **PAGE}),
    Call("users.get", "GET /api/users/u1", (USER,)),
    Call(
        "users.find_by_username",
        "GET /api/users",
        ("ana",),
        query={"filter": 'username eq "ana"'},
    ),
    Call(
        "users.create",
        "POST /api/users",
        ("ana",),
        {
            "email": "ana@acme.com",
            "first_name": "Ana",
            "last_name": "Diaz",
            "identity_provider": IDP,
            "password": "Secret-1234",
            "share_password_to_user": True,
            "email_list": ["hr@acme.com"],
            "mobile": "1",
            "phone": "2",
            "admin_roles": ["Auditor"],
            "relationships": {"owners": [admin.Relationship(related_entity_id="u2")]},
        },
        body={
            "type": "User",
            "username": "ana",
            "email": "ana@acme.com",
            "firstName": "Ana",
            "lastName": "Diaz",
            "status": "active",
            "identityProvider": {"id": "i1"},
            "password": "Secret-1234",
            "sharePasswordToUser": True,
            "emailList": ["hr@acme.com"],
            "mobile": "1",
            "phone": "2",
            "adminRoles": [{"name": "Auditor"}],
            "relationships": {"owners": [{"relatedEntityId": "u2"}]},
        },
    ),
    Call(
        "users.update",
        "PATCH /api/users/u1",
        (USER,),
        {"mobile": "1"},
        body={"type": "User", "username": "ana", "email": "ana@acme.com", "mobile": "1"},
        reads={"GET /api/users/u1": {"username": "ana", "email": "ana@acme.com"}},
    ),
    Call("users.delete", "DELETE /api/users/u1", (USER,)),
    Call("users.enable", "POST /api/users/u1/enabled-statuses", (USER,)),
    Call("users.disable", "POST /api/users/u1/disabled-statuses", (USER,)),
    Call(
        "users.enable_many", "POST /api/users/enabled-statuses", ([USER, "u2"],), body=["u1", "u2"]
    ),
    Call("users.disable_many", "POST /api/users/disabled-statuses", ([USER],), body=["u1"]),
    Call(
        "users.reset_password",
        "POST /api/users/u1/resetpassword",
        (USER, "Secret-1234"),
        {"share_password_to_user": True, "recipients": ["hr@acme.com"]},
        body={
            "password": "Secret-1234",
            "sharePasswordToUser": True,
            "recipients": ["hr@acme.com"],
        },
    ),
    Call("users.reset_mfa", "PATCH /api/users/u1/resetmfa", (USER,)),
    Call("users.list_by_tag", "GET /api/users/by-tag/t1", (TAG,), query=PAGE),
    Call("users.subordinates", "GET /api/access/users/u1/subordinates", (USER,), query=PAGE),
    Call("users.list_minimized", "POST /api/users/minimized-user-details", ([USER],), body=["u1"]),
    Call("users.custom_attributes.list", "GET /api/users/u1/custom-attributes", (USER,), reply=[]),
    Call("users.custom_attributes.get", "GET /api/users/u1/custom-attributes", (USER,), reply=[]),
    Call(
        "users.custom_attributes.update",
        "PATCH /api/users/u1/custom-attributes",
        (USER, {"Department": "Sales", "badges": ["1", "2"]}),
        body=[
            {"op": "remove", "customUserAttribute": {"attributeId": "a1", "attributeValue": "HR"}},
            {"op": "add", "customUserAttribute": {"attributeId": "a1", "attributeValue": "Sales"}},
            {"op": "add", "customUserAttribute": {"attributeId": "a2", "attributeValue": "2"}},
        ],
        reads={
            **READ_ATTRIBUTES,
            "GET /api/users/u1/custom-attributes": [
                {"attributeId": "a1", "attributeValue": "HR"},
                {"attributeId": "a2", "attributeValue": "1"},
            ],
        },
    ),
    # service identities
    Call("service_identities.list", "GET /api/users", query={"type": "ServiceIdentity", **PAGE}),
    Call("service_identities.get", "GET /api/users/u1", (USER,), query={"type": "ServiceIdentity"}),
    Call(
        "service_identities.create",
        "POST /api/users",
        ("ci",),
        {"description": "Builds"},
        body={"type": "ServiceIdentity", "name": "ci", "description": "Builds", "status": "active"},
    ),
    Call(
        "service_identities.create",
        "POST /api/users",
        ("helper",),
        {
            "description": "Helps",
            "identity_type": "AIIdentity",
            "business_use": "Support",
            "job_function": "Answers",
            "category": "Agent",
            "relationships": {"owners": [admin.Relationship(related_entity_id="u2")]},
        },
        body={
            "type": "AIIdentity",
            "name": "helper",
            "description": "Helps",
            "status": "active",
            "businessUse": "Support",
            "jobFunction": "Answers",
            "category": "Agent",
            "relationships": {"owners": [{"relatedEntityId": "u2"}]},
        },
    ),
    Call(
        "service_identities.update",
        "PATCH /api/users/u1",
        (USER,),
        {"description": "Tests"},
        body={"type": "ServiceIdentity", "roleName": "", "name": "ci", "description": "Tests"},
        reads={"GET /api/users/u1": {"name": "ci"}},
    ),
    Call("service_identities.delete", "DELETE /api/users/u1", (USER,)),
    Call("service_identities.enable", "POST /api/users/u1/enabled-statuses", (USER,)),
    Call("service_identities.disable", "POST /api/users/u1/disabled-statuses", (USER,)),
    Call(
        "service_identities.token.create",
        "POST /api/users/u1/tokens",
        (USER,),
        {"days": 7},
        body={"tokenExpirationDays": 7},
        reply=SECRET,
    ),
    Call("service_identities.token.get", "GET /api/users/u1/tokens", (USER,)),
    Call("service_identities.token.find", "GET /api/users/u1/tokens", (USER,)),
    Call(
        "service_identities.token.update",
        "PATCH /api/users/u1/tokens",
        (USER,),
        {"days": 7},
        body={"tokenExpirationDays": 7},
    ),
    Call(
        "service_identities.custom_attributes.list",
        "GET /api/users/u1/custom-attributes",
        (USER,),
        reply=[],
    ),
    Call(
        "service_identities.custom_attributes.get",
        "GET /api/users/u1/custom-attributes",
        (USER,),
        reply=[],
    ),
    Call(
        "service_identities.custom_attributes.update",
        "PATCH /api/users/u1/custom-attributes",
        (USER, {"Department": "Sales"}),
        body=[
            {"op": "add", "customUserAttribute": {"attributeId": "a1", "attributeValue": "Sales"}}
        ],
        reads={**READ_ATTRIBUTES, "GET /api/users/u1/custom-attributes": []},
    ),
    # tags
    Call(
        "tags.list",
        "GET /api/user-tags",
        options={"filter": admin.where("name").co("D"), "sort": "name,asc"},
        query={"filter": 'name co "D"', "sort": "name,asc", **PAGE},
    ),
    Call("tags.get", "GET /api/user-tags/t1", (TAG,)),
    Call(
        "tags.find_by_name",
        "GET /api/user-tags",
        ("Doors",),
        query={"filter": 'name eq "Doors"', "page": "0", "size": "100"},
        reply=[],
    ),
    Call(
        "tags.create",
        "POST /api/user-tags",
        ("Doors",),
        {"description": "Keys", "identity_providers": [IDP], "external": True},
        body={
            "name": "Doors",
            "description": "Keys",
            "external": True,
            "userTagIdentityProviders": [{"identityProvider": {"id": "i1"}}],
        },
    ),
    Call("tags.update", "PATCH /api/user-tags/t1", (TAG,), {"name": "New"}, body={"name": "New"}),
    Call(
        "tags.set_owners",
        "PATCH /api/user-tags",
        (TAG,),
        {"users": [USER], "tags": ["t2"]},
        body={
            "userTagId": "t1",
            "relationships": {
                "owners": [
                    {"relatedEntityId": "u1", "relatedEntityType": "User"},
                    {"relatedEntityId": "t2", "relatedEntityType": "Tag"},
                ]
            },
        },
    ),
    Call("tags.delete", "DELETE /api/user-tags/t1", (TAG,)),
    Call("tags.enable", "POST /api/user-tags/t1/enabled-statuses", (TAG,)),
    Call("tags.disable", "POST /api/user-tags/t1/disabled-statuses", (TAG,)),
    Call("tags.list_minimized", "POST /api/user-tags/minimized-tag-details", ([TAG],), body=["t1"]),
    Call(
        "tags.set_members",
        "POST /api/user-tags/t1/users/u1",
        (TAG, [USER]),
        reads={"GET /api/user-tags/t1/users": []},
    ),
    Call(
        "tags.members.list",
        "GET /api/user-tags/t1/users",
        (TAG,),
        {"dynamic": True, "search": "ana"},
        query={"fetchDynamicallyAssignedUsers": "true", "searchText": "ana", **PAGE},
    ),
    Call(
        "tags.members.list_available",
        "GET /api/user-tags/t1/users",
        (TAG,),
        query={"filter": "available", **PAGE},
    ),
    Call(
        "tags.members.get",
        "GET /api/user-tags/t1/users/u1",
        (TAG, USER),
        query={"filter": "assigned"},
    ),
    Call("tags.members.add", "POST /api/user-tags/t1/users/u1", (TAG, USER)),
    Call("tags.members.remove", "DELETE /api/user-tags/t1/users/u1", (TAG, USER)),
    Call(
        "tags.members.set",
        "DELETE /api/user-tags/t1/users/u9",
        (TAG, []),
        reads={"GET /api/user-tags/t1/users": [{"userId": "u9"}]},
    ),
    Call("tags.rules.list", "GET /api/user-tags/t1/attribute-criteria", (TAG,), reply=[]),
    Call(
        "tags.rules.add",
        "POST /api/user-tags/t1/attribute-criteria",
        (TAG, [("Department", "is", "Sales")]),
        body=[RULE],
        reply=[RULE],
        reads=READ_ATTRIBUTES,
    ),
    Call(
        "tags.rules.replace",
        "PATCH /api/user-tags/t1/attribute-criteria",
        (TAG, [admin.MembershipRule(attribute_id="a1", operator="is", value="Sales")]),
        body=[RULE],
    ),
    Call(
        "tags.rules.list_matched_users", "GET /api/user-tags/t1/matched-users", (TAG,), query=PAGE
    ),
    Call(
        "tags.rules.preview",
        "POST /api/user-tags/tag-attributes/matched-users",
        ([("Department", "is", "Sales")],),
        body=[RULE],
        query={"page": "0", "size": "100"},
        reads=READ_ATTRIBUTES,
    ),
    # tags the caller owns
    Call("my_tags.list", "GET /api/access/user-tags/my-managed-tags", query=PAGE),
    Call("my_tags.get", "GET /api/access/user-tags/t1", (TAG,)),
    Call(
        "my_tags.member_views",
        "GET /api/access/user-tags/t1/members",
        (TAG,),
        {"dynamic": True},
        query={"fetchDynamicallyAssignedUsers": "true"},
        reply=[],
    ),
    Call("my_tags.members", "GET /api/access/user-tags/t1/users", (TAG,), query=PAGE),
    Call(
        "my_tags.list_available", "GET /api/access/user-tags/t1/available-users", (TAG,), query=PAGE
    ),
    Call(
        "my_tags.requested_memberships",
        "GET /api/access/user-tags/t1/requested-memberships",
        (TAG,),
        query=PAGE,
    ),
    Call("my_tags.add_member", "POST /api/access/user-tags/t1/users/u1", (TAG, USER)),
    Call("my_tags.remove_member", "DELETE /api/access/user-tags/t1/users/u1", (TAG, USER)),
    Call(
        "my_tags.remove_requested_membership",
        "DELETE /api/access/user-tags/t1/requested-memberships/u1",
        (TAG, USER),
    ),
    Call("my_tags.rules.list", "GET /api/access/user-tags/t1/attribute-criteria", (TAG,), reply=[]),
    Call(
        "my_tags.rules.add",
        "POST /api/access/user-tags/t1/attribute-criteria",
        (TAG, [("Department", "is", "Sales")]),
        body=[RULE],
        reply=[RULE],
        reads={"GET /api/access/users/attributes": ATTRIBUTES},
    ),
    Call(
        "my_tags.rules.replace",
        "PATCH /api/access/user-tags/t1/attribute-criteria",
        (TAG, []),
        body=[],
    ),
    Call(
        "my_tags.rules.list_matched_users",
        "GET /api/access/user-tags/t1/matched-users",
        (TAG,),
        query=PAGE,
    ),
    # requests
    Call("access_requests.settings", "GET /api/user-tags/access-request-settings"),
    Call(
        "access_requests.create_settings",
        "POST /api/user-tags/access-request-settings",
        (
            admin.AccessRequestSettings(
                allow_access_request=True,
                manager_approval=admin.ManagerApproval(required=True, condition="Any"),
            ),
        ),
        body={
            "allowAccessRequest": True,
            "managerApproval": {"required": True, "condition": "Any"},
        },
    ),
    Call(
        "access_requests.update_settings",
        "PATCH /api/user-tags/access-request-settings",
        (admin.AccessRequestSettings(allow_access_request=False),),
        body={"allowAccessRequest": False},
    ),
    Call(
        "access_requests.memberships",
        "GET /api/user-tags/t1/requested-memberships",
        (TAG,),
        query=PAGE,
    ),
    Call(
        "access_requests.remove_membership",
        "DELETE /api/user-tags/t1/requested-memberships/u1",
        (TAG, USER),
    ),
    # API tokens
    Call("api_tokens.list", "GET /api/token", reply=[]),
    Call("api_tokens.get", "GET /api/token/k1", ("k1",)),
    Call(
        "api_tokens.create",
        "POST /api/token",
        options={"name": "ci", "days": 30},
        body={"name": "ci", "tokenExpirationDays": 30},
        reply=SECRET,
    ),
    Call(
        "api_tokens.update",
        "PUT /api/token/k1",
        ("k1",),
        {"name": "new"},
        body={"name": "new", "tokenExpirationDays": 60},
        reads={"GET /api/token/k1": {"tokenExpirationDays": 60}},
    ),
    Call(
        "api_tokens.update",
        "PATCH /api/token/k1",
        ("k1",),
        {"days": 7},
        body={"tokenExpirationDays": 7},
    ),
    Call("api_tokens.revoke", "DELETE /api/token/k1", ("k1",), reply=b"Successfully revoked token"),
    # workload federation
    Call("workload.get_assignment", "GET /api/workload/users/u1/identity-provider", (USER,)),
    Call(
        "workload.assign",
        "POST /api/workload/users/u1/identity-provider",
        (USER, 7),
        {"token_duration": 300, "values": {"Department": "CI", "badges": ["1", "2"]}},
        body={
            "idpId": 7,
            "tokenDuration": 300,
            "mappingAttributes": [
                {"attrId": "a1", "values": ["CI"]},
                {"attrId": "a2", "values": ["1", "2"]},
            ],
        },
        reads=READ_ATTRIBUTES,
    ),
    Call("workload.unassign", "DELETE /api/workload/users/u1/identity-provider", (USER,)),
    Call(
        "workload.identity_providers.list",
        "GET /api/workload/identity-providers",
        options={"idp_type": "OIDC", "name": "c"},
        query={"type": "OIDC", "name": "c", **PAGE},
        reply=[],
    ),
    Call("workload.identity_providers.get", "GET /api/workload/identity-providers/7", (7,)),
    Call(
        "workload.identity_providers.create",
        "POST /api/workload/identity-providers",
        (OIDC,),
        body={"name": "ci", "idpType": "OIDC", "issuerUrl": "https://ci.example"},
        reply={"id": 7},
    ),
    Call(
        "workload.identity_providers.replace",
        "PUT /api/workload/identity-providers",
        (OIDC.model_copy(update={"id": "7"}),),
        body={"id": 7, "name": "ci", "idpType": "OIDC", "issuerUrl": "https://ci.example"},
    ),
    Call("workload.identity_providers.delete", "DELETE /api/workload/identity-providers/7", ("7",)),
    Call(
        "workload.scim_users.designate",
        "POST /api/workload/scim-user/identity-provider",
        (IDP, USER),
        body={"idpName": "Okta", "userId": "u1"},
    ),
    Call(
        "workload.scim_users.find",
        "GET /api/workload/scim-user/identity-provider/Okta EU",
        ("Okta EU",),
    ),
    Call(
        "workload.scim_users.remove",
        "DELETE /api/workload/scim-user/identity-provider/Okta",
        (IDP,),
    ),
    # other methods
    Call("mfa.find", "GET /api/mfa/admin/registrations/TOTP/users/u1", (USER, "TOTP")),
    Call(
        "mfa.delete", "DELETE /api/mfa/admin/registrations/WEB_AUTHN/users/u1", (USER, "WEB_AUTHN")
    ),
    Call(
        "audit_logs.query",
        "GET /api/logs",
        options={
            "since": datetime(2026, 5, 6, 9, 36, 54, tzinfo=UTC),
            "until": datetime(2026, 5, 7, tzinfo=UTC),
            "filter": admin.where("actor.username").sw("ana"),
            "search": "x",
        },
        query={
            "from": "2026-05-06T09:36:54Z",
            "to": "2026-05-07T00:00:00Z",
            "filter": 'actor.username sw "ana"',
            "search": "x",
            "size": "1",
        },
        reply=[],
    ),
    Call(
        "audit_logs.csv",
        "GET /api/logs/csv",
        options={
            "since": datetime(2026, 5, 6, tzinfo=UTC),
            "until": datetime(2026, 5, 7, tzinfo=UTC),
        },
        query={"from": "2026-05-06T00:00:00Z", "to": "2026-05-07T00:00:00Z"},
        reply=b'"timestamp"\n',
    ),
    Call(
        "list_any",
        "GET /api/v1/policy-admin/roles",
        ("/api/v1/policy-admin/roles",),
        {"model": admin.Model, "query": {"filter": "name co Admin"}},
        query={"filter": "name co Admin"},
        reply={"result": [{"id": "r1", "name": "Admins"}], "pagination": {"next": ""}},
    ),
    # the parameters that are not set above
    Call(
        "identity_providers.create",
        "POST /api/identity-providers",
        ("Britive 2",),
        {"description": "Own", "type": "DEFAULT"},
        body={"name": "Britive 2", "description": "Own", "type": "DEFAULT"},
    ),
    Call(
        "identity_providers.update",
        "PATCH /api/identity-providers/i1",
        (IDP,),
        {
            "name": "Entra",
            "description": "HR",
            "scim_provider": "Azure",
            "sso_provider": "Azure",
        },
        body={
            "name": "Entra",
            "description": "HR",
            "scimProvider": "Azure",
            "ssoProvider": "Azure",
        },
    ),
    Call(
        "identity_attributes.create",
        "POST /api/users/attributes",
        ("badges",),
        {
            "description": "Doors",
            "data_type": "Number",
            "multi_valued": True,
            "identity_types": ("User", "ServiceIdentity"),
        },
        body={
            "name": "badges",
            "description": "Doors",
            "dataType": "Number",
            "multiValued": True,
            "identityTypes": ["User", "ServiceIdentity"],
        },
    ),
    Call(
        "identity_attributes.update",
        "PATCH /api/users/attributes/a1",
        ("a1",),
        {"name": "Unit"},
        body={"name": "Unit", "dataType": "String", "multiValued": False},
        reads={"GET /api/users/attributes/a1": ATTRIBUTES[0]},
    ),
    *(
        Call(
            name,
            "GET /api/users",
            options={
                "filter": admin.where("name").co("D"),
                "search": "ana",
                "identity_type": "AIIdentity",
                "include_tags": True,
                "sort": "name,desc",
            },
            query={
                "type": "AIIdentity",
                "filter": 'name co "D"',
                "searchText": "ana",
                "includeTags": "true",
                "sort": "name,desc",
                **PAGE,
            },
        )
        for name in ("users.list", "service_identities.list")
    ),
    Call(
        "users.create",
        "POST /api/users",
        ("bob",),
        {"email": "bob@acme.com", "first_name": "Bob", "last_name": "Ray", "status": "inactive"},
        body={
            "type": "User",
            "username": "bob",
            "email": "bob@acme.com",
            "firstName": "Bob",
            "lastName": "Ray",
            "status": "inactive",
        },
    ),
    Call(
        "users.update",
        "PATCH /api/users/u1",
        (USER,),
        {
            "username": "ana2",
            "email": "ana2@acme.com",
            "first_name": "Ana",
            "last_name": "Ray",
            "mobile": "1",
            "phone": "2",
        },
        body={
            "type": "User",
            "username": "ana2",
            "email": "ana2@acme.com",
            "firstName": "Ana",
            "lastName": "Ray",
            "mobile": "1",
            "phone": "2",
        },
    ),
    Call(
        "service_identities.get",
        "GET /api/users/u1",
        (USER,),
        {"identity_type": "AIIdentity"},
        query={"type": "AIIdentity"},
    ),
    Call(
        "service_identities.create",
        "POST /api/users",
        ("off",),
        {"description": "Off", "status": "inactive"},
        body={"type": "ServiceIdentity", "name": "off", "description": "Off", "status": "inactive"},
    ),
    Call(
        "service_identities.update",
        "PATCH /api/users/u1",
        (USER,),
        {
            "name": "ci2",
            "description": "Tests",
            "identity_type": "AIIdentity",
            "business_use": "Support",
            "job_function": "Answers",
            "category": "Agent",
            "relationships": {},
        },
        body={
            "type": "AIIdentity",
            "roleName": "",
            "name": "ci2",
            "description": "Tests",
            "businessUse": "Support",
            "jobFunction": "Answers",
            "category": "Agent",
            "relationships": {},
        },
    ),
    Call(
        "tags.update",
        "PATCH /api/user-tags/t1",
        (TAG,),
        {"name": "Gates", "description": "Keys"},
        body={"name": "Gates", "description": "Keys"},
    ),
    Call(
        "tags.list",
        "GET /api/user-tags",
        options={"search": "D"},
        query={"searchText": "D", **PAGE},
    ),
    Call(
        "tags.members.list",
        "GET /api/user-tags/t1/users",
        (TAG,),
        {"filter": admin.where("name").eq("Ana"), "sort": "name,asc"},
        query={"filter": 'name eq "Ana"', "sort": "name,asc", **PAGE},
    ),
    Call(
        "identity_providers.list",
        "GET /api/identity-providers",
        options={"metadata": False},
        query={"metadata": "false"},
        reply=[],
    ),
    *(
        Call(name, f"GET {path}", args, QUERY, query={**SENT_QUERY, **PAGE})
        for name, path, args in (
            ("tags.rules.list_matched_users", "/api/user-tags/t1/matched-users", (TAG,)),
            ("my_tags.rules.list_matched_users", "/api/access/user-tags/t1/matched-users", (TAG,)),
            ("my_tags.list", "/api/access/user-tags/my-managed-tags", ()),
            (
                "my_tags.requested_memberships",
                "/api/access/user-tags/t1/requested-memberships",
                (TAG,),
            ),
            ("access_requests.memberships", "/api/user-tags/t1/requested-memberships", (TAG,)),
        )
    ),
    *(
        Call(
            name,
            f"GET {path}",
            (TAG,),
            {name: value for name, value in QUERY.items() if name != "sort"},
            query={name: value for name, value in {**SENT_QUERY, **PAGE}.items() if name != "sort"},
        )
        for name, path in (
            ("my_tags.members", "/api/access/user-tags/t1/users"),
            ("my_tags.list_available", "/api/access/user-tags/t1/available-users"),
        )
    ),
    Call(
        "tags.rules.preview",
        "POST /api/user-tags/tag-attributes/matched-users",
        ([("Department", "contains", "Sa")],),
        {"page": 2, "page_size": 5, **QUERY},
        body=[{"attributeId": "a1", "operator": "contains", "value": "Sa"}],
        query={"page": "2", "size": "5", **SENT_QUERY},
        reads=READ_ATTRIBUTES,
    ),
    Call(
        "workload.identity_providers.list",
        "GET /api/workload/identity-providers",
        options={"sort": "name,asc"},
        query={"sort": "name,asc", **PAGE},
        reply=[],
    ),
    Call(
        "audit_logs.csv",
        "GET /api/logs/csv",
        options={
            "since": datetime(2026, 5, 6, tzinfo=UTC),
            "until": datetime(2026, 5, 7, tzinfo=UTC),
            "filter": admin.where("result.success").eq("false"),
            "search": "x",
        },
        query={
            "from": "2026-05-06T00:00:00Z",
            "to": "2026-05-07T00:00:00Z",
            "filter": 'result.success eq "false"',
            "search": "x",
        },
        reply=b'"timestamp"\n',
    ),
    Call("audit_logs.fields", "GET /api/logs/fields"),
    Call("audit_logs.operators", "GET /api/logs/operators"),
    Call("banner", "GET /api/banner"),
    Call("features", "GET /api/features", reply=[]),
]

TAG_OF_PROVIDER = {
    "userTagId": "t1",
    "name": "Doors",
    "userTagIdentityProviders": [{"identityProvider": {"id": IDP.id}}],
}
"""Tag in wire form that the call of `read_directory` reads."""

OTHER_CALLS = [
    Call("identity_providers.drift", "", (IDP,)),
    Call("identity_providers.preview", "", (IDP, {"userName": "ana"})),
    Call("identity_providers.rules", "", ("Okta",)),
    Call("identity_providers.scim_token.rotate", "", (IDP,), {"deliver": store_secret}),
    Call(
        "identity_providers.scim_token.rotate_if_expiring",
        "",
        (IDP,),
        {"deliver": store_secret, "within": timedelta(days=7)},
    ),
    Call("expiring", "", (timedelta(days=7),)),
    Call("read_directory", "", (IDP,)),
    Call(
        "set_up_provisioning",
        "",
        ("Entra ID",),
        {
            "scim_provider": "Azure",
            "mappings": {"Phone": "title"},
            "custom_attributes": ["costCode"],
        },
    ),
    Call("set_up_provisioning", "", ("Okta",)),
]
"""Calls of the methods that are composed of others and send several requests."""
