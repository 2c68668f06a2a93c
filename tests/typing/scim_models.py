"""Types of the SCIM models, checked by mypy and pyright, never run."""

from datetime import datetime
from typing import Any, assert_type

from britive_scim import scim


class AcmeAttributes(scim.Extension):
    cost_code: str | None = None
    clearance: int | None = None


class OpenAttributes(scim.CustomUser):
    cost_code: str | None = None


class Badge(scim.Extension):
    number: str | None = None


class Person(scim.User[AcmeAttributes]):
    badge: Badge | None = scim.extension("urn:acme:params:scim:schemas:badge:1.0:User")


def user_without_parameter_has_any_custom_attribute(user: scim.User) -> None:
    assert_type(user.custom, scim.CustomUser | None)
    assert_type(user.enterprise, scim.EnterpriseUser | None)
    if user.custom is not None:
        assert_type(user.custom.anything, Any)


def default_parameter_is_open_extension(user: scim.User) -> scim.User[scim.CustomUser]:
    return user


def parameter_types_custom_attributes(user: scim.User[AcmeAttributes]) -> None:
    assert_type(user.custom, AcmeAttributes | None)
    if user.custom is not None:
        assert_type(user.custom.cost_code, str | None)
        assert_type(user.custom.clearance, int | None)


def reading_returns_the_class() -> None:
    assert_type(scim.User.from_wire("{}"), scim.User)
    assert_type(scim.User[AcmeAttributes].from_wire(b"{}"), scim.User[AcmeAttributes])
    assert_type(Person.from_wire({}), Person)
    assert_type(Person.from_wire({}).badge, Badge | None)
    assert_type(Person.from_wire({}).custom, AcmeAttributes | None)
    assert_type(scim.Group.from_wire({}), scim.Group)


def attributes_have_rfc_types(user: scim.User, group: scim.Group) -> None:
    assert_type(user.id, str | None)
    assert_type(user.schemas, list[str])
    assert_type(user.active, bool | None)
    assert_type(user.emails, list[scim.Email] | None)
    assert_type(user.name, scim.Name | None)
    assert_type(group.members, list[scim.Member] | None)
    assert_type(user.primary_email, str | None)
    assert_type(user.full_name, str | None)
    assert_type(user.to_wire(), dict[str, Any])
    assert_type(user.unread, tuple[scim.Unread, ...])
    assert_type(user.unkept, tuple[str, ...])
    if user.meta is not None:
        assert_type(user.meta.created, datetime | None)


def models_are_constructed_with_python_names() -> None:
    user = scim.User(
        user_name="ada@example.com",
        name=scim.Name(given_name="Ada", family_name="Byron"),
        emails=[scim.Email(value="ada@example.com", type="work", primary=True)],
        enterprise=scim.EnterpriseUser(manager=scim.Manager(value="1", ref="../Users/1")),
        custom=scim.CustomUser(costCode="R-17"),
    )
    assert_type(user.custom, scim.CustomUser | None)
    scim.User(custom=OpenAttributes(cost_code="R-17"))
    person = Person(custom=AcmeAttributes(cost_code="R-17"), badge=Badge(number="7"))
    assert_type(person.custom, AcmeAttributes | None)
    scim.Group(display_name="Engineering", members=[scim.Member(value="1")])
    assert_type(scim.Group.of("Engineering", members=[person, "2", scim.Member()]), scim.Group)
    scim.ResourceType(schema_="urn:x", endpoint="/Users")
    assert_type(
        scim.User.of(email="a@example.com", given_name="A", family_name="B", external_id="7"),
        scim.User,
    )


def pages_have_their_resource_type() -> None:
    page = scim.ListResponse[scim.User].from_wire(b"{}")
    assert_type(page.resources, list[scim.User])
    mixed = scim.ListResponse[scim.User | scim.Group].from_wire("[]")
    assert_type(mixed.resources, list[scim.User | scim.Group])
    typed = scim.ListResponse[scim.User[AcmeAttributes]].from_wire("[]")
    assert_type(typed.resources, list[scim.User[AcmeAttributes]])


def schemas_and_classes(document: scim.Schema) -> None:
    assert_type(scim.schema_of(scim.User), scim.Schema)
    assert_type(scim.model_from_schema(document, base=scim.Resource), type[scim.Resource])
    assert_type(scim.model_from_schema(document, base=scim.Group), type[scim.Group])
    assert_type(
        scim.ResourceSchema.of(scim.User, extensions=[document, {"id": "urn:x"}]),
        scim.ResourceSchema,
    )
    schema: scim.SchemaLike = scim.User
    schema = scim.ResourceSchema.of(scim.Group)
    assert_type(schema.find_attribute(None, "displayName"), scim.Attribute | None)
    assert_type(scim.models_from_discovery([document], []), dict[str, type[scim.Resource]])
