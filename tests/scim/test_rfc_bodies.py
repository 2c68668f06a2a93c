"""JSON bodies of RFC 7643 and RFC 7644: decoded, encoded and decoded again."""

import json
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.scim import names
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data/rfc"
FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(DATA.glob("*.json"))}

CLASSES: dict[str, type[scim.Model]] = {
    names.USER: scim.User,
    names.GROUP: scim.Group,
    names.SERVICE_PROVIDER_CONFIG: scim.ServiceProviderConfig,
    names.RESOURCE_TYPE: scim.ResourceType,
    names.SCHEMA: scim.Schema,
    names.SEARCH_REQUEST: scim.SearchRequest,
    names.BULK_REQUEST: scim.BulkRequest,
    names.BULK_RESPONSE: scim.BulkResponse,
    names.ERROR: scim.Error,
}
ANY = scim.ListResponse[
    scim.User | scim.Group | scim.ResourceType  # a search at the root returns all types
]

NOT_BODIES = {
    "7644-3.12-too-large-explanation",  # a string
    "7644-3.4.2.2-filters",  # lists of filters and paths
    "7644-3.5.2-paths",
    "7644-3.7.3-failed-operation-fragment",  # parts of one operation
    "7644-3.7.3-status-fragment",
    "7644-3.8-encoding",
}


def bodies() -> list[Any]:
    """Return every body; elements of printed arrays individually."""
    found = []
    for stem, content in FILES.items():
        if stem in NOT_BODIES:
            continue
        body = content["body"] if stem.startswith("7644") else content
        for number, one in enumerate(body if isinstance(body, list) else [body]):
            if names.PATCH_OP in one.get("schemas", ()):
                continue  # PATCH requests have their own tests
            found.append(pytest.param(stem, one, id=f"{stem}-{number}"))
    return found


def class_for(stem: str, body: dict[str, Any]) -> Any:
    if names.LIST_RESPONSE in body.get("schemas", ()):
        return ANY
    for urn in body.get("schemas", ()):
        if urn in CLASSES:
            return CLASSES[urn]
    assert "schema" in stem or "resource-type" in stem or "attributes-response" in stem, stem
    return scim.Schema if "schema" in stem else scim.ResourceType


@each_value("stem, body", bodies())
def test_rfc_body_round_trips(stem: str, body: dict[str, Any]) -> None:
    cls = class_for(stem, body)
    read = cls.from_wire(json.dumps(body))
    assert read.unread == ()
    written = read.to_wire()
    assert comparable(written, body) == comparable(body, body)
    assert cls.from_wire(written) == read
    json.dumps(written, allow_nan=False)


def comparable(value: Any, sent: Any) -> Any:
    """Return JSON without permitted differences: empty lists (RFC 7643 §2.5) and omitted `schemas`."""
    if isinstance(value, list):
        return [comparable(*pair) for pair in zip(value, sent, strict=True)]
    if isinstance(value, dict):
        return {
            name: comparable(inner, sent.get(name))
            for name, inner in value.items()
            if inner not in ([], None) and (name != "schemas" or name in sent)
        }
    return value


def test_rfc_every_file_is_read() -> None:
    """A new RFC file is either a body above, or listed as not a body."""
    assert set(FILES) >= NOT_BODIES
    read = {param.values[0] for param in bodies()}
    assert {stem for stem in FILES.keys() - read - NOT_BODIES if "patch" not in stem} == set()


def test_rfc_full_user_has_expected_values() -> None:
    user = scim.User.from_wire(FILES["7643-8.3-user-enterprise"])
    assert user.full_name == "Ms. Barbara J Jensen, III"
    assert user.primary_email == "bjensen@example.com"
    assert user.enterprise is not None
    assert user.enterprise.manager == scim.Manager(
        value="26118915-6090-4610-87e4-49d8ca9f808d",
        ref="../Users/26118915-6090-4610-87e4-49d8ca9f808d",
        display_name="John Smith",
    )
    assert user.x509_certificates is not None
    assert user.meta is not None
    assert user.meta.version == 'W/"3694e05e9dff591"'


def test_rfc_bulk_statuses_in_both_forms_are_numbers() -> None:
    for stem in ("7644-3.7.2-bulk-bulkid-response", "7644-3.7.3-bulk-mixed-response"):
        response = scim.BulkResponse.from_wire(FILES[stem]["body"])
        assert {one.status_code for one in response.operations} <= {200, 201, 204, 409, 412}
