"""Measure how many small faults in the SCIM language the tests notice: its mutation score.

    pip install -e '.[dev,mutation]'
    python tools/mutation_score.py                         a random sample of 1,000 mutants
    python tools/mutation_score.py --sample 0              all of them; that takes hours
    python tools/mutation_score.py --seed 2 --survivors survivors.txt

mutmut makes the mutants, in a clone of the last commit, and finds out which test runs which function.
Here they are tried: pytest collects once, and each mutant gets a process forked from there, in which the
tests of its function run, the quick ones first, until one fails. What runs at import only cannot be
noticed so, and counts as survived.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import gc
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from _pytest.main import Session

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = "src/britive_scim/scim"
TESTS: Final = "tests/scim"

# What measures the stack or the clock cannot pass in functions that go through mutmut's switch.
LEFT_OUT: Final = [
    f"{TESTS}/test_filter_cost.py",
    f"{TESTS}/test_filter.py::test_no_filter_is_so_deep_that_walking_it_fails",
    f"{TESTS}/test_grammar.py::test_long_filters_are_read",
]
FEWER_EXAMPLES: Final = """
import sys
sys.setrecursionlimit(6000)
settings.register_profile("few", _PATIENT, max_examples=15, derandomize=True, database=None)
settings.load_profile("few")
"""

# ------------------------------------------------------------------------------------ making mutants


def make(clone: Path) -> Path:
    """Clone the last commit, let mutmut make the mutants, and return the folder that they are in."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    arguments = ["-p", "no:randomly", *(word for test in LEFT_OUT for word in ("--deselect", test))]
    with (clone / "pyproject.toml").open("a") as project:
        project.write(
            f"\n[tool.mutmut]\nsource_paths = {json.dumps([SOURCES])}\n"
            f"pytest_add_cli_args = {json.dumps(arguments)}\n"
            f"pytest_add_cli_args_test_selection = {json.dumps([TESTS])}\n"
            'also_copy = ["src", "tests", "docs", "tools", "pyproject.toml", "README.md"]\n'
        )
    with (clone / "tests/conftest.py").open("a") as conftest:
        conftest.write(FEWER_EXAMPLES)
    # The mutants of one module are tried, for what goes before: all mutants, and the statistics.
    some = f"{SOURCES.removeprefix('src/').replace('/', '.')}.names.*"
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", some]
    subprocess.run(command, cwd=clone, check=False, stdout=subprocess.DEVNULL)
    mutants = clone / "mutants"
    if not (mutants / "mutmut-stats.json").exists():
        raise SystemExit("mutmut found the tests failing: run `mutmut run` in a clone to see why")
    return mutants


def names_in(mutants: Path) -> list[str]:
    """Return the names of all mutants, sorted."""
    found: list[str] = []
    for meta in mutants.rglob("*.meta"):
        found += json.loads(meta.read_text())["exit_code_by_key"]
    return sorted(found)


# ------------------------------------------------------------------------------------ trying mutants


def tried(mutants: Path, chosen: list[str]) -> dict[str, str]:
    """Return what became of each mutant: killed, timeout or survived."""
    (mutants / "chosen.json").write_text(json.dumps(chosen))
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(mutants / "src"), str(Path(__file__).parent)]),
        "MUTANT_UNDER_TEST": "",
    }
    plugins = ["mutation_score", "no:randomly", "no:cacheprovider", "no:britive_scim"]
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", TESTS]
    for plugin in plugins:
        command += ["-p", plugin]
    subprocess.run(command, cwd=mutants, env=environment, check=False, stdout=subprocess.DEVNULL)
    lines = (mutants / "outcomes.txt").read_text().splitlines()
    return {name: outcome for outcome, name in map(str.split, lines)}


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: Session) -> bool:
    """Take the place of pytest's loop, where this file is loaded as a plugin in the folder of mutants."""
    from _pytest.main import pytest_runtestloop as usual

    stats: dict[str, Any] = json.loads(Path("mutmut-stats.json").read_text())
    seconds: dict[str, float] = stats["duration_by_test"]
    items = {item.nodeid: item for item in session.items}
    gc.collect()
    gc.freeze()  # or each child would copy what the collector looks at
    with Path("outcomes.txt").open("w", buffering=1) as outcomes:
        for name in json.loads(Path("chosen.json").read_text()):
            function = name.rpartition("__mutmut_")[0]
            tests = [
                t for t in stats["tests_by_mangled_function_name"].get(function, ()) if t in items
            ]
            tests.sort(key=lambda test: seconds.get(test, 0))
            session.items = [items[test] for test in tests]
            allowed = int(8 * sum(seconds.get(test, 0) for test in tests)) + 20
            outcomes.write(f"{_outcome(session, usual, name, allowed)} {name}\n")
    return True


def _outcome(session: Session, run: Any, name: str, seconds: int) -> str:
    child = os.fork()
    if child == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime) + seconds
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
            os.environ["MUTANT_UNDER_TEST"] = name
            session.config.option.maxfail = 1
            run(session)
        except BaseException:  # noqa: BLE001  # pytest's own way to say that enough has failed
            os._exit(1)
        os._exit(bool(session.testsfailed))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL} else "killed"
    return "killed" if os.WEXITSTATUS(status) else "survived"


# ------------------------------------------------------------------------------------------- telling


def shown(mutants: Path, names: list[str]) -> Iterator[str]:
    """Return mutants as differences from the code, for people."""
    functions: dict[Path, dict[str, list[str]]] = {}
    for name in names:
        module, _, mutant = name.rpartition(".")
        path = mutants / "src" / (module.replace(".", "/") + ".py")
        if not path.exists():
            path = path.with_suffix("") / "__init__.py"
        if path not in functions:
            text = path.read_text("utf-8")
            lines = text.split("\n")
            functions[path] = {
                node.name: lines[node.lineno : node.end_lineno]
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef)
            }
        first = functions[path].get(mutant.rpartition("__mutmut_")[0] + "__mutmut_orig", [])
        changed = difflib.unified_diff(first, functions[path].get(mutant, []), n=0, lineterm="")
        yield "\n".join([name, *(line for line in changed if line[:2] not in {"--", "++", "@@"})])


def main() -> None:
    """Measure, and print the score."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
        epilog="See the head of this file.",
    )
    parser.add_argument("--sample", type=int, default=1000, help="how many mutants; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--survivors", type=Path, help="a file to write the survivors to")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mutants = make(Path(folder) / "clone")
        names = names_in(mutants)
        random.Random(given.seed).shuffle(names)
        chosen = names[: given.sample or None]
        print(f"{len(names):,} mutants of {SOURCES}, {len(chosen):,} of them tried")
        outcomes = tried(mutants, chosen)
        survivors = sorted(name for name, outcome in outcomes.items() if outcome == "survived")
        if given.survivors is not None:
            given.survivors.write_text("\n".join(shown(mutants, survivors)) + "\n", "utf-8")
    count = Counter(outcomes.values())
    print(", ".join(f"{number:,} {outcome}" for outcome, number in sorted(count.items())))
    print(f"score: {1 - count['survived'] / len(outcomes):.1%}")


if __name__ == "__main__":
    main()
