"""Walking over lists: the end, the doubts, and no item twice."""

from hypothesis import given
from hypothesis import strategies as st

from britive_scim.wire.paging.index import IndexCursor, Page, PageNumberCursor


def walk_over(walk: IndexCursor[str] | PageNumberCursor[str], *pages: Page[str]) -> list[str]:
    seen: list[str] = []
    for page in pages:
        assert not walk.is_done, "the walk had ended before this page"
        seen += walk.feed(page).items
    return seen


def key(item: str) -> str:
    return item


def test_the_next_page_begins_after_what_was_received() -> None:
    walk = IndexCursor[str](100, key)
    page = Page(("a", "b"), total=250, size=100)
    assert repr(page) == "<Page of 2 items, 250 in all>"
    walk.feed(page)
    assert (walk.start, walk.is_done) == (3, False)


def test_a_full_page_with_a_total_of_its_own_length_does_not_prove_the_end() -> None:
    walk = IndexCursor[str](2, key)
    assert walk_over(walk, Page(("a", "b"), total=2), Page(("c",), total=1)) == ["a", "b", "c"]
    assert walk.is_done
    assert walk.why_incomplete is None


def test_a_total_over_several_pages_proves_the_end() -> None:
    walk = IndexCursor[str](2, key)
    walk_over(walk, Page(("a", "b"), total=4), Page(("c", "d"), total=4))
    assert walk.is_done
    assert walk.why_incomplete is None


def test_without_a_total_a_short_page_is_the_end() -> None:
    walk = IndexCursor[str](2, key)
    assert walk_over(walk, Page(("a", "b")), Page(("c",))) == ["a", "b", "c"]
    assert walk.is_done


def test_without_a_total_a_page_capped_by_the_server_is_not_the_end() -> None:
    walk = IndexCursor[str](100, key)
    walk_over(walk, Page(("a", "b"), size=2))
    assert not walk.is_done


def test_short_pages_go_on_while_the_total_says_so() -> None:
    walk = IndexCursor[str](100, key)
    walk_over(walk, Page(("a",), total=3), Page(("b",), total=3), Page(("c",), total=3))
    assert walk.is_done
    assert walk.why_incomplete is None


def test_a_repeated_page_ends_the_walk_and_is_told() -> None:
    walk = IndexCursor[str](2, key)
    assert walk_over(walk, Page(("a", "b"), total=4), Page(("a", "b"), total=4)) == ["a", "b"]
    assert walk.is_done
    assert "ignores startIndex" in (walk.why_incomplete or "")


def test_an_empty_page_before_the_total_is_told() -> None:
    walk = IndexCursor[str](2, key)
    walk_over(walk, Page(("a", "b"), total=9), Page((), total=9))
    assert walk.why_incomplete == "the server announced 9 items and sent 2"


def test_an_announced_total_without_any_item_is_told() -> None:
    walk = IndexCursor[str](2, key)
    walk_over(walk, Page((), total=3))
    assert walk.why_incomplete == "the server announced 3 items and sent none"


def test_a_list_that_changes_while_it_is_read_gives_no_item_twice_and_tells() -> None:
    walk = IndexCursor[str](2, key)
    items = walk_over(walk, Page(("a", "b"), total=3), Page(("b", "c"), total=4))
    assert items == ["a", "b", "c"]
    assert "changed while it was read" in (walk.why_incomplete or "")


def test_entries_that_are_no_objects_are_counted_and_told() -> None:
    walk = IndexCursor[str](4, key)
    walk_over(walk, Page(("a",), total=2, skipped=1))
    assert walk.is_done
    assert "not objects" in (walk.why_incomplete or "")


def test_items_without_a_key_are_never_dropped() -> None:
    walk = IndexCursor[str](2, lambda _: None)
    assert walk_over(walk, Page(("a", "a"), total=3), Page(("a",), total=3)) == ["a", "a", "a"]


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 20))
def test_an_honest_server_is_read_whole_whatever_its_page_size(
    total: int, asked: int, cap: int
) -> None:
    everything = [str(n) for n in range(total)]
    walk = IndexCursor[str](asked, key)
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
def test_a_walk_over_nonsense_ends_and_gives_nothing_twice(
    pages: list[list[int]], count: int
) -> None:
    walk = IndexCursor[int](count, lambda item: item)
    seen: list[int] = []
    for items in [*pages, []]:
        if walk.is_done:
            break
        seen += walk.feed(Page(tuple(items), total=None)).items
    assert walk.is_done
    assert len(seen) == len(set(seen))


def test_pages_of_the_admin_api_count_from_zero() -> None:
    walk = PageNumberCursor[str](2, key)
    assert walk.start == 0
    assert walk_over(walk, Page(("a", "b"), total=3, size=2), Page(("c",), total=3, size=2)) == [
        "a",
        "b",
        "c",
    ]
    assert walk.is_done
    assert walk.why_incomplete is None


def test_pages_without_a_count_end_with_a_short_one() -> None:
    walk = PageNumberCursor[str](2, key)
    assert walk_over(walk, Page(("a", "b")), Page(("c",))) == ["a", "b", "c"]
    assert walk.is_done


def test_an_admin_list_that_ends_early_is_told() -> None:
    walk = PageNumberCursor[str](2, key)
    walk_over(walk, Page(("a", "b"), total=5), Page((), total=5))
    assert walk.why_incomplete == "the server announced 5 items and sent 2"
