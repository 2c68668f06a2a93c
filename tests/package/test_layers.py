"""Dependency rule of the package, checked by the imports of every file."""

from import_graph import file_edges, find_cycles, layer_of, list_imports

GROUND = {
    "_hints",
    "_lazy",
    "_private_file",
    "_version",
    "errors",
    "progress",
    "notebook_text",
    "tables",
    "suggestions",
    "steps",
}

MAY_IMPORT: dict[str, set[str]] = {
    "_hints": set(),
    "_lazy": {"_hints"},
    "_private_file": {"errors"},
    "_version": set(),
    "errors": set(),
    "progress": {"errors"},
    "notebook_text": set(),
    "suggestions": set(),
    "tables": {"errors", "suggestions", "_private_file"},
    "steps": {"tables"},
    "scim": GROUND,
    "admin": GROUND,
    "wire": GROUND | {"scim", "admin"},
    "provisioning": GROUND | {"scim", "admin"},
    "charts": GROUND | {"admin", "provisioning"},
    "aio": GROUND | {"scim", "admin", "wire", "provisioning"},
    "sync": GROUND | {"scim", "admin", "wire", "provisioning"},
    "testing": GROUND | {"scim", "admin"},
}
"""Layer -> other layers that it may import."""

TOP = {"__init__", "__main__", "cli", "pytest_plugin"}
"""Public modules, which may import every layer."""

UPWARDS = {
    ("testing.tenant", "__init__"),  # Tenant.scim_client() and similar methods return clients
}
"""Exceptions to the rule, all inside functions."""

CIRCULAR = {
    ("scim.filters.ast", "scim.filters.evaluate"),  # Filter.check, .matches and .compile
    ("scim.models.base", "scim.patch.read_path"),  # Resource.at
}
"""Imports that close a cycle: methods that delegate, inside functions."""

ENGINES = {
    "httpx": {"aio.transport", "sync.transport", "testing.transport", "testing.server"},
    "httpcore": {"aio.transport", "sync.transport"},
    "tenacity": {"aio.transport", "sync.transport"},
    "pygal": {"charts.svg"},
    "opentelemetry": {"aio.tracing", "sync.tracing"},
    "pandas": set[str](),  # these by name alone, in tables.frames
    "polars": set[str](),
    "pyarrow": set[str](),
    "openpyxl": set[str](),
}
"""Third-party packages that only the named files may import."""


def test_layers_import_only_allowed_layers() -> None:
    result = {
        (file, target)
        for file, target in file_edges()
        if layer_of(file) not in TOP
        and layer_of(file) != layer_of(target)
        and layer_of(target) not in MAY_IMPORT[layer_of(file)]
    }
    assert result == UPWARDS


def test_third_party_packages_are_imported_by_listed_files() -> None:
    result = {
        (file, dotted)
        for file, imports in list_imports().items()
        for dotted in imports
        if file not in ENGINES.get(dotted.partition(".")[0], {file})
    }
    assert not result


def test_imports_have_only_listed_cycles() -> None:
    edges = file_edges()
    assert find_cycles(edges - CIRCULAR) == []
    needless = {edge for edge in CIRCULAR if not find_cycles(edges - (CIRCULAR - {edge}))}
    assert needless == set()


def test_find_cycles_returns_cycles() -> None:
    assert find_cycles({("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")}) == [["a", "b", "c"]]
    assert find_cycles({("a", "b"), ("b", "c")}) == []
