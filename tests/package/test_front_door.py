"""Public names of the package, and the cost of its import."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import britive_scim

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", britive_scim.__all__)
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


PACKAGES = [britive_scim, britive_scim.admin, britive_scim.scim]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_dir_of_package_lists_public_names_only(package: ModuleType) -> None:
    assert dir(package) == sorted(package.__all__)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
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


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_lazy_export_can_be_imported(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is getattr(package, name)
    with pytest.raises(AttributeError, match="no attribute 'Nonexistent'"):
        _ = package.Nonexistent
