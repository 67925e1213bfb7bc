"""Binance's files of the sample book hold together, but for the 2.5 ETC that no answer tells."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

UNSEEN_ETC = Decimal("2.5")


@pytest.fixture(scope="module")
def trades(binance: Any) -> list[Any]:
    return [row for symbol in binance.names("myTrades") for row in binance.read(f"myTrades/{symbol}")]


def _movements(binance: Any, trades: list[Any]) -> Iterator[tuple[int, str, Decimal]]:
    """Milliseconds, coin and signed quantity of everything that any answer tells."""
    symbols = {row["symbol"]: (row["baseAsset"], row["quoteAsset"]) for row in binance.read("exchangeInfo")["symbols"]}
    for row in trades:
        base, quote = symbols[row["symbol"]]
        sign = 1 if row["isBuyer"] else -1
        yield row["time"], base, sign * Decimal(row["qty"])
        yield row["time"], quote, -sign * Decimal(row["quoteQty"])
        yield row["time"], row["commissionAsset"], -Decimal(row["commission"])
    for row in binance.read("capital/deposit/hisrec"):
        yield row["insertTime"], row["coin"], Decimal(row["amount"])
    for row in binance.read("capital/withdraw/history"):
        applied = datetime.fromisoformat(row["applyTime"]).replace(tzinfo=UTC)
        yield int(applied.timestamp()) * 1000, row["coin"], -Decimal(row["amount"]) - Decimal(row["transactionFee"])
    for row in binance.read("asset/assetDividend"):
        yield row["divTime"], row["asset"], Decimal(row["amount"])
    for row in binance.read("convert/tradeFlow"):
        yield row["createTime"], row["fromAsset"], -Decimal(row["fromAmount"])
        yield row["createTime"], row["toAsset"], Decimal(row["toAmount"])
    for row in binance.read("asset/dribblet"):
        for part in row["userAssetDribbletDetails"]:
            yield part["operateTime"], part["fromAsset"], -Decimal(part["amount"])
            yield part["operateTime"], "BNB", Decimal(part["transferedAmount"]) - Decimal(part["serviceChargeAmount"])


def test_account__balances__are_what_all_answers_add_up_to_but_for_the_unseen_etc(
    binance: Any, trades: list[Any]
) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for _, coin, quantity in _movements(binance, trades):
        totals[coin] += quantity
    totals["ETC"] += UNSEEN_ETC
    for row in binance.read("account")["balances"]:
        assert Decimal(row["free"]) + Decimal(row["locked"]) == totals.pop(row["asset"], Decimal(0)), row["asset"]
    assert totals == {}


def test_account__at_every_instant__holds_what_it_gives_but_for_the_unseen_etc(binance: Any, trades: list[Any]) -> None:
    running: dict[str, Decimal] = defaultdict(Decimal)
    lowest: dict[str, Decimal] = defaultdict(Decimal)
    for _, coin, quantity in sorted(_movements(binance, trades), key=lambda move: (move[0], -move[2])):
        running[coin] += quantity
        lowest[coin] = min(lowest[coin], running[coin])
    assert {coin: quantity for coin, quantity in lowest.items() if quantity < 0} == {"ETC": Decimal("-2.491")}


def test_trades__quote_quantity__is_price_times_quantity(trades: list[Any]) -> None:
    for row in trades:
        assert Decimal(row["quoteQty"]) == Decimal(row["price"]) * Decimal(row["qty"]), row


def test_trades__ids_of_a_market__grow_with_time(binance: Any) -> None:
    for symbol in binance.names("myTrades"):
        rows = binance.read(f"myTrades/{symbol}")
        assert [row["id"] for row in rows] == sorted({row["id"] for row in rows})
        assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_trades__fee__is_a_tenth_of_a_percent_of_what_is_received_or_less_in_bnb(trades: list[Any]) -> None:
    in_bnb = [row for row in trades if row["commissionAsset"] == "BNB" and "BNB" not in row["symbol"]]
    assert len(in_bnb) > 60
    others = [row for row in trades if row not in in_bnb]
    for row in others:
        received = Decimal(row["qty"] if row["isBuyer"] else row["quoteQty"])
        assert Decimal(row["commission"]) == (received / 1000).quantize(Decimal("1e-8"), rounding="ROUND_DOWN"), row
    assert {row["commissionAsset"] for row in others} >= {"BTC", "ETH", "USDT", "XMR"}


def test_trades__some__share_one_millisecond(trades: list[Any]) -> None:
    assert len(trades) > len({(row["symbol"], row["time"]) for row in trades})


def test_trades__price__lies_within_the_day_s_candle(binance: Any, trades: list[Any]) -> None:
    candles = {(name, row[0]): row for name in binance.names("klines/1d") for row in binance.read(f"klines/1d/{name}")}
    for row in trades:
        if row["symbol"].endswith("USDT"):
            candle = candles[row["symbol"], row["time"] // 86_400_000 * 86_400_000]
            assert Decimal(candle[3]) <= Decimal(row["price"]) <= Decimal(candle[2]), row


def test_candles__of_every_market__follow_each_other_day_by_day(binance: Any) -> None:
    for name in binance.names("klines/1d"):
        rows = binance.read(f"klines/1d/{name}")
        assert {after[0] - before[0] for before, after in pairwise(rows)} == {86_400_000}
        for row in rows:
            opened, high, low, closed = (Decimal(text) for text in row[1:5])
            assert 0 < low <= min(opened, closed) <= max(opened, closed) <= high
            assert row[6] == row[0] + 86_399_999


def test_dust__each_conversion__is_the_sum_of_its_coins(binance: Any) -> None:
    for entry in binance.read("asset/dribblet"):
        parts = entry["userAssetDribbletDetails"]
        for total, part in (
            ("totalTransferedAmount", "transferedAmount"),
            ("totalServiceChargeAmount", "serviceChargeAmount"),
        ):
            assert Decimal(entry[total]) == sum(Decimal(row[part]) for row in parts)
        assert len(parts) > 1
