"""Hints for arguments that a resource class does not have: the part of the resource where they belong."""

from __future__ import annotations

from pydantic import BaseModel

from britive_scim.scim.definitions.fields import get_model_definition
from britive_scim.scim.names import fold

__all__ = ["suggest_argument"]


def suggest_argument(cls: type[BaseModel], name: str) -> str | None:
    """Return the argument to write instead of one that a class does not have, or `None`.

    Args:
        cls: the resource class.
        name: the argument, a Python name or a wire name.

    Examples:
        >>> from britive_scim.scim.models.user import User
        >>> suggest_argument(User, "department")
        "it belongs to 'enterprise': write enterprise=EnterpriseUser(department=…)"
        >>> suggest_argument(User, "displayName")
        "did you mean 'display_name'?"
    """
    definition = get_model_definition(cls)
    own = _find_field(cls, name)
    if own is not None:
        return f"did you mean {own!r}?"
    for extension in definition.extensions:
        field = _find_field(extension.model, name)
        if field is not None:
            model = extension.model.__name__.partition("[")[0]
            return f"it belongs to {extension.field!r}: write {extension.field}={model}({field}=…)"
    for attribute_field in definition.fields:
        model_class = attribute_field.nested_model
        if model_class is None or attribute_field.attribute.multi_valued:
            continue
        field = _find_field(model_class, name)
        if field is not None and attribute_field.attribute.mutability != "readOnly":
            return (
                f"it belongs to {attribute_field.field!r}: write"
                f" {attribute_field.field}={model_class.__name__}({field}=…)"
            )
    return None


def _find_field(cls: type[BaseModel], name: str) -> str | None:
    """Return the Python name of the attribute with a Python name or wire name, in any case."""
    folded = fold(name)
    fields = get_model_definition(cls).fields
    return next((f.field for f in fields if folded in (fold(f.field), fold(f.name))), None)
