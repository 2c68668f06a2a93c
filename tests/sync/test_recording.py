# Generated from tests/aio/test_recording.py by tools/unasync.py; edit that file instead.
"""Recordings of a client: anonymous files that can be attached to a bug report and replayed."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, ScimClient, RetryPolicy, Settings, errors, scim
from britive_scim.testing import NotRecorded, Tenant, replay
from britive_scim.wire.decoding.scim import ignore_body
from britive_scim.wire.operation import POST, RawBody
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_response,
    make_user,
)

ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant("zeppelin")


@pytest.fixture
def okta(tenant: Tenant) -> ScimClient:
    idp = tenant.identity_providers["Okta"]
    return ScimClient(idp.scim_url, idp.scim_token, transport=tenant.transport())


def ana() -> scim.User:
    return scim.User.from_wire(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ana@zeppelin.org",
            "externalId": "ext-77",
            "displayName": "Ana Quixote",
            "name": {"givenName": "Ana", "familyName": "Quixote", "formatted": "Ana Quixote"},
            "emails": [{"value": "ana@zeppelin.org", "type": "work", "primary": True}],
            "phoneNumbers": [{"value": "+49 30 1234567", "type": "mobile"}],
            "password": "hunter2-canary",
            "active": True,
        }
    )


PERSONAL = ("zeppelin", "quixote", "ana@", "ext-77", "1234567", "hunter2-canary", "knights")


def run_session(
    okta: ScimClient, person: scim.User, group: str, title: str
) -> list[Any]:
    """Run a typical session with these values; return results to compare."""
    created = okta.users.create(person)
    results: list[Any] = [created.user_name]
    created_group = okta.groups.create(scim.Group(display_name=group))
    okta.groups.add_members(created_group, [created])
    found = okta.users.find_by_user_name(created.user_name or "")
    results.append(found is not None and found.id == created.id)
    okta.users.patch(created, {"title": title})
    try:
        okta.users.create(person)
    except errors.Conflict as error:
        results.append(error.status)
    return results


def test_recording_is_anonymous_and_replays_the_session(
    okta: ScimClient, tmp_path: Path
) -> None:
    file = tmp_path / "case.json"
    with okta.record(file) as recording:
        results = run_session(okta, ana(), "Knights", "Knight")
        assert len(recording) == len(json.loads(recording.to_json())["exchanges"])
    assert results == ["ana@zeppelin.org", True, 409]
    text = file.read_text("utf-8")
    assert not [word for word in PERSONAL if word in text.lower()]
    assert (okta.users.find_by_user_name("ana@zeppelin.org")) is not None
    assert file.read_text("utf-8") == text  # nothing is recorded after the block

    case = replay(file)
    first = next(exchange for exchange in case.exchanges if exchange.method == "POST")
    assert first.body is not None
    person = scim.User.from_wire(first.body["json"])
    group = next(
        exchange.body["json"]["displayName"]
        for exchange in case.exchanges
        if exchange.body and "Groups" in exchange.path
    )
    replayed = ScimClient(case.base_url, case.token, transport=case.transport())
    assert run_session(replayed, person, group, "title-1") == [person.user_name, True, 409]
    assert case.remaining == ()
    with pytest.raises(NotRecorded, match=r"no recorded exchange for GET /Users/nobody"):
        replayed.users.get("nobody")


def test_recording_same_value_has_same_placeholder(
    okta: ScimClient, tmp_path: Path
) -> None:
    with okta.record(tmp_path / "case.json"):
        okta.users.find_by_user_name("ana@zeppelin.org")
        created = okta.users.create(ana())
        okta.users.get(created)
    found, created, read = json.loads((tmp_path / "case.json").read_text())["exchanges"]
    body = created["request"]["body"]["json"]
    assert body["emails"][0]["value"] == body["userName"]
    assert body["displayName"] == body["name"]["formatted"]
    assert dict(found["request"]["query"])["filter"] == f'userName eq "{body["userName"]}"'
    assert read["request"]["path"] == f"/Users/{created['response']['body']['json']['id']}"
    assert created["response"]["headers"]["location"].endswith(read["request"]["path"])
    assert body["password"] == "***"
    assert body["emails"][0]["type"] == "work"
    assert "authorization" not in created["request"]["headers"]


def test_recording_of_failed_block_is_written_for_owner_only(
    tmp_path: Path,
) -> None:
    file = tmp_path / "case.json"
    file.write_text("old")
    file.chmod(0o644)
    script = FakeScimServer(make_error(404))
    with ScimClient(URL, TOKEN, transport=script, retry=ONCE) as client:
        with pytest.raises(errors.NotFound):
            record_get_user(client, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert replay(file).ended_with == "NotFound"
    assert sorted(os.listdir(tmp_path)) == ["case.json"]  # noqa: PTH208 - no temporary file remains


def record_get_user(client: ScimClient, file: Path) -> None:
    with client.record(file):
        client.users.get("1")


@pytest.mark.parametrize(
    ("failure", "cut_point"),
    [
        (httpx.ConnectError("refused"), "connect"),
        (httpx.ReadTimeout("slow"), "timeout"),
        (httpx.ReadError("broken"), "before"),
    ],
)
def test_replay_of_lost_connection_raises_same_error(
    failure: Exception, cut_point: str, tmp_path: Path
) -> None:
    script = FakeScimServer(failure, make_response(200, make_user(1)))
    with ScimClient(URL, TOKEN, transport=script, retry=ONCE) as client:
        with pytest.raises(errors.TransportError) as caught:
            record_get_user(client, tmp_path / "case.json")
    case = replay(tmp_path / "case.json")
    assert case.exchanges[0].cut == cut_point
    user_id = case.exchanges[0].path.rpartition("/")[2]
    replayed = ScimClient(
        case.base_url, case.token, transport=case.transport(), retry=ONCE
    )
    with pytest.raises(type(caught.value)):
        replayed.users.get(user_id)


def test_recording_of_non_json_body_masks_secrets(tmp_path: Path) -> None:
    page = (
        f"<p>Bearer {TOKEN} of Bob.Roe@Acme.com was refused, see "
        'https://acme.britive-app.com/help/77. {"token": "abc"} '
        "eyJhbGciOi.x.y 0123456789abcdef0123456789abcdef 0f8fad5b-d9cb-469f-a165-70867728950e</p>"
    )
    script = FakeScimServer(make_response(403, page.encode()), make_response(403, b"\xff\xfe\xfd"))
    with ScimClient(URL, TOKEN, transport=script, retry=ONCE) as client:
        with client.record(tmp_path / "case.json"):
            for _ in range(2):
                with pytest.raises(errors.ApiError):
                    client.users.get("1")
    first, second = json.loads((tmp_path / "case.json").read_text())["exchanges"]
    text = first["response"]["body"]["text"]
    for secret in (TOKEN, "Roe", "acme", "Acme", "abc", "eyJ", "0f8fad5b"):
        assert secret not in text
    assert text.startswith("<p>Bearer *** of person-1@")
    assert second["response"]["body"] == {"omitted": 3}


def test_recording_of_admin_client_replays(tenant: Tenant, tmp_path: Path) -> None:
    britive = AdminClient("zeppelin", tenant.api_token, transport=tenant.transport())
    with britive.record(tmp_path / "case.json"):
        names = [provider.name for provider in britive.identity_providers.list()]
        britive.identity_providers.get(tenant.identity_providers["Okta"].id)
        first = (britive.identity_providers.list())[0]
        britive.identity_providers.get(first)
    text = (tmp_path / "case.json").read_text()
    assert "zeppelin" not in text.lower()
    assert tenant.identity_providers["Okta"].id not in text
    case = replay(tmp_path / "case.json")
    assert case.api == "admin"
    replayed = AdminClient(
        "any", case.token, base_url=case.base_url, transport=case.transport()
    )
    listed = replayed.identity_providers.list()
    assert len(listed) == len(names)
    assert (replayed.identity_providers.get(listed[0])).id == listed[0].id
    assert case.remaining


def test_recording_of_uploaded_file_contains_only_its_size(tmp_path: Path) -> None:
    upload = POST("/logo", body=RawBody(b"private", "image/png"), returns=ignore_body)
    with ScimClient(URL, TOKEN, transport=FakeScimServer(make_response(204))) as client:
        with client.record(tmp_path / "case.json"):
            client.send(upload)
    text = (tmp_path / "case.json").read_text()
    assert "private" not in text
    assert json.loads(text)["exchanges"][0]["request"]["body"] == {"omitted": 7}


def test_recording_unwritable_leaves_no_temporary_file(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    with ScimClient(URL, TOKEN, transport=FakeScimServer()) as client:
        with pytest.raises(OSError, match=r"case\.json"):
            record_over_directory(client, file)
    assert sorted(os.listdir(tmp_path)) == ["case.json"]  # noqa: PTH208 - no temporary file remains


def record_over_directory(client: ScimClient, file: Path) -> None:
    with client.record(file):
        file.mkdir()


def test_recordings_nested_end_independently(tmp_path: Path) -> None:
    script = FakeScimServer(
        make_response(200, make_user(1)),
        make_response(200, make_user(1)),
        make_response(200, make_user(1)),
    )
    with ScimClient(URL, TOKEN, transport=script) as client:
        with client.record(tmp_path / "outer.json") as outer:
            client.users.get("1")
            with client.record(str(tmp_path / "inner.json")) as inner:
                client.users.get("1")
            client.users.get("1")
    assert (len(outer), len(inner)) == (3, 1)
    assert repr(inner) == "<Recording of 1 exchanges>"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (".", "a file, not a directory"),
        ("missing/case.json", "in an existing directory"),
    ],
)
def test_record_to_invalid_path_raises_before_sending(
    path: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = FakeScimServer()
    with ScimClient(URL, TOKEN, transport=script) as client:
        with pytest.raises(errors.InputError, match=message):
            record_get_user(client, path)
    assert script.sent == []


def test_replay_of_retries_does_not_sleep(tmp_path: Path) -> None:
    """The waits advance the clock of the recording."""
    script = FakeScimServer(
        make_response(429, b"", {"retry-after": "20"}), make_response(503, b"", {"retry-after": "20"}),
        make_response(200, make_user(1)),
    )  # fmt: skip
    quick = Settings(clock=Tenant().clock)
    with ScimClient(URL, TOKEN, transport=script, settings=quick) as client:
        with client.record(tmp_path / "case.json"):
            user_read = client.users.get("1")
    case = replay(tmp_path / "case.json")
    before = case.clock.now()
    user_id = case.exchanges[0].path.rpartition("/")[2]
    with ScimClient(
        case.base_url, case.token, transport=case.transport()
    ) as replayed:
        assert type(replayed.users.get(user_id)) is type(user_read)
    assert case.remaining == ()
    assert (case.clock.now() - before).total_seconds() >= 40
