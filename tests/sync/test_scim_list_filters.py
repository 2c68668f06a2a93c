# Generated from tests/aio/test_scim_list_filters.py by tools/unasync.py; edit that file instead.
"""Filters that a server ignores, and conditions on the client's side (`where`)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from britive_scim import ScimClient, errors, scim
from britive_scim.sync.pager import Pager
from britive_scim.testing import Capabilities, Tenant
from support.each_value import each_value
from support.fake_scim_server import (
    TOKEN,
    URL,
    FakeScimServer,
    make_error,
    make_group,
    make_list,
    make_user,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class UnfilteredServer(FakeScimServer):
    """A server that ignores filters, and pages by index."""

    def __init__(self, *resources: dict[str, Any]) -> None:
        super().__init__(self.respond)
        self.resources = list(resources)

    def respond(self, request: httpx.Request) -> httpx.Response:
        query = json.loads(request.content) if request.content else dict(request.url.params)
        start, count = int(query["startIndex"]), int(query["count"])
        page = self.resources[start - 1 : start - 1 + count]
        return make_list(*page, total=len(self.resources))


def client_of(script: FakeScimServer) -> ScimClient:
    return ScimClient(URL, TOKEN, transport=script)


def make_titled(*titles: str | None) -> list[dict[str, Any]]:
    return [
        make_user(n, **({} if title is None else {"title": title}))
        for n, title in enumerate(titles, 1)
    ]


def read_by(pager: Pager[scim.User], method: str) -> None:
    if method == "first":
        pager.first()
    elif method == "count":
        pager.count()
    else:
        _ = [user for user in pager]


@each_value("concurrency", [1, 4])
@each_value("method", ["list", "search", "first", "count"])
def test_ignored_filter_raises_and_names_ways_out(method: str, concurrency: int) -> None:
    script = UnfilteredServer(*[make_user(n) for n in range(1, 30)])
    with client_of(script) as client:
        read = client.users.search if method == "search" else client.users.list
        pager = read(filter='userName eq "zoe@example.com"', page_size=10, concurrency=concurrency)
        with pytest.raises(errors.UnexpectedResponse) as caught:
            read_by(pager, method)
    message = str(caught.value)
    for part in ("does not apply the filter", "userName", "where=", "verify=False"):
        assert part in message
    assert caught.value.path in ("/Users", "/Users/.search")


def test_refused_filter_names_filter_on_clients_side() -> None:
    tenant = Tenant("acme", capabilities=Capabilities(filters="refused"))
    with tenant.scim_client("Okta") as client:
        for read in (client.users.list, client.users.search, client.groups.list):
            name = "displayName" if read == client.groups.list else "userName"
            with pytest.raises(errors.BadRequest, match=r"refuses the filter: .*where=") as caught:
                read(filter=f'{name} eq "zoe"').first()
            assert caught.value.scim_type == "invalidFilter"
        script = FakeScimServer(make_error(400, scimType="invalidFilter"))
        with client_of(script) as other:
            with pytest.raises(errors.BadRequest) as caught:
                other.users.patch("1", {'emails[type eq "work"].display': "x"})
        assert caught.value.scim_type == "invalidFilter"
        assert "where=" not in str(caught.value)


def test_search_across_types_raises_for_ignored_filter() -> None:
    script = UnfilteredServer(make_user(1, externalId="a"), make_group(2, externalId="b"))
    with client_of(script) as client:
        with pytest.raises(errors.UnexpectedResponse, match="externalId"):
            _ = [item for item in client.search(filter='externalId eq "c"')]
        pager = client.search(filter='userName eq "u1@example.com" or displayName eq "Group 2"')
        assert len([item for item in pager]) == 2


def test_few_contradictions_are_left_out_and_counted() -> None:
    script = UnfilteredServer(*make_titled("CTO", "CEO", "cto", None, "Cto"))
    with client_of(script) as client:
        pager = client.users.list(filter='title eq "CTO"')
        assert [user.id for user in pager] == ["1", "3", "4", "5"]
        assert (pager.contradictions, pager.total, pager.complete) == (1, 5, True)
        assert [user.id for user in pager] == ["1", "3", "4", "5"]
        assert pager.contradictions == 1, "of one loop"
        assert pager.count() == 5, "the number according to the server"


@each_value(
    "titles, page_size, returned",
    [
        (["CTO", "CEO", "CEO", "CTO"], 10, 2),  # half of them is not more than half
        (["CTO", "CEO", "CEO", "CTO", "CEO", "CTO"], 2, 3),
        ([None, None], 10, 2),
    ],
)
def test_half_of_items_may_contradict(
    titles: list[str | None], page_size: int, returned: int
) -> None:
    with client_of(UnfilteredServer(*make_titled(*titles))) as client:
        pager = client.users.list(filter='title eq "CTO"', page_size=page_size)
        assert len([user for user in pager]) == returned


@each_value(
    "titles, page_size",
    [
        (["CEO"], 10),
        (["CTO", "CEO", "CEO"], 10),
        (["CTO", "CTO", "CTO", "CTO", "CEO", "CEO"], 2),  # a whole page
        (["CTO", "CEO", "CTO", "CEO", "CTO", "CEO", "CEO"], 3),
    ],
)
def test_many_contradictions_raise(titles: list[str | None], page_size: int) -> None:
    with client_of(UnfilteredServer(*make_titled(*titles))) as client:
        pager = client.users.list(filter='title eq "CTO"', page_size=page_size)
        with pytest.raises(errors.UnexpectedResponse, match="contradict it by their title"):
            _ = [user for user in pager]
        assert pager.complete is False
        assert "contradict it by their title" in str(pager.why_incomplete)


def test_first_and_count_skip_items_that_contradict() -> None:
    script = UnfilteredServer(*make_titled("CEO", "CTO", "cto"))
    with client_of(script) as client:
        pager = client.users.list(filter='title eq "CTO"')
        first = pager.first()
        assert first is not None
        assert first.id == "2"
        assert pager.count() == 2


def test_verify_false_returns_items_as_sent() -> None:
    script = UnfilteredServer(*make_titled("CEO", "CEO"))
    with client_of(script) as client:
        pager = client.users.list(filter='title eq "CTO"', verify=False)
        assert len([user for user in pager]) == 2
        assert pager.contradictions == 0
        assert client.users.search(filter='title eq "CTO"', verify=False).first()
        assert client.users.list(filter='title eq "CTO"', verify=False).count() == 2


def test_lookup_on_server_that_ignores_filters_still_finds() -> None:
    script = UnfilteredServer(*[make_user(n) for n in range(1, 4)])
    with client_of(script) as client:
        found = client.users.find_by_user_name("U3@example.com")
        assert found is not None
        assert found.id == "3"
        assert client.users.find_by_user_name("nobody@example.com") is None


def test_list_without_attribute_of_filter_is_returned() -> None:
    """The response lacks the attribute, because it was not requested."""
    script = UnfilteredServer(*[make_user(n) for n in range(1, 4)])
    with client_of(script) as client:
        pager = client.users.list(filter='title eq "CTO"', attributes=["userName"])
        assert len([user for user in pager]) == 3
        pager = client.users.list(filter='title eq "CTO"', excluded_attributes=["title"])
        assert len([user for user in pager]) == 3


def test_members_cut_in_lists_do_not_contradict() -> None:
    """Lists show the first members, or none that are groups (fleet #52501, FusionAuth #2784)."""
    cut = make_group(1, members=[{"value": f"p{n}"} for n in range(100)])
    with client_of(UnfilteredServer(cut, make_group(2), make_group(3, members=[]))) as client:
        for text in ('members.value eq "p200"', 'members[value eq "child" and type eq "Group"]'):
            pager = client.groups.list(filter=text)
            assert len([group for group in pager]) == 3
            assert pager.contradictions == 0
    user = make_user(1, groups=[{"value": "g1"}])
    with client_of(UnfilteredServer(user)) as client:
        assert client.users.list(filter='groups.value eq "g2"').first()


@each_value("filters", ["ignored", "wildcard", "honoured"])
def test_ignored_filter_of_tenant_is_detected(filters: Any) -> None:
    tenant = Tenant(capabilities=Capabilities(filters=filters))
    with tenant.scim_client("Okta") as okta:
        for name in ("ana", "anabel", "bo"):
            okta.users.create(
                scim.User.of(email=f"{name}@a.com", given_name=name, family_name="x")
            )
        pager = okta.users.list(filter='userName sw "ana"')
        if filters == "ignored":
            assert [user.user_name for user in pager] == ["ana@a.com", "anabel@a.com"]
            assert pager.contradictions == 1
            with pytest.raises(errors.UnexpectedResponse, match="userName"):
                _ = [user for user in okta.users.list(filter='userName eq "bo@a.com"')]
        else:
            assert [user.user_name for user in pager] == ["ana@a.com", "anabel@a.com"]
            assert pager.contradictions == 0
        found = okta.users.list(where='userName eq "bo@a.com"')
        assert [user.user_name for user in found] == ["bo@a.com"]


# ------------------------------------------------------------------------------- where


@each_value(
    "where",
    [
        'title eq "CTO"',
        scim.attr("title").eq("cto"),
        lambda user: (user.title or "").upper() == "CTO",
    ],
)
@each_value("concurrency", [1, 4])
def test_where_filters_on_clients_side(concurrency: int, where: Any) -> None:
    script = UnfilteredServer(*make_titled("CEO", "CTO", None, "cto", "CEO"))
    with client_of(script) as client:
        pager = client.users.list(where=where, page_size=2, concurrency=concurrency)
        assert [user.id for user in pager] == ["2", "4"]
        assert (pager.total, pager.complete, pager.contradictions) == (5, True, 0)
        assert [len(page) for page in pager.pages()] == [1, 1, 0]
        sent = len(script.sent)
        first = pager.first()
        assert first is not None
        assert first.id == "2"
        assert len(script.sent) <= sent + concurrency, "up to the first match"
        assert pager.complete is True, "of the loop"
        assert client.users.list(where='title eq "CFO"').first() is None
        assert [user.id for user in client.users.search(where=where)] == ["2", "4"]
    assert all("filter" not in query for query in script.queries)


def test_where_with_filter_applies_both() -> None:
    script = UnfilteredServer(*make_titled("CTO", "CTO", "CEO"))
    with client_of(script) as client:
        pager = client.users.list(filter='title eq "CTO"', where='userName sw "u2"')
        assert [user.id for user in pager] == ["2"]
        assert pager.contradictions == 1
    assert script.queries[0]["filter"] == 'title eq "CTO"'


@each_value("where", ['userName eq "a"', lambda _: True])
def test_count_with_where_raises_input_error(where: Any) -> None:
    script = UnfilteredServer(make_user(1))
    with client_of(script) as client:
        with pytest.raises(errors.InputError, match="where"):
            client.users.list(where=where).count()
    assert not script.sent


@each_value(
    "where, attributes, sent",
    [
        ('title eq "x"', ["userName"], "userName,title"),
        ('title eq "x" and not (TITLE pr)', ["Title"], "title"),
        ('name.givenName eq "x"', ["name"], "name"),
        ('name.givenName eq "x"', ["name.familyName"], "name.familyName,name.givenName"),
        ('emails[type eq "work" and value co "x"]', ["id"], "id,emails"),
        ('emails.value eq "x" or emails.type eq "y"', ["id"], "id,emails.value,emails.type"),
        (f'{ENTERPRISE}:department eq "x"', [ENTERPRISE], ENTERPRISE),
        (f'{ENTERPRISE}:department eq "x"', ["id"], f"id,{ENTERPRISE}:department"),
        (
            'urn:ietf:params:scim:schemas:core:2.0:User:title eq "x"',
            ["title"],
            "title",
        ),
        ('enterprise.department eq "x"', ["user_name"], f"userName,{ENTERPRISE}:department"),
        ('enterprise.department eq "x"', ["enterprise"], ENTERPRISE),
        ('name.given_name eq "x"', ["name.givenName"], "name.givenName"),
        (lambda _: True, ["userName"], "userName"),
        ('title eq "x"', [], None),
        ('title eq "x"', None, None),
    ],
)
def test_where_adds_its_attributes_to_requested(
    where: Any, attributes: list[str] | None, sent: str | None
) -> None:
    script = UnfilteredServer(make_user(1))
    with client_of(script) as client:
        _ = [user for user in client.users.list(where=where, attributes=attributes)]
    assert script.queries[0].get("attributes") == sent


@each_value(
    "where, excluded, sent",
    [
        ('title eq "x"', ["title", "photos"], "photos"),
        ('name.givenName eq "x"', ["name", "photos"], "photos"),
        ('name[givenName eq "x"]', ["name.familyName"], None),
        (f'{ENTERPRISE}:department eq "x"', [ENTERPRISE, "title"], "title"),
        ('enterprise.department eq "x"', ["enterprise.department", "title"], "title"),
        ('title eq "x"', ["nickName"], "nickName"),
        (lambda _: True, ["title"], "title"),
    ],
)
def test_where_keeps_its_attributes_from_exclusion(
    where: Any, excluded: list[str], sent: str | None
) -> None:
    script = UnfilteredServer(make_user(1))
    with client_of(script) as client:
        pager = client.users.list(where=where, excluded_attributes=excluded)
        _ = [user for user in pager]
    assert script.queries[0].get("excludedAttributes") == sent


def test_where_in_search_across_types_uses_each_class() -> None:
    script = UnfilteredServer(make_user(1), make_group(2), make_group(3))
    with client_of(script) as client:
        pager = client.search(where='id eq "g3" or id eq "1"', attributes=["displayName"])
        assert [item.id for item in pager] == ["1", "g3"]
    assert script.bodies[0]["attributes"] == ["displayName", "id"]


@each_value(
    "where, error",
    [
        ("title eq", errors.InvalidFilter),
        ("", errors.InvalidFilter),
        ("active gt true", errors.InvalidFilter),
        ("titel pr", errors.InvalidFilter),
        (5, errors.InputError),
        ([], errors.InputError),
    ],
)
def test_invalid_where_raises_at_once(where: Any, error: type[Exception]) -> None:
    with client_of(UnfilteredServer()) as client:
        with pytest.raises(error):
            client.users.list(where=where)


def test_where_without_strict_reads_undeclared_names() -> None:
    urn = "urn:example:2.0:Badge"
    script = UnfilteredServer(make_user(1, **{urn: {"number": "7"}}), make_user(2))
    with client_of(script) as client:
        pager = client.users.list(where=f'{urn}:number eq "7"', strict=False)
        assert [user.id for user in pager] == ["1"]
        pager = client.users.list(where="titel pr", strict=False)
        assert [user.id for user in pager] == []


def test_error_of_where_function_is_raised() -> None:
    with client_of(UnfilteredServer(make_user(1))) as client:
        with pytest.raises(ZeroDivisionError):
            _ = [user for user in client.users.list(where=lambda _: 1 / 0)]
