"""Properties of recordings: no personal data in the file, and a replay with the same results."""

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from britive_scim import AdminClient, RetryPolicy, ScimClient, Settings, admin, errors, scim
from britive_scim.testing import Replay, Tenant, replay

CODES = {
    "active",
    "attributename",
    "datatype",
    "eventtype",
    "idptype",
    "identitytypes",
    "locale",
    "messagetype",
    "operator",
    "resourcetype",
    "schemas",
    "scimattributename",
    "scimprovider",
    "ssoprovider",
    "status",
    "timezone",
    "type",
    "usertype",
}
"""Attributes whose values are the same in the replay."""


def shape(value: Any, name: str = "") -> Any:
    """Return the part that is the same in the replay: everything except strings and ids."""
    if hasattr(value, "to_wire"):
        return shape(value.to_wire(), name)
    if isinstance(value, dict):
        return {key: shape(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shape(inner, name) for inner in value]
    if isinstance(value, str) and name.lower() not in CODES:
        return "text" if value else ""
    return value


CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"

Step = Callable[[Any, int, int], Any]


def outcome_of(act: Callable[[], Any]) -> Any:
    """Return the shape of the result or of the error of a call."""
    try:
        result = act()
        return shape(list(result) if hasattr(result, "pages") else result)
    except errors.BritiveScimError as error:
        return [type(error).__name__, getattr(error, "status", None), getattr(error, "scim_type", None)]  # fmt: skip


class ScimSession:
    """Calls of the SCIM client whose arguments come from earlier responses."""

    def __init__(self, okta: ScimClient) -> None:
        self.okta = okta
        self.users = list(okta.users.list())
        self.groups = list(okta.groups.list())

    def user(self, i: int) -> scim.User:
        return self.users[i % len(self.users)]

    def group(self, i: int) -> scim.Group:
        return self.groups[i % len(self.groups)]

    def copy_user(self, user: scim.User) -> scim.User:
        """Return a user without the attributes that the server assigns."""
        attributes = {k: v for k, v in user.to_wire().items() if k not in ("id", "meta", "groups")}
        return scim.User.from_wire(attributes)

    def recreate(self, i: int) -> Any:
        user = self.user(i)
        self.okta.users.delete(user)
        created = self.okta.users.create(self.copy_user(user))
        self.users[self.users.index(user)] = created
        return created

    STEPS: tuple[Callable[["ScimSession", int, int], Any], ...] = (
        lambda s, i, j: s.okta.users.get(s.user(i)),
        lambda s, i, j: s.okta.users.find_by_user_name((s.user(i).user_name or "").upper()),
        lambda s, i, j: s.okta.users.find_by_external_id(s.user(i).external_id or ""),
        lambda s, i, j: s.okta.users.list(
            filter=scim.attr("title").eq(s.user(i).title)
            & scim.attr("name.familyName").sw(s.user(j).at("name.familyName")),
            sort_by="name.familyName",
            attributes=["userName", 'emails[type eq "work"].value'],
        ),
        lambda s, i, j: s.okta.users.search(
            filter=f'emails[type eq "work" and value eq "{s.user(i).primary_email}"]'
        ),
        lambda s, i, j: s.okta.users.patch(s.user(i), {"title": s.user(j).title}),
        lambda s, i, j: s.okta.users.patch(
            s.user(i), {'emails[type eq "work"].value': s.user(j).primary_email}
        ),
        lambda s, i, j: s.okta.users.deactivate(s.user(i)),
        lambda s, i, j: s.okta.users.create(s.copy_user(s.user(i))),
        lambda s, i, j: s.recreate(i),
        lambda s, i, j: s.okta.users.replace(
            s.user(i).model_copy(update={"display_name": s.user(j).display_name})
        ),
        lambda s, i, j: s.okta.users.get(s.group(i).id or ""),
        lambda s, i, j: s.okta.groups.get(s.group(i)),
        lambda s, i, j: s.okta.groups.add_members(s.group(i), [s.user(i), s.user(j)]),
        lambda s, i, j: s.okta.groups.remove_members(s.group(i), [s.user(j)]),
        lambda s, i, j: s.okta.groups.rename(s.group(i), s.user(j).display_name or ""),
        lambda s, i, j: s.okta.groups.find_by_display_name(s.group(i).display_name or ""),
        lambda s, i, j: s.okta.service_provider_config(),
        lambda s, i, j: s.okta.schemas(),
        lambda s, i, j: s.okta.resource_types(),
    )


class AdminSession:
    """Calls of the admin client whose arguments come from earlier responses."""

    def __init__(self, britive: AdminClient) -> None:
        self.britive = britive
        self.users = list(britive.users.list())
        self.tags = list(britive.tags.list())
        self.own: list[admin.Tag] = []
        self.providers = britive.identity_providers.list()

    def user(self, i: int) -> admin.User:
        return self.users[i % len(self.users)]

    def tag(self, i: int) -> admin.Tag:
        return self.tags[i % len(self.tags)]

    def make_tag(self, i: int) -> Any:
        created = self.britive.tags.create(self.user(i).name or "", description=self.user(i).email)
        self.own.append(created)
        return created

    def rule(self, i: int, j: int) -> Any:
        tag = (self.own or self.tags)[0]
        self.britive.tags.rules.add(tag, [("Email", "is", self.user(j).email or "")])
        return [
            self.britive.tags.rules.list(tag),
            list(self.britive.tags.rules.list_matched_users(tag)),
        ]

    def robot(self, i: int) -> Any:
        created = self.britive.service_identities.create(self.user(i).first_name or "")
        return [created, self.britive.service_identities.token.create(created)]

    STEPS: tuple[Callable[["AdminSession", int, int], Any], ...] = (
        lambda s, i, j: s.britive.users.get(s.user(i)),
        lambda s, i, j: s.britive.users.find_by_username(s.user(i).username or ""),
        lambda s, i, j: s.britive.users.list(
            filter=f"name co {s.user(i).last_name}", include_tags=True
        ),
        lambda s, i, j: s.britive.users.list(search=s.user(i).last_name, sort="name,asc"),
        lambda s, i, j: s.britive.users.update(s.user(i), mobile=s.user(j).phone),
        lambda s, i, j: s.britive.users.disable(s.user(i)),
        lambda s, i, j: s.make_tag(i),
        lambda s, i, j: s.rule(i, j),
        lambda s, i, j: s.robot(i),
        lambda s, i, j: s.britive.tags.members.list(s.tag(i)),
        lambda s, i, j: s.britive.tags.members.add((s.own or s.tags)[0], s.user(j)),
        lambda s, i, j: s.britive.tags.find_by_name(s.tag(i).name or ""),
        lambda s, i, j: s.britive.identity_providers.get(s.providers[i % len(s.providers)]),
        lambda s, i, j: s.britive.identity_providers.types(),
        lambda s, i, j: s.britive.identity_providers.mappings.scim_attributes(),
        lambda s, i, j: s.britive.identity_providers.mappings.list_unmapped(s.providers[1]),
        lambda s, i, j: s.britive.identity_attributes.list(),
        lambda s, i, j: s.britive.identity_attributes.get(
            next(one for one in s.britive.identity_attributes.list() if one.name == "Email")
        ),
        lambda s, i, j: s.britive.audit_logs.query(page_size=2),
        lambda s, i, j: s.britive.audit_logs.fields(),
        lambda s, i, j: s.britive.banner(),
        lambda s, i, j: s.britive.workload.identity_providers.list(),
        lambda s, i, j: s.britive.workload.identity_providers.get(1),
        lambda s, i, j: s.britive.workload.identity_providers.replace(
            s.britive.workload.identity_providers.get(1)
        ),
        lambda s, i, j: s.britive.mfa.find(s.user(i), "TOTP"),
        lambda s, i, j: s.britive.identity_providers.password_policy.get(),
        lambda s, i, j: s.britive.identity_providers.scim_token.create(s.providers[1]),
    )


SESSIONS: dict[str, Any] = {"scim": ScimSession, "admin": AdminSession}
RETRY = RetryPolicy(attempts=3)


def client(api: str, base: Tenant | Replay) -> Any:
    """Return a client of a tenant or of a recording; its waits advance a clock."""
    own = Settings(clock=base.clock, page_size=4)
    if isinstance(base, Replay):
        url, token = base.base_url, base.token
    elif api == "scim":
        okta = base.identity_providers["Okta"]
        url, token = okta.scim_url, okta.scim_token
    else:
        url, token = base.base_url, base.api_token
    if api == "scim":
        return ScimClient(url, token, transport=base.transport(), settings=own, retry=RETRY)
    return AdminClient(
        "any", token, base_url=url, transport=base.transport(), settings=own, retry=RETRY
    )


def run(
    api: str,
    base: Tenant | Replay,
    steps: list[tuple[int, int, int]],
    file: Path | None = None,
    fault: dict[str, Any] | None = None,
) -> list[Any]:
    """Run the steps, recorded into `file` if given, and return the outcome of each."""
    with client(api, base) as one, one.record(file) if file else nullcontext():
        session = SESSIONS[api](one)
        if isinstance(base, Tenant) and fault is not None:
            base.faults.add(**fault, probability=0.2, times=None)
        calls = session.STEPS
        return [outcome_of(partial(calls[n % len(calls)], session, i, j)) for n, i, j in steps]


def make_tenant(seed: int) -> Tenant:
    tenant = Tenant("zeppelin", seed=seed)
    tenant.populate(users=9, groups=4, seed=seed)
    ada = tenant.identity_providers["Okta"].users[0]["id"]
    tenant.console.register_factor(ada, "TOTP")
    with client("admin", tenant) as britive:
        britive.workload.identity_providers.create(
            admin.WorkloadProvider(
                name="ci", idp_type="OIDC", issuer_url="https://zeppelin.example"
            )
        )
    tenant.console.set_banner("Ask Ignatius Quill about the maintenance", "WARNING")
    return tenant


def list_personal_values(tenant: Tenant) -> set[str]:
    """Return values that a recording must not contain: of people, groups, tokens and the tenant."""
    okta = tenant.identity_providers["Okta"]
    found = {"zeppelin", "Ignatius", tenant.api_token.get_secret_value()}
    found |= {one.scim_token.get_secret_value() for one in (okta, tenant.identity_providers["Entra"])}  # fmt: skip
    found |= {one.id for one in tenant.identity_providers.values()}
    for user in okta.users:
        found |= {user["id"], user["userName"], user["externalId"], user["displayName"]}
        found |= {*user["name"].values(), user["title"]}
        found |= {one["value"] for one in user["phoneNumbers"]}
    for group in okta.groups:
        found |= {group["id"], group["externalId"], group["displayName"]}
    return found - {"Jensen"}  # an example of the RFC in every published schema


def find_values(values: set[str], text: str) -> list[str]:
    """Return the values that occur in a string as whole words, in any case."""
    return [one for one in values if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, 0 if len(one) < 3 else re.IGNORECASE)]  # fmt: skip


FAULTS: list[dict[str, Any]] = [
    {"status": 429, "headers": {"Retry-After": "3"}},
    {"status": 503, "headers": {"Retry-After": "9999"}, "body": "<p>down</p>"},
    {"status": 500},
    {"cut": "after"},
    {"cut": "connect"},
    {"body": '{"half'},
]


@pytest.mark.parametrize("api", ["scim", "admin"])
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=12
    ),
    seed=st.integers(0, 5),
    fault=st.none() | st.sampled_from(FAULTS),
)
def test_recording_has_no_personal_data_and_replays(
    api: str,
    tmp_path: Path,
    steps: list[tuple[int, int, int]],
    seed: int,
    fault: dict[str, Any] | None,
) -> None:
    tenant, file = make_tenant(seed), tmp_path / "case.json"
    secrets = list_personal_values(tenant)
    before = run(api, tenant, steps, file, fault)
    text = file.read_text("utf-8")
    assert (
        find_values(
            secrets | list_personal_values(tenant), json.dumps(json.loads(text), ensure_ascii=False)
        )
        == []
    )
    recording = replay(file)
    assert run(api, recording, steps) == before
    assert recording.remaining == ()


@pytest.mark.parametrize("api", ["scim", "admin"])
def test_recording_of_every_step_replays(api: str, tmp_path: Path) -> None:
    tenant, file = make_tenant(3), tmp_path / "case.json"
    secrets = list_personal_values(tenant)
    steps = [(n, n, n + 3) for n in range(len(SESSIONS[api].STEPS))]
    before = run(api, tenant, steps, file)
    text = json.dumps(json.loads(file.read_text("utf-8")), ensure_ascii=False)
    assert find_values(secrets | list_personal_values(tenant), text) == []
    assert run(api, replay(file), steps) == before


def test_recording_keeps_numeric_id_of_failed_request(tmp_path: Path) -> None:
    tenant, file = make_tenant(1), tmp_path / "case.json"
    tenant.faults.add(status=503, headers={"Retry-After": "9999"}, times=None)
    with (
        client("admin", tenant) as britive,
        britive.record(file),
        pytest.raises(errors.ServerError),
    ):
        britive.workload.identity_providers.get(1)
    with client("admin", replay(file)) as britive, pytest.raises(errors.ServerError):
        britive.workload.identity_providers.get(1)


def test_recording_of_provisioning_replays_with_attribute_names(tmp_path: Path) -> None:
    tenant, file = make_tenant(1), tmp_path / "case.json"
    options: dict[str, Any] = {
        "mappings": {
            "Phone": 'phoneNumbers[type eq "home"].value',
            "costCode": f"{CUSTOM}:costCode",
        },
        "custom_attributes": ["costCode"],
        "scim_provider": "Azure",
    }
    with client("admin", tenant) as britive, britive.record(file):
        result = britive.set_up_provisioning("HR of Zeppelin", **options)
    text = file.read_text("utf-8")
    assert find_values({"Zeppelin", "HR of", result.token.get_secret_value()}, text) == []
    recording = replay(file)
    name = next(one for one in recording.exchanges if one.method == "POST").body["json"]["name"]
    with client("admin", recording) as britive:
        replayed = britive.set_up_provisioning(name, **options)
    assert [(one.name, one.outcome) for one in replayed.steps] == [
        (one.name, one.outcome) for one in result.steps
    ]
    assert recording.remaining == ()
