"""Files of a tenant's state: readable only by their owner, and refused completely if they are damaged."""

import contextlib
import copy
import itertools
import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from britive_scim import errors
from britive_scim.testing import Tenant, replay
from britive_scim.testing.state.snapshot import Snapshot
from support.tenant_callers import make_admin_caller


def get_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
@pytest.mark.parametrize("mode", [None, 0o666, 0o644, 0o400])
def test_saved_state_is_readable_by_its_owner_only(tmp_path: Path, mode: int | None) -> None:
    path = tmp_path / "tenant.json"
    if mode is not None:
        path.write_text("old")
        path.chmod(mode)
    Tenant().save(path)
    assert get_mode(path) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["tenant.json"]
    Tenant().load_state(path)


def test_save_replaces_a_symbolic_link(tmp_path: Path) -> None:
    victim, link, dangling = (tmp_path / name for name in ("victim", "link.json", "dangling.json"))
    victim.write_text("precious")
    victim.chmod(0o644)
    link.symlink_to(victim)
    dangling.symlink_to(tmp_path / "nothing")
    for path in (link, dangling):
        Tenant().save(str(path))
        assert not path.is_symlink()
        assert get_mode(path) == 0o600
    assert (victim.read_text(), get_mode(victim)) == ("precious", 0o644)
    assert not (tmp_path / "nothing").exists()


def test_failed_save_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "tenant.json"
    path.write_text("old")
    tenant = Tenant()
    tenant._context.state.settings["broken"] = object()  # not JSON
    with pytest.raises(TypeError):
        tenant.save(path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["tenant.json"]


def test_path_with_null_character_is_refused_before_work(tmp_path: Path) -> None:
    tenant = Tenant()
    path = f"{tmp_path}/a\0b.json"
    with (
        tenant.scim_client() as client,
        pytest.raises(errors.InputError, match="must not contain null characters"),
        client.record(path),
    ):
        pytest.fail("the block must not run")
    for call in (tenant.save, tenant.load_state, replay):
        for form in (path, Path(path)):
            with pytest.raises(
                errors.InputError, match=r"must not contain null characters, got '.*a\\x00b"
            ):
                call(form)
    assert list(tmp_path.iterdir()) == []


def test_path_of_directory_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "x.json", ""):
        with pytest.raises(errors.InputError, match="path must be"):
            Tenant().save(path)
    with pytest.raises(OSError, match="No such file"):
        Tenant().load_state(tmp_path / "none.json")


BROKEN = {
    "empty": b"",
    "cut": b'{"format": 1',
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "array": b"[]",
    "number": b"5",
    "null": b"null",
    "other object": b"{}",
    "not a number": b'{"format": NaN}',
    "pickle": b"\x80\x04cos\nsystem\n",
    "bytes": bytes(range(256)),
    "recording": b'{"format":"britive-scim recording","version":1,"exchanges":[]}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(BROKEN[name])
    tenant = Tenant()
    before = tenant.snapshot().document
    with pytest.raises(errors.InputError, match=re.escape(f"{path} must contain the state of")):
        tenant.load_state(path)
    assert tenant.snapshot().document == before
    if name != "recording":
        with pytest.raises(ValueError, match=re.escape(f"{path} must be a recording")):
            replay(path)


def make_saved_document(path: Path) -> dict[str, Any]:
    tenant = Tenant()
    tenant.populate(users=2, groups=2)
    admin = make_admin_caller(tenant)
    tag = admin.post("/user-tags", {"name": "Local"}).json()
    user = tenant.identity_providers["Okta"].users[0]["id"]
    admin.post(f"/user-tags/{tag['userTagId']}/users/{user}")
    tenant.save(path)
    document: dict[str, Any] = json.loads(path.read_text())
    for name in ("attributes", "users", "tags", "apiTokens", "events"):
        assert document[name], name
    return document


def iterate_members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every member, of the first item of an array only."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from iterate_members(inner, (*path, name))
    elif isinstance(value, list) and value:
        yield (*path, 0)
        yield from iterate_members(value[0], (*path, 0))


def use_directory(tenant: Tenant) -> None:
    """Read users and groups through both APIs, and the status page."""
    with tenant.scim_client("Okta") as okta, tenant.admin_client() as britive:
        assert [
            *okta.users.list(),
            *okta.groups.list(),
            *britive.users.list(),
            *britive.tags.list(),
        ]
    assert tenant.render_status_page()


def test_state_with_half_of_surrogate_pair_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    document = make_saved_document(path)
    document["users"][0]["resource"]["title"] = "x\ud800"
    path.write_text(json.dumps(document))
    with pytest.raises(errors.InputError, match="must contain the state of a tenant"):
        Tenant().load_state(path)
    document["users"][0]["resource"]["title"] = "x\U0001f600"
    path.write_text(json.dumps(document))
    Tenant().load_state(path)


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.proof)])
def test_damaged_member_is_refused_or_harmless(tmp_path: Path, step: int) -> None:
    """Each member in turn is missing or of another type: the file is refused, or loaded.

    Every fifth pair of a member and a value has each member once at least, and each value in turn.
    """
    path = tmp_path / "state.json"
    document = make_saved_document(path)
    refused = 0
    values = (..., None, 5, "x", True, [], {}, [None])
    pairs = list(itertools.product(iterate_members(document), values))[::step]
    assert {repr(value) for _, value in pairs} == set(map(repr, values))
    assert {member for member, _ in pairs} == set(iterate_members(document))
    for member, value in pairs:
        damaged = copy.deepcopy(document)
        parent: Any = damaged
        for name in member[:-1]:
            parent = parent[name]
        if value is ...:
            del parent[member[-1]]
        else:
            parent[member[-1]] = value
        path.write_text(json.dumps(damaged))
        tenant = Tenant()
        before = tenant.snapshot().document
        with contextlib.suppress(errors.InputError):  # any other error fails the test
            tenant.load_state(path)
            if "resource" in member:
                use_directory(tenant)
            continue
        refused += 1
        assert tenant.snapshot().document == before, member
    assert refused > 300 / step


@pytest.mark.parametrize("document", [{}, {"format": 2}, {"format": 1}, [], None, 5, "x"], ids=repr)
def test_broken_snapshot_is_refused(document: Any) -> None:
    tenant = Tenant()
    before = tenant.snapshot().document
    with pytest.raises(errors.InputError, match="snapshot must be the complete state"):
        tenant.restore(Snapshot(document))
    assert tenant.snapshot().document == before


def test_status_page_forbids_framing() -> None:
    headers = Tenant().render_status_page().headers
    policy = headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert directive in policy
    assert headers["X-Frame-Options"] == "DENY"
