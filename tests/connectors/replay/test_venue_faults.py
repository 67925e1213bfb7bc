"""What each fault of a venue is to ccxt: the errors that a connector has to tell apart."""

from typing import Any

import ccxt
import pytest

from connectors.replay.binance import Binance
from connectors.replay.coinbase import Coinbase
from connectors.replay.kraken import Kraken
from support.venues import faults
from support.venues.binance_history import binance_fill, binance_history
from support.venues.coinbase_history import coinbase_fill, coinbase_history
from support.venues.exchange import make_exchange
from support.venues.kraken_history import kraken_history, kraken_trade
from support.venues.server import VenueServer, point, serve

ENDPOINTS = {"kraken": "TradesHistory", "binance": "myTrades", "coinbase": "fills"}
NAMES: list[faults.VenueName] = ["kraken", "binance", "coinbase"]


def _venue(name: str, trades: int = 10) -> Any:
    if name == "kraken":
        return Kraken(kraken_history(trades))
    return Binance(binance_history(trades)) if name == "binance" else Coinbase(coinbase_history(trades))


def _ready(name: str, server: VenueServer) -> Any:
    exchange = make_exchange(name)
    point(exchange, server)
    exchange.load_markets()
    return exchange


def _trades(name: str, exchange: Any, **params: Any) -> list[Any]:
    trades: list[Any] = exchange.fetch_my_trades("BTC/USDT" if name == "binance" else None, params=params)
    return trades


EXPECTED: dict[str, tuple[Any, dict[str, type[Exception]]]] = {
    "rate limit": (
        faults.rate_limit,
        {"kraken": ccxt.DDoSProtection, "binance": ccxt.DDoSProtection, "coinbase": ccxt.RateLimitExceeded},
    ),
    "bad key": (faults.bad_key, dict.fromkeys(NAMES, ccxt.AuthenticationError)),
    "missing permission": (
        faults.missing_permission,
        {"kraken": ccxt.PermissionDenied, "binance": ccxt.AuthenticationError, "coinbase": ccxt.PermissionDenied},
    ),
    "stale nonce": (
        faults.stale_nonce,
        {"kraken": ccxt.InvalidNonce, "binance": ccxt.InvalidNonce, "coinbase": ccxt.AuthenticationError},
    ),
    "maintenance": (faults.maintenance, dict.fromkeys(NAMES, ccxt.ExchangeNotAvailable)),
    "server error": (lambda _: faults.server_error(), dict.fromkeys(NAMES, ccxt.ExchangeNotAvailable)),
    "gateway timeout": (
        lambda _: faults.server_error(504, "Gateway Timeout"),
        dict.fromkeys(NAMES, ccxt.RequestTimeout),
    ),
    "no answer": (lambda _: faults.no_answer, dict.fromkeys(NAMES, ccxt.NetworkError)),
    "cut in the body": (lambda _: faults.cut_in_body, dict.fromkeys(NAMES, ccxt.NetworkError)),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", EXPECTED)
def test_fault__once__is_the_ccxt_error_that_it_should_be_and_then_gone(name: faults.VenueName, fault: str) -> None:
    make, errors = EXPECTED[fault]
    with serve(_venue(name)) as server:
        exchange = _ready(name, server)
        server.order(make(name), endpoint=ENDPOINTS[name])
        with pytest.raises(errors[name]):
            _trades(name, exchange)
        assert _trades(name, exchange)
        exchange.session.close()


def test_fault_rate_limit__of_binance__says_how_long_to_wait() -> None:
    with serve(_venue("binance")) as server:
        exchange = _ready("binance", server)
        for fault, status, wait in (
            (faults.rate_limit("binance", retry_after_seconds=7), 429, "7"),
            (faults.ban(), 418, "120"),
        ):
            server.order(fault)
            with pytest.raises(ccxt.DDoSProtection, match=str(status)):
                _trades("binance", exchange)
            assert exchange.last_response_headers["Retry-After"] == wait
        exchange.session.close()


@pytest.mark.parametrize("name", NAMES)
def test_fault_truncated_json__is_no_error_of_ccxt__so_a_connector_must_see_it_itself(name: faults.VenueName) -> None:
    with serve(_venue(name)) as server:
        exchange = _ready(name, server)
        server.order(faults.truncated_json, endpoint=ENDPOINTS[name])
        try:
            ids = [trade["id"] for trade in _trades(name, exchange) if trade["id"]]
        except ccxt.BaseError:
            pytest.fail("ccxt now reports broken JSON: say so where it is worked around")
        except Exception:  # noqa: BLE001 -- whatever a str makes of ccxt's parsers
            ids = []
        assert ids == []
        exchange.session.close()


@pytest.mark.parametrize("name", NAMES)
def test_fault_slow__beyond_the_timeout__is_a_request_timeout(name: faults.VenueName) -> None:
    with serve(_venue(name)) as server:
        exchange = _ready(name, server)
        exchange.timeout = 100
        server.order(faults.slow(0.4), endpoint=ENDPOINTS[name])
        with pytest.raises(ccxt.RequestTimeout):
            _trades(name, exchange)
        exchange.session.close()


@pytest.mark.parametrize("name", ["kraken", "binance"])
def test_fault_empty_page__has_no_rows_and_keeps_the_count(name: faults.VenueName) -> None:
    with serve(_venue(name)) as server:
        exchange = _ready(name, server)
        server.order(faults.empty_page, endpoint=ENDPOINTS[name])
        assert _trades(name, exchange) == []
        server.order(faults.empty_page, endpoint="TradesHistory")
        if name == "kraken":
            assert exchange.privatePostTradesHistory()["result"] == {"trades": {}, "count": 10}
        exchange.session.close()


def test_fault_empty_page__with_a_cursor__is_more_than_ccxts_coinbase_can_read() -> None:
    with serve(_venue("coinbase", trades=150)) as server:
        exchange = _ready("coinbase", server)
        server.order(faults.empty_page, endpoint="fills", times=2)
        answer = exchange.v3PrivateGetBrokerageOrdersHistoricalFills()
        assert answer["fills"] == []
        assert answer["cursor"]
        with pytest.raises(IndexError):
            exchange.fetch_my_trades()
        exchange.session.close()


def test_fault_same_row_twice__comes_twice_in_one_page() -> None:
    for name in ("binance", "coinbase"):
        with serve(_venue(name)) as server:
            exchange = _ready(name, server)
            usual = [trade["id"] for trade in _trades(name, exchange)]
            server.order(faults.same_row_twice, endpoint=ENDPOINTS[name])
            doubled = [trade["id"] for trade in _trades(name, exchange)]
            assert len(doubled) == len(usual) + 1
            assert set(doubled) == set(usual)
            exchange.session.close()


def test_fault_grows__between_pages_of_an_offset__shifts_the_next_page() -> None:
    venue = Kraken(kraken_history(60))
    newest_ms = int(venue.trades.between(None, None)[-1]["time"] * 1000)
    with serve(venue) as server:
        exchange = _ready("kraken", server)
        first = {trade["id"] for trade in _trades("kraken", exchange)}
        new = {"id": "TNEW", **kraken_trade(999, newest_ms + 1000)}
        server.order(faults.grows(venue.trades, new), endpoint="TradesHistory")
        second = {trade["id"] for trade in _trades("kraken", exchange, ofs=50)}
        assert (len(first), len(second), len(first & second)) == (50, 11, 1)
        assert "TNEW" not in first | second
        exchange.session.close()


def test_fault_grows__a_fill_behind_the_cursor__is_there_the_next_time() -> None:
    binance, coinbase = Binance(binance_history(40)), Coinbase(coinbase_history(40))
    late_binance = binance_fill(777, binance.trades["BTCUSDT"].between(None, None)[0]["time"] + 1)
    late_coinbase = coinbase_fill(777, 1_704_067_200_001)
    for name, venue, history, row in (
        ("binance", binance, binance.trades["BTCUSDT"], late_binance),
        ("coinbase", coinbase, coinbase.fills, late_coinbase),
    ):
        with serve(venue) as server:
            exchange = _ready(name, server)
            before = {trade["id"] for trade in _trades(name, exchange)}
            server.order(faults.grows(history, row), endpoint=ENDPOINTS[name])
            (late,) = [trade for trade in _trades(name, exchange) if trade["id"] not in before]
            assert late["info"]["price"] == row["price"]
            exchange.session.close()
