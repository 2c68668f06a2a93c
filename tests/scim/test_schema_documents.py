"""Schema documents of models, and models of schema documents."""

import copy
import gc
import json
import pickle
import sys
import types
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidResource
from britive_scim.scim import names
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data"
LAB: dict[str, Any] = json.loads((DATA / "vectors/test-extension.schema.json").read_text("utf-8"))
CORE = [
    ("7643-8.7.1-schema-user", scim.User),
    ("7643-8.7.1-schema-group", scim.Group),
    ("7643-8.7.1-schema-enterprise-user", scim.EnterpriseUser),
    ("7643-8.7.2-schema-service-provider-config", scim.ServiceProviderConfig),
    ("7643-8.7.2-schema-resource-type", scim.ResourceType),
    ("7643-8.7.2-schema-schema", scim.Schema),
]


def read_document(stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"rfc/{stem}.json").read_text("utf-8"))
    return found


# ----------------------------------------------------------------------------- the RFC's documents

ABSENT = "absent"

CORRECTIONS: dict[str, dict[str, tuple[Any, Any]]] = {
    # Corrections of the figures of RFC 7643 §8.7 that disagree with its prose:
    # path of the characteristic -> (the figure, the prose). Complex attributes have neither
    # uniqueness nor case sensitivity (§2.3.8); references and binaries are case exact (§2.3.6, §2.3.7);
    # ids are case exact (§3.1).
    "User": {
        "name uniqueness": ("none", ABSENT),
        "emails uniqueness": ("none", ABSENT),
        "addresses uniqueness": ("none", ABSENT),
        "x509Certificates caseExact": (False, ABSENT),
        "profileUrl caseExact": (False, True),
        "photos.value caseExact": (False, True),
        "groups.$ref caseExact": (False, True),
        "groups.value caseExact": (False, True),
        "x509Certificates.value caseExact": (False, True),
        "password caseExact": (False, True),  # equality by hash
        "groups.$ref referenceTypes": (["User", "Group"], ["Group"]),
        "ims.type canonicalValues": (
            ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
            ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo", "other"],  # §4.1.2
        ),
        "roles.type canonicalValues": ([], ABSENT),
        "x509Certificates.type canonicalValues": ([], ABSENT),
        "addresses.primary": (ABSENT, "boolean"),  # §2.4
    },
    "Group": {
        "displayName required": (False, True),  # §4.2
        "members.value caseExact": (False, True),
        "members.$ref caseExact": (False, True),
        "members.display": (ABSENT, "string"),  # §2.4, and the example of §8.4
    },
    "EnterpriseUser": {
        "manager.value caseExact": (False, True),
        "manager.$ref caseExact": (False, True),
    },
    "ServiceProviderConfig": {
        "documentationUri caseExact": (False, True),
        "authenticationSchemes.specUri caseExact": (False, True),
        "authenticationSchemes.documentationUri caseExact": (False, True),
        "authenticationSchemes.type": (ABSENT, "string"),  # §5
        "authenticationSchemes.primary": (ABSENT, "boolean"),  # the example of §8.5
        "etag": (ABSENT, "complex"),  # §5
        "etag.supported": (ABSENT, "boolean"),
        "pagination": (ABSENT, "complex"),  # RFC 9865 §4
        **{
            f"pagination.{name}": (ABSENT, type_)
            for name, type_ in {
                "cursor": "boolean",
                "index": "boolean",
                "defaultPaginationMethod": "string",
                "defaultPageSize": "integer",
                "maxPageSize": "integer",
                "cursorTimeout": "integer",
            }.items()
        },
    },
    "ResourceType": {
        "endpoint caseExact": (False, True),
        "endpoint uniqueness": ("none", "server"),
        "name caseExact": (False, True),  # meta.resourceType repeats it
        "name uniqueness": ("none", "server"),
        "schemaExtensions multiValued": (False, True),  # §6
        "schemaExtensions required": (True, False),
    },
    "Schema": {
        "id returned": ("default", "always"),  # §7
        "name required": (True, False),  # §7
        "attributes.name caseExact": (True, False),  # §2.1: names have no case
        "attributes.subAttributes.name caseExact": (True, False),
        "attributes.type caseExact": (False, True),
        "attributes.subAttributes.type caseExact": (False, True),
        "attributes.subAttributes.referenceTypes multiValued": (False, True),
        **{
            f"attributes.{within}type canonicalValues": (
                ["string", "complex", "boolean", "decimal", "integer", "dateTime", "reference"],
                [
                    "string",
                    "complex",
                    "boolean",
                    "decimal",
                    "integer",
                    "dateTime",
                    "reference",
                    "binary",
                ],
            )
            for within in ("", "subAttributes.")
        },
    },
}


def characteristics(attributes: list[dict[str, Any]], within: str = "") -> dict[str, Any]:
    """Return `path characteristic` -> value, and `path` -> data type, of all attributes."""
    found: dict[str, Any] = {}
    for attribute in attributes:
        path = f"{within}{attribute['name']}"
        found[path] = attribute["type"]
        for key, value in attribute.items():
            if key == "subAttributes":
                found |= characteristics(value, f"{path}.")
            elif key not in {"name", "type"}:
                found[f"{path} {key}"] = value
    return found


@each_value("stem, model", CORE)
def test_document_of_model_is_corrected_rfc_document(stem: str, model: type[scim.Model]) -> None:
    printed, ours = read_document(stem), scim.schema_of(model).to_wire()
    assert {key: ours[key] for key in ("id", "name", "description")} == {
        key: printed[key] for key in ("id", "name", "description")
    }
    assert ours["schemas"] == [names.SCHEMA]
    assert ours["meta"] == {"resourceType": "Schema"}
    expected, found = characteristics(printed["attributes"]), characteristics(ours["attributes"])
    added = {path for path in found if " " not in path and path not in expected}
    different = {
        key: (expected.get(key, ABSENT), found.get(key, ABSENT))
        for key in expected.keys() | found.keys()
        if expected.get(key) != found.get(key)
        and (key in added or key.partition(" ")[0] not in added)
    }
    assert different == CORRECTIONS[model.__name__]


@each_value("stem, model", CORE)
def test_model_from_document_returns_same_document(stem: str, model: type[scim.Model]) -> None:
    for document in (read_document(stem), scim.schema_of(model).to_wire(), {**LAB}):
        generated = scim.model_from_schema(document)
        assert scim.schema_of(generated).to_wire() == scim.Schema.from_wire(document).to_wire()
        assert scim.schema_of(generated) == scim.Schema.from_wire(document)


@each_value("stem, model", CORE)
def test_model_from_document_has_its_characteristics(stem: str, model: type[scim.Model]) -> None:
    """The document of a subclass is computed from its fields and equals ours."""
    document = scim.schema_of(model)
    generated = scim.model_from_schema(
        document, base=model.__mro__[1] if model is scim.EnterpriseUser else scim.Resource
    )

    class Derived(generated):
        pass

    computed = scim.schema_of(Derived).to_wire()
    for own in ("id", "externalId", "meta"):  # common to all resources: not listed
        document.attributes = [a for a in document.attributes or () if a.name != own]
    assert characteristics(computed["attributes"]) == characteristics(
        document.to_wire()["attributes"]
    )


# ----------------------------------------------------------------------------- documents of classes


class Gadget(scim.Complex):
    name: str | None = None
    """The gadget's
    name."""


class Lent(scim.Extension):
    """A loan."""

    gadgets: Annotated[list[Gadget] | None, scim.REQUIRED] = None
    """All of them."""

    count: int | None = None
    unknown: str | None = None
    print  # noqa: B018 - an expression that is no docstring


def test_document_descriptions_are_docstrings() -> None:
    document = scim.schema_of(Lent, urn="urn:acme:lent")
    assert document.to_wire() == {
        "schemas": [names.SCHEMA],
        "id": "urn:acme:lent",
        "name": "Lent",
        "description": "A loan.",
        "attributes": [
            {
                "name": "gadgets",
                "type": "complex",
                "multiValued": True,
                "description": "All of them.",
                "required": True,
                "mutability": "readWrite",
                "returned": "default",
                "subAttributes": [
                    {
                        "name": "name",
                        "type": "string",
                        "multiValued": False,
                        "description": "The gadget's name.",
                        "required": False,
                        "caseExact": False,
                        "mutability": "readWrite",
                        "returned": "default",
                        "uniqueness": "none",
                    }
                ],
            },
            {
                "name": "count",
                "type": "integer",
                "multiValued": False,
                "required": False,
                "mutability": "readWrite",
                "returned": "default",
                "uniqueness": "none",
            },
            {
                "name": "unknown",
                "type": "string",
                "multiValued": False,
                "required": False,
                "caseExact": False,
                "mutability": "readWrite",
                "returned": "default",
                "uniqueness": "none",
            },
        ],
        "meta": {"resourceType": "Schema"},
    }


def test_document_local_class_has_descriptions() -> None:
    class Outer:
        class Inner(scim.Extension):
            a: str | None = None
            """The a."""

    document = scim.schema_of(Outer.Inner, urn="urn:x")
    assert document.attributes is not None
    assert document.attributes[0].description == "The a."


@pytest.mark.parametrize("module", ["a_module_that_is_not_there", "sys"])
def test_document_class_without_source_has_no_description(module: str) -> None:
    generated = type(scim.Extension)(
        "Made",
        (scim.Extension,),
        {"__module__": module, "__annotations__": {"a": str | None}, "a": None},
    )
    document = scim.schema_of(generated, urn="urn:x")
    assert document.attributes is not None
    assert document.attributes[0].description is None
    assert document.description is None


def test_document_module_without_file_has_no_description(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "made_of_nothing", types.ModuleType("made_of_nothing"))
    generated = type(scim.Extension)(
        "Made",
        (scim.Extension,),
        {"__module__": "made_of_nothing", "__annotations__": {"a": str | None}, "a": None},
    )
    assert (
        scim.schema_of(generated, urn="urn:x").to_wire()["attributes"][0].get("description") is None
    )


def test_document_class_without_urn_requires_one() -> None:
    with pytest.raises(ValueError, match=r"Lent\.__schema__ must be the URN of the schema"):
        scim.schema_of(Lent)


def test_document_custom_extension_has_no_attributes() -> None:
    document = scim.schema_of(scim.CustomUser)
    assert (document.id, document.name, document.attributes) == (
        names.CUSTOM_USER,
        "CustomUser",
        [],
    )


def test_document_of_parametrized_class_is_unchanged() -> None:
    assert scim.schema_of(scim.User[Lent]) == scim.schema_of(scim.User)


# ----------------------------------------------------------------------------- classes of documents

DEVICE: dict[str, Any] = {
    "id": "urn:acme:params:scim:schemas:core:2.0:Device",
    "name": "Device",
    "description": "A thing.",
    "attributes": [
        {"name": "serialNumber", "type": "string", "multiValued": False, "required": True},
        {"name": "id", "type": "string", "multiValued": False},
        {"name": "URLs", "type": "reference", "multiValued": True},
        {"name": "class", "type": "string", "multiValued": False},
        {"name": "json", "type": "string", "multiValued": False},
        {"name": "unread", "type": "boolean", "multiValued": False},
        {"name": "to-Wire", "type": "integer", "multiValued": False},
        {"name": "toWire", "type": "integer", "multiValued": False},
        {"name": "$ref", "type": "reference", "multiValued": False},
        {"name": "2nd", "type": "decimal", "multiValued": False},
        {"name": "$", "type": "string", "multiValued": False},
        {"name": "IPAddress", "type": "string", "multiValued": False},
        {"name": "since", "type": "dateTime", "multiValued": False},
        {
            "name": "parts",
            "type": "complex",
            "multiValued": True,
            "subAttributes": [
                {"name": "value", "type": "string"},
                {"name": "weight", "type": "decimal"},
            ],
        },
        {"name": "bag", "type": "complex", "multiValued": False},
    ],
}


def test_model_fields_have_python_names_and_types() -> None:
    device = scim.model_from_schema(DEVICE, base=scim.Resource)
    assert {name: str(info.annotation) for name, info in device.model_fields.items()} == {
        "schemas": "list[str]",
        "id": "str | None",
        "external_id": "str | None",
        "meta": str(scim.Resource.model_fields["meta"].annotation),
        "serial_number": "str | None",
        "urls": "list[str] | None",
        "class_": "str | None",
        "json_": "str | None",
        "unread_": "bool | None",
        "to_wire_": "int | None",
        "to_wire__": "int | None",
        "ref": "str | None",
        "n2nd": "float | None",
        "attribute": "str | None",
        "ip_address": "str | None",
        "since": "datetime.datetime | None",
        "parts": str(device.model_fields["parts"].annotation),
        "bag": str(device.model_fields["bag"].annotation),
    }
    assert (device.__name__, device.__doc__, device.__schema__) == (
        "Device",
        "A thing.",
        DEVICE["id"],
    )


def test_model_from_document_round_trips_resource() -> None:
    device: Any = scim.model_from_schema(DEVICE)
    sent = {
        "schemas": [DEVICE["id"]],
        "id": "1",
        "serialNumber": "R-17",
        "URLs": ["x"],
        "to-Wire": 1,
        "toWire": 2,
        "$ref": "../x",
        "2nd": 0.5,
        "since": "2026-03-01T00:00:00Z",
        "parts": [{"value": "a", "weight": 1.5}],
        "bag": {"anything": [1]},
    }
    read = device.from_wire(sent)
    assert (read.serial_number, read.n2nd, read.ref) == ("R-17", 0.5, "../x")
    assert read.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert read.parts[0].weight == 1.5
    assert read.to_wire() == sent
    assert device.from_wire({"SerialNumber": 17, "parts": "a"}).to_wire() == {
        "schemas": [DEVICE["id"]],
        "serialNumber": "17",
        "parts": [{"value": "a"}],
    }
    assert device(serial_number="1").schemas == [DEVICE["id"]]
    assert repr(device(serial_number="1")) == "Device(serial_number='1')"


def test_model_from_document_works_in_every_function() -> None:
    device: Any = scim.model_from_schema(DEVICE)
    read = device.from_wire({"serialNumber": "R-17", "parts": [{"value": "a"}]})
    assert scim.parse_filter('serialNumber sw "r-" and parts[value eq "a"]').matches(read)
    patched = scim.PatchRequest(
        operations=[scim.PatchOperation(op="replace", path="serialNumber", value="R-18")]
    ).apply(read)
    assert patched.serial_number == "R-18"
    assert (
        scim.ListResponse[device]
        .from_wire({"Resources": [{"SERIALNUMBER": 1}]})
        .resources[0]
        .serial_number
        == "1"
    )


def test_extension_from_document_is_parameter_and_field() -> None:
    lab: Any = scim.model_from_schema(LAB)
    assert issubclass(lab, scim.Extension)
    user = scim.User[lab].from_wire({names.CUSTOM_USER: {"badgeNumber": 7}})
    assert user.custom.badge_number == 7

    class Scientist(scim.User):
        lab_: lab | None = scim.extension(LAB["id"])

    scientist: Any = Scientist.from_wire({LAB["id"]: {"HiredAt": "2026-03-01 00:00:00"}})
    assert scientist.lab_.hired_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_model_extensions_become_fields() -> None:
    person: Any = scim.model_from_schema(
        scim.schema_of(scim.User), base=scim.User, extensions=[LAB]
    )
    assert issubclass(person, scim.User)
    read = person.from_wire({"userName": "a", LAB["id"]: {"badgeNumber": "7", "tags": "x"}})
    assert (read.user_name, read.lab.badge_number, read.lab.tags) == ("a", 7, ["x"])
    assert read.to_wire()["schemas"] == [names.USER, LAB["id"]]
    assert person.of(email="a@x", given_name="A", family_name="B").primary_email == "a@x"
    assert scim.schema_of(person) == scim.schema_of(scim.User)
    with pytest.raises(ValueError, match="extensions must be empty"):
        scim.model_from_schema(LAB, extensions=[LAB])


def test_model_of_same_documents_is_cached_while_in_use() -> None:
    one = scim.model_from_schema(DEVICE)
    assert scim.model_from_schema(scim.Schema.from_wire(DEVICE)) is one
    assert scim.model_from_schema({**DEVICE, "name": "Thing"}) is not one
    assert scim.model_from_schema(DEVICE, base=scim.Extension) is not one


def test_model_unused_class_is_garbage_collected() -> None:
    from britive_scim.scim.schemas import to_model

    document = {**DEVICE, "id": "urn:acme:short-lived"}
    generated = scim.model_from_schema(document)
    before = len(to_model._MODEL_CACHE)
    del generated
    gc.collect()
    assert len(to_model._MODEL_CACHE) < before


def test_model_resources_survive_copy_and_pickle() -> None:
    person: Any = scim.model_from_schema(
        scim.schema_of(scim.User), base=scim.User, extensions=[LAB]
    )
    device: Any = scim.model_from_schema(DEVICE)
    lab: Any = scim.model_from_schema(LAB)
    for resource in (
        device.from_wire({"serialNumber": "1", "parts": [{"value": "a"}], "bag": {"x": 1}}),
        person.from_wire({LAB["id"]: {"location": {"building": "B"}}, "emails": [{"value": "a"}]}),
        scim.User[lab](custom=lab(badge_number=1)),
        lab.from_wire({"licences": [{"value": "a", "active": True}]}),
        device.from_wire({"parts": [{"value": "a"}]}).parts[0],
        person.from_wire({LAB["id"]: {"location": {"building": "B"}}}).lab.location,
    ):
        twin = pickle.loads(pickle.dumps(resource))
        assert twin == resource
        assert type(twin) is type(resource)
        assert copy.deepcopy(resource) == resource


@each_value(
    "document, message",
    [
        ({"name": "x"}, "must have an id"),
        ({"id": "urn:x:y"}, "schema urn:x:y must have attributes"),
        ("[]", "must be an object \\(Schema\\), got a list"),
    ],
)
def test_model_invalid_document_raises_error(document: Any, message: str) -> None:
    with pytest.raises(InvalidResource, match=message):
        scim.model_from_schema(document)


# ----------------------------------------------------------------------------- discovery

SCHEMAS = [scim.schema_of(scim.User).to_wire(), scim.schema_of(scim.Group).to_wire(), LAB, DEVICE]
TYPES: list[dict[str, Any]] = [
    {
        "schemas": [names.RESOURCE_TYPE],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "schema": names.USER,
        "schemaExtensions": [
            {"schema": LAB["id"], "required": True},
            {"schema": names.ENTERPRISE_USER, "required": False},
        ],
    },
    {
        "schemas": [names.RESOURCE_TYPE],
        "name": "Group",
        "endpoint": "Groups",
        "schema": names.GROUP,
    },
    {
        "schemas": [names.RESOURCE_TYPE],
        "name": "Device",
        "endpoint": "/Things/",
        "schema": DEVICE["id"],
    },
]


def page(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schemas": [names.LIST_RESPONSE], "totalResults": len(items), "Resources": items}


@pytest.mark.parametrize(
    ("schemas", "resource_types"),
    [
        (page(SCHEMAS), page(TYPES)),
        (json.dumps(page(SCHEMAS)), json.dumps(TYPES).encode()),
        (
            scim.ListResponse[scim.Schema].from_wire(page(SCHEMAS)),
            scim.ListResponse[scim.ResourceType].from_wire(page(TYPES)),
        ),
        (map(scim.Schema.from_wire, SCHEMAS), map(scim.ResourceType.from_wire, TYPES)),
        (SCHEMAS, TYPES),
    ],
    ids=["wire", "text", "pages", "models", "plain"],
)
def test_discovery_schemas_become_models(schemas: Any, resource_types: Any) -> None:
    models: Any = scim.models_from_discovery(schemas, resource_types)
    assert list(models) == ["User", "Group", "Device"]
    assert issubclass(models["User"], scim.User)
    assert issubclass(models["Group"], scim.Group)
    assert {name: model.__endpoint__ for name, model in models.items()} == {
        "User": "/Users",
        "Group": "/Groups",
        "Device": "/Things",
    }
    user = models["User"].from_wire(
        {"userName": "a", LAB["id"]: {"score": 1}, names.ENTERPRISE_USER: {"department": "x"}}
    )
    assert (user.lab.score, user.enterprise.department) == (1.0, "x")
    extension = scim.ResourceSchema.of(models["User"]).find_extension(LAB["id"])
    assert extension is not None
    assert extension.required
    assert models["Device"].from_wire({"serialNumber": "1"}).serial_number == "1"
    assert pickle.loads(pickle.dumps(user)) == user


def test_discovery_characteristics_apply() -> None:
    document = scim.schema_of(scim.User).to_wire()
    for attribute in document["attributes"]:
        if attribute["name"] == "displayName":
            attribute |= {"mutability": "readOnly", "required": True}
    document["attributes"].append({"name": "shoeSize", "type": "integer", "multiValued": False})
    enterprise = {
        "id": names.ENTERPRISE_USER,
        "name": "EnterpriseUser",
        "attributes": [
            {"name": "department", "type": "string", "multiValued": False, "caseExact": True},
            {"name": "squad", "type": "string", "multiValued": False},
        ],
    }
    models: Any = scim.models_from_discovery([document, enterprise], TYPES[:1])
    schema = scim.ResourceSchema.of(models["User"])
    display_name = schema.find_attribute(None, "displayName")
    assert display_name is not None
    assert (display_name.field, display_name.mutability, display_name.required) == (
        "display_name",
        "readOnly",
        True,
    )
    department = schema.find_attribute(names.ENTERPRISE_USER, "department")
    assert department is not None
    assert department.case_exact
    user = models["User"].from_wire(
        {"shoeSize": 38, names.ENTERPRISE_USER: {"squad": "q", "costCenter": "c"}}
    )
    assert (user.shoe_size, user.enterprise.squad, user.enterprise.cost_center) == (38, "q", "c")
    assert isinstance(user.enterprise, scim.EnterpriseUser)
    assert models["User"](emails=[scim.Email(value="a")]).primary_email == "a"


def test_discovery_users_and_groups_need_no_document() -> None:
    models = scim.models_from_discovery([], TYPES[:2])
    assert issubclass(models["User"], scim.User)
    assert issubclass(models["Group"], scim.Group)


@each_value(
    "resource_type, message",
    [
        (
            {"name": "Device", "schema": "urn:other"},
            "schema of resource type Device must be one of the schemas, got urn:other",
        ),
        (
            {"name": "Device"},
            "schema of resource type Device must be one of the schemas, got none",
        ),
        ({"schema": names.USER}, "resource type must have a name"),
    ],
)
def test_discovery_resource_type_needs_name_and_schema(resource_type: Any, message: str) -> None:
    with pytest.raises(InvalidResource, match=message):
        scim.models_from_discovery(SCHEMAS, [resource_type])


# ----------------------------------------------------------------------------- generated names


@each_value(
    "urn, name, class_name",
    [
        ("urn:acme:schemas:small-parts", None, "SmallParts"),
        ("urn:acme:schemas:2.0:Badge", None, "Badge"),
        ("urn:acme:schemas:badge", "Service Desk ticket", "ServiceDeskTicket"),
        ("urn:acme:schemas:badge", "HTTPServer", "HTTPServer"),
        ("urn:acme:schemas:badge", "2nd try", "2ndTry"),
        ("urn:acme:schemas:badge", "\u00e4\u00f6", "Attribute"),
        ("urn:acme:schemas:***", None, "Attribute"),
    ],
)
def test_model_class_name_comes_from_schema(urn: str, name: str | None, class_name: str) -> None:
    document = {"id": urn, "attributes": [{"name": "x"}]} | ({"name": name} if name else {})
    assert scim.model_from_schema(document).__name__ == class_name
    assert scim.model_from_schema(document, base=scim.Extension).__name__ == class_name
    host = {"id": "urn:acme:schemas:Host", "attributes": [{"name": "y"}]}
    whole: Any = scim.model_from_schema(host, extensions=[document])
    (field,) = whole.model_fields.keys() - {"schemas", "id", "external_id", "meta", "y"}
    slot = scim.ResourceSchema.of(whole).extensions[0]
    assert (slot.urn, slot.field, slot.model.__name__) == (urn, field, class_name)
    parted = {
        "id": urn,
        "attributes": [{"name": name or "x", "type": "complex", "subAttributes": [{"name": "v"}]}],
    }
    ((_, part),) = [
        (a.name, a.model)
        for a in scim.ResourceSchema.of(scim.model_from_schema(parted)).attributes
        if a.type == "complex" and a.name != "meta"
    ]
    assert part is not None
    assert part.__name__ == (class_name if name else "X")


@each_value(
    "names_, fields",
    [
        (["costCenter", "cost-center", "cost_center"], ["cost_center", "cost_center_", "cost_center__"]),
        (["class", "lambda", "None"], ["class_", "lambda_", "none"]),
        (["1st", "42"], ["n1st", "n42"]),
        (["$$", "\u00e4"], ["attribute", "attribute_"]),
        (["copy", "at", "toWire", "extensions"], ["copy_", "at_", "to_wire_", "extensions_"]),
        (["x509Certificates", "URLs", "HTTPProxy", "ipV4"], ["x509_certificates", "urls", "http_proxy", "ip_v4"]),
    ],
)  # fmt: skip
def test_model_field_names_are_snake_case(names_: list[str], fields: list[str]) -> None:
    document = {"id": "urn:acme:schemas:Names", "attributes": [{"name": name} for name in names_]}
    model: Any = scim.model_from_schema(document)
    assert list(model.model_fields)[-len(fields) :] == fields
    read = model.from_wire({name: f"{name}!" for name in names_})
    assert [getattr(read, field) for field in fields] == [f"{name}!" for name in names_]
    assert {name: read.to_wire()[name] for name in names_} == {n: f"{n}!" for n in names_}


def test_model_description_is_on_field_and_in_document() -> None:
    text = "Grö\u00dfe in m\u00b2, \u2018as worn\u2019"
    attribute = {"name": "size", "type": "decimal", "description": text}
    document = {"id": "urn:acme:schemas:Size", "description": text, "attributes": [attribute]}
    model: Any = scim.model_from_schema(document)
    assert model.model_fields["size"].description == text
    assert model.__doc__ == text
    described = scim.schema_of(model)
    assert described.description == text
    assert described.attributes is not None
    assert described.attributes[0].description == text
    assert scim.model_from_schema(
        {"id": "urn:acme:schemas:Plain", "attributes": [{"name": "a"}]}
    ).__doc__ == ("Model of the schema urn:acme:schemas:Plain.")


def test_discovery_resource_type_minimum_is_name_and_schema() -> None:
    schemas = [{"id": "urn:acme:schemas:Thing", "attributes": [{"name": "a"}]}]
    resource_type = {"name": "Thing", "schema": "URN:acme:schemas:thing"}
    assert scim.models_from_discovery(schemas, [resource_type])["Thing"].__endpoint__ == "/"
    for endpoint in ("Things", "/Things", "/Things/"):
        types = [
            {
                **resource_type,
                "endpoint": endpoint,
                "schemaExtensions": [{"required": True}, {"schema": "urn:x:y"}],
            }
        ]
        generated = scim.models_from_discovery(schemas, types)["Thing"]
        assert generated.__endpoint__ == "/Things"
        assert scim.ResourceSchema.of(generated).extensions == ()


def test_discovery_extension_may_be_required() -> None:
    schemas = [
        {"id": "urn:acme:schemas:Thing", "attributes": [{"name": "a"}]},
        {"id": "urn:acme:schemas:More", "name": "More", "attributes": [{"name": "b"}]},
    ]
    for required in (True, False, None):
        extension = {"schema": "urn:acme:schemas:More", "required": required}
        resource_type = {
            "name": "Thing",
            "schema": "urn:acme:schemas:Thing",
            "schemaExtensions": [extension],
        }
        generated = scim.models_from_discovery(schemas, [resource_type])["Thing"]
        (found,) = scim.ResourceSchema.of(generated).extensions
        assert (found.field, found.required) == ("more", bool(required))


class Holder:
    class Held(scim.Extension):
        """A part."""

        a: str | None = None
        """Of a class
        in a class."""

        if True:
            b: str | None = None
            """Not right below the class."""

    def method(self) -> type[scim.Extension]:
        class Local(scim.Extension):
            a: str | None = None
            """Of a class in a method."""

        return Local


if True:

    class Conditional(scim.Extension):
        a: str | None = None
        """Of a class below a condition."""


class Heir(Conditional):
    b: str | None = None
    """Of the heir."""


@each_value(
    "model, texts",
    [
        (Holder.Held, ["Of a class in a class.", None]),
        (Holder().method(), ["Of a class in a method."]),
        (Conditional, ["Of a class below a condition."]),
        (Heir, ["Of a class below a condition.", "Of the heir."]),
    ],
)
def test_document_nested_class_has_docstrings(model: Any, texts: list[str | None]) -> None:
    attributes = scim.schema_of(model, urn="urn:x:y").attributes
    assert attributes is not None
    assert [attribute.description for attribute in attributes] == texts


# ----------------------------------------------------------------------------- names that differ in case only

AMBIGUOUS: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    "id": "urn:acme:Device",
    "name": "Device",
    "attributes": [
        {"name": "badge", "type": "string"},
        {"name": "size", "type": "integer"},
        {"name": "Badge", "type": "integer"},
        {
            "name": "box",
            "type": "complex",
            "subAttributes": [{"name": "label"}, {"name": "LABEL"}],
        },
    ],
}


def test_document_with_ambiguous_names_is_refused() -> None:
    inner = {**AMBIGUOUS, "attributes": AMBIGUOUS["attributes"][3:]}
    for document, problem in ((AMBIGUOUS, "badge, Badge"), (inner, "box.label, box.LABEL")):
        for build in (
            scim.model_from_schema,
            scim.ResourceSchema.of,
            lambda each: scim.model_from_schema(each, base=scim.Extension),
            lambda each: scim.ResourceSchema.of(scim.User, extensions=[each]),
            lambda each: scim.ResourceSchema.of(scim.Schema.from_wire(each)),
        ):
            with pytest.raises(InvalidResource, match="differ in more than case") as caught:
                build(document)
            assert caught.value.problems[0] == problem


def test_ambiguous_name_is_read_and_listed() -> None:
    for data in (AMBIGUOUS, json.dumps(AMBIGUOUS)):
        schema = scim.Schema.from_wire(data)
        assert schema.to_wire() == AMBIGUOUS
        assert [(each.path, each.reason) for each in schema.unread] == [
            ("attributes[2]", "name differs from badge only in case"),
            ("attributes[3].subAttributes[1]", "name differs from label only in case"),
        ]
        assert schema.unread[0].raw == AMBIGUOUS["attributes"][2]
    page = scim.ListResponse[scim.Schema].from_wire({"Resources": [AMBIGUOUS]})
    assert page.unread[0].path == "Resources[0].attributes[2]"
