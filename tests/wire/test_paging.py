"""Cursors over lists: end, incomplete lists, duplicates."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from britive_scim import scim
from britive_scim.wire.paging.index import IndexCursor, Page, PageNumberCursor
from britive_scim.wire.paging.links import AutoCursor, LinkCursor
from britive_scim.wire.paging.repetition import get_item_key
from britive_scim.wire.paging.totals import TotalsEvidence
from support.each_value import each_value


def read_pages(walk: IndexCursor[str] | PageNumberCursor[str], *pages: Page[str]) -> list[str]:
    seen: list[str] = []
    for page in pages:
        assert not walk.is_done, "the walk had ended before this page"
        seen += walk.feed(page).items
    return seen


def key(item: str) -> str:
    return item


def no_key(_: object) -> None:
    return None


def test_next_page_starts_after_received_items() -> None:
    walk = IndexCursor[str](100, key)
    page = Page(("a", "b"), total=250, size=100)
    assert repr(page) == "<Page of 2 items, 250 in all>"
    walk.feed(page)
    assert (walk.start, walk.is_done) == (3, False)


def test_total_of_page_alone_continues_to_empty_page() -> None:
    walk = IndexCursor[str](2, key)
    pages = Page(("a", "b"), total=2), Page(("c",), total=1), Page((), total=0)
    assert read_pages(walk, *pages) == ["a", "b", "c"]
    assert walk.is_done
    assert walk.why_incomplete is None


def test_short_page_with_its_length_as_total_is_proven_once() -> None:
    totals = TotalsEvidence()
    walk = IndexCursor[str](5, key, totals=totals)
    walk.feed(Page(("a", "b"), total=2))
    assert (walk.is_done, walk.is_beyond_end, walk.start) == (False, True, 3)
    walk.feed(Page((), total=2))
    assert (walk.is_done, walk.why_incomplete, totals.status) == (True, None, "proven")
    second = IndexCursor[str](5, key, totals=totals)
    second.feed(Page(("a",), total=1))
    assert (second.is_done, second.why_incomplete) == (True, None)


def test_larger_total_proves_totals_of_endpoint() -> None:
    totals = TotalsEvidence()
    IndexCursor[str](2, key, totals=totals).feed(Page(("a", "b"), total=3))
    walk = IndexCursor[str](2, key, totals=totals)
    walk.feed(Page(("a", "b"), total=2))
    assert walk.is_done, "a full page, but a proven total"


def test_refuted_totals_are_never_proven_by_empty_page() -> None:
    totals = TotalsEvidence()
    walk = IndexCursor[str](2, key, totals=totals)
    read_pages(walk, Page(("a", "b"), total=2), Page(("c", "d"), total=2), Page((), total=0))
    assert totals.status == "refuted"
    walk = IndexCursor[str](5, key, totals=totals)
    read_pages(walk, Page(("a", "b"), total=2), Page(("c",), total=1))
    assert not walk.is_done


def test_empty_page_with_total_of_zero_proves_nothing() -> None:
    """The total of that page, too, is its length."""
    totals = TotalsEvidence()
    walk = IndexCursor[str](5, key, totals=totals)
    read_pages(walk, Page(("a",), total=1), Page((), total=0))
    assert (walk.is_done, walk.why_incomplete, totals.status) == (True, None, "refuted")


def test_empty_page_without_total_proves_total() -> None:
    totals = TotalsEvidence()
    walk = IndexCursor[str](5, key, totals=totals)
    read_pages(walk, Page(("a",), total=1), Page(()))
    assert (walk.is_done, walk.why_incomplete, totals.status) == (True, None, "proven")


def test_further_page_that_repeats_leaves_total_unproven() -> None:
    totals = TotalsEvidence()
    walk = IndexCursor[str](5, key, totals=totals)
    assert read_pages(walk, Page(("a",), total=1), Page(("a",), total=1)) == ["a"]
    assert "announced 1 items, as many as its page has" in (walk.why_incomplete or "")
    second = IndexCursor[str](5, key, totals=totals)
    second.feed(Page(("b",), total=1))
    assert second.is_done, "one further page per endpoint"
    assert second.why_incomplete == walk.why_incomplete


def test_endpoint_with_cursors_ends_without_cursor() -> None:
    totals = TotalsEvidence()
    walk = IndexCursor[str](1, key, totals=totals)
    read_pages(walk, Page(("a",), total=1, cursor="x"), Page(("b",), total=1))
    walk = IndexCursor[str](5, key, totals=totals)
    walk.feed(Page(("a",), total=1))
    assert (walk.is_done, walk.why_incomplete) == (True, None)


def test_lookup_totals_request_no_further_page() -> None:
    totals = TotalsEvidence()
    walk = IndexCursor[str](5, key, totals=totals, needs_proof=False)
    walk.feed(Page(("a",), total=1))
    assert (walk.is_done, walk.why_incomplete) == (True, None)
    totals.record_page_total()
    walk = IndexCursor[str](5, key, totals=totals, needs_proof=False)
    walk.feed(Page(("a",), total=1))
    assert not walk.is_done, "this total is known to be that of the page"


def test_cursors_in_cycle_end_list_as_incomplete() -> None:
    walk = IndexCursor[str](5, key)
    pages = [Page((item,), total=9, cursor=cursor) for item, cursor in ("1a", "2b", "3a")]
    assert read_pages(walk, *pages) == ["1", "2", "3"]
    assert walk.is_done
    assert "cycle" in (walk.why_incomplete or "")
    assert walk.fault is None


@each_value("walk", [IndexCursor[dict[str, int]](2, no_key), PageNumberCursor(2, no_key)])
def test_equal_pages_without_keys_end_list_as_incomplete(walk: Any) -> None:
    page = Page(({}, {}), total=10**9)
    for _ in range(6):
        assert not walk.is_done
        assert len(walk.feed(page)) == 2
    assert walk.is_done
    assert "repeats entries without id" in walk.why_incomplete


def test_equal_page_without_keys_after_end_is_dropped() -> None:
    walk = IndexCursor[dict[str, int]](5, no_key)
    assert len(walk.feed(Page(({}, {}, {}), total=3))) == 3
    assert len(walk.feed(Page(({}, {}, {}), total=3))) == 0
    assert walk.is_done
    assert walk.why_incomplete


def test_models_without_id_are_compared_by_content() -> None:
    first = [scim.User(user_name="a"), scim.User(user_name="b"), scim.User(user_name="b")]
    assert len({get_item_key(user) for user in first}) == 2
    assert get_item_key(scim.User(active=True)) is None
    assert get_item_key(scim.User(id="1", user_name="a")) == "1"
    walk = IndexCursor[scim.User](3, get_item_key)
    assert len(walk.feed(Page(tuple(first), total=9))) == 3, "equal entries of one page are kept"
    assert len(walk.feed(Page(tuple(first), total=9))) == 0
    assert "ignores startIndex" in (walk.why_incomplete or "")


def test_admin_page_repeated_without_total_is_incomplete() -> None:
    walk = PageNumberCursor[str](2, key)
    read_pages(walk, Page(("a", "b")), Page(("a", "b")))
    assert walk.is_done
    assert "repeated a page" in (walk.why_incomplete or "")


def test_links_that_repeat_entries_end_list_as_incomplete() -> None:
    walk = LinkCursor[str](2, key)
    assert len(walk.feed(Page(("a", "b"), cursor="0"))) == 2
    number = 0
    while not walk.is_done:
        number += 1
        assert len(walk.feed(Page(("a", "b"), cursor=str(number)))) == 0
    assert number == 100
    assert "without new entries" in (walk.why_incomplete or "")


def test_links_of_empty_pages_continue() -> None:
    walk = LinkCursor[str](2, key)
    for number in range(50):
        walk.feed(Page((), cursor=str(number)))
    assert len(walk.feed(Page(("a",)))) == 1
    assert (walk.is_done, walk.why_incomplete) == (True, None)


def test_total_over_several_pages_ends_list() -> None:
    walk = IndexCursor[str](2, key)
    read_pages(walk, Page(("a", "b"), total=4), Page(("c", "d"), total=4))
    assert walk.is_done
    assert walk.why_incomplete is None


def test_short_page_without_total_is_proven_by_empty_page() -> None:
    walk = IndexCursor[str](2, key)
    assert read_pages(walk, Page(("a", "b")), Page(("c",)), Page(())) == ["a", "b", "c"]
    assert (walk.is_done, walk.why_incomplete) == (True, None)


def test_short_page_without_total_that_repeats_is_incomplete() -> None:
    totals = TotalsEvidence()
    walk = IndexCursor[str](5, key, totals=totals)
    assert read_pages(walk, Page(("a",)), Page(("a",))) == ["a"]
    assert "no totalResults" in (walk.why_incomplete or "")
    second = IndexCursor[str](5, key, totals=totals)
    second.feed(Page(("b",)))
    assert second.is_done, "one further page per endpoint"
    assert second.why_incomplete == walk.why_incomplete


def test_short_page_without_total_ends_lookup() -> None:
    walk = IndexCursor[str](5, key, needs_proof=False)
    walk.feed(Page(("a",)))
    assert (walk.is_done, walk.why_incomplete) == (True, None)


def test_short_page_without_total_or_cursor_ends_list_with_cursors() -> None:
    walk = IndexCursor[str](5, key)
    read_pages(walk, Page(("a",), cursor="x"), Page(("b",)))
    assert (walk.is_done, walk.why_incomplete) == (True, None)


def test_total_of_earlier_page_holds_for_page_without_total() -> None:
    walk = IndexCursor[str](2, key)
    read_pages(walk, Page(("a", "b"), total=4), Page(("c",)))
    assert not walk.is_done
    read_pages(walk, Page(()))
    assert walk.why_incomplete == "the server announced 4 items and sent 3"


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
    read_pages(walk, Page(("a",), total=2, skipped=1), Page((), total=2))
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


def test_auto_cursor_has_total_of_its_pages() -> None:
    for cursor_of_page in (None, "/api/logs?after=2"):
        cursor: AutoCursor[int] = AutoCursor(2, lambda item: item)
        assert (cursor.total, cursor.is_done) == (None, False)
        total = 5 if cursor_of_page is None else None
        cursor.feed(Page((1, 2), total=total, cursor=cursor_of_page))
        assert (cursor.total, cursor.is_done) == (total, False)
