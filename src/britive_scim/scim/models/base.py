"""What every SCIM object shares: the base classes of resources, extensions and complex values.

The models are pydantic models with Python names (`user.user_name`) that read and write SCIM's own
(`userName`). Everything is optional, as answers may leave out anything; what a resource must have is
said by the schema (`scim.schema_of`, `scim.ResourceSchema`), not by the constructor.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import datetime
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Protocol,
    Self,
    cast,
)

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticUndefined

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
from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.definitions.python_names import check_name_case
from britive_scim.scim.models.extensions import Extensions
from britive_scim.scim.models.pickling import ClassReference, restore_instance
from britive_scim.scim.models.repr import (
    format_html,
    format_line,
    get_origin_class,
    is_printable_attribute,
)
from britive_scim.scim.names import fold

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
    "extension",
    "to_wire_name",
]


class Dumpable(Protocol):
    """An object that can say what it holds, such as any pydantic model."""

    def model_dump(self) -> Any:
        """Return the content as plain data."""
        ...


def to_wire_name(field: str) -> str:
    """Return SCIM's spelling of a Python name; a trailing underscore only parts it from a keyword.

    Examples:
        >>> to_wire_name("user_name"), to_wire_name("schema_"), to_wire_name("x509_certificates")
        ('userName', 'schema', 'x509Certificates')
    """
    first, *rest = field.rstrip("_").split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Model(BaseModel):  # noqa: PLW1641 - a model can change, so it has no hash
    """The base of everything that crosses the border between Python and SCIM's JSON.

    Attributes nobody declared are kept as they came, and are written back.
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
    """URN of the schema or message; empty where the class has none of its own."""

    __schema_name__: ClassVar[str] = ""
    """Name of the schema; the name of the class where empty."""

    __schema_description__: ClassVar[str] = ""
    """What the schema describes; the first line of the class's docstring where empty."""

    __keeps_schemas__: ClassVar[bool] = False
    """Whether `schemas` follows the extensions that have values."""

    __always__: ClassVar[frozenset[str]] = frozenset()
    """Python names of lists that are written even if empty."""

    __remake__: ClassVar[tuple[Callable[..., Any], tuple[Any, ...]] | None] = None
    """How to find a class that is not importable by its name: a function and its arguments."""

    if not TYPE_CHECKING:  # pragma: no branch - checkers make the signature of the fields

        def __init__(self, /, **data: Any) -> None:
            """Make an object of its attributes, by their Python names or by SCIM's.

            Raises:
                TypeError: a name is that of a declared attribute but for its case.
                pydantic.ValidationError: a value does not fit.
            """
            __tracebackhide__ = True
            super().__init__(**data)
            # A class with an `__init__` of its own is read through it, and reading takes any case.
            if self.__pydantic_extra__ and not self.__pydantic_custom_init__:
                check_name_case(type(self), self.__pydantic_extra__)

        # As pydantic marks its own: what is read is made without it, at the speed of its core.
        __init__.__pydantic_base_init__ = True

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        return disable_coercion(handler(source))

    # ------------------------------------------------------------------ across the border

    @classmethod
    def from_wire(cls, data: str | bytes | bytearray | Mapping[str, Any] | Dumpable) -> Self:
        """Read an object as it comes from the wire, forgiving what servers are known to send.

        A value that cannot be read costs that value alone: it is kept as it came, listed in
        `unread`, and written back unchanged. What is forgiven is listed in the documentation.

        Args:
            data: JSON text (UTF-8 where bytes), a mapping in wire form, or an object with
                `model_dump`. It is not kept and not changed.

        Raises:
            InvalidResource: it is not JSON, not an object, holds NaN, Infinity or lone surrogates,
                or is nested deeper than 64.
        """
        return cast("Self", decode.decode(cls, data))

    def to_wire(self) -> dict[str, Any]:
        """Return the object as plain data ready for JSON, in SCIM's spelling.

        What is unassigned (`None`, an empty list, a complex value without values) is left out,
        extensions stand under their URN, `schemas` lists the extensions that have values, and what
        was not understood on reading returns as it came (RFC 7643 §2.5, §3). Plain data assigned where
        a model is declared is written as that model.

        Raises:
            InvalidResource: what was assigned cannot be that; the attribute is named.
        """
        try:
            return self.__wire__()
        except (AttributeError, TypeError):
            return cast("Model", coerce_models(self)).__wire__()

    def __wire__(self) -> dict[str, Any]:
        cls = type(self)
        writer = make_encoder(cls, cls.__schema__)
        setattr(cls, "__wire__", writer)  # noqa: B010 - the class's own writer from now on; checkers know a method
        return writer(self)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        # The writer a parent has made for itself does not know the fields of this class.
        setattr(cls, "__wire__", Model.__wire__)  # noqa: B010 - checkers know a method
        schemas = cls.__pydantic_fields__.get("schemas")
        if schemas is not None and cls.__schema__ and "schemas" not in cls.__annotations__:
            schemas.default_factory = _make_schemas_default(cls.__schema__)
            schemas.default = PydanticUndefined

    @property
    def unread(self) -> "tuple[decode.Unread, ...]":
        """The values that could not be read, with their paths and the reasons."""
        return decode.find_unread(self)

    # ------------------------------------------------------------------ as a Python value

    def __eq__(self, other: object) -> bool:
        """Compare by value: missing, `None` and empty are one state (RFC 7643 §2.5)."""
        if not isinstance(other, Model) or get_origin_class(type(self)) is not get_origin_class(
            type(other)
        ):
            return NotImplemented
        if self.__dict__ == other.__dict__ and self.__pydantic_extra__ == other.__pydantic_extra__:
            return True
        return self._get_assigned_state() == other._get_assigned_state()

    def _get_assigned_state(self) -> dict[str, Any]:
        """Return what takes part in a comparison: all that is assigned."""
        state = {
            k: _drop_unassigned_elements(v)
            for k, v in self.__dict__.items()
            if not _is_unassigned(v)
        }
        for name, value in (self.__pydantic_extra__ or {}).items():
            if value is not None:
                state["extra", name] = value  # type: ignore[index]  # parted from fields of that name
        return state

    def __repr__(self) -> str:
        return format_line(self)

    __str__ = __repr__

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yield what may be shown: what is assigned, without passwords and the like."""
        shape = get_model_definition(type(self))
        for name, value in self.__dict__.items():
            if (
                name not in shape.secret_fields
                and name not in _REPR_EXCLUDED
                and not _is_unassigned(value)
            ):
                yield name, value
        for name, value in (self.__pydantic_extra__ or {}).items():
            # Not what could not be read: it would look as if it had been.
            if (
                value is not None
                and fold(name) not in shape.by_name
                and is_printable_attribute(name)
            ):
                yield name, value

    def __reduce__(self) -> tuple[Any, ...]:
        # Classes such as User[AcmeAttributes] or those made of a schema document cannot be found
        # by their name; what they were made of can.
        return restore_instance, (ClassReference(type(self)), self.__getstate__())


def _make_schemas_default(urn: str) -> Callable[[], list[str]]:
    return lambda: [urn]


_REPR_EXCLUDED = frozenset({"schemas", "meta"})
"""What says little about a resource, and much of it."""


def _is_unassigned(value: object) -> bool:
    if value is None:
        return True
    if value.__class__ is list:
        return all(map(_is_unassigned_element, cast("list[object]", value)))
    return isinstance(value, Model) and not value._get_assigned_state()


def _is_unassigned_element(value: object) -> bool:
    return isinstance(value, Complex) and not value._get_assigned_state()


def _drop_unassigned_elements(value: Any) -> Any:
    """Return a value without those of its elements that have no values themselves."""
    if value.__class__ is list and any(map(_is_unassigned_element, value)):
        return [item for item in value if not _is_unassigned_element(item)]
    return value


class Complex(Model):
    """The base of complex values, such as a name or one e-mail address (RFC 7643 §2.3.8)."""


class Extension(Model):
    """The base of the classes of schema extensions (RFC 7643 §3.3).

    ```python
    class Badge(scim.Extension):
        number: str | None = None
        valid_until: datetime | None = None
    ```
    """


def extension(urn: str, *, required: bool = False) -> Any:
    """Declare the field of a resource that holds a schema extension.

    ```python
    class Person(scim.User):
        badge: Badge | None = scim.extension("urn:acme:params:scim:schemas:badge:1.0:User")
    ```

    Args:
        urn: id of the extension's schema: the key of its data on the wire.
        required: whether a resource of the type must carry it.

    Raises:
        ValueError: `urn` is no URI.
    """
    if ":" not in urn:
        raise ValueError(f"an extension is named by the URI of its schema, got {urn!r}")
    info: Any = Field(default=None, validation_alias=urn, serialization_alias=urn)
    if required:
        info.metadata.append(REQUIRED)
    return info


class Meta(Complex):
    """What the service says about a resource (RFC 7643 §3.1); clients do not set it."""

    resource_type: Annotated[str | None, READ_ONLY, CASE_EXACT] = None
    """Name of the resource type, such as `User`."""

    created: Annotated[datetime | None, READ_ONLY] = None
    """When the resource was added to the service."""

    last_modified: Annotated[datetime | None, READ_ONLY] = None
    """When it was changed last; equals `created` until the first change."""

    location: Annotated[str | None, READ_ONLY, reference("uri")] = None
    """URI of the resource; may be relative, and is often wrong: build requests from the id."""

    version: Annotated[str | None, READ_ONLY, CASE_EXACT] = None
    """Entity tag of the resource, such as `W/"3694e05e9dff594"`."""


class Resource(Model):
    """The base of resources: what RFC 7643 §3.1 gives to every one of them.

    A class of your own names its schema, and then works wherever `User` does:

    ```python
    class Device(scim.Resource):
        __schema__ = "urn:acme:params:scim:schemas:core:2.0:Device"

        serial_number: Annotated[str | None, scim.REQUIRED] = None
    ```
    """

    __keeps_schemas__ = True

    __endpoint__: ClassVar[str] = ""
    """Path of its endpoint below the base URL, such as `/Users`; empty where it is not known."""

    schemas: Annotated[list[str], REQUIRED, CASE_EXACT, ALWAYS_RETURNED] = Field(
        default_factory=list
    )
    """URNs of the schemas and extensions in use; kept in step by `to_wire`."""

    id: Annotated[str | None, READ_ONLY, CASE_EXACT, ALWAYS_RETURNED, UNIQUE_ON_SERVER] = None
    """The service's identifier; assigned by it, unique over all its resources, never reassigned."""

    external_id: Annotated[str | None, CASE_EXACT] = None
    """The client's identifier; only the client that set it knows what it means."""

    meta: Annotated[Meta | None, READ_ONLY] = None
    """What the service says about the resource."""

    @property
    def extensions(self) -> MutableMapping[str, Any]:
        """The extensions that have data, by URN in any case; a live view.

        A declared extension is its model (`user.extensions[urn] is user.enterprise`), any other is
        plain data as it came. What is assigned to a declared one may be the model or plain data.
        """
        return Extensions(self)

    def at(self, path: "str | Path") -> Any:
        """Return the value at a SCIM path, `None` where there is none.

        A name that the schema does not declare has no value either, unless the resource holds it all
        the same. So `None` does not tell a misspelled name, nor one in Python's spelling
        (`user_name`): paths are in SCIM's (`userName`). A single value that could not be read (see
        `unread`) is returned as it came.

        Args:
            path: such as `name.familyName`, `emails[type eq "work"].value`, or one with a URN.

        Raises:
            InvalidPath: the path does not parse, or has brackets after what has no values to tell
                apart.
            InvalidFilter: its brackets do not hold a filter that fits the attribute.
        """
        from britive_scim.scim.patch.read_path import read

        return read(self, path)

    def _repr_html_(self) -> str:
        """Return the resource as a table, for notebooks: what repr may show, one attribute a row."""
        return format_html(self)

    def _get_assigned_state(self) -> dict[str, Any]:
        state = super()._get_assigned_state()
        shape = get_model_definition(type(self))
        present = [e.urn for e in shape.extensions if e.field in state]
        present += [
            name
            for name, value in (self.__pydantic_extra__ or {}).items()
            if _is_extension_data(name, value)
        ]
        declared = frozenset(fold(e.urn) for e in shape.extensions)
        listed = update_schemas(self.schemas, self.__schema__, present, declared)
        state["schemas"] = frozenset(map(fold, listed))
        return state


def _is_extension_data(name: str, value: object) -> bool:
    return ":" in name and isinstance(value, Mapping) and bool(cast("Mapping[str, Any]", value))


class Message(Model):
    """The base of SCIM's messages, which are no resources (RFC 7644 §3.1)."""

    schemas: Annotated[list[str], REQUIRED, CASE_EXACT] = Field(default_factory=list)
    """URN of the message."""
