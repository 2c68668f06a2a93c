"""What the language refuses, word for word: people read these texts, so a change of one is a change.

Each case of `data/refusals.txt` is a call and, indented below it, the error: its class, in brackets its
`scim_type`, and its text.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from britive_scim import scim

CASES = Path(__file__).parents[1] / "data" / "refusals.txt"

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Guides"}
USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "1",
    "userName": "ann",
    "emails": [{"value": "a@example.com", "type": "work"}],
}
LAB = scim.model_from_schema(
    {
        "id": "urn:example:lab:User",
        "name": "Lab",
        "attributes": [
            {"name": "when", "type": "dateTime"},
            {"name": "count", "type": "integer"},
            {"name": "ratio", "type": "decimal"},
            {"name": "badge", "type": "string", "mutability": "immutable"},
        ],
    }
)
BADGED = {"schemas": ["urn:example:lab:User"], "badge": "one"}


def patch(
    op: str,
    path: str | None,
    value: Any = None,
    *,
    resource: dict[str, Any] = USER,
    schema: Any = None,
    dialect: Any = "strict",
) -> Any:
    operation = {"op": op} | ({} if path is None else {"path": path})
    if op != "remove":
        operation["value"] = value
    return scim.PatchRequest([operation], dialect).apply(resource, schema)


def check(text: str, *, strict: bool = False) -> None:
    scim.parse_filter(text).check(scim.User, strict=strict)


NAMES = {name: getattr(scim, name) for name in scim.__all__} | {
    "Decimal": Decimal,
    "datetime": datetime,
    "timedelta": timedelta,
    "timezone": timezone,
    "check": check,
    "patch": patch,
    "BADGED": BADGED,
    "ENTERPRISE": ENTERPRISE,
    "GROUP": GROUP,
    "LAB": LAB,
    "PATCH_OP": PATCH_OP,
    "USER": USER,
}


def cases() -> Iterator[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", CASES.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for block in re.split(r"\n(?=\S)", text.strip("\n")):
        call, _, told = block.partition("\n")
        yield call, "\n".join(line[4:] for line in told.rstrip("\n").split("\n"))


def told_of(error: Exception) -> str:
    kind = getattr(error, "scim_type", None)
    return f"{type(error).__name__}{f' [{kind}]' if kind else ''}: {error}"


@pytest.mark.parametrize(("call", "told"), list(cases()))
def test_what_is_refused_is_told_in_these_words(call: str, told: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # the text holds the class
        eval(call, dict(NAMES))
    assert [line.rstrip() for line in told_of(caught.value).split("\n")] == told.split("\n")
