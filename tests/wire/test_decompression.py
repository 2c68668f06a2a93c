"""Bodies are taken in bounded, whatever they claim or unpack to."""

import gzip
import random
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.decoding.decompression import BodyDecompressor
from britive_scim.wire.response import Response, is_deeper_than

LIMIT = 32 * 1024 * 1024


def taken(
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


@pytest.mark.parametrize("coding", [None, "", "identity", "Identity"])
def test_a_plain_body_passes_as_it_is(coding: str | None) -> None:
    assert taken(b"abc" * 50_000, coding).content == b"abc" * 50_000


@given(st.binary(max_size=5000), st.integers(1, 700))
def test_gzip_unpacks_in_whatever_pieces_it_comes(data: bytes, step: int) -> None:
    unpacking = taken(gzip.compress(data), "gzip", step=step)
    assert (unpacking.content, unpacking.problem) == (data, None)


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "gzip,br", "zstd", "x"])
def test_a_coding_nobody_asked_for_is_refused_unread(coding: str) -> None:
    assert "Content-Encoding" in (taken(b"x", coding).problem or "")


def test_a_body_over_the_limit_is_refused() -> None:
    assert "larger than 1000 bytes" in (taken(b"x" * 1001, limit=1000).problem or "")


def test_a_decompression_bomb_costs_little() -> None:
    """200 kB that unpack to 200 MiB are given up after some MiB."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(200)) + packer.flush()
    tracemalloc.start()
    unpacking = taken(bomb, "gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "decompresses to more than" in (unpacking.problem or "")
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize(("noise", "passes"), [(64, True), (16, False)])
def test_take_beyond_free_size_allows_a_hundred_times_the_packed_size(
    noise: int, passes: bool
) -> None:
    """4 MiB of zeros behind so many KiB that do not pack: about 60 times the packed size, and about 200."""
    packed = gzip.compress(random.Random(1).randbytes(noise * 1024) + bytes(4 * 1024 * 1024))
    assert (taken(packed, "gzip").problem is None) is passes


def test_well_packed_answers_of_ordinary_size_pass() -> None:
    data = b'{"a":1}' * 100_000  # 700 kB of one pattern
    assert taken(gzip.compress(data), "gzip").content == data


def test_what_is_no_gzip_is_told() -> None:
    assert "not gzip" in (taken(b"plain text", "gzip").problem or "")


def test_a_gzip_body_that_is_cut_is_told() -> None:
    assert "incomplete" in (taken(gzip.compress(b"abc" * 1000)[:-9], "gzip").problem or "")


def test_an_empty_body_may_say_gzip() -> None:
    assert taken(b"", "gzip").problem is None


# -------------------------------------------------------------------------------- depth of JSON


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("depth", [1, 63, 64, 65, 200, 100_000])
def test_nesting_is_measured_before_parsing(depth: int) -> None:
    assert is_deeper_than(nested(depth), 64) is (depth > 64)


def test_breadth_is_no_depth() -> None:
    assert not is_deeper_than(b"[" + b'{"a":[{}]},' * 5000 + b"{}]", 64)


def test_brackets_within_texts_do_not_count() -> None:
    text = b'{"a":"' + b"[" * 500 + rb"\"[{\\" + b'","b":["[","{"]}'
    assert not is_deeper_than(text, 64)


def test_alternating_brackets_count_each() -> None:
    assert not is_deeper_than(b'{"a":[' * 32 + b"]}" * 32, 64)
    assert is_deeper_than(b'{"a":[' * 33 + b"]}" * 33, 64)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_the_measure_agrees_with_the_parsed_value(value: object) -> None:
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


@pytest.mark.parametrize("body", [nested(65), b'{"a":NaN}', b'{"a":Infinity}', b"{", b"", b"\xff"])
def test_what_is_no_good_json_is_no_value(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"nested|NaN|Inf|EOF|expected|input|value|ident"):
        Response(200, {}, body).json()


def test_one_byte_order_mark_is_forgiven() -> None:
    assert Response(200, {}, b'\xef\xbb\xbf{"a":1}').json() == {"a": 1}
