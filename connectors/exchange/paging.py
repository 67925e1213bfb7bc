"""Ways to get every row of a span out of a venue that answers in pages. Pure: the venue is a function.

A way yields `Piece`s: rows, and the spans that are known completely once these rows are kept. Nothing is covered
before its rows were yielded. Every loop has a bound, and reaching it is a `SourceAnswerError`: a venue that never ends
or that repeats itself is not understood, and half an answer must not pass for all of it.

Times are Unix milliseconds, spans `(start, end)` half-open. Rows are what ccxt's unified methods return.

Belongs here: walks by offset, cursor and id. Does not belong here: walks by time (`timewalk.py`), any venue's sizes
(`rules.py`), or what rows mean.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.sync import SourceAnswerError

Entry = dict[str, Any]
Reach = tuple[int, int]
MOST_REQUESTS = 200_000
"""More requests than any account's history takes; only a walk that does not end gets there."""
EMPTY_PAGE_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: rows from `since_ms` to `until_ms`, both inclusive, `None` where the walk does not bound them.

    `limit` is set where fewer rows than the venue's most are wanted.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    limit: int | None = None
    offset: int = 0
    cursor: str | None = None
    from_id: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. `received` counts the venue's rows; `total` and `cursor` are what the venue says of the rest."""

    rows: list[Entry]
    received: int
    cursor: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows to keep, and what is known completely with them and all pieces before."""

    rows: list[Entry]
    covered: list[Reach] = field(default_factory=list)


Fetch = Callable[[Ask], Page]


def by_offset(fetch: Fetch, reach: Reach, *, page: int) -> Iterator[Piece]:
    """Pages by offset, newest first, until the venue's count of rows is reached (or a short page, without a count).

    Rows that arrive meanwhile push others to later pages, where they are seen twice but never missed.
    """
    start, end = reach
    order = _NewestFirst(reach)
    offset, repeats = 0, 0
    for _ in bounded():
        answer = fetch(Ask(start, end - 1, offset=offset))
        offset += answer.received
        is_end = answer.received < page if answer.total is None else offset >= answer.total
        if answer.received == 0 and not is_end:
            repeats += 1
            if repeats == EMPTY_PAGE_REPEATS:
                raise SourceAnswerError(
                    f"{repeats} times an empty page at row {offset} of {answer.total}; the next sync asks again"
                )
            continue
        repeats = 0
        known = order.known(answer.rows)
        yield Piece(answer.rows, [reach] if is_end else known)
        if is_end:
            return


def by_cursor(fetch: Fetch, reach: Reach, *, is_newest_first: bool, honours_since: bool) -> Iterator[Piece]:
    """Pages by the venue's own cursor, until it gives none. Short and empty pages do not end the walk.

    An empty page that is not the last is asked twice: a venue that stumbles must not cost a page of rows. A venue that
    does not bound its answer by time is left once a newest-first page is wholly older than the span.
    """
    start, end = reach
    order = _NewestFirst(reach)
    cursor: str | None = None
    seen: set[str] = set()
    for _ in bounded():
        answer = fetch(Ask(start, end - 1, cursor=cursor))
        if answer.received == 0 and answer.cursor:
            answer = fetch(Ask(start, end - 1, cursor=cursor))
        if answer.received == 0 and answer.cursor == cursor:
            yield Piece([], [reach])
            return
        cursor = answer.cursor
        known = order.known(answer.rows) if is_newest_first else []
        if not cursor or (is_newest_first and not honours_since and order.is_past):
            yield Piece(answer.rows, [reach])
            return
        if cursor in seen:
            raise SourceAnswerError(f"the cursor {cursor[:40]!r} came back: the pages go round in a circle")
        seen.add(cursor)
        yield Piece(answer.rows, known)


def by_id(fetch: Fetch, reach: Reach, *, from_id: int, page: int, id_of: Callable[[Entry], int]) -> Iterator[Piece]:
    """Pages from an id on, oldest first, each next one from the id behind the last row, until a page is not full.

    An empty page behind a full one may be the end or a stumble of the venue: it is asked twice.
    """
    start, end = reach
    is_behind_full = False
    for _ in bounded():
        answer = fetch(Ask(from_id=from_id))
        if answer.received == 0 and is_behind_full:
            answer = fetch(Ask(from_id=from_id))
        is_behind_full = True
        if answer.received < page:
            yield Piece(answer.rows, [reach])
            return
        last = max(map(id_of, answer.rows))
        if last < from_id:
            raise SourceAnswerError(f"asked for rows from id {from_id} on and got only older ones, up to {last}")
        from_id = last + 1
        newest = max(map(time_of, answer.rows))
        yield Piece(answer.rows, [(start, min(newest, end))] if newest > start else [])


class _NewestFirst:
    """What pages that go from new to old make known of a span, as long as they keep to that order.

    Below the oldest row of a page anything may follow, also rows of the same millisecond: known is what is above.
    """

    def __init__(self, reach: Reach) -> None:
        self._start, self._upper = reach
        self._lowest: int | None = None
        self._is_ordered = True
        self._seen: set[str] = set()
        self.is_past = False

    def known(self, rows: list[Entry]) -> list[Reach]:
        times = [time_of(row) for row in rows if key_of(row) not in self._seen]
        self._seen.update(map(key_of, rows))
        if not times:
            return []
        if self._lowest is not None and max(times) > self._lowest:
            self._is_ordered = False
        self._lowest = min(times)
        self.is_past = self._is_ordered and max(times) < self._start
        lower = max(self._lowest + 1, self._start)
        if not self._is_ordered or lower >= self._upper:
            return []
        reach, self._upper = (lower, self._upper), lower
        return [reach]


def key_of(row: Entry) -> str:
    """What tells a row from every other row of its stream: the venue's id within its market, else all of it."""
    return f"{row.get('symbol') or ''}|{row['id']}" if row.get("id") else repr(row.get("info", row))


def time_of(row: Entry) -> int:
    """The row's instant in Unix milliseconds. Raises `SourceAnswerError` where it has none."""
    timestamp = row.get("timestamp")
    if not isinstance(timestamp, int):
        raise SourceAnswerError(f"the row {row.get('id')!r} has no time: {row.get('info')!r:.200}")
    return timestamp


def bounded() -> Iterator[int]:
    """The turns of a loop over requests. Raises `SourceAnswerError` when there are too many."""
    yield from range(MOST_REQUESTS)
    raise SourceAnswerError(f"the pages did not end after {MOST_REQUESTS} requests")
