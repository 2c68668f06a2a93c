"""Properties of every resource, over generated values."""

import copy
import json
import pickle
import threading
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.scim import names

NAMES = st.sampled_from(
    [
        "schemas", "id", "externalId", "meta", "userName", "name", "active", "emails", "addresses",
        "groups", "x509Certificates", "password", "USERNAME", "Name", "eMails", "familyName", "value",
        "primary", "type", "created", "$ref", "manager", "department", "x", "urn:x:y",
        names.ENTERPRISE_USER, names.ENTERPRISE_USER.upper(), names.CUSTOM_USER, "Resources",
    ]
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(["", "True", "false", "2026-03-01T00:00:00Z", "2026-03-01 00:00:00", "7"])
)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=10)

TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
DATETIMES = st.none() | st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1))
EMAILS = st.builds(scim.Email, value=TEXT, type=TEXT, primary=st.none() | st.booleans())
USERS = st.builds(
    scim.User,
    id=TEXT,
    user_name=TEXT,
    active=st.none() | st.booleans(),
    name=st.none() | st.builds(scim.Name, formatted=TEXT, family_name=TEXT),
    emails=st.none() | st.lists(EMAILS, max_size=3),
    meta=st.none() | st.builds(scim.Meta, created=DATETIMES, version=TEXT),
    enterprise=st.none()
    | st.builds(
        scim.EnterpriseUser,
        department=TEXT,
        manager=st.none() | st.builds(scim.Manager, value=TEXT, ref=TEXT),
    ),
    custom=st.none()
    | st.dictionaries(st.sampled_from("abc"), JSON, max_size=3).map(lambda d: scim.CustomUser(**d)),
)


@given(USERS)
def test_user_written_form_is_read_as_equal(user: scim.User) -> None:
    assert scim.User.from_wire(user.to_wire()) == user
    assert scim.User.from_wire(json.dumps(user.to_wire(), allow_nan=False)) == user


@given(OBJECTS)
@example({"emails": {"schemas": None}, "eMails": False})  # an empty one, and another spelling of it
@example(
    {names.ENTERPRISE_USER: {"schemas": False}, names.ENTERPRISE_USER.upper(): {"schemas": None}}
)
def test_any_body_read_and_written_is_stable(sent: dict[str, Any]) -> None:
    user = scim.User.from_wire(json.dumps(sent))
    wire = user.to_wire()
    again = scim.User.from_wire(json.dumps(wire, allow_nan=False))
    assert again == user
    assert again.to_wire() == wire
    assert sorted(json.dumps(u.raw) for u in again.unread) == sorted(
        json.dumps(u.raw) for u in user.unread
    )
    assert scim.User.from_wire(sent) == user


@given(OBJECTS)
def test_any_body_strict_path_agrees_with_lenient_path(sent: dict[str, Any]) -> None:
    """What the fast path accepts, the lenient path reads equally."""
    from britive_scim.scim.codec.decode import decode_leniently

    assert decode_leniently(scim.User, sent) == scim.User.from_wire(sent)


@given(st.lists(OBJECTS, max_size=4))
def test_resource_alone_and_on_page_is_equal(sent: list[dict[str, Any]]) -> None:
    page = scim.ListResponse[scim.User].from_wire(json.dumps({"Resources": sent}))
    alone = [scim.User.from_wire(one) for one in sent]
    assert page.resources == alone
    assert scim.ListResponse[scim.User].from_wire(page.to_wire()) == page
    assert scim.ListResponse[scim.User].from_wire(json.dumps(sent)).resources == alone


@given(OBJECTS)
def test_any_resource_survives_copy_and_pickle(sent: dict[str, Any]) -> None:
    user = scim.User.from_wire(sent)
    assert copy.deepcopy(user) == user
    assert pickle.loads(pickle.dumps(user)) == user
    assert len(repr(user)) < 200
    assert "\n" not in repr(user)


@given(st.dictionaries(NAMES, JSON, max_size=8))
def test_any_document_gives_schema_or_error(sent: dict[str, Any]) -> None:
    attributes = [{**sent, "name": name} for name in ("a", "userName", "schemas")]
    document = {"id": "urn:x:y", "attributes": attributes}
    model = scim.model_from_schema(document)
    assert scim.schema_of(model) == scim.Schema.from_wire(document)
    assert model.from_wire({"a": [None]}).unread == ()


def test_threads_reading_new_class_do_not_interfere() -> None:
    for _ in range(5):

        class Fresh(scim.User):
            note: str | None = None
            parts: list[scim.Email] | None = None

        start = threading.Barrier(8)
        failures: list[BaseException] = []

        def work(
            start: threading.Barrier = start,
            model: type[Fresh] = Fresh,
            failures: list[BaseException] = failures,
        ) -> None:
            try:
                start.wait()
                read = model.from_wire('{"Note": "x", "parts": [{"VALUE": "a"}], "x": 1}')
                assert read.to_wire()["parts"] == [{"value": "a"}]
                scim.ListResponse[model].from_wire('[{"note": "x"}]')
                scim.ResourceSchema.of(model)
            except BaseException as error:  # noqa: BLE001 - the test reports a thread's failure
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
