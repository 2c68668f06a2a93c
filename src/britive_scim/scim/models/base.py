"""Base classes of resources, extensions, complex values and messages.

The models are pydantic models with Python names (`user.user_name`) that decode and encode wire names
(`userName`). All attributes are optional, since a response may omit any. Required attributes are part
of the schema (`scim.schema_of`, `scim.ResourceSchema`); the constructor does not enforce them.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NoReturn, Protocol, Self, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticUndefined

from britive_scim._hints import build_attribute_error, find_hint
from britive_scim.notebook_text import NotebookText
from britive_scim.scim.codec import decode
from britive_scim.scim.codec.coerce import coerce_models
from britive_scim.scim.codec.encode import make_encoder, update_schemas
from britive_scim.scim.codec.strict_types import disable_coercion
from britive_scim.scim.definitions.attribute import (
    ALWAYS_RETURNED,
    CASE_EXACT,
    READ_ONLY,
    REQUIRED,
    UNIQUE_ON_SERVER,
    reference,
)
from britive_scim.scim.definitions.binary_fields import BinaryType, find_binary_type
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.definitions.python_names import check_name_case, to_wire_name
from britive_scim.scim.models.extensions import Extensions
from britive_scim.scim.models.pickling import ClassReference, restore_instance
from britive_scim.scim.models.repr import format_html, format_line, get_origin_class
from britive_scim.scim.models.signature import ModelType
from britive_scim.scim.names import fold
from britive_scim.scim.values.notes import UNKEPT, drop_notes, get_note, note_emptied, note_replaced

if TYPE_CHECKING:
    from britive_scim.scim.filters.path import Path

__all__ = [
    "Complex",
    "Dumpable",
    "Extension",
    "Message",
    "Meta",
    "Model",
    "Resource",
]


class Dumpable(Protocol):
    """Object with `model_dump`, such as any pydantic model."""

    def model_dump(self) -> Any:
        """Return the attributes as plain data."""
        ...


class Model(NotebookText, BaseModel, metaclass=ModelType):  # noqa: PLW1641 - mutable, so without a hash
    """Base class of all models.

    Undeclared attributes are kept unchanged and written back.
    """

    model_config = ConfigDict(
        alias_generator=to_wire_name,
        validate_by_name=True,
        validate_by_alias=True,
        extra="allow",
        defer_build=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
        serialize_by_alias=False,
    )

    __schema__: ClassVar[str] = ""
    """URN of the schema or message; empty if the class has none."""

    __schema_name__: ClassVar[str] = ""
    """Name of the schema; by default the name of the class."""

    __schema_description__: ClassVar[str] = ""
    """Description of the schema; by default the first line of the class's docstring."""

    __keeps_schemas__: ClassVar[bool] = False
    """True if encoding updates `schemas` by the extensions that have values."""

    __always__: ClassVar[frozenset[str]] = frozenset()
    """Python names of lists that are encoded even if empty."""

    __none_is_unknown__: ClassVar[frozenset[str]] = frozenset()
    """Python names of attributes whose `None` means unknown, and is therefore never sent."""

    __remake__: ClassVar[tuple[Callable[..., Any], tuple[Any, ...]] | None] = None
    """Function and arguments that return the class, if it is not importable by its name."""

    if not TYPE_CHECKING:  # pragma: no branch - checkers derive the signature from the fields

        def __init__(self, /, **data: Any) -> None:
            """Create an object from its attributes, by Python name or wire name.

            Raises:
                TypeError: a name differs from that of a declared attribute only in case.
                pydantic.ValidationError: a value is invalid.
            """
            __tracebackhide__ = True
            super().__init__(**data)
            # pydantic decodes a class with a custom `__init__` through it; decoding accepts any case.
            if self.__pydantic_extra__ and not self.__pydantic_custom_init__:
                check_name_case(type(self), self.__pydantic_extra__)

        # pydantic's own flag: decoding does not call this `__init__`, which keeps it fast.
        __init__.__pydantic_base_init__ = True

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        schema = handler(source)
        types: dict[str, BinaryType | None] = {
            name: find_binary_type(info) for name, info in source.__pydantic_fields__.items()
        }
        return disable_coercion(schema, types)

    # ------------------------------------------------------------------ decoding and encoding

    @classmethod
    def from_wire(cls, data: str | bytes | bytearray | Mapping[str, Any] | Dumpable) -> Self:
        """Decode an object in wire form, tolerating known deviations of servers.

        A value that cannot be read does not affect the others: it is kept unchanged, listed in
        `unread`, and written back. The documentation lists the tolerated deviations.

        Args:
            data: JSON text (bytes must be UTF-8), a mapping in wire form, or an object with
                `model_dump`; not changed.

        Raises:
            InvalidResource: the data is not JSON or not an object, contains NaN or Infinity, or is
                nested deeper than 64 levels.
        """
        return cast("Self", decode.decode(cls, data))

    def to_wire(self) -> dict[str, Any]:
        """Encode the object as a dict in wire form, ready for JSON.

        Unassigned attributes (`None`, an empty list, a complex value without values) are omitted.
        Extensions are under their URN, and `schemas` lists those with values (RFC 7643 §2.5, §3).
        Unread values are written back unchanged. Plain data assigned to an attribute with a model
        class is converted to that class.

        Raises:
            InvalidResource: an assigned value cannot be converted; the message names the attribute.
        """
        try:
            return self.__wire__()
        except (AttributeError, TypeError):
            return cast("Model", coerce_models(self)).__wire__()

    def __wire__(self) -> dict[str, Any]:
        cls = type(self)
        encode = make_encoder(cls, cls.__schema__)
        setattr(cls, "__wire__", encode)  # noqa: B010 - replaces this method; checkers reject assignment
        return encode(self)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        # The encoder of a parent class lacks the fields of this class.
        setattr(cls, "__wire__", Model.__wire__)  # noqa: B010 - checkers reject assignment to a method
        schemas = cls.__pydantic_fields__.get("schemas")
        if schemas is not None and cls.__schema__ and "schemas" not in cls.__annotations__:
            schemas.default_factory = _make_schemas_default(cls.__schema__)
            schemas.default = PydanticUndefined

    @property
    def unread(self) -> "tuple[decode.Unread, ...]":
        """Values that could not be read, with paths and reasons."""
        return decode.find_unread(self)

    # ------------------------------------------------------------------ Python protocols

    if not TYPE_CHECKING:  # as in pydantic, so that checkers refuse a name that does not exist

        def __getattr__(self, name: str) -> Any:
            try:
                return super().__getattr__(name)
            except AttributeError:
                if find_hint(self, name) is None:
                    raise
            raise build_attribute_error(self, name)

        def __setattr__(self, name: str, value: Any) -> None:
            previous = self.__dict__.get(name)
            super().__setattr__(name, value)
            if isinstance(previous, BaseModel):
                note_replaced(self, name, previous)

        def __delattr__(self, name: str) -> None:
            super().__delattr__(name)
            if name in type(self).__pydantic_fields__:
                self.__dict__[name] = None  # unassigned; encoding reads every field
            else:
                note_emptied(self, name)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return super().__deepcopy__({} if memo is None else memo)  # notes refer to values

    def __iter__(self) -> NoReturn:
        """Raise: a model is not iterable, although pydantic's are.

        Raises:
            TypeError: always.
        """
        hint = "use to_wire() for a dict, scim.table() for rows, to_pandas() of a list for a data frame"
        raise TypeError(f"{get_origin_class(type(self)).__name__} is not iterable; {hint}")

    def __eq__(self, other: object) -> bool:
        """Compare by value; missing, `None` and empty are equal (RFC 7643 §2.5)."""
        if not isinstance(other, Model) or get_origin_class(type(self)) is not get_origin_class(
            type(other)
        ):
            return NotImplemented
        if self.__dict__ == other.__dict__ and self.__pydantic_extra__ == other.__pydantic_extra__:
            return True
        return self._get_assigned_state() == other._get_assigned_state()

    def _get_assigned_state(self) -> dict[str, Any]:
        """Return the assigned attributes, for comparison."""
        state = {
            k: _drop_unassigned_elements(v)
            for k, v in self.__dict__.items()
            if not _is_unassigned(v)
        }
        for name, value in (self.__pydantic_extra__ or {}).items():
            if value is not None:
                state["extra", name] = value  # type: ignore[index]  # distinct from a field's name
        return state

    def __repr__(self) -> str:
        return format_line(type(self), self._iter_summary())

    __str__ = __repr__

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yield the assigned attributes that may be shown, without passwords and other secrets."""
        definition = get_model_definition(type(self))
        for name, value in self.__dict__.items():
            if (
                name not in definition.secret_fields
                and name not in _REPR_EXCLUDED
                and not _is_unassigned(value)
            ):
                yield name, value
        if not self.__pydantic_extra__:
            return
        from britive_scim.scim.redaction import (  # needed to display only
            is_secret_name,
            redact_json,
        )

        for name, value in self.__pydantic_extra__.items():
            # Unread values are not shown, since they would look like decoded ones.
            if (
                value is not None
                and fold(name) not in definition.by_name
                and not is_secret_name(name)
            ):
                yield name, redact_json(value, name)

    def _iter_summary(self) -> Iterator[tuple[str | None, Any]]:
        """Yield the names and values of the repr, the most telling ones first."""
        return self.__repr_args__()

    def __reduce__(self) -> tuple[Any, ...]:
        # Classes such as User[AcmeAttributes] are not importable by name, but can be rebuilt.
        return restore_instance, (ClassReference(type(self)), drop_notes(self.__getstate__()))


def _make_schemas_default(urn: str) -> Callable[[], list[str]]:
    return lambda: [urn]


_REPR_EXCLUDED = frozenset({"schemas", "meta"})
"""Python names of attributes that repr omits: long and of little interest."""


def _is_unassigned(value: object) -> bool:
    if value is None:
        return True
    if value.__class__ is list:
        return all(map(_is_unassigned_element, cast("list[object]", value)))
    return isinstance(value, Model) and not value._get_assigned_state()


def _is_unassigned_element(value: object) -> bool:
    return isinstance(value, Complex) and not value._get_assigned_state()


def _drop_unassigned_elements(value: Any) -> Any:
    """Return a list without its unassigned complex values, any other value unchanged."""
    if value.__class__ is list and any(map(_is_unassigned_element, value)):
        return [item for item in value if not _is_unassigned_element(item)]
    return value


class Complex(Model):
    """Base class of complex values, such as a name or an e-mail address (RFC 7643 §2.3.8)."""


class Extension(Model):
    """Base class of schema extensions (RFC 7643 §3.3).

    ```python
    class Badge(scim.Extension):
        number: str | None = None
        valid_until: datetime | None = None
    ```
    """


class Meta(Complex):
    """Metadata of a resource (RFC 7643 §3.1), set by the server."""

    resource_type: Annotated[str | None, READ_ONLY, CASE_EXACT] = None
    """Name of the resource type, such as `User`."""

    created: Annotated[datetime | None, READ_ONLY] = None
    """Time of the creation of the resource."""

    last_modified: Annotated[datetime | None, READ_ONLY] = None
    """Time of the last change; equals `created` until the first change."""

    location: Annotated[str | None, READ_ONLY, reference("uri")] = None
    """URI of the resource; may be relative and is often wrong, so requests are built from the id."""

    version: Annotated[str | None, READ_ONLY, CASE_EXACT] = None
    """Entity tag of the resource, such as `W/"3694e05e9dff594"`."""


class Resource(Model):
    """Base class of resources with the common attributes of RFC 7643 §3.1.

    A custom class declares its schema, and then works wherever `User` does:

    ```python
    class Device(scim.Resource):
        __schema__ = "urn:acme:params:scim:schemas:core:2.0:Device"

        serial_number: Annotated[str | None, scim.REQUIRED] = None
    ```
    """

    __keeps_schemas__ = True

    __endpoint__: ClassVar[str] = ""
    """Path of the endpoint below the base URL, such as `/Users`; empty if unknown."""

    schemas: Annotated[list[str], REQUIRED, CASE_EXACT, ALWAYS_RETURNED] = Field(
        default_factory=list
    )
    """URNs of the schemas and extensions in use; updated by `to_wire`."""

    id: Annotated[str | None, READ_ONLY, CASE_EXACT, ALWAYS_RETURNED, UNIQUE_ON_SERVER] = None
    """Identifier assigned by the server; unique among all its resources, never reassigned."""

    external_id: Annotated[str | None, CASE_EXACT] = None
    """Identifier assigned by the client."""

    meta: Annotated[Meta | None, READ_ONLY] = None
    """Metadata of the resource."""

    @property
    def extensions(self) -> MutableMapping[str, Any]:
        """Extensions that have data, by URN (case-insensitive), as a live view.

        A declared extension is a model (`user.extensions[urn] is user.enterprise`), any other is plain
        data. A model or plain data can be assigned to a declared one.
        """
        return Extensions(self)

    @property
    def unkept(self) -> tuple[str, ...]:
        """Paths of the values that the server did not store as they were sent.

        Set by `create`, `replace`, `patch` and `edit` of a client on the resource that they return; otherwise empty.
        Each value is compared by the rule of its attribute. Values that differ only in case or Unicode normal form,
        and values added by the server, count as kept. Passwords, and values missing from a response without the
        entire resource, are unknown. Not part of equality, dumps and pickles.
        """
        return cast("tuple[str, ...]", get_note(self, UNKEPT, ()))

    def at(self, path: "str | Path", *, strict: bool = True) -> Any:
        """Return the value at a SCIM path, or `None`.

        Besides wire names, short names are understood: `enterprise.department`, `custom.costCode`,
        `user_name`. The raw value of an unread single-valued attribute (see `unread`) is returned.

        Args:
            path: a path such as `name.familyName`, `emails[type eq "work"].value`, or one with a URN.
            strict: whether a name that class, extensions and resource do not have is an error; if
                not, it has no value.

        Raises:
            InvalidPath: the path is invalid, has a filter after an attribute that is not complex and
                not multi-valued, or has an unknown name and `strict` is set.
            InvalidFilter: the filter in the path does not apply to the attribute.
        """
        from britive_scim.scim.patch.read_path import read

        return read(self, path, strict=strict)

    def _repr_html_(self) -> str:
        return format_html(self)

    def _get_assigned_state(self) -> dict[str, Any]:
        state = super()._get_assigned_state()
        definition = get_model_definition(type(self))
        present = [e.urn for e in definition.extensions if e.field in state]
        present += [
            name
            for name, value in (self.__pydantic_extra__ or {}).items()
            if _is_extension_data(name, value)
        ]
        declared = frozenset(fold(e.urn) for e in definition.extensions)
        listed = update_schemas(self.schemas, self.__schema__, present, declared)
        state["schemas"] = frozenset(map(fold, listed))
        return state


def _is_extension_data(name: str, value: object) -> bool:
    return ":" in name and isinstance(value, Mapping) and bool(cast("Mapping[str, Any]", value))


class Message(Model):
    """Base class of SCIM messages, which are not resources (RFC 7644 §3.1)."""

    schemas: Annotated[list[str], REQUIRED, CASE_EXACT] = Field(default_factory=list)
    """URN of the message."""
