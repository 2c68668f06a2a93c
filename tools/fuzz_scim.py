"""Throw filters, paths and data at the SCIM language that nobody would write, and see that its laws hold.

    python tools/fuzz_scim.py                          every target, 20 seconds in all
    python tools/fuzz_scim.py --seconds 60 filter path
    python tools/fuzz_scim.py --seed 7 --trial 4711 filter      one trial again

A trial is a function of the target, the seed and its number alone. It makes an input from the grammar,
spoils it more often than not, and raises where a law is broken: an exception outside the tree of
`britive_scim.errors`, a text that reads otherwise than it was printed, a predicate that fails.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pickle
import random
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from britive_scim import errors, scim

Trial = Callable[[random.Random], None]

NAMES = [
    "userName", "USERNAME", "title", "active", "id", "name", "emails", "value", "type", "primary",
    "familyName", "meta", "lastModified", "schemas", "x509Certificates", "password", "groups", "$ref",
    "nickName", "profileUrl", "department", "manager", "displayName", "shoe", "not", "and", "or", "pr",
    "eq", "true", "null", "a", "a-b", "a_1", "x$y",
]  # fmt: skip
URNS = [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:custom:2.0:User",
    "URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER",
    "urn:nobody:knows",
    "https://example.com/schemas/badge",
]
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "Co"]
LITERALS = [
    "true", "False", "NULL", "0", "-0", "1", "42", "-7", "3.25", "1e3", "1E-7", "1e999", "9" * 700,
    '""', '"x"', '"Ann"', '"work"', '"true"', '"2011-05-13T04:42:34Z"', '"2011-05-13"', '"\\u00e9"',
    '"e\u0301"', '"\\ud83d\\ude00"', '"\\ud800"', '"a]b(c)"', '"\\""', '"MIID=="',
]  # fmt: skip
PIECES = [
    " ", "  ", "\t", "\n", "\x0b", "\x00", "\u00a0", "(", ")", "[", "]", '"', "'", "\\", ".", ":", "$", "-",
    "and", " or ", "not", "not(", " pr", "eq", "\ud800", "\udc00", "é", "\u212a", "urn:", "://", "1", "e", "\\u12",
]  # fmt: skip


# ----------------------------------------------------------------------------- making


def attribute(rnd: random.Random) -> str:
    """Return the text of an attr-path."""
    text = rnd.choice(NAMES)
    if rnd.random() < 0.2:
        text = f"{rnd.choice(URNS)}:{text}"
    if rnd.random() < 0.3:
        text = f"{text}.{rnd.choice(NAMES)}"
    return text if rnd.random() > 0.02 else rnd.choice(URNS)


def expression(rnd: random.Random, depth: int = 0, *, in_brackets: bool = False) -> str:
    """Return the text of a filter, as deep as chance will have it."""
    choice = rnd.random()
    if depth > 5 or choice < 0.5:
        if rnd.random() < 0.2:
            return f"{attribute(rnd)} pr"
        return f"{attribute(rnd)} {rnd.choice(OPERATORS)} {rnd.choice(LITERALS)}"
    if choice < 0.75:
        word = rnd.choice([" and ", " or ", " AND "])
        parts = rnd.randint(2, 4)
        return word.join(expression(rnd, depth + 1, in_brackets=in_brackets) for _ in range(parts))
    if choice < 0.9 or in_brackets:
        start = rnd.choice(["(", "not (", "not(", "( "])
        return f"{start}{expression(rnd, depth + 1, in_brackets=in_brackets)})"
    tail = ""
    if rnd.random() < 0.2:
        tail = f".{rnd.choice(NAMES)} {rnd.choice(OPERATORS)} {rnd.choice(LITERALS)}"
    return f"{attribute(rnd)}[{expression(rnd, depth + 1, in_brackets=True)}]{tail}"


def path_text(rnd: random.Random) -> str:
    """Return the text of a path."""
    text = attribute(rnd)
    if rnd.random() < 0.5:
        text = f"{text}[{expression(rnd, 2, in_brackets=True)}]"
        if rnd.random() < 0.5:
            text = f"{text}.{rnd.choice(NAMES)}"
    return text


def spoil(rnd: random.Random, text: str) -> str:
    """Return the text with some of it gone, doubled, moved, or put in."""
    for _ in range(rnd.choice([0, 0, 1, 1, 2, 3, 8])):
        start = rnd.randint(0, len(text))
        stop = min(len(text), start + rnd.choice([0, 1, 1, 2, 5, 20]))
        cut = text[start:stop]
        put = rnd.choice(["", cut * 2, rnd.choice(PIECES), rnd.choice(PIECES) * rnd.randint(1, 50)])
        text = text[:start] + put + text[stop:]
        if rnd.random() < 0.1:
            text += cut
    return text


def data(rnd: random.Random, depth: int = 0) -> Any:
    """Return something JSON can say, with names that mean something."""
    choice = rnd.randint(0, 12 if depth < 4 else 8)
    if choice < 9:
        literal = rnd.choice(LITERALS[13:])
        values = [None, True, False, 0, 1, -1.5, 10**30, float("nan"), json.loads(literal)]
        return values[choice]
    if choice < 10:
        return [data(rnd, depth + 1) for _ in range(rnd.randint(0, 3))]
    names = [rnd.choice([*NAMES, *URNS[:3]]) for _ in range(rnd.randint(0, 5))]
    return {name: data(rnd, depth + 1) for name in names}


def frozen(value: Any) -> Any:
    """Return the same data in containers that no fast way knows."""
    if isinstance(value, dict):
        return MappingProxyType({name: frozen(member) for name, member in value.items()})
    return tuple(map(frozen, value)) if isinstance(value, list) else value


# ----------------------------------------------------------------------------- laws


def hold(law: bool, what: str, *facts: object) -> None:
    """Raise where a law does not hold."""
    if not law:
        raise AssertionError(": ".join([what, *map(repr, facts)]))


def filter_trial(rnd: random.Random) -> None:
    """A text is a filter that prints and reads as itself, or is refused with a place."""
    text = spoil(rnd, expression(rnd))
    try:
        parsed = scim.parse_filter(text)
    except errors.InvalidFilter as error:
        hold(error.position is not None and 0 <= error.position <= len(text), "no place", text)
        pickle.loads(pickle.dumps(error))  # what was just written
        return
    again = scim.parse_filter(str(parsed), max_depth=128)
    hold(again == parsed and hash(again) == hash(parsed), "reads otherwise", text, str(parsed))
    hold(pickle.loads(pickle.dumps(parsed)) == parsed, "pickles otherwise", text)
    str(parsed).encode()
    parsed.to_sexpr()


def path_trial(rnd: random.Random) -> None:
    """A text is a path that prints and reads as itself, or is refused with a place."""
    text = spoil(rnd, path_text(rnd))
    try:
        parsed = scim.parse_path(text)
    except (errors.InvalidPath, errors.InvalidFilter) as error:
        hold(error.position is not None and 0 <= error.position <= len(text), "no place", text)
        return
    hold(scim.parse_path(str(parsed)) == parsed, "reads otherwise", text, str(parsed))
    parsed.to_sexpr()


def match_trial(rnd: random.Random) -> None:
    """A filter that passes the check has an answer for any data, the same on every way to it."""
    try:
        parsed = scim.parse_filter(expression(rnd)) if rnd.random() < 0.9 else made(rnd)
        predicate = parsed.compile(scim.User)
    except errors.InvalidFilter as error:
        hold(error.position is not None, "no place", str(error))
        return
    for _ in range(3):
        resource = (
            data(rnd)
            if rnd.random() < 0.3
            else {name: data(rnd, 1) for name in rnd.sample(NAMES, 6)}
        )
        answer = predicate(resource)
        hold(isinstance(answer, bool), "no answer", str(parsed), resource)
        hold(predicate(frozen(resource)) is answer, "two answers", str(parsed), resource)
        inverse = (~parsed).compile(scim.User)
        hold(inverse(resource) is not answer, "true and false at once", str(parsed), resource)


def made(rnd: random.Random) -> scim.Filter:
    """Return a filter that was built, not read."""
    built: scim.Filter = scim.attr(rnd.choice(NAMES)).eq("".join(rnd.choices(PIECES, k=5)))
    return built & scim.attr("emails")[scim.attr("type").ne(rnd.choice([None, True, 5, "work"]))]


def patch_trial(rnd: random.Random) -> None:
    """A request is refused within the tree, or makes a new resource and leaves the given one alone."""
    body = {"Operations": [operation(rnd) for _ in range(rnd.randint(1, 4))]}
    if rnd.random() < 0.05:
        body = data(rnd)
    resource = {name: data(rnd, 1) for name in [*rnd.sample(NAMES, 6), *rnd.sample(URNS[:4], 2)]}
    given: list[Any] = [resource, frozen(resource)]
    with contextlib.suppress(errors.InvalidResource):
        given.append(scim.User.from_wire(resource))
    before = list(map(repr, given))
    for dialect in ("strict", "entra"):
        try:
            request = scim.PatchRequest.parse(body, dialect)
        except (errors.PatchError, errors.InvalidPath, errors.InvalidFilter) as error:
            pickle.loads(pickle.dumps(error))  # what was just written
            continue
        again = scim.PatchRequest.parse(request.to_wire(), "entra")
        hold(repr(again) == repr(request), "reads otherwise", body)
        for each in given:
            try:
                after = request.apply(each)
            except (errors.PatchError, errors.InvalidPath, errors.InvalidFilter) as error:
                hold(error.operation_index is not None, "no number", str(error))
                continue
            hold(type(after) is (dict if isinstance(each, Mapping) else scim.User), "another kind")
            hold(repr(request.apply(each)) == repr(after), "done otherwise", body, each)
        hold(list(map(repr, given)) == before, "the given resource has changed", body, resource)


def operation(rnd: random.Random) -> Any:
    """Return what may be an operation."""
    made: dict[str, Any] = {"op": rnd.choice(["add", "replace", "remove", "Add", "REMOVE"])}
    if rnd.random() < 0.85:
        made["path"] = rnd.choice([attribute(rnd), path_text(rnd), spoil(rnd, path_text(rnd))])
    if rnd.random() < 0.9:
        keys = [path_text(rnd) for _ in range(rnd.randint(0, 3))]
        made["value"] = rnd.choice([data(rnd), {key: data(rnd, 2) for key in keys}])
    return made if rnd.random() < 0.97 else data(rnd)


def diff_trial(rnd: random.Random) -> None:
    """A difference leads from one resource to the other, or `after` is refused."""
    names = [*NAMES, "members", "members", "members"]
    one, other = ({name: data(rnd, 1) for name in rnd.sample(names, 8)} for _ in range(2))
    if rnd.random() < 0.3:
        one["schemas"] = other["schemas"] = [scim.Group.__schema__]
        for each in (one, other):
            each["members"] = [{"value": data(rnd, 4)} for _ in range(rnd.randint(0, 5))]
    if rnd.random() < 0.7:
        other = {**one, **{name: data(rnd, 1) for name in rnd.sample(NAMES, 2)}}
    options: dict[str, Any] = {
        "unset": rnd.choice(["remove", "keep"]),
        "selecting": rnd.choice(["filter", "array", "whole"]),
    }
    scim.equal(one, other)
    try:
        request = scim.diff(one, other, **options)  # tries itself what it returns
    except errors.PatchError:
        return
    hold(not scim.diff(request.apply(one), other, **options), "a difference is left", one, other)


TARGETS: dict[str, Trial] = {
    "filter": filter_trial,
    "path": path_trial,
    "match": match_trial,
    "patch": patch_trial,
    "diff": diff_trial,
}
"""What is tried, by name; each refuses with `errors.InputError` only what it documents."""


# ----------------------------------------------------------------------------- running


def run(names: list[str], *, seconds: float, seed: int, first: int = 0) -> tuple[int, str | None]:
    """Run trials until the time is up.

    Args:
        names: the targets, taken in turn.
        seconds: how long.
        seed: of which all trials are made.
        first: number of the first trial.

    Returns:
        How many trials there were, and the report of the one that broke a law, if any did.
    """
    end = time.monotonic() + seconds
    number = first
    while True:
        for name in names:
            try:
                TARGETS[name](random.Random(f"{seed}-{number}-{name}"))  # repeatable, not secret
            except Exception:  # noqa: BLE001  # any exception at all is what is looked for
                again = f"--seed {seed} --trial {number} {name}"
                return (
                    number - first,
                    f"{traceback.format_exc()}\nonce more: python tools/fuzz_scim.py {again}",
                )
        number += 1
        if time.monotonic() >= end:
            return number - first, None


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "targets", nargs="*", default=[], help=f"of {', '.join(TARGETS)}; default all"
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, help="default: another one each time")
    parser.add_argument("--trial", type=int, help="run this one only")
    options = parser.parse_args(arguments)
    names = options.targets or list(TARGETS)
    unknown = sorted(set(names) - set(TARGETS))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    one = options.trial is not None
    count, report = run(
        names, seconds=0 if one else options.seconds, seed=seed, first=options.trial if one else 0
    )
    print(f"seed {seed}: {count:,} trials of {', '.join(names)}")
    if report is not None:
        print(report, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
