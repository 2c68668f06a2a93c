"""Measure the mutation score of `britive_scim.scim`: the share of mutants that the tests detect.

    pip install -e '.[dev,mutation]'
    python tools/mutation_score.py                         a random sample of 1,000 mutants
    python tools/mutation_score.py --sample 0              all mutants; takes hours
    python tools/mutation_score.py --seed 2 --survivors survivors.txt

mutmut creates the mutants in a clone of the last commit, and records the tests of each function. This tool
runs them: pytest collects once and forks a process for each mutant. The process runs the tests of the
mutated function, fast ones first, until one fails. Mutants of code that runs at import only survive.
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

# Tests of stack depth or time fail in functions wrapped by mutmut.
EXCLUDED_TESTS: Final = [
    f"{TESTS}/test_filter_cost.py",
    f"{TESTS}/test_filter_tree.py::test_filter_deepest_can_be_walked",
    f"{TESTS}/test_filter_parser.py::test_parse_long_filter_is_accepted",
]
FEWER_EXAMPLES: Final = """
import sys
sys.setrecursionlimit(6000)
settings.register_profile("few", _PATIENT, max_examples=15, derandomize=True, database=None)
settings.load_profile("few")
"""

# ------------------------------------------------------------------------------------ mutants


def create_mutants(clone: Path) -> Path:
    """Clone the last commit, run mutmut on it, and return the folder of the mutants."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    arguments = [
        "-p",
        "no:randomly",
        *(word for test in EXCLUDED_TESTS for word in ("--deselect", test)),
    ]
    with (clone / "pyproject.toml").open("a") as project:
        project.write(
            f"\n[tool.mutmut]\nsource_paths = {json.dumps([SOURCES])}\n"
            f"pytest_add_cli_args = {json.dumps(arguments)}\n"
            f"pytest_add_cli_args_test_selection = {json.dumps([TESTS])}\n"
            'also_copy = ["src", "tests", "docs", "tools", "pyproject.toml", "README.md"]\n'
        )
    with (clone / "tests/conftest.py").open("a") as conftest:
        conftest.write(FEWER_EXAMPLES)
    # Running one module is enough: mutmut creates all mutants and the statistics before that.
    module = f"{SOURCES.removeprefix('src/').replace('/', '.')}.names.*"
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", module]
    subprocess.run(command, cwd=clone, check=False, stdout=subprocess.DEVNULL)
    mutants = clone / "mutants"
    if not (mutants / "mutmut-stats.json").exists():
        raise SystemExit("mutmut failed, as tests fail; run `mutmut run` in a clone for details")
    return mutants


def list_mutants(mutants: Path) -> list[str]:
    """Return the names of all mutants, sorted."""
    names: list[str] = []
    for meta in mutants.rglob("*.meta"):
        names += json.loads(meta.read_text())["exit_code_by_key"]
    return sorted(names)


# ------------------------------------------------------------------------------------ test runs


def run_mutants(mutants: Path, sample: list[str]) -> dict[str, str]:
    """Run the tests for a sample of mutants; return the outcome of each: killed, timeout or survived."""
    (mutants / "sample.json").write_text(json.dumps(sample))
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
    """Replace pytest's loop if this file is loaded as a plugin in the folder of the mutants."""
    from _pytest.main import pytest_runtestloop as run_tests

    stats: dict[str, Any] = json.loads(Path("mutmut-stats.json").read_text())
    seconds: dict[str, float] = stats["duration_by_test"]
    items = {item.nodeid: item for item in session.items}
    gc.collect()
    gc.freeze()  # else collections in the children copy the memory of the parent
    with Path("outcomes.txt").open("w", buffering=1) as outcomes:
        for name in json.loads(Path("sample.json").read_text()):
            function = name.rpartition("__mutmut_")[0]
            tests = [
                test
                for test in stats["tests_by_mangled_function_name"].get(function, ())
                if test in items
            ]
            tests.sort(key=lambda test: seconds.get(test, 0))
            session.items = [items[test] for test in tests]
            cpu_limit = int(8 * sum(seconds.get(test, 0) for test in tests)) + 20
            outcomes.write(f"{_run_mutant(session, run_tests, name, cpu_limit)} {name}\n")
    return True


def _run_mutant(session: Session, run_tests: Any, name: str, cpu_limit: int) -> str:
    """Run the items of a session in a forked process; return the outcome.

    Args:
        session: session with the tests of the mutated function.
        run_tests: pytest's own loop.
        name: mutant.
        cpu_limit: seconds of CPU time.
    """
    child = os.fork()
    if child == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime) + cpu_limit
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
            os.environ["MUTANT_UNDER_TEST"] = name
            session.config.option.maxfail = 1
            run_tests(session)
        except BaseException:  # noqa: BLE001  # pytest raises when maxfail is reached
            os._exit(1)
        os._exit(bool(session.testsfailed))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL} else "killed"
    return "killed" if os.WEXITSTATUS(status) else "survived"


# ------------------------------------------------------------------------------------------- report


def format_mutants(mutants: Path, names: list[str]) -> Iterator[str]:
    """Yield each mutant as a diff against the original function."""
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
        original = functions[path].get(mutant.rpartition("__mutmut_")[0] + "__mutmut_orig", [])
        diff = difflib.unified_diff(original, functions[path].get(mutant, []), n=0, lineterm="")
        yield "\n".join([name, *(line for line in diff if line[:2] not in {"--", "++", "@@"})])


def main() -> None:
    """Measure and print the score."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
        epilog="See the head of this file.",
    )
    parser.add_argument("--sample", type=int, default=1000, help="number of mutants; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample")
    parser.add_argument("--survivors", type=Path, help="file to write the survivors to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mutants = create_mutants(Path(folder) / "clone")
        names = list_mutants(mutants)
        random.Random(options.seed).shuffle(names)
        sample = names[: options.sample or None]
        print(f"{len(names):,} mutants of {SOURCES}, {len(sample):,} in the sample")
        outcomes = run_mutants(mutants, sample)
        survivors = sorted(name for name, outcome in outcomes.items() if outcome == "survived")
        if options.survivors is not None:
            report = "\n".join(format_mutants(mutants, survivors))
            options.survivors.write_text(report + "\n", "utf-8")
    counts = Counter(outcomes.values())
    print(", ".join(f"{number:,} {outcome}" for outcome, number in sorted(counts.items())))
    print(f"score: {1 - counts['survived'] / len(outcomes):.1%}")


if __name__ == "__main__":
    main()
