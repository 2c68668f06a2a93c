"""Minimal typed SCIM models: pydantic models with aliases and no validators."""

from __future__ import annotations

from datetime import datetime

from fixtures import ENTERPRISE
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class MinimalModel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Meta(MinimalModel):
    resource_type: str | None = None
    created: datetime | None = None
    last_modified: datetime | None = None
    location: str | None = None
    version: str | None = None


class Name(MinimalModel):
    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    honorific_prefix: str | None = None
    honorific_suffix: str | None = None


class Value(MinimalModel):
    value: str | None = None
    display: str | None = None
    type: str | None = None
    primary: bool | None = None


class Address(MinimalModel):
    formatted: str | None = None
    street_address: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    type: str | None = None
    primary: bool | None = None


class Manager(MinimalModel):
    value: str | None = None
    ref: str | None = Field(None, alias="$ref")
    display_name: str | None = None


class Enterprise(MinimalModel):
    employee_number: str | None = None
    cost_center: str | None = None
    organization: str | None = None
    division: str | None = None
    department: str | None = None
    manager: Manager | None = None


class MinimalUser(MinimalModel):
    schemas: list[str]
    id: str | None = None
    external_id: str | None = None
    user_name: str | None = None
    name: Name | None = None
    display_name: str | None = None
    nick_name: str | None = None
    profile_url: str | None = None
    title: str | None = None
    user_type: str | None = None
    preferred_language: str | None = None
    locale: str | None = None
    timezone: str | None = None
    active: bool | None = None
    password: str | None = None
    emails: list[Value] | None = None
    phone_numbers: list[Value] | None = None
    ims: list[Value] | None = None
    photos: list[Value] | None = None
    addresses: list[Address] | None = None
    groups: list[Value] | None = None
    entitlements: list[Value] | None = None
    roles: list[Value] | None = None
    x509_certificates: list[Value] | None = Field(None, alias="x509Certificates")
    meta: Meta | None = None
    enterprise: Enterprise | None = Field(None, alias=ENTERPRISE)


class MinimalPage(MinimalModel):
    schemas: list[str]
    total_results: int
    start_index: int | None = None
    items_per_page: int | None = None
    resources: list[MinimalUser] = Field(default_factory=list, alias="Resources")
