"""Hints for names that do not exist but that people try first."""

import inspect
import re
from operator import attrgetter
from typing import Any

import pytest

import britive_scim
from britive_scim import AdminClient, AsyncScimClient, RetryPolicy, ScimClient, admin, errors, scim
from britive_scim._hints import HINTS, KEYWORD_HINTS
from support.each_value import each_value

URL = "https://acme.britive-app.com/api/scim/v2"
TOKEN = "a-token-of-more-than-twenty-characters"

OKTA = ScimClient(URL, TOKEN)
BRITIVE = AdminClient("acme", TOKEN)
PAGER = OKTA.users.list()


class Device(scim.Resource):
    """Resource without methods of its own."""


OWNERS: dict[str, Any] = {
    "Resources": OKTA.collection(Device, "/Devices"),
    "Users": OKTA.users,
    "Groups": OKTA.groups,
    "AdminUsers": BRITIVE.users,
    "Tags": BRITIVE.tags,
    "Pager": PAGER,
    "User": scim.User(),
    "Group": scim.Group(),
    "Model": scim.Email(),
    "admin.Model": admin.Tag(),
    "admin.User": admin.User(),
    "admin.Tag": admin.Tag(),
    "britive_scim": britive_scim,
}


def test_hints_table_covers_every_class() -> None:
    assert set(HINTS) == set(OWNERS)


@each_value("owner", OWNERS)
def test_hinted_name_does_not_exist(owner: str) -> None:
    for name, hint in HINTS[owner].items():
        if name.isidentifier():
            with pytest.raises(AttributeError) as caught:
                getattr(OWNERS[owner], name)
            assert str(caught.value).endswith(f"; {hint}"), name


@each_value("owner", ["Resources", "Users", "Groups", "AdminUsers", "Tags"])
def test_hint_names_methods_that_exist(owner: str) -> None:
    for name, hint in HINTS[owner].items():
        for method in re.findall(r"(?<![\w.])[a-z][a-z_.]*(?=\()", hint):
            assert callable(attrgetter(method)(OWNERS[owner])), (name, method)


@each_value("owner", OWNERS)
def test_unknown_name_raises_without_hint(owner: str) -> None:
    with pytest.raises(AttributeError, match=r"'nonexistent'$"):
        _ = OWNERS[owner].nonexistent
    assert not hasattr(OWNERS[owner], "nonexistent")


def test_users_update_hint_names_three_methods() -> None:
    users: Any = OKTA.users
    with pytest.raises(
        AttributeError,
        match=r"^Users has no 'update'; use patch\(\) to change attributes, replace\(\) for a whole "
        r"resource, edit\(\) to read, change and write$",
    ):
        users.update("1")


def test_async_users_have_same_hints() -> None:
    users: Any = AsyncScimClient(URL, TOKEN).users
    with pytest.raises(AttributeError, match=r"AsyncUsers has no 'disable'; use deactivate\(\)"):
        users.disable("1")


def test_pager_len_and_index_raise_with_hint() -> None:
    pager: Any = PAGER
    with pytest.raises(TypeError, match=r"use count\(\)"):
        len(pager)
    with pytest.raises(TypeError, match=r"use head\(n\)"):
        pager[0]
    assert bool(pager) is True


@pytest.mark.parametrize("client", [ScimClient, AdminClient])
def test_hinted_keyword_is_not_a_parameter(client: Any) -> None:
    assert not KEYWORD_HINTS.keys() & inspect.signature(client).parameters.keys() - {"base_url"}
    for keyword, hint in KEYWORD_HINTS.items():
        with pytest.raises(TypeError) as caught:
            client(URL, TOKEN, **{keyword: 3})
        assert str(caught.value).endswith(f"unexpected keyword argument {keyword!r}; {hint}")


@each_value("client", [ScimClient, AdminClient, AsyncScimClient])
def test_unknown_keyword_error_names_client(client: Any) -> None:
    name = client.__name__
    with pytest.raises(
        TypeError, match=rf"^{name}\(\) got an unexpected keyword argument 'pages'$"
    ):
        client(URL, TOKEN, pages=3)


def test_subclass_can_add_keyword() -> None:
    class AcmeClient(ScimClient):
        def __init__(self, *, verify: bool, **options: Any) -> None:
            super().__init__(URL, TOKEN, **options)
            self.verify = verify

    assert AcmeClient(verify=True, read_only=True).verify


@each_value(
    "function",
    [ScimClient, AsyncScimClient, AdminClient, ScimClient.from_env, AdminClient.from_env],
)
def test_client_signature_shows_options_with_defaults(function: Any) -> None:
    parameters = inspect.signature(function).parameters
    options = [name for name in parameters if name not in ("base_url", "auth_scheme")][-6:]
    assert options == ["retry", "timeout", "transport", "http_client", "read_only", "settings"]
    assert parameters["retry"].default == RetryPolicy()
    assert parameters["timeout"].default == 30


@each_value(
    "name, known",
    [("NotFoundError", "NotFound"), ("APIError", "ApiError"), ("ConflictError", "Conflict")],
)
def test_error_name_with_suffix_hint_names_class(name: str, known: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'; use errors.{known}$"):
        getattr(errors, name)


def test_patch_request_from_wire_is_parse() -> None:
    document = {"Operations": [{"op": "Add", "path": "title", "value": "Guide"}]}
    request = scim.PatchRequest.from_wire(document, "entra")
    assert request == scim.PatchRequest.parse(document, "entra")
    assert request.to_wire()["Operations"][0]["value"] == "Guide"


def test_group_of_takes_members_by_position() -> None:
    assert scim.Group.of("Guides", ["1"]) == scim.Group.of("Guides", members=["1"])
