"""Generator of `sync/`: conversion rules, and a check that the committed files are current."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from support.each_value import each_value

PROJECT = Path(__file__).parents[2]
TOOL = PROJECT / "tools" / "unasync.py"

spec = importlib.util.spec_from_file_location("unasync", TOOL)
assert spec is not None
assert spec.loader is not None
unasync = importlib.util.module_from_spec(spec)
spec.loader.exec_module(unasync)

HEADER = "# Generated from x.py by tools/unasync.py; edit that file instead.\n"


def convert(source: str) -> str:
    text = unasync.Converter().convert(source, "x.py")
    assert text.startswith(HEADER)
    return text.removeprefix(HEADER)


@each_value(
    "source, expected",
    [
        ("async def f():\n    return await g()\n", "def f():\n    return g()\n"),
        ("async with a as b, c:\n    pass\n", "with a as b, c:\n    pass\n"),
        ("x = [i async for i in y]\n", "x = [i for i in y]\n"),
        ("x = (await f()).g\n", "x = (f()).g\n"),
        ("class AsyncPager(AsyncNoun): ...\n", "class Pager(Noun): ...\n"),
        ("class _AsyncThing: ...\n", "class _Thing: ...\n"),
        ("from britive_scim.aio.pager import AsyncPager\n", "from britive_scim.sync.pager import Pager\n"),
        ("async def __aenter__(self): ...\n", "def __enter__(self): ...\n"),
        ("async with aclosing(a) as b: ...\n", "with closing(a) as b: ...\n"),
        ('"""Use `await client.get()` of AsyncClient."""\n', '"""Use `client.get()` of Client."""\n'),
        ("x = 1  # await nothing\n", "x = 1  # nothing\n"),
        ("if a:\n\n    # kept\n    b = '''two\nlines'''\n", "if a:\n\n    # kept\n    b = '''two\nlines'''\n"),
        ("asynchronous = awaited = 1\n", "asynchronous = awaited = 1\n"),
    ],
)  # fmt: skip
def test_convert_returns_sync_source(source: str, expected: str) -> None:
    assert convert(source) == expected


def test_committed_files_are_current() -> None:
    done = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_unused_rule_is_reported(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setitem(unasync.NAMES, "never_written_anywhere", "nothing")
    assert unasync.main(["--check"]) == 1
    assert "no match for the rule 'never_written_anywhere'" in capsys.readouterr().out


@pytest.fixture
def trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the root of a small tree: a source, a hand-written pair, and a sync file without a source."""
    for name, text in {
        "aio/a.py": "async def f(): ...\n",
        "aio/concurrency.py": "async def sleep(): ...\n",
        "sync/concurrency.py": "def sleep(): ...\n",
        "sync/gone.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(unasync, "ROOT", tmp_path)
    monkeypatch.setattr(unasync, "TREES", {tmp_path / "aio": tmp_path / "sync"})
    monkeypatch.setattr(unasync, "NAMES", {})
    monkeypatch.setattr(unasync, "PROSE", {})
    return tmp_path


def test_stale_and_orphaned_files_are_repaired(trees: Path, capsys) -> None:
    assert unasync.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == ["stale: sync/a.py", "stale: sync/gone.py"]
    assert (trees / "sync/gone.py").exists()

    assert unasync.main([]) == 0
    assert (trees / "sync/a.py").read_text().endswith("\ndef f(): ...\n")
    assert (trees / "sync/concurrency.py").read_text() == "def sleep(): ...\n"
    assert not (trees / "sync/gone.py").exists()
    assert unasync.main(["--check"]) == 0


def test_check_reports_edited_generated_file(trees: Path) -> None:
    unasync.main([])
    (trees / "sync/a.py").write_text("def f(): return 1\n")
    assert unasync.main(["--check"]) == 1
