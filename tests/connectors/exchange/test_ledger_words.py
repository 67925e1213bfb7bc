"""What ledger lines, transfers and numbers become. Expected: the meanings of ccxt's unified words, worked by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.exchange.groups import EDGE_MS, Grouping, Leg
from connectors.exchange.ledger import read_ledger
from connectors.exchange.reading import exact, id_of, read_all, transaction
from connectors.exchange.trades import read_conversion, read_trade, read_trades, split_symbol
from connectors.exchange.transfers import read_transfer
from connectors.records import Posting
from connectors.sync import SourceAnswerError

AT = 1_700_000_000_000
"""2023-11-14T22:13:20Z."""


def _line(word: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "L1", "timestamp": AT, "type": word, "currency": "SOL", "amount": "2.5", "direction": "in", "info": {},
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("word", "direction", "kind", "status"),
    [
        ("trade", "in", "unknown", "mirror"),
        ("fee", "out", "unknown", "mirror"),
        ("transfer", "in", "unknown", "mirror"),
        ("transaction", "in", "unknown", "mirror"),
        ("reward", "in", "reward", "final"),
        ("reward", "out", "fee", "final"),
        ("interest", "in", "interest", "final"),
        ("airdrop", "in", "airdrop", "final"),
        ("rebate", "in", "income", "final"),
        ("margin", "out", "margin", "final"),
        ("conversion", "out", "unknown", "final"),
        ("never heard of", "in", "unknown", "final"),
    ],
)
def test_line__of_each_word__means(word: str, direction: str, kind: str, status: str) -> None:
    row = read_ledger(_line(word, direction=direction), told_elsewhere=frozenset({"fetchDeposits", "fetchMyTrades"}))
    assert (row.kind, row.status) == (kind, status)
    assert list(row.postings) == [Posting("SOL", "-2.5" if direction == "out" else "2.5")]


def test_line__of_a_transfer__where_nothing_else_tells_it__is_booked() -> None:
    assert read_ledger(_line("transaction"), told_elsewhere=frozenset()).kind == "deposit"
    assert read_ledger(_line("transaction", direction="out"), told_elsewhere=frozenset()).kind == "withdrawal"


def test_line__with_a_fee__has_both_postings() -> None:
    row = read_ledger(_line("reward", fee={"cost": "0.25", "currency": "SOL"}), told_elsewhere=frozenset())
    assert list(row.postings) == [Posting("SOL", "2.5"), Posting("SOL", "-0.25", "fee")]


def test_float__that_reaches_a_record__stops_the_stream() -> None:
    with pytest.raises(SourceAnswerError, match="not as the venue's digits"):
        read_all([_line("reward", amount=2.5)], lambda row: read_ledger(row, told_elsewhere=frozenset()))
    with pytest.raises(SourceAnswerError):
        exact(0.1)


def _trade(**more: Any) -> dict[str, Any]:
    return {
        "id": "1", "timestamp": AT, "symbol": "ETH/BTC", "side": "sell", "amount": "3", "price": "0.05",
        "cost": "0.15", "fees": [], "info": {},
    } | more  # fmt: skip


def test_trade__with_several_fees_and_a_rebate__has_a_posting_for_each() -> None:
    fees = [
        {"cost": "0.001", "currency": "BNB"},
        {"cost": "-0.0002", "currency": "BTC"},
        {"cost": "0", "currency": "X"},
    ]
    row = read_trade(_trade(fees=fees), ("ETH", "BTC"), identifier="1")
    assert list(row.postings) == [
        Posting("ETH", "-3"), Posting("BTC", "0.15"), Posting("BNB", "-0.001", "fee"), Posting("BTC", "0.0002", "fee"),
    ]  # fmt: skip


def test_trade__without_a_cost__is_amount_times_price_with_every_digit() -> None:
    row = read_trade(
        _trade(cost=None, amount="123456789.123456789123456789", price="0.1"), ("ETH", "BTC"), identifier="1"
    )
    assert row.postings[1] == Posting("BTC", "12345678.9123456789123456789")


def test_trade__of_a_contract__moves_no_coin_but_its_fee() -> None:
    read = read_trades(lambda entry: split_symbol(entry["symbol"]), is_id_per_market=True)
    row = read(_trade(symbol="BTC/USDT:USDT", fees=[{"cost": "0.4", "currency": "USDT"}]))
    assert row is not None
    assert (row.kind, list(row.postings)) == ("margin", [Posting("USDT", "-0.4", "fee")])


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"side": None}, "neither buy nor sell"),
        ({"amount": None}, "its amount"),
        ({"amount": "lots"}, "'lots' is not a number"),
        ({"timestamp": None}, "its time"),
        ({"fees": [{"cost": "1", "currency": None}]}, "fee's asset"),
    ],
)
def test_trade__that_lacks_something__is_rejected_with_the_reason(broken: dict[str, Any], reason: str) -> None:
    (row,) = read_all([_trade(**broken)], lambda entry: read_trade(entry, ("ETH", "BTC"), identifier="1"))
    assert row.status == "rejected"
    assert reason in str(row.reason)


@pytest.mark.parametrize(
    ("word", "status"),
    [("ok", "final"), (None, "final"), ("pending", "pending"), ("failed", "canceled"), ("on-hold", "pending")],
)
def test_transfer__of_each_status__is_booked_or_waits(word: str | None, status: str) -> None:
    entry = {"id": "W", "timestamp": AT, "currency": "BTC", "amount": "1", "status": word, "txid": "ab", "info": {}}
    assert read_transfer(entry, "withdrawal").status == status


def test_withdrawal__whose_amount_has_the_fee_inside__is_taken_apart() -> None:
    entry = {"id": "W", "timestamp": AT, "currency": "BTC", "amount": "1", "fee": {"cost": "0.1"}, "info": {}}
    inside = read_transfer(entry, "withdrawal", is_fee_inside=True)
    on_top = read_transfer(entry, "withdrawal")
    assert list(inside.postings) == [Posting("BTC", "-0.9"), Posting("BTC", "-0.1", "fee")]
    assert list(on_top.postings) == [Posting("BTC", "-1"), Posting("BTC", "-0.1", "fee")]


def test_conversion__is_a_trade_of_two_coins() -> None:
    row = read_conversion(
        {
            "id": "C",
            "timestamp": AT,
            "fromCurrency": "USDT",
            "fromAmount": "20",
            "toCurrency": "BNB",
            "toAmount": "0.06",
            "info": {},
        }
    )
    assert (row.kind, list(row.postings)) == ("trade", [Posting("BNB", "0.06"), Posting("USDT", "-20")])
    assert row.occurred_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_row__without_an_id__gets_one_that_stays() -> None:
    row = {"timestamp": AT, "info": {"a": 1}}
    assert id_of(row) == id_of(dict(row)) != id_of({"timestamp": AT, "info": {"a": 2}})


def _leg(number: int, amount: str, at: int = AT) -> dict[str, Any]:
    return {"id": str(number), "timestamp": at, "info": {"amount": amount}}


def _grouping() -> Grouping:
    return Grouping(
        lambda entry: Leg("G", entry, [Posting("BTC" if entry["id"] == "1" else "USD", entry["info"]["amount"])]),
        lambda entry: transaction(entry, "unknown", []),
    )


def test_legs__of_one_event__wait_for_each_other() -> None:
    grouping = _grouping()
    assert grouping.take([_leg(1, "0.5")], edge_ms=None) == []
    assert grouping.held() == [AT]
    (row,) = grouping.take([_leg(2, "-100", AT + 3)], edge_ms=None)
    assert (row.id, row.kind, len(row.postings)) == ("G", "trade", 2)
    assert grouping.held() == []
    assert grouping.finish() == []


def test_leg__that_stays_alone__is_unknown_but_not_at_the_edge() -> None:
    grouping = _grouping()
    grouping.take([_leg(1, "0.5")], edge_ms=None)
    (row,) = grouping.finish()
    assert (row.id, row.kind) == ("G", "unknown")
    at_the_edge = _grouping()
    at_the_edge.take([_leg(1, "0.5")], edge_ms=AT - EDGE_MS + 1)
    assert at_the_edge.finish() == []
