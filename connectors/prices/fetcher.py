"""The closes that a book wants, fetched once from public markets of several venues and kept in raw.

A close that a venue does not have is not asked for again once that is certain. A venue that can not be asked is not
a venue without a price: it is asked again the next time.

Belongs here: what is wanted, and how a fetch went. Does not belong here: which market is asked next (`walk.py`).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, Literal

from connectors.prices.book import ACCOUNT, PriceBook
from connectors.prices.tokens import TokenSource
from connectors.prices.venue import PriceVenue
from connectors.prices.walk import DAY_SECONDS, HOUR_SECONDS, Walk
from connectors.raw import RawStore
from connectors.sync import (
    Outcome,
    Progress,
    SourceUnavailableError,
    StreamReport,
    SyncReport,
    no_progress,
    write_attempts,
)

_ERRORS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A coin whose closes are wanted from the first instant of the UTC day `first_date` on, up to the last close.

    The close at that instant is the one of the day before: a coin wanted from today has a price today.
    """

    asset: str
    first_date: date


@dataclass(frozen=True, slots=True)
class WantedEvent:
    """A transaction in which a coin moved that is to be valued at that instant."""

    asset: str
    occurred_at: datetime
    tx_hash: str


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
    ccxt exchange before the first request. `sources` price tokens by their contract, after the venues, in this order.
    """

    def __init__(
        self,
        *,
        venues: Sequence[str],
        sources: Sequence[TokenSource] = (),
        base: str = "USD",
        hourly: bool = False,
        aliases: Mapping[str, str] | None = None,
        replay_folders: Mapping[str, Path] | None = None,
        prepare: Callable[[str, Any], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._venues = list(dict.fromkeys(venues))
        self._sources = list(sources)
        self._base = base
        self._steps = (DAY_SECONDS, HOUR_SECONDS) if hourly else (DAY_SECONDS,)
        self._aliases = dict(aliases or {})
        self._replay_folders = dict(replay_folders or {})
        self._prepare = prepare
        self._sleep = sleep

    def fetch(
        self,
        store: RawStore,
        *,
        wanted: Sequence[Wanted],
        events: Sequence[WantedEvent] = (),
        now: datetime,
        progress: Progress = no_progress,
    ) -> PriceReport:
        """Bring the wanted closes that are not in raw yet into `store`, and leave one file of attempts.

        A token that only its contract prices is priced at the instants of its `events` besides.

        Does not raise for what a venue does. Raises `OSError` where `store` can not be written and
        `connectors.raw.RawFileError` where it can not be read.
        """
        began = time.monotonic()
        venues = {name: self._venue(name) for name in self._venues}
        walk = Walk(
            book=PriceBook(store, base=self._base, fetched_at=now),
            venues=venues,
            sources=self._sources,
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
                walk.price(asset, openings, step)
            for asset, instants in _by_asset(events).items():
                walk.price_events(asset, instants, self._steps)
        finally:
            walk.book.flush()
        ended_at = now + timedelta(seconds=time.monotonic() - began)
        asked: list[PriceVenue | TokenSource] = [*venues.values(), *self._sources]
        report = PriceReport(
            venues=[_venue_report(walk, each, started_at=now, ended_at=ended_at) for each in asked],
            assets=[
                _asset_report(walk, asset, openings, base=self._base, venues=self._venues)
                for (asset, step), openings in slots.items()
                if step == DAY_SECONDS
            ],
        )
        _write_attempts(store, report, started_at=now, ended_at=ended_at)
        return report

    def _venue(self, name: str) -> PriceVenue:
        return PriceVenue(name, prepare=self._prepare, replay_folder=self._replay_folders.get(name), sleep=self._sleep)


def _venue_report(
    walk: Walk, venue: PriceVenue | TokenSource, *, started_at: datetime, ended_at: datetime
) -> StreamReport:
    errors = walk.errors.get(venue.name, [])
    outcome: Outcome = "failed" if errors else "not_offered" if venue.name in walk.without_candles else "ok"
    told = " ".join(dict.fromkeys(str(error) for error in errors[:_ERRORS_TOLD])) or None
    return StreamReport(
        venue.name,
        outcome,
        started_at=started_at,
        ended_at=ended_at,
        requests=venue.requests,
        rows=walk.book.rows.get(venue.name, 0),
        error=f"{venue.name} does not tell candles." if outcome == "not_offered" else told,
        is_worth_retrying=any(isinstance(error, SourceUnavailableError) for error in errors),
    )


def _asset_report(walk: Walk, asset: str, slots: Sequence[int], *, base: str, venues: Sequence[str]) -> AssetReport:
    """How it stands with the daily closes of one wanted coin."""
    missing = len(walk.book.unpriced(asset, slots, step=DAY_SECONDS))
    known = len(slots) - missing
    if not missing:
        return AssetReport(asset, "ok", known, missing)
    if asset in walk.unsure:
        told = f"{', '.join(walk.errors)} could not be asked for everything; the next sync asks again"
        return AssetReport(asset, "failed", known, missing, told)
    if asset in walk.with_market or walk.book.has_any(asset):
        return AssetReport(asset, "gaps", known, missing)
    told = f"no market of {asset} leads to {base} on {', '.join(venues) or 'no venue'}"
    return AssetReport(asset, "no_market", known, missing, told)


def _first_dates(wanted: Sequence[Wanted]) -> dict[str, date]:
    first: dict[str, date] = {}
    for want in wanted:
        first[want.asset] = min(want.first_date, first.get(want.asset, want.first_date))
    return first


def _by_asset(events: Sequence[WantedEvent]) -> dict[str, dict[int, set[str]]]:
    """The hashes of each asset and second. What is told more finely than a second is no block's time."""
    found: dict[str, dict[int, set[str]]] = {}
    for event in events:
        if not event.occurred_at.microsecond:
            instants = found.setdefault(event.asset, {})
            instants.setdefault(int(event.occurred_at.timestamp()), set()).add(event.tx_hash)
    return found


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
