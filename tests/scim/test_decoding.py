"""`from_wire`: accepted input, rejected input, error messages."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, field_validator, model_validator

from britive_scim import scim
from britive_scim.errors import InvalidResource
from support.each_value import each_value

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
Users = scim.ListResponse[scim.User]


class Dumped(BaseModel):
    userName: str = "ada"  # noqa: N815 - a model outside this package with SCIM names


class BareDump:
    def __repr__(self) -> str:  # the identifier of a test, the same in every process
        return "BareDump()"

    def model_dump(self) -> dict[str, Any]:
        return {"userName": "ada"}


@pytest.mark.parametrize(
    "given",
    [
        '{"userName": "ada"}',
        b'{"userName": "ada"}',
        bytearray(b'{"userName": "ada"}'),
        b'\xef\xbb\xbf{"userName": "ada"}',
        '\ufeff{"userName": "ada"}',
        {"userName": "ada"},
        MappingProxyType({"userName": "ada"}),
        Dumped(),
        BareDump(),
        scim.User(user_name="ada"),
    ],
    ids=str,
)
def test_from_wire_every_input_type_gives_same_user(given: Any) -> None:
    assert scim.User.from_wire(given) == scim.User(user_name="ada")


def test_from_wire_nested_mapping_of_any_type_is_read() -> None:
    user = scim.User.from_wire({"name": MappingProxyType({"familyName": "Byron"})})
    assert user.name == scim.Name(family_name="Byron")


def test_from_wire_python_values_are_read_as_json() -> None:
    created_at = datetime(2026, 3, 1, tzinfo=UTC)
    user = scim.User.from_wire({"id": UUID(int=7), "meta": {"created": created_at}})
    assert user.id == str(UUID(int=7))
    assert user.meta == scim.Meta(created=created_at)


def test_from_wire_input_is_unchanged_and_not_shared() -> None:
    sent = {"x": {"list": [1]}, "EMAILS": [{"value": "a@x"}]}
    copy = json.loads(json.dumps(sent))
    user = scim.User.from_wire(sent)
    assert sent == copy
    sent["x"]["list"].append(2)
    assert user.to_wire()["x"] == {"list": [1]}


def test_from_wire_duplicate_member_last_one_counts() -> None:
    assert scim.User.from_wire('{"userName": "a", "userName": "b"}').user_name == "b"
    assert scim.User.from_wire('{"USERNAME": "a", "USERNAME": "b"}').user_name == "b"
    assert scim.User.from_wire('{"x": 1, "x": 2}').to_wire()["x"] == 2


REJECTED: list[tuple[Any, str]] = [
    ("", "data must be JSON"),
    ("{", "data must be JSON"),
    ('{"userName": "ada"', "data must be JSON"),
    ("<html>", "data must be JSON"),
    (b"\xff\xfe", "data must be JSON"),
    ("{} {}", "data must be JSON"),
    ("null", "data must be an object (User), got null"),
    ("[]", "data must be an object (User), got a list"),
    ('"ada"', "data must be an object (User), got a string"),
    ("7", "data must be an object (User), got a number"),
    ([{"userName": "ada"}], "data must be an object (User), got a list"),
    (7, "model_dump(), got int"),
    (None, "model_dump(), got NoneType"),
    ({"x": object()}, "object has no JSON form"),
    ('{"x": NaN}', "data must be JSON"),
    ('{"active": NaN}', "data must be JSON"),
    ('{"x": [{"y": -Infinity}]}', "data must be JSON"),
    ({"x": float("nan")}, "data must be JSON"),
    ({"x": float("inf")}, "data must be JSON"),
    ("\ud800", "data must be JSON"),
    ('{"x": ' + "[" * 64 + "]" * 64 + "}", "at most 64 levels"),
    ('{"x": ' + '{"y": ' * 64 + "1" + "}" * 65, "at most 64 levels"),
    ('{"active": ' + "[" * 64 + "]" * 64 + "}", "at most 64 levels"),
    ('{"x": ' + "[" * 300 + "]" * 300 + "}", "x[0][0][0]…: nested deeper than 64"),
    (b'{"userName": "\xff"}', "data must be JSON in UTF-8, got invalid start byte at byte 14"),
    ({"x": "\ud800", "y": object()}, "object has no JSON form"),
    ('{"x": ' + "[" * 900 + "]" * 900 + "}", "at most 64 levels"),
    ('{"x": ' + "[" * 100_000, "at most 64 levels"),
    ({"schemas": [ERROR], "status": "404"}, "data must be a User, got a SCIM Error message"),
    (
        {"schemas": [LIST.upper()], "Resources": []},
        "data must be a User, got a SCIM LISTRESPONSE message",
    ),
]


@each_value("given, message", REJECTED)
def test_from_wire_unreadable_input_raises_error(given: Any, message: str) -> None:
    with pytest.raises(InvalidResource) as caught:
        scim.User.from_wire(given)
    assert message in str(caught.value)
    assert caught.value.__cause__ is None


@each_value("depth", [300, 900, 5_000])
def test_from_wire_page_deeper_than_stack_is_handled(depth: int) -> None:
    deep = '{"x": ' + "[" * depth + "]" * depth + "}"
    try:
        message = str(scim.ListResponse[scim.User].from_wire(f'{{"Resources": [{deep}]}}').unread)
    except InvalidResource as error:
        message = str(error)
    assert "nested deeper than 64" in message or "at most 64 levels" in message


def test_from_wire_string_nan_is_accepted() -> None:
    assert scim.User.from_wire('{"title": "NaN", "x": "Infinity"}').title == "NaN"


def test_from_wire_nesting_at_limit_is_accepted() -> None:
    deep = '{"x": ' + "[" * 63 + "]" * 63 + "}"
    assert scim.User.from_wire(deep).to_wire()["x"] == json.loads(deep)["x"]


def test_from_wire_lone_surrogate_value_is_unread() -> None:
    for given in (
        '{"userName": "ada", "password": "secret\\ud800", "x\\udfff": 1, "urn:x:y": {"a": ["\\ud800"]}}',
        '{"userName": "ada", "password": "secret\ud800", "x\udfff": 1, "urn:x:y": {"a": ["\ud800"]}}',
        {
            "userName": "ada",
            "password": "secret\ud800",
            "x\udfff": 1,
            "urn:x:y": {"a": ("\ud800",)},
        },
    ):
        user = scim.User.from_wire(given)
        assert user.user_name == "ada"
        assert user.password is None
        (unread,) = user.unread
        assert (unread.path, unread.raw) == ("password", "secret\ud800")
        assert unread.reason == "must be valid Unicode, got a string with a lone surrogate"
        wire = user.to_wire()
        assert wire["password"] == "secret\ud800"
        assert wire["x\udfff"] == 1
        assert wire["urn:x:y"] == {"a": ["\ud800"]}
        assert '"secret\\ud800"' in json.dumps(wire)
        assert "secret" not in repr(user) + repr(user.unread)
        assert scim.User.from_wire(json.dumps(wire)) == user


def test_from_wire_lone_surrogate_page_is_read() -> None:
    page = Users.from_wire(
        '{"Resources": [{"userName": "ada"}, {"userName": "bob", "displayName": "x\\ud83d"}]}'
    )
    assert [user.user_name for user in page.resources] == ["ada", "bob"]
    assert [one.path for one in page.unread] == ["Resources[1].displayName"]
    assert json.loads(json.dumps(page.to_wire()))["Resources"][1]["displayName"] == "x\ud83d"


def test_from_wire_surrogate_pair_is_one_character() -> None:
    assert scim.User.from_wire('{"title": "\\ud83d\\ude00", "x": "\\ud83d"}').title == "\U0001f600"


@pytest.mark.parametrize("page", [Users, scim.ListResponse[scim.User | scim.Group]])
def test_from_wire_page_with_too_deep_resource_is_read(page: Any) -> None:
    """Row `deep-resource`."""
    deep = '{"x": ' + "[" * 70 + "]" * 70 + ', "y": 1e400}'
    for text in (f'{{"Resources": [{deep}, {{"id": "2"}}]}}', f'[{deep}, {{"id": "2"}}]'):
        read = page.from_wire(text)
        assert [one.id for one in read.resources] == ["2"]
        (unread,) = read.unread
        assert (unread.path, unread.reason) == ("Resources[0]", "nested deeper than 64")
        exact = deep.replace("1e400", str(10**400))
        assert read.to_wire()["Resources"][0] == json.loads(exact)


@each_value(
    "text",
    [
        '{"Resources": [{"id": "1"}], "resources": ' + "[" * 70 + "]" * 70 + "}",
        '{"Resources": "x", "x": ' + "[" * 70 + "]" * 70 + "}",
        '{"Resources": [], "x": ' + "[" * 70 + "]" * 70 + "}",
    ],
)
def test_from_wire_page_without_json_raises_error(text: str) -> None:
    with pytest.raises(InvalidResource, match="data must be JSON of at most 64 levels"):
        Users.from_wire(text)


def test_from_wire_error_names_path_without_value() -> None:
    with pytest.raises(InvalidResource) as caught:
        scim.User.from_wire('{"password": ["secret", ' + "[" * 64 + "]" * 64 + "]}")
    assert "password" in str(caught.value)
    assert "secret" not in repr(caught.value) + str(caught.value)


@each_value(
    "given, message",
    [
        ("{", "data must be JSON"),
        ("7", "data must be a ListResponse, got a number"),
        (
            '{"message": "ok"}',
            "data must be a ListResponse, got an object without Resources and totalResults",
        ),
        ({"schemas": [ERROR], "status": "404"}, f"its schemas are {ERROR}"),
        ({"schemas": [USER], "userName": "ada"}, f"its schemas are {USER}"),
        ({"SCHEMAS": ERROR}, f"its schemas are {ERROR}"),
        ({"schemas": 7, "startIndex": "1"}, "data must be a ListResponse"),
        (
            '{"Resources": [{"x": Infinity}]}',
            "data must be JSON: numbers must be finite, got Infinity",
        ),
        (
            '{"Resources": [{}, {"active": "?", "x": NaN}]}',
            "data must be JSON: numbers must be finite, got NaN",
        ),
        ('{"startIndex": "1", "Resources": [{"x": NaN}]}', "data must be JSON"),
        ('{"totalResults": NaN}', "data must be JSON"),
    ],
)
def test_list_from_wire_not_a_list_raises_error(given: Any, message: str) -> None:
    with pytest.raises(InvalidResource) as caught:
        Users.from_wire(given)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["{}", '{"schemas": null}'])
def test_list_from_wire_object_without_list_members_fails(text: str) -> None:
    with pytest.raises(InvalidResource, match="without Resources and totalResults"):
        Users.from_wire(text)


def test_list_from_wire_schemas_without_members_is_accepted() -> None:
    assert Users.from_wire({"schemas": [LIST]}).resources == []
    assert Users.from_wire({"schemas": LIST, "startIndex": "1"}).start_index == 1


# ----------------------------------------------------------------------------- the caller's own classes


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Access(scim.Complex):
    level: Level | None = None
    area: str


class Acme(scim.Extension):
    level: Level | None = None
    floor: Literal["1", "2"] | None = None
    code: Annotated[str | None, Field(max_length=3)] = None
    either: int | str | None = None
    anything: Any = None
    settings: dict[str, int] | None = None
    access: Access | None = None
    grants: list[Access] | None = None
    parts: set[str] | None = None


class Member(scim.User[Acme]):
    pass


CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"

OWN: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"level": "high", "floor": "1", "code": "abc", "either": 7, "parts": ["a"]}, {}),
    ({"level": "x"}, {"level": "Input should be 'low' or 'high'"}),
    ({"floor": "3"}, {"floor": "Input should be '1' or '2'"}),
    ({"Floor": "2"}, {}),
    ({"code": "abcd"}, {"code": "String should have at most 3 characters"}),
    ({"either": []}, {"either": "Input should be a valid integer"}),
    (
        {"settings": {"a": "x"}},
        {"settings": "Input should be a valid integer"},
    ),
    ({"access": {"level": "low"}}, {"access": "area: Field required"}),
    ({"access": {"level": "?", "area": "x"}}, {"access.level": "Input should be 'low' or 'high'"}),
    (
        {"grants": [{"area": "a"}, {"area": "b", "level": "?"}]},
        {"grants[1].level": "Input should be 'low' or 'high'"},
    ),
    ({"Access": {"area": "x", "Level": "high"}}, {}),
    ({"access": {"Level": ["?"], "AREA": None}}, {"access": "area: Field required"}),
    ({"anything": [None, {"a": 1}]}, {}),
]


@each_value("sent, unread", OWN)
def test_from_wire_value_refused_by_annotation_is_unread(
    sent: dict[str, Any], unread: dict[str, str]
) -> None:
    user = Member.from_wire({CUSTOM: sent, "userName": "ada"})
    assert user.user_name == "ada"
    assert {one.path.removeprefix(f"{CUSTOM}:"): one.reason for one in user.unread} == unread
    assert Member.from_wire(user.to_wire()) == user


def test_from_wire_unread_value_includes_unread_parts() -> None:
    sent = {"access": {"level": "low", "xs": 1, "Level": "high"}, "either": [1]}
    user = Member.from_wire({CUSTOM: sent})
    assert {one.path for one in user.unread} == {f"{CUSTOM}:access", f"{CUSTOM}:either"}
    assert user.to_wire()[CUSTOM] == sent


class Tags(scim.Complex):
    names: list[str] | None = None
    key: str


class Tagged(scim.Resource):
    tags: Tags | None = None


def test_from_wire_unread_nested_elements_keep_position() -> None:
    user = Tagged.from_wire({"tags": {"names": ["a", [1, 2], "b"]}})
    assert user.tags is None
    assert user.to_wire()["tags"] == {"names": ["a", [1, 2], "b"]}


class Demanding(scim.Resource):
    serial: str

    @field_validator("serial")
    @classmethod
    def _checked(cls, value: str) -> str:
        if value == "wrong":
            raise ValueError("no such serial")
        return value


class Whole(scim.Resource):
    @model_validator(mode="after")
    def _checked(self) -> "Whole":
        raise ValueError("never right")


def test_from_wire_resource_validator_is_applied() -> None:
    with pytest.raises(InvalidResource) as caught:
        Demanding.from_wire({"x": 1})
    assert caught.value.problems == ("serial: Field required",)
    with pytest.raises(InvalidResource) as caught:
        Whole.from_wire({"id": "1"})
    assert caught.value.problems == ("Whole: Value error, never right",)


def test_from_wire_invalid_resource_leaves_page_readable() -> None:
    page = scim.ListResponse[Demanding].from_wire({"Resources": [{"id": 1}, {"serial": "a"}]})
    assert [one.serial for one in page.resources] == ["a"]
    assert [(one.path, one.reason) for one in page.unread] == [
        ("Resources[0]", "serial: Field required")
    ]
    assert page.to_wire()["Resources"] == [{"id": 1}, {"serial": "a"}]


def test_from_wire_refused_required_value_is_missing() -> None:
    with pytest.raises(InvalidResource) as caught:
        Demanding.from_wire({"serial": "wrong"})
    assert caught.value.problems == ("serial: Field required",)


class Node(scim.Complex):
    label: str | None = None
    children: "list[Node] | None" = None


class Tree(scim.Resource):
    root: Node | None = None


def test_from_wire_recursive_class_is_read_to_any_depth() -> None:
    tree = Tree.from_wire({"root": {"children": [{"Label": "a", "children": [{"LABEL": 1}]}]}})
    root: Any = tree.root
    assert root.children[0].label == "a"
    assert root.children[0].children[0].label == "1"
    assert Tree.from_wire({"root": {"children": [{"label": "a"}]}}).unread == ()
    assert Tree.from_wire(tree.to_wire()) == tree


def test_from_wire_many_unknown_names_are_read() -> None:
    for start in range(0, 3_000, 1_000):
        sent: Mapping[str, Any] = {f"x{n}": n for n in range(start, start + 1_000)}
        assert scim.Group.from_wire(sent).to_wire().keys() >= sent.keys()
