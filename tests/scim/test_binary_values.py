"""Binary values: base64 on the wire, strings or bytes in Python (RFC 7643 §2.3.6)."""

import base64
import json
from typing import Annotated, Any

import pytest
from pydantic import SecretBytes

from britive_scim import scim
from britive_scim.errors import InvalidResource, PatchError
from britive_scim.scim.names import CUSTOM_USER
from support.each_value import each_value

RAW = bytes(range(256))
TEXT = base64.b64encode(RAW).decode()
PEM = f"-----BEGIN CERTIFICATE-----\n{TEXT}\n-----END CERTIFICATE-----\n"


class Badge(scim.Extension):
    photo: bytes | None = None
    prints: list[bytes] | None = None
    scan: Annotated[str | None, scim.BINARY] = None
    scans: Annotated[list[str] | None, scim.BINARY] = None


class Person(scim.User):
    badge: Badge | None = scim.extension("urn:acme:badge:1.0:User")


def write(user: scim.User) -> Any:
    return json.loads(json.dumps(user.to_wire()))["x509Certificates"]


@each_value("given", [RAW, bytearray(RAW), memoryview(RAW)])
def test_bytes_are_written_as_base64(given: Any) -> None:
    constructed = scim.User(x509_certificates=[scim.X509Certificate(value=given)])
    assigned = scim.User(x509_certificates=[scim.X509Certificate()])
    assert assigned.x509_certificates is not None
    assigned.x509_certificates[0].value = given
    for user in (constructed, assigned):
        assert write(user) == [{"value": TEXT}]
        assert scim.parse_filter(f'x509Certificates eq "{TEXT}"').matches(user)
        request = scim.diff(scim.User(), user)
        assert request.to_wire()["Operations"][0]["value"] == [{"value": TEXT}]
        assert scim.equal(user, user.to_wire())
    operation = scim.PatchOperation("add", "x509Certificates", {"value": given})
    assert operation.value == {"value": TEXT}


@each_value("text", [TEXT, TEXT.rstrip("="), "", "AQ", "_-8", "AQ=="])
def test_base64_is_written_unchanged(text: str) -> None:
    user = scim.User(x509_certificates=[scim.X509Certificate(value=text)])
    assert write(user) == [{"value": text}]
    read = scim.User.from_wire(user.to_wire())
    assert read == user
    assert read.unread == ()


@each_value(
    "text, got",
    [
        (PEM, r"got a PEM block; assign ssl\.PEM_cert_to_DER_cert"),
        ("%%", "got another string; assign the bytes"),
        ("AAAAA", "got another string"),
        ("A A=", "got another string"),
        ("AQ===", "got another string"),
    ],
)
def test_other_string_is_refused_on_writing(text: str, got: str) -> None:
    user = scim.User(x509_certificates=[scim.X509Certificate(value=text)])
    with pytest.raises(InvalidResource, match=rf"X509Certificate\.value must be base64, {got}"):
        user.to_wire()
    request = scim.PatchRequest([scim.PatchOperation("add", "x509Certificates", {"value": text})])
    with pytest.raises(PatchError) as caught:
        request.apply({"userName": "u"})
    assert caught.value.scim_type == "invalidValue"
    assert ("a PEM block" in str(caught.value)) is (text == PEM)


@each_value("text", [PEM, "%%", "AAAAA"])
def test_other_string_of_server_is_unread_and_kept(text: str) -> None:
    wire = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "u",
        "x509Certificates": [{"value": text, "type": "a"}, {"value": "AQ=="}],
    }
    for data in (wire, json.dumps(wire)):
        user = scim.User.from_wire(data)
        (unread,) = user.unread
        assert (unread.path, unread.raw) == ("x509Certificates[0].value", text)
        assert unread.reason == "must be a base64 string, got another string"
        assert user.to_wire() == wire


def test_bytes_fields_read_and_write_base64() -> None:
    person = Person(badge=Badge(photo=RAW, prints=[RAW, b"\x01"], scan=RAW, scans=["AQ", RAW]))
    wire = person.to_wire()["urn:acme:badge:1.0:User"]
    assert wire == {"photo": TEXT, "prints": [TEXT, "AQ=="], "scan": TEXT, "scans": ["AQ", TEXT]}
    for data in (person.to_wire(), json.dumps(person.to_wire())):
        badge = Person.from_wire(data).badge
        assert badge is not None
        assert (badge.photo, badge.prints) == (RAW, [RAW, b"\x01"])
        assert (badge.scan, badge.scans) == (TEXT, ["AQ", TEXT])
        assert badge.to_wire() == wire
    assert Badge(photo="_-8").photo == b"\xff\xef"  # type: ignore[arg-type]  # base64url is read too


def test_invalid_base64_for_bytes_is_unread_and_kept() -> None:
    wire = {"photo": "%%", "prints": ["%%", "AQ=="], "scans": ["%%", "AQ=="], "scan": "AA=="}
    badge = Badge.from_wire(wire)
    assert (badge.photo, badge.prints) == (None, None)
    assert badge.scans == ["AQ=="]
    assert sorted(each.path for each in badge.unread) == ["photo", "prints", "scans[0]"]
    assert badge.to_wire() == wire
    badge = Badge()
    badge.scans = ["%%"]
    with pytest.raises(InvalidResource, match=r"Badge\.scans must be base64"):
        badge.to_wire()


def test_bytes_field_is_compared_as_base64() -> None:
    person = Person(badge=Badge(photo=RAW))
    text = f'urn:acme:badge:1.0:User:photo eq "{TEXT.rstrip("=")}"'
    assert scim.parse_filter(text).matches(person)
    assert scim.parse_filter(text).compile()(person)
    assert scim.equal(person, person.to_wire(), schema=Person)


def test_secret_bytes_stay_text() -> None:
    operation = scim.PatchOperation("replace", "password", SecretBytes(b"secret"))
    assert operation.value == "secret"


@each_value("wrap", [lambda v: v, lambda v: [v], lambda v: {"a": v}, lambda v: ({"a": [v, None]},)])
def test_bytes_of_open_extension_are_base64(wrap: Any) -> None:
    path = f"{CUSTOM_USER}:photo"
    for raw in (b"abc", b"\xff\x00", bytearray(b"\xff"), memoryview(b"\xff")):
        text = base64.b64encode(raw).decode()
        expected = json.loads(json.dumps(wrap(text)))
        user = scim.User(user_name="u", custom=scim.CustomUser.model_validate({"photo": wrap(raw)}))
        assert user.to_wire()[CUSTOM_USER] == {"photo": expected}
        patched = scim.PatchRequest([scim.PatchOperation("add", path, wrap(raw))])
        assert patched.apply(scim.User(user_name="u")).to_wire()[CUSTOM_USER] == {"photo": expected}
        difference = scim.diff(scim.User(user_name="u"), user)
        assert difference.apply(scim.User(user_name="u")).to_wire() == user.to_wire()


def test_view_of_bytes_field_is_read() -> None:
    badge = Badge.model_validate({"photo": memoryview(RAW), "prints": [memoryview(b"x")]})
    assert badge.photo == RAW
    assert badge.prints == [b"x"]


def test_open_extension_that_contains_itself_raises() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    user = scim.User(user_name="u", custom=scim.CustomUser())
    setattr(user.custom, "loop", loop)  # noqa: B010  # an undeclared attribute
    with pytest.raises(ValueError, match="Circular"):
        user.to_wire()
