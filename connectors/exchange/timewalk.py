"""Walks by time: a span cut into the windows that a venue answers, each asked until nothing of it is left.

Venues differ in which end of a span a full page is taken from, and some ignore one of its bounds. Where that is known
(`rules.py`) it is used. Where it is not, it is found out: rows beyond the newest row of a full page prove that pages
start with the oldest, rows before its oldest that they start with the newest. What can not be proved is an error.

Belongs here: the walk. Does not belong here: walks that need no time (`paging.py`), any venue's sizes.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Literal

from connectors.exchange.paging import Ask, Entry, Fetch, Piece, Reach, bounded, key_of, time_of
from connectors.sync import SourceAnswerError

Order = Literal["newest", "oldest", "unknown"]
_Step = Generator[Piece, None, Reach | None]
"""Yields pieces and returns the part that is still open, or `None`."""

SMALLEST_PAGE = 10
_LIKELY_PAGE = 50
SECOND_MS = 1000


def by_window(
    fetch: Fetch,
    reach: Reach,
    *,
    window_ms: int | None,
    page: int | None,
    is_page_certain: bool = False,
    order: Order = "unknown",
) -> Iterator[Piece]:
    """Every row of `reach`, oldest window first. An empty window ends nothing: the next one is asked.

    `window_ms` is the longest span that the venue answers, `page` its row limit as documented. Unless that is certain,
    any page that could be a full one is asked beyond.
    """
    walk = _Walk(fetch, page=page, is_page_certain=is_page_certain, order=order)
    start, end = reach
    while start < end:
        stop = end if window_ms is None else min(start + max(window_ms - 2 * SECOND_MS, SECOND_MS), end)
        yield from walk.window((start, stop))
        start = stop


@dataclass(frozen=True, slots=True)
class _Seen:
    """One answer about `part`: all its rows' bounds in time, and the rows not seen before."""

    part: Reach
    news: list[Entry]
    news_inside: int
    oldest: int
    newest: int
    is_full: bool
    ids: frozenset[str]


class _Walk:
    def __init__(self, fetch: Fetch, *, page: int | None, is_page_certain: bool, order: Order) -> None:
        self._fetch = fetch
        self._page = page
        self._is_page_certain = is_page_certain
        self._order: Order = order
        self._slack_ms = SECOND_MS
        self._largest_page = 0
        self._taken: set[str] = set()

    def window(self, part: Reach) -> Iterator[Piece]:
        """Ask `part`, and what a full page leaves open of it, until a page is not full."""
        rest: Reach | None = part
        for _ in bounded():
            if rest is None:
                return
            if self._order == "unknown":
                rest = yield from self._find_order(rest)
            elif self._order == "oldest":
                rest = yield from self._step_up(rest)
            else:
                rest = yield from self._step_down(rest)

    def _step_up(self, part: Reach) -> _Step:
        """Pages start with the oldest row: what is behind the newest of a full page is open."""
        start, end = part
        seen = self._ask(part)
        if not seen.is_full or seen.newest >= end:
            yield Piece(seen.news, [part])
            return None
        if seen.newest <= start:
            raise _no_way_on(seen)
        yield Piece(seen.news, [(start, seen.newest)])
        return seen.newest, end

    def _step_down(self, part: Reach) -> _Step:
        """Pages start with the newest row: what is before the oldest of a full page is open."""
        start, end = part
        seen = self._ask(part)
        if not seen.is_full or seen.oldest < start:
            yield Piece(seen.news, [part])
            return None
        if seen.oldest + 1 >= end:
            if self._slack_ms == 1:
                raise _no_way_on(seen)
            self._slack_ms = 1  # so many rows in one second that asking a second more fills the page
            yield Piece(seen.news)
            return part
        yield Piece(seen.news, [(seen.oldest + 1, end)])
        return start, seen.oldest + 1

    def _find_order(self, part: Reach) -> _Step:
        """As long as no page was full, any order will do; the first that may be full shows which it is."""
        start, end = part
        seen = self._ask(part)
        if not seen.is_full:
            yield Piece(seen.news, [part])
            return None
        yield Piece(seen.news)
        newest, oldest = min(seen.newest, end - 1), max(seen.oldest, start)
        above = self._ask((newest, end))
        if above.news_inside:
            self._order = "oldest"
            yield Piece(above.news, [(start, newest)] if newest > start else [])
            return newest, end
        below = self._ask((start, oldest + 1))
        yield Piece(above.news + below.news)
        if below.news_inside:
            self._order = "newest"
            yield Piece([], [(oldest + 1, end)] if end > oldest + 1 else [])
            return start, oldest + 1
        if not self._is_proved(seen, above, below):
            raise SourceAnswerError(
                f"a page of {len(seen.ids)} rows came back whatever span was asked for: older or newer rows may be "
                "behind it, and this venue gives no way to ask for them"
            )
        yield Piece([], [part])
        return None

    def _is_proved(self, seen: _Seen, above: _Seen, below: _Seen) -> bool:
        """Whether finding nothing new above and below a page means that there is nothing.

        It does where the venue looked where it was asked to. Where it ignores one bound, the other must be the one
        that its pages start from, which a shorter page shows.
        """
        if seen.oldest == seen.newest:
            return len(seen.ids) < (self._page or _LIKELY_PAGE)
        if seen.newest - seen.oldest <= 2 * SECOND_MS:  # within the slack of a question: ask without any
            above = self._ask(above.part, before_ms=0, after_ms=0)
            below = self._ask(below.part, before_ms=0, after_ms=0)
        honours_since, honours_until = above.oldest > seen.oldest, below.newest < seen.newest
        if honours_since and honours_until:
            return True
        shorter = self._ask(seen.part, limit=max(1, len(seen.ids) // 2))
        if shorter.oldest > seen.oldest:
            return honours_until
        if shorter.newest < seen.newest:
            return honours_since
        return False

    def _ask(self, part: Reach, *, limit: int | None = None, before_ms: int = 1, after_ms: int | None = None) -> _Seen:
        """`part`, a little more on both sides: venues differ in whether bounds are inclusive, and in whole seconds."""
        start, end = part
        until = end - 1 + (self._slack_ms if after_ms is None else after_ms)
        answer = self._fetch(Ask(max(0, start - before_ms), until, limit=limit))
        times = [time_of(row) for row in answer.rows]
        news = [row for row in answer.rows if key_of(row) not in self._taken]
        ids = frozenset(map(key_of, answer.rows))
        self._taken.update(ids)
        self._largest_page = max(self._largest_page, answer.received)
        return _Seen(
            part=part,
            news=news,
            news_inside=sum(start <= time_of(row) < end for row in news),
            oldest=min(times, default=end),
            newest=max(times, default=start),
            is_full=self._may_be_full(answer.received),
            ids=ids,
        )

    def _may_be_full(self, received: int) -> bool:
        """At the known size; else at any round number, which every venue's limit is, unless a larger page was seen."""
        if self._page is not None and (self._is_page_certain or received >= self._page):
            return received >= self._page
        is_round = received % 10 == 0 or received % 25 == 0
        return received >= SMALLEST_PAGE and is_round and received >= self._largest_page


def _no_way_on(seen: _Seen) -> SourceAnswerError:
    return SourceAnswerError(
        f"{len(seen.ids)} rows of one instant ({seen.oldest}) fill a page: the venue gives no way to ask for what is "
        "behind them"
    )
