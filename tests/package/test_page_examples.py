"""The functions that find and run the examples of the documentation fail where they must."""

from pathlib import Path

import pytest

from support.page_examples import (
    CONTINUES,
    SET_UP,
    read_blocks,
    read_units,
    run_blocks,
)
from support.plain_environment import RefusedModules, named_requirements, refused_modules


def write_page(folder: Path, *blocks: str) -> Path:
    page = folder / "page.md"
    page.write_text("\n\n".join(f"```python\n{block}\n```" for block in blocks), "utf-8")
    return page


def test_unit_is_set_up_block_and_continuations(tmp_path: Path) -> None:
    page = write_page(tmp_path, f"{SET_UP}\na = 1", "b = a", f"{CONTINUES}\nc = b", "d = a")
    assert [[block.code.splitlines()[-1] for block in unit] for unit in read_units(page)] == [
        ["a = 1"],
        ["a = 1", "b = a", "c = b"],
        ["a = 1", "d = a"],
    ]


def test_block_without_its_mark_fails_alone(tmp_path: Path) -> None:
    page = write_page(tmp_path, f"{SET_UP}\na = 1", "b = a", "print(b)")
    with pytest.raises(NameError):
        run_blocks(read_units(page)[-1])


def test_continuation_without_block_above_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no block above"):
        read_units(write_page(tmp_path, f"{CONTINUES}\na = 1"))


def test_other_output_than_shown_fails(tmp_path: Path) -> None:
    page = write_page(tmp_path, "print(1)\n#> 2")
    with pytest.raises(AssertionError, match="expected"):
        run_blocks(read_units(page)[0])


def test_times_of_output_may_differ(tmp_path: Path) -> None:
    run_blocks(read_units(write_page(tmp_path, "print('1 in 0.3 s')\n#> 1 in 0.1 s"))[0])


def test_notebook_code_awaits_the_call(tmp_path: Path) -> None:
    page = write_page(tmp_path, "print(len(asyncio.run(main(1))))  # in a notebook: await main(1)")
    (block,) = read_blocks(page)
    assert block.asyncio_calls == ["main(1)"]
    assert block.notebook_code.startswith("print(len(await main(1)))")


def test_plain_environment_has_named_extras_only() -> None:
    plain = refused_modules(named_requirements("pip install britive-scim"))
    with_pandas = refused_modules(named_requirements("pip install 'britive-scim[pandas]' respx"))
    assert {"pandas", "numpy", "respx", "pytest"} <= set(plain)
    assert set(plain) - set(with_pandas) >= {"pandas", "numpy", "respx"}
    assert not {"britive_scim", "httpx", "pydantic"} & set(plain)


def test_refused_module_is_not_found() -> None:
    finder = RefusedModules(["pandas", "opentelemetry.sdk"])
    assert finder.find_spec("opentelemetry", None) is None
    for name in ("pandas", "opentelemetry.sdk"):
        with pytest.raises(ModuleNotFoundError, match=name):
            finder.find_spec(name, None)
