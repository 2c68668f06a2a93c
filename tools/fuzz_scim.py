"""Fuzz `britive_scim.scim`: random filters, paths, PATCH requests and data must not break invariants.

    python tools/fuzz_scim.py                          all targets, 20 seconds in total
    python tools/fuzz_scim.py --seconds 60 filter path
    python tools/fuzz_scim.py --seed 7 --trial 4711 filter      repeat one trial

A trial depends on target, seed and number only. It generates an input from the grammar, usually mutates it,
and raises if an invariant is broken: an exception outside `britive_scim.errors`, printed text that parses to
another value, a predicate that fails.
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


# ----------------------------------------------------------------------------- generators


def generate_attribute(rnd: random.Random) -> str:
    """Return a random attribute path."""
    text = rnd.choice(NAMES)
    if rnd.random() < 0.2:
        text = f"{rnd.choice(URNS)}:{text}"
    if rnd.random() < 0.3:
        text = f"{text}.{rnd.choice(NAMES)}"
    return text if rnd.random() > 0.02 else rnd.choice(URNS)


def generate_filter(rnd: random.Random, depth: int = 0, *, in_brackets: bool = False) -> str:
    """Return a random filter, at most about six levels deep."""
    choice = rnd.random()
    if depth > 5 or choice < 0.5:
        if rnd.random() < 0.2:
            return f"{generate_attribute(rnd)} pr"
        return f"{generate_attribute(rnd)} {rnd.choice(OPERATORS)} {rnd.choice(LITERALS)}"
    if choice < 0.75:
        word = rnd.choice([" and ", " or ", " AND "])
        parts = rnd.randint(2, 4)
        return word.join(
            generate_filter(rnd, depth + 1, in_brackets=in_brackets) for _ in range(parts)
        )
    if choice < 0.9 or in_brackets:
        start = rnd.choice(["(", "not (", "not(", "( "])
        return f"{start}{generate_filter(rnd, depth + 1, in_brackets=in_brackets)})"
    tail = ""
    if rnd.random() < 0.2:
        tail = f".{rnd.choice(NAMES)} {rnd.choice(OPERATORS)} {rnd.choice(LITERALS)}"
    return f"{generate_attribute(rnd)}[{generate_filter(rnd, depth + 1, in_brackets=True)}]{tail}"


def generate_path(rnd: random.Random) -> str:
    """Return a random PATCH path."""
    text = generate_attribute(rnd)
    if rnd.random() < 0.5:
        text = f"{text}[{generate_filter(rnd, 2, in_brackets=True)}]"
        if rnd.random() < 0.5:
            text = f"{text}.{rnd.choice(NAMES)}"
    return text


def mutate(rnd: random.Random, text: str) -> str:
    """Return the text with random parts deleted, duplicated, moved or inserted."""
    for _ in range(rnd.choice([0, 0, 1, 1, 2, 3, 8])):
        start = rnd.randint(0, len(text))
        stop = min(len(text), start + rnd.choice([0, 1, 1, 2, 5, 20]))
        deleted = text[start:stop]
        inserted = rnd.choice(
            ["", deleted * 2, rnd.choice(PIECES), rnd.choice(PIECES) * rnd.randint(1, 50)]
        )
        text = text[:start] + inserted + text[stop:]
        if rnd.random() < 0.1:
            text += deleted
    return text


def generate_json(rnd: random.Random, depth: int = 0) -> Any:
    """Return a random JSON value with SCIM attribute names."""
    choice = rnd.randint(0, 12 if depth < 4 else 8)
    if choice < 9:
        literal = rnd.choice(LITERALS[13:])
        values = [None, True, False, 0, 1, -1.5, 10**30, float("nan"), json.loads(literal)]
        return values[choice]
    if choice < 10:
        return [generate_json(rnd, depth + 1) for _ in range(rnd.randint(0, 3))]
    names = [rnd.choice([*NAMES, *URNS[:3]]) for _ in range(rnd.randint(0, 5))]
    return {name: generate_json(rnd, depth + 1) for name in names}


def freeze(value: Any) -> Any:
    """Return the same data in immutable containers, which the fast paths do not handle."""
    if isinstance(value, dict):
        return MappingProxyType({name: freeze(member) for name, member in value.items()})
    return tuple(map(freeze, value)) if isinstance(value, list) else value


# ----------------------------------------------------------------------------- invariants


def require(condition: bool, message: str, *values: object) -> None:
    """Raise an AssertionError if an invariant is broken."""
    if not condition:
        raise AssertionError(": ".join([message, *map(repr, values)]))


def filter_trial(rnd: random.Random) -> None:
    """Check that a string parses to a filter that round-trips, or fails with a position."""
    text = mutate(rnd, generate_filter(rnd))
    try:
        parsed = scim.parse_filter(text)
    except errors.InvalidFilter as error:
        check_position(error.position, text)
        pickle.loads(pickle.dumps(error))  # own data
        return
    reparsed = scim.parse_filter(str(parsed), max_depth=128)
    is_same = reparsed == parsed and hash(reparsed) == hash(parsed)
    require(is_same, "printed filter differs", text, str(parsed))
    require(pickle.loads(pickle.dumps(parsed)) == parsed, "pickled filter differs", text)
    str(parsed).encode()
    parsed.to_sexpr()


def check_position(position: int | None, text: str) -> None:
    """Require a position within the text of an error."""
    require(position is not None and 0 <= position <= len(text), "invalid position", text)


def path_trial(rnd: random.Random) -> None:
    """Check that a string parses to a path that round-trips, or fails with a position."""
    text = mutate(rnd, generate_path(rnd))
    try:
        parsed = scim.parse_path(text)
    except (errors.InvalidPath, errors.InvalidFilter) as error:
        check_position(error.position, text)
        return
    require(scim.parse_path(str(parsed)) == parsed, "printed path differs", text, str(parsed))
    parsed.to_sexpr()


def match_trial(rnd: random.Random) -> None:
    """Check that a valid filter has one result for any data, in every representation."""
    try:
        parsed = (
            scim.parse_filter(generate_filter(rnd)) if rnd.random() < 0.9 else build_filter(rnd)
        )
        predicate = parsed.compile(scim.User)
    except errors.InvalidFilter as error:
        require(error.position is not None, "position missing", str(error))
        return
    for _ in range(3):
        resource = (
            generate_json(rnd)
            if rnd.random() < 0.3
            else {name: generate_json(rnd, 1) for name in rnd.sample(NAMES, 6)}
        )
        result = predicate(resource)
        require(isinstance(result, bool), "result is not a boolean", str(parsed), resource)
        require(predicate(freeze(resource)) is result, "results differ", str(parsed), resource)
        inverse = (~parsed).compile(scim.User)
        require(inverse(resource) is not result, "negation is equal", str(parsed), resource)


def build_filter(rnd: random.Random) -> scim.Filter:
    """Return a filter made with the builder, without parsing."""
    built: scim.Filter = scim.attr(rnd.choice(NAMES)).eq("".join(rnd.choices(PIECES, k=5)))
    return built & scim.attr("emails")[scim.attr("type").ne(rnd.choice([None, True, 5, "work"]))]


def patch_trial(rnd: random.Random) -> None:
    """Check that a request returns a new resource or fails cleanly, and never modifies its input."""
    body = {"Operations": [generate_operation(rnd) for _ in range(rnd.randint(1, 4))]}
    if rnd.random() < 0.05:
        body = generate_json(rnd)
    names = [*rnd.sample(NAMES, 6), *rnd.sample(URNS[:4], 2)]
    resource = {name: generate_json(rnd, 1) for name in names}
    inputs: list[Any] = [resource, freeze(resource)]
    with contextlib.suppress(errors.InvalidResource):
        inputs.append(scim.User.from_wire(resource))
    before = list(map(repr, inputs))
    for dialect in ("strict", "entra"):
        try:
            request = scim.PatchRequest.parse(body, dialect)
        except (errors.PatchError, errors.InvalidPath, errors.InvalidFilter) as error:
            pickle.loads(pickle.dumps(error))  # own data
            continue
        reparsed = scim.PatchRequest.parse(request.to_wire(), "entra")
        require(repr(reparsed) == repr(request), "printed request differs", body)
        for value in inputs:
            try:
                after = request.apply(value)
            except (errors.PatchError, errors.InvalidPath, errors.InvalidFilter) as error:
                require(error.operation_index is not None, "operation_index missing", str(error))
                continue
            expected_type = dict if isinstance(value, Mapping) else scim.User
            require(type(after) is expected_type, "type of the result differs")
            require(repr(request.apply(value)) == repr(after), "second result differs", body, value)
        require(list(map(repr, inputs)) == before, "the input was modified", body, resource)


def generate_operation(rnd: random.Random) -> Any:
    """Return a random PATCH operation, rarely a random JSON value."""
    operation: dict[str, Any] = {"op": rnd.choice(["add", "replace", "remove", "Add", "REMOVE"])}
    if rnd.random() < 0.85:
        operation["path"] = rnd.choice(
            [generate_attribute(rnd), generate_path(rnd), mutate(rnd, generate_path(rnd))]
        )
    if rnd.random() < 0.9:
        keys = [generate_path(rnd) for _ in range(rnd.randint(0, 3))]
        operation["value"] = rnd.choice(
            [generate_json(rnd), {key: generate_json(rnd, 2) for key in keys}]
        )
    return operation if rnd.random() < 0.97 else generate_json(rnd)


def diff_trial(rnd: random.Random) -> None:
    """Check that applying a diff leaves no difference, unless `after` is rejected."""
    names = [*NAMES, "members", "members", "members"]
    before, after = (
        {name: generate_json(rnd, 1) for name in rnd.sample(names, 8)} for _ in range(2)
    )
    if rnd.random() < 0.3:
        before["schemas"] = after["schemas"] = [scim.Group.__schema__]
        for group in (before, after):
            group["members"] = [{"value": generate_json(rnd, 4)} for _ in range(rnd.randint(0, 5))]
    if rnd.random() < 0.7:
        after = {**before, **{name: generate_json(rnd, 1) for name in rnd.sample(NAMES, 2)}}
    options: dict[str, Any] = {
        "unset": rnd.choice(["remove", "keep"]),
        "value_selection": rnd.choice(["filter", "array", "whole"]),
    }
    scim.equal(before, after)
    try:
        request = scim.diff(before, after, **options)  # applies its own result
    except errors.PatchError:
        return
    remaining = scim.diff(request.apply(before), after, **options)
    require(not remaining, "a difference is left", before, after)


TARGETS: dict[str, Trial] = {
    "filter": filter_trial,
    "path": path_trial,
    "match": match_trial,
    "patch": patch_trial,
    "diff": diff_trial,
}
"""Trial functions by name."""


# ----------------------------------------------------------------------------- running


def run(names: list[str], *, seconds: float, seed: int, first: int = 0) -> tuple[int, str | None]:
    """Run trials until the time is up.

    Args:
        names: targets, in turn.
        seconds: duration.
        seed: seed of all trials.
        first: number of the first trial.

    Returns:
        Number of trials, and the report of the first failure, if any.
    """
    end = time.monotonic() + seconds
    number = first
    while True:
        for name in names:
            try:
                TARGETS[name](random.Random(f"{seed}-{number}-{name}"))  # repeatable, not secret
            except Exception:  # noqa: BLE001  # every exception is a finding
                command = f"python tools/fuzz_scim.py --seed {seed} --trial {number} {name}"
                return number - first, f"{traceback.format_exc()}\nto repeat: {command}"
        number += 1
        if time.monotonic() >= end:
            return number - first, None


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "targets", nargs="*", default=[], help=f"of {', '.join(TARGETS)}; default: all"
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, help="default: random")
    parser.add_argument("--trial", type=int, help="run only this trial")
    options = parser.parse_args(arguments)
    names = options.targets or list(TARGETS)
    unknown = sorted(set(names) - set(TARGETS))
    if unknown:
        parser.error(f"unknown target: {', '.join(unknown)}")
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    if options.trial is None:
        count, report = run(names, seconds=options.seconds, seed=seed)
    else:
        count, report = run(names, seconds=0, seed=seed, first=options.trial)
    print(f"seed {seed}: {count:,} trials of {', '.join(names)}")
    if report is not None:
        print(report, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
