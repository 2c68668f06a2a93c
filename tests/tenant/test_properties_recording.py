"""Whatever is recorded shows nobody, and answers again as it did."""

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
    """Return what must be the same in the replay: everything but texts and ids."""
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


def met(act: Callable[[], Any]) -> Any:
    """Return the shape of what a call returned or raised."""
    try:
        result = act()
        return shape(list(result) if hasattr(result, "pages") else result)
    except errors.BritiveScimError as error:
        return [type(error).__name__, getattr(error, "status", None), getattr(error, "scim_type", None)]  # fmt: skip


class ScimSession:
    """Calls of the SCIM client that take all they need from what was answered before."""

    def __init__(self, okta: ScimClient) -> None:
        self.okta = okta
        self.users = list(okta.users.list())
        self.groups = list(okta.groups.list())

    def user(self, i: int) -> scim.User:
        return self.users[i % len(self.users)]

    def group(self, i: int) -> scim.Group:
        return self.groups[i % len(self.groups)]

    def again(self, user: scim.User) -> scim.User:
        """Return a user as it would be pushed once more."""
        kept = {k: v for k, v in user.to_wire().items() if k not in ("id", "meta", "groups")}
        return scim.User.from_wire(kept)

    def recreate(self, i: int) -> Any:
        user = self.user(i)
        self.okta.users.delete(user)
        made = self.okta.users.create(self.again(user))
        self.users[self.users.index(user)] = made
        return made

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
        lambda s, i, j: s.okta.users.create(s.again(s.user(i))),
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
    """The same of the admin client."""

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
        made = self.britive.tags.create(self.user(i).name or "", description=self.user(i).email)
        self.own.append(made)
        return made

    def rule(self, i: int, j: int) -> Any:
        tag = (self.own or self.tags)[0]
        self.britive.tags.rules.add(tag, [("Email", "is", self.user(j).email or "")])
        return [
            self.britive.tags.rules.list(tag),
            list(self.britive.tags.rules.list_matched_users(tag)),
        ]

    def robot(self, i: int) -> Any:
        made = self.britive.service_identities.create(self.user(i).first_name or "")
        return [made, self.britive.service_identities.token.create(made)]

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


def client(kind: str, base: Tenant | Replay) -> Any:
    """Return a client of a tenant or of a recording, whose waits move a clock."""
    own = Settings(clock=base.clock, page_size=4)
    if isinstance(base, Replay):
        url, token = base.base_url, base.token
    elif kind == "scim":
        okta = base.identity_providers["Okta"]
        url, token = okta.scim_url, okta.scim_token
    else:
        url, token = base.base_url, base.api_token
    if kind == "scim":
        return ScimClient(url, token, transport=base.transport(), settings=own, retry=RETRY)
    return AdminClient(
        "any", token, base_url=url, transport=base.transport(), settings=own, retry=RETRY
    )


def run(
    kind: str,
    base: Tenant | Replay,
    steps: list[tuple[int, int, int]],
    file: Path | None = None,
    fault: dict[str, Any] | None = None,
) -> list[Any]:
    """Do the steps, recorded into a file where one is given, and return what came of each."""
    with client(kind, base) as one, one.record(file) if file else nullcontext():
        session = SESSIONS[kind](one)
        if isinstance(base, Tenant) and fault is not None:
            base.faults.add(**fault, probability=0.2, times=None)
        calls = session.STEPS
        return [met(partial(calls[n % len(calls)], session, i, j)) for n, i, j in steps]


def populated(seed: int) -> Tenant:
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


def personal(tenant: Tenant) -> set[str]:
    """Return what a recording must not show: all that tells people, groups, tokens and the tenant."""
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
    return found - {"Jensen"}  # the example of the RFC, in every published schema


def shown(values: set[str], text: str) -> list[str]:
    """Return which values stand in a text as words of their own, in any case of letters."""
    return [one for one in values if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, 0 if len(one) < 3 else re.IGNORECASE)]  # fmt: skip


FAULTS: list[dict[str, Any]] = [
    {"status": 429, "headers": {"Retry-After": "3"}},
    {"status": 503, "headers": {"Retry-After": "9999"}, "body": "<p>down</p>"},
    {"status": 500},
    {"cut": "after"},
    {"cut": "connect"},
    {"body": '{"half'},
]


@pytest.mark.parametrize("kind", ["scim", "admin"])
@settings(
    max_examples=10,
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
def test_a_recording_shows_nobody_and_answers_as_it_did(
    kind: str,
    tmp_path: Path,
    steps: list[tuple[int, int, int]],
    seed: int,
    fault: dict[str, Any] | None,
) -> None:
    tenant, file = populated(seed), tmp_path / "case.json"
    secrets = personal(tenant)
    before = run(kind, tenant, steps, file, fault)
    text = file.read_text("utf-8")
    assert shown(secrets | personal(tenant), json.dumps(json.loads(text), ensure_ascii=False)) == []
    case = replay(file)
    assert run(kind, case, steps) == before
    assert case.remaining == ()


@pytest.mark.parametrize("kind", ["scim", "admin"])
def test_every_step_is_recorded_and_answers_again(kind: str, tmp_path: Path) -> None:
    tenant, file = populated(3), tmp_path / "case.json"
    secrets = personal(tenant)
    steps = [(n, n, n + 3) for n in range(len(SESSIONS[kind].STEPS))]
    before = run(kind, tenant, steps, file)
    text = json.dumps(json.loads(file.read_text("utf-8")), ensure_ascii=False)
    assert shown(secrets | personal(tenant), text) == []
    assert run(kind, replay(file), steps) == before


def test_an_id_that_is_a_number_stays_though_no_answer_shows_it(tmp_path: Path) -> None:
    tenant, file = populated(1), tmp_path / "case.json"
    tenant.faults.add(status=503, headers={"Retry-After": "9999"}, times=None)
    with (
        client("admin", tenant) as britive,
        britive.record(file),
        pytest.raises(errors.ServerError),
    ):
        britive.workload.identity_providers.get(1)
    with client("admin", replay(file)) as britive, pytest.raises(errors.ServerError):
        britive.workload.identity_providers.get(1)


def test_a_set_up_is_replayed_with_the_names_of_attributes_it_had(tmp_path: Path) -> None:
    tenant, file = populated(1), tmp_path / "case.json"
    wanted: dict[str, Any] = {
        "mappings": {
            "Phone": 'phoneNumbers[type eq "home"].value',
            "costCode": f"{CUSTOM}:costCode",
        },
        "custom_attributes": ["costCode"],
        "scim_provider": "Azure",
    }
    with client("admin", tenant) as britive, britive.record(file):
        done = britive.set_up_provisioning("HR of Zeppelin", **wanted)
    text = file.read_text("utf-8")
    assert shown({"Zeppelin", "HR of", done.token.get_secret_value()}, text) == []
    case = replay(file)
    name = next(one for one in case.exchanges if one.method == "POST").body["json"]["name"]
    with client("admin", case) as britive:
        again = britive.set_up_provisioning(name, **wanted)
    assert [(one.name, one.outcome) for one in again.steps] == [
        (one.name, one.outcome) for one in done.steps
    ]
    assert case.remaining == ()
