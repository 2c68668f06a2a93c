"""Progress of `apply`: silent, a function, a bar of tqdm, a line on standard error."""

import sys
import types
from typing import Any

import pytest

from britive_scim import errors
from britive_scim.progress import make_progress


@pytest.mark.parametrize("option", [None, False])
def test_progress_is_silent_by_default(option: Any, capsys: pytest.CaptureFixture[str]) -> None:
    progress = make_progress(option, 2)
    progress.advance("create User a")
    progress.show_pause(3)
    progress.close()
    assert capsys.readouterr() == ("", "")


def test_progress_calls_a_function() -> None:
    shown: list[tuple[int, int, str]] = []
    progress = make_progress(lambda *values: shown.append(values), 2)
    progress.advance("a")
    progress.show_pause(1.25)
    progress.advance("b")
    progress.close()
    assert shown == [(1, 2, "a"), (1, 2, "waiting 1.2 s, as the server requested"), (2, 2, "b")]


def test_progress_writes_few_lines_to_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    progress = make_progress(True, 1000)
    for n in range(1000):
        progress.advance(f"change {n}")
    progress.show_pause(30)
    progress.close()
    lines = capsys.readouterr().err.splitlines()
    assert 20 <= len(lines) <= 23
    assert lines[-2:] == [
        "1000/1000 change 999",
        "1000/1000 waiting 30.0 s, as the server requested",
    ]


def test_progress_rewrites_a_line_of_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = make_progress(True, 2)
    progress.advance("a")
    progress.advance("b")
    progress.close()
    text = capsys.readouterr().err
    assert text.count("\r") == 2
    assert text.endswith("\n")
    make_progress(True, 2).close()
    assert capsys.readouterr().err == ""


def test_progress_uses_tqdm_if_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    class Bar:
        def __init__(self, **options: Any) -> None:
            self.n = 0
            calls.append(options["total"])

        def set_postfix_str(self, text: str, *, refresh: bool) -> None:
            calls.append((text, refresh))

        def update(self, number: int) -> None:
            self.n += number

        def refresh(self) -> None:
            calls.append(self.n)

        def close(self) -> None:
            calls.append("closed")

    module: Any = types.ModuleType("tqdm")
    module.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm", module)
    progress = make_progress(True, 2)
    progress.advance("a")
    progress.show_pause(1)
    progress.close()
    assert calls == [
        2,
        ("a", False),
        1,
        ("waiting 1.0 s, as the server requested", False),
        1,
        "closed",
    ]


def test_other_progress_is_refused() -> None:
    option: Any = "bar"
    with pytest.raises(errors.ConfigurationError, match="progress must be a function"):
        make_progress(option, 1)


@pytest.mark.parametrize(("total", "is_shown"), [(10, False), (11, True), (0, True)])
def test_progress_is_shown_by_default_where_somebody_watches(
    total: int,
    is_shown: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = make_progress(None, total)
    progress.advance("read", 5)
    progress.close()
    text = capsys.readouterr().err
    assert text.startswith("\r5/11 read" if total else "\r5 read") is is_shown
    quiet = make_progress(False, total)
    quiet.advance("read")
    assert capsys.readouterr().err == ""


def test_progress_of_an_unknown_total_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    progress = make_progress(True, 0)
    progress.advance("read", 100)
    progress.close()
    assert capsys.readouterr().err == "100 read\n"
