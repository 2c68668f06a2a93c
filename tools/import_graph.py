"""The imports between the files and packages of `britive_scim`, read from their source.

Imports under `TYPE_CHECKING` and inside functions count like all others. The layer test and the drawing
of the layers use the same functions.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = "britive_scim"
ROOT = Path(__file__).resolve().parent.parent / "src" / PACKAGE

Edge = tuple[str, str]
"""An importing file and an imported one, as dotted names below the package."""


def parse_files() -> dict[str, ast.Module]:
    """Return `{dotted name below the package: syntax tree}` of every file."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
    }


def iter_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports, anywhere in it."""
    nodes: list[ast.AST] = [tree]
    for node in nodes:  # statements only, which are a tenth of all nodes
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"relative import in line {node.lineno}; imports are absolute")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            nodes.extend(getattr(node, block, ()))


def find_file(dotted: str, files: Iterable[str]) -> str | None:
    """Return the file that `dotted` names or takes a name from, `None` where it is not of this package."""
    if dotted != PACKAGE and not dotted.startswith(f"{PACKAGE}."):
        return None
    inner = dotted.removeprefix(PACKAGE).lstrip(".")
    for module in (inner, inner.rpartition(".")[0]):
        for name in (module, f"{module}.__init__".lstrip(".")):
            if name in files:
                return name
    return "__init__"


@functools.cache
def list_imports() -> dict[str, list[str]]:
    """Return `{dotted name below the package: dotted names of its imports}` of every file."""
    return {name: list(iter_imports(tree)) for name, tree in parse_files().items()}


@functools.cache
def file_edges() -> frozenset[Edge]:
    """Return every (importing file, imported file) within the package."""
    files = list_imports()
    edges = {
        (name, target)
        for name, imports in files.items()
        for dotted in imports
        if (target := find_file(dotted, files)) is not None
    }
    return frozenset((name, target) for name, target in edges if name != target)


def layer_of(file: str) -> str:
    """Return the package or top-level module that a file belongs to."""
    return file.partition(".")[0]


def layer_edges() -> frozenset[Edge]:
    """Return every (importing layer, imported layer)."""
    edges = {(layer_of(a), layer_of(b)) for a, b in file_edges()}
    return frozenset((a, b) for a, b in edges if a != b)


def find_cycles(edges: Iterable[Edge]) -> list[list[str]]:
    """Return the strongly connected components of more than one file, each sorted (Tarjan)."""
    graph: dict[str, list[str]] = {}
    for a, b in edges:
        graph.setdefault(a, []).append(b)
        graph.setdefault(b, [])
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    cycles: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph[node]:
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            position = stack.index(node)
            component, stack[position:] = stack[position:], []
            if len(component) > 1:
                cycles.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return cycles
