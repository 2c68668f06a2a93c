"""Public names of the package, and the cost of its import."""

import ast
import inspect
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest

import britive_scim
from support.each_value import each_value

PROJECT = Path(__file__).parents[2]

CLIENTS = [
    britive_scim.AdminClient,
    britive_scim.AsyncAdminClient,
    britive_scim.AsyncScimClient,
    britive_scim.ScimClient,
]


@each_value("name", britive_scim.__all__)
def test_public_name_can_be_imported(name: str) -> None:
    value = getattr(britive_scim, name)
    assert value is getattr(britive_scim, name)
    assert getattr(value, "__name__", "").split(".")[-1] == name
    assert name in dir(britive_scim)


def test_unknown_name_raises_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'User'"):
        _ = britive_scim.User  # only `scim.User` and `admin.User` exist


def test_package_import_loads_no_heavy_library() -> None:
    code = (
        "import sys, britive_scim; "
        "print([m for m in ('pydantic', 'httpx', 'tenacity', 'dateutil') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_scim_import_loads_no_network_library() -> None:
    code = (
        "import sys, britive_scim.scim, britive_scim.admin, britive_scim.provisioning; "
        "print([m for m in ('httpx', 'httpcore', 'ssl', 'asyncio', 'tenacity') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_package_has_py_typed() -> None:
    assert (Path(britive_scim.__file__).parent / "py.typed").exists()


def test_runtime_dependencies_are_exactly_five() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {d.split(">")[0] for d in project["dependencies"]}
    assert names == {"httpx", "pydantic", "python-dateutil", "tenacity", "typing_extensions"}


def list_loaded(code: str, names: tuple[str, ...]) -> list[str]:
    """Return the modules of `names` that a new process has loaded after `code`."""
    code += f"; import sys; print(*(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


CONSTRUCTION = (
    "from britive_scim import AdminClient, ScimClient; "
    "ScimClient('https://acme.britive-app.com/api/scim/v2', 'token' * 8); AdminClient('acme', 'token' * 5)"
)


def test_constructing_clients_loads_no_model() -> None:
    names = (
        "pydantic.main",
        "tenacity",
        "britive_scim.admin.base",
        "britive_scim.provisioning.wanted",
        "britive_scim.scim.models.base",
        "britive_scim.sync.admin.users",
        "britive_scim.sync.scim.resources",
        "britive_scim.wire.recording.recorder",
        "britive_scim.wire.tooling.operation_index",
    )
    assert list_loaded(CONSTRUCTION, names) == []


def test_reading_a_user_loads_no_rare_module() -> None:
    code = (
        "import httpx; from britive_scim import ScimClient; "
        "respond = lambda request: httpx.Response(200, json={'id': '1', 'userName': 'ana'}); "
        "transport = httpx.MockTransport(respond); "
        "ScimClient('https://acme.britive-app.com/api/scim/v2', 'token', transport=transport).users.get('1')"
    )
    names = (
        "difflib",
        "tenacity",
        "britive_scim.admin.base",
        "britive_scim.scim.diffs.diff",
        "britive_scim.scim.filters.parser",
        "britive_scim.scim.models.discovery",
        "britive_scim.scim.models.messages",
        "britive_scim.scim.patch.request",
        "britive_scim.wire.requests.bulk",
    )
    assert list_loaded(code, names) == []


@each_value("client", CLIENTS)
def test_annotations_of_client_methods_resolve(client: type[Any]) -> None:
    """The modules of annotations are imported lazily; tools read them all the same."""
    api_resources = [
        value for name in dir(client) if hasattr(value := getattr(client, name), "_send")
    ]
    assert len(api_resources) >= 3
    for owner in (client, *api_resources):
        for name, method in inspect.getmembers(owner, inspect.isfunction):
            if not name.startswith("_"):
                get_type_hints(method)


PACKAGES = [
    britive_scim,
    britive_scim.admin,
    britive_scim.provisioning,
    britive_scim.scim,
    *map(
        import_module,
        (
            "britive_scim.aio.admin",
            "britive_scim.aio.provisioning",
            "britive_scim.aio.scim",
            "britive_scim.sync.admin",
            "britive_scim.sync.provisioning",
            "britive_scim.sync.scim",
            "britive_scim.wire.recording",
            "britive_scim.wire.tooling",
        ),
    ),
]
"""The packages that import their exports on first use."""


@each_value("package", PACKAGES, label=lambda package: package.__name__)
def test_dir_of_package_lists_public_names_only(package: ModuleType) -> None:
    assert dir(package) == sorted(package.__all__)


@each_value("package", PACKAGES, label=lambda package: package.__name__)
def test_lazy_exports_match_type_checker_imports(package: ModuleType) -> None:
    (block,) = (
        node
        for node in ast.parse(Path(str(package.__file__)).read_text("utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    imported = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    exports = {name: module for module, names in package._EXPORTS.items() for name in names}
    assert exports == imported
    assert set(exports) == set(package.__all__)


@each_value("package", PACKAGES, label=lambda package: package.__name__)
def test_lazy_export_can_be_imported(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is getattr(package, name)
    with pytest.raises(AttributeError, match="no attribute 'Nonexistent'"):
        _ = package.Nonexistent
