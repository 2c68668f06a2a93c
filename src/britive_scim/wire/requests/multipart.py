"""A file as the body of a request (RFC 7578)."""

from __future__ import annotations

import hashlib

from britive_scim.errors import InputError
from britive_scim.wire.decoding.json_fields import find_lone_surrogate
from britive_scim.wire.operation import RawBody

__all__ = ["build_xml_multipart"]

_MAX_UPLOAD_BYTES = 10 * 1024 * 1024


def build_xml_multipart(
    document: bytes | str, *, part: str = "file", filename: str = "file.xml"
) -> RawBody:
    """Return a multipart body of one XML document.

    Args:
        document: the XML.
        part: name of the form's part.
        filename: name of the file as the server sees it.

    Raises:
        InputError: it is no XML by its beginning, or larger than 10 MiB.
    """
    if not isinstance(document, str | bytes):
        raise InputError(f"The XML document must be text or bytes, not {type(document).__name__}.")
    if isinstance(document, str) and (half := find_lone_surrogate(document)) is not None:
        raise InputError(
            f"The XML document holds half of a surrogate pair at position {half}, which is no Unicode: "
            "give the bytes of the file as they are."
        )
    content = document.encode() if isinstance(document, str) else document
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise InputError("This is no XML document: it does not begin with <.")
    if len(content) > _MAX_UPLOAD_BYTES:
        raise InputError(
            f"The XML document has {len(content)} bytes, more than {_MAX_UPLOAD_BYTES}."
        )
    # The boundary is made of the content, so that equal uploads are equal bytes, and cannot be in it.
    boundary = hashlib.sha256(content).hexdigest()
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{part}"; filename="{filename}"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    )
    return RawBody(
        head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        f"multipart/form-data; boundary={boundary}",
    )
