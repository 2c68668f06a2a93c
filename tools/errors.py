"""Write `docs/errors.md`: one section a class, from the docstrings of the exceptions and warnings.

    python tools/errors.py            write the page
    python tools/errors.py --check    exit 1 if the page is stale

A docstring has the parts `Raised:`, `Cause:`, `Remedy:` and `Examples:`, and `Attributes:` if the class has any. The
anchor of a section is the name of its class in lower case, as in `help_url`.
"""

from __future__ import annotations

import argparse
import doctest
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/errors.md"
sys.path.insert(0, str(ROOT / "src"))

from britive_scim import errors  # noqa: E402  # found by the path set above
from britive_scim.wire.decoding.error_codes import MEANINGS  # noqa: E402  # found by the path set above

MODULES = (
    "britive_scim",
    "britive_scim.admin",
    "britive_scim.provisioning",
    "britive_scim.scim",
    "britive_scim.tables",
    "britive_scim.testing",
)
"""The modules whose `__all__` may have further exceptions and warnings."""

PARTS = ("Raised", "Cause", "Remedy")
"""Parts of a docstring that every class has."""

HEAD = """\
---
title: Errors
description: Every exception of britive-scim, with its cause and remedy, and the error codes of Britive.
tags: [exception, error code, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503, traceback]
---

# Errors

All errors of the package are subclasses of [`BritiveScimError`](#britivescimerror), in three groups:

- [`InputError`](#inputerror): nothing was sent. Correct the arguments.
- [`TransportError`](#transporterror): there was no response.
- [`ApiError`](#apierror): there was a response, and it is not a success.

```python
from britive_scim import errors, scim
from britive_scim.testing import Tenant

okta = Tenant("acme").scim_client("Okta")
ana = scim.User.of(
    email="ana@acme.com", given_name="Ana", family_name="Diaz"
)
okta.users.create(ana)
try:
    okta.users.create(ana)
except errors.Conflict as error:
    print(error.status, error.detail)
    #> 409 userName 'ana@acme.com' is taken by another resource
```

Each error has `help_url`, the address of its section on this page. Notebooks show it below the message, and the command
line prints it. Errors can be pickled and copied. `to_dict()` returns an error as JSON data. No message
contains a token.

Before you repeat a call, look at `may_have_happened`. If it is true, the server may have made the change.
[Handle errors and retries](how-to/handle-errors.md) shows how to react, and [Retries](reference/retries.md) lists the
failures that the client retries by itself.

## All classes

"""

GROUPS = (
    ("Before sending", errors.InputError),
    ("Without a response", errors.TransportError),
    ("Error responses", errors.ApiError),
)
"""Titles of the sections, and the root of the classes in each."""

SEE = {
    "Ambiguous": "how-to/push-users-and-groups.md",
    "ApplyInterrupted": "explanation/plans-and-safety.md",
    "ConfigurationError": "how-to/environment.md",
    "Conflict": "how-to/push-users-and-groups.md",
    "ConnectionCut": "how-to/test-without-an-account.md",
    "ConnectionFailed": "how-to/environment.md",
    "DirectoryError": "how-to/sync-a-directory.md",
    "ExternallyManaged": "troubleshooting.md",
    "Forbidden": "troubleshooting.md",
    "IncompleteTableWarning": "how-to/make-tables.md",
    "InvalidFilter": "how-to/filter-read-and-patch.md",
    "InvalidPath": "how-to/filter-read-and-patch.md",
    "InvalidResource": "reference/leniency.md",
    "Maintenance": "reference/retries.md",
    "NotRecorded": "how-to/handle-errors.md",
    "PatchError": "how-to/filter-read-and-patch.md",
    "PlanRefused": "explanation/plans-and-safety.md",
    "RateLimited": "reference/retries.md",
    "ServerError": "reference/retries.md",
    "TimedOut": "reference/retries.md",
    "TokenNotDelivered": "how-to/look-after-a-tenant.md",
    "TransportError": "how-to/handle-errors.md",
    "Unauthorized": "how-to/look-after-a-tenant.md",
    "UnexpectedResponse": "how-to/handle-errors.md",
}
"""Page to read next, by name of the class."""

TITLES = {
    "explanation/plans-and-safety.md": "Plans and safety",
    "how-to/environment.md": "Environment variables, proxies, TLS",
    "how-to/filter-read-and-patch.md": "Parse and evaluate SCIM filters in Python",
    "how-to/handle-errors.md": "Handle errors and retries",
    "how-to/look-after-a-tenant.md": "Token rotation, drift and audit logs",
    "how-to/make-tables.md": "Export users to pandas, Polars, CSV and Excel",
    "how-to/push-users-and-groups.md": "Create, update and deactivate users and groups",
    "how-to/sync-a-directory.md": "Synchronize a directory",
    "how-to/test-without-an-account.md": "Mock Britive in tests",
    "reference/leniency.md": "Lenient reading",
    "reference/retries.md": "Retries",
    "troubleshooting.md": "Troubleshooting",
}
"""Titles of these pages."""

OTHER_HEAD = """
## Other exceptions and warnings

Wrong calls raise Python's own exceptions, as in any library: `TypeError` for an unknown keyword, with a suggestion, and
`AttributeError` for an unknown name. Models that are constructed in Python, such as `scim.User(...)`, raise pydantic's
`ValidationError` for values of a wrong type.
"""

CODES_HEAD = """
## Error codes of Britive

Britive's error responses may have a code. It is `error_code` of the error, and the message contains its meaning.

| code | meaning |
|---|---|
"""


def list_children(cls: type) -> list[type]:
    """Return the public subclasses of an error class, in the order of their definition; private ones are skipped."""
    children: list[type] = []
    subclasses: list[type] = cls.__subclasses__()
    for child in subclasses:
        if child.__name__ in errors.__all__:
            children.append(child)
        elif child.__module__.startswith("britive_scim."):
            children += list_children(child)
    roots = [root for _, root in GROUPS]
    return sorted(children, key=lambda c: roots.index(c) if c in roots else len(roots))


def list_others() -> list[type[BaseException]]:
    """Return the public exceptions and warnings outside of the tree of errors."""
    exported = (
        getattr(module, name)
        for module in map(importlib.import_module, MODULES)
        for name in module.__all__
    )
    found = {
        value
        for value in exported
        if isinstance(value, type)
        and issubclass(value, BaseException)
        and not issubclass(value, errors.BritiveScimError)
    }
    return sorted(found, key=lambda cls: cls.__name__)


def split_docstring(cls: type) -> dict[str, str]:
    """Return the parts of a docstring by title; the part before the first title is called "Summary"."""
    titles = "|".join((*PARTS, "Attributes", "Examples"))
    text = inspect.cleandoc(vars(cls).get("__doc__") or "")
    first, *rest = re.split(rf"^({titles}):\n", text, flags=re.MULTILINE)
    parts = {"Summary": first.strip()}
    for title, part in zip(rest[::2], rest[1::2], strict=True):
        parts[title] = inspect.cleandoc("\n" + part).strip()
    return parts


def find_base(cls: type) -> type | None:
    """Return the nearest public base of an error."""
    return next((base for base in cls.__mro__[1:] if base.__name__ in errors.__all__), None)


def link_rfcs(text: str) -> str:
    """Return Markdown whose sections of RFCs are links."""
    return re.sub(
        r"RFC (\d+) §([\d.]*\d)",
        r"[RFC \1 §\2](https://www.rfc-editor.org/rfc/rfc\1#section-\2)",
        text,
    )


def format_bases(cls: type) -> str:
    """Return the sentence that names the bases of a class."""
    base = find_base(cls)
    names = [f"[`{base.__name__}`](#{base.__name__.lower()})"] if base else []
    names += [
        f"Python's `{other.__name__}`"
        for other in cls.__bases__
        if other.__module__ == "builtins" and other is not Exception
    ]
    return f"Subclass of {' and of '.join(names)}." if names else ""


def iter_tree(cls: type, depth: int = 0) -> Iterator[str]:
    """Yield the list of a class and its subclasses, a line each."""
    summary = split_docstring(cls)["Summary"].split("\n\n")[0].replace("\n", " ")
    yield f"{'    ' * depth}- [`{cls.__name__}`](#{cls.__name__.lower()}): {summary}\n"
    for child in list_children(cls):
        yield from iter_tree(child, depth + 1)


def format_example(text: str) -> str:
    """Return the examples of a docstring as a program, with its output in `#>` lines."""
    lines: list[str] = []
    is_import = is_block = False
    for example in doctest.DocTestParser().get_examples(text):
        source = example.source.rstrip().split("\n")
        follows_block, is_block = is_block, source[0].endswith(":")
        follows_import, is_import = is_import, source[0].startswith(("import ", "from "))
        if is_block or follows_block or (follows_import and not is_import):
            lines.append("")
        lines += source
        lines += [f"#> {line}".rstrip() for line in example.want.rstrip().split("\n") if line]
    return "\n".join(lines).strip()


def format_attributes(text: str) -> str:
    """Return the table of the attributes of a class."""
    rows = re.findall(r"^(\w+): (.*(?:\n .*)*)", text, re.MULTILINE)
    lines = (f"| `{name}` | {' '.join(meaning.split())} |\n" for name, meaning in rows)
    return "| attribute | value |\n|---|---|\n" + "".join(lines)


def iter_section(cls: type) -> Iterator[str]:
    """Yield the section about a class."""
    parts = split_docstring(cls)
    yield f"\n### {cls.__name__}\n\n{parts['Summary']}\n"
    if bases := format_bases(cls):
        yield f"\n{bases}\n"
    for title in PARTS:
        yield f"\n**{title}:** {parts[title]}\n"
    if attributes := parts.get("Attributes"):
        yield f"\n{format_attributes(attributes)}"
    yield f"\n```python\n{format_example(parts['Examples'])}\n```\n"
    if page := SEE.get(cls.__name__):
        yield f"\nSee [{TITLES[page]}]({page}).\n"


def iter_classes(cls: type) -> Iterator[type]:
    """Yield a class and all its public subclasses, in the order of the tree."""
    yield cls
    for child in list_children(cls):
        yield from iter_classes(child)


def iter_page() -> Iterator[str]:
    """Yield the parts of the page."""
    yield HEAD
    yield from iter_tree(errors.BritiveScimError)
    grouped = [cls for _, root in GROUPS for cls in iter_classes(root)]
    yield "\n## The base class and tokens\n"
    for cls in iter_classes(errors.BritiveScimError):
        if cls not in grouped:
            yield from iter_section(cls)
    for title, root in GROUPS:
        yield f"\n## {title}\n"
        for cls in iter_classes(root):
            yield from iter_section(cls)
    yield OTHER_HEAD
    for cls in list_others():
        yield from iter_section(cls)
    yield CODES_HEAD
    for code, meaning in MEANINGS.items():
        yield f"| `{code}` | {meaning} |\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="exit 1 if the page is stale")
    check = parser.parse_args(arguments).check
    text = link_rfcs("".join(iter_page()))
    is_stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if is_stale:
        print(("stale: " if check else "wrote: ") + PAGE.relative_to(ROOT).as_posix())
        if not check:
            PAGE.write_text(text, "utf-8")
    return int(is_stale and check)


if __name__ == "__main__":
    sys.exit(main())
