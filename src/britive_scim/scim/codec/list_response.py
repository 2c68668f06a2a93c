"""Decoding of list responses: all resources in one call, then individually those that fail."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreConfig, CoreSchema, SchemaValidator, core_schema

from britive_scim.errors import InvalidResource
from britive_scim.scim import names
from britive_scim.scim.codec.decode import decode_leniently, decode_mapping, get_validator
from britive_scim.scim.codec.encode import UnreadItems
from britive_scim.scim.codec.json import (
    check_depth,
    is_out_of_limits,
    is_too_deep,
    parse_json_unchecked,
    to_json_bytes,
)
from britive_scim.scim.codec.residue import get_residue_detector, make_extra_detector
from britive_scim.scim.json_values import describe_json_type, is_list, is_object
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold

__all__ = ["decode_list_response"]

_LIST_KEYS = frozenset({"resources", "totalresults"})
_CACHE_ATTRIBUTE = "__scim_list_response_decoder__"


class _ListResponseDecoder:
    """Decoder of one `ListResponse` class.

    Attributes:
        validator: validates a page in one call; an invalid resource remains plain data.
        resource_classes: the classes of the resources; several for a union.
        has_residue: the residue detector for the undeclared attributes of the page itself.
    """

    def __init__(self, cls: type[BaseModel]) -> None:
        self.resource_classes = _find_resource_classes(cls)
        self.has_residue = make_extra_detector(cls)
        get_validator(cls)  # builds the class
        schema = _make_lenient_schema(
            cls.__pydantic_core_schema__, is_single_class=len(self.resource_classes) == 1
        )
        self.validator = SchemaValidator(
            cast("CoreSchema", schema), CoreConfig(validate_by_alias=True, validate_by_name=False)
        )

    def choose_class(self, raw: Mapping[str, Any]) -> type[BaseModel]:
        """Return the class for a resource in wire form, by `schemas` or else `meta.resourceType`."""
        first, *others = self.resource_classes
        if not others:
            return first
        listed = set(map(fold, _filter_strings(raw.get("schemas"))))
        meta = raw.get("meta")
        type_name = meta.get("resourceType") if is_object(meta) else None
        urns = {cls: str(getattr(cls, "__schema__", "")) for cls in self.resource_classes}
        by_urn = (cls for cls, urn in urns.items() if fold(urn) in listed)
        by_type_name = (cls for cls, urn in urns.items() if urn.rpartition(":")[2] == type_name)
        return next(by_urn, None) or next(by_type_name, first)

    def decode_items(
        self, elements: list[Any], *, source: bytes | None = None
    ) -> tuple[list[BaseModel], list[tuple[int, Any]]]:
        """Return the decoded resources, and the positions and values of the unread elements.

        Args:
            elements: models, or plain data.
            source: the text of the page, if plain data are the elements that the validator rejected.

        Raises:
            InvalidResource: the page contains NaN or Infinity.
        """
        resources: list[BaseModel] = []
        unread: list[tuple[int, Any]] = []
        first = self.resource_classes[0]
        has_residue = get_residue_detector(first)
        default_decode = (
            decode_mapping if source is None or len(self.resource_classes) > 1 else decode_leniently
        )
        exact_elements: list[Any] = []
        for position, item in enumerate(elements):
            if item.__class__ is first and not has_residue(item):
                resources.append(item)
                continue
            raw = _dump_as_received(item) if isinstance(item, BaseModel) else item
            decode = default_decode
            if is_out_of_limits(raw, 3):
                decode = decode_leniently
                if source is not None:  # the validator reads a number beyond floats as infinity
                    exact_elements = exact_elements or parse_json_unchecked(source)["Resources"]
                    raw = exact_elements[position]
                if is_too_deep(raw, 3):
                    unread.append((position, raw))
                    continue
            if is_object(raw):
                try:
                    resources.append(decode(self.choose_class(raw), raw))
                except InvalidResource:  # lacks a value that a custom class requires
                    unread.append((position, raw))
            elif raw is not None and raw != []:
                unread.append((position, raw))
        return resources, unread


def _dump_as_received(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(by_alias=True, exclude_unset=True)


def _find_resource_classes(cls: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    (item,) = get_args(cls.model_fields["resources"].annotation)
    if isinstance(item, TypeVar):
        return (cast("Any", item).__default__,)
    if get_origin(item) in {Union, types.UnionType}:
        return get_args(item)
    return (Resource,) if item is Any else (item,)


def _make_lenient_schema(schema: Any, *, is_single_class: bool) -> Any:
    """Return the core schema of a page's fields that leaves an invalid resource unchanged."""
    if schema["type"] == "definitions":
        return {
            **schema,
            "schema": _make_lenient_schema(schema["schema"], is_single_class=is_single_class),
        }
    # The schema of the fields: for that of the model, pydantic's core would use the model's validator.
    inner: dict[str, Any] = {**schema["schema"], "extra_behavior": "allow"}
    resources = inner["fields"]["resources"]
    default: dict[str, Any] = resources["schema"]
    list_schema = default["schema"]
    any_value = core_schema.any_schema()
    item = (
        core_schema.union_schema([list_schema["items_schema"], any_value], mode="left_to_right")
        if is_single_class
        else any_value
    )
    default = {**default, "schema": {**list_schema, "items_schema": item}}
    return {**inner, "fields": {**inner["fields"], "resources": {**resources, "schema": default}}}


def _get_decoder(cls: type[BaseModel]) -> _ListResponseDecoder:
    decoder = cls.__dict__.get(_CACHE_ATTRIBUTE)
    if decoder is None:
        decoder = _ListResponseDecoder(cls)
        setattr(cls, _CACHE_ATTRIBUTE, decoder)
    return cast("_ListResponseDecoder", decoder)


def decode_list_response(cls: type[BaseModel], data: Any) -> BaseModel:
    """Decode a `ListResponse`; see its `from_wire`."""
    text = to_json_bytes(data)
    decoder = _get_decoder(cls)
    try:
        fields, extra, fields_set = decoder.validator.validate_json(text)
    except ValidationError:
        return _decode_leniently(cls, decoder, parse_json_unchecked(text))
    if extra and decoder.has_residue(extra):
        return _decode_leniently(cls, decoder, parse_json_unchecked(text))
    if not fields_set & {"resources", "total_results"}:
        _require_list_response(fields["schemas"] if "schemas" in fields_set else ())
    page = cls.__new__(cls)
    state: dict[Any, Any] = {
        "__dict__": fields,
        "__pydantic_fields_set__": fields_set,
        "__pydantic_extra__": extra or {},
    }
    page.__setstate__({**state, "__pydantic_private__": None})
    _set_resources(page, *decoder.decode_items(fields["resources"], source=text))
    return page


def _set_resources(page: Any, resources: list[BaseModel], unread: list[tuple[int, Any]]) -> None:
    page.resources = resources
    if unread:
        positions, items = zip(*unread, strict=True)
        page.__pydantic_extra__["Resources"] = UnreadItems(items, positions)


def _decode_leniently(cls: type[BaseModel], decoder: _ListResponseDecoder, raw: Any) -> BaseModel:
    """Decode a page with an envelope that deviates; its resources are decoded individually."""
    envelope: Any = {"Resources": raw} if is_list(raw) else raw
    if not is_object(envelope):
        raise InvalidResource(f"data must be a ListResponse, got {describe_json_type(raw)}")
    folded = {fold(key): key for key in envelope}
    if not _LIST_KEYS & folded.keys():
        listed = envelope.get(folded.get("schemas", ""))
        _require_list_response([listed] if isinstance(listed, str) else listed)
    # Prefer a spelling with a value, then the declared spelling.
    keys = sorted(
        (key for key in envelope if fold(key) == "resources"),
        key=lambda key: (envelope[key] in (None, [], {}), key != "Resources"),
    )
    other_members = {key: envelope[key] for key in envelope if key not in keys}
    check_depth(other_members, ())
    page: Any = decode_leniently(cls, other_members)
    resources, *duplicates = [envelope[key] for key in keys] or [None]
    for key, duplicate in zip(keys[1:], duplicates, strict=True):
        if duplicate not in (None, [], {}):
            check_depth(duplicate, (key,))
            page.__pydantic_extra__[key] = duplicate
    if is_object(resources):
        resources = [resources] if resources else []
    if resources is None or is_list(resources):
        _set_resources(page, *decoder.decode_items(resources or []))
    else:
        page.__pydantic_extra__["Resources"] = resources
    return cast("BaseModel", page)


def _filter_strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if is_list(value) else []


def _require_list_response(schemas: Any) -> None:
    """Raise unless `schemas` of an object without Resources and totalResults names a ListResponse."""
    urns = _filter_strings(schemas)
    if fold(names.LIST_RESPONSE) not in map(fold, urns):
        found = f"; its schemas are {', '.join(urns)}" if urns else ""
        raise InvalidResource(
            f"data must be a ListResponse, got an object without Resources and totalResults{found}"
        )
