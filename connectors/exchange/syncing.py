"""One sync of one account: what raw does not cover yet, asked of the venue, stream after stream.

What raw covers is not asked again, but for an overlap in which rows may appear late. Every stream ends on its own: one
that fails keeps what it has, says why, and does not stop the others.

Belongs here: what is missing, in which order it is asked, and how it ended. Does not belong here: how a venue is asked
(`generic.py` and the venues), paging, reading, files.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime, timedelta

import pyarrow as pa

from connectors.exchange.account import ExchangeAccount
from connectors.exchange.errors import NotOfferedError
from connectors.exchange.feeds import Feed, Reading
from connectors.exchange.generic import GenericVenue
from connectors.exchange.paging import time_of
from connectors.exchange.reading import milliseconds_of
from connectors.exchange.recorder import Kept, Recorder
from connectors.exchange.rules import STREAMS, Stream, opened
from connectors.exchange.venues import open_venue
from connectors.raw import Gap, RawFileError, RawStore
from connectors.records import Transaction, balances_table, instant_from_milliseconds, market_conditions_table
from connectors.sync import (
    Progress,
    SourceAnswerError,
    SourceError,
    SourceUnavailableError,
    StreamReport,
    SyncReport,
    write_attempts,
)
from connectors.windows import Span, missing, union

_SNAPSHOTS: frozenset[Stream] = frozenset({"balances", "market_conditions"})
_AROUND_HELD = timedelta(seconds=1)


def sync_account(
    account: ExchangeAccount, store: RawStore, *, now: datetime, progress: Progress, sleep: Callable[[float], None]
) -> SyncReport:
    """Sync every stream of `account` and keep the attempts. Raises only what is not the venue's doing (`OSError`)."""
    now = instant_from_milliseconds(milliseconds_of(now))
    report = SyncReport(account.name)
    try:
        venue = open_venue(account, store, now=now, sleep=sleep)
    except SourceError as error:
        report.streams = [StreamReport(stream, "failed", now, now, error=str(error)) for stream in STREAMS]
    else:
        with closing(venue.client):
            sync = _Sync(venue, progress)
            report.streams = [sync.attempt(stream) for stream in STREAMS]
    write_attempts(store, report, source=_source(account))
    return report


class _Sync:
    def __init__(self, venue: GenericVenue, progress: Progress) -> None:
        self._venue = venue
        self._session = venue.session
        self._account = venue.session.account
        self._store = venue.session.store
        self._now = venue.session.now
        self._progress = progress
        self._started = time.monotonic()

    def attempt(self, stream: Stream) -> StreamReport:
        """Sync one stream. Requests for the venue's markets count for the stream that first needs them."""
        client = self._session.client
        asked_before = client.requests
        recorder = Recorder(self._kept(stream))
        attempt = StreamReport(stream, "ok", self._clock(), self._clock())
        try:
            client.load_markets()
            attempt.rows = self._snapshot(stream) if stream in _SNAPSHOTS else self._walk(stream, recorder)
        except NotOfferedError as told:
            attempt.outcome, attempt.error = "not_offered", str(told)
        except (SourceError, RawFileError) as error:
            attempt.outcome, attempt.error, attempt.rows = "failed", client.hide(str(error)), recorder.rows
            self._session.failed.add(stream)
            attempt.is_worth_retrying = isinstance(error, SourceUnavailableError)
        attempt.requests = client.requests - asked_before
        attempt.ended_at = self._clock()
        return attempt

    def _clock(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._started)

    def _kept(self, stream: Stream) -> Kept:
        def progress(rows: int) -> None:
            self._progress(self._account.name, stream, rows)

        return Kept(
            store=self._store,
            account=self._account.name,
            stream=stream,
            fetched_at=self._now,
            source=_source(self._account),
            hide=self._session.client.hide,
            progress=progress,
        )

    def _snapshot(self, stream: Stream) -> int:
        """Ask for what holds now, which takes the place of what held before."""
        table = self._balances() if stream == "balances" else self._market_conditions()
        self._store.append(
            table,
            account=self._account.name,
            stream=stream,
            fetched_at=self._now,
            source=_source(self._account),
            mode="snapshot",
        )
        return int(table.num_rows)

    def _balances(self) -> pa.Table:
        balances, payload = self._venue.balances()
        self._session.held.update(balance.asset for balance in balances)
        self._session.touched |= self._session.held
        return balances_table(balances, checked_at=self._now, payload=self._session.client.hide(payload))

    def _market_conditions(self) -> pa.Table:
        return market_conditions_table(self._venue.market_conditions(), checked_at=self._now)

    def _walk(self, stream: Stream, recorder: Recorder) -> int:
        """Walk every feed of a stream; whatever happens, what was recorded until then is written."""
        covered = self._store.covered(self._account.name, stream)
        withheld: list[tuple[str, Span]] = []
        readings: dict[int, tuple[str, Reading]] = {}
        try:
            for feed in self._venue.feeds(stream):
                readings[id(feed.reading)] = feed.scope, feed.reading
                recorder.miss(self._limits(feed, covered.get(feed.scope, [])))
                for ask in self._asks(feed, covered.get(feed.scope, [])):
                    recorder.ask_again(ask.start)
                    withheld += self._walk_span(feed, ask, recorder)
            for scope, reading in readings.values():
                recorder.add(scope, reading.finish(), [])
            for scope, span in withheld:
                recorder.add(scope, [], [span])
            if stream == "trades" and self._venue.walks_markets and self._session.failed:
                raise SourceUnavailableError(
                    f"{', '.join(sorted(self._session.failed))} could not be read, so there may be markets that were "
                    "not asked for trades; those that were are kept. The next sync asks again."
                )
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise SourceAnswerError(
                f"the answer for {stream} has a shape that is not understood ({type(error).__name__}: {error})"
            ) from error
        finally:
            recorder.flush()
        return recorder.rows

    def _asks(self, feed: Feed, covered: list[Span]) -> list[Span]:
        """What is not covered, each gap from a little before it: rows may have appeared behind the last walk."""
        begin = self._begin(feed)
        if begin >= self._now:
            return []
        gaps = missing(Span(begin, self._now), covered)
        asks = union(Span(max(begin, gap.start - self._account.overlap), gap.end) for gap in gaps)
        return [Span(asks[0].start, self._now)] if feed.to_the_end and asks else asks

    def _begin(self, feed: Feed) -> datetime:
        begin = self._account_begin()
        return begin if feed.since is None else max(begin, feed.since)

    def _account_begin(self) -> datetime:
        return self._account.since or opened(self._account.exchange)

    def _limits(self, feed: Feed, covered: list[Span]) -> list[Gap]:
        """What of the account's time the venue does not tell any more, and was not asked for while it did."""
        begin = self._account_begin()
        if feed.since is None or feed.since <= begin:
            return []
        days = (self._now - feed.since).days
        why = f"the venue tells the last {days} days only"
        return [Gap(span, feed.scope, why) for span in missing(Span(begin, feed.since), covered)]

    def _walk_span(self, feed: Feed, ask: Span, recorder: Recorder) -> list[tuple[str, Span]]:
        """Walk one span. Returns what is covered only once rows that wait for others are written."""
        withheld: list[tuple[str, Span]] = []
        reach = milliseconds_of(ask.start), milliseconds_of(ask.end)
        edge_ms = reach[0] if ask.start > self._begin(feed) else None
        for piece in feed.walk(reach):
            if piece.rows:
                recorder.ask_again(instant_from_milliseconds(min(map(time_of, piece.rows))))
            records = feed.reading.take(piece.rows, edge_ms=edge_ms)
            self._touch(records)
            spans = [
                Span(instant_from_milliseconds(start), instant_from_milliseconds(end)) for start, end in piece.covered
            ]
            around = [
                Span(instant - _AROUND_HELD, instant + _AROUND_HELD)
                for instant in map(instant_from_milliseconds, feed.reading.held())
            ]
            known = [part for span in spans for part in missing(span, around)]
            withheld += [(feed.scope, part) for span in spans for part in missing(span, known)]
            recorder.add(feed.scope, records, known)
        return withheld

    def _touch(self, records: Iterable[Transaction]) -> None:
        self._session.touched.update(posting.asset for record in records for posting in record.postings)


def _source(account: ExchangeAccount) -> str:
    return f"exchange/{account.exchange}"
