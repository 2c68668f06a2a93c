"""What `import britive_scim` gives, and what it costs."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import britive_scim

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", britive_scim.__all__)
def test_every_public_name_is_there(name: str) -> None:
    value = getattr(britive_scim, name)
    assert value is getattr(britive_scim, name)
    assert getattr(value, "__name__", "").split(".")[-1] == name
    assert name in dir(britive_scim)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'User'"):
        _ = britive_scim.User  # there is `scim.User` and `admin.User`, and no bare one


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, britive_scim; "
        "print([m for m in ('pydantic', 'httpx', 'tenacity', 'dateutil') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_scim_language_loads_no_network_library() -> None:
    code = (
        "import sys, britive_scim.scim, britive_scim.admin, britive_scim.provisioning; "
        "print([m for m in ('httpx', 'httpcore', 'ssl', 'asyncio', 'tenacity') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_is_marked_as_typed() -> None:
    assert (Path(britive_scim.__file__).parent / "py.typed").exists()


def test_runtime_dependencies_are_the_five() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {d.split(">")[0] for d in project["dependencies"]}
    assert names == {"httpx", "pydantic", "python-dateutil", "tenacity", "typing_extensions"}


def test_completion_shows_what_is_public_and_nothing_else() -> None:
    assert dir(britive_scim) == sorted([*britive_scim.__all__, "__version__"])
    assert dir(britive_scim.scim) == sorted(britive_scim.scim.__all__)
