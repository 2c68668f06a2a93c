# Generated from tests/aio/test_admin_users_and_tags.py by tools/unasync.py; edit that file instead.
"""Identity attributes, users and tags."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from britive_scim import AdminClient, RetryPolicy, Settings, admin
from britive_scim.errors import InputError, NotFound
from support.fake_admin_api import TOKEN, FakeAdminApi

ATTRIBUTES = "/api/users/attributes"


def client(script: FakeAdminApi, **options: Any) -> AdminClient:
    return AdminClient(
        "acme", TOKEN, transport=script, retry=RetryPolicy(attempts=1), **options
    )


def make_pages(key: str, count: int, *, text_numbers: bool = False) -> Any:
    """Return a reply that serves `count` records page by page in the inline envelope."""

    def reply(request: httpx.Request) -> tuple[int, Any]:
        page, size = (int(request.url.params[name]) for name in ("page", "size"))
        data = [{key: f"x{n}"} for n in range(page * size, min(count, (page + 1) * size))]
        number = str if text_numbers else int
        return 200, {"count": number(count), "page": page, "size": number(size), "data": data}

    return reply


class TestIdentityAttributes:
    def test_find_by_name_matches_exact_name(self) -> None:
        known = [
            {"id": "a1", "name": "Username", "builtIn": True},
            {"id": "c1", "name": "costCode"},
        ]
        script = FakeAdminApi(
            {f"GET {ATTRIBUTES}": (200, known), f"GET {ATTRIBUTES}/c1": (200, known[1])}
        )
        with client(script) as britive:
            result = britive.identity_attributes.find_by_name("costCode")
            assert result is not None
            assert britive.identity_attributes.get(result) == result
            assert britive.identity_attributes.find_by_name("costcode") is None
            assert len(britive.identity_attributes.list(identity_type="User")) == 2
        assert script.sent[-1].query == "type=User"

    def test_create_sends_all_mandatory_fields(self) -> None:
        script = FakeAdminApi({f"POST {ATTRIBUTES}": (200, {"id": "c1", "name": "costCode"})})
        with client(script) as britive:
            created = britive.identity_attributes.create("costCode")
            britive.identity_attributes.create(
                "badges",
                description="Doors",
                data_type="Number",
                multi_valued=True,
                identity_types=["User", "ServiceIdentity"],
            )
        assert created.id == "c1"
        assert script.bodies(f"POST {ATTRIBUTES}") == [
            {
                "name": "costCode",
                "description": "costCode",
                "dataType": "String",
                "multiValued": False,
                "identityTypes": ["User"],
            },
            {
                "name": "badges",
                "description": "Doors",
                "dataType": "Number",
                "multiValued": True,
                "identityTypes": ["User", "ServiceIdentity"],
            },
        ]

    @pytest.mark.parametrize(
        "arguments",
        [
            {"name": ""},
            {"name": "x", "data_type": "Text"},
            {"name": "x", "identity_types": "User"},
            {"name": "x", "identity_types": []},
        ],
    )
    def test_create_invalid_arguments_raises_input_error(
        self, arguments: dict[str, Any]
    ) -> None:
        script = FakeAdminApi()
        with client(script) as britive:
            with pytest.raises(InputError):
                britive.identity_attributes.create(**arguments)
        assert script.sent == []

    @pytest.mark.parametrize("response", [(200, {}), (200, None), (204, None)])
    def test_delete_accepts_every_success_response(self, response: tuple[int, Any]) -> None:
        script = FakeAdminApi({f"DELETE {ATTRIBUTES}/c1": response})
        with client(script) as britive:
            britive.identity_attributes.delete(admin.IdentityAttribute(id="c1"))
        assert script.lines == [f"DELETE {ATTRIBUTES}/c1"]


class TestUsers:
    @pytest.mark.parametrize("text_numbers", [False, True])
    @pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 40])
    def test_list_reads_all_pages(self, count: int, text_numbers: bool) -> None:
        script = FakeAdminApi(
            {"GET /api/users": make_pages("userId", count, text_numbers=text_numbers)}
        )
        with client(script, settings=Settings(page_size=20)) as britive:
            pager = britive.users.list()
            result = [user.id for user in pager]
        assert result == [f"x{n}" for n in range(count)]
        assert pager.total == count
        assert pager.complete is True
        assert len(script.sent) == max(1, -(-count // 20)), "no page too many"
        assert script.sent[0].query == "type=User&page=0&size=20"

    def test_list_first_and_count_read_one_item(self) -> None:
        script = FakeAdminApi({"GET /api/users": make_pages("userId", 100)})
        with client(script) as britive:
            first = britive.users.list(page_size=10).first()
            assert britive.users.list(page_size=10).count() == 100
        assert first is not None
        assert first.id == "x0"
        assert [sent.query.rpartition("&")[2] for sent in script.sent] == ["size=1", "size=1"]

    def test_list_sends_query_and_checks_filter_fields(self) -> None:
        script = FakeAdminApi({"GET /api/users": make_pages("userId", 1)})
        with client(script) as britive:
            pager = britive.users.list(
                filter=admin.where("name").co("Díaz"),
                search="ana",
                identity_type="ServiceIdentity",
                include_tags=True,
                sort="name,asc",
            )
            assert pager.first() is not None
            with pytest.raises(InputError, match="filter of users"):
                britive.users.list(filter=admin.where("emial").eq("x"))
        params = httpx.QueryParams(script.sent[0].query)
        assert dict(params) == {
            "type": "ServiceIdentity",
            "filter": 'name co "Díaz"',
            "searchText": "ana",
            "includeTags": "true",
            "sort": "name,asc",
            "page": "0",
            "size": "1",
        }

    @pytest.mark.parametrize(
        "response", [[{"userId": "u1"}], {"userId": "u1"}, {"count": 1, "data": [{"userId": "u1"}]}]
    )
    def test_list_reads_list_object_or_envelope(self, response: Any) -> None:
        script = FakeAdminApi({"GET /api/users": (200, response)})
        with client(script) as britive:
            assert [user.id for user in britive.users.list()] == ["u1"]

    def test_get_returns_user(self) -> None:
        script = FakeAdminApi({"GET /api/users/u1": (200, {"userId": "u1", "status": "active"})})
        with client(script) as britive:
            user = britive.users.get("u1")
        assert user.is_active is True

    def test_get_missing_user_raises_not_found(self) -> None:
        script = FakeAdminApi({"GET /api/users/u1": (200, None)})
        with client(script) as britive:
            for id_ in ("u1", "u2"):
                with pytest.raises(NotFound):
                    britive.users.get(id_)


class TestTags:
    def test_list_and_get_return_tags(self) -> None:
        script = FakeAdminApi(
            {
                "GET /api/user-tags": make_pages("userTagId", 3),
                "GET /api/user-tags/x0": (200, {"userTagId": "x0", "status": "Active"}),
            }
        )
        with client(script) as britive:
            tags = [
                tag
                for tag in britive.tags.list(
                    filter=admin.where("status").eq("Active"),
                    search="x",
                    sort="name,desc",
                    page_size=2,
                )
            ]
            tag = britive.tags.get(tags[0])
        assert [item.id for item in tags] == ["x0", "x1", "x2"]
        assert tag.is_active is True
        assert "filter=status%20eq%20%22Active%22" in script.sent[0].query
