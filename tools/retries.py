"""Write `docs/reference/retries.md`: retries, waits and final errors by fault.

    python tools/retries.py            write the page
    python tools/retries.py --check    exit 1 if the page is stale

The data is the table of the tests, `tests/support/fault_table.py`.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/retries.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from britive_scim import RetryPolicy  # noqa: E402  # found by the path set above
from support.fault_table import (  # noqa: E402  # found by the path set above
    BUSY,
    FAULTS,
    FIRST_FAULTS,
    LATER_FAULTS,
    LOST_RESPONSES,
    METHODS,
    REFUSALS,
    UNREADABLE,
    UNSENT,
    WINDOWS,
    Fault,
    ends_in_success,
)
from support.lost_changes import CHANGES  # noqa: E402  # found by the path set above

HEAD = """\
---
title: Retries
description: Which HTTP failures britive-scim retries, with the waits, Retry-After, rate limits, and the error that is raised in the end.
tags: [retry, RetryPolicy, backoff, Retry-After, rate limit, 429, 503, timeout, idempotent]
---

# Retries

The clients retry failures of the network and of busy servers. This page lists for each lasting failure the retried
methods, the wait before a retry, the final error, and `may_have_happened` of that error after a write. It applies to
every client, sync or async, SCIM or admin. The short form is in
[Handle errors and retries](../how-to/handle-errors.md#retries).

## The policy

```python
from britive_scim import RetryPolicy
from britive_scim.testing import Tenant

patient = RetryPolicy(attempts=10, total=300.0)
okta = Tenant("acme").scim_client("Okta", retry=patient)  # for all calls
print(okta.users.list(retry=RetryPolicy.none()).count())  # for one call
#> 0
```

| setting | default | meaning |
|---|---|---|
"""

RULES = """
## The rules

- Every method is retried after 429, and after 503 with `Retry-After`. A search by POST counts as GET.
- A POST or PATCH without a readable response is not sent again by itself, as the server may have processed it.
- After a SCIM create without a readable response, the client looks the resource up: immediately, after 1 second, and
  after 2 more.
- After a change that may be sent twice, it reads the result: see
  [changes whose response is lost](#changes-whose-response-is-lost).
- After 405 or 501, a SCIM PATCH is replaced by GET and PUT, unless `Settings(changes="patch")` is set.
- No attempt starts after `total`.

A 401 is final for a literal token. If the token comes from a function, its method `invalidate(token)` is called, if it
has one. Then the function itself is called, by one call of the client at a time. If it returns the same token, the error
is raised. If it returns another token, the request is sent once more, whatever its method, because the server did not
process it. This attempt does not count, but it must start within `total`.
"""

TWO_FAULTS_HEAD = """
## Two faults in one call

The table shows `may_have_happened` of the error. The column is the fault of the first attempt of a PUT or DELETE, the
row that of every later attempt. After an uncertain attempt it is true whatever error ends the call. `.sent` of a
`TransportError` is then `None`, and the message and `.uncertain_request` name the request. The same applies if a write
was acknowledged, and the GET that reads its result fails.

"""

LOST_CHANGES_HEAD = """
## Changes whose response is lost

The changes below may be sent twice. If there is no response, or an uncertain 5xx, the client reads the state. If the
change is in effect, the call succeeds. Otherwise it is sent again, with the same `If-Match`, while the policy permits an
attempt. If the repetition is refused with 400, 404, 409 or 412, the state is read and compared once more. If reading
fails, the first error is raised. `RetryPolicy.none()` reads once, and never sends the change again.

A SCIM PATCH is in effect if applying it to the resource changes nothing. If a group hides its members, changes of
members are sent again.

For other changes the error is raised at once. These are PATCH requests with other operations than `replace` and changes
of members by id. They include attributes that are writeOnly or never returned, such as `password`.

| method | change | reading |
|---|---|---|
"""

WAITS = """
## Waits

Seconds before the second, third, fourth and fifth attempt; a range means a uniformly random wait.

| wait | 2nd | 3rd | 4th | 5th |
|---|---|---|---|---|
"""

SECTIONS: tuple[tuple[str, Mapping[str, Fault]], ...] = (
    ("Request not sent", UNSENT),
    ("Response missing or incomplete", LOST_RESPONSES),
    ("Server busy", BUSY),
    ("Other error responses", REFUSALS),
)

UNREADABLE_HEAD = """
## Invalid 2xx responses

Never retried. After a SCIM create, the client looks the resource up once; the write may have happened. The body
decides, not its media type. Where only success matters, any JSON type passes. Fields of admin API objects may all be
missing.

| fault | SCIM | admin API |
|---|---|---|
"""

WAITS_FOOT = """
*own*: the windows of the policy. *busy*: its windows for a busy server. *Retry-After*: the value of the header, 2
seconds in this table, plus up to a tenth. *minimum*: the first window of the policy, if `Retry-After` is shorter.
*RateLimit-Reset*: the end of the window of a rate limit, 2 seconds in this table. *immediate*: a closed idle
connection, once a call. `600` and a distant date exceed what is left of `total`; every other call of the client waits
that long, at most a day.
"""


def format_methods(methods: tuple[str, ...]) -> str:
    """Return methods for a table cell."""
    return "every method" if methods == METHODS else ", ".join(methods) or "none"


def format_range(minimum: float, maximum: float) -> str:
    """Return a range of seconds."""
    return f"{maximum:g}" if minimum == maximum else f"{minimum:g} to {maximum:g}"


def format_outcome(fault: Fault, api: str) -> str:
    """Return the result of calls after an invalid 2xx response."""
    if fault.error is None:
        return "success"
    succeeding = dict(fault.done).get(api, ())
    failing = [method for method in METHODS if method not in succeeding]
    error = format_error(fault)
    if not succeeding:
        return error
    if not failing:
        return "success"
    return f"{error} for {', '.join(failing)}; success for {', '.join(succeeding)}"


def iter_two_faults() -> Iterator[str]:
    """Yield the table of calls that meet two faults."""
    yield f"| later | {' | '.join(FIRST_FAULTS)} |\n|---|{'---|' * len(FIRST_FAULTS)}\n"
    for later in LATER_FAULTS:
        cells = [
            "yes (DELETE: success)"
            if ends_in_success(first, later, "DELETE")
            else "yes"
            if is_uncertain or FAULTS[later].happened
            else "no"
            for first, is_uncertain in FIRST_FAULTS.items()
        ]
        yield f"| {later} | {' | '.join(cells)} |\n"


def iter_settings() -> Iterator[str]:
    """Yield the rows about the settings of a policy, from its docstring and its fields."""
    described = re.findall(
        r"^    (\w+): (.*(?:\n     .*)*)", inspect.cleandoc(RetryPolicy.__doc__ or ""), re.MULTILINE
    )
    defaults = {field.name: field.default for field in fields(RetryPolicy)}
    for name, meaning in described:
        if name in defaults:
            yield f"| `{name}` | `{defaults[name]}` | {' '.join(meaning.split())} |\n"


def format_error(fault: Fault) -> str:
    """Return the class of the final error, as a link to its section."""
    name = "" if fault.error is None else fault.error.__name__
    return f"[`{name}`](../errors.md#{name.lower()})"


def iter_sections() -> Iterator[str]:
    """Yield the parts of the page."""
    yield HEAD
    yield from iter_settings()
    yield RULES
    for title, faults in SECTIONS:
        yield f"\n## {title}\n\n| fault | retried | wait | final error | may have happened |\n|---|---|---|---|---|\n"
        for name, fault in faults.items():
            yield (
                f"| {name} | {format_methods(fault.retried)} | {fault.wait} | {format_error(fault)} "
                f"| {'yes' if fault.happened else 'no'} |\n"
            )
    yield UNREADABLE_HEAD
    for name, fault in UNREADABLE.items():
        yield f"| {name} | {format_outcome(fault, 'scim')} | {format_outcome(fault, 'admin')} |\n"
    yield TWO_FAULTS_HEAD
    yield from iter_two_faults()
    yield LOST_CHANGES_HEAD
    for name, change in CHANGES.items():
        yield f"| `{name.replace(', ', '`, ', 1)}{'' if ', ' in name else '`'} | {change.write} | {change.reading} |\n"
    yield WAITS
    for wait, windows in WINDOWS.items():
        if wait:
            yield f"| {wait} | {' | '.join(format_range(*window) for window in windows)} |\n"
    yield WAITS_FOOT


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="exit 1 if the page is stale")
    check = parser.parse_args(arguments).check
    text = "".join(iter_sections())
    is_stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if is_stale:
        print(("stale: " if check else "wrote: ") + PAGE.relative_to(ROOT).as_posix())
        if not check:
            PAGE.write_text(text, "utf-8")
    return int(is_stale and check)


if __name__ == "__main__":
    sys.exit(main())
