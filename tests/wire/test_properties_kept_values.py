"""Properties of PUT and PATCH with generated users: emptied values are removed, and kept values are not reported."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from britive_scim import ScimClient, Settings, scim
from britive_scim.errors import BritiveScimError, UnexpectedResponse
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_response
from support.patch_strategies import any_json, operations, users

pytestmark = pytest.mark.proof

many = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
requests = st.lists(operations(), min_size=1, max_size=4)


class KeepingServer(FakeScimServer):
    """Server of one user that keeps attributes omitted in a PUT, and sub-attributes of complex values and extensions."""

    def __init__(self, stored: dict[str, Any]) -> None:
        super().__init__(self.respond)
        self.stored = stored

    def respond(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            for name, value in json.loads(request.content).items():
                old = self.stored.get(name)
                is_merged = isinstance(value, dict) and isinstance(old, dict)
                self.stored[name] = {**old, **value} if is_merged else value
        return make_response(200, self.stored)


def read(stored: Any) -> scim.User:
    """Return the user without values that no server stores, such as `[{}]`."""
    return scim.User.from_wire(scim.User.from_wire(stored).to_wire())


def build_request(ops: list[Any], dialect: Any) -> scim.PatchRequest | None:
    try:
        return scim.PatchRequest(ops, dialect)
    except BritiveScimError:
        return None


def apply(request: scim.PatchRequest, user: scim.User) -> scim.User | None:
    try:
        return request.apply(user)
    except BritiveScimError:
        return None


@many
@given(users, requests, st.sampled_from(["strict", "entra"]))
def test_emptied_values_are_removed_where_omitted_ones_stay(
    stored: Any, ops: list[Any], dialect: Any
) -> None:
    user, request = read(stored), build_request(ops, dialect)
    wanted = None if request is None else apply(request, user)
    if request is None or wanted is None or user.id is None:
        return
    for changes in ("put", "replace"):
        server = KeepingServer(json.loads(json.dumps(user.to_wire())))
        with ScimClient(URL, TOKEN, transport=server, settings=Settings(changes="put")) as client:
            try:
                if changes == "put":
                    result = client.users.patch(user, request)
                else:
                    result = client.users.replace(wanted)
            except UnexpectedResponse as error:
                raise AssertionError(f"{error} after {server.bodies}") from None
        assert scim.equal(result, wanted, ignore=["password"]), server.bodies


@many
@given(users, requests, st.sampled_from(["strict", "entra"]))
def test_patch_in_effect_has_nothing_unkept(stored: Any, ops: list[Any], dialect: Any) -> None:
    user, request = read(stored), build_request(ops, dialect)
    after = None if request is None else apply(request, user)
    again = None if request is None or after is None else apply(request, after)
    if request is None or after is None or again is None or not scim.equal(after, again):
        return
    response = make_response(200, {**after.to_wire(), "id": "1"})
    with ScimClient(URL, TOKEN, transport=FakeScimServer(response)) as client:
        assert client.users.patch("1", request).unkept == ()
        assert client.users.replace(after.model_copy(update={"id": "1"})).unkept == ()


@many
@given(
    users,
    st.dictionaries(st.sampled_from(["title", "name", "emails", "x", "urn:a:b"]), any_json),
    requests,
)
def test_write_with_any_response_raises_no_other_error(
    sent: Any, more: dict[str, Any], ops: list[Any]
) -> None:
    user, request = scim.User.from_wire(sent), build_request(ops, "entra")
    response = make_response(200, {**user.to_wire(), **more, "id": "1"})
    with ScimClient(URL, TOKEN, transport=FakeScimServer(response)) as client:
        try:
            client.users.replace(user.model_copy(update={"id": "1"}))
            if request is not None:
                client.users.patch("1", request)
        except UnexpectedResponse:
            pass
