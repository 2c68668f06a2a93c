"""Multipart request bodies for file uploads (RFC 7578)."""

from __future__ import annotations

import hashlib

from britive_scim.errors import InputError
from britive_scim.wire.decoding.json_fields import BEFORE_MARKUP, find_lone_surrogate
from britive_scim.wire.operation import RawBody

__all__ = ["build_xml_multipart"]

_MAX_UPLOAD_BYTES = 10 * 1024 * 1024


def build_xml_multipart(document: bytes | str) -> RawBody:
    """Return a multipart body of one XML document.

    Args:
        document: the XML.

    Raises:
        InputError: `document` does not begin like XML, or is larger than 10 MiB.
    """
    if isinstance(document, str) and (position := find_lone_surrogate(document)) is not None:
        raise InputError(
            f"document must be valid Unicode, got a lone surrogate at position {position}; give the bytes of "
            "the file"
        )
    content = document.encode() if isinstance(document, str) else document
    if not content.lstrip(BEFORE_MARKUP).startswith(b"<"):
        raise InputError("document must be XML, and begin with <")
    if len(content) > _MAX_UPLOAD_BYTES:
        raise InputError(
            f"document must have at most {_MAX_UPLOAD_BYTES} bytes, got {len(content)}"
        )
    # A hash of the content cannot occur in it, and makes equal uploads equal bytes.
    boundary = hashlib.sha256(content).hexdigest()
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="file"; filename="file.xml"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    )
    return RawBody(
        head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        f"multipart/form-data; boundary={boundary}",
    )
