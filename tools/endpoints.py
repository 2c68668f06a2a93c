"""Write `docs/reference/endpoints.md`: the methods of both clients and the requests they send.

    python tools/endpoints.py            write the page
    python tools/endpoints.py --check    exit 1 if the page is stale

The tool calls every method as listed in `tests/support/admin_calls.py` and `tests/support/scim_calls.py`, and
records the requests; an unlisted method is an error. Source and certainty of admin methods come from their
docstrings. Those of SCIM methods, whose paths are standard, are listed below.
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
from support.admin_calls import CALLS, IDP, OTHER_CALLS, TAG_OF_PROVIDER, Call
from support.admin_operations import public_methods
from support.fake_admin_api import TOKEN, FakeAdminApi, SmallTenant
from support.fake_scim_server import URL
from support.scim_calls import SCIM_CALLS
from support.scim_echo import EchoServer

PARAMETER_NAMES = {"by-tag": "tag", "registrations": "factor", "identity-provider": "idpName"}
"""Path segment -> name of the path parameter after it; otherwise `id`."""

CERTAINTY_PATTERNS = (
    (r"is inferred", "inferred"),
    (r"\(documented|(both|all) documented", "documented"),
    (r"vendor's", "vendor"),
    (r"inferred", "inferred"),
)
"""Patterns of `Source:` lines, in order of precedence, and the certainty of each."""

CLIENT_METHODS = {
    "aclose",
    "close",
    "collection",
    "dry_run",
    "from_env",
    "operations",
    "record",
    "send",
}
"""Methods of the clients that send no request of their own."""

GUIDE, ENTRA = "Britive's Okta guide", "Microsoft's tutorial for Britive"

SCIM_SOURCES = {
    r"users\.(create|creation)": (f"RFC 7644 §3.3; {GUIDE}: new users are pushed", "standard"),
    r"groups\.(create|creation)": (f"RFC 7644 §3.3; {GUIDE}: groups are pushed", "standard"),
    r"(users|groups)\.ensure": (
        f"RFC 7644 §3.3, §3.4.2; {ENTRA}: the name can be filtered",
        "standard",
    ),
    r"(users|groups)\.(upsert|upsert_many)": (
        f"RFC 7644 §3.3, §3.4.2, §3.5.2; {ENTRA}: the name can be filtered",
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
    r"check|apply|read_directory": ("composed of the above", "standard"),
}
"""Pattern of the name of a SCIM method -> source and certainty."""

HEAD = """\
---
description: All requests of the SCIM client and the admin client by method, with parameters, results, sources and certainty.
search:
  boost: 0.5
---

# Endpoints

All methods of `AdminClient` and `ScimClient`, and the requests they send, in order. `AsyncAdminClient` and
`AsyncScimClient` have the same methods. The [reference](index.md) has an entry for each method.

Certainty: **documented** by Britive (API pages or OpenAPI document), **vendor** (known from a client of the vendor),
**standard** (Britive states that it uses SCIM 2.0 for this; the path is the standard's), or **inferred**. Lists repeat
their request for each page. Every method also takes `timeout=` and `retry=`.
"""

ADMIN_HEAD = """
## The admin API

Paths are below the tenant's address.
"""

SCIM_HEAD = """
## SCIM

Paths are below the SCIM URL of the identity provider. `okta.collection(model)` has the methods of `users` and
`groups` for any model. Methods that return an `Operation` send nothing: `bulk` and `send` execute it, with the request
shown.
"""


@dataclass(frozen=True)
class Row:
    """Table row of one method."""

    name: str
    requests: tuple[str, ...]
    parameters: str
    returns: str
    source: str
    certainty: str

    def __str__(self) -> str:
        requests = "<br>".join(
            re.sub(r"^(\w+) (\S+)", r"\1 `\2`", request) for request in self.requests
        )
        cells = (
            f"`{self.name}`",
            requests,
            self.parameters,
            self.returns,
            self.source,
            self.certainty,
        )
        return f"| {' | '.join(cells)} |"


def iter_admin_rows() -> Iterator[Row]:
    """Yield a row for each method of the admin client, grouped by API resource."""
    requests: dict[str, tuple[str, ...]] = {}
    for call in [*CALLS, *OTHER_CALLS]:
        requests[call.name] = tuple(
            dict.fromkeys([*requests.get(call.name, ()), *record_admin_requests(call)])
        )
    with AdminClient("acme", TOKEN, transport=FakeAdminApi()) as britive:
        for name in group_names(requests, list_methods(britive)):
            method = attrgetter(name)(britive)
            source = extract_source(method)
            yield Row(
                name,
                requests[name],
                format_parameters(method),
                format_return_type(method),
                source,
                find_certainty(source),
            )


def iter_scim_rows() -> Iterator[Row]:
    """Yield a row for each method of the SCIM client, grouped by API resource."""
    with ScimClient(URL, TOKEN, transport=EchoServer()) as okta:
        for name in group_names(SCIM_CALLS, list_methods(okta)):
            method = attrgetter(name)(okta)
            source, certainty = next(
                value for pattern, value in SCIM_SOURCES.items() if re.fullmatch(pattern, name)
            )
            yield Row(
                name,
                record_scim_requests(name),
                format_parameters(method),
                format_return_type(method),
                source,
                certainty,
            )


def list_methods(client: Any) -> set[str]:
    """Return the dotted names of all methods of a client that send requests."""
    return {name for name in public_methods(client, APIResource) if name not in CLIENT_METHODS}


def group_names(called: Iterable[str], existing: set[str]) -> list[str]:
    """Return the names of called methods, grouped by API resource.

    Raises:
        SystemExit: a method is not called, or a called method does not exist.
    """
    names = [name for name in called if name not in CLIENT_METHODS]
    if difference := existing.symmetric_difference(names):
        raise SystemExit(f"not called, or not found: {', '.join(sorted(difference))}")
    resources = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    return sorted(names, key=lambda name: resources.index(name.rpartition(".")[0]))


def create_recorder() -> tuple[list[str], Settings]:
    """Return an empty list, and settings of a client that records its requests in it."""
    requests: list[str] = []

    def record(event: AttemptEvent) -> None:
        requests.append(f"{event.method} {fill_template(event.template)}")

    return requests, Settings(hooks=(record,))


def record_admin_requests(call: Call) -> tuple[str, ...]:
    """Return the requests of a call of the admin client, as method and path."""
    requests, settings = create_recorder()
    with AdminClient("acme", TOKEN, transport=prepare_tenant(call), settings=settings) as britive:
        evaluate(attrgetter(call.name)(britive)(*call.args, **call.options))
    return tuple(dict.fromkeys(line if " /api/" in line else f"{line} (SCIM)" for line in requests))


def prepare_tenant(call: Call) -> FakeAdminApi:
    """Return a fake tenant with the data that a call reads."""
    if call.line:
        script = FakeAdminApi({line: (200, body) for line, body in call.reads.items()})
        script.replies[call.line] = (200, call.reply)
        return script
    tenant = SmallTenant()
    tenant.add_provider("Okta", id=IDP.id)
    tenant.replies |= {
        "GET /api/token": (200, []),
        "GET /api/users": (200, {"count": 1, "data": [{"userId": "u1", "name": "ci"}]}),
        "GET /api/users/u1/tokens": (404, None),
        "GET /api/user-tags": (200, {"count": 1, "data": [TAG_OF_PROVIDER]}),
        "GET /api/user-tags/t1/users": (200, {"count": 0, "data": []}),
    }
    return tenant


def record_scim_requests(name: str) -> tuple[str, ...]:
    """Return the requests of a method of the SCIM client, or of the operation it returns."""
    requests, settings = create_recorder()
    args, options = SCIM_CALLS[name]
    with ScimClient(URL, TOKEN, transport=EchoServer(), settings=settings) as okta:
        result = evaluate(attrgetter(name)(okta)(*args, **options))
    if isinstance(result, Operation):
        requests.append(f"{result.method} {fill_template(result.template)}")
    return tuple(dict.fromkeys(requests))


def evaluate(result: Any) -> Any:
    """Return a result; fetch the first item of a pager."""
    return result.first() if isinstance(result, Pager) else result


def fill_template(template: str) -> str:
    """Return a path template with named parameters."""
    parts = template.split("{}")
    path, names = parts[0], set[str]()
    for part in parts[1:]:
        segment = path.rstrip("/").rpartition("/")[2]
        name = PARAMETER_NAMES.get(segment, "id")
        if name in names or (names and segment == "users"):
            name = "userId"
        names.add(name)
        path += "{" + name + "}" + part
    return path


def format_parameters(method: Callable[..., Any]) -> str:
    """Return the parameters of a method with their types, as Markdown."""
    parameters = inspect.signature(method).parameters.values()
    return "<br>".join(
        f"`{parameter.name}: {format_type(parameter.annotation)}`"
        for parameter in parameters
        if parameter.name not in {"timeout", "retry"}
    )


def format_return_type(method: Callable[..., Any]) -> str:
    """Return the return type of a method, as Markdown."""
    text = format_type(inspect.signature(method).return_annotation)
    return "" if text == "None" else f"`{text}`"


def format_type(annotation: object) -> str:
    """Return an annotation without characters that break a table, and without packages that are not public."""
    text = re.sub(r"\b(?:api|setup|tooling)\.", "", str(annotation))
    text = re.sub(r"Sequence\[(.*)\]", r"list[\1]", text)
    return text.replace(" | ", " or ")


def extract_source(method: Any) -> str:
    """Return the `Source:` of a method's docstring, or of its class."""
    for documented in (method, type(method.__self__)):
        match = re.search(
            r"^Source: (.+?)(?:\n\n|\Z)", inspect.getdoc(documented) or "", re.MULTILINE | re.DOTALL
        )
        if match:
            return " ".join(match[1].split()).rstrip(".")
    raise SystemExit(f"{method.__qualname__} has no Source: in its docstring")


def find_certainty(source: str) -> str:
    """Return the certainty of a source."""
    return next(word for pattern, word in CERTAINTY_PATTERNS if re.search(pattern, source))


def render_page() -> str:
    """Return the text of the page."""
    lines = [HEAD]
    for client, head, rows in (
        ("britive", ADMIN_HEAD, iter_admin_rows()),
        ("okta", SCIM_HEAD, iter_scim_rows()),
    ):
        lines.append(head)
        resource = ""
        for row in rows:
            owner = ".".join(filter(None, [client, row.name.rpartition(".")[0]]))
            if owner != resource:
                resource = owner
                lines.append(
                    f"\n### `{owner}`\n\n| method | requests | parameters | returns | source | certainty |\n"
                    "|---|---|---|---|---|---|"
                )
            lines.append(str(row))
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="exit 1 if the page is stale")
    check = parser.parse_args(arguments).check
    text = render_page()
    is_stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if is_stale:
        print(("stale: " if check else "wrote: ") + PAGE.relative_to(ROOT).as_posix())
        if not check:
            PAGE.write_text(text, "utf-8")
    return int(is_stale and check)


if __name__ == "__main__":
    sys.exit(main())
