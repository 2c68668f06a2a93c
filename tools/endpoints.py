"""Write `docs/reference/endpoints.md`: each method of both clients, and the requests it sends.

    python tools/endpoints.py            write the page
    python tools/endpoints.py --check    write nothing; exit 1 if the page is stale

The requests are recorded while every method is called, as `tests/support/admin_calls.py` and `tests/support/scim_calls.py`
say; a method that is called nowhere stops the tool. Source and certainty of the admin API are read from the
docstrings; those of SCIM, where the paths are the standard's, are below.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/endpoints.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from britive_scim import AdminClient, ScimClient, Settings
from britive_scim.sync.api_resource import APIResource
from britive_scim.sync.pager import Pager
from britive_scim.wire.operation import Operation
from britive_scim.wire.settings import AttemptEvent
from support.admin_calls import CALLS, IDP, OTHER_CALLS, Call
from support.admin_operations import public_methods
from support.fake_admin_api import TOKEN, Script, SmallTenant
from support.fake_scim_server import URL
from support.scim_calls import SCIM_CALLS
from support.scim_echo import Echo

SLOTS = {"by-tag": "tag", "registrations": "factor", "identity-provider": "idpName"}
"""What a slot holds, by the segment before it; `id` where nothing is said."""

MARKS = (
    (r"is inferred", "inferred"),
    (r"\(documented|(both|all) documented", "documented"),
    (r"vendor's", "vendor"),
    (r"inferred", "inferred"),
)
"""Words of a `Source:` line, in the order they are tried, and the certainty they stand for."""

OWN = {"aclose", "close", "collection", "dry_run", "from_env", "operations", "record", "send"}
"""Methods of the clients themselves, which send no request of their own."""

GUIDE, ENTRA = "Britive's Okta guide", "Microsoft's tutorial for Britive"

SCIM_SOURCES = {
    r"users\.(create|creation)": (f"RFC 7644 §3.3; {GUIDE}: new users are pushed", "standard"),
    r"groups\.(create|creation)": (f"RFC 7644 §3.3; {GUIDE}: groups are pushed", "standard"),
    r"(users|groups)\.ensure": (
        f"RFC 7644 §3.3, §3.4.2; {ENTRA}: the name can be filtered",
        "standard",
    ),
    r".*\.(find_by_user_name|find_by_display_name)": (
        f"RFC 7644 §3.4.2; {ENTRA}: the name can be filtered",
        "standard",
    ),
    r"users\.(patch|change|edit)": (
        f"RFC 7644 §3.5.2; {GUIDE}: profile updates are pushed",
        "standard",
    ),
    r"users\.(deactivate|reactivate)": (
        f"RFC 7644 §3.5.2; {GUIDE}: deactivation and reactivation are pushed",
        "standard",
    ),
    r"groups\.(add_members|remove_members|set_members)": (
        f"RFC 7644 §3.5.2; {ENTRA}: memberships are provisioned",
        "standard",
    ),
    r"(groups|me)\.(patch|change|edit|rename)": ("RFC 7644 §3.5.2", "inferred"),
    r".*\.(replace|replacement)": ("RFC 7644 §3.5.1", "inferred"),
    r".*\.(delete|deletion)": ("RFC 7644 §3.6", "inferred"),
    r"(users|groups)\.list": (f"RFC 7644 §3.4.2; {ENTRA}: names can be filtered", "standard"),
    r"(users|groups)\.get": ("RFC 7644 §3.4.1", "inferred"),
    r".*\.find_by_external_id": ("RFC 7644 §3.4.2", "inferred"),
    r"(.*\.)?search": ("RFC 7644 §3.4.3", "inferred"),
    r"me\.get": ("RFC 7644 §3.11", "inferred"),
    r"bulk": ("RFC 7644 §3.7", "inferred"),
    r"service_provider_config|resource_types|schemas": ("RFC 7644 §4", "inferred"),
    r"check": ("composed of the above", "standard"),
}
"""Source and certainty of a SCIM method, by its name."""

HEAD = """\
# Endpoints

Every method of `AdminClient` and `ScimClient` and the requests it sends, in order. `AsyncAdminClient` and
`AsyncScimClient` have the same. Written by `python tools/endpoints.py` from what the methods really send; a
test keeps it true.

Certainty: **documented** by Britive (API pages or OpenAPI document), known from a client of the **vendor**,
**standard** (Britive says that this is done over SCIM 2.0; the path is the standard's), or **inferred**. Lists are
read page by page and repeat their request. Each method takes `timeout=` and `retry=` besides.
"""

ADMIN_HEAD = """
## The admin API

Paths are below the tenant's address.
"""

SCIM_HEAD = """
## SCIM

Paths are below the SCIM URL of the identity provider. `okta.collection(model)` has the methods of `users` and
`groups` for any model; `send` sends what you make. What returns an `Operation` sends nothing by itself: it is
for `bulk` and `send`, and the request is the one it stands for.
"""


@dataclass(frozen=True)
class Row:
    """One method."""

    name: str
    requests: tuple[str, ...]
    takes: str
    returns: str
    source: str
    certainty: str

    def __str__(self) -> str:
        requests = "<br>".join(
            re.sub(r"^(\w+) (\S+)", r"\1 `\2`", request) for request in self.requests
        )
        cells = (f"`{self.name}`", requests, self.takes, self.returns, self.source, self.certainty)
        return f"| {' | '.join(cells)} |"


def admin_rows() -> Iterator[Row]:
    """Yield a row for each method of the admin client, those of one noun together."""
    sent: dict[str, tuple[str, ...]] = {}
    for call in [*CALLS, *OTHER_CALLS]:
        sent[call.name] = tuple(dict.fromkeys([*sent.get(call.name, ()), *recorded(call)]))
    with AdminClient("acme", TOKEN, transport=Script()) as britive:
        for name in ordered(sent, methods(britive)):
            method = attrgetter(name)(britive)
            source = source_of(method)
            yield Row(
                name, sent[name], takes_of(method), returns_of(method), source, certainty_of(source)
            )


def scim_rows() -> Iterator[Row]:
    """Yield a row for each method of the SCIM client, those of one noun together."""
    with ScimClient(URL, TOKEN, transport=Echo()) as okta:
        for name in ordered(SCIM_CALLS, methods(okta)):
            method = attrgetter(name)(okta)
            source, certainty = next(
                found for rule, found in SCIM_SOURCES.items() if re.fullmatch(rule, name)
            )
            yield Row(
                name, scim_recorded(name), takes_of(method), returns_of(method), source, certainty
            )


def methods(client: Any) -> set[str]:
    """Return the dotted names of all methods of a client that stand for requests."""
    return {name for name in public_methods(client, APIResource) if name not in OWN}


def ordered(called: Iterable[str], there: set[str]) -> list[str]:
    """Return the names that are called, those of one noun together, if all that are there are called."""
    names = [name for name in called if name not in OWN]
    if odd := there.symmetric_difference(names):
        raise SystemExit(f"not called, or not there: {', '.join(sorted(odd))}")
    nouns = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    return sorted(names, key=lambda name: nouns.index(name.rpartition(".")[0]))


def recorder() -> tuple[list[str], Settings]:
    """Return a list that fills with the requests of a client with these settings."""
    seen: list[str] = []

    def note(exchange: AttemptEvent) -> None:
        seen.append(f"{exchange.method} {named(exchange.template)}")

    return seen, Settings(hooks=(note,))


def recorded(call: Call) -> tuple[str, ...]:
    """Return the requests a call of the admin client sends, as verb and template."""
    seen, settings = recorder()
    with AdminClient("acme", TOKEN, transport=double(call), settings=settings) as britive:
        finish(attrgetter(call.name)(britive)(*call.args, **call.options))
    return tuple(dict.fromkeys(line if " /api/" in line else f"{line} (SCIM)" for line in seen))


def double(call: Call) -> Script:
    """Return a tenant in which a call finds what it needs."""
    if call.line:
        script = Script({line: (200, body) for line, body in call.reads.items()})
        script.replies[call.line] = (200, call.reply)
        return script
    tenant = SmallTenant()
    tenant.add_provider("Okta", id=IDP.id)
    tenant.replies |= {
        "GET /api/token": (200, []),
        "GET /api/users": (200, {"count": 1, "data": [{"userId": "u1", "name": "ci"}]}),
        "GET /api/users/u1/tokens": (404, None),
    }
    return tenant


def scim_recorded(name: str) -> tuple[str, ...]:
    """Return the requests a method of the SCIM client sends, or its operation stands for."""
    seen, settings = recorder()
    args, options = SCIM_CALLS[name]
    with ScimClient(URL, TOKEN, transport=Echo(), settings=settings) as okta:
        result = finish(attrgetter(name)(okta)(*args, **options))
    if isinstance(result, Operation):
        seen.append(f"{result.method} {named(result.template)}")
    return tuple(dict.fromkeys(seen))


def finish(result: Any) -> Any:
    """Return a result; of a list, ask for the first item."""
    return result.first() if isinstance(result, Pager) else result


def named(template: str) -> str:
    """Return a path with names in its slots."""
    parts = template.split("{}")
    path, names = parts[0], set[str]()
    for part in parts[1:]:
        before = path.rstrip("/").rpartition("/")[2]
        name = SLOTS.get(before, "id")
        if name in names or (names and before == "users"):
            name = "userId"
        names.add(name)
        path += "{" + name + "}" + part
    return path


def takes_of(method: Callable[..., Any]) -> str:
    """Return the parameters of a method with their types, as Markdown."""
    found = inspect.signature(method).parameters.values()
    return "<br>".join(
        f"`{one.name}: {typed(one.annotation)}`"
        for one in found
        if one.name not in {"timeout", "retry"}
    )


def returns_of(method: Callable[..., Any]) -> str:
    """Return the annotation of what a method returns, as Markdown."""
    text = typed(inspect.signature(method).return_annotation)
    return "" if text == "None" else f"`{text}`"


def typed(annotation: object) -> str:
    """Return an annotation as text that may stand in a table."""
    text = re.sub(r"Sequence\[(.*)\]", r"list[\1]", str(annotation))
    return text.replace(" | ", " or ")


def source_of(method: Any) -> str:
    """Return the `Source:` of a method's docstring, or that of its class."""
    for documented in (method, type(method.__self__)):
        found = re.search(
            r"^Source: (.+?)(?:\n\n|\Z)", inspect.getdoc(documented) or "", re.MULTILINE | re.DOTALL
        )
        if found:
            return " ".join(found[1].split()).rstrip(".")
    raise SystemExit(f"{method.__qualname__} does not say its source")


def certainty_of(source: str) -> str:
    """Return how sure a source is."""
    return next(word for pattern, word in MARKS if re.search(pattern, source))


def page() -> str:
    """Return the text of the page."""
    lines = [HEAD]
    for head, rows in ((ADMIN_HEAD, admin_rows()), (SCIM_HEAD, scim_rows())):
        lines.append(head)
        noun = ""
        for row in rows:
            owner = row.name.rpartition(".")[0] or "the client itself"
            if owner != noun:
                noun = owner
                lines.append(
                    f"\n### {noun}\n\n| method | requests | takes | returns | source | certainty |\n"
                    "|---|---|---|---|---|---|"
                )
            lines.append(str(row))
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 if the page is stale"
    )
    check = parser.parse_args(arguments).check
    text = page()
    stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if stale:
        print(("stale: " if check else "wrote: ") + PAGE.relative_to(ROOT).as_posix())
        if not check:
            PAGE.write_text(text, "utf-8")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
