"""The dependency rule of the package, read from the imports of every file."""

from import_graph import file_edges, find_cycles, iter_imports, layer_of, parse_files

GROUND = {"_hints", "_lazy", "_version", "errors", "tables", "suggestions", "steps"}

MAY_IMPORT: dict[str, set[str]] = {
    "_hints": set(),
    "_lazy": {"_hints"},
    "_version": set(),
    "errors": set(),
    "suggestions": set(),
    "tables": {"errors"},
    "steps": {"tables"},
    "scim": GROUND,
    "admin": GROUND,
    "wire": GROUND | {"scim", "admin"},
    "provisioning": GROUND | {"scim", "admin"},
    "aio": GROUND | {"scim", "admin", "wire", "provisioning"},
    "sync": GROUND | {"scim", "admin", "wire", "provisioning"},
    "testing": GROUND | {"scim", "admin"},
}
"""The layers that each layer may import besides itself."""

TOP = {"__init__", "__main__", "cli", "pytest_plugin"}
"""The faces of the package; they may import everything."""

UPWARDS = {
    ("testing.tenant", "__init__"),  # Tenant.scim_client() and its sisters return ready clients
}
"""The imports against the rule, all inside functions."""

CIRCULAR = {
    ("scim.filters.ast", "scim.filters.evaluate"),  # Filter.check, .matches and .compile
    ("scim.models.base", "scim.patch.read_path"),  # Resource.at
}
"""The imports that close a circle: methods that delegate, inside functions."""

ENGINES = {
    "httpx": {"aio.transport", "sync.transport", "testing.transport", "testing.server"},
    "tenacity": {"aio.transport", "sync.transport"},
    "opentelemetry": {"aio.tracing", "sync.tracing"},
    "pandas": set[str](),
    "polars": set[str](),
}
"""Third-party packages that only the named files may import."""


def test_layers_import_only_what_lies_below() -> None:
    found = {
        (file, target)
        for file, target in file_edges()
        if layer_of(file) not in TOP
        and layer_of(file) != layer_of(target)
        and layer_of(target) not in MAY_IMPORT[layer_of(file)]
    }
    assert found == UPWARDS


def test_engines_are_imported_in_the_named_files_only() -> None:
    found = {
        (file, dotted)
        for file, tree in parse_files().items()
        for dotted in iter_imports(tree)
        if file not in ENGINES.get(dotted.partition(".")[0], {file})
    }
    assert not found


def test_imports_have_no_circles_but_the_listed() -> None:
    edges = file_edges()
    assert find_cycles(edges - CIRCULAR) == []
    needless = {edge for edge in CIRCULAR if not find_cycles(edges - (CIRCULAR - {edge}))}
    assert needless == set()


def test_circles_are_found() -> None:
    assert find_cycles({("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")}) == [["a", "b", "c"]]
    assert find_cycles({("a", "b"), ("b", "c")}) == []
