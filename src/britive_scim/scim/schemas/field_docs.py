"""Docstrings of model fields, read from the source code on demand.

Python does not keep the docstring of a field. Reading the source takes milliseconds and is only needed
for schema documents.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Mapping

__all__ = ["find_field_docstrings"]


def find_field_docstrings(cls: type) -> Mapping[str, str]:
    """Return the docstrings of the fields of a class and its parents, by Python name.

    Lines are joined by single spaces. Classes without source code, such as those created at run time,
    have none.
    """
    docstrings: dict[str, str] = {}
    for parent in reversed(cls.__mro__):
        docstrings.update(_read_module_docstrings(parent.__module__).get(parent.__qualname__, {}))
    return docstrings


@functools.cache
def _read_module_docstrings(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return the docstrings of the fields of all classes in a module, by qualified class name."""
    module = sys.modules.get(name)
    if module is None or name == "builtins":
        return {}
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):  # without source code, such as a built-in or interactive module
        return {}
    docstrings: dict[str, Mapping[str, str]] = {}
    _collect_docstrings(tree, "", docstrings)
    return docstrings


def _collect_docstrings(
    node: ast.AST, prefix: str, docstrings: dict[str, Mapping[str, str]]
) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            name = f"{prefix}{child.name}"
            docstrings[name] = _read_class_docstrings(child)
            _collect_docstrings(child, f"{name}.", docstrings)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            _collect_docstrings(child, f"{prefix}{child.name}.<locals>.", docstrings)
        else:
            _collect_docstrings(child, prefix, docstrings)


def _read_class_docstrings(node: ast.ClassDef) -> Mapping[str, str]:
    docstrings: dict[str, str] = {}
    for field, following in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        ):
            lines = inspect.cleandoc(following.value.value).splitlines()
            docstrings[field.target.id] = " ".join(line.strip() for line in lines).strip()
    return docstrings
