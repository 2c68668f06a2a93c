"""Bounded reading of response bodies: size, decompression and JSON depth."""

import gzip
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.decoding.decompression import BodyDecompressor
from britive_scim.wire.response import Response, is_deeper_than
from support.costs import check_growth
from support.each_value import each_value
from support.large_bodies import build_gzip_bomb

LIMIT = 32 * 1024 * 1024


def read_body(
    body: bytes, coding: str | None = None, *, limit: int = LIMIT, step: int = 65_536
) -> BodyDecompressor:
    unpacking = BodyDecompressor(limit)
    if unpacking.begin(coding):
        for first in range(0, len(body), step):
            if not unpacking.feed(body[first : first + step]):
                break
        else:
            unpacking.finish()
    return unpacking


@each_value("coding", [None, "", "identity", "Identity"])
def test_plain_body_is_unchanged(coding: str | None) -> None:
    assert read_body(b"abc" * 50_000, coding).content == b"abc" * 50_000


@given(st.binary(max_size=5000), st.integers(1, 700))
def test_gzip_in_pieces_is_decompressed(data: bytes, step: int) -> None:
    unpacking = read_body(gzip.compress(data), "gzip", step=step)
    assert (unpacking.content, unpacking.problem) == (data, None)


@each_value("coding", ["br", "deflate", "gzip, gzip", "gzip,br", "zstd", "x"])
def test_unsupported_coding_raises_before_reading(coding: str) -> None:
    assert "Content-Encoding" in (read_body(b"x", coding).problem or "")


def test_body_over_limit_raises() -> None:
    assert "larger than 1000 bytes" in (read_body(b"x" * 1001, limit=1000).problem or "")


def test_decompression_bomb_raises_early() -> None:
    """200 kB that decompress to 200 MiB raise after a few MiB."""
    bomb = build_gzip_bomb(200)
    tracemalloc.start()
    unpacking = read_body(bomb, "gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "decompresses to more than" in (unpacking.problem or "")
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize(("noise", "passes"), [(64, True), (16, False)])
def test_body_over_free_size_allows_factor_100(noise: int, passes: bool) -> None:
    """Incompressible KiB followed by 4 MiB of zeros: a ratio of about 60, and of about 200."""
    packed = gzip.compress(random.Random(1).randbytes(noise * 1024) + bytes(4 * 1024 * 1024))
    assert (read_body(packed, "gzip").problem is None) is passes


def test_well_compressed_small_body_passes() -> None:
    data = b'{"a":1}' * 100_000  # 700 kB of one pattern
    assert read_body(gzip.compress(data), "gzip").content == data


def test_invalid_gzip_raises() -> None:
    assert "not gzip" in (read_body(b"plain text", "gzip").problem or "")


def test_truncated_gzip_raises() -> None:
    assert "incomplete" in (read_body(gzip.compress(b"abc" * 1000)[:-9], "gzip").problem or "")


@given(st.lists(st.binary(max_size=300), min_size=2, max_size=8), st.integers(1, 100))
def test_gzip_of_several_members_is_read_whole(parts: list[bytes], step: int) -> None:
    body = b"".join(map(gzip.compress, parts))
    unpacking = read_body(body, "gzip", step=step)
    assert (unpacking.content, unpacking.problem) == (b"".join(parts), None)
    cut = read_body(body[:-1], "gzip", step=step)
    assert "incomplete" in (cut.problem or "")


@pytest.mark.parametrize("padding", [b"\0", bytes(10_000)])
def test_gzip_padded_with_zeros_is_read(padding: bytes) -> None:
    member = gzip.compress(b"abc")
    for body in (member + padding, member + padding + member):
        unpacking = read_body(body, "gzip", step=7)
        assert unpacking.content == b"abc" * body.count(member)
        assert unpacking.problem is None


@each_value("rest", [b"x", b"\x1f\x8b\x09", b"<html>"])
def test_gzip_followed_by_other_data_raises(rest: bytes) -> None:
    body = gzip.compress(b"abc") + rest
    assert read_body(body, "gzip").problem in (
        "its body is not gzip, as its Content-Encoding says",
        "its gzip body is incomplete",
    )


def test_limits_hold_over_all_members() -> None:
    member = gzip.compress(b"x" * 600)
    assert "decompresses to more than 1000" in (
        read_body(member * 2, "gzip", limit=1000).problem or ""
    )
    assert read_body(member * 2, "gzip", limit=1200).content == b"x" * 1200
    bomb = gzip.compress(bytes(1024 * 1024)) * 60
    assert "decompresses to more than" in (read_body(bomb, "gzip").problem or "")


EMPTY_MEMBER = gzip.compress(b"")


def test_gzip_of_too_many_empty_members_raises() -> None:
    """Members without content never reach the limit of the size."""
    unpacking = read_body(EMPTY_MEMBER * 100_001, "gzip", step=1 << 24)
    assert "more than 100000 members" in (unpacking.problem or "")


@pytest.mark.proof
@pytest.mark.parametrize("step", [1 << 16, 1 << 24])
def test_gzip_of_empty_members_takes_linear_time(step: int) -> None:
    """`zlib` copies the rest of its input after each member."""
    few, many = EMPTY_MEMBER * 20_000, EMPTY_MEMBER * 100_000
    assert read_body(many, "gzip", step=step).problem is None
    assert "members" in (read_body(many + EMPTY_MEMBER, "gzip", step=step).problem or "")
    check_growth(
        lambda: read_body(few, "gzip", step=step),
        lambda: read_body(many, "gzip", step=step),
        factor=11,  # 25 if quadratic
    )


def test_compressed_body_over_limit_raises() -> None:
    """Zeros after the last member decompress to nothing."""
    body = gzip.compress(b"") + bytes(2 * 1024 * 1024)
    assert "compressed body is larger than 1000" in (
        read_body(body, "gzip", limit=1000).problem or ""
    )
    assert read_body(body, "gzip", limit=1024 * 1024 + 100).problem is None


def test_empty_body_labelled_gzip_passes() -> None:
    assert read_body(b"", "gzip").problem is None


# -------------------------------------------------------------------------------- depth of JSON


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@each_value("depth", [1, 63, 64, 65, 200, 100_000])
def test_nesting_depth_over_limit_raises(depth: int) -> None:
    assert is_deeper_than(nested(depth), 64) is (depth > 64)


def test_nesting_depth_ignores_breadth() -> None:
    assert not is_deeper_than(b"[" + b'{"a":[{}]},' * 5000 + b"{}]", 64)


def test_nesting_depth_ignores_brackets_in_strings() -> None:
    text = b'{"a":"' + b"[" * 500 + rb"\"[{\\" + b'","b":["[","{"]}'
    assert not is_deeper_than(text, 64)


def test_nesting_depth_counts_alternating_brackets() -> None:
    assert not is_deeper_than(b'{"a":[' * 32 + b"]}" * 32, 64)
    assert is_deeper_than(b'{"a":[' * 33 + b"]}" * 33, 64)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_nesting_depth_equals_depth_of_value(value: object) -> None:
    import json

    def depth(value: object) -> int:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return 1 + max(map(depth, value), default=0)
        return 0

    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for limit in (1, 2, 3):
        assert is_deeper_than(text, limit) is (depth(value) > limit)


@each_value("body", [nested(65), b'{"a":NaN}', b'{"a":Infinity}', b"{", b"", b"\xff"])
def test_parse_invalid_json_raises(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"nested|NaN|Inf|EOF|expected|input|value|ident"):
        Response(200, {}, body).json()


def test_parse_accepts_byte_order_mark() -> None:
    assert Response(200, {}, b'\xef\xbb\xbf{"a":1}').json() == {"a": 1}
