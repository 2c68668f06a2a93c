"""Report of a set-up: fields of the identity provider's console, and the steps that remain there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, get_args

import pytest
import pytest_asyncio

from britive_scim import AsyncAdminClient
from britive_scim.errors import InputError
from britive_scim.provisioning import ConsoleField, ManualStep, SetupReport
from britive_scim.provisioning.consoles import CONSOLES, ConsoleName, find_console
from britive_scim.testing import Tenant
from support.each_value import each_value

CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
URL = "https://acme.britive-app.com/api/scim/v2"
OTHER = CONSOLES["other"].title


@pytest_asyncio.fixture
async def britive() -> AsyncIterator[AsyncAdminClient]:
    async with Tenant("acme").async_admin_client() as client:
        yield client


def list_fields(report: SetupReport) -> dict[str, str | None]:
    return {f"{field.place} > {field.name}": field.value for field in report.fields}


async def test_report_of_okta_has_its_fields(britive: AsyncAdminClient) -> None:
    connection = await britive.set_up_provisioning("Okta Workforce", custom_attributes=["costCode"])
    report = connection.report()
    assert report.console == "Okta"
    assert list_fields(report) == {
        "Provisioning > Base URL": URL,
        "Provisioning > Secret Token": "***",
        "Provisioning > authentication type": "Bearer Token",
        "Sign On > Application username format": "Email",
        "attribute editor > namespace of costCode": CUSTOM,
    }
    assert report.fields[1] == ConsoleField(
        "Provisioning", "Secret Token", "***", "created now, and shown once"
    )
    assert report.notes == ()


async def test_report_names_what_remains(britive: AsyncAdminClient) -> None:
    connection = await britive.set_up_provisioning("Okta Workforce")
    first, *steps = connection.report().remaining
    assert first.console == "Britive"
    assert "Okta Workforce > SCIM > Additional Settings" in first.action
    assert "Allow tag name and description to be editable" in first.action
    assert {step.console for step in steps} == {"Okta"}
    assert ManualStep("Okta", "Provisioning: enter the fields, Test Connection, Save") in steps
    assert steps[-1].action.startswith("Push Groups: choose groups that are not under Assignments")
    assert not [step for step in steps if "custom" in step.action]
    assert str(first).startswith("Britive: System admin > ")

    connection = await britive.set_up_provisioning("Okta Workforce", custom_attributes=["costCode"])
    actions = [step.action.partition(":")[0] for step in connection.report().remaining]
    assert actions.index("attribute editor") < actions.index("Assignments")


async def test_report_of_azure_is_of_entra(britive: AsyncAdminClient) -> None:
    connection = await britive.set_up_provisioning(
        "Okta of old", scim_provider="Azure", custom_attributes=["costCode"]
    )
    report = connection.report()
    assert report.console == "Microsoft Entra ID"
    assert list_fields(report) == {
        "Provisioning > Tenant URL": URL,
        "Provisioning > Secret Token": "***",
        "Edit attribute list > costCode": f"{CUSTOM}:costCode",
    }
    assert report.notes == ()
    assert connection.report("okta").notes == (
        "the SCIM provider is Azure; Britive's guide for Okta chooses Generic",
    )


async def test_report_of_a_named_console(britive: AsyncAdminClient) -> None:
    connection = await britive.set_up_provisioning("HR")
    assert connection.report().console == "the identity provider"
    assert list(get_args(ConsoleName)) == list(CONSOLES)
    for name in get_args(ConsoleName):
        report = connection.report(name)
        assert report.guides
        assert list(list_fields(report).values())[:2] == [URL, "***"]
        assert bool(report.notes) == (name == "entra")
    console: Any = "okat"
    with pytest.raises(InputError, match=r"console must be okta or .*did you mean 'okta'"):
        connection.report(console)


async def test_report_finds_the_product_in_the_name(britive: AsyncAdminClient) -> None:
    for name, console in (("Our DUO", "Duo"), ("CyberArk EU", "CyberArk Identity")):
        connection = await britive.set_up_provisioning(name)
        assert connection.report().console == console


@each_value(
    "name, title",
    [
        ("OktaWorkforce", "Okta"),
        ("acme-okta_2", "Okta"),
        ("ENTRA", "Microsoft Entra ID"),
        ("Central IT", OTHER),
        ("Ventra Health", OTHER),
        ("Individuo", OTHER),
        ("Duolingo", OTHER),
    ],
)
def test_console_is_found_by_a_word(name: str, title: str) -> None:
    assert find_console(None, scim_provider="Generic", name=name).title == title


async def test_report_lists_custom_attributes_only(britive: AsyncAdminClient) -> None:
    await britive.identity_attributes.create("Desk", description="Desk")
    connection = await britive.set_up_provisioning(
        "Okta Workforce",
        mappings={"Desk": f"{CUSTOM}:deskNumber", "Mobile": "nickName", "Role": "title"},
        custom_attributes=["Role", "costCode"],
    )
    custom = [field.name for field in connection.report("other").fields[2:]]
    assert custom == ["deskNumber", "costCode"]
    again = await britive.set_up_provisioning("Okta Workforce")
    assert sorted(field.name for field in again.report("other").fields[2:]) == sorted(custom)


async def test_report_describes_the_token(britive: AsyncAdminClient) -> None:
    connection = await britive.set_up_provisioning("HR", create_token=False)
    assert connection.report().fields[1].note == "none was created"
    connection = await britive.set_up_provisioning("HR")
    secret = connection.token
    assert secret is not None
    again = (await britive.set_up_provisioning("HR")).report()
    assert again.fields[1].value is None
    assert again.fields[1].note.startswith("the stored one; Britive shows a token once")
    assert "(the stored one; Britive shows a token once" in str(again)
    given = (await britive.set_up_provisioning("HR", token=secret)).report()
    assert (given.fields[1].value, given.fields[1].note) == ("***", "the stored one")


async def test_report_of_a_dry_run(britive: AsyncAdminClient) -> None:
    with britive.dry_run():
        connection = await britive.set_up_provisioning(
            "Staff", scim_provider="Azure", custom_attributes=["costCode"]
        )
        report = connection.report()
        assert report.console == "Microsoft Entra ID"
        assert [(field.value, field.note) for field in report.fields] == [
            (None, "not known yet"),
            (None, "not created in a dry run"),
            (f"{CUSTOM}:costCode", ""),
        ]
        changed = await britive.set_up_provisioning("Okta", scim_provider="Azure")
        assert changed.report().console == "Microsoft Entra ID"
    unchanged = await britive.identity_providers.get_by_name("Okta")
    assert unchanged.scim_provider == "Generic"


async def test_report_is_text_html_and_data(britive: AsyncAdminClient) -> None:
    connection = await britive.set_up_provisioning("Okta <EU>", custom_attributes=["costCode"])
    report = connection.report()
    assert connection.token is not None
    secret = connection.token.get_secret_value()
    text, html, data = str(report), report._repr_html_(), json.dumps(report.to_dict())
    assert not [shown for shown in (text, html, data, repr(report)) if secret in shown]
    assert text.startswith("field in Okta")
    assert "\nTo do in Britive\n- System admin > Identity Management" in text
    assert max(map(len, text.splitlines())) <= 80
    assert f"\nattribute editor > namespace of costCode\n    {CUSTOM}\n" in text
    assert f"\nProvisioning > Base URL                {URL}\n" in text
    assert text.endswith("\nGuide: https://docs.britive.com/okta-scim-provisioning")
    assert "<td>Provisioning &gt; Base URL</td>" in html
    assert "Okta &lt;EU&gt; &gt; SCIM" in html
    assert '<a href="https://docs.britive.com/okta-scim-provisioning">' in html
    assert "Note: the SCIM provider is Generic" in str(connection.report("entra"))
    assert "<p>Note: the SCIM" in connection.report("entra")._repr_html_()
    assert json.loads(data)["fields"][0] == {
        "place": "Provisioning",
        "name": "Base URL",
        "value": URL,
        "note": "",
    }
    assert list(json.loads(data)) == ["console", "fields", "remaining", "notes", "guides"]
