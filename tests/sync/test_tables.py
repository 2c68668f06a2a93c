# Generated from tests/aio/test_tables.py by tools/unasync.py; edit that file instead.
"""Lists as tables: data frames of the real libraries, files, the first items, and what is requested for them."""

from __future__ import annotations

import csv
import json
import pickle
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from britive_scim import ScimClient, scim
from britive_scim.sync.concurrency import IS_ASYNC
from britive_scim.errors import ConfigurationError, InputError, UnexpectedResponse
from britive_scim.notebook_text import describe
from britive_scim.provisioning import Directory, plan
from britive_scim.tables import IncompleteTableWarning
from britive_scim.testing import Capabilities, Tenant
from support.fake_scim_server import TOKEN, URL, FakeScimServer, make_list, make_user

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
COLUMNS = [
    "id", "user_name", "external_id", "given_name", "family_name", "display_name", "email", "active", "title",
    "department", "manager", "employee_number", "created", "last_modified", "key", "groups", "other",
]  # fmt: skip
TEXT = dict.fromkeys(COLUMNS, "string")
PANDAS_DTYPES = TEXT | {
    "active": "boolean",
    "created": "datetime64[us, UTC]",
    "last_modified": "datetime64[us, UTC]",
    "groups": "Int64",
}
POLARS_TYPES = dict.fromkeys(COLUMNS, pl.String) | {
    "active": pl.Boolean,
    "created": pl.Datetime("us", "UTC"),
    "last_modified": pl.Datetime("us", "UTC"),
    "groups": pl.Int64,
}


def build_user(number: int) -> scim.User:
    """Return a user; every second one has gaps."""
    user = scim.User.of(
        email=f"u{number}@acme.com",
        given_name="Ana",
        family_name=f"Diaz {number}",
        active=number % 3 > 0,
    )
    if number % 2:
        user.title = "=cmd|'x'!A1"
        user.external_id = f"E{number}"
        user.nick_name = "An"
        user.phone_numbers = [scim.PhoneNumber(value="+1-555-0100", type="work")]
        user.enterprise = scim.EnterpriseUser(
            department="R&D", employee_number=str(number), cost_center="C1"
        )
    return user


def build_tenant(size: int, **options: Any) -> tuple[Tenant, ScimClient]:
    """Return a tenant with users and a client without users' requests so far."""
    tenant = Tenant("acme", capabilities=Capabilities(**options))
    with tenant.scim_client("Okta") as client:
        client.users.upsert_many(map(build_user, range(size)), concurrency=1)
    tenant.requests.clear()
    return tenant, tenant.scim_client("Okta")


@pytest.mark.parametrize("size", [0, 1, 25])
def test_pandas_frame_has_the_dtypes_of_the_contract(size: int) -> None:
    _, client = build_tenant(size)
    pager = client.users.list(page_size=10)
    frame = pager.to_pandas()
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == PANDAS_DTYPES
    assert len(frame) == size == pager.total
    assert frame.attrs == {"complete": True}
    assert pager.complete is True
    if size == 25:
        assert frame["active"].sum() == 16
        assert frame["external_id"].isna().sum() == 13
        assert frame["created"].max() <= pd.Timestamp.now("UTC")


@pytest.mark.parametrize("size", [0, 1, 25])
def test_polars_frame_and_arrow_table_are_equal(size: int) -> None:
    _, client = build_tenant(size)
    pager = client.users.list(page_size=10, concurrency=2)
    frame = pager.to_polars()
    table = pager.to_arrow()
    assert dict(frame.schema) == POLARS_TYPES
    assert pl.from_arrow(table).equals(frame)  # type: ignore[union-attr]  # a table is a frame
    assert table.schema.metadata == {b"complete": b"true"}
    assert frame.rows() == list(pager.to_table())


def test_table_is_that_of_the_models() -> None:
    _, client = build_tenant(25)
    pager = client.users.list(page_size=10)
    frame = pager.to_polars()
    models = scim.table(pager.to_list())
    rows = frame.to_dicts()
    for row in (*models, *rows):
        row["other"] = json.loads(row["other"] or "{}")
    assert rows == models


@pytest.mark.skipif(IS_ASYNC, reason="libraries cannot await")
def test_libraries_read_the_pager_themselves() -> None:
    tenant, client = build_tenant(25)
    pager: Any = client.users.list(page_size=10)
    expected = pager.to_polars()
    tenant.requests.clear()
    reader = pa.RecordBatchReader.from_stream(pager)
    assert reader.schema.names == COLUMNS
    assert len(tenant.requests) == 0
    assert pl.from_arrow(reader.read_all()).equals(expected)  # type: ignore[union-attr]  # a table is a frame
    assert pl.DataFrame(pager).equals(expected)
    assert pa.table(pager).num_rows == 25
    assert pager.complete is True


@pytest.mark.skipif(not IS_ASYNC, reason="a sync list is a stream")
def test_async_list_is_no_stream() -> None:
    _, client = build_tenant(0)
    with pytest.raises(TypeError, match=r"by its own methods; use to_pandas\(\)"):
        pl.DataFrame(client.users.list())


def test_pandas_constructor_names_the_call() -> None:
    tenant, client = build_tenant(3)
    pager: Any = client.users.list()
    with pytest.raises(TypeError, match=r"by its own methods; use to_pandas\(\)"):
        pd.DataFrame(pager)
    assert len(tenant.requests) == 0
    users = pager.to_list()
    with pytest.raises(TypeError, match=r"use to_wire\(\) for a dict, scim.table\("):
        pd.DataFrame(users)
    assert pd.DataFrame(scim.table(users)).shape == (3, 17)


def test_own_columns_are_requested_as_attributes() -> None:
    tenant, client = build_tenant(25)
    columns = {
        "mail": 'emails[type eq "work"].value',
        "dept": "enterprise.department",
        "who": "key",
        "id": "id",
    }
    frame = client.users.list(page_size=15).to_polars(columns)
    assert frame.columns == list(columns)
    assert frame.row(1)[:3] == ("u1@acme.com", "R&D", "u1@acme.com")
    assert {dict(request.query)["attributes"] for request in tenant.requests} == {
        f"emails,{ENTERPRISE}:department,userName"
    }
    assert len(tenant.requests) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"attributes": ["userName", "active"]},
        {"excluded_attributes": ["title"]},
        {"filter": 'userName co "u"'},
        {"where": lambda user: user.active},
    ],
)
def test_attributes_of_the_list_stay(options: dict[str, Any]) -> None:
    tenant, client = build_tenant(4)
    before = client.users.list(**options).to_list()
    first = tenant.requests[0].query
    tenant.requests.clear()
    frame = client.users.list(**options).to_polars(["user_name"])
    assert tenant.requests[0].query == first
    assert frame["user_name"].to_list() == [user.user_name for user in before]


def test_columns_with_other_request_everything() -> None:
    tenant, client = build_tenant(2)
    frame = client.users.list().to_polars(["user_name", "other"])
    assert "attributes" not in dict(tenant.requests[0].query)
    assert json.loads(frame["other"][1])["nickName"] == "An"


def test_search_is_a_table_too() -> None:
    tenant, client = build_tenant(25)
    frame = client.users.search(page_size=15).to_polars(["user_name", "created"])
    assert frame.height == 25
    assert {request.method for request in tenant.requests} == {"POST"}
    assert frame["created"].dtype == POLARS_TYPES["created"]


def test_filter_that_the_server_ignores_is_an_error() -> None:
    _, client = build_tenant(20, filters="ignored")
    pager = client.users.list(filter='userName eq "u1@acme.com"')
    with pytest.raises(UnexpectedResponse, match="does not apply the filter"):
        pager.to_pandas()
    with pytest.raises(UnexpectedResponse, match="does not apply the filter"):
        pager.head()


def test_incomplete_list_warns() -> None:
    _, client = build_tenant(25, last_page=False)
    pager = client.users.list(page_size=10)
    with pytest.warns(IncompleteTableWarning, match="^rows may be missing: "):
        frame = pager.to_pandas()
    assert frame.attrs == {"complete": False}
    with pytest.warns(IncompleteTableWarning):
        table = pager.to_arrow()
    assert table.schema.metadata == {b"complete": b"false"}


def test_list_of_items_has_the_completeness_of_its_reading() -> None:
    tenant, client = build_tenant(25)
    pager = client.users.list(page_size=10)
    full = pager.to_list()
    assert (full.complete, full.why_incomplete) == (True, None)
    tenant.capabilities = Capabilities(last_page=False)
    part = pager.to_list()
    assert part.complete is False
    assert full.to_pandas().attrs == {"complete": True}
    assert part.why_incomplete == pager.why_incomplete
    with pytest.warns(IncompleteTableWarning, match=f"^rows may be missing: {part.why_incomplete}"):
        frame = part.to_pandas(["user_name"])
    assert frame.attrs == {"complete": False}
    assert (pager.head()).complete is None


def test_custom_columns_and_exploded_groups() -> None:
    _, client = build_tenant(3)
    users = client.users.list().to_list()
    client.groups.create(scim.Group.of("Ops", users[:2]))
    client.groups.create(scim.Group.of("Dev", users[:1]))
    frame = client.users.list().to_polars(
        ["user_name", "group"], explode="groups", custom=["costCode"]
    )
    assert sorted(frame.rows(), key=str) == [
        ("u0@acme.com", "Dev"),
        ("u0@acme.com", "Ops"),
        ("u1@acme.com", "Ops"),
        ("u2@acme.com", None),
    ]
    assert "custom.costCode" in (client.users.list().to_table(custom=["costCode"])).columns
    sizes = client.groups.list().to_polars(["display_name", "size"])
    assert sorted(sizes.rows()) == [("Dev", 1), ("Ops", 2)]
    with pytest.raises(InputError, match="explode must be 'members'"):
        client.groups.list().to_pandas(explode="groups")


def test_head_requests_one_page_and_shows_a_table() -> None:
    tenant, client = build_tenant(25)
    pager = client.users.list(page_size=10)
    first = pager.head(3)
    assert [dict(request.query)["count"] for request in tenant.requests] == ["3"]
    assert isinstance(first, list)
    assert [user.user_name for user in first] == ["u0@acme.com", "u1@acme.com", "u2@acme.com"]
    assert str(first).splitlines()[0].split()[:2] == ["id", "user_name"]
    assert "<table>" in first._repr_html_()
    assert first.to_polars().height == 3
    assert pager.total == 25
    assert pager.complete is None
    some = client.users.list(page_size=10, where=lambda user: user.active).head(5)
    assert [user.active for user in some] == [True] * 5
    assert len(tenant.requests) == 2


def test_ids_alone_are_requested_as_such() -> None:
    tenant, client = build_tenant(3)
    client.groups.create(scim.Group.of("Ops", client.users.list().to_list()))
    tenant.requests.clear()
    assert (client.users.list().to_polars(["id"])).height == 3
    assert (client.groups.list().to_polars({"group": "id"})).height == 1
    assert {dict(request.query).get("attributes") for request in tenant.requests} == {"id"}


def test_items_in_memory_have_the_columns_of_their_list() -> None:
    _, client = build_tenant(3)
    columns = {"mail": 'emails[type eq "work"].value', "dept": "enterprise.department"}
    pager = client.users.list()
    rows = (pager.to_polars(columns)).rows()
    assert (pager.to_list()).to_polars(columns).rows() == rows
    first = pager.head(2)
    assert first.to_polars(columns).rows() == rows[:2]
    assert first.to_polars(["active", "key"]).columns == ["active", "key"]
    with pytest.raises(InputError, match="did you mean 'department'"):
        first.to_polars(["departmnt"])


@pytest.mark.parametrize("n", [0, -1, 11, True, "3", None])
def test_head_refuses_more_than_a_page(n: Any) -> None:
    tenant, client = build_tenant(0)
    with pytest.raises(InputError, match="n must be an integer from 1 to 10, the size of a page"):
        client.users.list(page_size=10).head(n)
    assert len(tenant.requests) == 0


def test_unknown_columns_and_missing_libraries_send_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tenant, client = build_tenant(0)
    pager = client.users.list()
    with pytest.raises(InputError, match="did you mean 'department'"):
        pager.to_pandas(["departmnt"])
    with pytest.raises(
        InputError, match=r"^options must be .*, got 'custm'; did you mean 'custom'"
    ):
        pager.to_pandas(custm=["x"])
    with pytest.raises(ConfigurationError, match="progress must be a function"):
        pager.to_pandas(progress="bar")  # type: ignore[arg-type]  # a mistake
    with pytest.raises(ConfigurationError, match="progress must be a function"):
        pager.to_table(progress="bar")  # type: ignore[arg-type]  # a mistake
    with pytest.raises(InputError, match="path must be in an existing directory"):
        pager.to_csv(tmp_path / "no" / "x.csv")
    for name, extra in (
        ("pandas", "pandas"),
        ("polars", "polars"),
        ("pyarrow", "arrow"),
        ("openpyxl", "excel"),
    ):
        monkeypatch.setitem(sys.modules, name, None)
        method = getattr(pager, f"to_{extra}")
        arguments = [tmp_path / "x.xlsx"] if extra == "excel" else []
        with pytest.raises(ConfigurationError, match=rf"britive-scim\[{extra}\]"):
            method(*arguments)
    assert len(tenant.requests) == 0


def test_csv_and_excel_are_written_and_read_back(tmp_path: Path) -> None:
    _, client = build_tenant(25)
    pager = client.users.list(page_size=10)
    pager.to_csv(tmp_path / "users.csv")
    pager.to_excel(tmp_path / "users.xlsx")
    with (tmp_path / "users.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["title"] == "'=cmd|'x'!A1"
    book = openpyxl.load_workbook(tmp_path / "users.xlsx")
    values = list(book.active.values)
    assert values[0] == tuple(COLUMNS)
    assert values[2][COLUMNS.index("title")] == "'=cmd|'x'!A1"
    assert isinstance(values[2][COLUMNS.index("created")], datetime)
    found = client.read_directory()
    for name in ("users.csv", "users.xlsx"):
        wanted = Directory.read(tmp_path / name)
        assert not wanted.problems
        assert [c.action for c in plan(wanted, found).changes] == []
    pager.to_csv(tmp_path / "raw.csv", columns=["title"], raw=True)
    assert (tmp_path / "raw.csv").read_text("utf-8").splitlines()[2] == "=cmd|'x'!A1"


@pytest.mark.heavy
@pytest.mark.parametrize("method", ["to_pandas", "to_polars", "to_arrow", "to_table"])
def test_frames_go_back_to_an_empty_plan(method: str) -> None:
    _, client = build_tenant(25)
    users = client.users.list().to_list()
    users[1].enterprise = users[1].enterprise or scim.EnterpriseUser()
    users[1].enterprise.manager = scim.Manager(value=users[0].id)
    client.users.replace(users[1])
    client.groups.create(scim.Group.of("Ops", users[:2]))
    frame = getattr(client.users.list(), method)()
    found = client.read_directory()
    wanted = Directory.of(frame)
    assert not wanted.problems
    assert plan(wanted, found).changes == ()
    if method == "to_pandas":
        changed = Directory.of(frame.assign(title="Boss"))
        assert {c.action for c in plan(changed, found).changes} == {"update"}


def test_progress_is_shown_for_more_than_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    _, client = build_tenant(25)
    seen: list[tuple[int, int, str]] = []
    client.users.list(page_size=10).to_pandas(progress=lambda *step: seen.append(step))
    assert seen == [(10, 25, "read"), (20, 25, "read"), (25, 25, "read")]
    seen.clear()
    client.users.list(page_size=100).to_pandas(progress=lambda *step: seen.append(step))
    client.users.list(page_size=10).to_pandas()
    assert seen == []
    assert capsys.readouterr() == ("", "")


def test_wait_for_429_is_shown() -> None:
    tenant, client = build_tenant(5)
    tenant.faults.add(429, path="*/Users", headers={"Retry-After": "0"}, times=1)
    seen: list[str] = []
    client.users.list().to_polars(progress=lambda done, total, text: seen.append(text))
    assert [text.partition(" ")[0] for text in seen] == ["waiting", "read"]


def test_deviating_pages_are_read_as_models_are() -> None:
    _, client = build_tenant(25, total_results="page")
    pager = client.users.list(page_size=10)
    assert (pager.to_polars()).height == 25


def test_reports_are_tables() -> None:
    _, client = build_tenant(1)
    report = client.users.upsert_many([build_user(0), scim.User(user_name="b")])
    frame = report.to_polars()
    assert frame.columns == ["position", "key", "error", "status", "may_have_happened"]
    assert frame.select("position", "key", "status", "may_have_happened").rows() == [
        (1, "b", 400, False)
    ]
    bulk = client.bulk(
        [client.users.creation(build_user(5)), client.users.creation(build_user(0))]
    )
    rows = bulk.to_polars().drop("id", "error").rows()
    assert rows == [("POST", "/Users", 201), ("POST", "/Users", 409)]
    assert bulk.to_polars()["error"].is_null().to_list() == [True, False]


def test_list_of_items_shows_first_ones_and_stays_a_list() -> None:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=30, groups=1)
    with tenant.scim_client("Okta") as client:
        items = client.users.list().to_list()
        models = [user for user in client.users.list()]
    assert isinstance(items, list)
    assert items == models
    assert items[:2] + items[2:] == models
    lines = describe(items).split("\n")
    assert lines[0] == describe(models[0])
    assert lines[-1] == "… 20 more"
    assert len(lines) == 11
    assert repr(items).startswith(f"[{models[0]!r}, ")
    assert repr(items).endswith(", … 20 more]")
    assert items._repr_html_().count("<tr>") == 1 + 10 + 1
    assert "first 10 rows" in items._repr_html_()
    assert str(items).count("\n") == 30
    assert type(pickle.loads(pickle.dumps(items))) is list
    assert pickle.loads(pickle.dumps(items)) == items


def test_pager_shows_what_to_do_and_sends_nothing() -> None:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=3, groups=0)
    with tenant.scim_client("Okta") as client:
        pager = client.users.list()
        text, html = describe(pager), pager._repr_html_()
        assert not tenant.requests
        assert "not read yet" in text
        assert "pager.head()" in text
        assert "&lt;" in html
        few = pager.head(2)
        assert describe(few) == "\n".join(map(describe, few))
        assert describe(type(few)([], few._build_layout)) == "[]"
        for _ in pager:
            pass
        assert describe(pager) == repr(pager)


def test_custom_columns_are_those_that_the_schemas_declare() -> None:
    schema = {
        "id": CUSTOM,
        "attributes": [{"name": "costCode"}, {"name": "apiToken"}, {"name": "a b"}, {}],
    }
    server = FakeScimServer(make_list())
    with ScimClient(URL, TOKEN, transport=server) as client:
        assert "custom.costCode" not in (client.users.list().to_table()).columns
        server.steps[:0] = [make_list(schema, {"id": ENTERPRISE})]
        client.schemas()
        users = [make_user(1, **{CUSTOM: {"costCode": "R-17", "site": "x"}})]
        server.steps[:0] = [make_list(*users)]
        frame = client.users.list().to_polars(custom="site")
        with pytest.raises(InputError, match="custom must be names of attributes, got 5"):
            client.users.list().to_polars(custom=5)
    assert frame.select("custom.costCode", "custom.site").rows() == [("R-17", "x")]
    assert frame.columns[-3:] == ["custom.costCode", "custom.site", "other"]


TYPES = {
    "level": "integer",
    "share": "decimal",
    "remote": "boolean",
    "since": "dateTime",
    "codes": "string",
    "boss": "complex",
}


def test_custom_columns_have_the_types_of_the_schemas() -> None:
    attributes = [
        {"name": name, "type": type_, "multiValued": name == "codes"}
        for name, type_ in TYPES.items()
    ]
    hidden = {"name": "shadow", "type": "string", "returned": "never"}
    full = {
        "level": 3, "share": 1.5, "remote": True, "since": "2026-01-01T00:00:00Z", "codes": ["a"],
        "boss": {"value": "9"},
    }  # fmt: skip
    loose = {"level": "4", "share": 2, "remote": "TRUE", "codes": "a"}
    odd = {"level": 2.5, "share": "", "remote": "perhaps", "since": "2026-01-01", "codes": None}
    values: list[Any] = [full, loose, odd, {"level": 10**30}, {}]
    users = [make_user(number, **{CUSTOM: value}) for number, value in enumerate(values)]
    server = FakeScimServer(
        make_list({"id": CUSTOM, "attributes": [*attributes, hidden]}),
        lambda request: make_list(
            *(users if request.url.params["startIndex"] == "1" else []), total=len(users)
        ),
    )
    columns = [*(f"custom.{name}" for name in TYPES), "other"]
    with ScimClient(URL, TOKEN, transport=server) as client:
        client.schemas()
        frame = client.users.list().to_polars(columns)
        items = client.users.list().to_list()
        assert "custom.shadow" not in items.to_table().columns
    assert items.to_polars(columns).rows() == frame.rows()
    assert dict(frame.schema) == {
        "custom.level": pl.Int64,
        "custom.share": pl.Float64,
        "custom.remote": pl.Boolean,
        "custom.since": pl.Datetime("us", "UTC"),
        "custom.codes": pl.String,
        "custom.boss": pl.String,
        "other": pl.String,
    }
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert [row[:-1] for row in frame.rows()] == [
        (3, 1.5, True, start, '["a"]', '{"value": "9"}'),
        (4, 2.0, True, None, '["a"]', None),
        (None,) * 6,
        (None,) * 6,
        (None,) * 6,
    ]
    unread = {"level": 2.5, "remote": "perhaps", "since": "2026-01-01"}
    others = [json.loads(text)[CUSTOM] if text else None for text in frame["other"]]
    assert others == [None, None, unread, None, None]


def test_schemas_with_two_spellings_of_a_name_are_read() -> None:
    schema = {"id": CUSTOM, "attributes": [{"name": "costCode"}, {"name": "COSTCODE"}]}
    server = FakeScimServer(make_list(schema), make_list())
    with ScimClient(URL, TOKEN, transport=server) as client:
        assert len(client.schemas()) == 1
        columns = (client.users.list().to_table()).columns
    assert [name for name in columns if name.startswith("custom.")] == ["custom.costCode"]
