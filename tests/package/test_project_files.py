"""The files that describe the project agree with each other."""

import ast
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import project_urls
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from support.each_value import each_value

PROJECT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))


def test_oldest_versions_of_the_gate_are_the_lower_bounds() -> None:
    assigned: dict[str, tuple[str, ...]] = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in ast.parse((PROJECT / "noxfile.py").read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("OLDEST")
    }
    extras: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]
    tables = {each for name in ("excel", "notebook", "polars") for each in extras[name]}
    for name, requirements in (
        ("OLDEST", PYPROJECT["project"]["dependencies"]),
        ("OLDEST_TABLE_LIBRARIES", tables - {"tqdm>=4.66"}),  # tqdm shows a bar, and is not read
    ):
        bounds = dict(each.split(">=") for each in requirements if ">=" in each)
        oldest = dict(each.split("==") for each in assigned[name])
        assert oldest.keys() <= bounds.keys()
        assert {key: version.removesuffix(".0") for key, version in oldest.items()} == {
            key: bounds[key].split(",")[0].removesuffix(".0") for key in oldest
        }
        assert name == "OLDEST" or oldest.keys() == bounds.keys()


def test_every_python_of_the_classifiers_is_tried() -> None:
    tried = re.search(
        r"^VERSIONS = \((.*)\)$", (PROJECT / "noxfile.py").read_text("utf-8"), re.MULTILINE
    )
    assert tried
    classifiers = [
        line.rpartition(" ")[2]
        for line in PYPROJECT["project"]["classifiers"]
        if re.search(r":: 3\.\d+$", line)
    ]
    assert re.findall(r'"([\d.]+)"', tried[1]) == classifiers


def test_users_see_no_extras_for_development() -> None:
    assert set(PYPROJECT["project"]["optional-dependencies"]) == {
        "arrow",
        "excel",
        "http2",
        "notebook",
        "otel",
        "pandas",
        "polars",
        "server",
        "socks",
    }


def test_project_urls_follow_from_the_constant() -> None:
    assert project_urls.project_urls("") == {}
    urls = project_urls.project_urls("https://docs.example.com/")
    assert urls["Documentation"] == "https://docs.example.com/"


def build_metadata(folder: Path, docs_url: str) -> ProjectMetadata[Any]:
    """Return the metadata of a distribution that is built with an address of the documentation."""
    for name in ("README.md", "LICENSE", "tools/project_urls.py", "src/britive_scim/_version.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    text = (PROJECT / "pyproject.toml").read_text("utf-8")
    text = text.replace('DOCS_URL = ""', f'DOCS_URL = "{docs_url}"')
    (folder / "pyproject.toml").write_text(text, "utf-8")
    return ProjectMetadata(str(folder), PluginManager())


def test_links_of_the_readme_are_absolute_in_a_distribution(tmp_path: Path) -> None:
    core = build_metadata(tmp_path, "https://docs.example.com/scim").core
    links = project_urls.find_links(core.readme)
    assert len(links) > 15
    assert [link for link in links if not link.startswith("https://")] == []
    assert "https://docs.example.com/scim/tutorial/" in links
    assert "https://docs.example.com/scim/img/data-flow-dark.svg" in links
    assert core.readme_content_type == "text/markdown"
    assert core.urls["Changelog"] == "https://docs.example.com/scim/changelog/"


def test_readme_of_a_distribution_is_that_of_the_repository_without_address(tmp_path: Path) -> None:
    core = build_metadata(tmp_path, "").core
    assert core.readme == (PROJECT / "README.md").read_text("utf-8")
    assert core.urls == {}


@each_value("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_between_files_lead_somewhere(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")
    for target in project_urls.find_links(text):
        if not target.startswith(("https://", "http://", "#")):
            assert (PROJECT / target.partition("#")[0]).exists(), target


def test_files_named_in_contributing_exist() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
    new = {"lockout.py", "lockouts.py", "lockouts.md"}  # the examples
    for path in re.findall(r"`((?:src|tests|tools|docs)/[\w/.-]+)`", text):
        assert Path(path).name in new or (PROJECT / path).exists(), path


def test_files_that_need_a_peer_belong_to_the_proof_tier() -> None:
    """Elsewhere they would be skipped: only the environment of the proofs has these packages."""
    for path in sorted((PROJECT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if "importorskip" not in text:
            continue
        statements = ast.parse(text).body
        lines = [
            ast.unparse(line) for line in statements if isinstance(line, ast.Assign | ast.Expr)
        ]
        if any("pytest.importorskip(" in line for line in lines):
            marks = [line for line in lines if line.startswith("pytestmark = ")]
            assert any("pytest.mark.proof" in mark for mark in marks), path


MAX_LINES = 450


def test_files_have_at_most_450_lines() -> None:
    """A file has one clear purpose; one that grows beyond the limit is split by purpose."""
    source = PROJECT / "src/britive_scim"
    lengths = {
        path.relative_to(source).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in source.rglob("*.py")
    }
    assert len(lengths) > 300
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


SHARED_NAMES = {"Model", "Unread", "User", "UserRecord"}
"""Names of two classes: one for each API, or one for a directory and one for the emulated tenant."""


def test_no_two_classes_share_a_name_but_the_listed_pairs() -> None:
    source = PROJECT / "src/britive_scim"
    names = Counter[str]()
    for path in source.rglob("*.py"):
        if path.relative_to(source).parts[0] != "sync":  # the names of `aio`, without `Async`
            names.update(re.findall(r"^class (\w+)", path.read_text("utf-8"), re.MULTILINE))
    assert len(names) > 300
    assert {name: count for name, count in names.items() if count > 1} == dict.fromkeys(
        SHARED_NAMES, 2
    )


EXCEPTION = re.compile(
    r"# ?(?:noqa|type: ?ignore|pyright: ?ignore)\b(?:: [A-Z0-9, ]*[0-9]|\[[^\]]*\])?"
)
"""Exception to a rule of ruff, mypy or pyright, with the codes of the rules."""


@each_value("folder", ["src", "tests", "tools", "benchmarks"])
def test_every_exception_to_a_check_has_a_reason(folder: str) -> None:
    without = [
        f"{path}:{number}"
        for path in sorted((PROJECT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (exceptions := list(EXCEPTION.finditer(line)))
        and not re.match(r"\s*[#-] \S", line[exceptions[-1].end() :])
    ]
    assert without == []
