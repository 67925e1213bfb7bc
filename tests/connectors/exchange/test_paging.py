"""Walks over pages against histories in memory: every row comes, and nothing is covered that was not seen."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.exchange.paging import Ask, Page, Piece, by_cursor, by_id, by_offset
from connectors.exchange.timewalk import SMALLEST_PAGE, by_window
from connectors.sync import SourceAnswerError
from support.shelves import Shelf, rows_at

DAY = 86_400_000
SPAN = (100 * DAY, 140 * DAY)

# Bursts: several fills in one millisecond, and in neighbouring ones, as one order that takes many makes them.
_bursts = st.lists(st.tuples(st.integers(SPAN[0], SPAN[1] - 1), st.integers(1, 4)), max_size=60)
times = _bursts.map(lambda bursts: [at for at, count in bursts for _ in range(count)])


def _check(pieces: Iterable[Piece], shelf: Shelf, reach: tuple[int, int] = SPAN) -> None:
    """Every row of `reach` comes once or more, and when a span is covered all its rows have come."""
    come: set[str] = set()
    covered: list[tuple[int, int]] = []
    for piece in pieces:
        come |= {row["id"] for row in piece.rows}
        covered += piece.covered
        for start, end in piece.covered:
            assert {row["id"] for row in shelf.rows if start <= row["timestamp"] < end} <= come
    assert {row["id"] for row in shelf.rows if reach[0] <= row["timestamp"] < reach[1]} <= come
    at = reach[0]
    for start, end in sorted(covered):
        assert start <= at
        at = max(at, end)
    assert at >= reach[1]


def _is_walkable(shelf: Shelf) -> bool:
    """No two neighbouring milliseconds fill a page: else no walk by time can see behind them."""
    counts = Counter(row["timestamp"] for row in shelf.rows)
    return all(count + counts.get(at + 1, 0) < shelf.most for at, count in counts.items())


@settings(max_examples=150, deadline=None)
@given(times=times, most=st.integers(1, 12))
def test_offsets__any_history__bring_every_row(times: list[int], most: int) -> None:
    shelf = Shelf(rows_at(*times), most, "newest")
    _check(by_offset(shelf.by_offset, SPAN, page=most), shelf)
    assert shelf.asked == max(1, -(-len(times) // most))


@settings(max_examples=150, deadline=None)
@given(
    times=times,
    most=st.integers(1, 12),
    start=st.integers(SPAN[0], SPAN[1] - 1),
    ignored=st.sampled_from(["nothing", "both bounds"]),
)
def test_cursors__any_history_and_span__bring_every_row(times: list[int], most: int, start: int, ignored: str) -> None:
    honours = ignored == "nothing"
    shelf = Shelf(rows_at(*times), most, "newest", honours_since=honours, honours_until=honours)
    reach = (start, SPAN[1])
    _check(by_cursor(shelf.by_cursor, reach, is_newest_first=True, honours_since=honours), shelf, reach)


@settings(max_examples=150, deadline=None)
@given(times=times, most=st.integers(1, 12))
def test_ids__any_history__bring_every_row(times: list[int], most: int) -> None:
    shelf = Shelf(rows_at(*times), most, "oldest")
    _check(by_id(shelf.by_id, SPAN, from_id=0, page=most, id_of=lambda row: int(row["id"])), shelf)


@settings(max_examples=300, deadline=None)
@given(
    times=times,
    most=st.integers(5, 12),
    first=st.sampled_from(["oldest", "newest"]),
    window=st.sampled_from([None, 5 * DAY, 30 * DAY]),
    inclusive=st.tuples(st.booleans(), st.booleans()),
)
def test_windows__known_venue__bring_every_row(
    times: list[int], most: int, first: str, window: int | None, inclusive: tuple[bool, bool]
) -> None:
    shelf = Shelf(
        rows_at(*times), most, first, since_is_inclusive=inclusive[0], until_is_inclusive=inclusive[1],
        longest_ms=window,
    )  # type: ignore[arg-type]  # fmt: skip
    if _is_walkable(shelf):
        pieces = by_window(
            shelf.by_time,
            SPAN,
            window_ms=window,
            page=most,
            is_page_certain=True,
            order=first,  # type: ignore[arg-type]
        )
        _check(pieces, shelf)


@settings(max_examples=400, deadline=None)
@given(
    times=times,
    shelf=st.builds(
        Shelf,
        rows=st.just([]),
        most=st.sampled_from([10, 20, 25, 50]),
        first=st.sampled_from(["oldest", "newest"]),
        honours_since=st.booleans(),
        honours_until=st.booleans(),
        honours_limit=st.booleans(),
    ),
    hint=st.sampled_from([None, 100]),
    window=st.sampled_from([None, 5 * DAY]),
)
def test_windows__unknown_venue__bring_every_row_or_refuse(
    times: list[int], shelf: Shelf, hint: int | None, window: int | None
) -> None:
    """Whatever bounds the venue ignores: the walk sees everything, or says that it can not."""
    shelf.rows = rows_at(*times)
    assume(_is_walkable(replace(shelf, most=SMALLEST_PAGE)))
    try:
        _check(by_window(shelf.by_time, SPAN, window_ms=window, page=hint), shelf)
    except SourceAnswerError:
        assert len(times) >= SMALLEST_PAGE
        # a venue that keeps to both bounds can always be walked
        assert not (shelf.honours_since and shelf.honours_until)


@pytest.mark.parametrize("count", [99, 100, 101, 200, 201])
def test_ids__full_page_boundary__asks_on_until_a_page_is_not_full(count: int) -> None:
    shelf = Shelf(rows_at(*range(SPAN[0], SPAN[0] + count * 10, 10)), 100, "oldest")
    _check(by_id(shelf.by_id, SPAN, from_id=0, page=100, id_of=lambda row: int(row["id"])), shelf)
    asked_behind_the_end = 2 if count % 100 == 0 else 0  # an empty page behind a full one is asked twice
    assert shelf.asked == count // 100 + (1 if count % 100 else asked_behind_the_end)


def test_windows__one_millisecond_fills_a_page__is_an_error_not_a_loss() -> None:
    shelf = Shelf(rows_at(*[105 * DAY] * 12), 10, "newest")
    walk = by_window(shelf.by_time, SPAN, window_ms=None, page=10, is_page_certain=True, order="newest")
    with pytest.raises(SourceAnswerError, match="10 rows of one instant"):
        list(walk)


def test_windows__nothing_for_years__goes_on_to_the_end() -> None:
    shelf = Shelf(rows_at(101 * DAY, 139 * DAY), 10, "oldest")
    _check(by_window(shelf.by_time, SPAN, window_ms=DAY, page=10, order="oldest", is_page_certain=True), shelf)
    assert shelf.asked > 39


def test_offsets__empty_page_before_the_count__is_asked_again_then_refused() -> None:
    shelf = Shelf(rows_at(*range(SPAN[0], SPAN[0] + 25)), 10, "newest")
    stumbles = iter([False, True, False, False])

    def stumble_once(ask: Ask) -> Page:
        page = shelf.by_offset(ask)
        return Page([], 0, total=page.total) if next(stumbles) else page

    _check(by_offset(stumble_once, SPAN, page=10), shelf)

    def empty(_ask: Ask) -> Page:
        return Page([], 0, total=25)

    with pytest.raises(SourceAnswerError, match="empty page at row 0 of 25"):
        list(by_offset(empty, SPAN, page=10))


def test_cursors__empty_page_in_the_middle__does_not_end_the_walk() -> None:
    shelf = Shelf(rows_at(*range(SPAN[0], SPAN[0] + 25)), 10, "newest")
    asked: list[str | None] = []

    def stumble(ask: Ask) -> Page:
        asked.append(ask.cursor)
        page = shelf.by_cursor(ask)
        return Page([], 0, cursor=page.cursor) if asked.count("10") == 1 and ask.cursor == "10" else page

    _check(by_cursor(stumble, SPAN, is_newest_first=True, honours_since=True), shelf)


def test_cursors__that_go_round__are_refused() -> None:
    def circle(ask: Ask) -> Page:
        return Page(rows_at(1), 1, cursor={None: "a", "a": "b", "b": "a"}[ask.cursor])

    with pytest.raises(SourceAnswerError, match="circle"):
        list(by_cursor(circle, SPAN, is_newest_first=False, honours_since=True))


def test_walk__that_never_ends__reaches_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.exchange.paging.MOST_REQUESTS", 50)

    def endless(ask: Ask) -> Page:
        return Page(rows_at(ask.offset), 1, total=10**9)

    with pytest.raises(SourceAnswerError, match="did not end after 50 requests"):
        list(by_offset(endless, SPAN, page=1))


def test_row__without_a_time__is_refused() -> None:
    def timeless(_ask: Ask) -> Page:
        return Page([{"id": "7", "timestamp": None, "info": {"odd": 1}}], 1)

    with pytest.raises(SourceAnswerError, match="'7' has no time"):
        list(by_window(timeless, SPAN, window_ms=None, page=None))
