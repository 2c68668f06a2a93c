"""Characteristics of an attribute (RFC 7643 §2, §7), and the annotations that declare them on a model.

A model is a schema: its fields are the attributes. Type and plurality follow from the type of a field
(`str | None`, `list[Email] | None`); annotations declare the other characteristics:

```python
user_name: Annotated[str | None, REQUIRED, UNIQUE_ON_SERVER] = None
```
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, Literal

from britive_scim.scim.names import fold

__all__ = [
    "ALWAYS_RETURNED",
    "BINARY",
    "CASE_EXACT",
    "IMMUTABLE",
    "NEVER_RETURNED",
    "READ_ONLY",
    "REQUIRED",
    "RETURNED_ON_REQUEST",
    "STRING_TYPES",
    "UNIQUE_GLOBALLY",
    "UNIQUE_ON_SERVER",
    "WRITE_ONLY",
    "Annotation",
    "Attribute",
    "AttributeType",
    "Mutability",
    "Returned",
    "Uniqueness",
    "canonical",
    "reference",
]

AttributeType = Literal[
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "reference",
    "binary",
    "complex",
]
"""Data types of RFC 7643 §2.3."""

STRING_TYPES: Final = frozenset({"string", "reference", "binary"})
"""Data types whose values are strings and have `caseExact`; the empty string is a value."""

Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
"""Permission of a client to set a value (RFC 7643 §7)."""

Returned = Literal["always", "never", "default", "request"]
"""Presence of the attribute in responses (RFC 7643 §7)."""

Uniqueness = Literal["none", "server", "global"]
"""Scope within which values are unique (RFC 7643 §7)."""


ModelClass = type[Any]
# An alias, because `type` is also a field of the class below.


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Attribute of a schema: all characteristics, with defaults (RFC 7643 §2.2).

    Attributes:
        name: the name in the schema's spelling; names are case-insensitive.
        type: the data type.
        multi_valued: whether the value is a list.
        required: whether a resource must have a value.
        case_exact: whether comparison is case-sensitive; for string, reference and binary.
        mutability: whether and when a client may set a value.
        returned: when a response contains the attribute.
        uniqueness: scope within which values are unique.
        canonical_values: suggested values; never enforced.
        reference_types: targets of a reference: names of resource types, `external`, `uri`.
        description: description from a schema document; empty if the schema comes from a class.
        sub_attributes: the sub-attributes of a complex attribute.
        field: the Python name on the model; equals `name` if there is no model.
        model: the class of a single value of a complex attribute, if there is one.
    """

    name: str
    type: AttributeType = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Uniqueness = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    description: str = ""
    sub_attributes: tuple[Attribute, ...] = ()
    field: str = ""
    model: ModelClass | None = None
    _subs: Mapping[str, Attribute] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.field:
            object.__setattr__(self, "field", self.name)
        object.__setattr__(self, "_subs", {fold(sub.name): sub for sub in self.sub_attributes})

    def find_sub_attribute(self, name: str) -> Attribute | None:
        """Return the sub-attribute with a name, or `None`.

        Args:
            name: a name without dots, such as `familyName`; case-insensitive.
        """
        return self._subs.get(fold(name))

    @property
    def is_secret(self) -> bool:
        """True if the value must not be shown: it is never returned, or write-only."""
        return self.returned == "never" or self.mutability == "writeOnly"


@dataclasses.dataclass(frozen=True, slots=True)
class Annotation:
    """Annotation of a field with characteristics; of several annotations the last one takes precedence.

    Attributes:
        characteristics: names of fields of `Attribute`, and their values.
    """

    characteristics: tuple[tuple[str, Any], ...]

    def __repr__(self) -> str:
        return (
            f"Annotation({', '.join(f'{name}={value!r}' for name, value in self.characteristics)})"
        )


def _make_annotation(**characteristics: Any) -> Annotation:
    return Annotation(tuple(characteristics.items()))


REQUIRED = _make_annotation(required=True)
"""The attribute is required."""

CASE_EXACT = _make_annotation(case_exact=True)
"""Comparison is case-sensitive."""

READ_ONLY = _make_annotation(mutability="readOnly")
"""Only the server sets the attribute; it ignores or rejects values from a client."""

IMMUTABLE = _make_annotation(mutability="immutable")
"""The attribute may be set once, at creation or while it has no value."""

WRITE_ONLY = _make_annotation(mutability="writeOnly")
"""A client may set the attribute, but not read it."""

ALWAYS_RETURNED = _make_annotation(returned="always")
"""Every response contains the attribute, whatever the query parameters."""

NEVER_RETURNED = _make_annotation(returned="never")
"""No response contains the attribute."""

RETURNED_ON_REQUEST = _make_annotation(returned="request")
"""A response contains the attribute only if it is requested by name."""

UNIQUE_ON_SERVER = _make_annotation(uniqueness="server")
"""Values are unique within the endpoint or tenant."""

UNIQUE_GLOBALLY = _make_annotation(uniqueness="global")
"""Values are globally unique."""

BINARY = _make_annotation(type="binary", case_exact=True)
"""The value is a base64 string (RFC 7643 §2.3.6)."""


def reference(*types: str) -> Annotation:
    """Return the annotation of a string that is a URI (RFC 7643 §2.3.7).

    Args:
        types: targets of the reference: names of resource types, `external`, `uri`.
    """
    return _make_annotation(type="reference", case_exact=True, reference_types=types)


def canonical(*values: str) -> Annotation:
    """Return the annotation with suggested values; other values are also valid (RFC 7643 §7).

    Args:
        values: the suggested values.
    """
    return _make_annotation(canonical_values=values)
