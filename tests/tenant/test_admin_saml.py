"""SAML metadata of identity providers, and the subjects of certificates."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from britive_scim.testing import Tenant
from britive_scim.testing.http.certificate import SIGNING_CERTIFICATE, parse_subject
from support.each_value import each_value
from support.tenant_callers import Caller

# created for this test with openssl: version 3, with extensions
CERTIFICATE = """
MIIB5DCCAYmgAwIBAgIUJ2TDefw8SluDTIhjibGO5h3oC00wCgYIKoZIzj0EAwIw
RjELMAkGA1UEBhMCVVMxIDAeBgNVBAoMF0VtdWxhdGVkIEJyaXRpdmUgdGVuYW50
MRUwEwYDVQQDDAxzYW1sLXNpZ25pbmcwIBcNMjYxMTI0MDgyMDUxWhgPMjEyNjEw
MzEwODIwNTFaMEYxCzAJBgNVBAYTAlVTMSAwHgYDVQQKDBdFbXVsYXRlZCBCcml0
aXZlIHRlbmFudDEVMBMGA1UEAwwMc2FtbC1zaWduaW5nMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEa5C3w/TQ5CY9JdHMnkfIYgxjSfIouQv7Kzw/4WEzpIWQYZgV
SVSZ77wDQzL/TsnLzPvTLUTS7AFrpionfLGg3KNTMFEwHQYDVR0OBBYEFGoMPpr3
6A+Zy+SLsl2rSPqQa/T5MB8GA1UdIwQYMBaAFGoMPpr36A+Zy+SLsl2rSPqQa/T5
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAPMD/CWD2IaqxH8P
RuIre84on+Hezh3A3EBgV26h5j9VAiEAtPJcKEHs708rvVR4Q1CGLhTM8IQnTfpQ
fv8RzrMKJ2A=
"""
SUBJECT = "CN=saml-signing, O=Emulated Britive tenant, C=US"
BARE = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="http://idp"/>'
FULL = (
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
    ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="http://idp"><md:IDPSSODescriptor>'
    "<md:KeyDescriptor><ds:KeyInfo><ds:X509Data>"
    f"<ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate>"
    "<ds:X509Certificate>another one</ds:X509Certificate>"
    "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    '<md:SingleSignOnService Binding="post" Location="https://idp/sso?a=1&amp;b=2"/>'
    '<md:SingleSignOnService Binding="redirect" Location="https://idp/other"/>'
    "</md:IDPSSODescriptor></md:EntityDescriptor>"
)


@pytest.fixture
def path(tenant: Tenant) -> str:
    return f"/identity-providers/{tenant.identity_providers['Okta'].id}/saml-metadata"


def upload(admin: Caller, path: str, xml: str, *, part: str = "file") -> Any:
    body = (
        f'--b\r\nContent-Disposition: form-data; name="{part}"; filename="file.xml"\r\n'
        f"Content-Type: text/xml\r\n\r\n{xml}\r\n--b--\r\n"
    )
    return admin.call(
        "PATCH", path, body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )


def test_saml_metadata_upload_is_parsed_and_shown(admin: Caller, path: str) -> None:
    response = upload(admin, path, FULL)
    assert response.json() == {
        "entityId": "http://idp",
        "ssoUrl": "https://idp/sso?a=1&b=2",
        "certificateDn": SUBJECT,
    }
    provider = path.removesuffix("/saml-metadata")
    assert admin.get(provider).json()["samlMetadata"] == response.json()
    assert upload(admin, path, BARE).json() == {"entityId": "http://idp"}


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<x/>", "entityID"),
        ("<x", "must be XML"),
        ("", "must be XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><EntityDescriptor entityID="&a;"/>', "document type"),
        (FULL.replace(CERTIFICATE, "*"), "base64"),
        (FULL.replace(CERTIFICATE, "MAA="), "X.509"),
    ],
)
def test_saml_metadata_invalid_is_rejected(admin: Caller, path: str, xml: str, reason: str) -> None:
    response = upload(admin, path, xml)
    assert (response.status, response.json()["errorCode"]) == (400, "E1003")
    assert reason in response.json()["message"]


def test_saml_metadata_upload_without_form_file_is_rejected(
    tenant: Tenant, admin: Caller, path: str
) -> None:
    assert admin.patch(path, FULL).status == 400
    assert upload(admin, path, FULL, part="document").status == 400
    default = tenant.identity_providers["Britive"].id
    assert upload(admin, f"/identity-providers/{default}/saml-metadata", FULL).status == 400


def test_signing_certificate_subject_is_parsed(admin: Caller) -> None:
    shown = admin.get("/identity-providers/signing-certificate").body.decode()
    assert shown == SIGNING_CERTIFICATE
    assert parse_subject(shown) == "CN=saml-signing, O=Emulated Britive tenant"


def test_parse_subject_reads_bmp_strings_and_unknown_oids() -> None:
    def der(tag: int, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return bytes([tag, len(content)]) + content

    def attribute(oid: bytes, tag: int, value: bytes) -> bytes:
        return der(0x31, der(0x30, der(0x06, oid), der(tag, value)))

    subject = der(
        0x30,
        attribute(b"\x55\x04\x03", 0x1E, "Ångström".encode("utf-16-be")),
        attribute(b"\x2a\x03", 0x0C, b"x"),
    )
    empty = der(0x30)
    to_be_signed = der(0x30, der(0x02, b"\x01"), empty, empty, empty, subject)
    text = base64.b64encode(der(0x30, to_be_signed, empty, der(0x03, b"\x00"))).decode()
    assert parse_subject(text) == "2a03=x, CN=Ångström"


@each_value("length", range(0, 120, 7))
def test_parse_subject_truncated_certificate_is_rejected(length: int) -> None:
    der = base64.b64decode("".join(CERTIFICATE.split()))
    with pytest.raises(ValueError, match="certificate"):
        parse_subject(base64.b64encode(der[:length]).decode())
