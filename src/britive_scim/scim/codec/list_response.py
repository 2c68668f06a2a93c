"""Reading a page of resources: all of them in one call, the odd ones once more by themselves."""

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
_CACHE_ATTRIBUTE = "__scim_page_reader__"


class _ListResponseDecoder:
    """What reading pages of one class needs, made once.

    Attributes:
        validator: takes a page in one call; a resource it cannot read stays plain data in its place.
        resource_classes: the classes of the resources, more than one for a union.
        has_residue: tells whether the page itself has keys that no field took.
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
        """Return the class for a resource in wire form."""
        first, *others = self.resource_classes
        if not others:
            return first
        urns = set(map(fold, _filter_strings(raw.get("schemas"))))
        meta = raw.get("meta")
        kind = meta.get("resourceType") if is_object(meta) else None
        named = {choice: str(getattr(choice, "__schema__", "")) for choice in self.resource_classes}
        by_urn = (choice for choice, urn in named.items() if fold(urn) in urns)
        by_kind = (choice for choice, urn in named.items() if urn.rpartition(":")[2] == kind)
        return next(by_urn, None) or next(by_kind, first)

    def decode_items(
        self, elements: list[Any], *, source: bytes | None = None
    ) -> tuple[list[BaseModel], list[tuple[int, Any]]]:
        """Return the resources read, and the positions and values of elements that are none.

        Args:
            elements: models, or plain data.
            source: the text of the page, where plain data is what the fast path could not read.

        Raises:
            InvalidResource: NaN or Infinity, which JSON has not.
        """
        fitted: list[BaseModel] = []
        unread: list[tuple[int, Any]] = []
        first = self.resource_classes[0]
        walk = get_residue_detector(first)
        usual = (
            decode_mapping if source is None or len(self.resource_classes) > 1 else decode_leniently
        )
        as_written: list[Any] = []
        for position, item in enumerate(elements):
            if item.__class__ is first and not walk(item):  # taken whole by the fast path
                fitted.append(item)
                continue
            raw = _dump_as_received(item) if isinstance(item, BaseModel) else item
            read = usual
            if is_out_of_limits(raw, 3):
                read = decode_leniently
                if source is not None:  # the fast path makes infinity of what is beyond floats
                    as_written = as_written or parse_json_unchecked(source)["Resources"]
                    raw = as_written[position]
                if is_too_deep(raw, 3):
                    unread.append((position, raw))
                    continue
            if is_object(raw):
                try:
                    fitted.append(read(self.choose_class(raw), raw))
                except InvalidResource:  # lacks what a class of the user's own demands
                    unread.append((position, raw))
            elif raw is not None and raw != []:
                unread.append((position, raw))
        return fitted, unread


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
    """Return the core schema of a page's fields that leaves a resource it cannot read as it came."""
    if schema["type"] == "definitions":
        return {
            **schema,
            "schema": _make_lenient_schema(schema["schema"], is_single_class=is_single_class),
        }
    # Not the schema of the model: pydantic's core would take the model's own validator for that.
    inner: dict[str, Any] = {**schema["schema"], "extra_behavior": "allow"}
    resources = inner["fields"]["resources"]
    default: dict[str, Any] = resources["schema"]
    items = default["schema"]
    kept = core_schema.any_schema()
    item = (
        core_schema.union_schema([items["items_schema"], kept], mode="left_to_right")
        if is_single_class
        else kept
    )
    default = {**default, "schema": {**items, "items_schema": item}}
    return {**inner, "fields": {**inner["fields"], "resources": {**resources, "schema": default}}}


def _get_decoder(cls: type[BaseModel]) -> _ListResponseDecoder:
    reader = cls.__dict__.get(_CACHE_ATTRIBUTE)
    if reader is None:
        reader = _ListResponseDecoder(cls)
        setattr(cls, _CACHE_ATTRIBUTE, reader)
    return cast("_ListResponseDecoder", reader)


def decode_list_response(cls: type[BaseModel], data: Any) -> BaseModel:
    """Read a `ListResponse`; see its `from_wire`."""
    text = to_json_bytes(data)
    reader = _get_decoder(cls)
    try:
        fields, extra, given = reader.validator.validate_json(text)
    except ValidationError:
        return _decode_leniently(cls, reader, parse_json_unchecked(text))
    if extra and reader.has_residue(extra):
        return _decode_leniently(cls, reader, parse_json_unchecked(text))
    if not given & {"resources", "total_results"}:
        _require_list_response(fields["schemas"] if "schemas" in given else ())
    page = cls.__new__(cls)
    state: dict[Any, Any] = {
        "__dict__": fields,
        "__pydantic_fields_set__": given,
        "__pydantic_extra__": extra or {},
    }
    page.__setstate__({**state, "__pydantic_private__": None})
    _set_resources(page, *reader.decode_items(fields["resources"], source=text))
    return page


def _set_resources(page: Any, resources: list[BaseModel], unread: list[tuple[int, Any]]) -> None:
    page.resources = resources
    if unread:
        positions, items = zip(*unread, strict=True)
        page.__pydantic_extra__["Resources"] = UnreadItems(items, positions)


def _decode_leniently(cls: type[BaseModel], decoder: _ListResponseDecoder, raw: Any) -> BaseModel:
    """Read a page whose envelope is odd; its resources still take the fast path one by one."""
    envelope: Any = {"Resources": raw} if is_list(raw) else raw
    if not is_object(envelope):
        raise InvalidResource(f"{describe_json_type(raw)} where a ListResponse is expected")
    folded = {fold(key): key for key in envelope}
    if not _LIST_KEYS & folded.keys():
        listed = envelope.get(folded.get("schemas", ""))
        _require_list_response([listed] if isinstance(listed, str) else listed)
    # Under whatever spelling: the message's own first, and one that holds something before one that
    # does not.
    keys = sorted(
        (key for key in envelope if fold(key) == "resources"),
        key=lambda key: (envelope[key] in (None, [], {}), key != "Resources"),
    )
    around = {key: envelope[key] for key in envelope if key not in keys}
    check_depth(around, ())
    page: Any = decode_leniently(cls, around)
    given, *others = [envelope[key] for key in keys] or [None]
    for key, other in zip(keys[1:], others, strict=True):
        if other not in (None, [], {}):
            check_depth(other, (key,))
            page.__pydantic_extra__[key] = other
    if is_object(given):
        given = [given] if given else []
    if given is None or is_list(given):
        _set_resources(page, *decoder.decode_items(given or []))
    else:
        page.__pydantic_extra__["Resources"] = given
    return cast("BaseModel", page)


def _filter_strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if is_list(value) else []


def _require_list_response(schemas: Any) -> None:
    """Refuse an object that has nothing of a list, unless it says that it is one."""
    urns = _filter_strings(schemas)
    if fold(names.LIST_RESPONSE) not in map(fold, urns):
        what = f" but {', '.join(urns)}" if urns else ""
        raise InvalidResource(
            f"not a ListResponse{what}: it has neither Resources nor totalResults",
        )
