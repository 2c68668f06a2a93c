"""The page on the migration from scim2-client: its script runs, and the names in its tables exist."""

import re
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.testing import Tenant

pytestmark = pytest.mark.proof

httpx2 = pytest.importorskip("httpx2")
engine = pytest.importorskip("scim2_client.engines.httpx2")
models = pytest.importorskip("scim2_models")

PAGE = Path(__file__).parents[2] / "docs/how-to/migrate-from-scim2-client.md"
TEXT = PAGE.read_text("utf-8")


def run_their_script(tenant: Tenant) -> str:
    """Run the script of scim2-client on the served tenant; return the user names that it prints."""
    (script,) = re.findall(r"^```text\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    okta = tenant.identity_providers["Okta"]
    printed: list[object] = []
    names = {
        "Client": httpx2.Client,
        "SyncSCIMClient": engine.SyncSCIMClient,
        "url": okta.scim_url,
        "token": okta.scim_token.get_secret_value(),
        "print": printed.append,
        **{name: getattr(models, name) for name in ("PatchOp", "PatchOperation", "SearchRequest")},
    }
    exec(compile(script, str(PAGE), "exec"), names)
    names["client"].close()
    return str(printed[0])


def test_script_of_scim2_client_does_what_ours_does() -> None:
    """Ours is a Python block, whose output the tests of the examples compare."""
    tenant = Tenant("acme")
    with tenant.serve():
        printed = run_their_script(tenant)
    assert f"#> {printed}\n" in TEXT
    changes = [(each.method, each.status) for each in tenant.requests if each.method != "GET"]
    assert changes == [("POST", 201), ("PUT", 200), ("PATCH", 200), ("DELETE", 204)]
    assert tenant.identity_providers["Okta"].users == []


def resolve(root: Any, path: str) -> Any:
    for name in path.split("."):
        root = getattr(root, name)
    return root


def test_names_of_scim2_client_in_the_tables_exist() -> None:
    calls = set(re.findall(r"^\| `scim\.(\w+)\(", TEXT, re.MULTILINE))
    assert calls >= {"create", "query", "modify", "bulk"}
    for owner in (engine.SyncSCIMClient, engine.AsyncSCIMClient):
        assert [name for name in calls if not hasattr(owner, name)] == []


def test_our_names_in_the_tables_exist() -> None:
    with Tenant("acme").scim_client("Okta") as okta:
        calls = set(re.findall(r"`okta\.([\w.]+)", TEXT))
        assert len(calls) > 8
        for path in calls:
            resolve(okta, path)


def test_object_of_scim2_models_becomes_ours_by_its_wire_form() -> None:
    assert "from_wire(old.model_dump(scim_ctx=Context.DEFAULT))" in TEXT
    old = models.User[models.EnterpriseUser](user_name="ana", active=True)
    old[models.EnterpriseUser] = models.EnterpriseUser(department="Research")
    new = scim.User.from_wire(old.model_dump(scim_ctx=models.Context.DEFAULT))
    assert (new.user_name, new.active, new.enterprise) == (
        "ana",
        True,
        scim.EnterpriseUser(department="Research"),
    )
    assert new.unread == ()
