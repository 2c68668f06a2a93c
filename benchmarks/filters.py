"""Filters: parsing of twelve filters, and their evaluation for 10,000 users.

    python benchmarks/filters.py [NUMBER OF USERS]

Compared: a regular expression that only splits a filter into tokens; a hand-written lambda for each filter, without
any checks; and, if installed, scim2-models and scim2-filter-parser. Wrong results are reported.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import harness
from fixtures import ENTERPRISE, User, build_id, build_user

from britive_scim import scim
from britive_scim.scim.filters import parser

ID = build_id(99)

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


# ----------------------------------------------------------------------------- parsing


def tokens_only() -> Callable[[str], Any]:
    token = re.compile(
        r'\s*(?:("(?:[^"\\]|\\.)*")|([()\[\]])|(-?\d+(?:\.\d+)?)|([A-Za-z$][\w:.$-]*))'
    )
    return lambda text: [match.lastindex for match in token.finditer(text)]


def ours_uncached() -> Callable[[str], Any]:
    clear_cache = parser._parse_cached_filter.cache_clear

    def parse(text: str) -> Any:
        clear_cache()
        return scim.parse_filter(text)

    return parse


def ours_cached() -> Callable[[str], Any]:
    return scim.parse_filter


def scim2_filter_parser() -> Callable[[str], Any]:
    from scim2_filter_parser.lexer import SCIMLexer
    from scim2_filter_parser.parser import SCIMParser

    lexer, parser = SCIMLexer(), SCIMParser()
    return lambda text: parser.parse(lexer.tokenize(text))


def scim2_models_uncached() -> Callable[[str], Any]:
    from scim2_models import ScimFilter
    from scim2_models.path import grammar

    clear_cache = grammar._cached_filter.cache_clear

    def parse(text: str) -> Any:
        clear_cache()
        return ScimFilter(text)

    return parse


def scim2_models_cached() -> Callable[[str], Any]:
    from scim2_models import ScimFilter

    return ScimFilter


def compare_parsing() -> None:
    parsers, missing = harness.create_subjects(
        {
            "tokens only": tokens_only,
            "ours": ours_uncached,
            "ours, cached": ours_cached,
            "scim2-filter-parser": scim2_filter_parser,
            "scim2-models": scim2_models_uncached,
            "scim2-models, cached": scim2_models_cached,
        }
    )
    texts = [text for text, _ in FILTERS.values()]

    def parse_all(parse: Callable[[str], Any]) -> Callable[[], None]:
        def run() -> None:
            for text in texts:
                parse(text)

        return run

    medians = harness.compare_medians({name: parse_all(parse) for name, parse in parsers.items()})
    goals = {"ours": 3, "ours, cached": 0.3}
    harness.print_table(f"parsing {len(texts)} filters", medians, "tokens only", goals)
    for name, reason in missing.items():
        print(f"{name}: {reason}")


# ----------------------------------------------------------------------------- evaluation


def compare_evaluation(user_count: int) -> None:
    mappings = [build_user(number) for number in range(user_count)]
    models = [scim.User.from_wire(mapping) for mapping in mappings]

    def scim2_models() -> Any:
        from scim2_models import EnterpriseUser, ScimFilter
        from scim2_models import User as PeerUser

        model = PeerUser[EnterpriseUser]
        resources = [model.model_validate(mapping) for mapping in mappings]
        return lambda text, _: (ScimFilter[model](text).match, resources)

    subjects, missing = harness.create_subjects(
        {
            "by hand, mappings": lambda: lambda _, by_hand: (by_hand, mappings),
            "ours, mappings": lambda: lambda text, _: (scim.parse_filter(text).compile(), mappings),
            "ours, models": lambda: lambda text, _: (scim.parse_filter(text).compile(), models),
            "scim2-models, models": scim2_models,
        }
    )
    totals = dict.fromkeys(subjects, 0.0)
    wrong: list[str] = []
    print(f"\n{'':14}" + "".join(f"{name:>24}" for name in subjects))
    for label, (text, by_hand) in FILTERS.items():
        counts: dict[str, Callable[[], int]] = {}
        for name, subject in subjects.items():
            predicate, resources = subject(text, by_hand)
            counts[name] = lambda p=predicate, r=resources: sum(1 for user in r if p(user))  # type: ignore[misc]  # bound early
        expected = counts["by hand, mappings"]()
        wrong += [f"{name}: {label}" for name, count in counts.items() if count() != expected]
        medians = harness.compare_medians(counts, rounds=3, seconds=0.05)
        base = medians["by hand, mappings"]
        print(f"{label:14}" + "".join(f"{seconds / base:24.2f}" for seconds in medians.values()))
        for name, seconds in medians.items():
            totals[name] += seconds
    goals = {"ours, mappings": 2, "ours, models": 3}
    harness.print_table(
        f"{len(FILTERS)} filters over {user_count:,} users", totals, "by hand, mappings", goals
    )
    print("wrong results:", ", ".join(wrong) or "none")
    for name, reason in missing.items():
        print(f"{name}: {reason}")


if __name__ == "__main__":
    compare_parsing()
    compare_evaluation(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
