"""Filter checks against a schema: names, operators, literals."""

import pytest
from hypothesis import given

from britive_scim import errors, scim
from support.each_value import each_value
from support.filter_strategies import (
    CUSTOM,
    ENTERPRISE,
    LAB,
    LAB_DOCUMENT,
    LAB_USER,
    filters,
    valid_filters,
)

URL = "https://example.com/schemas/2.0/badge"
URL_USER = scim.ResourceSchema.of(scim.User, extensions=[{**LAB_DOCUMENT, "id": URL}])


def check_error(text: str, schema: scim.SchemaLike = LAB_USER, *, strict: bool = False) -> str:
    filter_ = scim.parse_filter(text)
    with pytest.raises(errors.InvalidFilter) as caught:
        filter_.check(schema, strict=strict)
    assert caught.value.text == str(filter_)
    return str(caught.value)


@each_value(
    "text, message",
    [
        ("active gt true", "active is boolean, which does not support gt; use eq, ne or pr"),
        ('active co "true"', "active is boolean, which does not support co"),
        ('active eq "yes"', 'active is boolean and must be compared with true or false, got "yes"'),
        ("active eq 1", "must be compared with true or false, got 1"),
        ("userName eq 5", "userName is string and must be compared with a string, got 5"),
        ("userName eq true", "got true"),
        ("profileUrl eq 5", "profileUrl is reference and must be compared with a string"),
        (
            'x509Certificates.value ge "x"',
            "x509Certificates.value is binary, which does not support ge",
        ),
        ('x509Certificates sw "x"', "x509Certificates is binary, which does not support sw"),
        ("x509Certificates eq 5", "compared with a string"),
        ('meta.created sw "2"', "meta.created is dateTime, which does not support sw"),
        (
            'meta.created gt "yesterday"',
            'a date and time such as "2011-05-13T04:42:34Z", got "yesterday"',
        ),
        ('meta.created gt "2011-05-13"', "a date and time"),
        ('meta.created gt "10"', "a date and time"),
        ("meta.created gt 5", "a date and time"),
        (
            f"{LAB}:badgeNumber co 4",
            "is integer, which does not support co; use eq, ne, gt, ge, lt, le or pr",
        ),
        (f'{LAB}:badgeNumber eq "42"', 'must be compared with a number, got "42"'),
        (f"{LAB}:score eq true", "compared with a number"),
        (
            'name eq "x"',
            "name has sub-attributes, and no value to compare; add the name of one, such as name.formatted",
        ),
        ('addresses co "x"', "addresses has sub-attributes, and no value to compare"),
        ("title gt null", "null does not support gt; use eq or ne"),
        ("nobodyKnowsIt co null", "null does not support co"),
        ("emails[primary gt true]", "primary is boolean, which does not support gt"),
        ("emails[value eq 5]", "value is string"),
        (
            'userName[value eq "x"]',
            "userName must be complex or multi-valued to have brackets, got a single string",
        ),
        (f'{LAB}:motto[value eq "x"]', "got a single string"),
        ("nobodyKnowsIt[a gt null]", "null does not support gt"),
        (
            f'{ENTERPRISE} eq "x"',
            "is a whole schema, and has no value to compare; add an attribute name",
        ),
        ('urn:ietf:params:scim:schemas:core:2.0:User eq "x"', "is a whole schema"),
        ('password sw "x"', "password is never returned, and does not support sw; use eq or ne"),
        ("password pr", "password is never returned"),
        ("password gt null", "password is never returned"),
        (f"{CUSTOM}:shoe co 5", "5 is a number, which does not support co; use eq, ne"),
        (f"{CUSTOM}:shoe gt true", "true is a boolean, which does not support gt; use eq, ne"),
        (f"{CUSTOM}:shoe gt null", "null does not support gt"),
    ],
)
def test_check_inapplicable_filter_raises_error(text: str, message: str) -> None:
    assert message in check_error(text)


@each_value(
    "text",
    [
        "title eq null",
        "name eq null",
        "emails ne null",
        f"{ENTERPRISE} eq null",
        'password eq "x"',
        'password ne "x"',
        "password eq null",
        'active eq "TRUE"',
        'members eq "x"',
        'manager eq "x"',
        f'{ENTERPRISE}:manager eq "x"',
        f'{LAB}:tags[value eq "x" and nothing pr]',
        f'{ENTERPRISE}[department eq "x"]',
        'name[familyName eq "x"]',
        f'{CUSTOM}:shoe[size eq 5 or kind co "x"]',
        f"{CUSTOM}:shoe.size gt 5",
        'urn:ietf:params:scim:schemas:core:2.0:User[userName eq "x"]',
        'emails[urn:x:y:type gt "x"]',
        f"{CUSTOM}:shoe[urn:x:y:type gt 5]",
        f"{ENTERPRISE}[urn:x:y:department gt 5]",
        f'{LAB}:tags[value.sub eq "x"]',
        'userName.sub eq "x"',
        "nobodyKnowsIt[a eq 5]",
    ],
)
def test_check_applicable_filter_passes(text: str) -> None:
    scim.parse_filter(text).check(LAB_USER)


def test_check_error_points_at_condition() -> None:
    message = check_error('userName eq "x"  and (title pr or emails[value pr and primary lt true])')
    assert message.splitlines()[1:] == [
        '  userName eq "x" and (title pr or emails[value pr and primary lt true])',
        "                                                       ^",
    ]


def test_check_covers_every_branch() -> None:
    check_error("userName pr or active gt true")
    check_error("not (not (active gt true))")


@each_value(
    "text",
    [
        "nobodyKnowsIt pr",
        "nobodyKnowsIt eq 1",
        "nobodyKnowsIt eq null",
        'nobodyKnowsIt[a eq "x"]',
        "emails.shade pr",
        "emails[shade pr]",
        "employeeNumber pr",
        "urn:nobody:knows:it pr",
        f"{ENTERPRISE}:shade pr",
    ],
)
def test_check_undeclared_name_raises_error_if_strict(text: str) -> None:
    scim.parse_filter(text).check(LAB_USER)
    assert "is not declared by the schema" in check_error(text, strict=True)


@each_value(
    "text, suggestion",
    [
        ('usrName eq "x"', "usrName is not declared by the schema; did you mean 'userName'?"),
        ("active eq true and nmae pr", "; did you mean 'name'?"),
        ("name.givenNam pr", "; did you mean 'givenName'?"),
        ('emails[typ eq "work"]', "; did you mean 'type'?"),
        ('emial[type eq "work"]', "; did you mean 'emails'?"),
        (
            "employeeNumber pr",
            f"; it is an attribute of an extension: write {ENTERPRISE}:employeeNumber",
        ),
        (f"{ENTERPRISE}:departmnt pr", "; did you mean 'department'?"),
        ("urn:nobody:knows:it pr", f"; known extensions: {ENTERPRISE}, "),
    ],
)
def test_check_undeclared_name_suggests_names(text: str, suggestion: str) -> None:
    assert suggestion in check_error(text, strict=True)


@pytest.mark.parametrize("text", ["emails[value.shade pr]", f"{ENTERPRISE}[departmnt pr]"])
def test_check_undeclared_name_without_match_no_suggestion(text: str) -> None:
    assert "is not declared by the schema\n" in check_error(text, strict=True)


def test_check_open_extension_accepts_every_name() -> None:
    scim.parse_filter(f'{CUSTOM}:shoe eq "x"').check(LAB_USER, strict=True)


@given(valid_filters)
def test_check_generated_applicable_filter_passes(filter_: scim.Filter) -> None:
    filter_.check(LAB_USER)


@given(filters)
def test_check_generated_filter_passes_or_raises_error(filter_: scim.Filter) -> None:
    for strict in (False, True):
        try:
            filter_.check(LAB_USER, strict=strict)
        except errors.InvalidFilter as error:
            assert error.position is not None  # noqa: PT017  # most filters pass


# ----------------------------------------------------------------------------- schema ids


def test_check_schema_id_may_be_url() -> None:
    user = {"userName": "x", URL: {"badgeNumber": 7, "location": {"floor": 1}, "tags": ["a"]}}
    for text, expected in {
        f"{URL}:badgeNumber eq 7": True,
        f"{URL}:badgeNumber eq 8": False,
        f"{URL.upper()}:BADGENUMBER eq 7": True,
        f"{URL}:location.floor lt 2": True,
        f'{URL}:tags[value eq "a"]': True,
        f"{URL} pr": True,
        f"{URL}[badgeNumber eq 7]": True,
    }.items():
        filter_ = scim.parse_filter(text)
        filter_.check(URL_USER, strict=True)
        assert filter_.matches(user, URL_USER) is expected, text
    with pytest.raises(errors.InvalidFilter):
        scim.parse_filter(f"{URL}:badgeNumber co 1").check(URL_USER)


def test_check_schema_id_ends_where_schema_declares() -> None:
    inner = {**LAB_DOCUMENT, "id": f"{ENTERPRISE}:manager"}
    schema = scim.ResourceSchema.of(scim.User, extensions=[inner])

    assert scim.parse_filter(f"{ENTERPRISE}:manager pr").matches(
        {f"{ENTERPRISE}:manager": {"badgeNumber": 1}}, schema
    )


def test_check_accepts_class_or_resource_schema() -> None:
    filter_ = scim.parse_filter("displayName eq 5")
    for schema in (scim.Group, scim.ResourceSchema.of(scim.Group)):
        with pytest.raises(errors.InvalidFilter):
            filter_.check(schema)
