"""Objects in a notebook: one line that says who it is, small tables, and short tracebacks."""

import traceback
from datetime import UTC, datetime
from typing import Any

import pytest

from britive_scim import admin, scim
from britive_scim.errors import BritiveScimError, NotFound
from britive_scim.notebook_text import describe
from britive_scim.provisioning import Directory, plan
from britive_scim.testing import Tenant
from britive_scim.wire.paging.page import Page
from support.each_value import each_value


class Printer:
    """Printer of IPython's protocol, which collects the text."""

    def __init__(self) -> None:
        self.lines = [""]

    def text(self, text: str) -> None:
        assert "\n" not in text
        self.lines[-1] += text

    def break_(self) -> None:
        self.lines.append("")


def show(value: Any) -> str:
    """Return the text that IPython shows: the first class with this method or with a `__repr__` decides."""
    for cls in type(value).__mro__:
        if "_repr_pretty_" in vars(cls):
            printer = Printer()
            vars(cls)["_repr_pretty_"](value, printer, False)
            return "\n".join(printer.lines)
        if "__repr__" in vars(cls):
            return repr(value)
    raise AssertionError


ANA = scim.User(
    user_name="ana@acme.com",
    name=scim.Name(given_name="Ana", family_name="Diaz"),
    active=True,
    password="s3cret-of-ana",
)


class AcmeUser(scim.User):
    """User class of a customer."""


@each_value(
    "value, text",
    [
        (ANA, "ana@acme.com · Ana Diaz · active"),
        (ANA.model_copy(update={"active": False}), "ana@acme.com · Ana Diaz · inactive"),
        (AcmeUser(user_name="b"), "b"),
        (scim.User[scim.CustomUser](user_name="b", active=True), "b · active"),
        (scim.User(title="Lead"), "User(title='Lead')"),
        (scim.Group(display_name="Ops"), "Ops · members unknown"),
        (scim.Group(display_name="Ops", members=[]), "Ops · 0 members"),
        (
            scim.Group(
                display_name="Ops", members=[scim.Member(value=str(n)) for n in range(9_999)]
            ),
            "Ops · 9,999 members",
        ),
        (scim.Member(value="1", display="Ana", type="User"), "Ana · 1 · User"),
        (scim.Email(value="a@b.c", type="work"), "Email(value='a@b.c', type='work')"),
        (admin.User(username="ana", name="Ana Diaz", status="active"), "ana · Ana Diaz · active"),
        (admin.Tag(name="Ops", status="Active"), "Ops · Active"),
        (admin.IdentityProvider(name="Okta", type="SAML"), "Okta · SAML"),
        (
            admin.AuditEvent(
                timestamp=datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC),
                actor={"username": "Okta"},
                event={"displayName": "create Users"},
                target={"displayName": "ana"},
                result={"success": False},
            ),
            "2026-05-06T07:08:09Z · Okta · create Users · ana · failed",
        ),
        (admin.AuditEvent(), "AuditEvent()"),
        (admin.AdminRole(name="TenantAdmin"), "AdminRole(name='TenantAdmin')"),
    ],
)
def test_line_says_who_it_is(value: Any, text: str) -> None:
    assert show(value) == text
    assert describe(value) == text


def test_line_is_short_and_shows_no_control_character() -> None:
    user = scim.User(user_name="a\nb" * 200, active=True)
    assert len(show(user)) <= 120
    assert "\n" not in show(user)


def test_reports_are_shown_as_printed() -> None:
    okta = Tenant("acme").scim_client("Okta")
    wanted = Directory.of([{"userName": "a"}], [{"displayName": "Ops"}])
    made = plan(wanted, okta.read_directory())
    report = okta.apply(made, only="Ops")
    for value in (made, report, okta.check(), wanted.problems, made.explain("Ops")):
        assert show(value) == str(value)


def test_html_has_the_line_as_caption_and_no_secret() -> None:
    html = ANA._repr_html_()
    assert "<caption>User ana@acme.com · Ana Diaz · active</caption>" in html
    assert "s3cret" not in html
    assert "<caption>Tag &lt;b&gt; · Active</caption>" in (
        admin.Tag(name="<b>", status="Active")._repr_html_()
    )
    token = admin.ApiToken.from_wire({"name": "ci", "status": "Active", "token": "s3cret-token"})
    assert "s3cret" not in token._repr_html_() + show(token)


def test_page_shows_one_line_an_item() -> None:
    page = Page(items=(ANA, scim.User(user_name="<b>")), total=7)
    html = page._repr_html_()
    assert "<caption>Page of 2 items, 7 in all</caption>" in html
    assert "<td>ana@acme.com · Ana Diaz · active</td>" in html
    assert "<td>&lt;b&gt;</td>" in html


def test_schema_shows_its_attributes() -> None:
    schema = scim.ResourceSchema.of(scim.User)
    rows = {row[0]: tuple(row[1:]) for row in schema.table()}
    assert rows["userName"] == ("string", False, True, "readWrite", "default")
    assert rows["emails.value"][0] == "string"
    assert rows["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"]
    assert "<caption>Schema User</caption>" in schema._repr_html_()
    assert schema._repr_html_().count("<tr>") == len(rows) + 1


def raise_deeply(depth: int) -> None:
    if depth:
        raise_deeply(depth - 1)
    Tenant("acme").scim_client("Okta").users.get("missing")


@each_value("depth", [0, 1, 20])
def test_traceback_in_notebook_has_at_most_five_frames(depth: int) -> None:
    with pytest.raises(NotFound) as caught:
        raise_deeply(depth)
    lines = caught.value._render_traceback_()
    frames = [line for line in lines if line.startswith("  File ")]
    assert 2 <= len(frames) <= 5
    assert "raise_deeply" in frames[-2]
    assert frames[-1].endswith("in get")
    assert lines[-2].startswith("britive_scim.errors.NotFound: GET /Users/missing: HTTP 404")
    assert lines[-1] == "help: errors/#notfound in the documentation"
    assert len(traceback.extract_tb(caught.value.__traceback__)) > len(frames)  # a script sees all


def test_traceback_of_error_that_was_not_raised_has_the_message() -> None:
    assert BritiveScimError("a\nb")._render_traceback_() == [
        "Traceback (most recent call last):",
        "britive_scim.errors.BritiveScimError: a",
        "b",
        "help: errors/#britivescimerror in the documentation",
    ]
