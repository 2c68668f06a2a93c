"""Cursors over lists: end, incomplete lists, duplicates."""

from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.paging.index import IndexCursor, Page, PageNumberCursor


def read_pages(walk: IndexCursor[str] | PageNumberCursor[str], *pages: Page[str]) -> list[str]:
    seen: list[str] = []
    for page in pages:
        assert not walk.is_done, "the walk had ended before this page"
        seen += walk.feed(page).items
    return seen


def key(item: str) -> str:
    return item


def test_next_page_starts_after_received_items() -> None:
    walk = IndexCursor[str](100, key)
    page = Page(("a", "b"), total=250, size=100)
    assert repr(page) == "<Page of 2 items, 250 in all>"
    walk.feed(page)
    assert (walk.start, walk.is_done) == (3, False)


def test_total_equal_to_page_size_continues() -> None:
    walk = IndexCursor[str](2, key)
    assert read_pages(walk, Page(("a", "b"), total=2), Page(("c",), total=1)) == ["a", "b", "c"]
    assert walk.is_done
    assert walk.why_incomplete is None


def test_total_over_several_pages_ends_list() -> None:
    walk = IndexCursor[str](2, key)
    read_pages(walk, Page(("a", "b"), total=4), Page(("c", "d"), total=4))
    assert walk.is_done
    assert walk.why_incomplete is None


def test_short_page_without_total_ends_list() -> None:
    walk = IndexCursor[str](2, key)
    assert read_pages(walk, Page(("a", "b")), Page(("c",))) == ["a", "b", "c"]
    assert walk.is_done


def test_capped_page_without_total_continues() -> None:
    walk = IndexCursor[str](100, key)
    read_pages(walk, Page(("a", "b"), size=2))
    assert not walk.is_done


def test_short_pages_below_total_continue() -> None:
    walk = IndexCursor[str](100, key)
    read_pages(walk, Page(("a",), total=3), Page(("b",), total=3), Page(("c",), total=3))
    assert walk.is_done
    assert walk.why_incomplete is None


def test_repeated_page_ends_list_as_incomplete() -> None:
    walk = IndexCursor[str](2, key)
    assert read_pages(walk, Page(("a", "b"), total=4), Page(("a", "b"), total=4)) == ["a", "b"]
    assert walk.is_done
    assert "ignores startIndex" in (walk.why_incomplete or "")


def test_empty_page_before_total_is_incomplete() -> None:
    walk = IndexCursor[str](2, key)
    read_pages(walk, Page(("a", "b"), total=9), Page((), total=9))
    assert walk.why_incomplete == "the server announced 9 items and sent 2"


def test_total_without_items_is_incomplete() -> None:
    walk = IndexCursor[str](2, key)
    read_pages(walk, Page((), total=3))
    assert walk.why_incomplete == "the server announced 3 items and sent none"


def test_changing_list_has_no_duplicate_items() -> None:
    walk = IndexCursor[str](2, key)
    items = read_pages(walk, Page(("a", "b"), total=3), Page(("b", "c"), total=4))
    assert items == ["a", "b", "c"]
    assert "changed while it was read" in (walk.why_incomplete or "")


def test_invalid_entries_are_counted_and_reported() -> None:
    walk = IndexCursor[str](4, key)
    read_pages(walk, Page(("a",), total=2, skipped=1))
    assert walk.is_done
    assert "not objects" in (walk.why_incomplete or "")


def test_items_without_key_are_all_returned() -> None:
    walk = IndexCursor[str](2, lambda _: None)
    assert read_pages(walk, Page(("a", "a"), total=3), Page(("a",), total=3)) == ["a", "a", "a"]


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 20))
def test_correct_server_is_read_completely(total: int, requested: int, cap: int) -> None:
    everything = [str(n) for n in range(total)]
    walk = IndexCursor[str](requested, key)
    seen: list[str] = []
    requests = 0
    while not walk.is_done:
        requests += 1
        assert requests <= total + 2
        page = everything[walk.start - 1 : walk.start - 1 + min(walk.count, cap)]
        seen += walk.feed(Page(tuple(page), total=total, size=len(page))).items
    assert seen == everything
    assert walk.why_incomplete is None


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=12), st.integers(1, 4))
def test_random_pages_end_without_duplicates(pages: list[list[int]], count: int) -> None:
    walk = IndexCursor[int](count, lambda item: item)
    seen: list[int] = []
    for items in [*pages, []]:
        if walk.is_done:
            break
        seen += walk.feed(Page(tuple(items), total=None)).items
    assert walk.is_done
    assert len(seen) == len(set(seen))


def test_admin_pages_count_from_zero() -> None:
    walk = PageNumberCursor[str](2, key)
    assert walk.start == 0
    assert read_pages(walk, Page(("a", "b"), total=3, size=2), Page(("c",), total=3, size=2)) == [
        "a",
        "b",
        "c",
    ]
    assert walk.is_done
    assert walk.why_incomplete is None


def test_admin_pages_without_count_end_with_short_page() -> None:
    walk = PageNumberCursor[str](2, key)
    assert read_pages(walk, Page(("a", "b")), Page(("c",))) == ["a", "b", "c"]
    assert walk.is_done


def test_admin_list_ending_early_is_incomplete() -> None:
    walk = PageNumberCursor[str](2, key)
    read_pages(walk, Page(("a", "b"), total=5), Page((), total=5))
    assert walk.why_incomplete == "the server announced 5 items and sent 2"
