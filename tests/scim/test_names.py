"""Schema URNs and attribute names."""

from britive_scim.scim import names
from support.each_value import each_value


@each_value("text", ["a", "userName", "x509Certificates", "a-b", "a_b", "$ref", "a$b", "A1"])
def test_attribute_name_valid_is_accepted(text: str) -> None:
    assert names.is_attribute_name(text)


@each_value(
    "text",
    [
        "",
        "1a",
        "-a",
        "_a",
        "$",
        "$1",
        "$$a",
        "a.b",
        "a b",
        "a:b",
        "é",
        "aé",
        "a\n",
        "\u017f",
        "a[",
        'a"',
    ],
)
def test_attribute_name_invalid_is_rejected(text: str) -> None:
    assert not names.is_attribute_name(text)


@each_value(
    "text",
    [names.USER, "URN:x", "urn:x:y", "https://example.com/schemas/a", "a+b://x", "http://h:80/x"],
)
def test_schema_id_urn_or_url_is_accepted(text: str) -> None:
    assert names.is_schema_uri(text)


@each_value(
    "text", ["", "urn:", "urn", "User", "a:b", "://x", "http://", "urn:x y", "urn:é", 'urn:"']
)
def test_schema_id_other_is_rejected(text: str) -> None:
    assert not names.is_schema_uri(text)


def test_names_and_urns_compare_without_case() -> None:
    assert names.fold("UserName") == names.fold("USERNAME")
    assert names.fold(names.USER) == names.fold(names.USER.upper())
