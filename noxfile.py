"""The checks of the project as nox sessions; `.ci/run` runs all of them.

nox -s lint types tests    what a change needs before a commit
nox -s proof               the slow tier: real peers, kills, fuzz, scale
nox -s docs wheel          the site and the distribution
nox -s lock                renew the pinned versions in .ci/
nox --list                 all sessions
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nox

ROOT = Path(__file__).parent
OLDEST = ("httpx==0.27.0", "pydantic==2.11.0", "python-dateutil==2.8.2", "tenacity==8.2.0")
"""The lower bounds in `pyproject.toml`; a test compares them."""

OLDEST_TABLE_LIBRARIES = (
    "openpyxl==3.1.0",
    "pandas==2.2.2",
    "polars==1.22.0",
    "pyarrow==16.1.0",
    "pygal==3.0.5",
)
"""The lower bounds of the extras for notebooks; the same test compares them."""

PARTS = {
    "3.11": "1/3",
    "3.12": "1/3",
    "3.13": "2/3",
    "3.14": "3/3",
    "oldest": "3/3",
    "newest": "1/6",
}
"""Part of the tests that each other version of Python, and of the dependencies, runs; `sync` is generated from `aio`."""

CONNECTIONS = ("tests/wire", "tests/peers")
"""Tests whose proofs mostly wait for sockets and other processes."""

PRINT_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"

VERSIONS = ("3.11", "3.12", "3.13", "3.14")

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.error_on_missing_interpreters = False


def find_python(version: str) -> str:
    """Return the interpreter of a version: on the path, or among those of pyenv; else its plain name."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [f"python{version}", *map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))]
    for candidate in candidates:
        try:
            found = subprocess.run(
                [candidate, "-c", PRINT_VERSION],
                capture_output=True,
                check=True,
                text=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue  # not there, or a pyenv shim of a version that is not selected
        if found.stdout.strip() == version:
            return candidate
    return f"python{version}"


def install(session: nox.Session, *groups: str, package: str = "-e.") -> None:
    """Install the package and dependency groups, in the versions that are pinned for this Python."""
    version = session.run("python", "-c", PRINT_VERSION, silent=True)
    pins = ROOT / f".ci/constraints-{str(version).strip()}.txt"
    constraints = ["-c", str(pins)] if pins.exists() else []
    session.install("--quiet", "--upgrade", "pip>=25.1")
    arguments = [argument for group in groups for argument in ("--group", group)]
    session.install("--quiet", *constraints, *([package] if package else []), *arguments)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, layout, the word list and the generated clients."""
    install(session, "lint", package="")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", "tools/check_words.py")
    session.run("python", "tools/unasync.py", "--check")
    session.run("python", "tools/draw_layers.py", "--check")
    session.run("python", "tools/draw_data_flow.py", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types with mypy and pyright, both strict."""
    install(session, "types")
    session.run("mypy")
    session.run("pyright")


@nox.session
def generated(session: nox.Session) -> None:
    """Check that the pages and tables that scripts write are current."""
    install(session, "test", "lint")  # ruff wraps the examples of the reference
    for tool in ("endpoints", "errors", "openapi", "public_api", "reference", "retries"):
        session.run("python", f"tools/{tool}.py", "--check")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the default tier of the tests, with three times as many examples as `pytest` alone."""
    install(session, "test")
    session.run("pytest", "--hypothesis-profile=gate", *session.posargs)


@nox.session
@nox.parametrize("part", ["connections", "others"])
def proof(session: nox.Session, part: str) -> None:
    """Run the slow tier of the tests: real peers, kills, fuzz, scale.

    Its two parts take equally long; `.ci/run` runs them side by side.
    """
    install(session, "test", "peers")
    chosen = (
        CONNECTIONS
        if part == "connections"
        else tuple(f"--ignore={folder}" for folder in CONNECTIONS)
    )
    session.run("pytest", "-n0", "-m", "proof", *chosen, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site, search it, and look at it in a browser; a broken link or reference or a stale picture fails."""
    install(session, "docs", "test", "browser")
    site = session.create_tmp()
    session.run(
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        site,
        env={"NO_MKDOCS_2_WARNING": "1"},
    )
    session.run("python", "tools/pictures.py", "--check")
    session.run(
        "pytest",
        "-n0",
        "-m",
        "proof",
        "tests/browser/test_site.py",
        "tests/package/test_built_site.py",
        "tests/package/test_search.py",
        env={"BRITIVE_SCIM_SITE": str(Path(site).resolve())},
    )


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, compare its files with the source, and try it in an environment of its own."""
    install(session, "wheel", package="")
    folder = Path(session.create_tmp())
    for old in folder.glob("britive_scim-*"):
        old.unlink()
    session.run("python", "-m", "build", "--outdir", str(folder), ".", silent=True)
    (built,) = folder.glob("*.whl")
    compare_with_source(session, built)
    install(session, "test", package=str(built))
    session.run("britive-scim", "demo", silent=True)
    # The folder of the tests alone is on the path, so that it is the wheel that is imported.
    session.run(
        "pytest", "-q", "tests/package/test_front_door.py", "tests/scim/test_vectors_patch.py"
    )


def compare_with_source(session: nox.Session, built: Path) -> None:
    """Fail unless the wheel contains exactly the files of `src`, with the same bytes."""
    source = {
        path.relative_to(ROOT / "src").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(built) as archive:
        packed = {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if ".dist-info/" not in name
        }
    if packed != source:
        session.error(
            f"the wheel differs from src in {sorted(set(packed.items()) ^ set(source.items()))}"
        )
    session.log(f"{built.name} contains the {len(packed)} files of src")


@nox.session(python=[find_python(version) for version in VERSIONS])
def versions(session: nox.Session) -> None:
    """Run a part of the tests with each other version of Python; that of nox itself has the whole default tier."""
    version = str(session.run("python", "-c", PRINT_VERSION, silent=True)).strip()
    if version == ".".join(map(str, sys.version_info[:2])):
        session.skip("the default tier runs with this version")
    install(session, "test")
    session.run("pytest", "-q", "--ignore=tests/sync", f"--part={PARTS[version]}")


@nox.session
def oldest(session: nox.Session) -> None:
    """Run a part of the tests against the oldest versions that are allowed."""
    install(session, "test")
    session.install("--quiet", *OLDEST, *OLDEST_TABLE_LIBRARIES)
    session.run("pytest", "-q", "--ignore=tests/sync", f"--part={PARTS['oldest']}")


@nox.session
def newest(session: nox.Session) -> None:
    """Run a part of the tests, and build the docs, with the newest versions, whatever is pinned."""
    session.install("--quiet", "--upgrade", "pip>=25.1")
    session.install("--quiet", "--upgrade", "-e.", "--group", "test", "--group", "docs")
    session.run("pytest", "-q", "--ignore=tests/sync", f"--part={PARTS['newest']}")
    session.run(
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        session.create_tmp(),
        env={"NO_MKDOCS_2_WARNING": "1"},
    )


@nox.session(python=[find_python(version) for version in VERSIONS])
def lock(session: nox.Session) -> None:
    """Write the versions that the gate installs, one file a version of Python."""
    session.install("--quiet", "--upgrade", "pip>=25.1")
    version = str(session.run("python", "-c", PRINT_VERSION, silent=True)).strip()
    groups = ("dev",) if version == VERSIONS[0] else ("test",)
    session.install(
        "--quiet", "-e.", *(argument for group in groups for argument in ("--group", group))
    )
    frozen = session.run("python", "-m", "pip", "freeze", "--exclude-editable", silent=True)
    pins = ROOT / f".ci/constraints-{version}.txt"
    pins.write_text(f"# Written by `nox -s lock` with Python {version}.\n{frozen}", "utf-8")
