"""Kraken's files of the sample book hold together as Kraken's own do: ledger, trades, transfers and balances agree."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

MAKER, TAKER = Decimal("0.0025"), Decimal("0.0040")


@pytest.fixture(scope="module")
def ledger(kraken: Any) -> dict[str, Any]:
    rows: dict[str, Any] = kraken.read("Ledgers")
    return rows


@pytest.fixture(scope="module")
def trades(kraken: Any) -> dict[str, Any]:
    rows: dict[str, Any] = kraken.read("TradesHistory")
    return rows


def test_ledger__balance_column__runs_from_row_to_row_and_never_below_zero(ledger: dict[str, Any]) -> None:
    running: dict[str, Decimal] = defaultdict(Decimal)
    latest = Decimal(0)
    for row in ledger.values():
        assert row["time"] >= latest
        latest = row["time"]
        running[row["asset"]] += Decimal(row["amount"]) - Decimal(row["fee"])
        assert Decimal(row["balance"]) == running[row["asset"]] >= 0


def test_balances__equal_what_the_ledger_adds_up_to(kraken: Any, ledger: dict[str, Any]) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in ledger.values():
        totals[row["asset"]] += Decimal(row["amount"]) - Decimal(row["fee"])
    assert {asset: Decimal(row["balance"]) for asset, row in kraken.read("BalanceEx").items()} == totals


def test_trades__cost_and_fee__are_price_times_volume_and_the_schedule_s(trades: dict[str, Any]) -> None:
    for key, row in trades.items():
        cost = Decimal(row["price"]) * Decimal(row["vol"])
        assert Decimal(row["cost"]) == cost, key
        decimals = 4 if row["pair"].endswith("USD") else 10
        fee = (cost * (MAKER if row["maker"] else TAKER)).quantize(
            Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP"
        )
        assert Decimal(row["fee"]) == fee, key


def test_trades__each__has_two_ledger_rows_that_move_what_it_says(
    kraken: Any, trades: dict[str, Any], ledger: dict[str, Any]
) -> None:
    pairs = kraken.read("AssetPairs")
    of_trade: dict[str, list[Any]] = defaultdict(list)
    for row in ledger.values():
        if row["type"] == "trade":
            of_trade[row["refid"]].append(row)
    assert sorted(of_trade) == sorted(trades)
    for key, row in trades.items():
        sign = 1 if row["type"] == "buy" else -1
        assert [ledger[name] for name in row["ledgers"]] == of_trade[key]
        assert {(leg["asset"], Decimal(leg["amount"]), Decimal(leg["fee"])) for leg in of_trade[key]} == {
            (pairs[row["pair"]]["base"], sign * Decimal(row["vol"]), Decimal(0)),
            (pairs[row["pair"]]["quote"], -sign * Decimal(row["cost"]), Decimal(row["fee"])),
        }


def test_trades__price__lies_within_the_day_s_candle(kraken: Any, trades: dict[str, Any]) -> None:
    candles = {(name, row[0]): row for name in kraken.names("OHLC/1440") for row in kraken.read(f"OHLC/1440/{name}")}
    seen = 0
    for row in trades.values():
        candle = candles.get((row["pair"], int(row["time"]) // 86400 * 86400))
        if candle:
            assert Decimal(candle[3]) <= Decimal(row["price"]) <= Decimal(candle[2]), row
            seen += 1
    assert seen > 80


def test_candles__of_every_market__are_the_newest_720_days_without_a_gap(kraken: Any) -> None:
    last = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
    for name in kraken.names("OHLC/1440"):
        rows = kraken.read(f"OHLC/1440/{name}")
        assert [row[0] for row in rows] == [last - 86400 * back for back in range(719, -1, -1)]
        for row in rows:
            opened, high, low, closed, average = (Decimal(text) for text in row[1:6])
            assert 0 < low <= min(opened, closed, average) <= max(opened, closed, average) <= high


@pytest.mark.parametrize(
    ("name", "row_type", "sign"), [("DepositStatus", "deposit", 1), ("WithdrawStatus", "withdrawal", -1)]
)
def test_transfers__each__has_its_ledger_row(
    kraken: Any, ledger: dict[str, Any], name: str, row_type: str, sign: int
) -> None:
    told = {
        (row["refid"], row["asset"], sign * Decimal(row["amount"]), Decimal(row["fee"])) for row in kraken.read(name)
    }
    booked = {
        (row["refid"], row["asset"], Decimal(row["amount"]), Decimal(row["fee"]))
        for row in ledger.values()
        if row["type"] == row_type
    }
    assert told == booked
    assert len(told) == len(kraken.read(name))


def test_ledger__moves_between_spot_and_staked__cancel_out(ledger: dict[str, Any]) -> None:
    moves: dict[str, Decimal] = defaultdict(Decimal)
    for row in ledger.values():
        if (row["type"], row["subtype"]) == ("earn", "allocation"):
            moves[row["refid"]] += Decimal(row["amount"])
    assert len(moves) == 2
    assert set(moves.values()) == {Decimal(0)}
