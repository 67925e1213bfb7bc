"""A venue that no table knows, through ccxt's unified methods: every trade comes once, or the stream refuses."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.exchange.account import ExchangeAccount
from connectors.exchange.connector import ExchangeConnector
from connectors.raw import Gap, RawStore
from connectors.sync import StreamReport
from connectors.windows import Span
from support.memory_exchange import memory_exchange
from support.raw_rows import postings_of, read_rows
from support.shelves import Shelf, rows_at

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2024, 6, 1, tzinfo=UTC)
BEGIN_MS, NOW_MS = (int(instant.timestamp() * 1000) for instant in (BEGIN, NOW))
DAY = timedelta(days=1)

_bursts = st.lists(st.tuples(st.integers(BEGIN_MS, NOW_MS - 1), st.integers(1, 4)), max_size=60)


@contextmanager
def _account(exchange: str) -> Iterator[tuple[RawStore, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        store = RawStore(Path(folder))
        connector = ExchangeConnector(ExchangeAccount("a", exchange, since=BEGIN), sleep=lambda _: None)

        def sync(now: datetime) -> dict[str, StreamReport]:
            return {stream.stream: stream for stream in connector.sync(store, now=now).streams}

        yield store, sync


def _is_sparse(times: list[int]) -> bool:
    counts = Counter(times)
    return all(count + counts.get(at + 1, 0) < 10 for at, count in counts.items())


@settings(max_examples=60, deadline=None)
@given(
    bursts=_bursts,
    most=st.sampled_from([10, 20, 25, 50]),
    first=st.sampled_from(["oldest", "newest"]),
    ignored=st.sampled_from(["nothing", "since", "until", "both"]),
)
def test_trades__whatever_bounds_the_venue_keeps__come_once_or_are_refused(
    bursts: list[tuple[int, int]], most: int, first: Any, ignored: str
) -> None:
    times = [at for at, count in bursts for _ in range(count)]
    assume(_is_sparse(times))
    rows = [row | {"market": "BTCUSD"} for row in rows_at(*times)]
    shelf = Shelf(
        rows,
        most,
        first,
        honours_since=ignored not in ("since", "both"),
        honours_until=ignored not in ("until", "both"),
    )
    with memory_exchange({"BTC/USD": shelf}) as exchange, _account(exchange) as (store, sync):
        trades = sync(NOW)["trades"]
        ids = [row["id"] for row in read_rows(store, "a", "trades")]
        assert len(ids) == len(set(ids))
        if trades.outcome == "ok":
            assert set(ids) == {f"BTC/USD:{row['id']}" for row in rows}
            shelf.asked = 0
            assert sync(NOW)["trades"].rows == 0
        else:
            assert ignored != "nothing"
            assert "gives no way to ask" in str(trades.error)


@settings(max_examples=30, deadline=None)
@given(bursts=_bursts, nights=st.integers(1, 4), needs_symbol=st.booleans())
def test_trades__over_several_nights__come_once(
    bursts: list[tuple[int, int]],
    nights: int,
    needs_symbol: bool,  # noqa: FBT001 -- drawn by hypothesis
) -> None:
    times = [at for at, count in bursts for _ in range(count)]
    assume(_is_sparse(times))
    rows = [row | {"market": "BTCUSD"} for row in rows_at(*times)]
    shelf = Shelf([], 20, "oldest")
    shelves = {"BTC/USD": shelf, "ETH/BTC": Shelf([], 20, "oldest"), "XRP/EUR": Shelf([], 20, "oldest")}
    known = memory_exchange(shelves, needs_symbol=needs_symbol, held={"USD": "5"})
    with known as exchange, _account(exchange) as (store, sync):
        for night in range(nights):
            now = BEGIN + (NOW - BEGIN) * (night + 1) / nights
            shelf.rows = [row for row in rows if row["timestamp"] < now.timestamp() * 1000]
            assert sync(now)["trades"].outcome == "ok"
        ids = [row["id"] for row in read_rows(store, "a", "trades")]
        assert sorted(ids) == sorted(f"BTC/USD:{row['id']}" for row in rows)


def test_night__with_nothing_new__asks_once() -> None:
    rows = [row | {"market": "BTCUSD"} for row in rows_at(*range(BEGIN_MS, NOW_MS, 86_400_000))]
    shelf = Shelf(rows, 50, "newest")
    with memory_exchange({"BTC/USD": shelf}) as exchange, _account(exchange) as (_, sync):
        assert sync(NOW)["trades"].rows == 152
        assert sync(NOW + DAY)["trades"].requests == 1


def test_trades__of_a_venue_that_tells_thirty_days_only__leave_a_gap_before_that_is_told_once() -> None:
    rows = [row | {"market": "BTCUSD"} for row in rows_at(*range(BEGIN_MS, NOW_MS, 86_400_000))]
    known = memory_exchange({"BTC/USD": Shelf(rows, 50, "newest")}, days_back=30)
    with known as exchange, _account(exchange) as (store, sync):
        assert sync(NOW)["trades"].rows == 30  # one a day, those of May 3 and later
        assert sync(NOW + DAY)["trades"].outcome == "ok"
        gaps = [gap for file in store.files("a", "trades") for gap in file.gaps]
        assert gaps == [Gap(Span(BEGIN, NOW - 30 * DAY), "", "the venue tells the last 30 days only")]
        assert store.covered("a", "trades") == {"": [Span(NOW - 30 * DAY, NOW + DAY)]}


def test_trade__of_a_known_market__is_booked_with_its_fee() -> None:
    shelf = Shelf([{"id": "7", "timestamp": BEGIN_MS, "market": "BTCUSD"}], 50, "newest")
    with memory_exchange({"BTC/USD": shelf}) as exchange, _account(exchange) as (store, sync):
        sync(NOW)
        (row,) = read_rows(store, "a", "trades")
    assert postings_of(row) == [("BTC", "0.5", "principal"), ("USD", "-10", "principal"), ("USD", "-0.01", "fee")]


def test_streams__that_ccxt_has_not__are_not_offered_and_have_no_file() -> None:
    with memory_exchange({"BTC/USD": Shelf([], 50, "newest")}) as exchange, _account(exchange) as (store, sync):
        streams = sync(NOW)
        assert {name: stream.outcome for name, stream in streams.items()} == {
            "balances": "ok", "deposits": "not_offered", "withdrawals": "not_offered", "conversions": "not_offered",
            "ledger": "not_offered", "trades": "ok", "market_conditions": "not_offered",
        }  # fmt: skip
        assert store.streams("a") == ["attempts", "balances", "trades"]


def test_row__that_can_not_be_read__is_kept_with_its_reason() -> None:
    shelf = Shelf([{"id": "7", "timestamp": BEGIN_MS, "market": "GONEX"}], 50, "newest")
    with memory_exchange({"BTC/USD": shelf}) as exchange, _account(exchange) as (store, sync):
        assert sync(NOW)["trades"].outcome == "ok"
        (row,) = read_rows(store, "a", "trades")
    assert (row["status"], row["kind"], row["postings"]) == ("rejected", "unknown", [])
    assert "'GONEX' is not listed" in row["reason"]
