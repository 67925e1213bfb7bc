"""Venues on loopback, the real ccxt classes pointed at them, and what a fetch leaves in raw."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from connectors.prices.fetcher import PriceFetcher, PriceReport, Wanted, WantedEvent
from connectors.raw import RawStore
from connectors.replay.binance import Binance
from connectors.replay.coinbase import Coinbase
from connectors.replay.kraken import Kraken
from support.venues.server import VenueServer, point, serve

VENUES = {"kraken": Kraken, "binance": Binance, "coinbase": Coinbase}


class Prices:
    """A raw store, venues that were opened, and a clock that both go by."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.store = RawStore(folder / "raw")
        self.now = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
        self.servers: dict[str, VenueServer] = {}
        self._stack = stack

    def open(self, venue: str, files: dict[str, Any]) -> VenueServer:
        """Let `venue` be asked, behind those opened before."""
        self.servers[venue] = self._stack.enter_context(serve(VENUES[venue](files, now=lambda: self.now)))
        return self.servers[venue]

    def next_night(self, nights: int = 1) -> None:
        self.now += timedelta(days=nights)

    def fetch(
        self,
        *wanted: tuple[str, date],
        venues: list[str] | None = None,
        events: Sequence[WantedEvent] = (),
        **options: Any,
    ) -> PriceReport:
        """Fetch the closes of the candles of each coin that open from a day on."""
        fetcher = PriceFetcher(
            venues=venues or list(self.servers), prepare=self._prepare, sleep=lambda _seconds: None, **options
        )
        return fetcher.fetch(
            self.store,
            wanted=[Wanted(asset, first + timedelta(days=1)) for asset, first in wanted],
            events=events,
            now=self.now,
        )

    def rows(self, asset: str) -> list[tuple[datetime, str, str]]:
        """Instant, price and source of each close of `asset` in raw, in order of time."""
        return sorted(
            (row["at"], row["price_usd"], row["source"])
            for stream in self.store.streams("prices")
            if stream != "attempts"
            for file in self.store.files("prices", stream)
            for row in pq.read_table(file.path).to_pylist()
            if row["asset"] == asset
        )

    def prices(self, asset: str) -> dict[date, str]:
        """The price by the day that it closes."""
        found = {(at - timedelta(days=1)).date(): price for at, price, _ in self.rows(asset)}
        assert len(found) == len(self.rows(asset))
        return found

    def attempts(self) -> list[dict[str, Any]]:
        """The rows of the newest file of attempts."""
        return pq.read_table(list(self.store.files("prices", "attempts"))[-1].path).to_pylist()

    def requests(self) -> int:
        return sum(server.count() for server in self.servers.values())

    def _prepare(self, venue: str, exchange: Any) -> None:
        point(exchange, self.servers[venue])
        exchange.enableRateLimit = False


@pytest.fixture
def prices(tmp_path: Path) -> Iterator[Prices]:
    with ExitStack() as stack:
        yield Prices(tmp_path, stack)
