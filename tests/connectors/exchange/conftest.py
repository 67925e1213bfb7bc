"""Syncing an account against a venue that is served on loopback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.exchange.account import ExchangeAccount, KeyCheck
from connectors.exchange.connector import ExchangeConnector
from connectors.raw import RawStore
from connectors.replay.venue import Venue
from connectors.sync import StreamReport, SyncReport
from support.raw_rows import read_rows
from support.venues.server import VenueServer, point, serve

KEY = "the-key-that-nobody-may-see"
SECRET = "dGhlIHNlY3JldCB0aGF0IG5vYm9keSBtYXkgc2Vl"


@dataclass(slots=True)
class Desk:
    """One account at a served venue: sync it, look at what raw has, and at how long was waited between retries."""

    server: VenueServer
    store: RawStore
    exchange: str
    options: dict[str, Any]
    waits: list[float] = field(default_factory=list)

    def connector(self) -> ExchangeConnector:
        def prepare(exchange: Any) -> None:
            point(exchange, self.server)
            exchange.enableRateLimit = False
            exchange.timeout = 2000

        account = ExchangeAccount(
            **{"name": self.exchange, "exchange": self.exchange, "api_key": KEY, "secret": SECRET, "prepare": prepare}
            | self.options
        )
        return ExchangeConnector(account, sleep=self.waits.append)

    def sync(self, now: datetime) -> dict[str, StreamReport]:
        return {stream.stream: stream for stream in self.report(now).streams}

    def report(self, now: datetime) -> SyncReport:
        return self.connector().sync(self.store, now=now)

    def check(self, now: datetime) -> KeyCheck:
        return self.connector().check(now=now)

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return read_rows(self.store, self.exchange, stream)

    def ids(self, stream: str) -> list[str]:
        return [row["id"] for row in self.rows(stream)]


OpenDesk = Callable[..., Any]


@pytest.fixture
def open_desk(tmp_path: Path) -> Callable[..., Any]:
    """Serve a venue to an account of its own while a block runs; the block gets the desk of that account."""

    @contextmanager
    def opened(exchange: str, venue: Venue, **options: Any) -> Iterator[Desk]:
        with serve(venue) as server:
            yield Desk(server, RawStore(tmp_path / "raw"), exchange, options)

    return opened
