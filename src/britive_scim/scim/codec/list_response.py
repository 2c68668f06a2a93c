"""Reading a page of resources: all of them in one call, the odd ones once more by themselves."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreConfig, CoreSchema, SchemaValidator, core_schema

from britive_scim.errors import InvalidResource
from britive_scim.scim import names
from britive_scim.scim.codec.decode import read_mapping, read_object, validator_of
from britive_scim.scim.codec.encode import UnreadItems
from britive_scim.scim.codec.json import check, is_doubtful, is_too_deep, json_text, load
from britive_scim.scim.codec.residue import leftovers, see
from britive_scim.scim.models.base import Resource
from britive_scim.scim.names import fold
from britive_scim.scim.plain import is_list, is_object, kind_of

__all__ = ["read_page"]

_KEYS = frozenset({"resources", "totalresults"})
_READER = "__scim_page_reader__"


class _Reader:
    """What reading pages of one class needs, made once.

    Attributes:
        page: takes a page in one call; a resource it cannot read stays plain data in its place.
        choices: the classes of the resources, more than one for a union.
        odd: tells whether the page itself has keys that no field took.
    """

    def __init__(self, cls: type[BaseModel]) -> None:
        self.choices = _choices(cls)
        self.odd = see(cls)
        validator_of(cls)  # builds the class
        schema = _lenient(cls.__pydantic_core_schema__, one=len(self.choices) == 1)
        self.page = SchemaValidator(
            cast("CoreSchema", schema), CoreConfig(validate_by_alias=True, validate_by_name=False)
        )

    def choose(self, raw: Mapping[str, Any]) -> type[BaseModel]:
        """Return the class for a resource in wire form."""
        first, *others = self.choices
        if not others:
            return first
        urns = set(map(fold, _texts(raw.get("schemas"))))
        meta = raw.get("meta")
        kind = meta.get("resourceType") if is_object(meta) else None
        named = {choice: str(getattr(choice, "__schema__", "")) for choice in self.choices}
        by_urn = (choice for choice, urn in named.items() if fold(urn) in urns)
        by_kind = (choice for choice, urn in named.items() if urn.rpartition(":")[2] == kind)
        return next(by_urn, None) or next(by_kind, first)

    def items(
        self, given: list[Any], *, tried: bytes | None = None
    ) -> tuple[list[BaseModel], list[tuple[int, Any]]]:
        """Return the resources read, and the positions and values of elements that are none.

        Args:
            given: models, or plain data.
            tried: the text of the page, where plain data is what the fast path could not read.

        Raises:
            InvalidResource: NaN or Infinity, which JSON has not.
        """
        fitted: list[BaseModel] = []
        unread: list[tuple[int, Any]] = []
        first = self.choices[0]
        walk = leftovers(first)
        usual = read_mapping if tried is None or len(self.choices) > 1 else read_object
        as_written: list[Any] = []
        for position, item in enumerate(given):
            if item.__class__ is first and not walk(item):  # taken whole by the fast path
                fitted.append(item)
                continue
            raw = _as_it_came(item) if isinstance(item, BaseModel) else item
            read = usual
            if is_doubtful(raw, 3):
                read = read_object
                if tried is not None:  # the fast path makes infinity of what is beyond floats
                    as_written = as_written or load(tried)["Resources"]
                    raw = as_written[position]
                if is_too_deep(raw, 3):
                    unread.append((position, raw))
                    continue
            if is_object(raw):
                try:
                    fitted.append(read(self.choose(raw), raw))
                except InvalidResource:  # lacks what a class of the user's own demands
                    unread.append((position, raw))
            elif raw is not None and raw != []:
                unread.append((position, raw))
        return fitted, unread


def _as_it_came(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(by_alias=True, exclude_unset=True)


def _choices(cls: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    (item,) = get_args(cls.model_fields["resources"].annotation)
    if isinstance(item, TypeVar):
        return (cast("Any", item).__default__,)
    if get_origin(item) in {Union, types.UnionType}:
        return get_args(item)
    return (Resource,) if item is Any else (item,)


def _lenient(schema: Any, *, one: bool) -> Any:
    """Return the core schema of a page's fields that leaves a resource it cannot read as it came."""
    if schema["type"] == "definitions":
        return {**schema, "schema": _lenient(schema["schema"], one=one)}
    # Not the schema of the model: pydantic's core would take the model's own validator for that.
    inner: dict[str, Any] = {**schema["schema"], "extra_behavior": "allow"}
    resources = inner["fields"]["resources"]
    default: dict[str, Any] = resources["schema"]
    items = default["schema"]
    kept = core_schema.any_schema()
    item = (
        core_schema.union_schema([items["items_schema"], kept], mode="left_to_right")
        if one
        else kept
    )
    default = {**default, "schema": {**items, "items_schema": item}}
    return {**inner, "fields": {**inner["fields"], "resources": {**resources, "schema": default}}}


def _reader(cls: type[BaseModel]) -> _Reader:
    reader = cls.__dict__.get(_READER)
    if reader is None:
        reader = _Reader(cls)
        setattr(cls, _READER, reader)
    return cast("_Reader", reader)


def read_page(cls: type[BaseModel], data: Any) -> BaseModel:
    """Read a `ListResponse`; see its `from_wire`."""
    text = json_text(data)
    reader = _reader(cls)
    try:
        fields, extra, given = reader.page.validate_json(text)
    except ValidationError:
        return _forgiving(cls, reader, load(text))
    if extra and reader.odd(extra):
        return _forgiving(cls, reader, load(text))
    if not given & {"resources", "total_results"}:
        _refuse_other(fields["schemas"] if "schemas" in given else ())
    page = cls.__new__(cls)
    state: dict[Any, Any] = {
        "__dict__": fields,
        "__pydantic_fields_set__": given,
        "__pydantic_extra__": extra or {},
    }
    page.__setstate__({**state, "__pydantic_private__": None})
    _fill(page, *reader.items(fields["resources"], tried=text))
    return page


def _fill(page: Any, resources: list[BaseModel], unread: list[tuple[int, Any]]) -> None:
    page.resources = resources
    if unread:
        positions, items = zip(*unread, strict=True)
        page.__pydantic_extra__["Resources"] = UnreadItems(items, positions)


def _forgiving(cls: type[BaseModel], reader: _Reader, raw: Any) -> BaseModel:
    """Read a page whose envelope is odd; its resources still take the fast path one by one."""
    envelope: Any = {"Resources": raw} if is_list(raw) else raw
    if not is_object(envelope):
        raise InvalidResource(f"{kind_of(raw)} where a ListResponse is expected")
    folded = {fold(key): key for key in envelope}
    if not _KEYS & folded.keys():
        listed = envelope.get(folded.get("schemas", ""))
        _refuse_other([listed] if isinstance(listed, str) else listed)
    # Under whatever spelling: the message's own first, and one that holds something before one that
    # does not.
    keys = sorted(
        (key for key in envelope if fold(key) == "resources"),
        key=lambda key: (envelope[key] in (None, [], {}), key != "Resources"),
    )
    around = {key: envelope[key] for key in envelope if key not in keys}
    check(around, ())
    page: Any = read_object(cls, around)
    given, *others = [envelope[key] for key in keys] or [None]
    for key, other in zip(keys[1:], others, strict=True):
        if other not in (None, [], {}):
            check(other, (key,))
            page.__pydantic_extra__[key] = other
    if is_object(given):
        given = [given] if given else []
    if given is None or is_list(given):
        _fill(page, *reader.items(given or []))
    else:
        page.__pydantic_extra__["Resources"] = given
    return cast("BaseModel", page)


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if is_list(value) else []


def _refuse_other(schemas: Any) -> None:
    """Refuse an object that has nothing of a list, unless it says that it is one."""
    urns = _texts(schemas)
    if fold(names.LIST_RESPONSE) not in map(fold, urns):
        what = f" but {', '.join(urns)}" if urns else ""
        raise InvalidResource(
            f"not a ListResponse{what}: it has neither Resources nor totalResults",
        )
