"""SCIM messages: lists, errors, searches, bulk."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidResource
from britive_scim.scim import names
from support.each_value import each_value


def test_list_to_wire_always_has_resources() -> None:
    page = scim.ListResponse[scim.User](
        total_results=1, start_index=1, resources=[scim.User(id="1")], next_cursor="x"
    )
    assert page.to_wire() == {
        "schemas": [names.LIST_RESPONSE],
        "totalResults": 1,
        "startIndex": 1,
        "nextCursor": "x",
        "Resources": [{"schemas": [names.USER], "id": "1"}],
    }
    assert scim.ListResponse[scim.User](total_results=0).to_wire()["Resources"] == []
    assert scim.ListResponse[scim.User].from_wire(page.to_wire()) == page


@pytest.mark.parametrize("model", [scim.ListResponse, scim.ListResponse[Any]])
def test_list_without_parameter_has_plain_resources(model: Any) -> None:
    page = model.from_wire({"Resources": [{"id": 1, "userName": "a"}]})
    (resource,) = page.resources
    assert type(resource) is scim.Resource
    assert resource.to_wire() == {"id": "1", "userName": "a"}


@each_value(
    "sent, model",
    [
        ({"schemas": [names.GROUP]}, scim.Group),
        ({"schemas": [names.USER.upper(), names.ENTERPRISE_USER]}, scim.User),
        ({"meta": {"resourceType": "Group"}}, scim.Group),
        ({"meta": "x", "schemas": "y"}, scim.User),
        ({}, scim.User),
        ({"schemas": [7, names.GROUP], "ID": 1, "members": [7]}, scim.Group),
    ],
)
def test_list_mixed_resources_have_their_own_class(sent: Any, model: type[Any]) -> None:
    mixed = scim.ListResponse[scim.User | scim.Group].from_wire({"Resources": [sent]})
    assert type(mixed.resources[0]) is model


def test_list_recursive_class_is_read() -> None:
    """A class that contains itself gives pydantic-core a schema with definitions."""

    class Part(scim.Complex):
        parts: "list[Part] | None" = None

    class Machine(scim.Resource):
        parts: list[Part] | None = None

    Machine.model_rebuild(_types_namespace={"Part": Part})
    page = scim.ListResponse[Machine].from_wire(
        '{"Resources": [{"parts": [{"parts": []}]}, {"ID": 7}]}'
    )
    assert page.resources == [Machine(parts=[Part()]), Machine(id="7")]


def test_error_any_status_is_read() -> None:
    assert scim.Error.from_wire({"status": 404}).status == "404"
    error = scim.Error(status="409", scim_type="uniqueness", detail="taken")
    assert error.to_wire() == {
        "schemas": [names.ERROR],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "taken",
    }


def test_search_first_page_writes_empty_cursor() -> None:
    """RFC 9865 §3: an empty cursor requests the first page."""
    search = scim.SearchRequest(attributes=["userName"], filter="userName pr", count=10, cursor="")
    assert search.to_wire() == {
        "schemas": [names.SEARCH_REQUEST],
        "attributes": ["userName"],
        "filter": "userName pr",
        "count": 10,
        "cursor": "",
    }
    assert scim.SearchRequest.from_wire(search.to_wire()) == search


def test_bulk_data_is_unchanged() -> None:
    data = {"schemas": [names.USER], "userName": "a", "emails": [], "x": None}
    request = scim.BulkRequest(
        fail_on_errors=1,
        operations=[scim.BulkOperation(method="POST", path="/Users", bulk_id="q", data=data)],
    )
    wire = request.to_wire()
    assert wire["Operations"] == [{"method": "POST", "bulkId": "q", "path": "/Users", "data": data}]
    assert scim.BulkRequest.from_wire(wire) == request
    assert scim.BulkRequest().to_wire() == {"schemas": [names.BULK_REQUEST], "Operations": []}


@each_value(
    "status, code",
    [
        ("201", 201),
        (201, 201),
        ({"code": "404", "description": "no"}, 404),
        (None, None),
        ("many", None),
    ],
)
def test_bulk_status_any_form_gives_number(status: Any, code: int | None) -> None:
    sent = {"Operations": [{"method": "POST", "status": status}]}
    (result,) = scim.BulkResponse.from_wire(sent).operations
    assert result.status_code == code
    assert result.to_wire().get("status") == status


def test_bulk_numbers_in_data_are_finite() -> None:
    with pytest.raises(ValueError, match=r"must be JSON|out of range"):
        scim.BulkRequest.from_wire('{"Operations": [{"data": {"x": [NaN]}}]}')


ERRORS = json.loads((Path(__file__).parents[1] / "data/wire/quirks-errors.json").read_text("utf-8"))


@each_value("quirk", [pytest.param(q, id=q["name"]) for q in ERRORS])
def test_error_observed_body_is_read(quirk: dict[str, Any]) -> None:
    body = quirk["response_body"]
    if not isinstance(body, dict):
        with pytest.raises(InvalidResource):
            scim.Error.from_wire(body if isinstance(body, str) else json.dumps(body))
        return
    error = scim.Error.from_wire(json.dumps(body))
    assert error.status is None or error.status == str(body.get("status"))
    if isinstance(body.get("detail"), str):
        assert error.detail == body["detail"]
    assert scim.Error.from_wire(error.to_wire()) == error


def test_list_of_own_class_is_python_value() -> None:
    class Boat(scim.Resource):
        length: float | None = None
        crew: "list[Boat] | None" = None

    Boats = scim.ListResponse[Boat]  # noqa: N806  # a class
    page = Boats.from_wire(
        {
            "totalResults": 2,
            "Resources": [{"length": 7, "crew": [{"LENGTH": "1"}]}, {"length": "wide"}, 7],
        }
    )
    assert [boat.length for boat in page.resources] == [7.0, None]
    assert page.resources[0].crew == [Boat(length=1.0)]
    assert [one.path for one in page.unread] == ["Resources[2]", "Resources[1].length"]
    for again in (copy.copy(page), copy.deepcopy(page), page.model_copy()):
        assert again == page
        assert again.to_wire() == page.to_wire()
    assert page.model_fields_set == {"total_results", "resources"}


def test_list_of_two_classes_gives_both_classes() -> None:
    class Boat(scim.Resource):
        __schema__ = "urn:example:boats:2.0:Boat"
        length: float | None = None

    class Crew(scim.Resource):
        __schema__ = "urn:example:boats:2.0:Crew"
        size: int | None = None

    page = scim.ListResponse[Boat | Crew].from_wire(
        {
            "totalResults": 4,
            "Resources": [
                {"schemas": [Crew.__schema__], "size": "7"},
                {"schemas": [Boat.__schema__.upper()], "LENGTH": 7},
                {"meta": {"resourceType": "Crew"}, "size": 1},
                {"schemas": ["urn:other"], "size": 1},
            ],
        }
    )
    assert [type(one) for one in page.resources] == [Crew, Boat, Crew, Boat]
    assert page.resources[0] == Crew(size=7)
    assert page.resources[1].to_wire() == {"schemas": [Boat.__schema__], "length": 7.0}
