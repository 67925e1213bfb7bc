"""The real ccxt Coinbase class against Coinbase's ways on loopback. Expected: the rows that were put in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.replay.coinbase import Coinbase
from support.raw_rows import postings_of
from support.venues.coinbase_history import (
    COINBASE_BTC,
    COINBASE_USD,
    coinbase_history,
    coinbase_markets,
    coinbase_transaction,
)
from support.venues.faults import empty_page

NOW = datetime(2024, 12, 1, tzinfo=UTC)
AT = 1_700_000_000_000
"""2023-11-14T22:13:20Z."""
BTC, USD = f"accounts/{COINBASE_BTC}/transactions", f"accounts/{COINBASE_USD}/transactions"

Open = Callable[..., Any]


def _venue(files: dict[str, Any]) -> Coinbase:
    return Coinbase(files, now=lambda: NOW + timedelta(days=60))


@pytest.mark.parametrize(("fills", "transactions"), [(0, 0), (100, 100), (101, 99), (450, 250)])
def test_sync__any_number_around_full_pages__brings_all_once(open_desk: Open, fills: int, transactions: int) -> None:
    with open_desk("coinbase", _venue(coinbase_history(fills, transactions))) as desk:
        desk.sync(NOW)
        for stream, count in (("trades", fills), ("ledger", transactions)):
            ids = desk.ids(stream)
            assert len(ids) == len(set(ids)) == count


def test_night__with_nothing_new__asks_once_a_wallet_and_writes_nothing(open_desk: Open) -> None:
    with open_desk("coinbase", _venue(coinbase_history(300, 300))) as desk:
        desk.sync(NOW)
        again = desk.sync(NOW + timedelta(hours=1))
        assert {name: (stream.requests, stream.rows) for name, stream in again.items()} == {
            "balances": (7, 1),  # the balances, and six lists of currencies and products once a night
            "deposits": (0, 0),
            "withdrawals": (0, 0),
            "conversions": (0, 0),
            "ledger": (3, 0),  # the list of wallets, and each of two
            "trades": (1, 0),
            "market_conditions": (2, 1),  # the fees, and one order book
        }
        assert {again[name].outcome for name in ("deposits", "withdrawals", "conversions")} == {"not_offered"}


def test_empty_page__of_fills_in_the_middle__is_asked_again(open_desk: Open) -> None:
    with open_desk("coinbase", _venue(coinbase_history(350))) as desk:
        desk.server.order(empty_page, endpoint="fills", after=1)
        desk.sync(NOW)
        assert len(set(desk.ids("trades"))) == 350


def test_transactions__of_every_kind__mean_what_coinbase_says(open_desk: Open) -> None:
    def row(number: int, kind: str, amount: str, **more: Any) -> dict[str, Any]:
        return coinbase_transaction(number, AT + number * 60_000, kind=kind, amount=amount) | more

    sent = {"network": {"hash": "ef" * 32, "transaction_fee": {"amount": "0.0001", "currency": "BTC"}}}
    dollars = {"amount": {"amount": "-40.00", "currency": "USD"}}
    files = coinbase_markets() | {
        BTC: [
            row(1, "send", "-0.5001", **sent, to={"address": "bc1q"}),
            row(2, "send", "0.25", network={"hash": "aa" * 32}),
            row(3, "staking_reward", "0.001"),
            row(4, "advanced_trade_fill", "0.1"),
            row(5, "trade", "0.0009", trade={"id": "T1"}),
            row(6, "buy", "0.001", buy={"id": "B1"}, native_amount={"amount": "40.00", "currency": "USD"}),
            row(7, "send", "-1", status="pending"),
            row(8, "never heard of", "0.5"),
        ],
        USD: [row(15, "trade", "", trade={"id": "T1"}) | dollars | {"created_at": "2023-11-14T22:18:21Z"}],
    }
    with open_desk("coinbase", _venue(files)) as desk:
        desk.sync(NOW)
        rows = {row["id"]: row for row in desk.rows("ledger")}
        covered = desk.store.covered("coinbase", "ledger")
    told = {name: (row["kind"], row["status"], postings_of(row)) for name, row in rows.items()}
    assert told == {
        "transaction-000001": ("withdrawal", "final", [("BTC", "-0.5000", "principal"), ("BTC", "-0.0001", "fee")]),
        "transaction-000002": ("deposit", "final", [("BTC", "0.25", "principal")]),
        "transaction-000003": ("reward", "final", [("BTC", "0.001", "principal")]),
        "transaction-000004": ("unknown", "mirror", [("BTC", "0.1", "principal")]),
        "trade-T1": ("trade", "final", [("BTC", "0.0009", "principal"), ("USD", "-40.00", "principal")]),
        "buy-B1": ("trade", "final", [("BTC", "0.001", "principal"), ("USD", "-40.00", "principal")]),
        "transaction-000007": ("withdrawal", "pending", [("BTC", "-1", "principal")]),
        "transaction-000008": ("unknown", "final", [("BTC", "0.5", "principal")]),
    }
    assert (rows["transaction-000001"]["tx_hash"], rows["transaction-000001"]["counterparty"]) == ("ef" * 32, "bc1q")
    assert covered[COINBASE_BTC][-1].end <= rows["transaction-000007"]["occurred_at"]
    assert covered[COINBASE_USD][-1].end == NOW


def test_conversion__both_wallets__is_not_halved_by_the_next_night(open_desk: Open) -> None:
    def leg(number: int, amount: str, currency: str, at: datetime) -> dict[str, Any]:
        row = coinbase_transaction(number, int(at.timestamp() * 1000), kind="trade", amount=amount)
        return row | {"trade": {"id": "T1"}, "amount": {"amount": amount, "currency": currency}}

    at = NOW - timedelta(days=1)
    files = coinbase_markets() | {BTC: [leg(1, "0.001", "BTC", at)], USD: [leg(2, "-40.00", "USD", at)]}
    with open_desk("coinbase", _venue(files)) as desk:
        desk.sync(NOW)
        desk.sync(at + timedelta(days=3))
        desk.sync(at + timedelta(days=4))  # the overlap of this night begins at the conversion itself
        assert [len(row["postings"]) for row in desk.rows("ledger")] == [2]
