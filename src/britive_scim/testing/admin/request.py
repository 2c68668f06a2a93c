"""One request to the admin API, as its nouns see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from britive_scim.testing.admin.problem import Problem
from britive_scim.testing.http.messages import Answer, Request
from britive_scim.testing.state.context import World
from britive_scim.testing.state.state import IdentityAttribute, Provider, Tag, User

__all__ = ["Call", "Handler", "Routes", "answer", "nothing", "objects", "text_field"]


@dataclass(slots=True)
class Call:
    """A request with the world it meets.

    Attributes:
        slots: what stood at the `{}` of the route, in order.
        caller: whose token it came with; `None` for a token that nobody owns, such as the tenant's own.
    """

    world: World
    request: Request
    slots: tuple[str, ...]
    caller: User | None = None

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises:
            Problem: it is not JSON.
        """
        try:
            return json.loads(self.request.body.decode())
        except (ValueError, RecursionError):
            raise Problem.invalid("the body is not JSON") from None

    def fields(self) -> dict[str, Any]:
        """Return the body, which must be an object.

        Raises:
            Problem: it is not.
        """
        body = self.json()
        if not isinstance(body, dict):
            raise Problem.invalid("the body must be an object")
        return cast("dict[str, Any]", body)

    def items(self) -> list[dict[str, Any]]:
        """Return the body, which must be an array of objects.

        Raises:
            Problem: it is not.
        """
        return objects(self.json())

    def ids(self) -> list[str]:
        """Return the body, which must be an array of texts.

        Raises:
            Problem: it is not.
        """
        body = self.json()
        if not isinstance(body, list):
            raise Problem.invalid("the body must be an array of ids")
        return [str(one) for one in cast("list[object]", body)]

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, or `None`."""
        return self.request.parameter(name)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean query parameter.

        Raises:
            Problem: neither `true` nor `false`.
        """
        value = self.parameter(name)
        if value is None or not value:
            return default
        if value.lower() not in ("true", "false"):
            raise Problem.invalid(f"{name} is {value!r}: it must be true or false")
        return value.lower() == "true"

    # ------------------------------------------------------------------------- what a slot names

    def provider(self) -> Provider:
        """Return the identity provider the first slot names.

        Raises:
            Problem: there is none.
        """
        provider = self.world.state.providers.get(self.slots[0])
        if provider is None:
            raise Problem.missing("identity provider", self.slots[0])
        return provider

    def attribute(self) -> IdentityAttribute:
        """Return the identity attribute the first slot names.

        Raises:
            Problem: there is none.
        """
        attribute = self.world.state.attributes.get(self.slots[0])
        if attribute is None:
            raise Problem.missing("identity attribute", self.slots[0])
        return attribute

    def user(self, slot: int = 0) -> User:
        """Return the user a slot names.

        Raises:
            Problem: there is none.
        """
        user = self.world.state.users.get(self.slots[slot])
        if user is None:
            raise Problem.missing("user", self.slots[slot])
        return user

    def tag(self) -> Tag:
        """Return the tag the first slot names.

        Raises:
            Problem: there is none.
        """
        tag = self.world.state.tags.get(self.slots[0])
        if tag is None:
            raise Problem.missing("tag", self.slots[0])
        return tag


Handler = Callable[[Call], Answer]
Routes = dict[str, dict[str, Handler]]
"""Path below `/api`, slots written `{}` -> HTTP method -> handler."""


def answer(document: Any, status: int = 200) -> Answer:
    """Return an answer with a JSON body."""
    return Answer(
        status,
        {"Content-Type": "application/json"},
        json.dumps(document).encode(),
    )


def nothing(status: int = 204) -> Answer:
    """Return an answer without a body."""
    return Answer(status, {}, b"")


def objects(value: Any) -> list[dict[str, Any]]:
    """Return a part of a body, or all of it, which must be an array of objects.

    Raises:
        Problem: it is not.
    """
    if not isinstance(value, list):
        raise Problem.invalid("an array is wanted")
    items = cast("list[object]", value)
    if not all(isinstance(item, dict) for item in items):
        raise Problem.invalid("an array of objects is wanted")
    return cast("list[dict[str, Any]]", items)


def text_field(fields: dict[str, Any], name: str, *, required: bool = False) -> str | None:
    """Return a text member of a body; `None` where it is absent or null.

    Raises:
        Problem: it is not text, or is required and empty.
    """
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Problem.invalid(f"{name} must be text")
    if required and not (value and value.strip()):
        raise Problem.invalid(f"{name} is required")
    return value
