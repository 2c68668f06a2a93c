"""Bounded decompression of response bodies.

A few hundred bytes of nested gzip decompress to hundreds of megabytes. So only one coding is accepted, and it
is decompressed in bounded steps. A body may consist of several members, one after another (RFC 1952 §2.2).
"""

from __future__ import annotations

import zlib
from typing import Any

__all__ = ["BodyDecompressor"]

_GZIP = 31
"""Window bits of zlib for gzip with its header and checksum."""

_MAX_RATIO = 100
"""Maximum ratio of decompressed to compressed size, above `_RATIO_FREE_BYTES`."""

_RATIO_FREE_BYTES = 1024 * 1024
"""Decompressed size up to which the ratio is not checked."""


_MAX_MEMBERS = 100_000
"""Maximum members of a gzip body; each costs time, even an empty one."""

_STEP = 4096
"""Bytes that are decompressed at a time after the first member, as zlib copies the rest after each member."""


class BodyDecompressor:
    """Incremental decompressor of one body with a size limit.

    Args:
        limit: maximum decompressed size in bytes.

    Attributes:
        problem: why the body was not read completely, or `None`.
    """

    __slots__ = (
        "_chunks",
        "_compressed_size",
        "_decompressor",
        "_limit",
        "_members",
        "_size",
        "problem",
    )

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[bytes] = []
        self._size = 0
        self._compressed_size = 0
        self._members = 1
        self._decompressor: Any = None
        self.problem: str | None = None

    @property
    def content(self) -> bytes:
        """The decompressed body."""
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)

    def begin(self, content_coding: str | None) -> bool:
        """Prepare for a `Content-Encoding`; return whether it is supported."""
        content_coding = (content_coding or "").strip().lower()
        if content_coding in ("gzip", "x-gzip"):
            self._decompressor = zlib.decompressobj(_GZIP)
        elif content_coding not in ("", "identity"):
            self.problem = "its Content-Encoding must be gzip, applied once"
        return self.problem is None

    def feed(self, chunk: bytes) -> bool:
        """Decompress a chunk; return whether to continue."""
        if self._decompressor is None:
            self._append(chunk)
            return self.problem is None
        self._compressed_size += len(chunk)
        if self._compressed_size > self._limit + _RATIO_FREE_BYTES:
            self.problem = f"its compressed body is larger than {self._limit} bytes"
        position = 0
        try:
            while position < len(chunk) and self.problem is None:
                position += self._decompress(chunk, position)
        except zlib.error:
            self.problem = "its body is not gzip, as its Content-Encoding says"
        return self.problem is None

    def _decompress(self, chunk: bytes, position: int) -> int:
        """Decompress a part of a chunk from a position on, and return its length."""
        if self._decompressor.eof:
            part = chunk[position : position + _STEP]
            padding = len(part) - len(part.lstrip(b"\0"))  # gzip pads files with zeros
            if padding:
                return padding
            self._decompressor = zlib.decompressobj(_GZIP)
            self._members += 1
            if self._members > _MAX_MEMBERS:
                self.problem = f"its gzip body has more than {_MAX_MEMBERS} members"
        else:
            part = chunk if self._members == 1 else chunk[position : position + _STEP]
        allowed = min(self._limit, max(_RATIO_FREE_BYTES, _MAX_RATIO * self._compressed_size))
        self._append(self._decompressor.decompress(part, max(1, allowed - self._size + 1)))
        if self._size > allowed:
            self.problem = f"its body decompresses to more than {allowed} bytes"
        rest = self._decompressor.unused_data or self._decompressor.unconsumed_tail
        return len(part) - len(rest)

    def finish(self) -> None:
        """Check that the body is complete after the last chunk."""
        if self.problem is None and self._compressed_size and not self._decompressor.eof:
            self.problem = "its gzip body is incomplete"

    def _append(self, chunk: bytes) -> None:
        self._size += len(chunk)
        self._chunks.append(chunk)
        if self._size > self._limit:
            self.problem = (
                f"its body is larger than {self._limit} bytes (Settings.max_response_bytes)"
            )
