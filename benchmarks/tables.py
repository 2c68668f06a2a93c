"""Users to data frames: pandas, polars and Arrow, against columns written by hand into the same library.

    python benchmarks/tables.py [NUMBER OF USERS] [--memory]

Compared, as processor time of alternating runs, the best of each: `scim.table` columns of users in memory, models and
JSON objects; and list comprehensions over the same JSON objects, with the same 16 columns, parsed times and types, into
the same library. With `other`, both write the remaining attributes as JSON. `--memory` shows the memory at its peak of
a list that is streamed into a frame, beside that of the frame alone; it needs Linux.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fixtures import ENTERPRISE, User, build_user

from britive_scim import scim
from britive_scim.scim.tables.resource_table import build_resource_table

ROUNDS = 3
GOAL = 2.0
SIMPLE = [
    "id", "user_name", "external_id", "given_name", "family_name", "display_name", "email", "active", "title",
    "department", "manager", "employee_number", "created", "last_modified", "key", "groups",
]  # fmt: skip
_PLACED = {
    "id",
    "externalId",
    "userName",
    "displayName",
    "active",
    "title",
    "schemas",
    "meta",
    "groups",
}
_NAME = {"givenName", "familyName"}
_ENTERPRISE = {"department", "employeeNumber", "manager"}


def build_columns(users: list[User], *, has_other: bool) -> dict[str, list[Any]]:
    """Return the columns as one writes them by hand."""
    columns: dict[str, list[Any]] = {
        "id": [user.get("id") for user in users],
        "user_name": [user.get("userName") for user in users],
        "external_id": [user.get("externalId") for user in users],
        "given_name": [user.get("name", {}).get("givenName") for user in users],
        "family_name": [user.get("name", {}).get("familyName") for user in users],
        "display_name": [user.get("displayName") for user in users],
        "email": [
            next((e["value"] for e in user.get("emails", ()) if e.get("primary")), None)
            for user in users
        ],
        "active": [user.get("active") for user in users],
        "title": [user.get("title") for user in users],
        "department": [user.get(ENTERPRISE, {}).get("department") for user in users],
        "manager": [user.get(ENTERPRISE, {}).get("manager", {}).get("value") for user in users],
        "employee_number": [user.get(ENTERPRISE, {}).get("employeeNumber") for user in users],
        "created": [datetime.fromisoformat(user["meta"]["created"]) for user in users],
        "last_modified": [datetime.fromisoformat(user["meta"]["lastModified"]) for user in users],
        "key": [user["userName"].casefold() for user in users],
        "groups": [len(user["groups"]) if "groups" in user else None for user in users],
    }
    if has_other:
        columns["other"] = [json.dumps(find_rest(user)) for user in users]
    return columns


def find_rest(user: User) -> User:
    """Return the attributes without a column."""
    rest = {name: value for name, value in user.items() if name not in _PLACED}
    rest["name"] = {k: v for k, v in user["name"].items() if k not in _NAME}
    rest[ENTERPRISE] = {k: v for k, v in user[ENTERPRISE].items() if k not in _ENTERPRISE}
    return rest


def build_pandas(columns: dict[str, list[Any]]) -> Any:
    import pandas as pd

    types = {"active": "boolean", "groups": "Int64", "created": TIME, "last_modified": TIME}
    return pd.DataFrame(
        {name: pd.Series(v, dtype=types.get(name, "string")) for name, v in columns.items()}
    )


TIME = "datetime64[us, UTC]"


def build_polars(columns: dict[str, list[Any]]) -> Any:
    import polars as pl

    types: dict[str, Any] = {
        "active": pl.Boolean,
        "groups": pl.Int64,
        "created": pl.Datetime("us", "UTC"),
        "last_modified": pl.Datetime("us", "UTC"),
    }
    return pl.DataFrame(columns, schema={name: types.get(name, pl.String) for name in columns})


def build_arrow(columns: dict[str, list[Any]]) -> Any:
    import pyarrow as pa

    time = pa.timestamp("us", tz="UTC")
    types = {"active": pa.bool_(), "groups": pa.int64(), "created": time, "last_modified": time}
    return pa.table(
        {name: pa.array(v, types.get(name, pa.string())) for name, v in columns.items()}
    )


LIBRARIES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": build_pandas,
    "polars": build_polars,
    "arrow": build_arrow,
}


def measure(subject: Callable[[], Any]) -> float:
    """Return the processor seconds of one run."""
    gc.collect()
    started = time.process_time()
    subject()
    return time.process_time() - started


def compare(name: str, users: list[User], models: list[scim.User], *, has_other: bool) -> None:
    """Print the processor time of a library, by hand and by tables."""
    columns = [*SIMPLE, *(["other"] if has_other else [])]
    method = f"to_{name}"
    subjects: dict[str, Callable[[], Any]] = {
        "by hand": lambda: LIBRARIES[name](build_columns(users, has_other=has_other)),
        "table of JSON": getattr(build_resource_table(users, scim.User, columns), method),
        "table of models": getattr(build_resource_table(models, scim.User, columns), method),
    }
    best = dict.fromkeys(subjects, float("inf"))
    for _ in range(ROUNDS):
        for label, subject in subjects.items():
            best[label] = min(best[label], measure(subject))
    title = f"{name}, {len(columns)} columns{' with other' if has_other else ''}"
    for label, seconds in best.items():
        ratio = seconds / best["by hand"]
        verdict = "" if label == "by hand" else "met" if ratio <= GOAL else "MISSED"
        print(f"{title:32} {label:16} {seconds:7.3f} s  {ratio:5.2f}x  {verdict}")


def measure_memory(number: int) -> None:
    """Print the memory of a streamed frame, and the rest at its peak, which must not grow with the frame."""
    from britive_scim.tables import Table

    page = 1000
    layout = build_resource_table([], scim.User)

    def iter_batches(size: int) -> Any:
        for start in range(0, size, page):
            users = [build_user(position) for position in range(start, start + page)]
            yield from build_resource_table(users, scim.User).column_batches()

    def build(name: str, size: int) -> Any:
        return getattr(Table.from_columns(layout.columns, iter_batches(size)), f"to_{name}")()

    for name in LIBRARIES:
        build(name, page)  # imports the library
        for size in (number // 2, number):
            tracemalloc.start()
            frame = build(name, size)
            held, peak = (bytes_ / 1e6 for bytes_ in tracemalloc.get_traced_memory())
            tracemalloc.stop()
            print(
                f"{name:8} {size:7} users, objects of Python: frame {held:6.1f} MB, rest {peak - held:6.1f} MB"
            )
            del frame


def main() -> None:
    numbers = [argument for argument in sys.argv[1:] if argument.isdigit()]
    number = int(numbers[0]) if numbers else 100_000
    if "--memory" in sys.argv:
        measure_memory(number)
        return
    users = [build_user(position) for position in range(number)]
    text = json.dumps({"Resources": users})
    models = scim.ListResponse[scim.User].from_wire(text).resources
    del text
    gc.collect()
    gc.freeze()
    for name, build in LIBRARIES.items():
        try:
            build(build_columns(users[:1], has_other=False))
        except ImportError as error:
            print(f"{name}: not installed: {error.name}")
            continue
        for has_other in (False, True):
            compare(name, users, models, has_other=has_other)


if __name__ == "__main__":
    main()
