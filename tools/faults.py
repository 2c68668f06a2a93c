"""Write `docs/reference/faults.md`: what is tried again after which trouble, and what comes of it.

    python tools/faults.py            write the page
    python tools/faults.py --check    write nothing; exit 1 if the page is stale

The data is that of the tests, `tests/fault_table.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/faults.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from support.fault_table import (  # noqa: E402  # found by the path set above
    BUSY,
    LOST_ANSWERS,
    METHODS,
    REFUSALS,
    UNREADABLE,
    UNSENT,
    WINDOWS,
    Fault,
)

HEAD = """\
# What is tried again

What a client of either colour and either API does after each kind of trouble, if the trouble stays: which methods
it tries again, with the usual `RetryPolicy()` up to five tries in all, how long it waits, which error comes in the
end, and whether the error of a change says that it may have happened (`may_have_happened`). Written by
`python tools/faults.py` from the data of the tests, which hold for every row, every method, both clients and both
colours: tries, waits, error and what it says. The short form is in
[Handle errors and retries](../how-to/handle-errors.md).

A POST or PATCH whose answer is missing or says nothing is not sent again, as the server may have acted on it; a
SCIM create is looked for instead, at once, after 1 and after 2 more seconds. 429, and 503 with `Retry-After`, are
taken for requests nobody acted on. A search by POST counts as GET. A SCIM PATCH that is answered with 405 or 501 is
done by reading and putting, unless `Settings(changes="patch")` says otherwise.
"""

WAITS = """
## Waits

Seconds before the second, third, fourth and fifth try; a range is drawn from evenly.

| wait | 2nd | 3rd | 4th | 5th |
|---|---|---|---|---|
"""

SECTIONS: tuple[tuple[str, Mapping[str, Fault]], ...] = (
    ("Nothing was sent", UNSENT),
    ("No answer, or half of one", LOST_ANSWERS),
    ("An answer that asks to wait", BUSY),
    ("Another answer that is no success", REFUSALS),
)

UNREAD = """
## A success that does not read

Never tried again. A SCIM create is looked for once, and the change may have happened. The body decides, not its
label. Where only the success matters, another kind of JSON passes; objects of the admin API are read whatever fields
they lack.

| trouble | SCIM | admin API |
|---|---|---|
"""


def methods(again: tuple[str, ...]) -> str:
    """Return the methods that are tried again, in words."""
    return "every method" if again == METHODS else ", ".join(again) or "none"


def span(least: float, most: float) -> str:
    """Return a range of seconds."""
    return f"{most:g}" if least == most else f"{least:g} to {most:g}"


def outcome(fault: Fault, api: str) -> str:
    """Return what comes of an answer that does not read."""
    if fault.error is None:
        return "success"
    done = dict(fault.done).get(api, ())
    fails = [method for method in METHODS if method not in done]
    error = f"`{fault.error.__name__}`"
    if not done:
        return error
    return f"{error} for {', '.join(fails)}; success for {', '.join(done)}" if fails else "success"


def lines() -> Iterator[str]:
    """Yield the parts of the page."""
    yield HEAD
    for title, faults in SECTIONS:
        yield f"\n## {title}\n\n| trouble | tried again for | wait | in the end | may have happened |\n|---|---|---|---|---|\n"
        for name, fault in faults.items():
            yield (
                f"| {name} | {methods(fault.again)} | {fault.wait} | `{fault.error.__name__}` "
                f"| {'yes' if fault.happened else 'no'} |\n"
            )
    yield UNREAD
    for name, fault in UNREADABLE.items():
        yield f"| {name} | {outcome(fault, 'scim')} | {outcome(fault, 'admin')} |\n"
    yield WAITS
    for wait, windows in WINDOWS.items():
        if wait:
            yield f"| {wait} | {' | '.join(span(*window) for window in windows)} |\n"
    yield (
        "\n*Own*: the policy's windows. *Busy*: those for a server that says so. *Asked*: what `Retry-After` says, 2 "
        "seconds in\nthe tests, and up to a tenth more. *Least*: the policy's first window, where less is asked for. "
        "*Hinted*: what\n`RateLimit-Reset` says, 2 seconds in the tests, or a longer window. *At once*: an idle "
        "connection that had been closed,\nonce a call. `600` and a date far off are beyond what is left of `total`.\n"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 if the page is stale"
    )
    check = parser.parse_args(arguments).check
    text = "".join(lines())
    stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if stale:
        print(("stale: " if check else "wrote: ") + PAGE.relative_to(ROOT).as_posix())
        if not check:
            PAGE.write_text(text, "utf-8")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
