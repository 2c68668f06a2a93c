"""Write the names and signatures of the public API to `tests/data/public_api.txt`.

python tools/public_api.py            write the file
python tools/public_api.py --check    write nothing; exit 1 if it is stale

A test compares the file, so that no public name, parameter or default changes unnoticed.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

PROJECT = Path(__file__).resolve().parent.parent
SNAPSHOT = PROJECT / "tests/data/public_api.txt"

MODULES = (
    "britive_scim",
    "britive_scim.admin",
    "britive_scim.errors",
    "britive_scim.provisioning",
    "britive_scim.scim",
    "britive_scim.tables",
    "britive_scim.testing",
)
"""The modules whose `__all__` is public."""

RESOURCES = (
    "britive_scim.sync.scim",
    "britive_scim.sync.admin",
    "britive_scim.aio.scim",
    "britive_scim.aio.admin",
)
"""The packages of the API resources that are reached through a client."""


def describe() -> str:
    """Return the snapshot: one line a name, members indented below their class."""
    lines: list[str] = []
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        lines += [f"# {module_name}", ""]
        for name in sorted(module.__all__):
            lines += describe_value(name, getattr(module, name))
        lines.append("")
    for package in RESOURCES:
        lines += [f"# {package}: resources of the client", ""]
        for cls in find_resources(package):
            lines += describe_class(cls.__name__, cls)
        lines.append("")
    return "\n".join(lines)


def find_resources(package: str) -> list[type]:
    """Return the API resources defined in the modules of a package, sorted by name."""
    folder = Path(str(importlib.import_module(package).__file__)).parent
    base = importlib.import_module(package.rpartition(".")[0] + ".api_resource")
    (root,) = (getattr(base, name) for name in base.__all__ if name.endswith("APIResource"))
    found = {
        cls
        for path in folder.glob("*.py")
        for cls in vars(importlib.import_module(f"{package}.{path.stem}")).values()
        if isinstance(cls, type) and issubclass(cls, root) and cls.__module__.startswith(package)
    }
    return sorted(found, key=lambda cls: cls.__name__)


def describe_value(name: str, value: Any) -> list[str]:
    """Return the lines of one exported name."""
    if inspect.ismodule(value):
        return [f"module {name}"]
    if isinstance(value, type):
        return describe_class(name, value)
    if callable(value) and not hasattr(value, "__origin__"):
        return [f"{name}{describe_signature(value)}"]
    return [f"{name}: {type(value).__name__}"]


def describe_class(name: str, cls: type) -> list[str]:
    """Return the lines of a class: its bases, its constructor, and its public members."""
    bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
    lines = [f"class {name}({bases})" if bases else f"class {name}"]
    if issubclass(cls, BaseModel):
        lines += [
            f"    {field}" for field in sorted(cls.__annotations__) if not field.startswith("_")
        ]
    elif not issubclass(cls, BaseException):
        lines.append(f"    __init__{describe_signature(cls.__init__)}")
    lines += [f"    {line}" for line in iter_members(cls)]
    return lines


def iter_members(cls: type) -> Iterator[str]:
    """Yield a line a public member that the class itself defines; of a client also those of the bases, which are not public."""
    bases = [base for base in reversed(cls.__mro__[1:]) if base.__name__.endswith("Client")]
    members = {name: member for base in (*bases, cls) for name, member in vars(base).items()}
    for name, member in sorted(members.items()):
        if name.startswith(("_", "model_")):
            continue
        function = getattr(member, "__func__", member)
        if isinstance(member, property):
            yield f"{name}: property"
        elif inspect.isfunction(function):
            yield f"{'async ' if inspect.iscoroutinefunction(function) else ''}{name}{describe_signature(function)}"


def describe_signature(function: Any) -> str:
    """Return the signature with its annotations as they are written."""
    try:
        return str(inspect.signature(function)).replace("'", "")
    except (TypeError, ValueError):
        return "(...)"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if it is stale")
    check = parser.parse_args(arguments).check
    text = describe()
    is_stale = not SNAPSHOT.exists() or SNAPSHOT.read_text("utf-8") != text
    if is_stale:
        print(("stale: " if check else "wrote: ") + SNAPSHOT.relative_to(PROJECT).as_posix())
    if is_stale and not check:
        SNAPSHOT.write_text(text, "utf-8")
    return int(is_stale and check)


if __name__ == "__main__":
    sys.exit(main())
