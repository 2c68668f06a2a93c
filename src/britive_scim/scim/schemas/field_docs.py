"""What the docstrings below the fields of a class say, read from the source when it is asked for.

Python keeps no docstring of a field. Reading the source takes milliseconds, and only schema documents
need it, so nothing is read before somebody asks for one.
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

    Lines are joined by single blanks. Nothing is returned for classes without source, such as those
    made at run time.
    """
    found: dict[str, str] = {}
    for parent in reversed(cls.__mro__):
        found.update(_read_module_docstrings(parent.__module__).get(parent.__qualname__, {}))
    return found


@functools.cache
def _read_module_docstrings(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return the docstrings of fields in all classes of a module, by qualified name of the class."""
    module = sys.modules.get(name)
    if module is None or name == "builtins":
        return {}
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):  # no source: built in, typed in, or packed without it
        return {}
    found: dict[str, Mapping[str, str]] = {}
    _collect_docstrings(tree, "", found)
    return found


def _collect_docstrings(node: ast.AST, prefix: str, found: dict[str, Mapping[str, str]]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            name = f"{prefix}{child.name}"
            found[name] = _read_class_docstrings(child)
            _collect_docstrings(child, f"{name}.", found)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            _collect_docstrings(child, f"{prefix}{child.name}.<locals>.", found)
        else:
            _collect_docstrings(child, prefix, found)


def _read_class_docstrings(node: ast.ClassDef) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for field, text in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            lines = inspect.cleandoc(text.value.value).splitlines()
            found[field.target.id] = " ".join(line.strip() for line in lines).strip()
    return found
