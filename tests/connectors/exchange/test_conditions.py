"""What selling would take, as the venues tell it through ccxt. Expected: the digits that were put on the wire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.replay.binance import Binance
from connectors.replay.coinbase import Coinbase
from connectors.replay.kraken import Kraken
from support.venues.binance_history import binance_markets
from support.venues.coinbase_history import coinbase_history
from support.venues.faults import bad_key, missing_permission
from support.venues.kraken_history import kraken_markets

NOW = datetime(2024, 12, 1, tzinfo=UTC)
STREAM = "market_conditions"

Open = Callable[..., Any]


def _kraken(**more: Any) -> Kraken:
    held = {name: {"balance": "1", "hold_trade": "0"} for name in ("XXBT", "SOL", "ETH.S", "ZUSD")}
    books = {
        "Depth/XXBTZUSD": {
            "asks": [["100000.1", "0.5", 1], ["99999.90000", "0.25", 1]],  # not in order: 9 comes behind 1 as text
            "bids": [["9000.0", "3", 1], ["99990.00000", "0.123456789012345678", 1], ["99980.1", "2", 1]],
        }
    }
    return Kraken(kraken_markets() | {"BalanceEx": held} | books | more, now=lambda: NOW)


def _levels(row: dict[str, Any], side: str) -> list[tuple[str, str]]:
    return [(level["price"], level["quantity"]) for level in row[side]]


def test_kraken__coins_held__one_question_for_fees_and_one_for_each_book(open_desk: Open) -> None:
    with open_desk("kraken", _kraken()) as desk:
        report = desk.sync(NOW)[STREAM]
        rows = {row["asset"]: row for row in desk.rows(STREAM)}
        assert (report.outcome, report.rows, report.requests) == ("ok", 3, 4)
        assert desk.server.asked("TradeVolume")[0]["pair"] == "XXBTZUSD,XETHZUSD,SOLUSD"
    btc = rows["BTC"]
    assert (btc["market"], btc["quote"], btc["checked_at"]) == ("BTC/USD", "USD", NOW)
    assert btc["taker_rate"] == "0.0040"  # the wire says "0.4000" percent
    assert _levels(btc, "bids") == [
        ("99990.00000", "0.123456789012345678"),
        ("99980.1", "2"),
        ("9000.0", "3"),
    ]
    assert _levels(btc, "asks") == [("99999.90000", "0.25"), ("100000.1", "0.5")]
    assert set(rows) == {"BTC", "ETH", "SOL"}, "staked ether has the market of ether; money has none"
    assert _levels(rows["SOL"], "bids") == []


def test_kraken__asked_again__the_new_snapshot_takes_the_place_of_the_old(open_desk: Open) -> None:
    with open_desk("kraken", _kraken()) as desk:
        desk.sync(NOW)
        desk.sync(NOW + timedelta(days=1))
        files = list(desk.store.files("kraken", STREAM))
    assert [file.mode for file in files] == ["snapshot", "snapshot"]


def test_kraken__key_may_not_ask_for_fees__books_are_kept_without_a_rate(open_desk: Open) -> None:
    with open_desk("kraken", _kraken()) as desk:
        desk.server.order(missing_permission("kraken"), endpoint="TradeVolume")
        assert desk.sync(NOW)[STREAM].outcome == "ok"
        assert {row["taker_rate"] for row in desk.rows(STREAM)} == {None}


def test_kraken__balances_were_refused__says_that_it_is_not_known_what_to_ask(open_desk: Open) -> None:
    with open_desk("kraken", _kraken()) as desk:
        desk.server.order(bad_key("kraken"), endpoint="BalanceEx")
        report = desk.sync(NOW)[STREAM]
    assert report.outcome == "failed"
    assert "the balances could not be read" in str(report.error)
    assert report.requests == 0


def test_binance__coins_held__fees_limits_and_books(open_desk: Open) -> None:
    files = binance_markets(("BTC", "ETH")) | {
        "account": {"balances": [{"asset": "BTC", "free": "0.5", "locked": "0"}]},
        "asset/tradeFee": [{"symbol": "BTCUSDT", "makerCommission": "0.00075", "takerCommission": "0.00095000"}],
        "depth/BTCUSDT": {"bids": [["99000.10000000", "1.00000000"]], "asks": [["99000.20000000", "2.5"]]},
    }
    with open_desk("binance", Binance(files, now=lambda: NOW)) as desk:
        report = desk.sync(NOW)[STREAM]
        assert report.error is None
        (row,) = desk.rows(STREAM)
    assert (report.outcome, report.requests) == ("ok", 2)
    assert (row["market"], row["quote"], row["taker_rate"]) == ("BTC/USDT", "USDT", "0.00095000")
    assert _levels(row, "bids") == [("99000.10000000", "1.00000000")]
    assert _levels(row, "asks") == [("99000.20000000", "2.5")]


def test_coinbase__coins_held__fees_and_books(open_desk: Open) -> None:
    files = coinbase_history(1, 1) | {
        "product_book/BTC-USD": {
            "bids": [{"price": "98765.43", "size": "0.01"}], "asks": [{"price": "98765.44", "size": "0.02"}],
        }
    }  # fmt: skip
    with open_desk("coinbase", Coinbase(files, now=lambda: NOW + timedelta(days=60))) as desk:
        assert desk.sync(NOW)[STREAM].error is None
        (row,) = desk.rows(STREAM)
    assert (row["market"], row["taker_rate"]) == ("BTC/USD", "0.012")
    assert _levels(row, "bids") == [("98765.43", "0.01")]


@pytest.mark.parametrize("level", [["-1", "2"], ["0", "2"], ["1", None], ["nine", "2"]])
def test_kraken__level_that_makes_no_sense__fails_the_stream_only(open_desk: Open, level: list[Any]) -> None:
    with open_desk("kraken", _kraken(**{"Depth/XXBTZUSD": {"asks": [], "bids": [[*level, 1]]}})) as desk:
        report = desk.sync(NOW)
        assert report[STREAM].outcome == "failed"
        assert report["trades"].outcome == "ok"
        assert desk.rows(STREAM) == []
