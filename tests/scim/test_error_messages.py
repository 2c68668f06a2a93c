"""Error messages of the SCIM language, word for word.

Each case of `data/refusals.txt` is a call and, indented below it, its error: the class, the
`scim_type` in brackets, and the message.
"""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import field_validator

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
            {"name": "tags", "multiValued": True, "mutability": "immutable"},
            {"name": "needed", "multiValued": True, "required": True},
            {"name": "flags", "type": "boolean", "multiValued": True},
            {
                "name": "bound",
                "type": "complex",
                "mutability": "immutable",
                "subAttributes": [{"name": "a"}, {"name": "b"}],
            },
            {
                "name": "keys",
                "type": "complex",
                "multiValued": True,
                "mutability": "immutable",
                "subAttributes": [{"name": "value"}, {"name": "label"}],
            },
            {
                "name": "box",
                "type": "complex",
                "subAttributes": [
                    {"name": "label", "required": True},
                    {"name": "size", "type": "integer"},
                    {"name": "seal", "mutability": "readOnly"},
                    {"name": "serial", "mutability": "immutable"},
                    {
                        "name": "lid",
                        "type": "complex",
                        "subAttributes": [{"name": "mark", "mutability": "immutable"}],
                    },
                ],
            },
            {
                "name": "parts",
                "type": "complex",
                "multiValued": True,
                "subAttributes": [
                    {"name": "value"},
                    {"name": "type"},
                    {"name": "seal", "mutability": "readOnly"},
                    {"name": "serial", "mutability": "immutable"},
                    {"name": "primary", "type": "boolean"},
                ],
            },
        ],
    }
)
BADGED = {"schemas": ["urn:example:lab:User"], "badge": "one"}
FULL = BADGED | {
    "tags": ["a"],
    "needed": ["n"],
    "bound": {"a": "1"},
    "keys": [{"value": "k"}],
    "box": {"label": "l", "seal": "s", "serial": "7"},
    "parts": [{"value": "p", "seal": "s", "serial": "7"}],
}
VAULT = scim.ResourceSchema.of(
    {
        "id": "urn:example:vault:User",
        "attributes": [
            {"name": "codes", "multiValued": True, "returned": "never"},
            {
                "name": "vault",
                "type": "complex",
                "multiValued": True,
                "returned": "never",
                "subAttributes": [{"name": "code"}, {"name": "keys", "multiValued": True}],
            },
        ],
    }
)
PASS = "urn:example:pass:User"


class Pass(scim.Extension):
    __schema__ = PASS

    number: Annotated[str | None, scim.IMMUTABLE] = None
    grade: int | None = None
    tone: Literal["low", "high"] | None = None

    @field_validator("grade")
    @classmethod
    def _is_grade(cls, grade: int | None) -> int | None:
        if grade is not None and grade > 9:
            raise ValueError("there are nine grades")
        return grade


class Badge(scim.Complex):
    tone: Literal["low", "high"] | None = None


class Holder(scim.User):
    badge: Badge | None = None
    passport: Pass | None = scim.extension(PASS, required=True)
    permit: Pass | None = scim.extension("urn:example:permit:User")
    locker: str


HOLDER = {"locker": "7", PASS: {"grade": 1}, "urn:example:permit:User": {"number": "7"}}


class Nameless(scim.Extension):
    pass


def make_extension_schema(annotation: Any) -> Any:
    """Return the schema of a class with an extension of this annotation."""
    names = {"__annotations__": {"badge": annotation}, "badge": scim.extension("urn:x:badge")}
    return scim.ResourceSchema.of(type("Badged", (scim.User,), names))


def assign_and_write(model: scim.Model, **values: Any) -> dict[str, Any]:
    """Assign values to a model and return its wire form."""
    for name, value in values.items():
        setattr(model, name, value)
    return model.to_wire()


def nest_list(depth: int) -> list[Any]:
    inner: list[Any] = [1]
    for _ in range(depth):
        inner = [inner]
    return inner


def nest_filter(depth: int) -> scim.Filter:
    """Return a filter with nested brackets, built in Python."""
    filter_ = scim.parse_filter("a pr")
    for _ in range(depth):
        filter_ = ~filter_
    return filter_


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
    "nest_filter": nest_filter,
    "make_extension_schema": make_extension_schema,
    "nest_list": nest_list,
    "assign_and_write": assign_and_write,
    "BADGED": BADGED,
    "ENTERPRISE": ENTERPRISE,
    "FULL": FULL,
    "GROUP": GROUP,
    "HOLDER": HOLDER,
    "Holder": Holder,
    "LAB": LAB,
    "Nameless": Nameless,
    "PASS": PASS,
    "PATCH_OP": PATCH_OP,
    "Pass": Pass,
    "USER": USER,
    "VAULT": VAULT,
}


def parse_cases(text: str) -> list[str | tuple[str, str]]:
    """Split the file into section headings and (call, message) pairs, in order."""
    parts: list[str | tuple[str, str]] = []
    for block in re.split(r"\n(?=\S)", text.strip("\n")):
        if block.startswith("#"):
            parts.append(block.strip())
        else:
            call, _, message = block.partition("\n")
            parts.append((call, "\n".join(line[4:] for line in message.rstrip("\n").split("\n"))))
    return parts


def format_cases(parts: list[str | tuple[str, str]]) -> str:
    blocks = []
    for part in parts:
        if isinstance(part, str):
            blocks.append(f"\n\n{part}" if blocks else part)
        else:
            call, message = part
            blocks.append(
                "\n".join([call, *(f"    {line}".rstrip() for line in message.split("\n"))])
            )
    return "\n".join(blocks) + "\n"


def describe_error(call: str) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # the class is part of the message
        eval(call, dict(NAMES))
    error = caught.value
    scim_type = getattr(error, "scim_type", None)
    message = f"{type(error).__name__}{f' [{scim_type}]' if scim_type else ''}: {error}"
    return "\n".join(line.rstrip() for line in message.split("\n"))


def sections() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    heading = ""
    for part in parse_cases(CASES.read_text("utf-8")):
        if isinstance(part, str):
            heading = part.removeprefix("# ")
        else:
            found.setdefault(heading, []).append(part)
    return found


@pytest.mark.parametrize("section", sections())
def test_error_messages(section: str, pytestconfig: pytest.Config) -> None:
    actual = {call: describe_error(call) for call, _ in sections()[section]}
    if pytestconfig.getoption("--update-texts"):
        parts = parse_cases(CASES.read_text("utf-8"))
        renewed = [
            part if isinstance(part, str) else (part[0], actual.get(part[0], part[1]))
            for part in parts
        ]
        CASES.write_text(format_cases(renewed), "utf-8")
    expected = dict(sections()[section])
    assert actual == expected, "renew tests/data/refusals.txt with `pytest --update-texts`"
