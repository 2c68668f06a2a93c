"""Taking in the body of an answer: bounded, whatever it claims or unpacks to.

A few hundred bytes of gzip within gzip unpack to hundreds of megabytes, so one coding is taken, and it
is unpacked in bounded steps.
"""

from __future__ import annotations

import zlib
from typing import Any

__all__ = ["BodyDecompressor"]

_MAX_RATIO = 100
"""Most bytes that one byte on the wire may become, ..."""

_RATIO_FREE_BYTES = 1024 * 1024
"""... beyond this many bytes, which any answer may have."""


class BodyDecompressor:
    """Takes in one body chunk by chunk, until it ends or is too much.

    Args:
        limit: most bytes, unpacked.

    Attributes:
        problem: why the body was not taken to its end, or `None`.
    """

    __slots__ = ("_chunks", "_compressed_size", "_decompressor", "_limit", "_size", "problem")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[bytes] = []
        self._size = 0
        self._compressed_size = 0
        self._decompressor: Any = None
        self.problem: str | None = None

    @property
    def content(self) -> bytes:
        """What came, unpacked."""
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)

    def begin(self, content_coding: str | None) -> bool:
        """Prepare for a `Content-Encoding`; return whether it is one that was asked for."""
        content_coding = (content_coding or "").strip().lower()
        if content_coding in ("gzip", "x-gzip"):
            self._decompressor = zlib.decompressobj(31)
        elif content_coding not in ("", "identity"):
            self.problem = "its Content-Encoding is not the one that was asked for (gzip, once)"
        return self.problem is None

    def feed(self, chunk: bytes) -> bool:
        """Take a chunk; return whether more is welcome."""
        if self._decompressor is None:
            self._append(chunk)
            return self.problem is None
        self._compressed_size += len(chunk)
        rest = chunk
        try:
            while rest and self.problem is None:
                allowed = min(
                    self._limit, max(_RATIO_FREE_BYTES, _MAX_RATIO * self._compressed_size)
                )
                self._append(self._decompressor.decompress(rest, max(1, allowed - self._size + 1)))
                if self._size > allowed:
                    self.problem = f"its body unpacks to more than {allowed} bytes"
                rest = self._decompressor.unconsumed_tail
        except zlib.error:
            self.problem = "its body is no gzip, although it says so"
        return self.problem is None

    def finish(self) -> None:
        """Note that all chunks were taken."""
        if self.problem is None and self._compressed_size and not self._decompressor.eof:
            self.problem = "its gzip body is cut short"

    def _append(self, chunk: bytes) -> None:
        self._size += len(chunk)
        self._chunks.append(chunk)
        if self._size > self._limit:
            self.problem = (
                f"its body is larger than {self._limit} bytes (Settings.max_response_bytes)"
            )
