"""Binary values: base64 strings on the wire, `str` or `bytes` in Python (RFC 7643 §2.3.6)."""

from __future__ import annotations

import base64
import binascii
from typing import Any, cast

from britive_scim.errors import InvalidResource
from britive_scim.scim.datatypes import is_base64
from britive_scim.scim.json_values import is_list

__all__ = ["decode_base64", "encode_binary", "encode_bytes"]


def encode_bytes(value: Any) -> Any:
    """Return bytes, alone or in a list, as base64; any other value unchanged."""
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(cast("bytes", value)).decode("ascii")
    return [encode_bytes(item) for item in value] if is_list(value) else value


def decode_base64(value: Any) -> Any:
    """Return a base64 string, or a view of bytes, as bytes; any other value unchanged.

    Raises:
        ValueError: the string is not base64.
    """
    if isinstance(value, memoryview):
        return value.tobytes()
    if not isinstance(value, str):
        return value
    if not is_base64(value):
        raise ValueError("must be base64")
    text = value.rstrip("=").translate(_URL_SAFE_TO_STANDARD)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:  # pragma: no cover - is_base64() accepted it
        raise ValueError("must be base64") from error


_URL_SAFE_TO_STANDARD = str.maketrans("-_", "+/")


def encode_binary(value: Any, label: str) -> Any:
    """Return a binary value in wire form.

    Args:
        value: a base64 string, or bytes.
        label: name of the attribute in the error message.

    Raises:
        InvalidResource: a string is not base64.
    """
    if not isinstance(value, str):
        return encode_bytes(value)
    if is_base64(value):
        return value
    if "-----BEGIN" in value:
        message = f"{label} must be base64, got a PEM block; assign ssl.PEM_cert_to_DER_cert(…)"
    else:
        message = (
            f"{label} must be base64, got another string; assign the bytes to have them encoded"
        )
    raise InvalidResource(message)
