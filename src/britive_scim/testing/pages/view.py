"""The tenant as a page sees it, and the result of rendering a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlencode

from britive_scim.testing.http.faults import Faults
from britive_scim.testing.http.messages import ExchangeLog
from britive_scim.testing.pages.markup import Html
from britive_scim.testing.state.context import TenantContext
from britive_scim.testing.state.state import State

__all__ = ["RenderedPage", "View", "build_path"]


@dataclass(frozen=True, slots=True)
class View:
    """The tenant and the query of one page.

    Attributes:
        context: the tenant.
        requests: the latest exchanges.
        faults: the scripted faults.
        path: path of the page.
        query: parameters of the URL by name.
        page_token: the token that a form sends with a write.
    """

    context: TenantContext
    requests: ExchangeLog
    faults: Faults
    path: str
    query: Mapping[str, str]
    page_token: str = field(repr=False)

    @property
    def state(self) -> State:
        """The records of the tenant."""
        return self.context.state

    @property
    def search(self) -> str:
        """The search of the URL, without space around it."""
        return self.query.get("q", "").strip()

    @property
    def is_paused(self) -> bool:
        """True if the page shall not refresh itself."""
        return "paused" in self.query

    def now(self) -> datetime:
        """Return the tenant's time."""
        return self.context.now()

    def build_url(self, **changes: str | None) -> str:
        """Return the URL of this page with other parameters; `None` removes one."""
        query = {**self.query, **changes}
        kept = {name: value for name, value in query.items() if value is not None}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A rendered page.

    Attributes:
        title: heading and title.
        content: the part that refreshes itself.
        controls: search and forms, which keep the focus while the content is replaced.
        details: panel beside the content, or `None`.
        is_found: whether the page exists.
    """

    title: str
    content: Html
    controls: Html = Html("")  # noqa: RUF009 - immutable, a string
    details: Html | None = None
    is_found: bool = True


def build_path(collection: str, id_: str | int) -> str:
    """Return the path of one object, such as `/users/7`.

    Examples:
        >>> build_path("users", "a/b")
        '/users/a%2Fb'
    """
    return f"/{collection}/{quote(str(id_), safe='')}"
