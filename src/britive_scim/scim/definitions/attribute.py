"""What a schema says about one attribute (RFC 7643 §2 and §7), and the marks that say it on a model.

A model is a schema: its fields are the attributes, and what the annotation of a field does not
already say (`str | None`, `list[Email] | None`) is said by marks beside it:

```python
user_name: Annotated[str | None, REQUIRED, UNIQUE_ON_SERVER] = None
```
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

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
"""The data types of RFC 7643 §2.3."""

Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
"""Whether and when a client may set a value (RFC 7643 §7)."""

Returned = Literal["always", "never", "default", "request"]
"""When an answer holds the attribute (RFC 7643 §7)."""

Uniqueness = Literal["none", "server", "global"]
"""Within which bounds no two resources share a value (RFC 7643 §7)."""


ModelClass = type[Any]
# `type` alone is a field of the class below.


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of a schema with all its characteristics, defaults filled in (RFC 7643 §2.2).

    Attributes:
        name: the name as the schema spells it; names are compared without case.
        type: the data type.
        multi_valued: whether the value is a list.
        required: whether a resource must have it.
        case_exact: whether text is compared with case; meaningful for string, reference and binary.
        mutability: whether and when a client may set it.
        returned: when an answer holds it.
        uniqueness: within which bounds no two resources share a value.
        canonical_values: suggested values; never enforced.
        reference_types: what a reference may point at: names of resource types, `external`, `uri`.
        description: text for people; filled from documents, empty where only a class is known.
        sub_attributes: the parts of a complex attribute.
        field: the Python name on the model; equals `name` where there is only a document.
        model: the class of the (single) value of a complex attribute, where there is one.
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
        """Return the sub-attribute of this name, in any case, or `None`.

        Args:
            name: a name such as `familyName`, without dots.
        """
        return self._subs.get(fold(name))

    @property
    def is_secret(self) -> bool:
        """Whether the value is never shown: it is never returned, or write-only."""
        return self.returned == "never" or self.mutability == "writeOnly"


@dataclasses.dataclass(frozen=True, slots=True)
class Annotation:
    """Characteristics said beside the annotation of a field; several marks add up, the last one wins.

    Attributes:
        characteristics: names of fields of `Attribute`, and what they are to be.
    """

    characteristics: tuple[tuple[str, Any], ...]

    def __repr__(self) -> str:
        return f"Mark({', '.join(f'{name}={value!r}' for name, value in self.characteristics)})"


def _make_annotation(**characteristics: Any) -> Annotation:
    return Annotation(tuple(characteristics.items()))


REQUIRED = _make_annotation(required=True)
"""A resource must have the attribute."""

CASE_EXACT = _make_annotation(case_exact=True)
"""Text is compared with case."""

READ_ONLY = _make_annotation(mutability="readOnly")
"""The service sets it; what a client sends is ignored or refused."""

IMMUTABLE = _make_annotation(mutability="immutable")
"""It may be set once, at creation or while it has no value."""

WRITE_ONLY = _make_annotation(mutability="writeOnly")
"""A client may set it, nobody reads it."""

ALWAYS_RETURNED = _make_annotation(returned="always")
"""Every answer holds it, whatever is asked."""

NEVER_RETURNED = _make_annotation(returned="never")
"""No answer holds it."""

RETURNED_ON_REQUEST = _make_annotation(returned="request")
"""Answers hold it only where it is asked for by name."""

UNIQUE_ON_SERVER = _make_annotation(uniqueness="server")
"""No two resources of the endpoint or tenant share a value."""

UNIQUE_GLOBALLY = _make_annotation(uniqueness="global")
"""No two resources anywhere share a value."""

BINARY = _make_annotation(type="binary", case_exact=True)
"""Text that is base64 (RFC 7643 §2.3.6)."""


def reference(*types: str) -> Annotation:
    """Return the mark of text that is a URI (RFC 7643 §2.3.7).

    Args:
        types: what it may point at: names of resource types, `external`, `uri`.
    """
    return _make_annotation(type="reference", case_exact=True, reference_types=types)


def canonical(*values: str) -> Annotation:
    """Return the mark that suggests values; others stay allowed (RFC 7643 §7).

    Args:
        values: the suggestions.
    """
    return _make_annotation(canonical_values=values)
