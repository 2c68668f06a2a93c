"""The dependency rule of the house, read from the imports of every module."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import britive_scim

ROOT = Path(britive_scim.__file__).parent
PACKAGE = "britive_scim"

GROUND = {"_version", "errors", "tables", "suggestions", "steps"}
MAY_IMPORT = {
    "_version": set(),
    "errors": set(),
    "tables": {"errors"},
    "suggestions": set(),
    "steps": {"tables"},
    "scim": GROUND,
    "admin": GROUND,
    "wire": GROUND | {"scim", "admin"},
    "provisioning": GROUND | {"scim", "admin"},
    "aio": GROUND | {"scim", "admin", "wire", "provisioning"},
    "sync": GROUND | {"scim", "admin", "wire", "provisioning"},
    "testing": GROUND | {"scim", "admin"},
}
"""Which rooms a room may look into, besides itself. The faces below may look into all."""

FACES = {"__init__", "__main__", "cli", "pytest_plugin"}

ENGINES = {
    "httpx": {"aio/transport.py", "sync/transport.py", "testing/transport.py", "testing/server.py"},
    "tenacity": {"aio/transport.py", "sync/transport.py"},
    # told of calls where it is installed; what it is told is made by wire/tooling/otel.py, which knows nothing of it
    "opentelemetry": {"aio/tracing.py", "sync/tracing.py"},
    "pandas": set(),
    "polars": set(),
}
"""Third-party packages that only the named files may import."""

DELEGATIONS = {
    ("scim.filters.ast", "scim.filters.evaluate"),  # Filter.check, .matches and .compile
    ("scim.models.base", "scim.patch.read_path"),  # Resource.at
}
"""The one kind of back-reference: a method that delegates imports inside the function."""


@functools.cache
def modules() -> list[tuple[str, Path, ast.Module]]:
    return [
        (
            ".".join(path.relative_to(ROOT).with_suffix("").parts),
            path,
            ast.parse(path.read_text("utf-8")),
        )
        for path in sorted(ROOT.rglob("*.py"))
    ]


def room_of(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree: ast.AST, *, at_top: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield each imported dotted name, and whether it is imported when the module is."""
    for node in ast.iter_child_nodes(tree):
        if is_type_checking(node):
            assert isinstance(node, ast.If)
            for statement in node.orelse:
                yield from imports(statement, at_top=at_top)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, at_top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", at_top
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, at_top=at_top and not inside)


def known_module(dotted: str, names: set[str]) -> str | None:
    """Return the module of ours that `dotted` names, or the one it takes a name from."""
    if not dotted.startswith(PACKAGE):
        return None
    inner = dotted.removeprefix(PACKAGE).lstrip(".")
    for candidate in (inner, inner.rpartition(".")[0]):
        for module in (candidate, f"{candidate}.__init__" if candidate else "__init__"):
            if module in names:
                return module
    return "__init__"


def test_every_room_looks_only_where_it_may() -> None:
    names = {name for name, _, _ in modules()}
    broken = []
    for name, _, tree in modules():
        room = room_of(name)
        if room in FACES:
            continue
        for dotted, _ in imports(tree):
            target = known_module(dotted, names)
            if target is None or room_of(target) == room or target == "__init__":
                continue
            if room_of(target) not in MAY_IMPORT[room]:
                broken.append(f"{name} imports {dotted}")
    assert not broken


def test_engines_are_imported_in_the_named_files_only() -> None:
    broken = []
    for name, path, tree in modules():
        where = path.relative_to(ROOT).as_posix()
        for dotted, _ in imports(tree):
            allowed = ENGINES.get(dotted.split(".")[0])
            if allowed is not None and where not in allowed:
                broken.append(f"{name} imports {dotted}")
    assert not broken


def test_there_are_no_cycles() -> None:
    graph: dict[str, set[str]] = {}
    trees = list(modules())
    names = {name for name, _, _ in trees}
    inner: set[tuple[str, str]] = set()
    for name, _, tree in trees:
        graph[name] = set()
        for dotted, at_top in imports(tree):
            target = known_module(dotted, names)
            if target is None or target == name or room_of(name) in FACES:
                continue
            if at_top:
                graph[name].add(target)
            else:
                inner.add((name, target))

    order: list[str] = []
    state: dict[str, int] = {}

    def visit(module: str, trail: tuple[str, ...]) -> None:
        if state.get(module) == 2:
            return
        assert state.get(module) != 1, f"cycle: {' -> '.join((*trail, module))}"
        state[module] = 1
        for target in sorted(graph.get(module, ())):
            # a package's __init__ re-exports its modules; they may not import it back
            visit(target, (*trail, module))
        state[module] = 2
        order.append(module)

    for module in sorted(graph):
        visit(module, ())

    def reaches(start: str, goal: str, seen: set[str]) -> bool:
        if start == goal:
            return True
        seen.add(start)
        return any(reaches(n, goal, seen) for n in graph.get(start, ()) if n not in seen)

    backwards = {(a, b) for a, b in inner if reaches(b, a, set())}
    assert backwards == DELEGATIONS
