"""Lists of the admin API as tables: users, tags, tokens, audit events."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from britive_scim import admin, scim
from britive_scim.aio.concurrency import IS_ASYNC
from britive_scim.errors import InputError
from britive_scim.testing import Tenant

USER_TYPES = {
    "id": pl.String,
    "username": pl.String,
    "email": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "status": pl.String,
    "type": pl.String,
    "external": pl.Boolean,
    "identity_provider": pl.String,
    "external_id": pl.String,
    "last_login": pl.Datetime("us", "UTC"),
    "created": pl.Datetime("us", "UTC"),
    "modified": pl.Datetime("us", "UTC"),
    "tags": pl.String,
    "key": pl.String,
}


def build_tenant() -> Tenant:
    """Return a tenant with two users, of whom one is in a tag."""
    tenant = Tenant("acme")
    with tenant.scim_client("Okta") as okta:
        users = [
            okta.users.create(
                scim.User.of(email=f"{name}@Acme.com", given_name=name, family_name="Diaz")
            )
            for name in ("Ana", "Bob")
        ]
        okta.groups.create(scim.Group.of("Ops", users[:1]))
    tenant.requests.clear()
    return tenant


async def test_users_have_the_columns_of_the_contract() -> None:
    tenant = build_tenant()
    britive = tenant.async_admin_client()
    pager = britive.users.list(include_tags=True)
    frame = await pager.to_polars()
    assert dict(frame.schema) == USER_TYPES
    rows = {row["key"]: row for row in frame.to_dicts()}
    ana = rows["ana@acme.com"]
    assert (ana["username"], ana["first_name"], ana["status"]) == ("Ana@Acme.com", "Ana", "active")
    assert (ana["identity_provider"], ana["external"]) == ("Okta", True)
    assert ana["tags"] == '["Ops"]'
    assert ana["last_login"] is None
    assert isinstance(ana["created"], datetime)
    assert pager.complete is True
    pandas = await britive.users.list().to_pandas(["username", "last_login", "external"])
    assert list(map(str, pandas.dtypes)) == ["string", "datetime64[us, UTC]", "boolean"]
    scim_users = await tenant.async_scim_client("Okta").users.list().to_pandas()
    joined = scim_users.merge(await britive.users.list().to_pandas(), on="key")
    assert len(joined) == 2


async def test_no_user_has_the_same_columns() -> None:
    frame = await build_tenant().async_admin_client().users.list(search="nobody").to_polars()
    assert dict(frame.schema) == USER_TYPES
    assert frame.is_empty()


async def test_columns_are_chosen_and_renamed() -> None:
    britive = build_tenant().async_admin_client()
    frame = await britive.users.list().to_polars({"who": "username"})
    assert frame.columns == ["who"]
    with pytest.raises(InputError, match="got 'usernam'; did you mean 'username'"):
        await britive.users.list().to_polars(["usernam"])


def convert(model: type[admin.Model], item: admin.Model, **options: Any) -> dict[str, Any]:
    from britive_scim.admin.table_layout import ModelLayout

    layout = ModelLayout(model, **options)
    return {
        name: value for name, (value,) in zip(layout.types, layout.convert([item]), strict=True)
    }


async def test_custom_attributes_are_columns() -> None:
    values = [("Cost", "R-1"), ("cost", "R-2"), ("Site", "MUC")]
    user = admin.User(
        attributes=[
            admin.AttributeValue(attribute_name=name, attribute_value=value)
            for name, value in values
        ]
    )
    row = convert(admin.User, user, attributes=["Cost", "Site", "Else"])
    assert row["attributes.Cost"] == ["R-1", "R-2"]
    assert (row["attributes.Site"], row["attributes.Else"]) == ("MUC", None)
    assert convert(admin.User, user, attributes="Site")["attributes.Site"] == "MUC"
    with pytest.raises(InputError, match="attributes must be names of identity attributes"):
        convert(admin.User, user, attributes=[5])
    with pytest.raises(InputError, match="'API token', which is secret; leave it out"):
        convert(admin.User, user, attributes=["Cost", "API token"])
    with pytest.raises(InputError, match="attributes must be given for users only"):
        await build_tenant().async_admin_client().tags.list().to_polars(attributes=["x"])
    with pytest.raises(InputError, match=r"^options must be attributes, got 'custom'$"):
        await build_tenant().async_admin_client().users.list().to_polars(custom=["x"])


async def test_tags_have_their_fields() -> None:
    frame = await build_tenant().async_admin_client().tags.list().to_polars()
    assert frame.columns == list(admin.Tag.model_fields)
    assert "Ops" in frame["name"].to_list()
    assert frame["created"].dtype == pl.Datetime("us", "UTC")


async def test_tokens_are_a_table_without_secrets() -> None:
    britive = build_tenant().async_admin_client()
    created = await britive.api_tokens.create(name="ci")
    tokens = await britive.api_tokens.list()
    assert isinstance(tokens, list)
    frame = tokens.to_polars()
    assert not {"token", "clear_text_token"} & set(frame.columns)
    assert "ci" in frame["name"].to_list()
    assert frame["expires_on"].dtype == pl.Datetime("us", "UTC")
    assert created.token is not None
    assert created.token.get_secret_value() not in tokens._repr_html_() + str(frame.to_dicts())
    assert pickle.loads(pickle.dumps(tokens)) == copy.copy(tokens) == list(tokens)
    providers = (await britive.identity_providers.list()).to_pandas(["name", "type"])
    assert "Okta" in set(providers["name"])


async def test_audit_events_have_the_columns_of_the_contract() -> None:
    britive = build_tenant().async_admin_client()
    await britive.tags.create(name="Audit")
    frame = await britive.audit_logs.query().to_pandas()
    assert list(frame.columns) == [
        "timestamp", "actor", "actor_type", "event_type", "target", "target_type", "result", "message", "client_ip",
    ]  # fmt: skip
    assert str(frame.dtypes["timestamp"]) == "datetime64[us, UTC]"
    assert set(frame["result"]) == {"success"}
    assert frame["timestamp"].max() <= datetime.now(UTC)


async def test_pandas_constructor_of_objects_names_the_call() -> None:
    britive = build_tenant().async_admin_client()
    users = await britive.users.list().to_list()
    with pytest.raises(TypeError, match=r"User is not iterable; .* to_pandas"):
        pd.DataFrame(users)
    pager: Any = britive.users.list()
    with pytest.raises(TypeError, match="use to_pandas"):
        pd.DataFrame(pager)


@pytest.mark.skipif(IS_ASYNC, reason="libraries cannot await")
async def test_libraries_read_lists_of_the_admin_api() -> None:
    pager: Any = build_tenant().async_admin_client().users.list()
    assert pl.DataFrame(pager).equals(await pager.to_polars())
    assert (await pager.head(1)).to_polars().height == 1


async def test_tags_that_are_not_requested_are_missing(tmp_path: Path) -> None:
    britive = build_tenant().async_admin_client()
    people = britive.users.list()
    assert (await people.to_pandas())["tags"].isna().all()
    assert (await people.to_polars())["tags"].null_count() == 2
    assert [row[-2] for row in (await people.to_list()).to_table()] == [None, None]
    await people.to_csv(tmp_path / "users.csv", columns=["key", "tags"])
    assert (tmp_path / "users.csv").read_text().splitlines()[1:] == [
        "ana@acme.com,",
        "bob@acme.com,",
    ]
    tagged = britive.users.list(include_tags=True)
    assert (await tagged.to_polars())["tags"].to_list() == ['["Ops"]', "[]"]
    assert [row[-2] for row in (await tagged.to_list()).to_table()] == [["Ops"], []]
