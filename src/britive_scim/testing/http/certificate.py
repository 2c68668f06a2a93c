"""Certificates: the one the emulated tenant shows, and whose name stands in another's."""

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
"""The same for all emulated tenants; its key was thrown away, and nothing is ever signed."""

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
"""Object ids of name parts, as their bytes, and the keywords they are written with."""

_BMP_STRING_TAG = 0x1E


def parse_subject(certificate: str) -> str:
    """Return the name of the subject of an X.509 certificate, its last part first (RFC 4514).

    Args:
        certificate: base64 as in SAML metadata, or PEM.

    Raises:
        ValueError: it is no certificate.

    Examples:
        >>> parse_subject(SIGNING_CERTIFICATE)
        'CN=saml-signing, O=Emulated Britive tenant'
    """
    text = "".join(line for line in certificate.splitlines() if not line.startswith("-----"))
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise ValueError("this is no base64") from None
    try:
        (whole,) = _parse_der(der)
        signed = _parse_der(whole[1])[0]
        fields = _parse_der(signed[1])
        # version where it is not 1, serial number, algorithm, issuer, validity, subject
        subject = fields[4 + (fields[0][0] == _VERSION_TAG)]
        names = [
            _format_rdn(part)
            for _, several in _parse_der(subject[1])
            for part in _parse_der(several)
        ]
    except (IndexError, ValueError):
        raise ValueError("this is no X.509 certificate") from None
    return ", ".join(reversed(names))


def _format_rdn(rdn: tuple[int, bytes]) -> str:
    (_, kind), (tag, value) = _parse_der(rdn[1])
    text = value.decode("utf-16-be" if tag == _BMP_STRING_TAG else "utf-8")
    return f"{_ATTRIBUTE_KEYWORDS.get(kind.hex(), kind.hex())}={text}"


def _parse_der(der: bytes) -> list[tuple[int, bytes]]:
    """Return the values that stand one after another, each with its tag (X.690, definite lengths)."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(der):
        tag, length = der[at], der[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(der[at : at + size], "big")
            at += size
        if at + length > len(der):
            raise ValueError("cut short")
        found.append((tag, der[at : at + length]))
        at += length
    return found
