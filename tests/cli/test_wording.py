"""Messages on the command line name options and keys of `sync.toml`, and no arguments of Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import britive_scim
from britive_scim.cli.wording import translate, translate_problems, translate_values
from britive_scim.provisioning import Problem, Problems
from cli.conftest import Run
from support.each_value import each_value

PACKAGE = Path(britive_scim.__file__).parent
REFUSALS = Path(__file__).parents[1] / "data/refusals.txt"

PYTHON = re.compile(
    r"(?<![-\w])[a-z_]+=(?=[\[{(' ]|\"(?!\w+\")|True|False|None|$)|[A-Za-z_\]][\w.]*\((?!s\))[^)\s]*[)=]"
)
"""An argument or a call of Python; `missing="keep"` is also a line of `sync.toml`."""  # fmt: skip

UNREACHABLE = {
    "wire/protocols.py": "the commands give no transport",
    "wire/proxy.py": "the commands give no proxy",
    "wire/requests/etags.py": "the commands send no if_match",
    "wire/requests/multipart.py": "parts of requests",
    "wire/requests/scim.py": "the commands build the requests",
    "wire/requests/scim_changes.py": "the commands give no patches",
    "wire/settings.py": "the commands give no settings",
    "wire/retry/connection_faults.py": "the commands give no TLS context",
    "wire/paging/item_checks.py": "the commands list without a filter",
    "read other files with Directory.read(path)": "of Directory.load, which the commands do not call",
    "users must be a list of users": "of Directory.of, which the commands do not call",
    "incomplete='mark' compares": "of Directory.compare, which the commands do not call",
    "other must be a Directory": "of Directory.compare, which the commands do not call",
    "provisioning/directory/shown_attributes.py": "the commands select no columns",
    "findings(now=": "the commands read the tenant themselves",
    "now must be a datetime": "the commands give no time",
    "stale_after must be": "the command checks --stale-after",
    "Memory.load(path)": "the commands load the memory",
    "Directory.of(users)": "the commands give directories",
    "read it by": "the commands give objects of the right types",
    "read them by": "the commands give objects of the right types",
    "write ": "the commands give objects of the right types",
    "use datetime.now(UTC)": "the commands give no time",
    "wanted.as_wanted()": "the commands do not swap the sides",
    "read_directory()": "the commands do not swap the sides",
    "Limits(...)": "the configuration makes limits",
    "to_text(max_rows=None)": "the commands show all changes",
    "without read_only=True": "the client of apply is not read-only",
    "without dry_run()": "the commands make no dry runs",
    "connection.client(token=": "setup gives the token to its file",
    "rotate_token=True": "setup does not rotate tokens",
    "apply(plan, allow='x'), or": "with its values below",
    "'x'('x', scim_url=": "the representation of an object",
    '<a href="': "HTML of notebooks",
    "Directory is not iterable": "the commands iterate over the parts",
    "must be converted by its own methods": "the commands convert nothing to pandas",
    "where=": "the commands filter nothing",
}  # fmt: skip
"""Messages that no command shows, by file or by a part of them, with the reason."""


def iter_strings(path: Path) -> Iterator[str]:
    """Yield the strings of a module that may be messages, with a value in place of each replacement field."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    skipped: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))  # documentation
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in ast.walk(node) if part is not node}
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "'x'" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_message_has_arguments_of_python() -> None:
    """A new message with an argument of Python needs a rule, or a reason why no command shows it."""
    found: list[str] = []
    reachable = [
        *(PACKAGE / "provisioning").rglob("*.py"),
        *(PACKAGE / "aio/provisioning").rglob("*.py"),
        *(PACKAGE / "wire").rglob("*.py"),
        PACKAGE / "_private_file.py",
    ]
    used: set[str] = set()
    for path in reachable:
        name = path.relative_to(PACKAGE).as_posix()
        for text in iter_strings(path):
            if " " not in text or not PYTHON.search(text) or not PYTHON.search(translate(text)):
                continue
            reasons = {part for part in UNREACHABLE if part == name or part in text}
            used |= reasons
            if not reasons:
                found.append(f"{name}: {translate(text)}")
    assert found == []
    assert set(UNREACHABLE) - used == set()


def test_refusals_of_paths_and_filters_have_no_arguments_of_python() -> None:
    """Paths and filters of `sync.toml` are refused with the messages of the SCIM language."""
    call = ""
    checked = 0
    for line in REFUSALS.read_text("utf-8").splitlines():
        if not line.startswith(" "):
            call = line
        elif re.match(r"(parse_filter|parse_path|check)\(", call) and line[4:5].strip():
            checked += 1
            message = line.partition(", got")[0]
            assert not PYTHON.search(translate(message)), line
    assert checked > 150


@each_value(
    "text, expected",
    [
        (
            "ignore it with columns={'Shoe size': None}",
            'ignore it with "Shoe size" = false in [columns]',
        ),
        (
            "map it with columns={\"It's\": 'name.givenName'}",
            'map it with "It\'s" = "name.givenName" in [columns]',
        ),
        ("columns={'a header that was cut: None}", '"a header that was cut" = false in [columns]'),
        ("name its path in columns=, or", "name its path in [columns], or"),
        (
            "columns['A'] must be a SCIM path, several, or None to ignore the column, got 1",
            "'A' in [columns] must be a SCIM path, several, or false to ignore the column, got 1",
        ),
        ("such as inactive=['left']", 'such as inactive = ["left"]'),
        ("add it to active= or to inactive=", "add it to active or to inactive in [status]"),
        (
            "member must be a user, got a group; nested='flatten' takes its users",
            "member must be a user, got a group; --nested flatten takes its users",
        ),
        ("such as time_zone='Europe/Berlin'", "such as --time-zone Europe/Berlin"),
        ("time_zone must be a name", "--time-zone must be a name"),
        ("use Policy(users=\"reference\")", 'use users = "reference" in [policy]'),
        ("Policy(swaps=True) allows", "swaps = true in [policy] allows"),
        ("for Policy(grace); pass the same memory=Memory.load(path) to plan and apply", "for grace in [policy]; give the same file to plan and apply, --memory FILE"),
        ("apply(plan, allow={'deactivations': 2}), or --allow deactivations=2", "--allow deactivations=2"),
        ("with apply(plan, allow={'members of A B': 2})", "with --allow 'members of A B=2'"),
        ("with apply(plan, allow={cut})", "with --allow LIMIT=NUMBER"),
        ("britive-scim apply: rate must be 1, or None for no pace", "britive-scim apply: --rate must be 1, or None for no pace"),
        ("make a new plan, or use replan=True", "make a new plan, or use --replan"),
        ("got 2 problems\n  deadline must", "got 2 problems\n  --deadline must"),
        ("SCIM shows none; read the directory by the admin API: britive.read_directory()", "SCIM shows none; add --api admin"),
        ("shows no managers; read the directory by SCIM", "shows no managers; add --api scim"),
        ("required: findings(rules=britive.identity_providers.rules(name))", "required: --rules NAME"),
        ("the rate must be right", "the rate must be right"),
    ],
)  # fmt: skip
def test_arguments_become_options(text: str, expected: str) -> None:
    assert translate(text) == expected


def test_values_and_problems_are_translated() -> None:
    document = {"a": ["use replan=True", 1, None], "b": {"c": ("use replan=True",)}}
    assert translate_values(document) == {
        "a": ["use --replan", 1, None],
        "b": {"c": ["use --replan"]},
    }
    (problem,) = translate_problems(Problems([Problem("empty='clear'", 1, "A", "empty='clear'")]))
    assert (problem.rule, problem.value) == ("--empty clear", "empty='clear'")


def test_messages_of_a_source_name_its_configuration(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A problem of each row is shown once; JSON has all."""
    monkeypatch.setenv("BRITIVE_SCIM_TOKEN", "t")
    rows = "".join(f"p{n}@acme.com,gone,{n}\n" for n in range(1, 41))
    (folder / "people.csv").write_text(f"user_name,active,shoe\n{rows}")
    ended = run("check", "people.csv")
    assert ended.status == 1
    assert ended.out.count("must be a status word") == 1
    assert "2, 3, 4, 5, 6 … and 35 more lines" in ended.out
    assert (
        'got \'gone\'; add it to active or to inactive in [status], such as active = ["gone"] or inactive = ["gone"]'
        in ended.out
    )
    assert '"shoe" = false in [columns]' in ended.out
    problems = run("check", "people.csv", "--json").json["source"]["problems"]
    assert len(problems) == 41
    planned = run("plan", "people.csv", "--url", "https://x.example/scim/v2", "--json")
    assert "got 41 problems" in planned.err
    assert planned.err.count("must be a status word") == 1
    assert len(planned.json["error"]["problems"]) == 41
    for text in (ended.out, planned.err, planned.out):
        assert "columns=" not in text
        assert "active=" not in text
