"""Lists as tables in DuckDB and Narwhals, and a list of 10,000 users with gaps in every library."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from britive_scim import scim
from britive_scim.provisioning import Directory, plan
from britive_scim.testing import Tenant

pytestmark = pytest.mark.proof

duckdb = pytest.importorskip("duckdb")
nw = pytest.importorskip("narwhals")


@pytest.fixture(scope="module")
def pager() -> Any:
    """Return a list of 10,000 users with gaps."""
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=10_000, groups=20)
    return tenant.scim_client("Okta").users.list(page_size=1000)


def test_duckdb_reads_a_list(pager: Any) -> None:
    users = pager  # DuckDB finds the variable
    assert users is not None
    found = duckdb.sql("select count(*), count(department), max(created) is not null from users")
    rows = found.fetchall()
    assert rows[0][0] == 10_000
    assert 0 < rows[0][1] < 10_000
    assert rows[0][2] is True
    assert pager.complete is True


def test_narwhals_reads_a_list(pager: Any) -> None:
    frame = nw.from_arrow(pager, backend="polars")
    assert frame.shape == (10_000, 17)
    assert frame.schema["active"] == nw.Boolean
    assert frame.to_native().equals(pager.to_polars())


def test_frames_of_10_000_users_are_those_of_none(pager: Any) -> None:
    empty = Tenant("acme").scim_client("Okta").users.list()
    assert pager.to_polars().schema == empty.to_polars().schema
    assert (pager.to_pandas().dtypes == empty.to_pandas().dtypes).all()
    assert pager.to_arrow().schema.equals(empty.to_arrow().schema)
    rows = pl.DataFrame(scim.table(pager), schema=empty.to_polars().schema)
    # models and JSON objects have the attributes of `other` in another order
    assert rows.drop("other").equals(pager.to_polars().drop("other"))


@pytest.mark.parametrize("library", ["duckdb", "narwhals"])
def test_frames_go_back_to_an_empty_plan(library: str) -> None:
    tenant = Tenant("acme", seed=1)
    tenant.populate(users=60, groups=4)
    okta = tenant.scim_client("Okta")
    users = okta.users.list().to_polars()
    frame: Any = duckdb.sql("select * from users") if library == "duckdb" else nw.from_native(users)
    wanted = Directory.of(frame)
    assert not wanted.problems
    assert plan(wanted, okta.read_directory()).changes == ()
