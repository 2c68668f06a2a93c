"""Filters: reading twelve of them, and applying them to 10,000 users.

    python benchmarks/filters.py [NUMBER OF USERS]

Beside ours: a regular expression that splits a filter into tokens and makes nothing of them; what a
person would write by hand for each filter, which knows where things are and never meets anything odd;
and, where they are installed, scim2-models and scim2-filter-parser. Whoever gives wrong answers is named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import measuring
from people import ENTERPRISE, User, id_of, user

from britive_scim import scim
from britive_scim.scim.filters import parser

ID = id_of(99)

FILTERS: dict[str, tuple[str, Callable[[User], bool]]] = {
    "user name": (
        'userName eq "ana.jensen.0@example.com"',
        lambda u: u["userName"].lower() == "ana.jensen.0@example.com",
    ),
    "external id": ('externalId eq "ext-000042"', lambda u: u["externalId"] == "ext-000042"),
    "id": (f'id eq "{ID}"', lambda u: u["id"] == ID),
    "starts with": ('userName sw "j"', lambda u: u["userName"].lower().startswith("j")),
    "boolean": ("active eq true", lambda u: u["active"] is True),
    "date": (
        'meta.lastModified gt "2026-06-01T00:00:00Z"',
        lambda u: u["meta"]["lastModified"] > "2026-06-01T00:00:00Z",
    ),
    "present, and": (
        'title pr and userType eq "Employee"',
        lambda u: bool(u.get("title")) and u["userType"].lower() == "employee",
    ),
    "value path": (
        'emails[type eq "work" and value co "@example.com"]',
        lambda u: any(
            e["type"].lower() == "work" and "@example.com" in e["value"].lower()
            for e in u["emails"]
        ),
    ),
    "extension": (
        f'{ENTERPRISE}:department eq "Engineering"',
        lambda u: u[ENTERPRISE]["department"].lower() == "engineering",
    ),
    "parts, or": (
        'name.familyName co "sen" or name.givenName eq "eve"',
        lambda u: (
            "sen" in u["name"]["familyName"].lower() or u["name"]["givenName"].lower() == "eve"
        ),
    ),
    "not": (
        'userType ne "Employee" and not (emails.value co "smith" or emails.value co "garcia")',
        lambda u: (
            u["userType"].lower() != "employee"
            and not any(
                "smith" in e["value"].lower() or "garcia" in e["value"].lower() for e in u["emails"]
            )
        ),
    ),
    "nested": (
        (
            '(userName sw "a" or name.familyName co "son") and active eq true and '
            'emails[type eq "work" and (value ew "@example.com" or value ew "@example.net")] '
            "and not (title pr)"
        ),
        lambda u: (
            (u["userName"].lower().startswith("a") or "son" in u["name"]["familyName"].lower())
            and u["active"]
            and any(
                e["type"].lower() == "work"
                and (e["value"].lower().endswith(("@example.com", "@example.net")))
                for e in u["emails"]
            )
            and not u.get("title")
        ),
    ),
}


# ----------------------------------------------------------------------------- reading


def tokens_only() -> Callable[[str], Any]:
    token = re.compile(
        r'\s*(?:("(?:[^"\\]|\\.)*")|([()\[\]])|(-?\d+(?:\.\d+)?)|([A-Za-z$][\w:.$-]*))'
    )
    return lambda text: [found.lastindex for found in token.finditer(text)]


def ours_cold() -> Callable[[str], Any]:
    forget = parser._parse_cached_filter.cache_clear

    def parse(text: str) -> Any:
        forget()
        return scim.parse_filter(text)

    return parse


def ours_kept() -> Callable[[str], Any]:
    return scim.parse_filter


def scim2_filter_parser() -> Callable[[str], Any]:
    from scim2_filter_parser.lexer import SCIMLexer
    from scim2_filter_parser.parser import SCIMParser

    lexer, parser = SCIMLexer(), SCIMParser()
    return lambda text: parser.parse(lexer.tokenize(text))


def scim2_models_cold() -> Callable[[str], Any]:
    from scim2_models import ScimFilter
    from scim2_models.path import grammar as theirs

    forget = theirs._cached_filter.cache_clear

    def parse(text: str) -> Any:
        forget()
        return ScimFilter(text)

    return parse


def scim2_models_kept() -> Callable[[str], Any]:
    from scim2_models import ScimFilter

    return ScimFilter


def reading() -> None:
    parsers, missing = measuring.available(
        {
            "tokens only": tokens_only,
            "ours": ours_cold,
            "ours, kept": ours_kept,
            "scim2-filter-parser": scim2_filter_parser,
            "scim2-models": scim2_models_cold,
            "scim2-models, kept": scim2_models_kept,
        }
    )
    texts = [text for text, _ in FILTERS.values()]

    def all_of(parse: Callable[[str], Any]) -> Callable[[], None]:
        def run() -> None:
            for text in texts:
                parse(text)

        return run

    medians = measuring.compare({name: all_of(parse) for name, parse in parsers.items()})
    goals = {"ours": 3, "ours, kept": 0.3}
    measuring.show(f"reading {len(texts)} filters", medians, "tokens only", goals)
    for name, why in missing.items():
        print(f"{name}: {why}")


# ----------------------------------------------------------------------------- applying


def applying(number: int) -> None:
    mappings = [user(each) for each in range(number)]
    models = [scim.User.from_wire(each) for each in mappings]

    def peer() -> Any:
        from scim2_models import EnterpriseUser, ScimFilter
        from scim2_models import User as PeerUser

        kind = PeerUser[EnterpriseUser]
        resources = [kind.model_validate(each) for each in mappings]
        return lambda text, _: (ScimFilter[kind](text).match, resources)

    subjects, missing = measuring.available(
        {
            "by hand, mappings": lambda: lambda _, by_hand: (by_hand, mappings),
            "ours, mappings": lambda: lambda text, _: (scim.parse_filter(text).compile(), mappings),
            "ours, models": lambda: lambda text, _: (scim.parse_filter(text).compile(), models),
            "scim2-models, models": peer,
        }
    )
    totals = dict.fromkeys(subjects, 0.0)
    wrong: list[str] = []
    print(f"\n{'':14}" + "".join(f"{name:>24}" for name in subjects))
    for label, (text, by_hand) in FILTERS.items():
        counts: dict[str, Callable[[], int]] = {}
        for name, subject in subjects.items():
            predicate, resources = subject(text, by_hand)
            counts[name] = lambda p=predicate, r=resources: sum(1 for each in r if p(each))  # type: ignore[misc]  # bound early
        right = counts["by hand, mappings"]()
        wrong += [f"{name}: {label}" for name, count in counts.items() if count() != right]
        medians = measuring.compare(counts, rounds=3, seconds=0.05)
        base = medians["by hand, mappings"]
        print(f"{label:14}" + "".join(f"{taken / base:24.2f}" for taken in medians.values()))
        for name, taken in medians.items():
            totals[name] += taken
    goals = {"ours, mappings": 2, "ours, models": 3}
    measuring.show(
        f"{len(FILTERS)} filters over {number:,} users", totals, "by hand, mappings", goals
    )
    print("wrong answers:", ", ".join(wrong) or "none")
    for name, why in missing.items():
        print(f"{name}: {why}")


if __name__ == "__main__":
    reading()
    applying(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
