"""Undeclared attributes that a resource has, although no schema declares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from britive_scim.scim.filters.bound import PathStep
from britive_scim.scim.filters.path import Path
from britive_scim.scim.filters.scope import OPEN_SCOPE, BoundPath, Scope
from britive_scim.scim.names import fold
from britive_scim.scim.values.lookup import make_values_getter
from britive_scim.scim.values.node import UNDECLARED, is_mapping

__all__ = ["build_held_path", "find_held_path", "find_names", "has_name"]


def find_held_path(
    holders: Sequence[Any], before: tuple[PathStep, ...], scope: Scope, path: Path
) -> BoundPath | None:
    """Return a path whose last name one of the holders has, or `None`.

    Args:
        holders: resources, or values of an attribute.
        before: steps from a holder to the values of the scope.
        scope: scope of the path.
        path: a path that the scope does not declare.
    """
    steps = _find_steps(scope, path)
    if steps is None:
        return None
    get_owners = make_values_getter((*before, *steps[:-1]))
    name = steps[-1].name
    if any(has_name(owner, name) for holder in holders for owner in get_owners(holder)):
        return BoundPath(steps, OPEN_SCOPE)
    return None


def build_held_path(path: Path) -> BoundPath:
    """Return the path to a top-level undeclared attribute, even if a field of the model has its name."""
    step = PathStep(path.name, UNDECLARED, multi_valued=False)
    inner = () if path.sub is None else (PathStep(path.sub, path.sub, multi_valued=False),)
    return BoundPath((step, *inner), OPEN_SCOPE)


def _find_steps(scope: Scope, path: Path) -> tuple[PathStep, ...] | None:
    """Return the steps of an undeclared path below its declared part."""
    names = [path.name] if path.sub is None else [path.name, path.sub]
    parent = None if path.sub is None else scope.find(replace(path, sub=None))
    if parent is not None:
        names = names[1:]
    elif path.urn is not None:
        head, _, tail = path.urn.rpartition(":")
        parent = scope.find(Path(head, tail))
        if parent is None:
            return None  # an undeclared extension
    before = () if parent is None else parent.steps
    return (*before, *(PathStep(name, name, multi_valued=False) for name in names))


def has_name(owner: Any, name: str) -> bool:
    """Return whether a complex value has an undeclared attribute of this name, in any case."""
    members: Any = owner.__pydantic_extra__ if isinstance(owner, BaseModel) else owner
    if not is_mapping(members):
        return False
    folded = fold(name)
    return any(isinstance(key, str) and fold(key) == folded for key in members)


def find_names(owner: Any, folded_names: frozenset[str]) -> frozenset[str]:
    """Return those of some folded names that undeclared attributes of a complex value have, in any case."""
    members: Any = owner.__pydantic_extra__ if isinstance(owner, BaseModel) else owner
    if not members:
        return frozenset()
    return folded_names.intersection(fold(key) for key in members if isinstance(key, str))
