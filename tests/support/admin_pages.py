"""Fake lists of the admin API in each of its four paging styles, and one that changes."""

from __future__ import annotations

from typing import Any

import httpx

from support.fake_admin_api import HOST


class PagedLists(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Server of five items, two per page, in one paging style."""

    def __init__(self, style: str) -> None:
        self.style = style
        self.queries: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.queries.append(request.url.query.decode())
        number = int(request.url.params.get("page", request.url.params.get("token", "0")))
        items = [{"id": f"x{n}"} for n in range(number * 2, min(number * 2 + 2, 5))]
        more = f"{HOST}{request.url.path}?token={number + 1}" if number < 2 else ""
        headers = {"next-page": more} if more else {}
        match self.style:
            case "number":
                body: Any = {"count": 5, "page": number, "size": "2", "data": items}
                return httpx.Response(200, json=body)
            case "header":
                return httpx.Response(200, json=items, headers=headers)
            case "report":
                return httpx.Response(200, json={"reportId": "r", "data": items}, headers=headers)
            case "body":
                return httpx.Response(200, json={"result": items, "pagination": {"next": more}})
            case _:
                return httpx.Response(200, json=items)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


class ChangingUsers(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Server of users in pages of two that ignores filters.

    Args:
        names: usernames.
        deletes: whether the first user is deleted after the first page.
        count: number of users that it reports; `None` for their number.
    """

    def __init__(
        self, names: list[str], *, deletes: bool = False, count: int | None = None
    ) -> None:
        self.users = [{"userId": name, "username": name, "name": name} for name in names]
        self.deletes = deletes
        self.count = count
        self.queries: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.queries.append(request.url.query.decode())
        number = int(request.url.params.get("page", "0"))
        page = self.users[number * 2 : number * 2 + 2]
        count = len(self.users) if self.count is None else self.count
        if self.deletes:
            del self.users[0]
            self.deletes = False
        body = {"count": count, "page": number, "size": 2, "data": page}
        return httpx.Response(200, json=body)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)
