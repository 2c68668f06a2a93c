"""Lazy exports of a package: a name is imported when it is first used (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from britive_scim._hints import build_module_attribute_error

__all__ = ["export_lazily"]


def export_lazily(
    package: str, exports: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package that imports its exports on first use.

    Args:
        package: `__name__` of the package.
        exports: `{module: names that the package exports from it}`. The package itself, as a module, stands for
            the names of its submodules.

    Examples:
        >>> get, _ = export_lazily("britive_scim", {"britive_scim.errors": ["NotFound"]})
        >>> get("NotFound")
        <class 'britive_scim.errors.NotFound'>
    """
    homes = {name: module for module, names in exports.items() for name in names}

    def get_attribute(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise build_module_attribute_error(package, name)
        value: object = (
            import_module(f"{package}.{name}")
            if home == package
            else getattr(import_module(home), name)
        )
        vars(sys.modules[package])[name] = value  # the next look-up does not come here
        return value

    def list_attributes() -> list[str]:
        return sorted(homes)

    return get_attribute, list_attributes
