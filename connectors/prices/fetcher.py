"""The closes that a book wants, fetched once from public markets of several venues and kept in raw.

For each coin the markets are tried in the order of `routes.py`; each is asked only for the closes that no market
before it had, and that it was not asked for before. A close that a venue does not have is not asked for again once
that is certain. A venue that can not be asked is not a venue without a price: it is asked again the next time.

Belongs here: deciding what to ask next, and the report. Does not belong here: a venue's ways, arithmetic, files.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, Literal

from connectors.prices.book import ACCOUNT, PriceBook
from connectors.prices.routes import Close, Route, routes_of
from connectors.prices.venue import Market, PriceVenue
from connectors.raw import RawStore
from connectors.sync import (
    Outcome,
    Progress,
    SourceAnswerError,
    SourceError,
    StreamReport,
    SyncReport,
    no_progress,
    write_attempts,
)

DAY_SECONDS = 24 * 60 * 60
HOUR_SECONDS = 60 * 60
LATE_SECONDS = 3 * DAY_SECONDS
"""So long a market may still open, or a closed one tell its last candle; after that it is not asked for again."""

_ERRORS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A coin whose closes are wanted from the first instant of the UTC day `first_date` on, up to the last close.

    The close at that instant is the one of the day before: a coin wanted from today has a price today.
    """

    asset: str
    first_date: date


AssetOutcome = Literal["ok", "gaps", "no_market", "failed"]
"""`ok`: every wanted close is there. `gaps`: a market has no candle for some. `no_market`: no venue has a market that
leads to the base currency, and no close is known from before. `failed`: some are missing, and a venue that may have
them could not be asked."""


@dataclass(frozen=True, slots=True)
class AssetReport:
    """How it stands with one wanted coin after a fetch: closes known and missing of those wanted."""

    asset: str
    outcome: AssetOutcome
    known: int
    missing: int
    error: str | None = None


@dataclass(slots=True)
class PriceReport:
    """How one fetch went, by venue and by wanted coin."""

    venues: list[StreamReport] = field(default_factory=list)
    assets: list[AssetReport] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Closes written to raw."""
        return sum(venue.rows for venue in self.venues)

    @property
    def requests(self) -> int:
        """Requests made, over all venues."""
        return sum(venue.requests for venue in self.venues)

    @property
    def errors(self) -> list[str]:
        """One sentence for each venue that could not be asked for everything."""
        return [f"{venue.stream}: {venue.error}" for venue in self.venues if venue.outcome == "failed"]

    @property
    def no_market(self) -> list[str]:
        """The coins that no venue has a market for."""
        return [asset.asset for asset in self.assets if asset.outcome == "no_market"]


class PriceFetcher:
    """Asks the ccxt exchanges `venues`, in this order. Makes no request when it is constructed.

    `base` is the book's currency. `hourly` asks for hourly closes besides the daily ones. `aliases` are names that
    mean another asset, as in the book's settings: a coin is also looked for under its other names. A venue in
    `replay_folders` is answered from a folder in its own wire format. `prepare` is called with a venue's name and its
    ccxt exchange before the first request.
    """

    def __init__(
        self,
        *,
        venues: Sequence[str],
        base: str = "USD",
        hourly: bool = False,
        aliases: Mapping[str, str] | None = None,
        replay_folders: Mapping[str, Path] | None = None,
        prepare: Callable[[str, Any], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._venues = list(dict.fromkeys(venues))
        self._base = base
        self._steps = (DAY_SECONDS, HOUR_SECONDS) if hourly else (DAY_SECONDS,)
        self._aliases = dict(aliases or {})
        self._replay_folders = dict(replay_folders or {})
        self._prepare = prepare
        self._sleep = sleep

    def fetch(
        self, store: RawStore, *, wanted: Sequence[Wanted], now: datetime, progress: Progress = no_progress
    ) -> PriceReport:
        """Bring the wanted closes that are not in raw yet into `store`, and leave one file of attempts.

        Does not raise for what a venue does. Raises `OSError` where `store` can not be written and
        `connectors.raw.RawFileError` where it can not be read.
        """
        began = time.monotonic()
        run = _Run(
            book=PriceBook(store, base=self._base, fetched_at=now),
            venues={name: self._venue(name) for name in self._venues},
            base=self._base,
            aliases=self._aliases,
            now=int(now.timestamp()),
            progress=progress,
        )
        slots = {
            (asset, step): _completed_slots(first_date, now, step)
            for asset, first_date in sorted(_first_dates(wanted).items())
            if asset != self._base
            for step in self._steps
        }
        try:
            for (asset, step), openings in slots.items():
                run.price(asset, openings, step)
        finally:
            run.book.flush()
        ended_at = now + timedelta(seconds=time.monotonic() - began)
        report = PriceReport(
            venues=run.venue_reports(started_at=now, ended_at=ended_at),
            assets=[run.asset_report(asset, slots[asset, DAY_SECONDS]) for asset, step in slots if step == DAY_SECONDS],
        )
        _write_attempts(store, report, started_at=now, ended_at=ended_at)
        return report

    def _venue(self, name: str) -> PriceVenue:
        return PriceVenue(name, prepare=self._prepare, replay_folder=self._replay_folders.get(name), sleep=self._sleep)


class _Run:
    """One fetch: what is known so far, who was asked, and who could not be."""

    def __init__(
        self,
        *,
        book: PriceBook,
        venues: dict[str, PriceVenue],
        base: str,
        aliases: Mapping[str, str],
        now: int,
        progress: Progress,
    ) -> None:
        self.book = book
        self._venues = venues
        self._base = base
        self._aliases = aliases
        self._now = now
        self._progress = progress
        self._errors: dict[str, list[str]] = {}
        self._silent: set[str] = set()
        self._not_offered: set[str] = set()
        self._has_market: set[str] = set()
        self._unsure: set[str] = set()

    def price(self, asset: str, slots: Sequence[int], step: int) -> None:
        """Find the closes of `asset` for candles that open at `slots`, as far as they are to be had."""
        for route in routes_of(asset, base=self._base, venues=list(self._venues), aliases=self._aliases):
            missing = self.book.unpriced(asset, slots, step=step)
            if not missing:
                return
            left = self.book.unasked(route.venue, _scope(route, step), missing, step=step)
            if left and route.venue in self._silent:
                self._unsure.add(asset)
            elif left:
                self._try(asset, route, left, step)

    def _try(self, asset: str, route: Route, slots: list[int], step: int) -> None:
        """Ask one market. A venue that refuses or does not answer is left alone for the rest of this fetch."""
        venue = self._venues[route.venue]
        market: Market | None = None
        try:
            if not venue.has_candles(step):
                self._not_offered.add(venue.name)
                return
            market = venue.market(route.symbol)
            if market is None:
                self._add(asset, route, {}, [slot for slot in slots if self._is_settled(slot + step)], step)
                return
            self._ask(asset, route, market, slots, step)
        except SourceAnswerError as error:
            if market is None or market.is_active:
                self._fail(venue.name, asset, error)
        except SourceError as error:
            self._fail(venue.name, asset, error)
            self._silent.add(venue.name)

    def _ask(self, asset: str, route: Route, market: Market, slots: list[int], step: int) -> None:
        """Walk one market. That it has no candle is believed where it has a later one, or is closed.

        A hole as long as a page with candles at its edges is not believed: it may be a page that came back empty.
        """
        if route.hub is not None:
            self.price(route.hub, slots, step)
            hub = route.hub
            self._unsure |= {asset} if hub in self._unsure else set()
            slots = [slot for slot in slots if self.book.close(hub, slot + step) is not None]
        if not slots:
            return
        self._has_market.add(asset)
        told_nothing: list[int] = []
        has_candles = False
        for page in self._venues[route.venue].pages(route.symbol, slots, step=step):
            answered = [slot for slot in slots if page.start <= slot < page.end]
            if not page.is_reached:
                told_nothing += answered
                continue
            if told_nothing and not has_candles and page.start not in page.closes:
                self._add(asset, route, {}, told_nothing, step)  # the market opened after them
            told_nothing = []
            has_candles = True
            closes = {
                slot + step: close
                for slot in answered
                if (close := self._close(route, page.closes.get(slot), slot + step)) is not None
            }
            self._add(asset, route, closes, answered, step)
        if not market.is_active:
            self._add(asset, route, {}, [slot for slot in told_nothing if self._is_settled(slot + step)], step)

    def _close(self, route: Route, quoted: str | None, at: int) -> Close | None:
        return (
            None
            if quoted is None
            else route.close(quoted, None if route.hub is None else self.book.close(route.hub, at))
        )

    def _add(self, asset: str, route: Route, closes: dict[int, Close], answered: list[int], step: int) -> None:
        self.book.add(route.venue, _scope(route, step), asset, closes, answered=answered, step=step)
        self._progress(ACCOUNT, route.venue, self.book.rows[route.venue])

    def _is_settled(self, at: int) -> bool:
        return at <= self._now - LATE_SECONDS

    def _fail(self, venue: str, asset: str, error: SourceError) -> None:
        self._unsure.add(asset)
        self._errors.setdefault(venue, []).append(str(error))

    def venue_reports(self, *, started_at: datetime, ended_at: datetime) -> list[StreamReport]:
        """One for each venue, asked or not."""
        reports = []
        for name, venue in self._venues.items():
            errors = self._errors.get(name, [])
            outcome: Outcome = "failed" if errors else "not_offered" if name in self._not_offered else "ok"
            told = " ".join(dict.fromkeys(errors[:_ERRORS_TOLD])) or None
            reports.append(
                StreamReport(
                    name,
                    outcome,
                    started_at=started_at,
                    ended_at=ended_at,
                    requests=venue.requests,
                    rows=self.book.rows.get(name, 0),
                    error=f"{name} does not tell candles." if outcome == "not_offered" else told,
                )
            )
        return reports

    def asset_report(self, asset: str, slots: Sequence[int]) -> AssetReport:
        """How it stands with the daily closes of one wanted coin."""
        missing = len(self.book.unpriced(asset, slots, step=DAY_SECONDS))
        known = len(slots) - missing
        if not missing:
            return AssetReport(asset, "ok", known, missing)
        if asset in self._unsure:
            told = f"{', '.join(self._errors)} could not be asked for everything; the next sync asks again."
            return AssetReport(asset, "failed", known, missing, told)
        if asset in self._has_market or self.book.has_any(asset):
            return AssetReport(asset, "gaps", known, missing)
        told = f"no market of {asset} leads to {self._base} on {', '.join(self._venues) or 'no venue'}"
        return AssetReport(asset, "no_market", known, missing, told)


def _scope(route: Route, step: int) -> str:
    return route.symbol if step == DAY_SECONDS else f"{route.symbol} 1h"


def _first_dates(wanted: Sequence[Wanted]) -> dict[str, date]:
    first: dict[str, date] = {}
    for want in wanted:
        first[want.asset] = min(want.first_date, first.get(want.asset, want.first_date))
    return first


def _completed_slots(first_date: date, now: datetime, step: int) -> range:
    """The openings of the candles of `step` seconds that close from the start of `first_date` up to `now`."""
    first_close = int(datetime.combine(first_date, time_of_day(), tzinfo=UTC).timestamp())
    return range(first_close - step, int(now.timestamp()) - step + 1, step)


def _write_attempts(store: RawStore, report: PriceReport, *, started_at: datetime, ended_at: datetime) -> None:
    """One row for each venue, and one for each coin that no venue has a market for, under the coin's name."""
    attempts = SyncReport(ACCOUNT, list(report.venues))
    attempts.streams.extend(
        StreamReport(asset.asset, "not_offered", started_at=started_at, ended_at=ended_at, error=asset.error)
        for asset in report.assets
        if asset.outcome == "no_market"
    )
    if attempts.streams:
        write_attempts(store, attempts, source="ccxt")
