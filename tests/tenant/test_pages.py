"""The pages of a tenant: contents, search, parts of long lists, secrets, checks of requests."""

import hashlib
import html
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import httpx
import pytest

from britive_scim.testing import Tenant
from support.each_value import each_value
from support.tenant_callers import Caller, make_user
from support.tenant_pages import PATHS, list_paths, render_all_pages


def read(tenant: Tenant, target: str) -> str:
    """Return a page without tags, and with one space between words."""
    page = tenant.pages.render(target).body.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_overview_shows_counts_and_clock(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    tenant.populate(users=12, groups=2)
    okta.create_user("ana@acme.com")
    okta.get("/Users/none")
    tenant.faults.add(cut="before", times=2)
    with pytest.raises(ConnectionError):
        admin.get("/users")
    text = read(tenant, "/")
    assert "Tenant time 2026-05-01 12:00:00 UTC" in text
    for part in ("13 Users", "2 Tags", "3 Identity providers", "3 Requests", "2 Failed requests"):
        assert part in text
    assert "1 Audit events" in text
    assert "1 Scripted faults" in text
    assert "3 of 3 requests" in text
    assert "GET /api/scim/v2/Users/none: 404" in text
    assert "expires on 2026-07-30, in 90 days" in text


def test_empty_pages_show_a_command(tenant: Tenant) -> None:
    for path in ("/", "/requests", "/users", "/tags"):
        text = read(tenant, path)
        assert 'curl -H "Authorization: Bearer $BRITIVE_SCIM_TOKEN"' in text
        assert "https://acme.britive-app.com/api/scim/v2/" in text
    assert 'curl -H "Authorization: TOKEN $BRITIVE_API_TOKEN"' in read(tenant, "/audit-log")
    assert "britive-scim serve --fault" in read(tenant, "/faults")


def test_commands_of_empty_pages_create_resources(tenant: Tenant, okta: Caller) -> None:
    for path, endpoint in (("/users", "/Users"), ("/tags", "/Groups")):
        body = re.search(r"-d '(.*?)'", html.unescape(tenant.pages.render(path).body.decode()))
        assert body
        assert okta.post(endpoint, body[1]).status == 201


def test_request_list_shows_outcome_and_caller(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    okta.get("/Users", filter='userName eq "zoe"')
    admin.get("/users")
    Caller(tenant, "/api/scim/v2", "Bearer wrong").get("/Users")
    tenant.faults.add(503)
    okta.get("/Groups")
    tenant.faults.add(cut="after")
    with pytest.raises(ConnectionError):
        okta.post("/Users", make_user("ana@acme.com"))
    text = read(tenant, "/requests")
    assert re.search(
        r"POST /api/scim/v2/Users cut fault [\d.]+ ms Okta .*"
        r"GET /api/scim/v2/Groups 503 fault [\d.]+ ms - .*"
        r"GET /api/scim/v2/Users 401 [\d.]+ ms - .*"
        r"GET /api/users 200 [\d.]+ ms API token .*"
        r'GET /api/scim/v2/Users\?filter=userName eq "zoe" 200 [\d.]+ ms Okta',
        text,
    )
    assert "5 requests" in text


def test_request_list_search_finds_all_words(tenant: Tenant, okta: Caller) -> None:
    for _ in range(3):
        okta.get("/Users")
    okta.get("/Groups/none")
    assert "1 request " in read(tenant, "/requests?q=get+404")
    assert "3 requests" in read(tenant, "/requests?q=%20users%20okta")
    assert "No request matches 'delete'." in read(tenant, "/requests?q=delete")


def test_long_lists_say_how_much_is_shown(tenant: Tenant, okta: Caller) -> None:
    tenant.populate(users=205, groups=0)
    for number in range(101):
        okta.get(f"/Users/{number}")
    assert "100 of 205 users Next" in read(tenant, "/users")
    assert "101 to 200 of 205 users Previous Next" in read(tenant, "/users?start=100")
    assert "201 to 205 of 205 users Previous" in read(tenant, "/users?start=9999")
    assert "100 of 205 users Next" in read(tenant, "/users?start=x")
    page = tenant.pages.render("/users").body.decode()
    assert page.count('class="target"') == 100
    assert 'href="/users?start=100"' in page
    assert "100 of 101 requests" in read(tenant, "/requests")
    assert "10 of 101 requests" in read(tenant, "/")


def test_users_are_found_by_name_address_and_id(tenant: Tenant, okta: Caller) -> None:
    tenant.populate(users=5, groups=0)
    emails = [{"value": "ANA@example.org", "type": "home"}, "plain@example.org"]
    ana = tenant.identity_providers["Okta"].add_user(
        {
            **make_user("ana.diaz"),
            "externalId": "00u7",
            "name": {"givenName": "Añá", "familyName": "Diaz"},
            "emails": emails[:1],
        }
    )
    for search in ("ana.diaz", "ana@EXAMPLE.org", "añá diaz", "00u7", ana["id"]):
        text = read(tenant, f"/users?q={search}")
        assert "1 user " in text
        assert "ana.diaz Añá Diaz" in text
    assert "No user matches 'zoe@'." in read(tenant, "/users?q=zoe@")


def test_user_page_shows_mapping_tags_and_history(
    tenant: Tenant, okta: Caller, admin: Caller
) -> None:
    ana = okta.create_user("ana@acme.com", title="Engineer")
    okta.create_group("Engineering", ana["id"])
    okta.send_operations(
        f"/Users/{ana['id']}", {"op": "replace", "path": "title", "value": "Director"}
    )
    okta.send_operations(f"/Users/{ana['id']}", {"op": "remove", "path": "userName"})
    tenant.identity_providers["Okta"].record_login(ana["id"])
    text = read(tenant, f"/users/{ana['id']}")
    assert "Status active Identity provider Okta" in text
    assert "Managed by SCIM" in text
    assert "Last login 2026-05-01 12:00:00" in text
    assert 'Email emails[type eq "work"].value ana@acme.com' in text
    assert 'Mobile phoneNumbers[type eq "mobile"].value no value' in text
    assert "Tags Engineering" in text
    assert '"title": "Director"' in text
    assert "title changed Okta 200" in text
    assert "created Okta 201" in text
    assert "update Users Okta 400" in text


def test_user_page_shows_values_set_in_britive(tenant: Tenant, admin: Caller) -> None:
    attribute = admin.post(
        "/users/attributes",
        {
            "name": "cost",
            "description": "",
            "dataType": "String",
            "multiValued": False,
            "identityTypes": ["User"],
        },
    ).json()
    user = admin.post(
        "/users",
        {
            "name": "Bo",
            "username": "bo@acme.com",
            "email": "bo@acme.com",
            "firstName": "Bo",
            "lastName": "Li",
            "status": "active",
            "password": "Sup3rS3cret!pass",
        },
    ).json()
    admin.patch(
        f"/users/{user['userId']}/custom-attributes",
        [
            {
                "op": "add",
                "customUserAttribute": {"attributeId": attribute["id"], "attributeValue": "7"},
            }
        ],
    )
    text = read(tenant, f"/users/{user['userId']}")
    assert "cost set in Britive 7" in text
    assert "No tags." in text
    assert "no SCIM attribute changed" in text
    assert "Sup3rS3cret" not in text


def test_history_of_removed_user_with_same_id(tenant: Tenant, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com")
    okta.delete(f"/Users/{ana['id']}")
    tenant.identity_providers["Okta"].add_user(
        {"userName": "ana", "emails": ["plain@acme.com"]}, id=ana["id"]
    )
    text = read(tenant, f"/users/{ana['id']}")
    assert "removed Okta 204" in text
    assert "created Okta 201" in text
    assert "1 user " in read(tenant, "/users?q=ana")


def test_user_without_changes_says_so(tenant: Tenant) -> None:
    tenant.populate(users=1, groups=0)
    (user,) = tenant.identity_providers["Okta"].users
    text = read(tenant, f"/users/{user['id']}")
    assert "No recorded request has changed it." in text
    assert "No event." in text


def test_long_histories_and_tag_lists_are_cut(tenant: Tenant, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com")
    for number in range(102):
        okta.create_group(f"Group-{number}", ana["id"])
    for number in range(51):
        okta.send_operations(
            f"/Users/{ana['id']}", {"op": "replace", "path": "title", "value": str(number)}
        )
    text = read(tenant, f"/users/{ana['id']}")
    assert "100 of 102 tags" in text
    assert "50 of 52 changes" in text
    assert "50 of 52 events" in text
    assert "1 tag " in read(tenant, "/tags?q=group-101")


def test_tag_page_shows_members_and_rules(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    ids = [okta.create_user(f"user{number}@acme.com")["id"] for number in range(101)]
    inner = okta.create_group("Inner")
    outer = okta.create_group("Outer", *ids)
    okta.send_operations(
        f"/Groups/{outer['id']}",
        {"op": "add", "path": "members", "value": [{"value": inner["id"], "type": "Group"}]},
    )
    text = read(tenant, f"/tags/{outer['id']}")
    assert "100 of 102 members" in text
    assert "user0@acme.com User" in text
    assert "1 member added Okta 200" in text
    assert "Inner Tag" in read(tenant, f"/tags/{outer['id']}?start=100")
    text = read(tenant, f"/tags/{inner['id']}")
    assert "No members." in text
    assert "Member of Outer" in text
    assert "Outer active Okta 101" in read(tenant, "/tags")
    assert "No tag matches 'none-such'." in read(tenant, "/tags?q=none-such")


def test_tag_page_shows_rules_and_owners(tenant: Tenant, admin: Caller, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com")
    owners = [{"relatedEntityId": ana["id"], "relatedEntityType": "User"}]
    tag = admin.post("/user-tags", {"name": "By rule", "description": "of Britive"}).json()
    attributes = admin.get("/users/attributes").json()
    first_name = next(one["id"] for one in attributes if one["name"] == "First Name")
    rule = [{"attributeId": first_name, "operator": "is", "value": "Ana"}]
    added = admin.post(f"/user-tags/{tag['userTagId']}/attribute-criteria", rule)
    assert added.status < 300
    changed = admin.patch(f"/user-tags/{tag['userTagId']}", {"relationships": {"owners": owners}})
    assert changed.status < 300, changed.body
    admin.post(f"/user-tags/{tag['userTagId']}/disabled-statuses", None)
    text = read(tenant, f"/tags/{tag['userTagId']}")
    assert "Description of Britive" in text
    assert "First Name is Ana" in text
    assert "Owners ana@acme.com" in text
    assert "Managed by the admin API" in text


def test_identity_provider_page_shows_mappings_and_expiry(tenant: Tenant, okta: Caller) -> None:
    text = read(tenant, "/identity-providers")
    assert "Britive Default Identity Provider Type DEFAULT" in text
    assert "SCIM token no token" in text
    assert "Token last used never" in text
    assert "Username userName mandatory String" in text
    tenant.clock.advance(days=80)
    assert "expires on 2026-07-30, in 10 days" in read(tenant, "/identity-providers")
    tenant.clock.advance(days=9)
    assert "in 1 day " in read(tenant, "/identity-providers")
    tenant.clock.advance(days=1)
    assert "expired on 2026-07-30" in read(tenant, "/identity-providers")


def test_audit_log_is_searched(tenant: Tenant, okta: Caller) -> None:
    ana = okta.create_user("ana@acme.com")
    okta.create_user("bo@acme.com")
    okta.delete(f"/Users/{ana['id']}")
    okta.delete("/Users/none")
    text = read(tenant, "/audit-log")
    assert "4 events" in text
    assert "create Users bo@acme.com Okta SCIM 201" in text
    assert "delete Users none Okta SCIM 404" in text
    assert "2 events" in read(tenant, "/audit-log?q=ana@")
    assert "No event matches 'zoe@'." in read(tenant, "/audit-log?q=zoe@")


def test_fault_page_describes_faults(tenant: Tenant) -> None:
    tenant.faults.add(503, headers={"Retry-After": "2"}, method="POST", path="*/Users", times=3)
    tenant.faults.add(cut="connect")
    tenant.faults.add(cut="after", times=None, probability=0.25)
    tenant.faults.add(body="{", delay=1.5)
    tenant.faults.add(delay=2)
    tenant.faults.limit_rate(100, 60, path="/api/scim/*")
    tenant.faults.latency = 0.5
    text = read(tenant, "/faults")
    for part in (
        "Every response is delayed by 0.5 s.",
        "status 503, headers Retry-After POST */Users 1 0 of 3",
        "connection cut on connecting all * 1 0 of 1",
        "connection cut after processing all * 0.25 0",
        "body of 1 bytes all * 1 0 of 1 1.5 s",
        "delay all * 1 0 of 1 2 s",
        "status 429 beyond 100 requests in 60 s all /api/scim/* 1 0",
    ):
        assert part in text


@each_value("path", ["/users/none", "/tags/none", "/requests/7", "/requests/x"])
def test_missing_object_is_404_and_stops_refreshing(path: str) -> None:
    tenant = Tenant()
    missing = tenant.pages.render(path)
    assert missing.status == 404
    assert b"every 1s" not in missing.body.partition(b'id="live"')[2]
    # htmx shows only responses with status 200
    assert tenant.pages.render(f"{path}?seen=1").status == 200


def test_unchanged_page_is_204(tenant: Tenant, okta: Caller) -> None:
    page = tenant.pages.render("/requests?q=users").body.decode()
    url = re.search(r'id="live" hx-get="([^"]*)"', page)
    assert url
    target = html.unescape(url[1])
    assert tenant.pages.render(target).status == 204
    okta.get("/Users")
    renewed = tenant.pages.render(target)
    assert renewed.status == 200
    assert b"1 request<" in renewed.body
    for change in (
        lambda: tenant.faults.add(503),
        lambda: (tenant.faults.clear(), tenant.faults.add(500)),
        lambda: tenant.faults.limit_rate(5, 60),
        lambda: tenant.populate(users=1, groups=0),
        lambda: tenant.clock.advance(days=1),
        lambda: setattr(tenant.faults, "latency", 1),
    ):
        target = html.unescape(
            re.findall(r'id="live" hx-get="([^"]*)"', tenant.pages.render("/").body.decode())[0]
        )
        assert tenant.pages.render(target).status == 204
        change()
        assert tenant.pages.render(target).status == 200


def test_paused_page_does_not_refresh(tenant: Tenant) -> None:
    page = tenant.pages.render("/users?q=ana&paused=1").body.decode()
    assert "every 1s" not in page
    assert 'href="/users?q=ana"' in page
    assert ">Resume<" in page
    assert 'href="/users?q=ana&amp;paused=1"' in tenant.pages.render("/users?q=ana").body.decode()


def test_clock_is_a_part_of_its_own(tenant: Tenant) -> None:
    clock = tenant.pages.render("/clock")
    assert b"2026-05-01 12:00:00" in clock.body
    tenant.clock = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert b"2031-01-02 03:04:05" in tenant.pages.render("/clock").body


class AttributeNames(HTMLParser):
    """Parser that collects the names of all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.update(name for name, _ in attrs)

    @classmethod
    def find(cls, page: str, prefix: str) -> set[str]:
        """Return the names of the attributes of a page that begin with a prefix."""
        parser = cls()
        parser.feed(page)
        assert "hx-get" in parser.names
        return {name for name in parser.names if name.startswith(prefix)}


NASTY = "<img src=x onerror=alert(1)>\"'&"


def test_every_value_is_escaped(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    provider = tenant.identity_providers["Okta"]
    user = provider.add_user(
        {**make_user(NASTY), "title": NASTY, "emails": [{"value": NASTY, "type": "work"}]}
    )
    group = provider.add_group({"displayName": NASTY, "members": [{"value": user["id"]}]})
    okta.call("GET", "/Users", headers={"User-Agent": NASTY}, filter=NASTY)
    okta.send_operations(
        f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": f"new {NASTY}"}
    )
    okta.send_operations(f"/Groups/{group['id']}", {"op": NASTY, "path": NASTY, "value": NASTY})
    okta.post("/Users", f"not JSON {NASTY}")
    admin.post("/user-tags", {"name": NASTY, "description": NASTY})
    tenant.faults.add(503, headers={NASTY: "1"}, path=f"*{NASTY}")
    targets = [
        *list_paths(tenant),
        *(f"{path}?q=%3Cimg+src%3Dx&start=%3Cimg&x=%3Cimg+src" for path in PATHS),
        "/users/%3Cimg%20src=x",
    ]
    shown = 0
    for target in targets:
        response = tenant.pages.render(target)
        assert b"<img" not in response.body, target
        shown += response.body.count(b"&lt;img src=x")
        assert AttributeNames.find(response.body.decode(), "on") == set(), target
    assert shown > 20


def test_pages_contain_no_secret(tenant: Tenant, okta: Caller, admin: Caller) -> None:
    providers = tenant.identity_providers
    secrets = [
        tenant.api_token.get_secret_value(),
        *(providers[name].scim_token.get_secret_value() for name in ("Okta", "Entra")),
    ]
    okta.create_user("ana@acme.com", password="Hidden-Password-1")
    okta.call("GET", "/Users?access_token=Hidden-Token-2", headers={"Cookie": "id=Hidden-Cookie-3"})
    token = admin.post("/token", {"name": "t", "tokenExpirationDays": 5})
    secrets += ["Hidden-Password-1", "Hidden-Token-2", "Hidden-Cookie-3"]
    created = token.json().get("token")
    assert created
    pages = render_all_pages(tenant)
    assert "***" in pages
    assert [secret for secret in [*secrets, created] if secret in pages] == []


def test_htmx_is_the_published_file(tenant: Tenant) -> None:
    """`dist/htmx.min.js` of htmx.org 2.0.11 in the npm registry, without a change."""
    script = tenant.pages.render("/static/htmx.min.js").body
    assert b'version:"2.0.11"' in script
    digest = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    assert hashlib.sha256(script).hexdigest() == digest


def test_pages_are_served_by_server(tenant: Tenant) -> None:
    with tenant.serve() as server, httpx.Client() as http:
        page = http.get(f"{server.url}/users?q=ana")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert http.head(f"{server.url}/").status_code == 200
        sources = re.findall(r'(?:src|href)="(/static/[^"]*)"', page.text)
        assert len(sources) == 4
        for source in sources:
            asset = http.get(f"{server.url}{html.unescape(source)}")
            assert asset.status_code == 200
            assert "immutable" in asset.headers["cache-control"]
        icon = http.get(f"{server.url}/favicon.ico")
        assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
        assert http.get(f"{server.url}/static/..%2f__init__.py").status_code == 404
        assert http.get(f"{server.url}/static/nosuch.css").status_code == 404
        assert http.get(f"{server.url}/nosuch").status_code == 401  # the admin API
    assert len(tenant.requests) == 1
    with pytest.raises(LookupError, match="target must be the path of a page, got '/nosuch'"):
        tenant.pages.render("/nosuch")
