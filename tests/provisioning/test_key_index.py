"""Index of resources by match key."""

from typing import Any

from britive_scim.provisioning.key_index import KeyIndex


def make_user(id_: Any, user_name: str, external_id: str | None = None) -> dict[str, Any]:
    return {"id": id_, "userName": user_name, "externalId": external_id}


def test_key_index_finds_ids_without_case() -> None:
    index = KeyIndex(("external_id", "user_name"), 0.0)
    index.add(make_user("1", "Ana@acme.com", "E1"))
    index.add(make_user("2", "bob@acme.com", "e1"))
    index.add(make_user("2", "bob@acme.com", "e1"))
    index.add(make_user("3", "ANA@ACME.com "))
    assert index.find("external_id", {"externalId": "E1"}) == ("1", "2")
    assert index.find("user_name", {"userName": "ana@acme.com"}) == ("1", "3")
    assert index.find("user_name", {"userName": "bob@acme.com"}) == ("2",)
    assert index.find("user_name", {"userName": "eve@acme.com"}) == ()
    assert index.find("user_name", {}) == ()


def test_key_index_ignores_resources_without_id() -> None:
    index = KeyIndex(("user_name",), 0.0)
    for id_ in (None, "", 7):
        index.add(make_user(id_, "ana"))
    assert index.find("user_name", {"userName": "ana"}) == ()


def test_key_index_keeps_former_keys() -> None:
    """A renamed resource is found by both names; candidates are compared again."""
    index = KeyIndex(("user_name",), 0.0)
    index.add(make_user("1", "old"))
    index.add(make_user("1", "new"))
    assert index.find("user_name", {"userName": "old"}) == ("1",)
    assert index.find("user_name", {"userName": "new"}) == ("1",)
