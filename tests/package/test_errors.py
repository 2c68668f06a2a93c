"""Error classes: tree, messages, pickle, copy and JSON."""

import copy
import inspect
import json
import pickle
import re

from britive_scim import errors, scim
from britive_scim.errors import (
    ApiError,
    BritiveScimError,
    ConnectionFailed,
    InputError,
    InvalidFilter,
    InvalidPath,
    InvalidResource,
    PatchError,
    RateLimited,
    TimedOut,
    TransportError,
)
from britive_scim.steps import Step
from britive_scim.testing import ConnectionCut
from support.each_value import each_value

EXAMPLES: dict[str, BritiveScimError] = {
    "Ambiguous": errors.Ambiguous("two users", candidates=["a", "b"]),
    "DirectoryError": errors.DirectoryError("unreadable", problems=["line 2: no e-mail"]),
    "InvalidFilter": InvalidFilter("expected an operator", text="userName", position=8),
    "InvalidPath": InvalidPath("expected ]", text="emails[", position=7),
    "InvalidResource": InvalidResource("not a User", problems=["active: a list"]),
    "PatchError": PatchError("nothing there", scim_type="noTarget", operation_index=1),
}
for _name in errors.__all__:
    _class = getattr(errors, _name)
    if _name in EXAMPLES:
        continue
    if issubclass(_class, ApiError):
        EXAMPLES[_name] = _class(
            "refused", status=429, detail="busy", scim_type="tooMany", error_code="G-0001",
            request_id="r1", method="GET", path="/Users", retry_after=1.5, attempts=3,
        )  # fmt: skip
    elif issubclass(_class, TransportError):
        EXAMPLES[_name] = _class("gone", sent=None, method="POST", path="/Users", attempts=2)
    else:
        EXAMPLES[_name] = _class("wrong")


def test_error_classes_are_public_and_share_root() -> None:
    public = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception) and not name.startswith("_")
    }
    assert public == set(errors.__all__) == set(EXAMPLES)
    assert all(issubclass(getattr(errors, name), BritiveScimError) for name in public)


def test_error_tree_in_docstring_is_complete() -> None:
    drawing = errors.__doc__ or ""
    assert all(name in drawing for name in errors.__all__)
    shared = (
        "attempts may_have_happened uncertain_request done remaining refusals resource method path"
    )
    for name in ("TransportError", "ApiError"):
        part = drawing.partition(f"── {name}")[2].partition("── ")[0]
        assert all(f".{attribute}" in part for attribute in shared.split())


@each_value("name", sorted(EXAMPLES))
@each_value("twin_of", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_error_survives_pickle_and_copy(name: str, twin_of) -> None:
    error = EXAMPLES[name]
    twin = twin_of(error)
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert twin.args == error.args
    assert twin.to_dict() == error.to_dict()


@each_value("name", sorted(EXAMPLES))
def test_error_to_dict_is_json(name: str) -> None:
    data = json.loads(json.dumps(EXAMPLES[name].to_dict()))
    assert data["type"] == name
    assert data["message"] == str(EXAMPLES[name])


def find_documented_attributes(cls: type[BritiveScimError]) -> set[str]:
    """Return the names that the docstrings of a class and its bases list as attributes."""
    names: set[str] = set()
    for base in cls.__mro__:
        part = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")[2]
        names.update(re.findall(r"^    (\w+):", part, re.MULTILINE))
    return names


@each_value("name", sorted(EXAMPLES))
def test_error_to_dict_contains_every_documented_attribute(name: str) -> None:
    error = copy.copy(EXAMPLES[name])
    error.steps = (Step("SCIM provider", "created", "id p1"),)
    if isinstance(error, (ApiError, TransportError)):
        error.done, error.remaining, error.resource = ("a",), ("b",), scim.Group(id="g1")
        error.refusals = {"b": errors.NotFound("no b", status=404)}
        error.uncertain_request = "PATCH /Groups/g1"
    fields = error.to_dict()
    omitted = {"body", "token"}  # they may be personal, or secret
    assert find_documented_attributes(type(error)) - omitted <= fields.keys()
    assert set(error._fields) <= fields.keys()
    assert fields["steps"] == [{"name": "SCIM provider", "outcome": "created", "detail": "id p1"}]
    assert json.loads(json.dumps(fields)).keys() == fields.keys()


def test_to_dict_of_filter_error_masks_value_of_secret() -> None:
    error = InvalidFilter("expected and", text='password eq "hunter2" x', position=22)
    fields = error.to_dict()
    assert (fields["text"], fields["position"]) == ('password eq "***" x', 18)
    assert "hunter2" not in json.dumps(fields)


def test_error_to_dict_contains_progress_where_set() -> None:
    error = errors.ServerError("failed", status=500, method="PATCH", path="/Groups/g1")
    names = {"done", "remaining", "refusals", "resource"}
    assert not names & error.to_dict().keys()
    assert error.to_dict()["uncertain_request"] == "PATCH /Groups/g1"
    lost = errors.TimedOut("lost", method="PATCH", path="/Groups/g1")
    for failure in (error, lost):
        failure.done, failure.remaining = ("a",), ("b",)
        refusal = errors.NotFound("no b", status=404, method="PATCH", path="/Groups/g1")
        failure.refusals = {"b": refusal}
        for resource, shown in (
            (scim.Group(id="g1", display_name="All"), "g1"),
            (scim.Group(display_name="All"), scim.Group(display_name="All").to_wire()),
        ):
            failure.resource = resource
            fields = json.loads(json.dumps(failure.to_dict()))
            assert (fields["done"], fields["remaining"]) == (["a"], ["b"])
            assert fields["refusals"] == {"b": refusal.to_dict()}
            assert fields["resource"] == shown
    assert "uncertain_request" not in refusal.to_dict()


def test_uncertain_request_is_set_where_something_may_have_happened() -> None:
    for cls in (errors.TimedOut, errors.ConnectionFailed):
        assert cls("x", sent=False, method="PUT", path="/Users/1").uncertain_request is None
        assert (
            cls("x", sent=None, method="PUT", path="/Users/1").uncertain_request == "PUT /Users/1"
        )
        assert cls("x").uncertain_request is None  # the request is unknown
    for status, expected in ((500, "POST /Users"), (501, None)):
        error = errors.ServerError("x", status=status, method="POST", path="/Users")
        assert error.uncertain_request == expected
        error.uncertain_request = "PATCH /Users/1"
        assert error.uncertain_request == "PATCH /Users/1"
        assert error.may_have_happened
    maintenance = errors.Maintenance("x", status=503, method="POST", path="/Users")
    assert (maintenance.may_have_happened, maintenance.uncertain_request) == (False, None)


def test_errors_have_builtin_base_classes() -> None:
    assert issubclass(InputError, ValueError)
    assert issubclass(ConnectionFailed, ConnectionError)
    assert issubclass(TimedOut, TimeoutError)


@each_value("sent, expected", [(True, True), (None, True), (False, False)])
def test_may_have_happened_of_unknown_outcome_is_true(sent: bool | None, expected: bool) -> None:
    assert TransportError("gone", sent=sent).may_have_happened is expected


@each_value(
    "request_, expected",
    [
        (("GET", "/Users/1"), None),
        (("HEAD", "/Users/1"), None),
        (("POST", "/Users/.search"), None),
        (("POST", "/Users"), "POST /Users"),
    ],
)
def test_read_without_response_never_happened(
    request_: tuple[str, str], expected: str | None
) -> None:
    method, path = request_
    for cls in (errors.TimedOut, errors.ConnectionFailed):
        for sent in (None, True):
            lost = cls("lost", sent=sent, method=method, path=path)
            assert lost.may_have_happened is (expected is not None)
            assert lost.uncertain_request == expected
            assert lost.to_dict().get("uncertain_request") == expected


def test_caret_is_under_error_position() -> None:
    lines = str(EXAMPLES["InvalidFilter"]).splitlines()
    assert lines == ["expected an operator", "  userName", "          ^"]


def test_caret_position_in_long_or_control_text() -> None:
    text = "a" * 500 + "\n\x00é!" + "b" * 500
    shown, caret = str(InvalidPath("bad", text=text, position=503)).splitlines()[1:]
    assert shown[caret.index("^")] == "!"
    assert shown.startswith("  ...")
    assert shown.endswith("...")
    assert len(shown) < 140


@each_value(
    "before, columns",
    [("ab", 2), ("日本", 4), ("e\u0301", 1), ("\uff45", 2), ("é", 1), ("😀", 2)],
)
def test_caret_position_with_wide_characters(before: str, columns: int) -> None:
    shown, caret = str(InvalidFilter("no", text=f"{before}!", position=len(before))).splitlines()[
        1:
    ]
    assert shown == f"  {before}!"
    assert caret == "  " + " " * columns + "^"


def test_caret_position_beyond_end_is_at_end() -> None:
    shown, caret = str(InvalidFilter("ended", text="ab", position=99)).splitlines()[1:]
    assert (shown, caret) == ("  ab", "    ^")


def test_message_lists_problems() -> None:
    assert str(EXAMPLES["InvalidResource"]) == "not a User\n  active: a list"


def test_retry_after_is_a_number() -> None:
    assert EXAMPLES["RateLimited"].retry_after == 1.5
    assert isinstance(EXAMPLES["RateLimited"], RateLimited)


@each_value("twin_of", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_cut_connection_survives_pickle_and_copy(twin_of) -> None:
    error = ConnectionCut("before", 2.5)
    error.add_note("of the test")
    twin = twin_of(error)
    assert (type(twin), str(twin), twin.cut, twin.delay) == (
        ConnectionCut,
        str(error),
        "before",
        2.5,
    )
    assert twin.__notes__ == ["of the test"]
