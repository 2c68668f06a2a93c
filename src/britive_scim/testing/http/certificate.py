"""X.509 certificates: the signing certificate of the tenant, and the subject of any certificate."""

from __future__ import annotations

import base64
import binascii

__all__ = ["SIGNING_CERTIFICATE", "parse_subject"]

SIGNING_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBXDCCAQICAQEwCgYIKoZIzj0EAwIwOTEgMB4GA1UECgwXRW11bGF0ZWQgQnJp
dGl2ZSB0ZW5hbnQxFTATBgNVBAMMDHNhbWwtc2lnbmluZzAgFw0yNDAxMDEwMDAw
MDBaGA8yMTI0MDEwMTAwMDAwMFowOTEgMB4GA1UECgwXRW11bGF0ZWQgQnJpdGl2
ZSB0ZW5hbnQxFTATBgNVBAMMDHNhbWwtc2lnbmluZzBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABEvzYg4UnZNLRISX0OkpHsgmYo0QvwuRlrOun6ycBzC4cFlZ6Weo
2P2ztR4rrqsCDMyak1wZPhSHiAx8cBU4bhkwCgYIKoZIzj0EAwIDSAAwRQIhAKu1
udbTKX5ZTRyOsRI2tASqReA6a4+Ekro3SJKpkIBlAiBBkR+oohByHjPPlE00rPk7
wRNwDHEU54Oc0QGpzwVEAQ==
-----END CERTIFICATE-----
"""
"""The certificate of every emulated tenant; its key was deleted, and nothing is ever signed."""

_VERSION_TAG = 0xA0

_ATTRIBUTE_KEYWORDS = {
    "550403": "CN",
    "550406": "C",
    "550407": "L",
    "550408": "ST",
    "55040a": "O",
    "55040b": "OU",
    "2a864886f70d010901": "EMAILADDRESS",
}
"""Keywords of attribute types in names, by DER-encoded object identifier."""

_BMP_STRING_TAG = 0x1E


def parse_subject(certificate: str) -> str:
    """Return the subject of an X.509 certificate in the string form of RFC 4514.

    Args:
        certificate: base64 as in SAML metadata, or PEM.

    Raises:
        ValueError: `certificate` is not a certificate.

    Examples:
        >>> parse_subject(SIGNING_CERTIFICATE)
        'CN=saml-signing, O=Emulated Britive tenant'
    """
    text = "".join(line for line in certificate.splitlines() if not line.startswith("-----"))
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise ValueError("certificate must be base64") from None
    try:
        (certificate_value,) = _parse_der(der)
        tbs_certificate = _parse_der(certificate_value[1])[0]
        fields = _parse_der(tbs_certificate[1])
        # version (only if not 1), serial number, algorithm, issuer, validity, subject
        subject = fields[4 + (fields[0][0] == _VERSION_TAG)]
        names = [
            _format_attribute(attribute)
            for _, rdn in _parse_der(subject[1])
            for attribute in _parse_der(rdn)
        ]
    except (IndexError, ValueError):
        raise ValueError("certificate must be an X.509 certificate") from None
    return ", ".join(reversed(names))


def _format_attribute(attribute: tuple[int, bytes]) -> str:
    (_, oid), (tag, value) = _parse_der(attribute[1])
    text = value.decode("utf-16-be" if tag == _BMP_STRING_TAG else "utf-8")
    return f"{_ATTRIBUTE_KEYWORDS.get(oid.hex(), oid.hex())}={text}"


def _parse_der(der: bytes) -> list[tuple[int, bytes]]:
    """Return the consecutive values with their tags (X.690, definite lengths)."""
    values: list[tuple[int, bytes]] = []
    position = 0
    while position < len(der):
        tag, length = der[position], der[position + 1]
        position += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(der[position : position + size], "big")
            position += size
        if position + length > len(der):
            raise ValueError("truncated")
        values.append((tag, der[position : position + length]))
        position += length
    return values
