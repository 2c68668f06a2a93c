"""`ResourceSchema` of a resource type, from classes, documents, or both."""

import copy
import json
import pickle
from pathlib import Path
from typing import Annotated, Any

import pytest

from britive_scim import scim
from britive_scim.errors import InvalidResource, PatchError
from britive_scim.scim import names
from support.each_value import each_value

DATA = Path(__file__).parents[1] / "data"
LAB: dict[str, Any] = json.loads((DATA / "vectors/test-extension.schema.json").read_text("utf-8"))
URN: str = LAB["id"]


class Badge(scim.Extension):
    """A badge."""

    __schema__ = "urn:acme:params:scim:schemas:badge:1.0:User"

    number: Annotated[str | None, scim.UNIQUE_ON_SERVER] = None


class Loose(scim.Extension):
    number: str | None = None


class Person(scim.User):
    badge: Badge | None = scim.extension(Badge.__schema__, required=True)


def test_schema_of_class_is_cached() -> None:
    assert scim.ResourceSchema.of(scim.User) is scim.ResourceSchema.of(scim.User)
    assert scim.ResourceSchema.of(Person) is not scim.ResourceSchema.of(scim.User)
    schema = scim.ResourceSchema.of(scim.Group)
    assert scim.ResourceSchema.of(schema) is schema


def test_schema_has_name_urn_and_extensions() -> None:
    schema = scim.ResourceSchema.of(scim.User)
    assert (schema.urn, schema.name, schema.model) == (names.USER, "User", scim.User)
    assert [extension.urn for extension in schema.extensions] == [
        names.ENTERPRISE_USER,
        names.CUSTOM_USER,
    ]
    assert (
        repr(schema)
        == f"<ResourceSchema User: {names.USER} + {names.ENTERPRISE_USER} + {names.CUSTOM_USER}>"
    )
    assert scim.ResourceSchema.of(scim.Resource).name == "Resource"


def test_schema_attribute_name_in_any_case_is_found() -> None:
    schema = scim.ResourceSchema.of(scim.User)
    user_name = schema.find_attribute(None, "USERNAME")
    assert user_name is schema.find_attribute(names.USER.upper(), "userName")
    assert user_name is not None
    assert (user_name.field, user_name.required, user_name.uniqueness) == (
        "user_name",
        True,
        "server",
    )
    assert schema.find_attribute(None, "name.familyName") is None
    assert schema.find_attribute(names.ENTERPRISE_USER, "userName") is None
    assert schema.find_attribute("urn:other", "userName") is None
    department = schema.find_attribute(names.ENTERPRISE_USER.lower(), "DEPARTMENT")
    assert department is not None
    assert department.field == "department"
    assert schema.find_attribute(names.CUSTOM_USER, "anything") is None


def test_schema_common_attributes_ignore_older_document() -> None:
    document = {
        "id": "urn:example:params:scim:schemas:core:2.0:Thing",
        "attributes": [
            {"name": "ID", "type": "string", "caseExact": False, "mutability": "readWrite"},
            {"name": "externalId", "type": "string", "caseExact": False},
            {"name": "meta", "type": "complex", "subAttributes": [{"name": "version"}]},
            {"name": "schemas", "type": "string"},
            {"name": "shade", "type": "string"},
        ],
    }
    common = scim.ResourceSchema.of(scim.Resource).attributes
    for schema in (
        scim.ResourceSchema.of(document),
        scim.ResourceSchema.of(scim.model_from_schema(document)),
    ):
        assert [a.name for a in schema.attributes] == [*(a.name for a in common), "shade"]
        assert schema.attributes[: len(common)] == common
    thing = {"id": "a", "shade": "red"}
    assert not scim.parse_filter('id eq "A"').matches(thing, schema)
    with pytest.raises(PatchError, match="readOnly"):
        scim.PatchRequest([scim.PatchOperation("replace", "id", "b")]).apply(thing, schema)


def test_schema_common_attributes_are_in_every_resource() -> None:
    for model in (scim.User, scim.Group, scim.Resource):
        schema = scim.ResourceSchema.of(model)
        assert [a.name for a in schema.attributes[:4]] == ["schemas", "id", "externalId", "meta"]
        meta = schema.find_attribute(None, "meta")
        assert meta is not None
        assert meta.model is scim.Meta
        created = meta.find_sub_attribute("CREATED")
        assert created is not None
        assert (created.type, created.mutability) == ("dateTime", "readOnly")
        assert meta.find_sub_attribute("other") is None


@each_value(
    "name, sub, expected",
    [
        (
            "id",
            None,
            {
                "mutability": "readOnly",
                "returned": "always",
                "case_exact": True,
                "uniqueness": "server",
            },
        ),
        ("externalId", None, {"mutability": "readWrite", "case_exact": True}),
        ("schemas", None, {"multi_valued": True, "returned": "always", "required": True}),
        (
            "password",
            None,
            {"mutability": "writeOnly", "returned": "never", "case_exact": True, "is_secret": True},
        ),
        (
            "profileUrl",
            None,
            {"type": "reference", "reference_types": ("external",), "case_exact": True},
        ),
        ("active", None, {"type": "boolean", "multi_valued": False}),
        ("groups", None, {"type": "complex", "multi_valued": True, "mutability": "readOnly"}),
        (
            "groups",
            "$ref",
            {"field": "ref", "reference_types": ("Group",), "mutability": "readOnly"},
        ),
        ("x509Certificates", "value", {"type": "binary", "case_exact": True}),
        ("x509Certificates", None, {"field": "x509_certificates", "model": scim.X509Certificate}),
        ("emails", "type", {"canonical_values": ("work", "home", "other"), "case_exact": False}),
        ("meta", "version", {"case_exact": True}),
        ("meta", "location", {"type": "reference", "case_exact": True}),
    ],
)
def test_schema_characteristics_are_those_of_the_rfc(
    name: str, sub: str | None, expected: dict[str, Any]
) -> None:
    attribute = scim.ResourceSchema.of(scim.User).find_attribute(None, name)
    assert attribute is not None
    found = attribute.find_sub_attribute(sub) if sub else attribute
    assert {key: getattr(found, key) for key in expected} == expected


def test_schema_extensions_have_urn_and_required() -> None:
    schema = scim.ResourceSchema.of(Person)
    badge = schema.find_extension(Badge.__schema__.upper())
    assert badge is not None
    assert (badge.field, badge.model, badge.required, badge.is_open) == (
        "badge",
        Badge,
        True,
        False,
    )
    assert badge.find_attribute("NUMBER") is not None
    assert badge.find_attribute("other") is None
    custom = schema.find_extension(names.CUSTOM_USER)
    assert custom is not None
    assert (custom.field, custom.is_open, custom.attributes) == ("custom", True, ())
    assert schema.find_extension("urn:other") is None


def test_schema_custom_extension_is_always_open() -> None:
    """A tenant may define another attribute at any time."""
    custom = scim.ResourceSchema.of(scim.User[Loose]).find_extension(names.CUSTOM_USER)
    assert custom is not None
    assert custom.is_open
    assert [a.name for a in custom.attributes] == ["number"]


def test_schema_derived_open_extension_is_open() -> None:
    class OpenBadge(scim.CustomUser):
        pass

    class Worker(scim.User):
        badge: OpenBadge | None = scim.extension("urn:x:badge")

    extension = scim.ResourceSchema.of(Worker).find_extension("urn:x:badge")
    assert extension is not None
    assert extension.is_open


@pytest.mark.parametrize("document", [LAB, scim.Schema.from_wire(LAB)], ids=["plain", "model"])
def test_schema_further_extension_may_be_document(document: Any) -> None:
    schema = scim.ResourceSchema.of(scim.User, extensions=[document])
    assert schema.model is scim.User
    extension = schema.find_extension(URN)
    assert extension is not None
    assert (extension.field, extension.model, extension.is_open) == (URN, None, False)
    tags = schema.find_attribute(URN, "TAGS")
    assert tags is not None
    assert (tags.multi_valued, tags.case_exact, tags.field) == (True, True, "tags")
    location = schema.find_attribute(URN, "location")
    assert location is not None
    building = location.find_sub_attribute("BUILDING")
    assert building is not None
    assert building.required
    assert scim.ResourceSchema.of(schema, extensions=[]) is schema


def test_schema_further_extension_may_be_class_with_urn() -> None:
    schema = scim.ResourceSchema.of(scim.User, extensions=[Badge])
    extension = schema.find_extension(Badge.__schema__)
    assert extension is not None
    assert (extension.field, extension.model) == (Badge.__schema__, None)
    with pytest.raises(TypeError, match=r"Loose\.__schema__ must be the URN"):
        scim.ResourceSchema.of(scim.User, extensions=[Loose])


def test_schema_document_of_known_extension_has_python_names() -> None:
    document = {
        "id": names.ENTERPRISE_USER.upper(),
        "attributes": [
            {"name": "costCenter", "type": "string", "required": True, "multiValued": False},
            {"name": "squad", "type": "string", "multiValued": False},
            {
                "name": "manager",
                "type": "complex",
                "multiValued": False,
                "subAttributes": [{"name": "$ref", "type": "reference"}, {"name": "since"}],
            },
        ],
    }
    schema = scim.ResourceSchema.of(scim.User, extensions=[document])
    extension = schema.find_extension(names.ENTERPRISE_USER)
    assert extension is not None
    assert (extension.field, extension.model) == ("enterprise", scim.EnterpriseUser)
    assert [(a.name, a.field, a.required) for a in extension.attributes] == [
        ("costCenter", "cost_center", True),
        ("squad", "squad", False),
        ("manager", "manager", False),
    ]
    assert [sub.field for sub in extension.attributes[2].sub_attributes] == ["ref", "since"]
    assert len(schema.extensions) == 2


def test_schema_document_alone_is_accepted() -> None:
    device = {
        "id": "urn:acme:params:scim:schemas:core:2.0:Device",
        "attributes": [
            {"name": "serialNumber"},
            {"name": "externalId", "caseExact": False},
            {"type": "string"},
        ],
    }
    schema = scim.ResourceSchema.of(device)
    assert (schema.name, schema.model, schema.extensions) == ("Device", None, ())
    assert [a.name for a in schema.attributes] == [
        "schemas",
        "id",
        "externalId",
        "meta",
        "serialNumber",
    ]
    assert scim.ResourceSchema.of({**device, "name": "Thing"}).name == "Thing"


def test_schema_document_keywords_any_case_default_if_unknown() -> None:
    attribute = scim.ResourceSchema.of(
        {
            "id": "urn:x:y",
            "attributes": [
                {
                    "name": "a",
                    "type": "DATETIME",
                    "mutability": "READONLY",
                    "returned": "seldom",
                    "uniqueness": 7,
                }
            ],
        }
    ).find_attribute(None, "a")
    assert attribute == scim.Attribute(name="a", type="dateTime", mutability="readOnly")


def test_schema_references_and_binaries_are_case_exact() -> None:
    schema = scim.ResourceSchema.of(
        {
            "id": "urn:x:y",
            "attributes": [
                {"name": "a", "type": "binary", "caseExact": False},
                {"name": "b", "type": "reference"},
            ],
        }
    )
    assert [a.case_exact for a in schema.attributes[-2:]] == [True, True]


@each_value("wrong", [scim.EnterpriseUser, "User", 7, None, dict])
def test_schema_of_other_type_raises_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"schema must be a model class such as scim\.User"):
        scim.ResourceSchema.of(wrong)


@each_value("wrong", [{}, {"id": None}, {"id": ""}])
def test_schema_document_without_id_raises_error(wrong: Any) -> None:
    with pytest.raises(InvalidResource, match="must have an id"):
        scim.ResourceSchema.of(wrong)
    with pytest.raises(InvalidResource, match="must have an id"):
        scim.ResourceSchema.of(scim.User, extensions=[wrong])


def test_schema_is_immutable_and_survives_pickle() -> None:
    schema = scim.ResourceSchema.of(scim.User, extensions=[LAB])
    with pytest.raises(AttributeError, match="is immutable"):
        schema.urn = "urn:other"
    with pytest.raises(AttributeError):
        schema.attributes[0].name = "x"
    twin = pickle.loads(pickle.dumps(schema))
    assert (twin.urn, twin.attributes, twin.extensions) == (
        schema.urn,
        schema.attributes,
        schema.extensions,
    )
    assert twin.find_attribute(None, "USERNAME") == schema.find_attribute(None, "userName")
    assert hash(twin.attributes) == hash(schema.attributes)
    assert copy.copy(schema) is schema
    assert copy.deepcopy(schema) is schema


def test_schema_of_class_is_not_replaced() -> None:
    schema = scim.ResourceSchema.of(scim.User)
    assert pickle.loads(pickle.dumps(schema)) is schema
    request = scim.diff({"userName": "a"}, {"userName": "b"}, schema=schema)
    assert len(pickle.dumps(request)) < 1_000


@each_value(
    "resource, urn",
    [
        (scim.Group(), names.GROUP),
        (Person(), names.USER),
        ({"schemas": [names.GROUP.upper()]}, names.GROUP),
        ({"schemas": [names.ENTERPRISE_USER, names.USER]}, names.USER),
        ({"schemas": [7, names.SCHEMA]}, names.SCHEMA),
        ({"schemas": [names.RESOURCE_TYPE]}, names.RESOURCE_TYPE),
        ({"schemas": [names.SERVICE_PROVIDER_CONFIG]}, names.SERVICE_PROVIDER_CONFIG),
        ({"meta": {"resourceType": "Group"}}, names.GROUP),
        ({"meta": {"resourceType": "Device"}}, names.USER),
        ({"schemas": names.GROUP, "meta": 7}, names.USER),
        ({"members": []}, names.GROUP),
        ({7: 1, "Members": None}, names.GROUP),
        ({"members": [], "userName": "ana"}, names.USER),
        ({"members": [], "USERNAME": "ana"}, names.USER),
        ({"members": [], "meta": {"resourceType": "User"}}, names.USER),
        ({"displayName": "Guides"}, names.USER),
        ({}, names.USER),
    ],
)
def test_schema_of_resource_instance_is_found(resource: Any, urn: str) -> None:
    assert scim.schema_for(resource).urn == urn


def test_schema_annotations_combine_last_one_wins() -> None:
    class Marked(scim.Resource):
        a: Annotated[str | None, scim.READ_ONLY, scim.REQUIRED, scim.IMMUTABLE] = None
        b: Annotated[list[str] | None, scim.RETURNED_ON_REQUEST, scim.canonical("x")] = None
        c: Annotated[str | None, scim.BINARY, scim.UNIQUE_GLOBALLY] = None

    schema = scim.ResourceSchema.of(Marked)
    a, b, c = schema.attributes[-3:]
    assert (a.mutability, a.required) == ("immutable", True)
    assert (b.returned, b.canonical_values, b.multi_valued) == ("request", ("x",), True)
    assert (c.type, c.case_exact, c.uniqueness) == ("binary", True, "global")
    assert repr(scim.READ_ONLY) == "Annotation(mutability='readOnly')"


def test_schema_added_open_extension_is_open() -> None:
    class Own(scim.CustomUser):
        __schema__ = "urn:example:own:User"

        cost: int | None = None

    class Shut(scim.Extension):
        __schema__ = "urn:example:shut:User"

        cost: int | None = None

    schema = scim.ResourceSchema.of(scim.User, extensions=[Own, Shut])
    own, shut = (schema.find_extension(f"urn:example:{name}:User") for name in ("own", "SHUT"))
    assert own is not None
    assert shut is not None
    assert (own.is_open, shut.is_open) == (True, False)
    assert (own.field, own.model, own.required) == ("urn:example:own:User", None, False)
    assert [(a.name, a.field, a.type) for a in own.attributes] == [("cost", "cost", "integer")]


def test_schema_of_class_returns_its_classes() -> None:
    class Mine(scim.Extension):
        cost: int | None = None

    class Boat(scim.Resource):
        __schema__ = "urn:example:boats:2.0:Boat"

        mine: Mine | None = scim.extension("urn:example:mine:Boat", required=True)

    class Raft(scim.Resource):
        pass

    schema = scim.ResourceSchema.of(Boat)
    assert (schema.name, schema.urn, schema.model) == ("Boat", "urn:example:boats:2.0:Boat", Boat)
    (mine,) = schema.extensions
    assert (mine.urn, mine.field, mine.model) == ("urn:example:mine:Boat", "mine", Mine)
    assert (mine.required, mine.is_open) == (True, False)
    assert repr(schema) == (
        "<ResourceSchema Boat: urn:example:boats:2.0:Boat + urn:example:mine:Boat>"
    )
    assert (scim.ResourceSchema.of(Raft).name, scim.ResourceSchema.of(Raft).urn) == ("Raft", "")
    assert scim.ResourceSchema.of(Boat) is schema


def test_schema_document_defaults_are_those_of_the_rfc() -> None:
    document = {"id": "urn:example:terse:Terse", "attributes": [{"name": "it"}, {"type": "string"}]}
    *_, it = scim.ResourceSchema.of(document).attributes
    assert it == scim.Attribute(name="it")
    assert (it.type, it.multi_valued, it.required, it.case_exact) == ("string", False, False, False)
    assert (it.mutability, it.returned, it.uniqueness) == ("readWrite", "default", "none")
    model = scim.model_from_schema(document)
    assert (model.__schema_name__, model.__schema_description__) == ("", "")
    named = scim.model_from_schema({**document, "name": "Terse one", "description": "Few words."})
    assert (named.__schema_name__, named.__schema_description__) == ("Terse one", "Few words.")
