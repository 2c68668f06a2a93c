"""Large response bodies, generated while they are read, so that only reading is measured."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

from support.fake_scim_server import ERROR, USER

MIB = 1024 * 1024
SIZE = 8 * MIB
USER_HEAD = b'{"schemas":["' + USER.encode() + b'"],"id":"1","userName":"'
"""Beginning of a user, whose name follows."""


def build_gzip_bomb(mebibytes: int) -> bytes:
    """Return the beginning of a gzip body of so many MiB of zeros; each MiB is compressed to the same block."""
    compressor = zlib.compressobj(9, wbits=31)
    first, second = (
        compressor.compress(bytes(MIB)) + compressor.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    return first + second * (mebibytes - 1)


class RepeatedBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that repeats a part, generated while it is read.

    Args:
        start: first bytes.
        part: bytes to repeat up to the size.
        end: last bytes.
        size: approximate size of the body in bytes.
    """

    def __init__(self, start: bytes, part: bytes, end: bytes, size: int = SIZE) -> None:
        self.start, self.part, self.end, self.size = start, part, end, size

    def __iter__(self) -> Iterator[bytes]:
        count = 65_536 // len(self.part)
        yield self.start
        for _ in range(self.size // (count * len(self.part))):
            yield self.part * count
        yield self.end

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


LARGE_BODIES: dict[str, tuple[int, RepeatedBody]] = {
    "long string": (200, RepeatedBody(USER_HEAD, b"a", b'"}')),
    "escaped quotes": (200, RepeatedBody(USER_HEAD, b'\\"', b'"}', 2 * MIB)),
    "lone surrogates": (200, RepeatedBody(USER_HEAD, b"\\ud800", b'"}', 2 * MIB)),
    "long string after a byte order mark": (
        200,
        RepeatedBody(b"\xef\xbb\xbf" + USER_HEAD, b"a", b'"}'),
    ),
    "array of numbers": (200, RepeatedBody(b"[", b"1,", b"1]")),
    "array of numbers after a byte order mark": (
        200,
        RepeatedBody(b"\xef\xbb\xbf [", b"1,", b"1]"),
    ),
    "array of empty arrays": (200, RepeatedBody(b"[", b"[],", b"1]")),
    "empty arrays": (200, RepeatedBody(b"", b"[]", b"")),
    "number": (200, RepeatedBody(b"1", b"1", b"1")),
    "spaces": (200, RepeatedBody(b"", b" ", b"")),
    "cut string": (200, RepeatedBody(USER_HEAD, b"a", b"")),
    "page": (200, RepeatedBody(b"<html>", b"<p>", b"</html>")),
    "error with a long detail": (
        400,
        RepeatedBody(b'{"schemas":["' + ERROR.encode() + b'"],"detail":"', b"a", b'"}'),
    ),
    "error of numbers": (400, RepeatedBody(b"[", b"1,", b"1]")),
    "error of brackets": (404, RepeatedBody(b"", b"[", b"")),
    "error page": (403, RepeatedBody(b"<html>", b"<p>", b"</html>")),
    "error of escapes": (500, RepeatedBody(b"", b"%43", b"", 2 * MIB)),
}
"""Status and body by name."""
